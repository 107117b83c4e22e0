"""What is wrong with a suite is told in a line that says where."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_suite import tiny_suite

from benchharness.runner.casebook import Casebook
from benchharness.runner.mistakes import described, mistakes
from benchharness.suite.task import Check

SUITE = tiny_suite()
NEGATIVE = SUITE.tasks[0]


def told(cases, task=NEGATIVE, backends=("numpy",)):
    """What is said of a check with these cases."""
    check = Check("broken", 1, NEGATIVE.checks[0].visibility, "", cases)
    return mistakes(Casebook(1), [(SUITE, task, check, backend) for backend in backends])


def raising(rng):
    raise RuntimeError("of\nthe author")
    yield


def empty(rng):
    yield from ()


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (raising, "RuntimeError in the suite tiny: of the author"),
        (empty, "it yields no case, so everybody would pass; yield case(...)"),
    ],
)
def test_mistake_is_one_line_with_suite_task_and_check(cases, said):
    assert told(cases) == [f"suites/tiny: negative: check broken: {said}"]


def test_mistake_that_every_backend_shows_is_told_once():
    assert len(told(empty, backends=("numpy", "torch"))) == 1


def test_right_check_has_none():
    assert told(NEGATIVE.checks[0].cases, backends=("numpy", "torch", "tensorflow")) == []


def test_line_of_a_reference_that_raises_is_named():
    with pytest.raises(TypeError, match="unsupported operand") as raised:
        NEGATIVE.reference(image=None)

    text = described(SUITE, NEGATIVE, raised.value)
    assert text.startswith("TypeError in reference.py, line 8: unsupported operand")


def test_reference_that_answers_in_another_shape_is_a_mistake():
    task = replace(NEGATIVE, reference=lambda image: np.zeros(3, np.uint8))
    (line,) = told(NEGATIVE.checks[0].cases, task)

    assert line.startswith("suites/tiny: negative: check broken: case 'a random image': the refer")
