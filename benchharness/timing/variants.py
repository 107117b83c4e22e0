"""What a round of timing runs: functions in worker processes, and what a call of one gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

from benchharness.errors import HarnessError
from benchharness.outcomes import TimingStatus

__all__ = [
    "Call",
    "CallFailed",
    "Earlier",
    "NullRotation",
    "NullVariant",
    "Rotation",
    "Variant",
    "Variants",
    "processes_of",
    "share_turns",
]


@dataclass(frozen=True)
class Call:
    """One windowed call: wall seconds by the grader's clock, the worker's CPU seconds, answer."""

    wall_s: float
    cpu_s: float
    answer: object


class CallFailed(HarnessError):
    """A call gave no answer that could be timed; the status says whose doing it was."""

    def __init__(self, status: TimingStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Variant(Protocol):
    """One function in its own worker process, stopped unless it is its turn."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def resume(self) -> None:
        """Let the worker run: its turn in a round begins."""

    def suspend(self) -> None:
        """Stop the worker, dead or alive: its turn is over."""

    def call(self, arguments: object) -> Call:
        """One timed call; raises CallFailed where it gives no answer."""


class NullVariant(Variant, Protocol):
    """
    A variant whose calls do nothing: what they take is the harness's own share.

    That share grows with the length of a call, by up to 0.1 ms: while a call lasts, the grader and
    the worker's loop around it get cold in the caches. So a null call waits as long.
    """

    def last(self, seconds: float) -> None:
        """Let every further call wait so long, and leave that out of what it says it took."""


class Rotation:
    """
    Several workers of one function as one variant: each turn is the next worker's.

    Where a process's arrays lie in memory decides which share a cache set, and stays so for its
    life: copies of the same code differ by 1 to 4 % from one process to the next. More rounds
    with the same two processes cannot average that out; more processes can.
    """

    def __init__(self, workers: Sequence[Variant]) -> None:
        self.name = workers[0].name
        self.processes = len(workers)
        self._all = tuple(workers)
        self._turns = cycle(workers)
        self._current = workers[0]

    def share(self, processes: int) -> None:
        """Let only the first so many take turns from now on, beginning after the last turn's."""
        sharing = self._all[:processes]
        self.processes = len(sharing)
        following = (self._all.index(self._current) + 1) % len(sharing)
        self._turns = cycle(sharing[following:] + sharing[:following])

    def resume(self) -> None:
        """Let the next worker run."""
        self._current = next(self._turns)
        self._current.resume()

    def suspend(self) -> None:
        """Stop the worker whose turn it was."""
        self._current.suspend()

    def call(self, arguments: object) -> Call:
        """One timed call of the worker whose turn it is."""
        return self._current.call(arguments)


def processes_of(variant: Variant) -> int:
    """How many processes take turns as this variant."""
    return variant.processes if isinstance(variant, Rotation) else 1


def share_turns(variant: Variant, processes: int) -> None:
    """Let so many processes take turns as this variant, or as many as there are."""
    if isinstance(variant, Rotation):
        variant.share(processes)


class NullRotation(Rotation):
    """
    As many workers for the null call: one that is asked every round is warmer than the others.
    """

    def __init__(self, workers: Sequence[NullVariant]) -> None:
        super().__init__(workers)
        self._nulls = tuple(workers)

    def last(self, seconds: float) -> None:
        """Let every worker wait so long from now on."""
        for worker in self._nulls:
            worker.last(seconds)


@dataclass(frozen=True)
class Earlier:
    """
    An earlier version of the submission, as one more side of the comparison.

    `verify` says what is wrong with an answer of it, or None, and `margin` which difference from
    it counts as one. Whatever it does, the submission is measured as it would be without it.
    """

    variant: Variant
    null: NullVariant
    verify: Callable[[object, object], str | None]
    margin: float


@dataclass(frozen=True)
class Variants:
    """
    What a round runs.

    A null call receives the same inputs, only waits and answers in the same shape: it measures
    the harness's own share of a call. The nulls may be one and the same object.
    """

    submission: Variant
    reference: Variant
    submission_null: NullVariant
    reference_null: NullVariant
    earlier: Earlier | None = None

    @property
    def compared(self) -> tuple[Variant, ...]:
        """Every variant that does the work."""
        earlier = (self.earlier.variant,) if self.earlier else ()
        return (self.submission, self.reference, *earlier)

    @property
    def distinct(self) -> tuple[Variant, ...]:
        """Every variant once."""
        return (*self.compared, *self.nulls)

    @property
    def nulls(self) -> tuple[NullVariant, ...]:
        """Every null call once."""
        earlier = (self.earlier.null,) if self.earlier else ()
        return tuple(dict.fromkeys((self.submission_null, self.reference_null, *earlier)))
