"""Timings as `pytest --bench` makes them, of submissions that are known to be as fast or not."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from measuring import HERE

from benchharness.outcomes import Timing
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.runner.timing import TimingBench
from benchharness.suite.load import load_suite
from benchharness.suite.task import Task

__all__ = ["Bench", "Timed"]


@dataclass(frozen=True)
class Timed:
    """A timing and what it cost: measured seconds of the submission, and seconds in all."""

    timing: Timing
    measured_s: float
    wall_s: float


class Bench:
    """Warm fork-servers and one suite of this folder; a context manager."""

    def __init__(self, suite: str) -> None:
        self.suite = load_suite(HERE / "suites" / suite)
        self._grader = Grader(Settings(timing="quick"), [self.suite])
        self.tasks = self.suite.tasks

    def time(self, file: Path, task: Task, size: int) -> Timed:
        """One timing of a submission in new workers, on inputs of a new seed."""
        start = time.perf_counter()
        submission = self._grader.take_in(file)
        settings = Settings(timing="quick")
        workers, suite = self._grader.workers, self.suite
        with closing(TimingBench(workers, settings, submission, suite, task, "numpy")) as bench:
            timing = bench.time(task.workloads[0], size)
        measured_s = timing.calls * (timing.raw_median_s or 0.0)
        return Timed(timing, measured_s, time.perf_counter() - start)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._grader.close()
