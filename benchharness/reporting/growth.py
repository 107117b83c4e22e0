"""How times grow with the size of a workload: a plot with logarithmic axes, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchharness.outcomes import Timing, TimingStatus
from benchharness.reporting.axes import LogAxis, drawable, tick_time
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_seconds
from benchharness.timing.scaling import PowerLaw, fit_power_law
from benchharness.timing.statistics import Estimate

__all__ = ["GrowthPlot", "growth_plots"]

_LEFT, _RIGHT, _LEAST_GAP = 18.0, 94.0, 11.0
_TOP, _AXIS_Y, _HEIGHT = 26.0, 206.0, 232.0


@dataclass(frozen=True)
class GridLine:
    """A labelled line of the grid, at a place of its axis."""

    at: float
    label: str


@dataclass(frozen=True)
class GrowthPoint:
    """A median with its interval, which may have no end on a logarithmic axis."""

    x: float
    y: float
    low: float | None
    high: float | None
    is_noisy: bool


@dataclass(frozen=True)
class Segment:
    """A power law, from the smallest to the largest size that it was fitted to."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Series:
    """What one side took; `kind` chooses the drawing: submission or reference."""

    kind: str
    points: tuple[GrowthPoint, ...]
    line: Segment | None


@dataclass(frozen=True)
class GrowthPlot:
    """One workload's times against its sizes, and the sentence that says how they grow."""

    title: str
    sentence: str
    description: str
    height: float
    axis_y: float
    sizes: tuple[GridLine, ...]
    times: tuple[GridLine, ...]
    series: tuple[Series, ...]
    has_noisy: bool


@dataclass(frozen=True)
class _Median:
    """A median at a size, with its interval where there is one."""

    size: int
    median_s: float
    interval_s: tuple[float, float] | None
    is_noisy: bool


def growth_plots(timings: Sequence[Timing]) -> tuple[GrowthPlot, ...]:
    """A plot of each workload whose growth can be told: timed at two sizes at least."""
    workloads: dict[tuple[str, str], list[Timing]] = {}
    for timing in timings:
        workloads.setdefault((timing.workload, timing.device), []).append(timing)
    plots = (_growth_plot(name, device, group) for (name, device), group in workloads.items())
    return tuple(plot for plot in plots if plot)


def _growth_plot(name: str, device: str, timings: Sequence[Timing]) -> GrowthPlot | None:
    medians = {"reference": _reference_medians(timings), "submission": _medians(timings)}
    laws = {kind: _law(side) for kind, side in medians.items()}
    if (law := laws["submission"]) is None:
        return None
    sides = [median for side in medians.values() for median in side]
    x = LogAxis.around([median.size for median in sides], first=_LEFT, last=_RIGHT)
    values = drawable(v for m in sides for v in (m.median_s, *(m.interval_s or ())))
    y = LogAxis.around(values, first=_AXIS_Y - 6, last=_TOP)
    place = "" if device == "cpu" else f" on {device}"
    return GrowthPlot(
        title=one_line(f"{name}{place}: time per call against size"),
        sentence=_sentence(law, laws["reference"]),
        description=_description(medians),
        height=_HEIGHT,
        axis_y=_AXIS_Y,
        sizes=_size_lines(x, sorted({median.size for median in sides})),
        times=tuple(GridLine(y.place(tick), tick_time(tick)) for tick in y.ticks()),
        series=tuple(_series(kind, x, y, medians[kind], laws[kind]) for kind in medians),
        has_noisy=any(median.is_noisy for median in medians["submission"]),
    )


def _medians(timings: Sequence[Timing]) -> list[_Median]:
    return [
        _Median(t.size, t.median_s, t.ci95_s, t.status is TimingStatus.NOISY)
        for t in timings
        if t.size and t.median_s and t.median_s > 0
    ]


def _reference_medians(timings: Sequence[Timing]) -> list[_Median]:
    return [
        _Median(t.size, t.reference_median_s, t.reference_ci95_s, is_noisy=False)
        for t in timings
        if t.size and t.reference_median_s and t.reference_median_s > 0
    ]


def _law(medians: Sequence[_Median]) -> PowerLaw | None:
    known = [(m.size, m.median_s, m.interval_s) for m in medians if m.interval_s]
    return fit_power_law(*zip(*known, strict=True)) if known else None


def _sentence(law: PowerLaw, reference: PowerLaw | None) -> str:
    """`From 64 to 1024, time grows like size^1.98 (1.9 to 2.1); the reference's like …`"""
    text = f"From {law.smallest:.0f} to {law.largest:.0f}, time grows like {_power(law.exponent)}"
    if reference:
        text += f"; the reference’s like {_power(reference.exponent)}"
    return f"{text}."


def _power(exponent: Estimate) -> str:
    decimals = 1 if exponent.high - exponent.low >= 0.1 else 2
    interval = f"{exponent.low:.{decimals}f} to {exponent.high:.{decimals}f}"
    return f"size^{exponent.value:.2f} ({interval})".replace("-", "\N{MINUS SIGN}")


def _description(medians: Mapping[str, Sequence[_Median]]) -> str:
    return "; ".join(
        f"{kind} at {m.size}: {format_seconds(m.median_s, m.interval_s)}"
        for kind in ("submission", "reference")
        for m in medians[kind]
    )


def _size_lines(axis: LogAxis, sizes: Sequence[int]) -> tuple[GridLine, ...]:
    """A line at each size, except where its label would stand upon the one before."""
    lines: list[GridLine] = []
    for size in sizes:
        x = axis.place(size)
        if not lines or x - lines[-1].at >= _LEAST_GAP:
            lines.append(GridLine(x, str(size)))
    return tuple(lines)


def _series(
    kind: str, x: LogAxis, y: LogAxis, medians: Sequence[_Median], law: PowerLaw | None
) -> Series:
    return Series(kind, tuple(_point(x, y, m) for m in medians), _line(x, y, law) if law else None)


def _point(x: LogAxis, y: LogAxis, median: _Median) -> GrowthPoint:
    low, high = map(y.place, median.interval_s) if median.interval_s else (None, None)
    return GrowthPoint(x.place(median.size), y.place(median.median_s), low, high, median.is_noisy)


def _line(x: LogAxis, y: LogAxis, law: PowerLaw) -> Segment:
    ends = (law.smallest, law.largest)
    (x1, x2), (y1, y2) = map(x.place, ends), (y.place(law.time_s(end)) for end in ends)
    return Segment(x1, y1, x2, y2)
