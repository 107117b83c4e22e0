"""A NumPy submission is timed in float32, and in float64 where it is right in that alone."""

from dataclasses import replace

import pytest

from benchharness.outcomes import TimingStatus
from benchharness.runner import timing
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite
from benchharness.timing import QUICK

SIZE = 10_000
FLOAT64_ALONE = """
import numpy as np
def relu(x):
    if x.dtype != np.float64:
        raise TypeError(f"{x.dtype} is not supported")
    return np.maximum(x, 0)
"""


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    short = replace(QUICK, budget_s=0.05, wall_s=10.0, warm_up_s=0.01)
    monkeypatch.setitem(timing._PRESETS, "quick", short)


def timed(folder, source):
    """The timing of the task relu."""
    path = folder / "submission.py"
    path.write_text(source)
    losses = load_suite(find_suite("losses"))
    suite = replace(losses, tasks=tuple(task for task in losses.tasks if task.name == "relu"))
    with Grader(Settings(seed=5, timing="quick", timeout_s=2.0), [suite]) as grader:
        (assignment,) = grader.assignments(grader.take_in(path))
        (workload,) = assignment.task.workloads
        return grader.time(assignment, workload, SIZE)


def test_submission_alone_is_given_float64(tmp_path, monkeypatch):
    packed = set()
    original = timing.call_message

    def remember(name, arguments):
        packed.add((name, *(str(given.dtype) for given in arguments)))
        return original(name, arguments)

    monkeypatch.setattr(timing, "call_message", remember)
    timed(tmp_path, FLOAT64_ALONE)

    assert packed == {("relu", "float64"), ("relu", "float32"), ("null", "float32")}


def test_submission_that_is_right_in_float64_alone_is_timed_so(tmp_path):
    found = timed(tmp_path, FLOAT64_ALONE)

    assert found.status in (TimingStatus.OK, TimingStatus.NOISY)
    assert found.precision == "float64"
    assert found.message.endswith(
        "float32 is not supported (submission.py, line 5: "
        '`raise TypeError(f"{x.dtype} is not supported")`)'
    )


def test_submission_that_is_right_in_float32_has_no_word_on_it(tmp_path):
    found = timed(tmp_path, "import numpy as np\ndef relu(x): return np.maximum(x, 0)")

    assert found.status in (TimingStatus.OK, TimingStatus.NOISY)
    assert found.precision is None


def test_submission_that_is_wrong_in_both_fails_as_in_float32(tmp_path):
    found = timed(tmp_path, "def relu(x): raise TypeError(str(x.dtype))")

    assert found.status == TimingStatus.FAILED
    assert "TypeError: float32" in found.message
