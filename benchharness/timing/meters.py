"""What measures energy: a counter of joules, and what it says of itself."""

from __future__ import annotations

from typing import Protocol

from benchharness.errors import HarnessError

__all__ = ["Meter", "NotMeasured"]


class NotMeasured(HarnessError):
    """Something cannot be measured here; the text is one sentence: why, and what to do."""


class Meter(Protocol):
    """A counter of energy, whatever device it belongs to; what it cannot tell raises."""

    @property
    def name(self) -> str:
        """The counter and what it counts, for the report."""

    def read_j(self) -> float:
        """Joules since some moment in the past."""

    def power_w(self) -> float | None:
        """Watts now, by another sensor than the counter; None where there is none."""

    def clock_mhz(self) -> float | None:
        """The clock of the cores that do the work; None where it cannot be read."""

    def temperature_c(self) -> float | None:
        """Degrees Celsius now; None where there is no sensor."""

    def event_reasons(self) -> frozenset[str]:
        """Why the clocks are held down now, as far as that is told."""
