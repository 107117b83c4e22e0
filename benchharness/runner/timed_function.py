"""A function in a worker of its own, called on the grader's clock, on the CPU or on a GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from benchharness.errors import HarnessError
from benchharness.outcomes import TimingStatus
from benchharness.runner.device_time import Traced
from benchharness.runner.devices import CPU, Device
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import (
    Death,
    Reply,
    WorkerLost,
    WorkerProcess,
    call_message,
)
from benchharness.suite.task import Inputs
from benchharness.timing import Call, CallFailed
from benchharness.worker.codec import Packed
from benchharness.worker.messages import Outcome

__all__ = [
    "NULL_SOURCE",
    "NUMPY",
    "Arguments",
    "Place",
    "TimedFunction",
    "TimedNull",
    "failure_of",
    "status_of",
]

NULL_SOURCE = b"""\
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


@dataclass(frozen=True)
class Place:
    """What a worker computes with, and on which device."""

    backend: str
    device: Device


NUMPY = Place("numpy", CPU)


@dataclass(frozen=True)
class Arguments:
    """
    One set of inputs, packed for each variant before any window opens.

    `own` holds, by a variant's name, what it gets in the place of what others with its call get.
    """

    inputs: Inputs
    expected: Any
    packed: dict[tuple[str, str], Packed]
    own: dict[str, Packed] = field(default_factory=dict)

    def message(self, name: str, call: tuple[str, str]) -> Packed:
        """What a variant gets."""
        return self.own.get(name) or self.packed[call]

    @property
    def packed_bytes(self) -> int:
        """How much memory the messages take."""
        return sum(each.total_bytes for each in (*self.packed.values(), *self.own.values()))


class TimedFunction:
    """One function in a worker of its own, as the protocol wants it."""

    def __init__(
        self,
        name: str,
        worker: WorkerProcess,
        call: tuple[str, str],
        limits: Limits,
        problem: Callable[[Reply], str | None],
        *,
        on_gpu: bool,
    ) -> None:
        self.name = name
        self.worker, self.asks_for, self._limits, self._problem = worker, call, limits, problem
        self.on_gpu = self.is_refreshed = on_gpu

    def resume(self) -> None:
        """Its turn begins."""
        self.worker.resume()

    def suspend(self) -> None:
        """Its turn is over: no thread of it may run beside a rival."""
        self.worker.suspend()

    def call(self, arguments: object) -> Call:
        """One call, on the grader's clock."""
        assert isinstance(arguments, Arguments)
        message = arguments.message(self.name, self.asks_for)
        reply = self._asked(lambda: self.worker.call(message, self._limits, timed=True))
        # A worker waits for its GPU by waiting or by looking again and again: neither is work.
        return Call(reply.wall_s, reply.wall_s if self.on_gpu else reply.cpu_s, reply.value)

    def trace(self, arguments: object) -> Traced:
        """One call that is not timed by the grader's clock, with the GPU's own word on it."""
        assert isinstance(arguments, Arguments)
        message = arguments.message(self.name, self.asks_for)
        reply = self._asked(lambda: self.worker.trace(message, self._limits))
        return Traced.of(reply.value, reply.wall_s)

    def _asked(self, ask: Callable[[], Reply]) -> Reply:
        """The reply to a call."""
        try:
            reply = ask()
            if self.is_refreshed:  # nothing that it left under way may run in the next window
                self.worker.refresh(self._limits)
        except WorkerLost as loss:
            raise CallFailed(status_of(loss), f"{loss.cause}: {loss}") from loss
        if problem := self._problem(reply):
            raise CallFailed(TimingStatus.FAILED, problem)
        return reply


class TimedNull(TimedFunction):
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


def status_of(loss: WorkerLost) -> TimingStatus:
    """How a timing ends whose worker was lost."""
    return TimingStatus.TAMPERED if loss.cause == Death.TAMPERED else TimingStatus.FAILED


def failure_of(reply: Reply) -> str | None:
    """What went wrong in a call that nobody else will explain; None if nothing did."""
    return None if reply.outcome == Outcome.RETURNED else f"ended with {reply.outcome.name}"
