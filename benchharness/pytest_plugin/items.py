"""Submissions, tasks, checks and timings as pytest's nodes and items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchharness.outcomes import CheckVerdict, Status, Timing, TimingStatus, Visibility
from benchharness.reporting.regressions import slower_in_words
from benchharness.reporting.terminal import failure_text
from benchharness.runner.devices import Device
from benchharness.runner.grader import Assignment, entry
from benchharness.runner.grading import TaskGrading
from benchharness.runner.ledger import Entry
from benchharness.suite.task import Check, Workload

if TYPE_CHECKING:
    from benchharness.pytest_plugin.run import BenchRun

__all__ = ["BenchItem", "CheckItem", "NotPassed", "SubmissionNode", "TaskNode", "TimingItem"]


class SubmissionNode(pytest.Collector):
    """A submission in the tree of items; nothing of it is imported here."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return []


class TaskNode(pytest.Collector):
    """One task of a submission, with the misconceptions that were explained already."""

    grading: TaskGrading
    told: set[str]

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return []


class NotPassed(Exception):
    """Carries a verdict's text to pytest's report."""


class BenchItem(pytest.Item):
    """Something that the grader is asked for when pytest comes to it."""

    entry: Entry | None = None
    bench: BenchRun
    assignment: Assignment

    def record(self, check: CheckVerdict | None, timing: Timing | None = None) -> None:
        shown = self.nodeid.partition("::")[0]
        advice = self.bench.grader.advice(self.assignment)
        self.entry = entry(self.assignment, shown, check, timing, advice)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotPassed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        where = Path(self.nodeid.partition("::")[0])
        return where, 0, self.nodeid.replace("::", ": ")


class CheckItem(BenchItem):
    """One check of one task."""

    def prepare(self, bench: BenchRun, assignment: Assignment, check: Check) -> None:
        self.bench, self.assignment, self.check = bench, assignment, check
        self.add_marker("bench_check")

    def runtest(self) -> None:
        assert isinstance(self.parent, TaskNode)
        verdict = self.parent.grading.grade(self.check)
        self.record(verdict)
        if verdict.status == Status.MISSING and self.bench.is_untouched(self.assignment):
            pytest.skip(f"nothing of the suite {self.assignment.suite.name} is defined")
        if verdict.status != Status.PASSED:
            told = self.parent.told
            again = verdict.misconception in told
            if verdict.visibility == Visibility.VISIBLE:
                told.add(verdict.misconception or verdict.name)
            raise NotPassed(f"{verdict.status}: {failure_text(verdict, again=again)}")


class TimingItem(BenchItem):
    """One workload of one task at one size on one device, beside the reference."""

    fixturenames = ("benchmark",)
    """What makes it a benchmark for `--benchmark-only` and `--benchmark-skip`."""

    def prepare(
        self,
        bench: BenchRun,
        assignment: Assignment,
        workload: Workload,
        size: int,
        device: Device,
    ) -> None:
        self.bench, self.assignment = bench, assignment
        self.workload, self.size, self.device = workload, size, device
        self.add_marker("bench_timing")

    def runtest(self) -> None:
        assert isinstance(self.parent, TaskNode)
        unfit = self.parent.grading.unfit_for_timing()
        if unfit:
            pytest.skip(unfit)
        try:
            grader, assignment = self.bench.grader, self.assignment
            with self.bench.telling(self) as tell:
                timing = grader.time(assignment, self.workload, self.size, self.device, tell)
        except Exception as problem:
            where = f"workload {self.workload.name}: {type(problem).__name__}: {problem}"
            self.bench.problems.append(f"{self.assignment.task.name}: {where}")
            raise NotPassed(f"harness_failed: {where}") from problem
        self.record(None, timing)
        self._show_in_pytest_benchmark(timing)
        if timing.status == TimingStatus.FAILED and self._is_extra():
            pytest.skip(f"does not work on {self.device.name}: {timing.message}")
        if timing.status in (TimingStatus.FAILED, TimingStatus.TAMPERED):
            raise NotPassed(f"{timing.status}: {timing.message}")
        if self.bench.tolerated is not None and timing.against and timing.against.is_slower:
            raise NotPassed(f"slower: {slower_in_words(timing.against)}")

    def _is_extra(self) -> bool:
        """Whether nobody has asked for this device: it only happens to be there."""
        return self.device.name != "cpu" and self.bench.grader.settings.device == "all"

    def _show_in_pytest_benchmark(self, timing: Timing) -> None:
        session = getattr(self.config, "_benchmarksession", None)
        if session is not None and timing.samples_s:
            from benchharness.reporting.pytest_benchmark import show

            show(session, self, timing)
