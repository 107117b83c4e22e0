"""
Charts as static SVG, drawn by Vega-Lite through vl-convert: no network, no browser, no script.

Colours are a fixed set that the style sheet changes for dark pages and paper. No text of others
gets into a drawing: legends are laid out in HTML, and what a point says is put in afterwards.
"""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from html import escape
from multiprocessing import get_context
from typing import Any, NamedTuple

from markupsafe import Markup

from benchharness.errors import UsageError
from benchharness.reporting.axes import LogAxis, drawable
from benchharness.reporting.plain_text import plain
from benchharness.sandbox.layers.libc import die_with_parent

__all__ = [
    "COLOURS",
    "INK",
    "QUIET",
    "SHAPES",
    "Drawing",
    "Point",
    "Series",
    "chart_of_series",
    "draw",
    "warm_up",
]

INK, QUIET, RULE = "#1b2026", "#545d68", "#d3d9e0"
COLOURS = (
    "#0b4fa8",
    "#b3541e",
    "#14622c",
    "#7a3e9d",
    "#a3122b",
    "#00707a",
    "#7a4b01",
    "#c2185b",
    "#3d6b00",
    "#2a2f8f",
    "#6d4c41",
    "#5b6570",
)
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
_WIDTH, _HEIGHT = 330, 210
_FONT = "system-ui, Segoe UI, Liberation Sans, Arial, sans-serif"
_CONFIG = {
    "background": None,
    "font": _FONT,
    "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "labelColor": QUIET,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": QUIET,
        "gridColor": RULE,
        "domainColor": QUIET,
        "ticks": False,
        "labelPadding": 5,
        "aria": False,
    },
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_DESCRIBED = re.compile(r'<path aria-label="@(\d+)"([^>]*?)/?>(?:</path>)?')
_NOISE = re.compile(r' (?:aria-roledescription|aria-hidden|role|pointer-events)="[^"]*"')
_IDS = re.compile(r' class="[^"]*"')


class Point(NamedTuple):
    """A value with its interval, and what to say of it."""

    x: float
    y: float
    low: float | None
    high: float | None
    says: str
    is_doubtful: bool = False


@dataclass(frozen=True)
class Series:
    """Points that belong together; `style` chooses colour and shape, the same on a whole page."""

    label: str
    style: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """
    A Vega-Lite specification, and what its described points say.

    Values, reach and ticks of a chart of series are apart from the specification, so that charts
    of one form are compiled once, which takes as long as drawing one.
    """

    spec: Mapping[str, Any]
    says: tuple[str, ...] = ()
    values: tuple[Mapping[str, Any], ...] | None = None
    axes: Mapping[str, tuple[LogAxis, tuple[float, ...]]] = field(default_factory=dict)


def warm_up() -> None:
    """
    Starts the drawing engine beside other work: it needs half a second.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import vl_convert  # noqa: F401
    except ImportError as problem:
        raise UsageError(
            "-o: the page's charts need vl-convert-python: pip install 'benchharness[report]'"
        ) from problem
    draw(Drawing({"mark": "point", "data": {"values": []}}))


def draw(drawing: Drawing) -> Future[Markup]:
    """The picture to be; it is made beside whatever the caller does meanwhile."""
    return _drawer().submit(_svg, drawing)


def chart_of_series(
    series: Sequence[Series],
    *,
    x_title: str,
    y_title: str,
    y_unit: str,
    is_x_a_size: bool = True,
    is_band: bool = False,
    unity: bool = False,
    roof: Sequence[tuple[float, float]] = (),
) -> Drawing:
    """
    A chart with two logarithmic axes.

    With `is_band`, `low` and `high` are drawn as a band instead of error bars. Sizes are labelled
    where they are, other values on the horizontal axis by a grid. `unity` draws a
    line at 1, and `roof` a thick line through its points, with points alone below it.
    """
    xs = [p.x for one in series for p in one.points] + [x for x, _ in roof]
    ys = [v for one in series for p in one.points for v in (p.y, p.low, p.high)]
    ys += [y for _, y in roof] + ([1.0] if unity else [])
    x_axis = LogAxis.around(drawable(xs), first=0, last=1)
    y_axis = LogAxis.around(drawable(ys), first=0, last=1)
    ticks = sorted(set(xs)) if is_x_a_size and len(set(xs)) <= 6 else x_axis.ticks()
    x, y = _axis("x", x_title, ""), _axis("y", y_title, y_unit)
    values: list[dict[str, Any]] = []
    says: list[str] = []
    for one in series:
        for p in one.points:
            values.append(
                {
                    "x": p.x,
                    "y": p.y,
                    "l": max(p.low, y_axis.low) if p.low is not None else p.y,
                    "h": min(p.high, y_axis.high) if p.high is not None else p.y,
                    "s": one.style,
                    "n": int(p.is_doubtful),
                    "d": f"@{len(says)}",
                }
            )
            says.append(f"{one.label}: {p.says}")
    colour = {"field": "s", "type": "nominal", "legend": None, "scale": _scale(COLOURS)}
    shape = {"field": "s", "type": "nominal", "legend": None, "scale": _scale(SHAPES)}
    ends = {"y": {**y, "field": "l"}, "y2": {"field": "h"}}
    reach: dict[str, Any] = (
        {"mark": {"type": "area", "opacity": 0.22, "aria": False}}
        if is_band
        else {"mark": {"type": "rule", "strokeWidth": 1.5, "aria": False}}
    )
    layers: list[Mapping[str, Any]] = [
        {**reach, "encoding": {"x": x, **ends, "color": colour}},
        {
            "mark": {"type": "line", "strokeWidth": 1.5, "aria": False},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        {
            "mark": {"type": "point", "size": 46, "strokeWidth": 1.5, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "shape": shape,
                "stroke": colour,
                "fill": {
                    "condition": {"test": "datum.n == 1", "value": "#ffffff"},
                    "field": "s",
                    "type": "nominal",
                    "legend": None,
                    "scale": _scale(COLOURS),
                },
                "description": {"field": "d"},
            },
        },
    ]
    rule = {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.2, "aria": False}}
    if unity:
        layers.insert(0, {**rule, "data": {"values": [{"y": 1}]}, "encoding": {"y": y}})
    if roof:
        line = {"type": "line", "color": INK, "strokeWidth": 2, "aria": False}
        points = {"values": [{"x": x, "y": y} for x, y in roof]}
        layers = [{"mark": line, "data": points, "encoding": {"x": x, "y": y}}, layers[-1]]
    return Drawing(
        {"width": _WIDTH, "height": _HEIGHT, "data": {"values": []}, "layer": layers},
        tuple(says),
        tuple(values),
        {"x": (x_axis, tuple(ticks)), "y": (y_axis, tuple(y_axis.ticks()))},
    )


def _axis(field: str, title: str, unit: str) -> dict[str, Any]:
    label = f"format(datum.value, '~r') + '{unit}'"
    if unit not in ("", "×"):
        number = "format(datum.value, '~s')"
        label = f"replace({number}, /([^0-9.]?)$/, ' $1') + '{unit}'"
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"type": "log", "domain": [1, 10], "nice": False},
        "axis": {
            "values": [1],
            "labelExpr": label,
            "labelOverlap": "greedy",
            "grid": True,
            "titleAnchor": "start" if field == "y" else "end",
            **(
                {"titleAngle": 0, "titleAlign": "left", "titleX": -40, "titleY": -14}
                if field == "y"
                else {"titleAlign": "right"}
            ),
        },
    }


def _scale(palette: Sequence[str]) -> dict[str, Any]:
    styles = range(len(COLOURS))
    return {"domain": [*styles], "range": [palette[style % len(palette)] for style in styles]}


@cache
def _drawer() -> ProcessPoolExecutor:
    """
    A process that draws: the engine lets no other thread of its own process run meanwhile.

    It is a fresh one: a forked one would keep open whatever is open here. A second would take as
    long to start as forty charts take.
    """
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Makes this process end when the one that wants the charts does, and not before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()


def _svg(drawing: Drawing) -> Markup:
    import vl_convert

    spec = json.loads(_compiled(json.dumps(drawing.spec)))
    if drawing.values is not None:
        spec["data"][0]["values"] = drawing.values
    for scale in spec.get("scales", ()):
        if scale["name"] in drawing.axes:
            axis, _ = drawing.axes[scale["name"]]
            scale["domain"] = [axis.low, axis.high]
    for drawn_axis in spec.get("axes", ()):
        if drawn_axis["scale"] in drawing.axes:
            drawn_axis["values"] = drawing.axes[drawn_axis["scale"]][1]
    drawn = _NOISE.sub("", vl_convert.vega_to_svg(spec))

    def described(found: re.Match[str]) -> str:
        text = escape(plain(drawing.says[int(found[1])]))
        return f"<path{found[2]}><title>{text}</title></path>"

    return Markup(_IDS.sub("", _DESCRIBED.sub(described, drawn)))


@cache
def _compiled(spec: str) -> str:
    """The specification in Vega, as JSON: Vega-Lite is the shorter way to write it."""
    import vl_convert

    whole = {"$schema": _SCHEMA, "config": _CONFIG, **json.loads(spec)}
    return json.dumps(_with_fewer_axes(vl_convert.vegalite_to_vega(whole)))


def _with_fewer_axes(vega: dict[str, Any]) -> dict[str, Any]:
    """
    The same picture in less time: an axis is an eighth of it, and Vega-Lite makes two of each.

    Where y has its grid on its own axis, which is drawn between the grid of x and the axis of x,
    no line of a grid covers an axis.
    """
    axes = {(axis["scale"], axis.get("grid", False)): axis for axis in vega.get("axes", ())}
    if ("y", True) in axes and ("y", False) in axes:
        grid, axis = axes["y", True], axes.pop(("y", False))
        axes["y", True] = {**axis, "grid": True, "gridScale": grid["gridScale"]}
    return {**vega, "axes": [*axes.values()]}
