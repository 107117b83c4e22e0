"""Logarithmic axes: where a value lies on the canvas, and which values are labelled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchharness.reporting.quantities import time_unit

__all__ = ["LogAxis", "drawable", "tick_time"]

_MOST_TICKS = 6


@dataclass(frozen=True)
class LogAxis:
    """A logarithmic axis: the value `low` is drawn at the place `first`, `high` at `last`."""

    low: float
    high: float
    first: float
    last: float

    @classmethod
    def around(cls, values: Sequence[float], *, first: float, last: float) -> LogAxis:
        """The axis that holds all values with some air, and a factor of four at least."""
        low, high = min(values) / 1.2, max(values) * 1.2
        air = max(1.0, math.sqrt(4.0 / (high / low)))
        return cls(low / air, high * air, first, last)

    def place(self, value: float) -> float:
        """A value's place; what lies outside is drawn at the edge."""
        value = min(max(value, self.low), self.high)
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.first + (self.last - self.first) * share, 2)

    def ticks(self) -> list[float]:
        """Round values to label: the densest grid that stays readable."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            ticks = [float(f"{s}e{d}") for d in decades for s in steps]
            inside = [tick for tick in ticks if self.low <= tick <= self.high]
            if len(inside) <= _MOST_TICKS:
                return inside
        return inside[:: math.ceil(len(inside) / _MOST_TICKS)]


def drawable(values: Iterable[float | None]) -> list[float]:
    """The values among them that a logarithmic axis can hold."""
    return [v for v in values if v is not None and math.isfinite(v) and v > 0]


def tick_time(seconds: float) -> str:
    """A duration as a label: `50 µs`."""
    length, sign = time_unit(seconds)
    return f"{seconds / length:.3g} {sign}"
