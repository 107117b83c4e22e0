"""One workload of one task, timed: submission, reference and null calls in identical workers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchharness.checking.judge import judge
from benchharness.errors import HarnessError
from benchharness.outcomes import Timing, TimingStatus
from benchharness.runner.attempt import doubles, for_backend, problem_of
from benchharness.runner.settings import Settings
from benchharness.runner.streams import stream
from benchharness.runner.submission import Submission
from benchharness.runner.workers import Workers
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import (
    Death,
    Reply,
    WorkerLost,
    WorkerProcess,
    call_message,
)
from benchharness.suite.task import Inputs, Suite, Task, Workload
from benchharness.timing import FULL, QUICK, Call, CallFailed, Variants, measure, to_timing
from benchharness.worker.codec import Packed
from benchharness.worker.messages import Outcome

__all__ = ["time_workload"]

_PRESETS = {"quick": QUICK, "full": FULL}
_NULL_SOURCE = b"""\
import copy


def prepare(example):
    global answer
    answer = example.clone() if hasattr(example, "clone") else copy.deepcopy(example)


def null(*arguments):
    return answer
"""
"""A null call receives what the others receive and answers in the same shape, ready made."""


@dataclass(frozen=True)
class _Arguments:
    """One set of inputs, packed for each variant before any window opens."""

    inputs: Inputs
    expected: Any
    packed: dict[tuple[str, str], Packed]


class _TimedFunction:
    """One function in a worker of its own, as the protocol wants it."""

    def __init__(
        self,
        name: str,
        worker: WorkerProcess,
        call: tuple[str, str],
        limits: Limits,
        problem: Callable[[Reply], str | None],
    ) -> None:
        self.name = name
        self._worker, self._call, self._limits, self._problem = worker, call, limits, problem

    def resume(self) -> None:
        """Its turn begins."""
        self._worker.resume()

    def suspend(self) -> None:
        """Its turn is over: no thread of it may run beside a rival."""
        self._worker.suspend()

    def call(self, arguments: object) -> Call:
        """One call, on the grader's clock."""
        assert isinstance(arguments, _Arguments)
        try:
            reply = self._worker.call(arguments.packed[self._call], self._limits)
        except WorkerLost as loss:
            tampered = loss.cause == Death.TAMPERED
            status = TimingStatus.TAMPERED if tampered else TimingStatus.FAILED
            raise CallFailed(status, f"{loss.cause}: {loss}") from loss
        if problem := self._problem(reply):
            raise CallFailed(TimingStatus.FAILED, problem)
        return Call(reply.wall_s, reply.cpu_s, reply.value)


class _Bench:
    """The workers of one measurement."""

    def __init__(
        self, workers: Workers, limits: Limits, task: Task, backend: str, stack: ExitStack
    ) -> None:
        self._workers, self._limits, self._stack = workers, limits, stack
        self._task, self._backend = task, backend
        self.calls: set[tuple[str, str]] = set()

    def submission(self, submission: Submission) -> _TimedFunction:
        """The student's function."""
        task = self._task
        targets = submission.targets(self._backend, [task.name])
        worker = self._worker(self._backend, submission.folder, targets, [task.name])

        def problem(reply: Reply) -> str | None:
            found = problem_of(reply, task.signature, "(...)")
            return found.message if found else None

        return self._timed("submission", worker, (task.name, self._backend), problem)

    def reference(self) -> _TimedFunction:
        """The trusted function, alone with its file."""
        file, name = self._task.reference_file, self._task.reference.__name__
        worker = self._trusted("numpy", file.name, file.read_bytes(), [name])
        return self._timed("reference", worker, (name, "numpy"), _ours_failed)

    def null(self, backend: str, expected: Any) -> _TimedFunction:
        """A function that does nothing, in either backend."""
        worker = self._trusted(backend, "null.py", _NULL_SOURCE, ["prepare", "null"])
        worker.call(call_message("prepare", (expected,)), self._limits)
        return self._timed(f"null call ({backend})", worker, ("null", backend), _ours_failed)

    def _trusted(self, backend: str, name: str, source: bytes, wanted: list[str]) -> WorkerProcess:
        folder = self._workers.staging.folder()
        target = folder / name
        target.write_bytes(source)
        target.chmod(0o644)
        return self._worker(backend, folder, [name], wanted)

    def _worker(
        self, backend: str, folder: Path, targets: list[str], wanted: list[str]
    ) -> WorkerProcess:
        worker = self._workers.new(backend, folder)
        self._stack.callback(worker.close)
        reply = worker.load(str(folder), targets, wanted, self._limits)
        if reply.outcome != Outcome.RETURNED:
            raise HarnessError(f"timing: {targets} cannot be imported: {reply.value}")
        return worker

    def _timed(
        self,
        name: str,
        worker: WorkerProcess,
        call: tuple[str, str],
        problem: Callable[[Reply], str | None],
    ) -> _TimedFunction:
        self.calls.add(call)
        return _TimedFunction(name, worker, call, self._limits, problem)


def time_workload(
    workers: Workers,
    settings: Settings,
    submission: Submission,
    suite: Suite,
    task: Task,
    backend: str,
    workload: Workload,
    size: int,
) -> Timing:
    """
    How fast a submission is on one workload beside the reference, every call of it verified.

    Raises
    ------
    HarnessError
        If the reference or a null call fails: then nothing can be said of the submission.
    """
    place = (suite.name, task.name, workload.name, str(size))
    inputs_rng = stream(settings.seed, *place, "inputs")
    with ExitStack() as stack:
        bench = _Bench(workers, settings.limits, task, backend, stack)
        expected = task.expected(workload.inputs(inputs_rng, size))
        null = bench.null(backend, expected)
        variants = Variants(
            submission=bench.submission(submission),
            reference=bench.reference(),
            submission_null=null,
            reference_null=null if backend == "numpy" else bench.null("numpy", expected),
        )

        def inputs() -> _Arguments:
            made = workload.inputs(inputs_rng, size)
            sent = {b: task.arguments(for_backend(b, made)) for _, b in bench.calls}
            packed = {(name, b): call_message(name, sent[b]) for name, b in bench.calls}
            exact = doubles(for_backend(backend, made))
            return _Arguments(exact, task.expected(exact), packed)

        def verify(arguments: object, answer: object) -> str | None:
            assert isinstance(arguments, _Arguments)
            return judge(task, arguments.inputs, answer, arguments.expected)

        measurement = measure(
            variants, inputs, verify, _PRESETS[settings.timing], stream(settings.seed, *place)
        )
    return to_timing(measurement, workload=workload.name, device="cpu", size=size)


def _ours_failed(reply: Reply) -> str | None:
    return None if reply.outcome == Outcome.RETURNED else f"ended with {reply.outcome.name}"
