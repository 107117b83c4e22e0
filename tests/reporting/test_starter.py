"""The file that students fill in: short, plain, and Python whatever the suite's author writes."""

import ast
from dataclasses import replace

import pytest
from tiny_suite import tiny_suite

from benchharness.reporting.starter import starter
from benchharness.suite.signature import Signature

COMMAND = "pytest --bench --suite=tiny --submission=submission.py"

TINY = '''"""
Tiny: two tasks that take no time, for the tests of what is built around a suite.

Write the bodies, then run

    pytest --bench --suite=tiny --submission=submission.py

Leave the arguments unchanged. Functions that you do not write earn no points and do no harm.
"""

import numpy as np

BACKEND = "numpy"


def negative(image: np.ndarray) -> np.ndarray:
    """
    The image with dark and bright exchanged.

    image: uint8, shape (H, W)
    Returns: uint8, shape (H, W)
    """
    raise NotImplementedError


def total(values: np.ndarray) -> float:
    """
    The sum of the values.

    values: float, shape (N,)
    Returns: float
    """
    raise NotImplementedError
'''


def written(signature=None, backend="numpy", **changes):
    """The starter of a suite with one task that is changed."""
    suite = tiny_suite()
    if signature:
        changes["signature"] = Signature.parse(signature)
    return starter(replace(suite, tasks=(replace(suite.tasks[0], **changes),)), backend, COMMAND)


def docstring(text):
    return ast.get_docstring(ast.parse(text).body[-1])


def test_starter_of_the_tiny_suite():
    assert starter(tiny_suite(), "numpy", COMMAND) == TINY


def test_conventions_of_the_suite_come_first():
    suite = replace(tiny_suite(), conventions="Images are grey.")

    assert ".\n\nImages are grey.\n\nWrite the bodies" in starter(suite, "numpy", COMMAND)


@pytest.mark.parametrize(
    ("backend", "import_line", "definition"),
    [
        ("torch", "import torch\n", "def negative(image: torch.Tensor) -> torch.Tensor:"),
        (
            "tensorflow",
            "import tensorflow as tf\n",
            "def negative(image: tf.Tensor) -> tf.Tensor:",
        ),
    ],
)
def test_tensors_have_their_own_types(backend, import_line, definition):
    text = written(backend=backend)

    assert (import_line in text, definition in text) == (True, True)


def test_tensorflow_is_told_that_channels_are_last():
    text = written("negative(image: float[N, C, H, W]) -> float[N, C, H, W]", "tensorflow")

    assert "    image: float, shape (N, H, W, C)\n" in text


def test_nothing_is_said_of_channels_where_there_are_none():
    assert "channels" not in written(backend="tensorflow")


def test_nothing_is_imported_that_is_not_used():
    assert "import" not in written("midpoint(p1: int, p2: int) -> float")


def test_long_definition_has_a_line_for_each_parameter():
    names = ("first_parameter", "second_parameter", "third_parameter")
    text = written(f"negative({', '.join(f'{name}: float[N]' for name in names)}) -> float")

    inside = "".join(f"    {name}: np.ndarray,\n" for name in names)
    assert f"def negative(\n{inside}) -> float:\n" in text


def test_arrays_that_are_returned_together_have_a_line_each():
    text = written("split(x: float[N]) -> (low: float[n], high: float[N - n])")

    assert (
        "    Returns: tuple of\n"
        "        low: float, shape (n,)\n"
        "        high: float, shape (N - n,)\n"
    ) in text


def test_what_is_forbidden_is_said():
    assert "    Not allowed: numpy.negative, skimage\n" in written(
        forbidden=("numpy.negative", "skimage")
    )


@pytest.mark.parametrize("text", [r"A \ and \n, \alpha", '"""Quotes""" within', 'ends in "'])
def test_text_of_the_author_stays_what_it_is(text):
    assert docstring(written(statement=text)).startswith(f"{text}\n\nimage: uint8")


def test_long_lines_are_wrapped():
    text = written(statement=f"{'word ' * 40}\n")

    assert max(map(len, text.split("\n"))) <= 99
