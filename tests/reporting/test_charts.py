"""Charts as static SVG: what is drawn, what it says, and that nothing of others gets in."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

pytest.importorskip("vl_convert", reason="vl-convert-python is not installed")

from benchharness.errors import UsageError
from benchharness.reporting.charts import (
    COLOURS,
    QUIET,
    RULE,
    Drawing,
    Point,
    Series,
    chart_of_series,
    draw,
    warm_up,
)

_SVG = "{http://www.w3.org/2000/svg}"


def series(style: int = 0, *values: float, label: str = "numpy", says: str = "1 ms") -> Series:
    points = (
        Point(4.0**n * 64, value, value * 0.9, value * 1.1, says)
        for n, value in enumerate(values or (1e-5, 2e-4, 3e-3))
    )
    return Series(label, style, tuple(points))


def drawn(*all_series: Series, **options) -> ElementTree.Element:
    chart = chart_of_series(
        all_series, x_title="size", y_title="time", **{"y_unit": "s", **options}
    )
    return ElementTree.fromstring(str(draw(chart).result()))


def labels(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{_SVG}text")]


def test_sizes_and_round_times_are_labelled() -> None:
    found = labels(drawn(series()))
    assert {"64", "256", "1024", "10 µs", "100 µs", "1 ms"} <= set(found)


def test_ratios_are_labelled_as_such() -> None:
    found = labels(drawn(series(0, 0.5, 1.0, 2.0), y_unit="×", unity=True))
    assert {"0.5×", "1×", "2×"} <= set(found)


@pytest.mark.parametrize("is_upright", [False, True], ids=["of x", "of y"])
def test_no_line_of_a_grid_covers_an_axis(is_upright) -> None:
    strokes = [
        stroke
        for line in drawn(series()).iter(f"{_SVG}line")
        if (stroke := line.get("stroke")) in (QUIET, RULE)
        and (line.get("x2") == "0") == is_upright
    ]
    assert strokes[-1] == QUIET
    assert len(strokes) > 2 and set(strokes[:-1]) == {RULE}


def test_every_point_says_what_it_is() -> None:
    titles = [title.text for title in drawn(series()).iter(f"{_SVG}title")]
    assert titles == ["numpy: 1 ms"] * 3


def test_what_points_say_is_no_markup() -> None:
    hostile = "</title><script>alert(1)</script>"
    svg = drawn(series(label=hostile, says=hostile))
    assert not list(svg.iter(f"{_SVG}script"))
    assert [title.text for title in svg.iter(f"{_SVG}title")] == [f"{hostile}: {hostile}"] * 3


def test_a_style_has_the_same_colour_on_every_chart() -> None:
    alone = ElementTree.tostring(drawn(series(3)), encoding="unicode")
    among = ElementTree.tostring(drawn(series(0), series(3)), encoding="unicode")
    assert COLOURS[3] in alone and COLOURS[3] in among and COLOURS[0] not in alone


def test_intervals_are_drawn_as_lines_or_as_a_band() -> None:
    def areas(svg: ElementTree.Element) -> int:
        return sum(path.get("opacity") == "0.22" for path in svg.iter(f"{_SVG}path"))

    assert (areas(drawn(series())), areas(drawn(series(), is_band=True))) == (0, 1)


def test_a_doubtful_point_is_hollow() -> None:
    point = Point(64.0, 1e-3, None, None, "noisy", True)
    svg = ElementTree.tostring(drawn(Series("a", 0, (point,))), encoding="unicode")
    assert 'fill="#ffffff"' in svg


def test_drawing_asks_for_nothing_from_elsewhere() -> None:
    svg = str(draw(Drawing({"mark": "point", "data": {"values": [{}]}})).result())
    assert set(re.findall(r"https?://[^\"']+", svg)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_without_the_library_the_message_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match=r"need vl-convert-python: pip install 'benchharness\[re"):
        warm_up()
