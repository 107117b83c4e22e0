"""What a timing says of energy and of its device, in words for a terminal, a page, a table."""

from __future__ import annotations

from collections.abc import Iterable

from benchharness.outcomes import Throttling, Timing
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_ratio, format_si

__all__ = ["device_in_words", "energy_in_words", "energy_interval", "unmeasured"]


def energy_in_words(timing: Timing) -> str:
    """Joules a call and how they compare, above 1× being less than the reference; or nothing."""
    if timing.energy_j is None:
        return ""
    told = f"{format_si(timing.energy_j, 'J', energy_interval(timing))} a call"
    if timing.energy_ratio is None:
        return told
    return f"{told}, {format_ratio(timing.energy_ratio, timing.energy_ratio_ci95)}"


def energy_interval(timing: Timing) -> tuple[float, float] | None:
    """The 95 % interval of the joules; None where there is none."""
    if timing.energy_j is None or timing.energy is None or timing.energy.uncertainty is None:
        return None
    factor = 1 + timing.energy.uncertainty
    return timing.energy_j / factor, timing.energy_j * factor


def device_in_words(timing: Timing) -> str:
    """Power, clock, temperature and what held the clocks down; or nothing."""
    parts = []
    if timing.power_w is not None:
        parts.append(format_si(timing.power_w, "W"))
    if timing.clock_mhz is not None:
        parts.append(f"{timing.clock_mhz:.0f} MHz")
    if timing.temperature_c is not None:
        parts.append(f"{timing.temperature_c:.0f} °C")
    if timing.throttle_reasons:
        reasons = ", ".join(map(_reason, timing.throttle_reasons))
        parts.append(f"{'THROTTLED' if timing.throttled else 'clocks held down'}: {reasons}")
    return ", ".join(parts)


def unmeasured(timings: Iterable[Timing]) -> list[str]:
    """What was asked for and is not there, with the reason, once each."""
    told = (
        f"{one_line(what)} not measured: {one_line(why)}"
        for timing in timings
        for what, why in timing.not_measured
    )
    return list(dict.fromkeys(told))


def _reason(throttling: Throttling) -> str:
    told = one_line(throttling.reason)
    return told if throttling.seconds is None else f"{told} ({throttling.seconds:.2g} s)"
