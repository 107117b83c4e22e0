"""The words of a comparison, the same on the terminal and on the page."""

from __future__ import annotations

from collections import Counter

from benchharness.comparison.means import Mean
from benchharness.comparison.sides import Cell
from benchharness.comparison.summaries import Spread
from benchharness.comparison.verdicts import Verdict
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import (
    counted,
    format_ratio,
    format_seconds,
    format_si,
)
from benchharness.timing.statistics import Comparison as Outcome

__all__ = [
    "cell_name",
    "decided",
    "mean_text",
    "needs",
    "spread_joules",
    "spread_ratio",
    "spread_seconds",
    "tally",
]

_OUTCOMES = (
    (Outcome.FASTER, "faster"),
    (Outcome.SLOWER, "slower"),
    (Outcome.SAME, "the same"),
    (Outcome.INCONCLUSIVE, "open"),
    (None, "not compared"),
)


def cell_name(cell: Cell) -> str:
    """A cell in short: `conv2d photograph[512]`."""
    size = "" if cell.size is None else f"[{cell.size}]"
    return one_line(f"{cell.task} {cell.workload}{size}")


def decided(verdict: Verdict) -> str:
    """A verdict and what speaks against relying on it: `INCONCLUSIVE (other run)`."""
    word = verdict.comparison.value if verdict.comparison else "not compared"
    return f"{word} ({', '.join(verdict.doubts)})" if verdict.doubts else word


def needs(verdict: Verdict) -> str:
    """What an open verdict needs to be decided; empty for the others."""
    if verdict.comparison is not Outcome.INCONCLUSIVE:
        return ""
    if verdict.runs_needed is None:
        return "needs over 100 more runs a side"
    return f"needs about {counted(verdict.runs_needed, 'more run')} a side"


def tally(counts: Counter[Outcome | None]) -> str:
    """How many cells ended how: `3 faster, 1 open`."""
    return ", ".join(
        f"{counts[outcome]:,} {word}" for outcome, word in _OUTCOMES if counts[outcome]
    )


def mean_text(mean: Mean | None) -> str:
    """A geometric mean with its interval; a dash where there is none."""
    return (
        "–" if mean is None else format_ratio(mean.ratio.value, (mean.ratio.low, mean.ratio.high))
    )


def spread_seconds(spread: Spread | None) -> str:
    """A time with its interval or its spread."""
    return "–" if spread is None else format_seconds(spread.value, _ends(spread))


def spread_ratio(spread: Spread | None) -> str:
    """A ratio with its interval or its spread."""
    return "–" if spread is None else format_ratio(spread.value, _ends(spread))


def spread_joules(spread: Spread | None) -> str:
    """An energy with its interval or its spread."""
    return "–" if spread is None else format_si(spread.value, "J", _ends(spread))


def _ends(spread: Spread) -> tuple[float, float] | None:
    return None if spread.low is None or spread.high is None else (spread.low, spread.high)
