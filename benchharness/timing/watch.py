"""What a GPU's sensors say while it is measured: read now and then, off the measuring core."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchharness.outcomes import Span, Throttling, Trace
from benchharness.timing.gpu_sensors import HELD_DOWN
from benchharness.timing.meters import NotMeasured
from benchharness.timing.nvml_calls import GpuLost, or_none

__all__ = ["Observed", "Range", "Recorder", "Sensors", "Watch", "held_down_spans", "thinned"]

Clock = Callable[[], float]

_EVERY_S = 0.075
_MOST_POINTS = 240
_TOLERATED_SHARE = 0.01
_COLUMNS = ("power_w", "sm_mhz", "memory_mhz", "temperature_c", "memory_used_bytes")


class Sensors(Protocol):
    """What is read of a device; a sensor that is not there raises NotMeasured."""

    def power_w(self) -> float:
        """Watts now."""

    def power_source(self) -> str:
        """Which sensor tells them."""

    def sm_mhz(self) -> float:
        """The clock of the multiprocessors."""

    def memory_mhz(self) -> float:
        """The clock of the memory."""

    def temperature_c(self) -> float:
        """Degrees Celsius."""

    def memory_used_bytes(self) -> int:
        """Memory in use."""

    def event_reasons(self) -> frozenset[str]:
        """Why the clocks are held down now."""

    def held_down_s(self) -> dict[str, float]:
        """For how long they have been, since some moment."""


@dataclass(frozen=True)
class Range:
    """The median of some readings, the lowest and the highest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Observed:
    """
    What the sensors said over a while; None where there is no sensor, `not_measured` says why.

    `throttled` is about what spoils a measurement, heat and faults; the power cap, normal at full
    load, is only among the reasons. `lost` says how the device was lost, if it was.
    """

    readings: int = 0
    power_w: Range | None = None
    power_source: str = ""
    sm_mhz: Range | None = None
    memory_mhz: Range | None = None
    temperature_c: Range | None = None
    memory_used_bytes: Range | None = None
    throttled: bool | None = None
    reasons: tuple[Throttling, ...] = ()
    trace: Trace | None = None
    not_measured: tuple[tuple[str, str], ...] = ()
    lost: str = ""


class Recorder:
    """Reads the sensors whenever it is told to, and makes of it what was observed."""

    def __init__(self, sensors: Sensors, clock: Clock = time.perf_counter) -> None:
        self._sensors, self._clock = sensors, clock
        self._began = clock()
        self._times: list[float] = []
        self._rows: dict[str, list[float]] = {}
        self._reasons: list[frozenset[str]] = []
        self._missing: dict[str, str] = {}
        self._lost = ""
        self._before = self._after = or_none(sensors.held_down_s) or {}
        self._source = or_none(sensors.power_source) or ""
        self._ended = self._began

    def read(self) -> None:
        """One reading of every sensor that is there."""
        if self._lost:
            return
        now = self._clock() - self._began
        row = {name: self._reading(name) for name in _COLUMNS if name not in self._missing}
        reasons = self._reasons_now() if "throttled" not in self._missing else None
        if self._lost:
            return
        self._times.append(now)
        for name, value in row.items():
            if value is not None:
                self._rows.setdefault(name, []).append(value)
        if reasons is not None:
            self._reasons.append(reasons)

    def finish(self) -> None:
        """Take the counters for the last time, while the device can be asked."""
        self._ended = self._clock()
        self._after = or_none(self._sensors.held_down_s) or self._before

    def observed(self) -> Observed:
        """What came of all readings; ask after `finish`."""
        ranges = {name: _range(self._rows.get(name)) for name in _COLUMNS}
        throttled, reasons = self._throttling()
        return Observed(
            readings=len(self._times),
            power_source=self._source,
            throttled=throttled,
            reasons=reasons,
            trace=self._trace(),
            not_measured=tuple(self._missing.items()),
            lost=self._lost,
            **ranges,
        )

    def _reading(self, name: str) -> float | None:
        """One sensor now; the last value again where it has none for the moment."""
        try:
            return float(getattr(self._sensors, name)())
        except NotMeasured as problem:
            if not self._rows.get(name):
                self._missing[name] = str(problem)
                return None
            if isinstance(problem, GpuLost):
                self._lost = str(problem)
            return self._rows[name][-1]

    def _reasons_now(self) -> frozenset[str] | None:
        """Why the clocks are held down; None where that cannot be seen."""
        try:
            return self._sensors.event_reasons()
        except NotMeasured as problem:
            if not self._reasons:
                self._missing["throttled"] = str(problem)
            elif isinstance(problem, GpuLost):
                self._lost = str(problem)
            return None

    def _throttling(self) -> tuple[bool | None, tuple[Throttling, ...]]:
        counted = {
            reason: self._after[reason] - before
            for reason, before in self._before.items()
            if self._after.get(reason, before) > before
        }
        seen = frozenset().union(*self._reasons)
        if not self._reasons and not self._before:
            return None, ()
        reasons = tuple(
            Throttling(reason, counted.get(reason)) for reason in sorted({*counted, *seen})
        )
        tolerated_s = _TOLERATED_SHARE * (self._ended - self._began)
        held = {reason for reason, seconds in counted.items() if seconds > tolerated_s}
        return bool((held | seen) & HELD_DOWN), reasons

    def _trace(self) -> Trace | None:
        if not self._times:
            return None
        columns = {
            name: tuple(self._rows.get(name, ()))
            for name in ("power_w", "sm_mhz", "temperature_c")
            if len(self._rows.get(name, ())) == len(self._times)
        }
        spans = held_down_spans(self._times, self._reasons)
        return thinned(Trace(tuple(self._times), spans=spans, **columns))


class Watch:
    """
    A thread that reads a device's sensors about 13 times a second, as long as the block lasts.

    It keeps off the core that it is started on, where the measurement runs, as far as it may.
    """

    def __init__(self, sensors: Sensors, every_s: float = _EVERY_S) -> None:
        self._recorder = Recorder(sensors)
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sensors", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._recorder.finish()

    def observed(self) -> Observed:
        """What the sensors said, once the block is over."""
        return self._recorder.observed()

    def _run(self) -> None:
        _leave_the_measuring_core()
        while True:
            self._recorder.read()
            if self._over.wait(self._every_s):
                return


def held_down_spans(
    times_s: Sequence[float], reasons: Sequence[frozenset[str]]
) -> tuple[Span, ...]:
    """When the clocks were seen to be held down, and why."""
    spans: list[Span] = []
    for time_s, seen in zip(times_s, reasons, strict=False):
        what = ", ".join(sorted(seen))
        if spans and spans[-1].what == what:
            spans[-1] = Span(what, spans[-1].from_s, time_s)
        else:
            spans.append(Span(what, time_s, time_s))
    return tuple(span for span in spans if span.what)


def thinned(trace: Trace, most: int = _MOST_POINTS) -> Trace:
    """The trace with at most so many points, evenly taken, in as many digits as sensors have."""
    step = -(-len(trace.t_s) // most)

    def column(values: tuple[float, ...], digits: int) -> tuple[float, ...]:
        return tuple(round(value, digits) for value in values[::step])

    return Trace(
        column(trace.t_s, 3),
        column(trace.power_w, 2),
        column(trace.sm_mhz, 0),
        column(trace.temperature_c, 1),
        tuple(Span(s.what, round(s.from_s, 3), round(s.to_s, 3)) for s in trace.spans),
    )


def _range(values: list[float] | None) -> Range | None:
    if not values:
        return None
    return Range(float(np.median(values)), min(values), max(values))


def _leave_the_measuring_core() -> None:
    """Where the process is held on one core, let this thread run on the others."""
    if not hasattr(os, "sched_setaffinity"):
        return
    held = os.sched_getaffinity(0)  # inherited from the thread that measures
    others = set(range(os.cpu_count() or 1)) - held
    if len(held) == 1 and others:
        with contextlib.suppress(OSError):  # none of them is this container's
            os.sched_setaffinity(0, others)
