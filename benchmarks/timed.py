"""Timings as `pytest --bench` makes them, of submissions that are known to be as fast or not."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from measuring import HERE

from benchharness.outcomes import Timing
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.runner.timing import TimingBench
from benchharness.suite.load import find_suite, load_suite
from benchharness.suite.task import Suite, Task, Workload

__all__ = ["Bench", "Timed", "slowed_reference"]

_SLOWDOWN = HERE / "peers" / "slowdown.py"


@dataclass(frozen=True)
class Timed:
    """A timing and what it cost: measured seconds of the submission, and seconds in all."""

    timing: Timing
    measured_s: float
    wall_s: float


class Bench:
    """Warm fork-servers and one suite, of this folder or a bundled one; a context manager."""

    def __init__(self, suite: str) -> None:
        own = HERE / "suites" / suite
        self.suite = load_suite(own if own.is_dir() else find_suite(suite))
        self._grader = Grader(Settings(timing="quick"), [self.suite])
        self.tasks = self.suite.tasks

    def time(
        self,
        file: Path,
        task: Task,
        size: int,
        *,
        workload: Workload | None = None,
        against: Path | None = None,
        margin: float = 0.02,
    ) -> Timed:
        """
        One timing of a submission in new workers, on inputs of a new seed.

        The workload is the task's first unless another is given. An earlier version of the
        submission is timed in the same rounds, where one is named.
        """
        start = time.perf_counter()
        grader = self._grader
        submission = grader.take_in(file)
        earlier = EarlierVersion("", margin, grader.take_in(against)) if against else None
        settings = Settings(timing="quick")
        sides = (submission, self.suite, task, "numpy", earlier)
        with closing(TimingBench(grader.workers, settings, *sides)) as bench:
            timing = bench.time(workload or task.workloads[0], size)
        measured_s = timing.calls * (timing.raw_median_s or 0.0)
        return Timed(timing, measured_s, time.perf_counter() - start)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._grader.close()


def slowed_reference(suite: Suite, where: Path, share: float) -> Path:
    """A submission that is the suite's reference, every task longer by that share of itself."""
    (source,) = {task.reference_file.read_text() for task in suite.tasks}
    lines = [f"{task.name} = slowed({task.name}, {share})" for task in suite.tasks]
    file = where / "slowed.py"
    file.write_text("\n".join([source, _SLOWDOWN.read_text(), *lines]))
    return file
