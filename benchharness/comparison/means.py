"""What holds over all workloads: geometric means of speed and energy, and how times grow."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import fmean, variance

from benchharness.comparison.sides import Cell, Side
from benchharness.comparison.verdicts import Verdict
from benchharness.outcomes import Timing
from benchharness.timing.scaling import PowerLaw, fit_power_law
from benchharness.timing.statistics import Comparison, Estimate, compare
from benchharness.timing.student import t_quantile

__all__ = [
    "RUN_SPREAD",
    "Growth",
    "Mean",
    "energy_mean",
    "growth",
    "mean_of_verdicts",
    "reference_mean",
]

RUN_SPREAD = 0.03
"""
The standard deviation of what all ratios of one launch have in common, as a logarithm.

More workloads do not average it out; see docs/hardware.md.
"""
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Mean:
    """A geometric mean over workloads; the interval is for the mean of workloads like these."""

    ratio: Estimate
    workloads: int
    comparison: Comparison | None = None


@dataclass(frozen=True)
class Growth:
    """How the time of a side grows with the size of one workload."""

    cell: Cell
    side: int
    law: PowerLaw


def mean_of_verdicts(
    found: Iterable[Verdict], spread: float, launches: tuple[int, int], margin: float
) -> Mean | None:
    """How fast a side is beside its baseline, over all workloads that have a ratio."""
    ratios = [(verdict.cell, verdict.ratio.value) for verdict in found if verdict.ratio]
    between = spread * math.sqrt(1 / launches[0] + 1 / launches[1])
    mean = _mean(ratios, between)
    if mean is None:
        return None
    return Mean(mean.ratio, mean.workloads, compare(mean.ratio, margin))


def reference_mean(side: Side) -> Mean | None:
    """How fast a side is beside the reference."""
    ratios = _per_cell(side, attrgetter("speed_ratio"))
    return _mean(ratios, RUN_SPREAD / math.sqrt(len(side.runs)))


def energy_mean(side: Side) -> Mean | None:
    """How many times less energy a side uses for a correct result than the reference."""
    ratios = _per_cell(side, attrgetter("energy_ratio"))
    return _mean(ratios, RUN_SPREAD / math.sqrt(len(side.runs)))


def growth(side: Side) -> Iterator[Growth]:
    """The power law of each workload that was timed at two sizes at least."""
    sizes: dict[Cell, list[tuple[int, float, tuple[float, float]]]] = defaultdict(list)
    for cell, launches in side.cells.items():
        if cell.size:
            sizes[cell._replace(size=None)] += [
                (cell.size, timing.median_s, timing.ci95_s)
                for _, timing in launches
                if timing.median_s and timing.ci95_s
            ]
    for cell, points in sizes.items():
        if points and (law := fit_power_law(*zip(*points, strict=True))):
            yield Growth(cell, side.number, law)


def _per_cell(side: Side, value_of: Callable[[Timing], float | None]) -> list[tuple[Cell, float]]:
    """The geometric mean of a side's launches in each cell."""
    found = []
    for cell, launches in side.cells.items():
        values = [value for launch in launches if (value := value_of(launch.timing))]
        if values:
            found.append((cell, math.exp(fmean(map(math.log, values)))))
    return found


def _mean(ratios: Sequence[tuple[Cell, float]], between: float) -> Mean | None:
    """
    The geometric mean: over the sizes of a workload first, so that every workload counts once.

    log mean = mean_w(mean_s(log ratio)),   half width = t · √(s² / n + τ²)

    with n workloads, s² the variance between them and τ what the launches have in common.
    """
    by_workload: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for (*workload, _), ratio in ratios:
        by_workload[tuple(workload)].append(math.log(ratio))
    logarithms = [fmean(values) for values in by_workload.values()]
    n = len(logarithms)
    if n < 2:
        return None
    centre = fmean(logarithms)
    error = math.sqrt(variance(logarithms) / n + between**2)
    reach = t_quantile(_CONFIDENCE, n - 1) * error
    return Mean(Estimate(*map(math.exp, (centre, centre - reach, centre + reach))), n)
