"""A run: submissions taken in, tasks graded in sandboxed workers, verdicts put together."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchharness.outcomes import (
    Ceilings,
    CheckVerdict,
    Isolation,
    Run,
    SubmissionVerdict,
    Timing,
)
from benchharness.runner.attempt import Attempt
from benchharness.runner.casebook import Casebook
from benchharness.runner.devices import CPU, Device, Devices
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.gpu_ceilings import gpu_ceilings
from benchharness.runner.grading import TaskGrading
from benchharness.runner.ledger import Entry, Ledger
from benchharness.runner.machine import this_machine, versions
from benchharness.runner.mistakes import mistakes
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging, Submission
from benchharness.runner.timing import TimingBench, failed_timing
from benchharness.runner.work import with_work
from benchharness.runner.workers import Workers
from benchharness.suite.task import Suite, Task, Workload
from benchharness.timing import CallFailed, beside_others, holding_workers
from benchharness.timing.ceilings import measured_ceilings

__all__ = ["Assignment", "Grader", "entry", "grade", "record"]


@dataclass(frozen=True, eq=False)
class Assignment:
    """One task to be graded on one submission in one backend."""

    submission: Submission
    suite: Suite
    task: Task
    backend: str


class Grader:
    """
    Grades submissions on suites; a context manager that owns fork-servers and staged files.

    `start(backends)` before anything else hides the import of a framework behind other work.
    """

    def __init__(self, settings: Settings, suites: Sequence[Suite]) -> None:
        self.settings = settings
        self.suites = tuple(suites)
        self.staging = Staging()
        self.workers = Workers(settings, self.staging)
        self._attempts: dict[tuple[str, str], Attempt] = {}
        self.casebook = Casebook(settings.seed)
        self._prepared: set[str] = set()
        self.devices = Devices(settings, self.workers)
        self._earlier: dict[str, EarlierVersion] = {}
        self._bench: TimingBench | None = None
        self._benched: tuple[Assignment, Device] | None = None

    def take_in(self, path: Path) -> Submission:
        """The submission at `path`; its fork-servers begin to import while others are read."""
        submission = self.staging.take_in(path)
        self.workers.start(submission.backends)
        return submission

    def compare_with(self, submission: Submission, earlier: EarlierVersion) -> None:
        """Time an earlier version in the same rounds, wherever the submission is timed."""
        self._earlier[str(submission.folder)] = earlier
        if earlier.submission:
            self.workers.start(earlier.submission.backends)

    def assignments(self, submission: Submission) -> list[Assignment]:
        """
        What there is to grade on a submission: every task of every suite.

        A package with modules of several backends is graded on a task once for each backend
        whose modules speak of it, and at least once.
        """
        backends = submission.backends or ["numpy"]
        found = []
        for suite in self.suites:
            for task in suite.tasks:
                speaking = [b for b in backends if submission.speaks_of(task.name, b)]
                chosen = backends if len(backends) == 1 else speaking or backends[:1]
                found += [Assignment(submission, suite, task, backend) for backend in chosen]
        return found

    def grading(self, assignment: Assignment) -> TaskGrading:
        """The grading of one task, ready to be asked check by check."""
        attempt = self.attempt(assignment.submission, assignment.backend)
        return TaskGrading(assignment.suite, assignment.task, attempt, self.casebook)

    def attempt(self, submission: Submission, backend: str) -> Attempt:
        """The submission's functions in one backend, shared by all its tasks."""
        key = (str(submission.folder), backend)
        if key not in self._attempts:
            tasks = [task for suite in self.suites for task in suite.tasks]
            self._attempts[key] = Attempt(
                submission,
                backend,
                [task.name for task in tasks],
                lambda: self.workers.new(backend, submission.folder),
                self.settings.limits,
                {task.name: task.forbidden for task in tasks if task.forbidden},
            )
        return self._attempts[key]

    def advice(self, assignment: Assignment) -> str:
        """What a look through the source says of the task, once one of its checks is graded."""
        return self.attempt(assignment.submission, assignment.backend).advice(assignment.task)

    def judged(
        self, submission: Submission, tell: Callable[[str], None] = lambda what: None
    ) -> SubmissionVerdict:
        """
        All that there is to find out about one submission.

        `tell` hears what is being timed, and "" when it is over.
        """
        ledger = Ledger()
        for assignment in self.assignments(submission):
            for check, timing in _results(self, assignment, tell):
                advice = self.advice(assignment)
                ledger.add(entry(assignment, submission.path, check, timing, advice))
        self.release(submission)
        found = ledger.submissions()
        return (
            found[0]
            if found
            else SubmissionVerdict(submission.name, submission.path, submission.sha256)
        )

    def prepare(self, backends: Iterable[str]) -> None:
        """
        Have frameworks imported and questions made, so that forks of this process share them.

        A mistake in a check is told when the check is graded.
        """
        new = [backend for backend in backends if backend not in self._prepared]
        self.workers.prepare(new)
        self.devices.prepare(new)
        for backend in new:
            self.mistakes(backend)
        self._prepared.update(new)

    def mistakes(self, backend: str = "numpy") -> list[str]:
        """What is wrong with the checks themselves, a line each, before anybody is graded."""
        asked = (
            (suite, task, check, backend)
            for suite in self.suites
            for task in suite.tasks
            for check in task.checks
        )
        return mistakes(self.casebook, asked)

    def release(self, submission: Submission) -> None:
        """End the submission's workers: nothing more will be asked of it."""
        for key in [key for key in self._attempts if key[0] == str(submission.folder)]:
            self._attempts.pop(key).close()

    def time(
        self,
        assignment: Assignment,
        workload: Workload,
        size: int,
        device: Device = CPU,
        tell: Callable[[str], None] = lambda what: None,
    ) -> Timing:
        """How fast the submission is on one workload; `tell` hears what is being done."""
        wanted = (assignment, device)
        if self._bench is None or self._benched != wanted or not self._bench.usable:
            self._end_bench()
            try:
                self._bench = TimingBench(
                    self.workers,
                    self.settings,
                    assignment.submission,
                    assignment.suite,
                    assignment.task,
                    assignment.backend,
                    self._earlier.get(str(assignment.submission.folder)),
                    device,
                )
            except CallFailed as failure:
                return failed_timing(failure, workload, size, device)
            self._benched = wanted
        timing = self._bench.time(workload, size, tell)
        return with_work(timing, assignment.task, workload, size)

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Time one task beside nobody who does, and end its workers."""
        with holding_workers():
            try:
                yield
            finally:
                self._end_bench()

    def ceilings(self) -> dict[str, Ceilings]:
        """
        What this machine's devices reach at best, where timing is `full`.

        That is its processor, and the GPUs that PyTorch submissions were timed on.
        """
        if self.settings.timing != "full":
            return {}
        found = measured_ceilings()
        for device in self.devices.known("torch"):
            if device != CPU and (its := gpu_ceilings(self.workers, device, self.settings.limits)):
                found[device.name] = its
        return found

    def _end_bench(self) -> None:
        if self._bench:
            self._bench.close()
            self._bench = None

    def close(self) -> None:
        """End every worker and fork-server and remove what was staged."""
        self._end_bench()
        for attempt in self._attempts.values():
            attempt.close()
        self._attempts.clear()
        self.workers.close()
        self.staging.close()

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def grade(paths: Iterable[Path], suites: Sequence[Suite], settings: Settings) -> Run:
    """
    The run of some submissions on some suites, from beginning to end.

    This is the whole of `pytest --bench` without pytest.
    """
    with Grader(settings, suites) as grader:
        taken = [grader.take_in(path) for path in paths]
        submissions = [grader.judged(submission) for submission in taken]
        isolation, versions = grader.workers.isolation, grader.workers.versions
        ceilings = grader.ceilings()
    return record(settings.seed, submissions, isolation, versions, ceilings)


def entry(
    assignment: Assignment,
    path: str,
    check: CheckVerdict | None,
    timing: Timing | None,
    advice: str = "",
) -> Entry:
    """One result of an assignment, for the ledger; `path` is what to show of the submission's."""
    submission = assignment.submission
    return Entry(
        submission.name,
        path,
        submission.sha256,
        assignment.suite.name,
        assignment.task.name,
        assignment.backend,
        check,
        timing,
        advice,
    )


def record(
    seed: int,
    submissions: Iterable[SubmissionVerdict],
    isolation: Isolation,
    frameworks: dict[str, str],
    ceilings: Mapping[str, Ceilings] | None = None,
) -> Run:
    """Verdicts, with when, where and how they came about."""
    return Run(
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        versions=versions(frameworks),
        machine=replace(this_machine(), ceilings=dict(ceilings or {})),
        isolation=isolation,
        seed=seed,
        submissions=tuple(submissions),
    )


def _results(
    grader: Grader, assignment: Assignment, tell: Callable[[str], None]
) -> Iterator[tuple[CheckVerdict | None, Timing | None]]:
    grading = grader.grading(assignment)
    with beside_others():
        verdicts = [grading.grade(check) for check in assignment.task.checks]
    for verdict in verdicts:
        yield verdict, None
    if grader.settings.timing == "off" or grading.unfit_for_timing():
        return
    with grader.timing():
        for device in grader.devices.of(assignment.backend):
            for workload in assignment.task.workloads:
                for size in workload.sizes:
                    place = "" if device == CPU else f"-{device.name}"
                    what = f"{assignment.task.name} {workload.name}[{size}{place}]"
                    timing = grader.time(assignment, workload, size, device, _telling(tell, what))
                    tell("")
                    yield None, timing


def _telling(tell: Callable[[str], None], what: str) -> Callable[[str], None]:
    """The same, which says what it is about first."""
    return lambda now: tell(f"{what}: {now}")
