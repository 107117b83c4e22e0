"""A comparison on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from benchharness.comparison.earlier import Earlier, beside_earlier
from benchharness.comparison.summaries import summary
from benchharness.comparison.verdicts import Verdict
from benchharness.comparison.whole import ComparedPair, Comparison
from benchharness.comparison.words import (
    cell_name,
    decided,
    mean_text,
    needs,
    spread_ratio,
    spread_seconds,
    tally,
)
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import counted, format_ratio

__all__ = ["show"]

_MOST_LINES = 60
_COLOURS = {"FASTER": "green", "SLOWER": "red", "SAME": "", "INCONCLUSIVE": "yellow"}


def show(comparison: Comparison, console: Console) -> None:
    """Prints what was compared, how each side stands, and the verdicts."""
    machines = {side.facets.machine for side in comparison.sides}
    console.print(
        f"{counted(len(comparison.sources), 'run')}, {counted(len(machines), 'machine')}, "
        f"{counted(len(comparison.cells), 'workload size')}; margin "
        f"{100 * comparison.margin:g} %"
    )
    console.print(_sides(comparison))
    for pair in comparison.pairs:
        if pair.pairing.differences:
            console.print(_differences(pair), style="dim")
    console.print(_cells(list(islice(_lines(comparison), _MOST_LINES))))
    _tell_of_more(sum(len(side.cells) for side in comparison.sides), console)
    if earlier := list(beside_earlier(comparison)):
        console.print(_earlier(comparison, earlier[:_MOST_LINES]))
        _tell_of_more(len(earlier), console)


def _tell_of_more(lines: int, console: Console) -> None:
    if lines > _MOST_LINES:
        more = lines - _MOST_LINES
        console.print(f"and {more:,} more: -o report.html or --csv FILE", style="dim")


def _sides(comparison: Comparison) -> Table:
    table = Table(title="Sides: geometric means over workloads", title_justify="left")
    for head in ("side", "runs", "beside the reference", "beside", "ratio", "verdicts"):
        table.add_column(head, justify="left" if head in ("side", "beside") else "right")
    pairs = {pair.pairing.side.number: pair for pair in comparison.pairs}
    for side in comparison.sides:
        pair = pairs.get(side.number)
        table.add_row(
            Text(side.label),
            str(len(side.runs)),
            mean_text(comparison.reference_means.get(side.number)),
            Text(one_line(pair.pairing.baseline.label) if pair else "(baseline)"),
            mean_text(pair.mean) if pair else "",
            tally(Counter(v.comparison for v in pair.verdicts)) if pair else "",
        )
    return table


def _differences(pair: ComparedPair) -> Text:
    differing = "; ".join(pair.pairing.differences)
    return Text(
        f"{pair.pairing.side.label}: by {pair.pairing.basis.value}; what differs: {differing}"
    )


def _lines(comparison: Comparison) -> Iterator[Sequence[Text | str]]:
    for cell in comparison.cells:
        for side in comparison.sides:
            if cell not in side.cells:
                continue
            found = summary(side, cell)
            verdict = comparison.verdicts.get((side.number, cell))
            yield (
                Text(cell_name(cell)),
                Text(side.label),
                spread_seconds(found.time_s),
                spread_ratio(found.speed_ratio),
                format_ratio(verdict.ratio.value, (verdict.ratio.low, verdict.ratio.high))
                if verdict and verdict.ratio
                else "",
                _verdict(verdict) if verdict else Text(", ".join(found.doubts), style="yellow"),
            )


def _earlier(comparison: Comparison, found: Sequence[Earlier]) -> Table:
    labels = {side.number: side.label for side in comparison.sides}
    title = "Beside earlier versions, in the same rounds: above 1× is faster than before"
    table = _table(title, "workload", "side", "earlier version", ">then", ">ratio", "verdict")
    for one in found:
        style = _COLOURS.get(one.outcome.value, "") if one.outcome else "yellow"
        table.add_row(
            Text(cell_name(one.cell)),
            Text(labels[one.side]),
            Text(one.version),
            spread_seconds(one.time_s),
            spread_ratio(one.ratio),
            Text(one.verdict, style=style),
        )
    return table


def _cells(lines: Sequence[Sequence[Text | str]]) -> Table:
    numbers = (">time a call", ">beside the reference", ">ratio")
    table = _table("Verdicts", "workload", "side", *numbers, "verdict")
    previous: Text | str | None = None
    for line in lines:
        is_repeated = str(line[0]) == str(previous)
        previous = line[0]
        table.add_row("" if is_repeated else line[0], *line[1:])
    return table


def _table(title: str, *heads: str) -> Table:
    """An empty table; heads that begin with > are those of numbers."""
    table = Table(title=title, title_justify="left")
    for head in heads:
        justify: JustifyMethod = "right" if head.startswith(">") else "left"
        table.add_column(head.removeprefix(">"), justify=justify, overflow="fold")
    return table


def _verdict(verdict: Verdict) -> Text:
    style = _COLOURS.get(verdict.comparison.value if verdict.comparison else "", "yellow")
    return Text(" ".join(filter(None, (decided(verdict), needs(verdict)))), style=style)
