"""A comparison as a whole: what terminal, page, CSV and JSON are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchharness.comparison.means import (
    RUN_SPREAD,
    Growth,
    Mean,
    energy_mean,
    growth,
    mean_of_verdicts,
    reference_mean,
)
from benchharness.comparison.sides import (
    Cell,
    Row,
    Side,
    baseline_sides,
    nearest,
    rows,
    sides,
)
from benchharness.comparison.sources import Source, read_sources
from benchharness.comparison.verdicts import (
    BETWEEN_LAUNCHES,
    Basis,
    Evidence,
    Pairing,
    Verdict,
    evidence,
    pairing,
    verdicts,
)
from benchharness.errors import UsageError
from benchharness.reporting.progress import Tell

__all__ = ["ComparedPair", "Comparison", "compare_files"]


@dataclass(frozen=True)
class ComparedPair:
    """A side beside its baseline: the verdict of each cell, and of all of them together."""

    pairing: Pairing
    verdicts: tuple[Verdict, ...]
    mean: Mean | None


@dataclass(frozen=True)
class Comparison:
    """Runs beside one another."""

    sources: tuple[Source, ...]
    margin: float
    rows: tuple[Row, ...]
    sides: tuple[Side, ...]
    baseline: tuple[Side, ...]
    problems: tuple[str, ...]

    @cached_property
    def pairs(self) -> tuple[ComparedPair, ...]:
        """Each side that is not of the baseline, beside the baseline's side that is nearest."""
        return tuple(_pairs(self.sides, self.baseline, self.sources, self.margin))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, workload by workload, sizes growing."""
        order: dict[tuple[str, ...], dict[Cell, None]] = {}
        for side in self.sides:
            for cell in side.cells:
                order.setdefault(cell[:3], {})[cell] = None
        return tuple(
            cell for found in order.values() for cell in sorted(found, key=lambda c: c.size or 0)
        )

    @cached_property
    def verdicts(self) -> dict[tuple[int, Cell], Verdict]:
        """The verdict of a side in a cell."""
        return {(v.side, v.cell): v for pair in self.pairs for v in pair.verdicts}

    @cached_property
    def growth(self) -> tuple[Growth, ...]:
        """How the times of each side grow."""
        return tuple(found for side in self.sides for found in growth(side))

    @cached_property
    def reference_means(self) -> dict[int, Mean]:
        """Each side's speed beside the reference, over its workloads."""
        return dict(_known((side.number, reference_mean(side)) for side in self.sides))

    @cached_property
    def energy_means(self) -> dict[int, Mean]:
        """Each side's energy beside the reference's, over its workloads."""
        return dict(_known((side.number, energy_mean(side)) for side in self.sides))


def compare_files(
    paths: Sequence[Path],
    *,
    margin: float = 0.02,
    baseline: str | None = None,
    tell: Tell = lambda *_: None,
) -> Comparison:
    """
    The comparison of the runs in files and folders; `tell` is told how many are read.

    Raises
    ------
    UsageError
        If no run is left, or nothing is called `baseline`; `Comparison.problems` holds a line
        for everything less.
    """
    found = read_sources(paths, tell=tell)
    if not found.runs:
        raise UsageError("\n".join((*found.problems, "no run is left to compare")))
    all_rows = rows(found.runs)
    all_sides = sides(found.runs, all_rows)
    chosen = baseline_sides(all_sides, found.runs, baseline)
    if not chosen:
        known = ", ".join(side.label for side in all_sides[:12])
        raise UsageError(
            f"--baseline {baseline}: no run, machine, submission, backend, device or side is "
            f"called that; the sides are {known}"
        )
    return Comparison(
        sources=found.runs,
        margin=margin,
        rows=all_rows,
        sides=all_sides,
        baseline=chosen,
        problems=found.problems,
    )


def _pairs(
    found: Sequence[Side], chosen: Sequence[Side], sources: Sequence[Source], margin: float
) -> Iterator[ComparedPair]:
    runs = [source.run for source in sources]
    numbers = {side.number for side in chosen}
    known: dict[tuple[int, Basis], dict[Cell, Evidence]] = {}
    for side in found:
        if side.number in numbers:
            continue
        baseline = nearest(side, chosen)
        if baseline is None:
            continue
        pair = pairing(side, baseline, runs)
        key = baseline.number, pair.basis
        if key not in known:
            known[key] = evidence(baseline, pair.basis)
        of_cells = tuple(verdicts(pair, known[key], margin))
        launches = (len(side.runs), len(baseline.runs))
        spread = RUN_SPREAD if pair.basis is Basis.RATIOS else BETWEEN_LAUNCHES[Basis.TIMES]
        mean = mean_of_verdicts(of_cells, spread, launches, margin)
        yield ComparedPair(pair, of_cells, mean)


def _known(found: Iterator[tuple[int, Mean | None]]) -> Iterator[tuple[int, Mean]]:
    return ((number, mean) for number, mean in found if mean is not None)
