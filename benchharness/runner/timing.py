"""One workload of one task, timed: submission, reference and null calls in identical workers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchharness.checking.judge import judge
from benchharness.checking.precision import in_double, in_single
from benchharness.errors import HarnessError
from benchharness.outcomes import Timing, TimingStatus
from benchharness.runner.attempt import for_backend, problem_of
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
from benchharness.timing import (
    FULL,
    QUICK,
    Call,
    CallFailed,
    NullRotation,
    Rotation,
    Variants,
    alone_on_this_machine,
    measure,
    on_one_core,
    punctual_timers,
    to_timing,
)
from benchharness.worker.codec import Packed
from benchharness.worker.messages import Outcome

__all__ = ["TimingBench", "failed_timing"]

_COPIES = range(4)
_PRESETS = {"quick": QUICK, "full": FULL}
_NULL_SOURCE = b"""\
import copy
from time import perf_counter


def prepare(example):
    global answer
    answer = example.clone() if hasattr(example, "clone") else copy.deepcopy(example)


def last(given):
    global seconds
    seconds = given


def null(*arguments):
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass
    return answer
"""
"""
A null call receives what the others receive, waits, and answers in the same shape, ready made.
"""


def failed_timing(failure: CallFailed, workload: Workload, size: int) -> Timing:
    """The timing of a submission that could not even be started."""
    return Timing(workload.name, "cpu", failure.status, str(failure), size=size)


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
        self.worker, self._call, self._limits, self._problem = worker, call, limits, problem

    def resume(self) -> None:
        """Its turn begins."""
        self.worker.resume()

    def suspend(self) -> None:
        """Its turn is over: no thread of it may run beside a rival."""
        self.worker.suspend()

    def call(self, arguments: object) -> Call:
        """One call, on the grader's clock."""
        assert isinstance(arguments, _Arguments)
        try:
            reply = self.worker.call(arguments.packed[self._call], self._limits, timed=True)
        except WorkerLost as loss:
            raise CallFailed(_status_of(loss), f"{loss.cause}: {loss}") from loss
        if problem := self._problem(reply):
            raise CallFailed(TimingStatus.FAILED, problem)
        return Call(reply.wall_s, reply.cpu_s, reply.value)


class _TimedNull(_TimedFunction):
    """A null call, which keeps what it waits to itself."""

    _waits_s = 0.0

    def prepare(self, example: Any) -> None:
        """Answer like this from now on, and at once."""
        self._tell("prepare", example)
        self.last(0.0)

    def last(self, seconds: float) -> None:
        """Wait so long in every call from now on."""
        self._tell("last", seconds)
        self._waits_s = seconds

    def call(self, arguments: object) -> Call:
        """One call, less what it waited."""
        call = super().call(arguments)
        return replace(call, wall_s=call.wall_s - self._waits_s, cpu_s=call.cpu_s - self._waits_s)

    def _tell(self, function: str, value: object) -> None:
        self.worker.resume()
        try:
            self.worker.call(call_message(function, (value,)), self._limits)
        except WorkerLost as loss:
            raise HarnessError(f"{self.name}: {loss.cause}: {loss}") from loss
        self.worker.suspend()


class TimingBench:
    """
    The workers that time one task of one submission, kept for all its workloads.

    Submission and reference have several workers each, which take turns: where the memory of a
    process lies makes copies of the same code differ by some percent for their lives.
    """

    def __init__(
        self,
        workers: Workers,
        settings: Settings,
        submission: Submission,
        suite: Suite,
        task: Task,
        backend: str,
    ) -> None:
        self._workers, self._settings = workers, settings
        self._suite, self._task, self._backend = suite, task, backend
        self._limits = settings.limits
        self._stack = ExitStack()
        self._opened: list[WorkerProcess] = []
        try:
            self._submission = self._submission_variant(submission)
            self._reference, self._nulls = self._trusted_variants()
        except BaseException:
            self.close()
            raise

    def time(self, workload: Workload, size: int) -> Timing:
        """
        How fast the submission is on one workload, every timed call of it verified.

        Raises
        ------
        HarnessError
            If the reference or a null call fails: then nothing can be said of the submission.
        """
        task, backend = self._task, self._backend
        place = (self._suite.name, task.name, workload.name, str(size))
        inputs_rng = stream(self._settings.seed, *place, "inputs")
        example = task.expected(workload.inputs(inputs_rng, size))
        nulls = {}
        for name, copies in self._nulls.items():
            for null in copies:
                null.prepare(example)
            nulls[name] = NullRotation(copies)
        calls = {(task.name, backend), (task.reference.__name__, "numpy")}
        calls |= {("null", name) for name in self._nulls}

        def inputs() -> _Arguments:
            made = in_single(workload.inputs(inputs_rng, size))
            sent = {b: task.arguments(for_backend(b, task.signature, made)) for _, b in calls}
            packed = {(name, b): call_message(name, sent[b]) for name, b in calls}
            exact = in_double(made)
            return _Arguments(exact, task.expected(exact), packed)

        def verify(arguments: object, answer: object) -> str | None:
            assert isinstance(arguments, _Arguments)
            return judge(task, arguments.inputs, answer, arguments.expected, backend)

        variants = Variants(self._submission, self._reference, nulls[backend], nulls["numpy"])
        preset, rng = _PRESETS[self._settings.timing], stream(self._settings.seed, *place)
        processes = [worker.pid for worker in self._opened]
        try:
            with alone_on_this_machine(), on_one_core(processes), punctual_timers():
                measurement = measure(variants, inputs, verify, preset, rng)
        except ProcessLookupError:  # a thread of the submission has ended its process meanwhile
            failed = CallFailed(TimingStatus.FAILED, "the process ended itself between calls")
            return failed_timing(failed, workload, size)
        return to_timing(measurement, workload=workload.name, device="cpu", size=size)

    @property
    def usable(self) -> bool:
        """Whether all workers still live."""
        return all(worker.alive for worker in self._opened)

    def close(self) -> None:
        """End the workers."""
        self._stack.close()

    def _submission_variant(self, submission: Submission) -> Rotation:
        task, targets = self._task, submission.targets(self._backend, [self._task.name])

        def problem(reply: Reply) -> str | None:
            found = problem_of(reply, task.signature, "(...)")
            return found.message if found else None

        def open_one() -> WorkerProcess:
            return self._worker(self._backend, submission.folder, targets, [task.name])

        call = (task.name, self._backend)
        return Rotation([self._timed("submission", open_one(), call, problem) for _ in _COPIES])

    def _reference_variant(self) -> Rotation:
        """The trusted function, alone with its file."""
        file, name = self._task.reference_file, self._task.reference.__name__
        folder = self._staged(file.name, file.read_bytes())

        def open_one() -> WorkerProcess:
            return self._worker("numpy", folder, [file.name], [name])

        call = (name, "numpy")
        return Rotation([self._timed("reference", open_one(), call, _failed) for _ in _COPIES])

    def _trusted_variants(self) -> tuple[Rotation, dict[str, list[_TimedNull]]]:
        """The reference and the null calls; where they fail, it is not the submission's doing."""
        try:
            nulls = {name: self._null_variant(name) for name in {self._backend, "numpy"}}
            return self._reference_variant(), nulls
        except CallFailed as failure:
            raise HarnessError(f"timing the reference: {failure}") from failure

    def _null_variant(self, backend: str) -> list[_TimedNull]:
        """A function that only waits."""
        folder = self._staged("null.py", _NULL_SOURCE)
        name, call = f"null call ({backend})", ("null", backend)

        def open_one() -> WorkerProcess:
            return self._worker(backend, folder, ["null.py"], ["prepare", "last", "null"])

        return [_TimedNull(name, open_one(), call, self._limits, _failed) for _ in _COPIES]

    def _staged(self, name: str, source: bytes) -> Path:
        target = self._workers.staging.folder() / name
        target.write_bytes(source)
        target.chmod(0o644)
        return target.parent

    def _worker(
        self, backend: str, folder: Path, targets: list[str], wanted: list[str]
    ) -> WorkerProcess:
        worker = self._workers.new(backend, folder)
        self._stack.callback(worker.close)
        self._opened.append(worker)
        try:
            reply = worker.load(str(folder), targets, wanted, self._limits)
        except WorkerLost as loss:
            raise CallFailed(_status_of(loss), f"importing it again: {loss}") from loss
        if reply.outcome != Outcome.RETURNED:
            text = f"importing it again ended with {reply.outcome.name}"
            raise CallFailed(TimingStatus.FAILED, text)
        worker.suspend()
        return worker

    def _timed(
        self,
        name: str,
        worker: WorkerProcess,
        call: tuple[str, str],
        problem: Callable[[Reply], str | None],
    ) -> _TimedFunction:
        return _TimedFunction(name, worker, call, self._limits, problem)


def _status_of(loss: WorkerLost) -> TimingStatus:
    return TimingStatus.TAMPERED if loss.cause == Death.TAMPERED else TimingStatus.FAILED


def _failed(reply: Reply) -> str | None:
    return None if reply.outcome == Outcome.RETURNED else f"ended with {reply.outcome.name}"
