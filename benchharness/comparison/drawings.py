"""The charts of a comparison: what is drawn where, and the same as numbers."""

from __future__ import annotations

import base64
import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from statistics import median
from typing import Any

from markupsafe import Markup

from benchharness.comparison.sides import Cell, Side
from benchharness.comparison.summaries import Spread, Summary
from benchharness.comparison.whole import Comparison
from benchharness.comparison.words import spread_joules, spread_ratio, spread_seconds
from benchharness.outcomes import Ceilings, Trace
from benchharness.reporting.axes import LogAxis, drawable
from benchharness.reporting.charts import (
    COLOURS,
    INK,
    SHAPES,
    Drawing,
    Point,
    Series,
    chart_of_series,
    draw,
)
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import counted, format_ratio, format_si, three_digits
from benchharness.timing.gpu_sensors import HELD_DOWN

__all__ = [
    "MOST_SERIES",
    "MOST_TASKS_IN_FULL",
    "Chart",
    "Family",
    "Key",
    "families",
    "mean_chart",
    "roofline_chart",
    "task_charts",
    "trace_chart",
]

MOST_SERIES = 12
MOST_TASKS_IN_FULL = 12
_MOST_FAMILIES = 6
_FACETS = ((0, 1, 2), (1, 2), (3,), (0,), (2,))


@dataclass(frozen=True)
class Key:
    """An entry of a legend: a colour and a shape, and whose they are."""

    label: str
    colour: str
    shape: str


@dataclass(frozen=True)
class Family:
    """Sides that are drawn as one: alone, or as a band around their median."""

    label: str
    style: int
    sides: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing on its way, its title and key, and the numbers in it as a table."""

    title: str
    description: str
    note: str
    keys: tuple[Key, ...]
    drawing: Future[Markup]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    file_name: str
    csv_uri: str

    @property
    def svg(self) -> Markup:
        """The drawing, for the page: with a label, and as wide as there is room."""
        label = Markup("{}. {}").format(self.title, self.description)
        opening = Markup('<svg role="img" aria-label="{}"').format(label)
        return self.drawing.result().replace(Markup("<svg"), opening, 1)


def families(sides: Sequence[Side]) -> tuple[Family, ...]:
    """Each side alone while there are few; else sides that have something in common, together."""
    if len(sides) <= MOST_SERIES:
        return tuple(Family(side.label, n, (side.number,)) for n, side in enumerate(sides))
    for facets in _FACETS:
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for side in sides:
            groups[tuple(str(side.facets[n]) for n in facets)].append(side.number)
        if 2 <= len(groups) <= _MOST_FAMILIES:
            return tuple(
                Family(f"{' · '.join(map(one_line, key))} ({len(members)} sides)", n, (*members,))
                for n, (key, members) in enumerate(groups.items())
            )
    return (Family(f"all {len(sides)} sides", 0, tuple(side.number for side in sides)),)


def task_charts(
    comparison: Comparison,
    suite: str,
    task: str,
    found: Mapping[tuple[int, Cell], Summary],
    groups: Sequence[Family],
    *,
    in_full: bool,
) -> Iterator[Chart]:
    """The charts of a task: the time of each workload and, in full, its speed and energy."""
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in comparison.cells:
        if (cell.suite, cell.task) == (suite, task):
            cells[cell.workload].append(cell)
    kinds = _KINDS if in_full else _KINDS[:1]
    for workload, sizes in cells.items():
        for kind in kinds:
            chart = _growth_chart(kind, f"{task} {workload}", sizes, found, groups)
            if chart:
                yield chart


@dataclass(frozen=True)
class _Kind:
    name: str
    title: str
    y_title: str
    unit: str
    column: str
    of: Callable[[Summary], Spread | None]
    says: Callable[[Spread | None], str]
    has_unity: bool = False


_KINDS = (
    _Kind("time", "time a call", "time a call", "s", "time_s", lambda s: s.time_s, spread_seconds),
    _Kind(
        "speed",
        "speed beside the reference",
        "times as fast as the reference",
        "×",
        "speed_ratio",
        lambda s: s.speed_ratio,
        spread_ratio,
        has_unity=True,
    ),
    _Kind(
        "energy",
        "energy a correct result",
        "energy a correct result",
        "J",
        "energy_j",
        lambda s: s.energy_j,
        spread_joules,
    ),
)


def _growth_chart(
    kind: _Kind,
    name: str,
    cells: Sequence[Cell],
    found: Mapping[tuple[int, Cell], Summary],
    groups: Sequence[Family],
) -> Chart | None:
    is_band = any(len(group.sides) > 1 for group in groups)
    series, rows = [], []
    for group in groups:
        points = []
        for cell in cells:
            known = [
                (summary, spread)
                for side in group.sides
                if (summary := found.get((side, cell))) and (spread := kind.of(summary))
            ]
            if not known:
                continue
            summary, spread = known[0]
            if is_band:
                values = [spread.value for _, spread in known]
                spread = Spread(median(values), min(values), max(values))
            doubts = () if is_band else summary.doubts
            says = f"size {cell.size}, {kind.says(spread)}"
            says += f" ({', '.join(doubts)})" if doubts else ""
            low = spread.low if spread.low and spread.low > 0 else None
            size = float(cell.size or 1)
            points.append(Point(size, spread.value, low, spread.high, says, bool(doubts)))
            numbers = (spread.value, spread.low, spread.high)
            rows.append((group.label, str(cell.size), *map(_digits, numbers), ", ".join(doubts)))
        if points:
            series.append(Series(group.label, group.style, tuple(points)))
    if not series:
        return None
    drawing = chart_of_series(
        series,
        x_title="size",
        y_title=kind.y_title,
        y_unit=kind.unit,
        is_band=is_band,
        unity=kind.has_unity,
    )
    spread_words = "median, least and greatest of the sides" if is_band else "value and interval"
    return _chart(
        title=f"{one_line(name)}: {kind.title}",
        description=f"Both axes logarithmic; {len(series)} series",
        note="bands from the least to the greatest side, the line at their median"
        if is_band
        else "",
        series=series,
        drawing=drawing,
        heads=("side", "size", kind.column, f"{kind.column}_low", f"{kind.column}_high", "doubts"),
        rows=rows,
        file_name=f"{name} {kind.name}",
        words=spread_words,
    )


def mean_chart(comparison: Comparison) -> Chart | None:
    """The geometric means of the sides beside the reference, as intervals in rows."""
    known = [
        (side, comparison.reference_means[side.number])
        for side in comparison.sides
        if side.number in comparison.reference_means
    ]
    if len(known) < 2 or len(known) > 4 * MOST_SERIES:
        return None
    values = [
        {
            "n": n,
            "y": mean.ratio.value,
            "l": mean.ratio.low,
            "h": mean.ratio.high,
            "d": f"@{n}",
        }
        for n, (_, mean) in enumerate(known)
    ]
    ends = [v for _, m in known for v in (m.ratio.low, m.ratio.high)]
    axis = LogAxis.around(drawable([1.0, *ends]), first=0, last=1)
    x = {
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "domain": [axis.low, axis.high]},
        "axis": {
            "title": "times as fast as the reference",
            "values": axis.ticks(),
            "labelExpr": "format(datum.value, '~r') + '×'",
            "labelOverlap": "greedy",
            "titleAlign": "right",
            "titleAnchor": "end",
        },
    }
    rows = {"field": "n", "type": "ordinal", "axis": {"title": None, "labelExpr": "datum.value+1"}}
    colour = {"value": COLOURS[0]}
    spec: dict[str, Any] = {
        "width": 330,
        "height": {"step": 20},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2, "aria": False},
                "data": {"values": [{"x": 1}]},
                "encoding": {"x": {**x, "field": "x"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
                "encoding": {
                    "x": {**x, "field": "l"},
                    "x2": {"field": "h"},
                    "y": rows,
                    "color": colour,
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
                "encoding": {
                    "x": {**x, "field": "y"},
                    "y": rows,
                    "color": colour,
                    "description": {"field": "d"},
                },
            },
        ],
    }
    shown = [
        (side.label, format_ratio(m.ratio.value, (m.ratio.low, m.ratio.high))) for side, m in known
    ]
    return Chart(
        title="Speed beside the reference, geometric mean over workloads",
        description="; ".join(f"{n}: {label}, {text}" for n, (label, text) in enumerate(shown, 1)),
        note="rows are numbered as in the table above",
        keys=(),
        drawing=draw(Drawing(spec, tuple(f"{label}: {text}" for label, text in shown))),
        heads=("side", "speed_ratio", "speed_ratio_low", "speed_ratio_high"),
        rows=tuple(
            (side.label, *map(_digits, (m.ratio.value, m.ratio.low, m.ratio.high)))
            for side, m in known
        ),
        file_name="means.csv",
        csv_uri=_uri(
            ("side", "speed_ratio", "speed_ratio_low", "speed_ratio_high"),
            [
                (side.label, repr(m.ratio.value), repr(m.ratio.low), repr(m.ratio.high))
                for side, m in known
            ],
        ),
    )


def roofline_chart(
    machine: str, device: str, ceilings: Ceilings, found: Sequence[tuple[str, int, Summary]]
) -> Chart | None:
    """Every workload at its largest size under the roof of one device of one machine."""
    placed = [
        (label, style, summary) for label, style, summary in found if summary.placement is not None
    ]
    if not placed:
        return None
    series: dict[tuple[str, int], list[Point]] = defaultdict(list)
    rows = []
    for label, style, summary in placed:
        place = summary.placement
        assert place is not None
        name = one_line(f"{summary.cell.task} {summary.cell.workload} {summary.cell.size}")
        says = (
            f"{name}, {three_digits(place.intensity)} FLOP/byte, "
            f"{format_si(place.attained_flop_per_s, 'FLOP/s')}, "
            f"{100 * place.share:.0f} % of the roof"
        )
        point = Point(place.intensity, place.attained_flop_per_s, None, None, says)
        series[label, style].append(point)
        numbers = (place.intensity, place.attained_flop_per_s, place.roof_flop_per_s, place.share)
        rows.append((label, name, *map(_digits, numbers)))
    edge = ceilings.matmul_flop_per_s / ceilings.copy_bytes_per_s
    lines = [Series(*key, tuple(points)) for key, points in series.items()]
    xs = [p.x for line in lines for p in line.points]
    ends = (min(*xs, edge / 4) / 1.5, max(*xs, edge * 4) * 1.5)
    roof = [(x, min(x * ceilings.copy_bytes_per_s, ceilings.matmul_flop_per_s)) for x in ends]
    roof.insert(1, (edge, ceilings.matmul_flop_per_s))
    drawing = chart_of_series(
        lines,
        x_title="operations for each byte",
        y_title="attained",
        y_unit="FLOP/s",
        is_x_a_size=False,
        roof=roof,
    )
    return _chart(
        title=f"{one_line(machine)}, {device}: under the roof",
        description=f"Both axes logarithmic; {counted(len(rows), 'workload')}",
        note=f"the roof: copying memory {format_si(ceilings.copy_bytes_per_s, 'B/s')}, matrix "
        f"products {format_si(ceilings.matmul_flop_per_s, 'FLOP/s')}"
        + (", one thread" if device == "cpu" else ""),
        series=lines,
        drawing=drawing,
        heads=(
            "side",
            "workload",
            "intensity_flop_per_byte",
            "attained_flop_per_s",
            "roof_flop_per_s",
            "share_of_roof",
        ),
        rows=rows,
        file_name=f"roofline {machine} {device}",
        words="",
    )


def trace_chart(title: str, trace: Trace, is_throttled: bool) -> Chart | None:
    """Power, clock and temperature over one measurement, throttling marked on the same axis."""
    panels = [
        (name, unit, values)
        for name, unit, values in (
            ("power", "W", trace.power_w),
            ("SM clock", "MHz", trace.sm_mhz),
            ("temperature", "°C", trace.temperature_c),
        )
        if len(values) == len(trace.t_s) > 1
    ]
    if not panels:
        return None
    spans = [span for span in trace.spans if span.to_s > span.from_s]
    held = [span for span in spans if _is_throttling(span.what)]
    x = {
        "field": "t",
        "type": "quantitative",
        "scale": {"domain": [trace.t_s[0], trace.t_s[-1]], "nice": False},
    }
    stack = []
    for n, (name, unit, values) in enumerate(panels):
        is_last = n == len(panels) - 1
        axis = {"title": "seconds" if is_last else None, "labels": is_last, "titleAlign": "right"}
        points = [{"t": t, "v": v} for t, v in zip(trace.t_s, values, strict=True)]
        y = {
            "field": "v",
            "type": "quantitative",
            "scale": {"zero": False},
            "axis": {
                "title": f"{name}, {unit}",
                "tickCount": 3,
                "titleAngle": 0,
                "titleAlign": "left",
                "titleAnchor": "start",
                "titleX": -40,
                "titleY": -9,
            },
        }
        layers: list[dict[str, Any]] = [
            {
                "mark": {"type": "line", "color": COLOURS[n], "strokeWidth": 1.5, "aria": False},
                "data": {"values": points},
                "encoding": {"x": {**x, "axis": {**axis, "titleAnchor": "end"}}, "y": y},
            }
        ]
        if held:
            layers.insert(
                0,
                {
                    "mark": {"type": "rect", "color": COLOURS[4], "opacity": 0.25, "aria": False},
                    "data": {"values": [{"a": s.from_s, "b": s.to_s} for s in held]},
                    "encoding": {"x": {**x, "field": "a"}, "x2": {"field": "b"}},
                },
            )
        stack.append({"width": 330, "height": 70, "layer": layers})
    heads = ("t_s", *(f"{name} ({unit})" for name, unit, _ in panels))
    rows = [
        (f"{t:.3f}", *(f"{values[n]:.1f}" for *_, values in panels))
        for n, t in enumerate(trace.t_s)
    ]
    phases = ", ".join(
        f"{span.what} {span.from_s:.3g} to {span.to_s:.3g} s" for span in spans[:12]
    )
    note = "red: clocks held down" if held else "throttled" if is_throttled else ""
    return Chart(
        title=one_line(title),
        description=f"Power, clock and temperature over time. {phases}",
        note="; ".join(filter(None, (note, phases))),
        keys=(),
        drawing=draw(Drawing({"vconcat": stack, "spacing": 22})),
        heads=heads,
        rows=tuple(rows),
        file_name=_file_name(f"trace {title}"),
        csv_uri=_uri(heads, rows),
    )


def _is_throttling(what: str) -> bool:
    return not HELD_DOWN.isdisjoint(what.split(", "))


def _chart(
    *,
    title: str,
    description: str,
    note: str,
    series: Sequence[Series],
    drawing: Drawing,
    heads: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    file_name: str,
    words: str,
) -> Chart:
    keys = tuple(
        Key(one.label, COLOURS[one.style % len(COLOURS)], SHAPES[one.style % len(SHAPES)])
        for one in series
    )
    return Chart(
        title=title,
        description=f"{description}; {words}" if words else description,
        note=note,
        keys=keys,
        drawing=draw(drawing),
        heads=heads,
        rows=tuple(rows),
        file_name=_file_name(file_name),
        csv_uri=_uri(heads, rows),
    )


def _file_name(text: str) -> str:
    kept = "".join(sign if sign.isalnum() else "-" for sign in text)
    return f"{kept.strip('-')[:80]}.csv"


def _uri(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows as a CSV file in a link, which a browser saves without a script."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(heads)
    table.writerows(rows)
    data = base64.b64encode(text.getvalue().encode("utf-8", errors="replace")).decode("ascii")
    return f"data:text/csv;charset=utf-8;base64,{data}"


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
