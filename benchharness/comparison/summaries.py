"""What the launches of one side in one cell say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from benchharness.comparison.roofline import Placement, placement
from benchharness.comparison.sides import Cell, Launch, Side
from benchharness.outcomes import Timing, TimingStatus

__all__ = ["Spread", "Summary", "spread_of", "summary"]


class Spread(NamedTuple):
    """
    The median of several launches and how far they lie apart; of one launch, its 95 % interval.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Summary:
    """One side in one cell; what no launch has is None."""

    cell: Cell
    side: int
    launches: int
    time_s: Spread | None
    reference_s: Spread | None
    speed_ratio: Spread | None
    energy_j: Spread | None
    energy_ratio: Spread | None
    power_w: float | None
    clock_mhz: float | None
    temperature_c: float | None
    memory_bytes: float | None
    placement: Placement | None
    doubts: tuple[str, ...]


def summary(side: Side, cell: Cell) -> Summary:
    """What the launches of a side in a cell say."""
    launches = side.cells[cell]
    timings = [launch.timing for launch in launches]
    typical = _typical(timings)
    return Summary(
        cell=cell,
        side=side.number,
        launches=len(launches),
        time_s=spread_of([(t.median_s, t.ci95_s) for t in timings]),
        reference_s=spread_of([(t.reference_median_s, t.reference_ci95_s) for t in timings]),
        speed_ratio=spread_of([(t.speed_ratio, t.speed_ratio_ci95) for t in timings]),
        energy_j=spread_of([(t.energy_j, _energy_interval(t)) for t in timings]),
        energy_ratio=spread_of([(t.energy_ratio, t.energy_ratio_ci95) for t in timings]),
        power_w=_middle([t.power_w for t in timings]),
        clock_mhz=_middle([t.clock_mhz for t in timings]),
        temperature_c=_middle([t.temperature_c for t in timings]),
        memory_bytes=_middle([t.peak_memory_bytes for t in timings]),
        placement=placement(typical, side.machine.ceilings.get(side.facets.device)),
        doubts=_doubts(launches),
    )


def spread_of(found: Sequence[tuple[float | None, tuple[float, float] | None]]) -> Spread | None:
    """What the values of several launches say together, each with its interval."""
    known = [(value, interval) for value, interval in found if value]
    if not known:
        return None
    if len(known) == 1:
        value, interval = known[0]
        return Spread(value, *(interval or (None, None)))
    values = [value for value, _ in known]
    return Spread(median(values), min(values), max(values))


def _energy_interval(timing: Timing) -> tuple[float, float] | None:
    if not timing.energy_j or timing.energy is None or timing.energy.uncertainty is None:
        return None
    factor = 1 + timing.energy.uncertainty
    return timing.energy_j / factor, timing.energy_j * factor


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _typical(timings: Sequence[Timing]) -> Timing:
    """The timing in the middle, which stands for its launches."""
    known = sorted((t for t in timings if t.median_s), key=lambda t: t.median_s or 0.0)
    return known[len(known) // 2] if known else timings[0]


def _doubts(launches: Sequence[Launch]) -> tuple[str, ...]:
    found = []
    timings = [launch.timing for launch in launches]
    if any(t.status is TimingStatus.NOISY for t in timings):
        found.append("noisy")
    if any(t.throttled for t in timings):
        found.append("throttled")
    for status in (TimingStatus.FAILED, TimingStatus.TAMPERED):
        if any(t.status is status for t in timings):
            found.append(status.value)
    return tuple(found)
