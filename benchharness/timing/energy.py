"""
Energy of a call: a counter's difference over blocks of calls that are long enough to trust.

Power is sampled by devices, for a quarter of the time on some, and their counters move in ticks of
up to 100 ms. So a block lasts seconds, begins and ends on a tick while its load runs on, and
submission and reference take turns in the order ABBA, so that a chip that gets warmer costs both
the same.

References
----------
Yang, Adamek, Armour, Part-time power measurements: nvidia-smi's lack of attention,
arXiv 2312.02741.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Protocol

import numpy as np

from benchharness.outcomes import Span, Trace
from benchharness.timing.consumed import (
    Block,
    Consumed,
    energy_ratio,
    mean_j,
    pooled_spread,
)
from benchharness.timing.meters import Meter, NotMeasured
from benchharness.timing.watch import held_down_spans, thinned

__all__ = ["EnergySettings", "Load", "consumption", "tick_of"]

Clock = Callable[[], float]
Sleep = Callable[[float], None]

_TRUSTED = 0.10


class Load(Protocol):
    """What keeps the device busy: calls of one function, in bursts."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def begin(self) -> None:
        """Make everything ready; this is not measured."""

    def run(self) -> int:
        """A burst of calls, a few milliseconds or one call; how many it were."""

    def end(self) -> None:
        """Stop, and look at what came of it; this is not measured."""


@dataclass(frozen=True)
class EnergySettings:
    """
    How long blocks last and what has to hold; the lab's values.

    A block lasts `window_s` and `ticks` ticks of the counter at least; with fewer than
    `fewest_ticks` nothing is said. Before it comes a random gap of up to `gap_s`, since a load in
    step with the device's sampling would be seen at the same moment of its period every time.
    """

    window_s: float = 5.0
    ticks: int = 50
    fewest_ticks: int = 20
    pairs: int = 2
    idle_s: float = 2.0
    settle_s: float = 0.5
    gap_s: float = 0.1
    cooldown_s: float = 10.0
    within_c: float = 2.0
    read_every_s: float = 0.05
    stuck_s: float = 2.0


def consumption(
    meter: Meter,
    submission: Load,
    reference: Load | None,
    settings: EnergySettings,
    rng: np.random.Generator,
    *,
    clock: Clock = time.perf_counter,
    sleep: Sleep = time.sleep,
    tell: Callable[[str], None] = lambda what: None,
) -> Consumed:
    """
    What a call of the submission uses, and one of the reference where it works the same device.

    Raises
    ------
    NotMeasured
        If the counter is missing, stands still, goes backwards or moves too seldom.
    """
    phase = _Phase(meter, settings, rng, clock, sleep)
    tell("energy: idle power")
    phase.look_at_idle()
    loads = [submission] if reference is None else [submission, reference]
    order = [
        load
        for pair in range(settings.pairs)
        for load in (loads if pair % 2 == 0 else loads[::-1])
    ]
    for number, load in enumerate(order, start=1):
        tell(f"energy: block {number} of {len(order)}, {load.name}")
        phase.run_block(load)
    return phase.concluded(submission, reference)


def tick_of(meter: Meter, clock: Clock, sleep: Sleep, stuck_s: float = 2.0) -> float:
    """How long the counter takes from one value to the next, found by polling it."""
    edges: list[float] = []
    last, began = meter.read_j(), clock()
    while len(edges) < 6:
        sleep(0.5e-3)
        now, moment = meter.read_j(), clock()
        if now != last:
            last = now
            edges.append(moment)
        if moment - (edges[-1] if edges else began) > stuck_s:
            raise NotMeasured(f"the energy counter stands still: {meter.name}")
    return median(later - earlier for earlier, later in pairwise(edges))


@dataclass(frozen=True)
class _Edge:
    """A moment at which the counter was seen to move, at most `late_s` after it did."""

    at_s: float
    joules: float
    late_s: float


@dataclass(frozen=True)
class _Reading:
    """What the sensors said at one moment, in seconds from the phase's beginning."""

    t_s: float
    power_w: float
    clock_mhz: float | None
    temperature_c: float | None
    reasons: frozenset[str]


class _Phase:
    """The energy phase of one workload under way."""

    def __init__(
        self,
        meter: Meter,
        settings: EnergySettings,
        rng: np.random.Generator,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self.meter, self.settings, self.rng = meter, settings, rng
        self.clock, self.sleep = clock, sleep
        self.blocks: list[Block] = []
        self.spans: list[Span] = []
        self.readings: list[_Reading] = []
        self.idle_w = 0.0
        self.began = clock()
        self.last_reading = (self.began, meter.read_j())
        self.tick_s = tick_of(meter, clock, sleep, settings.stuck_s)
        self.start_c = meter.temperature_c()
        self.has_power_sensor = meter.power_w() is not None
        # Power by differences of the counter needs several ticks.
        self.read_every_s = max(
            settings.read_every_s, 0.0 if self.has_power_sensor else 5 * self.tick_s
        )

    # -- parts of the phase ----------------------------------------------------------------

    def look_at_idle(self) -> None:
        """The power of the device while nothing runs, over whole ticks."""
        span_s = max(self.settings.idle_s, self.settings.fewest_ticks * self.tick_s)
        first = self._edge(self._wait_for_a_tick)
        while self.clock() - first.at_s < span_s:
            self._rest()
        last = self._edge(self._wait_for_a_tick)
        self.idle_w = (last.joules - first.joules) / (last.at_s - first.at_s)
        self._mark("idle", first, last)

    def run_block(self, load: Load) -> None:
        """One block of one load: cooled down, out of step, begun and ended on a tick."""
        self._cool_down()
        self.sleep(self.rng.uniform(0, self.settings.gap_s))
        load.begin()
        try:
            self.blocks.append(self._block(load))
        finally:
            load.end()

    def _block(self, load: Load) -> Block:
        settled = self.clock() + self.settings.settle_s
        while self.clock() < settled:
            load.run()
            self._take_reading()
        calls, moved = 0, 0

        def burst() -> None:
            nonlocal calls
            calls += load.run()

        first = last = self._edge(burst)
        calls, from_reading = 0, len(self.readings)
        while not self._is_long_enough(last.at_s - first.at_s, moved):
            last = self._edge(burst)
            moved += max(1, round(last.late_s / self.tick_s))  # a long call hides ticks
        if moved < self.settings.fewest_ticks:
            raise NotMeasured(
                f"the energy counter moved {moved} times in {last.at_s - first.at_s:.1f} s, fewer "
                f"than {self.settings.fewest_ticks}: {self.meter.name} is too coarse"
            )
        self._mark(load.name, first, last)
        return Block(
            load=load.name,
            joules=last.joules - first.joules,
            seconds=last.at_s - first.at_s,
            calls=calls,
            late_s=(first.late_s, last.late_s),
            integrated_j=self._integrated(from_reading, last.at_s - first.at_s),
        )

    def _is_long_enough(self, seconds: float, moved: int) -> bool:
        """Long and many ticks; a counter that got stuck in between is not waited for for ever."""
        wanted_s = max(self.settings.window_s, self.settings.ticks * self.tick_s)
        return seconds >= wanted_s and (moved >= self.settings.ticks or seconds >= 2 * wanted_s)

    def _cool_down(self) -> None:
        """Wait until the device is as cool as it was, or for as long as that may take."""
        end = self.clock() + self.settings.cooldown_s
        while self.clock() < end:
            now_c = self.meter.temperature_c()
            if now_c is None or self.start_c is None:
                return
            if now_c <= self.start_c + self.settings.within_c:
                return
            self._rest()

    # -- the counter -----------------------------------------------------------------------

    def _edge(self, step: Callable[[], None]) -> _Edge:
        """Take steps until the counter has moved."""
        began = before_s = self.clock()
        before_j = self.meter.read_j()
        longest_s = 0.0
        while True:
            step()
            self._take_reading()
            now_j, now_s = self.meter.read_j(), self.clock()
            if now_j < before_j:
                raise NotMeasured(
                    f"the energy counter went backwards, it was reset: {self.meter.name}"
                )
            if now_j > before_j:
                return _Edge(now_s, now_j, now_s - before_s)
            longest_s = max(longest_s, now_s - before_s)
            if now_s - began > self.settings.stuck_s + 2 * longest_s:
                raise NotMeasured(f"the energy counter stands still: {self.meter.name}")
            before_s = now_s

    def _wait_for_a_tick(self) -> None:
        self.sleep(min(5e-3, max(0.5e-3, self.tick_s / 10)))

    def _rest(self) -> None:
        """Wait without looking often: a processor that polls is not idle."""
        self.sleep(self.settings.read_every_s)
        self._take_reading()

    def _take_reading(self) -> None:
        """Power, clock and temperature, as often as the settings say."""
        now = self.clock()
        then, then_j = self.last_reading
        if now - then < self.read_every_s:
            return
        joules = self.meter.read_j()
        self.last_reading = (now, joules)
        power = self.meter.power_w() if self.has_power_sensor else None
        if power is None:
            power = (joules - then_j) / (now - then)
        meter = self.meter
        self.readings.append(
            _Reading(
                now - self.began,
                power,
                meter.clock_mhz(),
                meter.temperature_c(),
                meter.event_reasons(),
            )
        )

    def _integrated(self, from_reading: int, seconds: float) -> float | None:
        """Energy by the sensor of power; None where the counter is all there is."""
        powers = [reading.power_w for reading in self.readings[from_reading:]]
        return fmean(powers) * seconds if powers and self.has_power_sensor else None

    def _mark(self, what: str, first: _Edge, last: _Edge) -> None:
        self.spans.append(Span(what, first.at_s - self.began, last.at_s - self.began))

    # -- the result ------------------------------------------------------------------------

    def concluded(self, submission: Load, reference: Load | None) -> Consumed:
        """What all blocks together say."""
        ours = [block for block in self.blocks if block.load == submission.name]
        theirs = [b for b in self.blocks if reference and b.load == reference.name]
        spread, degrees = pooled_spread([ours, theirs] if theirs else [ours])
        cross_check = self._cross_check()
        readings = self._readings_in(submission.name)
        return Consumed(
            method=self.meter.name,
            tick_s=self.tick_s,
            idle_power_w=self.idle_w,
            submission=mean_j(ours, spread, degrees),
            submission_net_j=self._net_j(ours),
            reference=mean_j(theirs, spread, degrees) if theirs else None,
            reference_net_j=self._net_j(theirs) if theirs else None,
            ratio=energy_ratio(ours, theirs, spread, degrees) if theirs else None,
            power_w=fmean(block.power_w for block in ours),
            window_s=fmean(block.seconds for block in self.blocks),
            blocks=tuple(self.blocks),
            clock_mhz=_median([reading.clock_mhz for reading in readings]),
            temperature_c=_median([reading.temperature_c for reading in readings]),
            cross_check=cross_check,
            notes=tuple(self._notes(cross_check)),
            trace=self._trace(),
        )

    def _net_j(self, blocks: Sequence[Block]) -> float:
        return fmean(b.call_j - self.idle_w * b.seconds / b.calls for b in blocks)

    def _cross_check(self) -> float | None:
        counted = sum(b.joules for b in self.blocks if b.integrated_j is not None)
        integrated = sum(b.integrated_j for b in self.blocks if b.integrated_j is not None)
        return integrated / counted if counted else None

    def _notes(self, cross_check: float | None) -> list[str]:
        notes = []
        if cross_check is not None and abs(cross_check - 1) > _TRUSTED:
            notes.append(
                f"integrated power is {100 * cross_check:.0f} % of what the counter says: do not "
                "trust the joules, the ratio at most"
            )
        return notes

    def _readings_in(self, load: str) -> list[_Reading]:
        spans = [span for span in self.spans if span.what == load]
        return [
            reading
            for reading in self.readings
            if any(span.from_s <= reading.t_s <= span.to_s for span in spans)
        ]

    def _trace(self) -> Trace:
        readings = self.readings
        times = tuple(reading.t_s for reading in readings)
        held_down = held_down_spans(times, [reading.reasons for reading in readings])
        return thinned(
            Trace(
                times,
                tuple(reading.power_w for reading in readings),
                _complete([reading.clock_mhz for reading in readings]),
                _complete([reading.temperature_c for reading in readings]),
                (*self.spans, *held_down),
            )
        )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _complete(values: Sequence[float | None]) -> tuple[float, ...]:
    """A column of the trace; empty where a sensor did not answer every time."""
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else ()
