"""
The thresholding suite as a plain pytest file: same cases, same judgement, no sandbox.

It imports the submission named in the variable SUBMISSION into pytest's own process.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from benchharness.checking.judge import judge
from benchharness.suite.authoring import load_module
from benchharness.suite.load import find_suite, load_suite

SUITE = load_suite(find_suite("thresholding"))
SUBMISSION = load_module(Path(os.environ["SUBMISSION"]), "submission")
IS_TORCH = SUBMISSION.BACKEND == "torch"


def in_precision(value):
    """What the submission's backend computes in, float32 for PyTorch."""
    if IS_TORCH and isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(np.float32).astype(np.float64)
    return value


def sent(value):
    """An array as the submission takes it."""
    if not IS_TORCH or not isinstance(value, np.ndarray):
        return value
    import torch

    value = value.astype(np.float32) if value.dtype == np.float64 else value
    return torch.from_numpy(value.copy())


def received(value):
    """An answer as plain numbers."""
    if IS_TORCH and hasattr(value, "numpy"):
        return value.numpy()
    return value


@pytest.mark.parametrize(
    ("task", "check"),
    [(task, check) for task in SUITE.tasks for check in task.checks],
    ids=lambda part: part.name,
)
def test_check(task, check):
    for case in check.cases(np.random.default_rng()):
        inputs = {name: in_precision(value) for name, value in case.inputs.items()}
        answer = getattr(SUBMISSION, task.name)(*map(sent, task.arguments(inputs)))
        complaint = judge(task, inputs, received(answer), task.expected(inputs))
        assert complaint is None, f"{case.label}: {complaint}"
