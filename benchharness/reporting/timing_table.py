"""Timings as a table's rows: the numbers behind the plots, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchharness.outcomes import Against, Timing
from benchharness.reporting.badges import Badge, timing_badge
from benchharness.reporting.energy_words import device_in_words, energy_in_words, unmeasured
from benchharness.reporting.gpu_words import gpu_in_words
from benchharness.reporting.plain_text import one_line, running_text
from benchharness.reporting.plots import workload_label
from benchharness.reporting.quantities import counted, format_bytes, format_ratio, format_seconds

__all__ = ["AgainstCell", "TimingRow", "speed_span", "timing_row"]


@dataclass(frozen=True)
class AgainstCell:
    """What stands beside a workload of an earlier version of the submission."""

    version: str
    ratio: str
    comparison: str
    median: str
    message: str


@dataclass(frozen=True)
class TimingRow:
    """One workload's line in the table of timings."""

    workload: str
    badge: Badge
    ratio: str
    comparison: str
    submission: str
    reference: str
    measured: str
    message: str
    against: AgainstCell | None = None


def timing_row(timing: Timing) -> TimingRow:
    """The workload's line in the table."""
    return TimingRow(
        workload=workload_label(timing),
        badge=timing_badge(timing.status),
        ratio=_ratio(timing),
        comparison=one_line(timing.comparison).lower() if timing.comparison else "",
        submission=_duration(timing.median_s, timing.ci95_s),
        reference=_duration(timing.reference_median_s, timing.reference_ci95_s),
        measured=_how_measured(timing),
        message=running_text(timing.message),
        against=_against_cell(timing.against) if timing.against else None,
    )


def speed_span(timings: Sequence[Timing]) -> str:
    """The span of a task's speed ratios, for the line that stays visible when it is closed."""
    ratios = sorted(timing.speed_ratio for timing in timings if timing.speed_ratio)
    if not ratios:
        return ""
    low, high = format_ratio(ratios[0]), format_ratio(ratios[-1])
    span = low if low == high else f"{low} to {high}"
    return f"{span} the reference’s speed"


def _against_cell(against: Against) -> AgainstCell:
    return AgainstCell(
        version=one_line(against.version),
        ratio=_ratio(against),
        comparison=one_line(against.comparison).lower() if against.comparison else "",
        median=format_seconds(against.median_s, against.ci95_s) if against.median_s else "",
        message=running_text(against.message),
    )


def _ratio(compared: Timing | Against) -> str:
    if compared.speed_ratio is None:
        return "–"
    return format_ratio(compared.speed_ratio, compared.speed_ratio_ci95)


def _duration(seconds: float | None, interval: tuple[float, float] | None = None) -> str:
    return "–" if seconds is None else format_seconds(seconds, interval)


def _how_measured(timing: Timing) -> str:
    """What a timing rests on: rounds, checked calls, disturbances, memory, energy, sensors."""
    parts = []
    if timing.calls:
        parts.append(f"{timing.calls:,} calls in {counted(timing.rounds, 'round')}")
        parts.append(f"{timing.verified_calls:,} verified")
    if timing.raw_median_s is not None and timing.null_median_s is not None:
        raw, null = format_seconds(timing.raw_median_s), format_seconds(timing.null_median_s)
        parts.append(f"{raw} less {null} for an empty call")
    if timing.contaminated_share is not None:
        parts.append(
            f"{100 * timing.contaminated_share:.0f}\N{NO-BREAK SPACE}% of samples disturbed"
        )
    if timing.peak_memory_bytes is not None:
        parts.append(f"at most {format_bytes(timing.peak_memory_bytes)}")
    told = (gpu_in_words(timing), energy_in_words(timing), device_in_words(timing))
    parts += filter(None, told)
    parts += unmeasured([timing])
    return ", ".join(parts) or "–"
