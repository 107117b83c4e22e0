"""One more submission on a warm fork-server, beside pytest in a fresh process."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from measuring import HERE, RIGHT, environment, folder, in_turn, python, seconds
from results import Figure, Goal, Result

from benchharness.outcomes import Status
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite

_GOALS_S = {"numpy": 0.15, "torch": 0.3}
_NAMES = {"numpy": "NumPy", "torch": "PyTorch"}


def measure(*, quick: bool) -> Result:
    """Seconds that one more submission costs, the whole suite, without timing."""
    suites = [load_suite(find_suite("thresholding"))]
    with folder() as where, ExitStack() as stack:
        measures = {}
        for backend in _GOALS_S:
            grader = stack.enter_context(Grader(Settings(timing="off"), suites))
            measures[backend] = _Handing(grader, RIGHT[backend], where)
            measures[f"{backend}_plain"] = _plain(RIGHT[backend], where)
        shutil.copy(HERE / "peers" / "test_plain.py", where)
        in_turn(1, measures)  # imports the framework, fills caches
        found = in_turn(3 if quick else 20, measures)
    figures = []
    for backend, goal_s in _GOALS_S.items():
        ours, plain = found[backend], found[f"{backend}_plain"]
        figures += [
            Figure(
                f"one more {_NAMES[backend]} submission",
                median(ours),
                f"{median(ours):.3f} s",
                Goal(goal_s, f"< {goal_s:g} s", "s"),
                f"{min(ours):.3f} to {max(ours):.3f} s, n = {len(ours)}; "
                f"{median(plain) / median(ours):.1f} times as fast as pytest",
            ),
            Figure(
                f"`python -m pytest` of the same cases, {_NAMES[backend]}",
                median(plain),
                f"{median(plain):.2f} s",
                detail=f"{min(plain):.2f} to {max(plain):.2f} s",
            ),
        ]
    return Result(
        title="One more submission on a warm fork-server",
        figures=tuple(figures),
        notes=(
            "The whole thresholding suite, without timing: taken in, graded in the strictest "
            "sandbox to be had, released; each time a new file. The plain test file "
            "(`benchmarks/peers/test_plain.py`) runs in a fresh process without a sandbox.",
        ),
        data=dict(found),
    )


class _Handing:
    """Hands in a new copy of a submission whenever it is called; the seconds of its grading."""

    def __init__(self, grader: Grader, source: Path, where: Path) -> None:
        self.grader, self.source, self.where = grader, source, where
        self.numbers = itertools.count()

    def __call__(self) -> float:
        file = self.where / f"{self.source.stem}_{next(self.numbers)}.py"
        file.write_text(f"{self.source.read_text()}\n# {file.stem}\n")
        start = time.perf_counter()
        submission = self.grader.take_in(file)
        statuses = {
            grading.grade(check).status
            for assignment in self.grader.assignments(submission)
            for grading in [self.grader.grading(assignment)]
            for check in assignment.task.checks
        }
        self.grader.release(submission)
        took_s = time.perf_counter() - start
        if statuses != {Status.PASSED}:
            raise RuntimeError(f"{file.name}: not all passed: {statuses}")
        return took_s


def _plain(submission: Path, where: Path) -> Callable[[], float]:
    command = python("-m", "pytest", "-q", "-p", "no:benchharness", "test_plain.py")
    return lambda: seconds(command, where, env=environment(SUBMISSION=str(submission)))
