"""How the scores of a class are spread, laid out in Python: the template only draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, quantiles

from benchharness.reporting.quantities import counted

__all__ = ["Distribution", "distribution"]

_BINS = 20
_WIDTH = 100 // _BINS
_LEFT, _RIGHT = 8.0, 99.0
_TOP, _AXIS_Y, _HEIGHT = 24.0, 184.0, 208.0
_MOST_LINES = 4
_GAP = 0.5


@dataclass(frozen=True)
class Bar:
    """How many scores lie in one interval: places across in percent, upwards in pixels."""

    x: float
    width: float
    middle: float
    y: float
    height: float
    count: str
    title: str


@dataclass(frozen=True)
class Line:
    """A labelled line of the grid, at a place of its axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Distribution:
    """A histogram of percentages, and what a reader takes from it in words."""

    sentence: str
    description: str
    bars: tuple[Bar, ...]
    counts: tuple[Line, ...]
    percents: tuple[Line, ...]
    median_x: float
    axis_y: float
    height: float


def distribution(percents: Sequence[float]) -> Distribution | None:
    """The spread of scores from 0 to 100 %; None where there are none."""
    if not percents:
        return None
    counts = [0] * _BINS
    for percent in percents:
        counts[min(max(int(percent // _WIDTH), 0), _BINS - 1)] += 1
    most = max(counts)
    lower, middle, upper = _quartiles(percents)
    return Distribution(
        sentence=_sentence(percents, lower, middle, upper),
        description="; ".join(f"{_span(n)}: {count:,}" for n, count in enumerate(counts) if count),
        bars=tuple(_bar(n, count, most) for n, count in enumerate(counts) if count),
        counts=tuple(Line(_y(value, most), f"{value:,}") for value in _round_counts(most)),
        percents=tuple(Line(_x(value), f"{value} %") for value in range(0, 101, 20)),
        median_x=_x(middle),
        axis_y=_AXIS_Y,
        height=_HEIGHT,
    )


def _quartiles(percents: Sequence[float]) -> list[float]:
    if len(percents) == 1:
        return [percents[0]] * 3
    return quantiles(percents, n=4, method="inclusive")


def _sentence(percents: Sequence[float], lower: float, middle: float, upper: float) -> str:
    full = sum(percent >= 100 for percent in percents)
    none = sum(percent <= 0 for percent in percents)
    return (
        f"Median {middle:.1f} %, mean {mean(percents):.1f} %; half of the class lies between "
        f"{lower:.1f} % and {upper:.1f} %. {counted(full, 'submission')} "
        f"{'has' if full == 1 else 'have'} full marks, {none:,} {'has' if none == 1 else 'have'} "
        "none."
    )


def _span(index: int) -> str:
    low, high = index * _WIDTH, (index + 1) * _WIDTH
    return f"{low} to {high} %" if index == _BINS - 1 else f"{low} to under {high} %"


def _bar(index: int, count: int, most: int) -> Bar:
    left, right = _x(index * _WIDTH), _x((index + 1) * _WIDTH)
    y = _y(count, most)
    return Bar(
        x=round(left + _GAP / 2, 2),
        width=round(right - left - _GAP, 2),
        middle=round((left + right) / 2, 2),
        y=y,
        height=round(_AXIS_Y - y, 1),
        count=f"{count:,}",
        title=f"{_span(index)}: {counted(count, 'submission')}",
    )


def _x(percent: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * min(max(percent, 0.0), 100.0) / 100, 2)


def _y(count: float, most: int) -> float:
    return round(_AXIS_Y - (_AXIS_Y - _TOP) * count / most, 1)


def _round_counts(most: int) -> list[int]:
    """Round numbers up to the greatest count, few enough to label."""
    decade = 10 ** max(0, math.floor(math.log10(most)) - 1)
    step = next(s * decade for s in (1, 2, 5, 10, 20, 50) if most / (s * decade) <= _MOST_LINES)
    return list(range(step, most + 1, step))
