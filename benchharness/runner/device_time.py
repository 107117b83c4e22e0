"""
What a GPU itself says of calls: a second figure, beside the time on the grader's clock.

It is the word of the worker that the submission runs in, so it decides nothing. The grader's clock
bounds it from above: who claims more than the whole call took has been tampering.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Protocol, TypeVar

from benchharness.outcomes import Timing, TimingStatus
from benchharness.timing import Call, CallFailed

__all__ = ["Traceable", "Traced", "trace_both", "turn_of", "warm_up"]

_TRACED_CALLS = 20
_LONGEST_S = 2.0
_SHORTEST_WARM_UP_S, _LONGEST_WARM_UP_S = 0.3, 3.0
_READINGS, _BETWEEN_READINGS_S, _AGREE = 3, 0.05, 1.02
_KEYS = ("answer", "device_s", "peak_bytes")


@dataclass(frozen=True)
class Traced:
    """A call with the GPU's own seconds and bytes, where its library tells them."""

    answer: Any
    device_s: float | None
    peak_bytes: int | None

    @classmethod
    def of(cls, value: Any, wall_s: float) -> Traced:
        """
        What a worker has sent, which may be anything, after `wall_s` on the grader's clock.

        Raises
        ------
        CallFailed
            If it is nothing that the harness sends, or claims more than there was.
        """
        if not isinstance(value, dict) or set(value) != set(_KEYS):
            raise CallFailed(TimingStatus.TAMPERED, "a traced call gave no trace")
        answer, device_s, peak_bytes = (value[key] for key in _KEYS)
        if device_s is not None and not (isinstance(device_s, float) and 0 <= device_s <= wall_s):
            text = f"the GPU's clock says {_shown(device_s)}, but the whole call took {wall_s:g} s"
            raise CallFailed(TimingStatus.TAMPERED, text)
        if peak_bytes is not None and not (isinstance(peak_bytes, int) and peak_bytes >= 0):
            raise CallFailed(TimingStatus.TAMPERED, "a traced call took less than no memory")
        return cls(answer, device_s, peak_bytes)


class Traceable(Protocol):
    """A function in a worker of its own on a GPU."""

    def resume(self) -> None:
        """Its turn begins."""

    def suspend(self) -> None:
        """Its turn is over."""

    def call(self, arguments: object) -> Call:
        """One call on the grader's clock."""

    def trace(self, arguments: object) -> Traced:
        """One call with the GPU's own word on it."""


_T = TypeVar("_T", bound=Traceable)


@contextmanager
def turn_of(function: _T) -> Iterator[_T]:
    """A turn of one function, while all others stand still."""
    function.resume()
    try:
        yield function
    finally:
        function.suspend()


def warm_up(
    function: Traceable,
    inputs: Callable[[], object],
    clock_mhz: Callable[[], float | None],
    now: Callable[[], float] = time.perf_counter,
) -> None:
    """
    Keep a GPU busy until the frequency that it runs at is steady.

    The protocol's own warm-up is shorter. Where nothing tells it, a short time has to do.
    """
    began, readings = now(), _Readings()
    while (elapsed_s := now() - began) < _LONGEST_WARM_UP_S:
        arguments = inputs()
        with turn_of(function):
            function.call(arguments)
        if elapsed_s >= _SHORTEST_WARM_UP_S and readings.are_steady(clock_mhz, now()):
            return


class _Readings:
    """The last readings of a frequency, none of them taken too soon after another."""

    def __init__(self) -> None:
        self._taken: list[float] = []
        self._last_s = -math.inf

    def are_steady(self, clock_mhz: Callable[[], float | None], now_s: float) -> bool:
        """Whether the last few agree, with one more if it is time; so they do if there is none."""
        if now_s - self._last_s < _BETWEEN_READINGS_S:
            return False
        self._last_s = now_s
        reading = clock_mhz()
        if reading is None:
            return True
        self._taken = [*self._taken, reading][-_READINGS:]
        return len(self._taken) == _READINGS and max(self._taken) <= _AGREE * min(self._taken)


def trace_both(
    timing: Timing,
    submission: Traceable,
    reference: Traceable | None,
    inputs: Callable[[], object],
    verify: Callable[[object, object], str | None],
) -> Timing:
    """
    The timing with the median of what the GPU says of some more calls, each on fresh inputs.

    Every answer of the submission is verified here as well; a wrong one ends the timing.
    """
    taken: list[Traced] = []
    beside: list[float] = []
    end = time.perf_counter() + _LONGEST_S
    try:
        while len(taken) < _TRACED_CALLS and time.perf_counter() < end:
            arguments = inputs()
            with turn_of(submission):
                traced = submission.trace(arguments)
            if wrong := verify(arguments, traced.answer):
                raise CallFailed(TimingStatus.FAILED, wrong)
            taken.append(traced)
            if reference and (device_s := _traced_s(reference, arguments)) is not None:
                beside.append(device_s)
    except CallFailed as failure:
        text = f"call {len(taken) + 1} with the GPU's clock: {failure}"
        return replace(
            timing,
            status=failure.status,
            message=text,
            speed_ratio=None,
            speed_ratio_ci95=None,
            comparison=None,
        )
    own = [traced.device_s for traced in taken if traced.device_s is not None]
    peaks = [traced.peak_bytes for traced in taken if traced.peak_bytes is not None]
    return replace(
        timing,
        device_median_s=median(own) if own else None,
        reference_device_median_s=median(beside) if beside else None,
        peak_memory_bytes=max(peaks, default=None),
    )


def _traced_s(reference: Traceable, arguments: object) -> float | None:
    with turn_of(reference):
        return reference.trace(arguments).device_s


def _shown(seconds: Any) -> str:
    is_number = isinstance(seconds, float) and math.isfinite(seconds)
    return f"{seconds:g} s" if is_number else "no time at all"
