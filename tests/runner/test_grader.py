"""Whole runs through the library: submissions in, verdicts out, in the order of the suites."""

import errno
import fcntl
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sandbox.confined import refuse
from tiny_suite import POINTS, RIGHT, WRONG, tiny_suite

from benchharness.outcomes import Status, Timing, TimingStatus
from benchharness.runner.devices import CPU
from benchharness.runner.grader import Grader, grade
from benchharness.runner.settings import Settings
from benchharness.sandbox.layers.libc import supported
from benchharness.sandbox.layers.seccomp import call_number

SUITE = tiny_suite()
ARBITRARY = "def total(values):\n    return 0.0\n"


def settings(**changes):
    return Settings(**{"timing": "off", "seed": 5} | changes)


def write(folder, **sources):
    """One file for each source; their paths."""
    paths = [folder / f"{name}.py" for name in sources]
    for path, source in zip(paths, sources.values(), strict=True):
        path.write_text(source)
    return paths


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A right and a wrong submission, graded in one run."""
    paths = write(tmp_path_factory.mktemp("class"), right=RIGHT, wrong=WRONG)
    return grade(paths, [SUITE], settings())


def test_right_submission_gets_all_points(run):
    assert (run.submissions[0].score, run.submissions[0].max_score) == (POINTS, POINTS)


def test_wrong_submission_keeps_the_points_of_its_right_tasks(run):
    assert [task.score for task in run.submissions[1].tasks] == [0, 1]


def test_submissions_and_tasks_come_in_order(run):
    assert [submission.name for submission in run.submissions] == ["right.py", "wrong.py"]
    assert [task.task for task in run.submissions[0].tasks] == ["negative", "total"]


def test_seed_of_the_run_is_recorded(run):
    assert run.seed == 5


def test_isolation_and_versions_are_recorded(run):
    assert run.isolation.tier in ("strict", "process")
    assert {"python", "benchharness", "numpy"} <= set(run.versions)


def messages(path, seed):
    run = grade([path], [SUITE], settings(seed=seed))
    return [check.message for task in run.submissions[0].tasks for check in task.checks]


def test_same_seed_gives_the_same_inputs_and_verdicts(tmp_path):
    (path,) = write(tmp_path, hw=ARBITRARY)

    assert messages(path, 7) == messages(path, 7)


def test_another_seed_gives_other_inputs(tmp_path):
    (path,) = write(tmp_path, hw=ARBITRARY)

    assert messages(path, 7) != messages(path, 8)


def test_no_submissions_make_an_empty_run():
    assert grade([], [SUITE], settings()).submissions == ()


def package(folder):
    """A package with the same task in two backends, and another task in one of them."""
    (folder / "hw").mkdir()
    write(
        folder / "hw",
        __init__="",
        arrays=RIGHT,
        tensors='BACKEND = "torch"\ndef negative(image):\n    return 255 - image\n',
    )
    return folder / "hw"


def test_package_with_two_backends_is_assigned_once_for_each(tmp_path):
    with Grader(settings(), [SUITE]) as grader:
        submission = grader.staging.take_in(package(tmp_path))
        assigned = [(a.task.name, a.backend) for a in grader.assignments(submission)]

    assert assigned == [("negative", "numpy"), ("negative", "torch"), ("total", "numpy")]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_package_with_two_backends_is_graded_once_for_each(tmp_path):
    (submission,) = grade([package(tmp_path)], [SUITE], settings()).submissions

    assert [(task.task, task.backend, task.status) for task in submission.tasks] == [
        ("negative", "numpy", Status.PASSED),
        ("negative", "torch", Status.PASSED),
        ("total", "numpy", Status.PASSED),
    ]


def test_function_that_is_defined_wins_over_one_that_is_only_imported(tmp_path):
    folder = tmp_path / "hw"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "a_helper.py").write_text("from numpy import negative\n")
    (folder / "work.py").write_text(RIGHT)

    (submission,) = grade([folder], [SUITE], settings()).submissions

    assert submission.score == submission.max_score


def test_relative_imports_inside_a_package_work(tmp_path):
    folder = tmp_path / "my hw (1)"
    folder.mkdir()
    write(folder, __init__="from .inner import negative, total\n", inner=RIGHT)

    assert grade([folder], [SUITE], settings()).submissions[0].score == POINTS


def test_files_of_a_folder_without_init_import_each_other(tmp_path):
    (tmp_path / "hw").mkdir()
    write(
        tmp_path / "hw",
        main="from helper import turned\n\ndef negative(image):\n    return turned(image)\n",
        helper="def turned(image):\n    return 255 - image\n",
    )

    assert grade([tmp_path / "hw"], [SUITE], settings()).submissions[0].tasks[0].score == 3


@pytest.mark.parametrize("name", ["my hw (1)", "numpy", "json", "ответ"])
def test_file_of_an_odd_name_is_graded_like_any_other(name, tmp_path):
    (path,) = write(tmp_path, **{name: "import numpy as np\nimport json\n" + RIGHT})

    assert grade([path], [SUITE], settings()).submissions[0].score == POINTS


def test_notebook_is_graded_like_a_file(tmp_path):
    path = tmp_path / "hw.ipynb"
    cells = [
        "%matplotlib inline\nimport numpy as np",
        RIGHT,
        "!nvidia-smi\nnegative(np.ones((2, 2)))",
    ]
    content = [{"cell_type": "code", "source": cell} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "cells": content}))

    assert grade([path], [SUITE], settings()).submissions[0].score == POINTS


def test_submission_of_nothing_misses_everything(tmp_path):
    (submission,) = grade(write(tmp_path, hw=""), [SUITE], settings()).submissions

    assert {task.status for task in submission.tasks} == {Status.MISSING}
    assert (submission.score, submission.max_score) == (0, POINTS)


def test_framework_that_is_not_installed_is_never_the_submissions_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "benchharness.runner.workers._MODULES", {"tensorflow": "nothing_of_that_name"}
    )
    paths = write(tmp_path, hw='BACKEND = "tensorflow"\n' + RIGHT)
    (submission,) = grade(paths, [SUITE], settings()).submissions

    assert {task.status for task in submission.tasks} == {Status.HARNESS_FAILED}
    assert submission.max_score == 0
    assert "pip install tensorflow-cpu" in submission.tasks[0].message


GRADE = """
import json, sys
from pathlib import Path
from tiny_suite import tiny_suite
from benchharness.runner.grader import grade
from benchharness.runner.settings import Settings

run = grade([Path(sys.argv[1])], [tiny_suite()], Settings(timing="off", sandbox=sys.argv[2]))
(submission,) = run.submissions
print(json.dumps({
    "tier": run.isolation.tier,
    "statuses": [task.status for task in submission.tasks],
    "max_score": submission.max_score,
    "message": submission.tasks[0].message,
}))
"""


def without_seccomp(path, tier):
    """What a run says on a machine whose kernel has no seccomp filters."""
    done = subprocess.run(
        [sys.executable, "-c", GRADE, str(path), tier],
        cwd=SUITE.folder.parent,
        preexec_fn=lambda: refuse(call_number("seccomp"), errno.ENOSYS),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


needs_layers = pytest.mark.skipif(supported() is not None, reason=f"the layers: {supported()}")


@needs_layers
def test_strict_fails_closed_where_a_layer_is_taken_away(tmp_path):
    run = without_seccomp(*write(tmp_path, hw=RIGHT), "strict")

    assert set(run["statuses"]) == {"harness_failed"}
    assert run["max_score"] == 0
    assert "strict isolation cannot be had here: strict needs seccomp" in run["message"]


@needs_layers
def test_auto_takes_what_there_is_and_says_so(tmp_path):
    run = without_seccomp(*write(tmp_path, hw=RIGHT), "auto")

    assert (set(run["statuses"]), run["tier"]) == ({"passed"}, "process")


@pytest.mark.parametrize("tier", ["process", "off"])
def test_tier_that_was_asked_for_is_the_tier_that_is_recorded(tier, tmp_path):
    run = grade(write(tmp_path, hw=RIGHT), [SUITE], settings(sandbox=tier))

    assert (run.isolation.tier, run.submissions[0].score) == (tier, POINTS)


def test_grader_leaves_no_files_behind(tmp_path):
    with Grader(settings(), [SUITE]) as grader:
        folder = grader.take_in(*write(tmp_path, hw=RIGHT)).folder

    assert not folder.parent.exists()


def test_tells_what_is_timed_and_when_it_is_over(tmp_path, monkeypatch):
    def time(self, assignment, workload, size, device, tell):
        tell("rounds")
        return Timing(workload.name, device.name, TimingStatus.OK, size=size)

    told = []
    monkeypatch.setattr(Grader, "time", time)
    (path,) = write(tmp_path, right=RIGHT)
    with Grader(settings(timing="quick", device=CPU.name), [SUITE]) as grader:
        grader.judged(grader.take_in(path), told.append)

    assert told == ["negative noise[8]: rounds", ""]


def test_workers_for_timing_are_of_one_grader_at_a_time(tmp_path, monkeypatch):
    def is_free():
        with (Path(tempfile.gettempdir()) / "benchharness-workers.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    class Bench:
        usable = True

        def __init__(self, *_):
            seen.append(("start", is_free()))

        def time(self, workload, size, tell):
            return Timing(workload.name, "cpu", TimingStatus.OK, size=size)

        def close(self):
            seen.append(("end", is_free()))

    seen = []
    monkeypatch.setattr("benchharness.runner.grader.TimingBench", Bench)
    (path,) = write(tmp_path, right=RIGHT)
    with Grader(settings(timing="quick", device=CPU.name), [SUITE]) as grader:
        grader.judged(grader.take_in(path))
        seen.append(("judged", is_free()))

    assert seen == [("start", False), ("end", False), ("judged", True)]
