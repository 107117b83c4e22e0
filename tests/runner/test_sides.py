"""The workers of one timing: who has how many, and in which order they start."""

import time
from contextlib import closing

import pytest

from benchharness.errors import HarnessError
from benchharness.outcomes import Against, TimingStatus
from benchharness.runner.devices import CPU
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.runner.sides import EARLIER, SUBMISSION, Past, Sides
from benchharness.runner.timed_function import NUMPY, Place
from benchharness.runner.workers import Workers
from benchharness.suite.load import find_suite, load_suite
from benchharness.timing import CallFailed

RELU = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\n"
REFERENCE, NULL = "reference", "null call (numpy)"


@pytest.fixture(scope="module")
def losses():
    return load_suite(find_suite("losses"))


@pytest.fixture(scope="module")
def grader(losses):
    with Grader(Settings(timing="quick", timeout_s=2.0), [losses]) as grader:
        yield grader


@pytest.fixture
def started(monkeypatch):
    """Whose worker each was that has been asked for, in order."""
    names = []
    original = Sides._worker

    def remember(self, place, folder, targets, wanted):
        file = (folder / targets[0]).read_text()
        null = NULL if "def null(" in file else REFERENCE
        names.append({"new": SUBMISSION, "old": EARLIER}.get(file.rpartition("# ")[2], null))
        return original(self, place, folder, targets, wanted)

    monkeypatch.setattr(Sides, "_worker", remember)
    return names


def sides(grader, losses, folder, source, earlier=None):
    def taken_in(name, text):
        path = folder / f"{name}.py"
        path.write_text(f"{text}# {name}")
        return grader.take_in(path)

    (task,) = (task for task in losses.tasks if task.name == "relu")
    version = EarlierVersion("v1", 0.02, taken_in("old", earlier)) if earlier else None
    limits = Settings(timeout_s=2.0).limits
    place = Place("numpy", CPU)
    return closing(
        Sides(grader.workers, limits, losses, task, place, taken_in("new", source), version)
    )


def test_every_side_has_twelve_workers(grader, losses, tmp_path, started):
    with sides(grader, losses, tmp_path, RELU, RELU) as found:
        assert {name: started.count(name) for name in set(started)} == dict.fromkeys(
            (SUBMISSION, EARLIER, REFERENCE, NULL), 12
        )
        assert len(found.workers) == len(started)


def test_file_that_is_slow_to_import_has_fewer(grader, losses, tmp_path, started):
    with sides(grader, losses, tmp_path, "import time\ntime.sleep(0.7)\n" + RELU):
        counts = {started.count(name) for name in (SUBMISSION, REFERENCE, NULL)}
    assert len(counts) == 1 and 3 <= counts.pop() <= 7


def test_workers_that_are_slow_to_start_are_fewer(grader, losses, tmp_path, started, monkeypatch):
    original = Workers.new

    def new(self, backend, folder, gpu=""):
        time.sleep(0.7 if len(started) > 1 else 5.0)  # the first waits for its fork-server
        return original(self, backend, folder, gpu)

    monkeypatch.setattr(Workers, "new", new)
    with sides(grader, losses, tmp_path, RELU):
        counts = {started.count(name) for name in (SUBMISSION, REFERENCE, NULL)}
    assert len(counts) == 1 and 3 <= counts.pop() <= 7


def test_no_side_starts_its_workers_before_the_others(grader, losses, tmp_path, started):
    with sides(grader, losses, tmp_path, RELU, RELU):
        pass
    compared = [name for name in started if name != NULL]
    means = {
        name: sum(place for place, one in enumerate(compared) if one == name) / 12
        for name in (SUBMISSION, EARLIER, REFERENCE)
    }
    assert max(means.values()) - min(means.values()) <= 0.5


@pytest.mark.parametrize(
    ("earlier", "status", "said"),
    [
        ("def other(x): return x\n", None, "relu is new"),
        ("import os\nos._exit(3)\n", TimingStatus.FAILED, "not compared (importing it again"),
    ],
)
def test_earlier_version_that_cannot_start_is_no_side(
    grader, losses, tmp_path, started, earlier, status, said
):
    with sides(grader, losses, tmp_path, RELU, earlier) as found:
        assert isinstance(found.earlier, Against)
        assert found.earlier.status == status and said in found.earlier.message
        assert set(started[2:]) == {SUBMISSION, REFERENCE, NULL}


def test_earlier_version_that_starts_no_second_time_is_no_side(grader, losses, tmp_path):
    fails = "import random, os\nif random.random() < 0.5: raise ValueError('luck')\n" + RELU
    with sides(grader, losses, tmp_path, RELU, fails) as found:
        assert isinstance(found.earlier, Against)
        assert "not compared" in found.earlier.message
        assert found.in_numpy == [SUBMISSION]
        assert all(worker.alive for worker in found.workers)


def test_earlier_version_that_runs_is_a_side(grader, losses, tmp_path):
    with sides(grader, losses, tmp_path, RELU, RELU) as found:
        assert isinstance(found.earlier, Past) and found.earlier.place == NUMPY
        assert found.in_numpy == [SUBMISSION, EARLIER]


def test_submission_that_starts_no_second_time_cannot_be_timed(grader, losses, tmp_path):
    fails = "import random\nif random.random() < 0.5: raise ValueError('luck')\n" + RELU
    with pytest.raises(CallFailed, match="importing it again"):
        sides(grader, losses, tmp_path, fails)


def test_reference_that_does_not_start_is_nobodys_failure(grader, losses, tmp_path, monkeypatch):
    monkeypatch.setattr("benchharness.runner.sides.NULL_SOURCE", b"raise ValueError")
    with pytest.raises(HarnessError, match="timing the reference") as raised:
        sides(grader, losses, tmp_path, RELU)
    assert not isinstance(raised.value, CallFailed)
