"""
Plots laid out in Python: the templates only draw what stands here.

Horizontal places are percentages of the plot's width and vertical ones are pixels, so that a
plot fits every screen while its letters keep their size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchharness.outcomes import Curve, Timing, TimingStatus
from benchharness.reporting.axes import LogAxis, drawable, tick_time
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_ratio, format_seconds, three_digits

__all__ = ["Histogram", "IntervalPlot", "histogram", "ratio_plot", "time_plot", "workload_label"]

_ROW_HEIGHT = 50
_LABEL_HEIGHT = 16
_TOP = 8
_AXIS_HEIGHT = 26
_LEFT, _RIGHT = 5.0, 95.0
_MARK_HEIGHT = 18
_CURVE_HEIGHT = 120


@dataclass(frozen=True)
class Tick:
    """A labelled place on the horizontal axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Point:
    """A median with its interval; `kind` chooses the drawing: submission or reference."""

    kind: str
    x: float
    y: float
    low: float | None
    high: float | None
    is_noisy: bool


@dataclass(frozen=True)
class PlotRow:
    """One workload's line: its label above, its points below."""

    label: str
    label_y: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class IntervalPlot:
    """Medians with intervals over a logarithmic axis, one row a workload."""

    title: str
    description: str
    height: int
    axis_y: int
    ticks: tuple[Tick, ...]
    rows: tuple[PlotRow, ...]
    unity_x: float | None = None
    has_reference: bool = False
    has_noisy: bool = False


@dataclass(frozen=True)
class Mark:
    """A labelled threshold in a histogram."""

    x: float
    label: str
    label_y: float
    anchor: str
    style: int


@dataclass(frozen=True)
class Histogram:
    """A histogram as an outline over 256 grey levels, and the thresholds drawn into it."""

    title: str
    description: str
    outline: str
    levels: int
    marks: tuple[Mark, ...]
    top: int
    height: int
    ticks: tuple[Tick, ...]


def ratio_plot(timings: Sequence[Timing]) -> IntervalPlot | None:
    """How fast each workload is beside the reference, with a line at 1×; None without ratios."""
    measured = [timing for timing in timings if timing.speed_ratio]
    if not measured:
        return None
    values = [0.5, 2.0, *drawable(v for t in measured for v in _ratio_values(t))]
    axis = LogAxis.around(values, first=_LEFT, last=_RIGHT)
    rows = tuple(
        _row(index, workload_label(timing), [_ratio_point(axis, timing, _point_y(index))])
        for index, timing in enumerate(measured)
    )
    return _interval_plot(
        "Speed beside the reference",
        "; ".join(
            f"{workload_label(t)}: {format_ratio(t.speed_ratio or 0.0, t.speed_ratio_ci95)}"
            for t in measured
        ),
        rows,
        tuple(
            Tick(axis.place(v), f"{three_digits(v).rstrip('0').rstrip('.')}×")
            for v in axis.ticks()
        ),
        unity_x=axis.place(1.0),
    )


def time_plot(timings: Sequence[Timing]) -> IntervalPlot | None:
    """Time per call of submission and reference for each workload; None without any."""
    measured = [timing for timing in timings if timing.median_s and timing.median_s > 0]
    if not measured:
        return None
    values = drawable(v for timing in measured for v in _time_values(timing))
    axis = LogAxis.around(values, first=_LEFT, last=_RIGHT)
    rows = tuple(
        _row(index, workload_label(timing), _time_points(axis, timing, _point_y(index)))
        for index, timing in enumerate(measured)
    )
    return _interval_plot(
        "Time per call",
        "; ".join(_time_description(timing) for timing in measured),
        rows,
        tuple(Tick(axis.place(v), tick_time(v)) for v in axis.ticks()),
        has_reference=any(timing.reference_median_s for timing in measured),
    )


def histogram(curve: Curve) -> Histogram:
    """A curve's outline and marks; heights that are no numbers count as zero."""
    heights = [h if math.isfinite(h) and h > 0 else 0.0 for h in curve.heights] or [0.0]
    peak = max(heights) or 1.0
    levels = len(heights)
    steps = "".join(f"V{100 - 100 * h / peak:.2f}H{i + 1}" for i, h in enumerate(heights))
    lowest = min((at for _, at in curve.marks), default=0.0)
    marks = tuple(
        _mark(i, name, at, levels, is_lowest=at == lowest)
        for i, (name, at) in enumerate(curve.marks)
    )
    top = _MARK_HEIGHT * len(marks) + 4
    return Histogram(
        title=one_line(curve.title),
        description="; ".join(mark.label for mark in marks) or "no thresholds marked",
        outline=f"M0 100{steps}V100Z",
        levels=levels,
        marks=marks,
        top=top,
        height=top + _CURVE_HEIGHT,
        ticks=tuple(
            Tick(_level_x(level, levels), str(level)) for level in range(0, levels, 64) if level
        ),
    )


def workload_label(timing: Timing) -> str:
    """A workload's name, its size and, away from the CPU, its device."""
    size = f" {timing.size}" if timing.size is not None else ""
    device = f" on {timing.device}" if timing.device != "cpu" else ""
    return one_line(f"{timing.workload}{size}{device}")


def _ratio_values(timing: Timing) -> tuple[float | None, ...]:
    return (timing.speed_ratio, *(timing.speed_ratio_ci95 or ()))


def _time_values(timing: Timing) -> tuple[float | None, ...]:
    medians = (timing.median_s, timing.reference_median_s)
    return (*medians, *(timing.ci95_s or ()), *(timing.reference_ci95_s or ()))


def _point(
    axis: LogAxis,
    kind: str,
    y: float,
    median: float,
    interval: tuple[float, float] | None,
    status: TimingStatus,
) -> Point:
    low, high = (axis.place(interval[0]), axis.place(interval[1])) if interval else (None, None)
    return Point(kind, axis.place(median), y, low, high, status is TimingStatus.NOISY)


def _ratio_point(axis: LogAxis, timing: Timing, y: float) -> Point:
    ratio = timing.speed_ratio or 1.0
    return _point(axis, "submission", y, ratio, timing.speed_ratio_ci95, timing.status)


def _time_points(axis: LogAxis, timing: Timing, y: float) -> list[Point]:
    points = []
    if timing.reference_median_s:
        median, interval = timing.reference_median_s, timing.reference_ci95_s
        points.append(_point(axis, "reference", y + 11, median, interval, timing.status))
    if timing.median_s:
        points.append(_point(axis, "submission", y, timing.median_s, timing.ci95_s, timing.status))
    return points


def _time_description(timing: Timing) -> str:
    text = f"{workload_label(timing)}: {format_seconds(timing.median_s or 0.0, timing.ci95_s)}"
    if timing.reference_median_s:
        reference = format_seconds(timing.reference_median_s, timing.reference_ci95_s)
        text += f", reference {reference}"
    return text


def _point_y(index: int) -> float:
    return _TOP + index * _ROW_HEIGHT + _LABEL_HEIGHT + 12


def _row(index: int, label: str, points: Sequence[Point]) -> PlotRow:
    return PlotRow(label, _TOP + index * _ROW_HEIGHT + _LABEL_HEIGHT - 4, tuple(points))


def _interval_plot(
    title: str,
    description: str,
    rows: tuple[PlotRow, ...],
    ticks: tuple[Tick, ...],
    *,
    unity_x: float | None = None,
    has_reference: bool = False,
) -> IntervalPlot:
    axis_y = _TOP + len(rows) * _ROW_HEIGHT
    return IntervalPlot(
        title=title,
        description=description,
        height=axis_y + _AXIS_HEIGHT,
        axis_y=axis_y,
        ticks=ticks,
        rows=rows,
        unity_x=unity_x,
        has_reference=has_reference,
        has_noisy=any(point.is_noisy for row in rows for point in row.points),
    )


def _level_x(level: float, levels: int) -> float:
    level = min(max(level, 0.0), levels - 1.0) if math.isfinite(level) else 0.0
    return round(100 * (level + 0.5) / levels, 2)


def _mark(index: int, name: str, level: float, levels: int, *, is_lowest: bool) -> Mark:
    """A mark whose label points away from the others, as far as there is room."""
    x = _level_x(level, levels)
    return Mark(
        x=x,
        label=f"{one_line(name)} {level:g}",
        label_y=_MARK_HEIGHT * index + 14,
        anchor="end" if x > 75 or (is_lowest and x > 25) else "start",
        style=index % 3,
    )
