"""
Faster, slower, the same, or not to be told: one side beside another in one cell.

Two measurements that were not made in the same rounds differ by more than their intervals say:
processes start anew, memory lies elsewhere, the machine is in another state. docs/hardware.md
says how that was measured and what follows from it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

from benchharness.comparison.sides import Cell, Launch, Side
from benchharness.outcomes import Run, Timing, TimingStatus
from benchharness.timing.statistics import Comparison, Estimate, compare
from benchharness.timing.student import t_quantile

__all__ = [
    "BETWEEN_LAUNCHES",
    "Basis",
    "Evidence",
    "Pairing",
    "Verdict",
    "evidence",
    "pairing",
    "verdicts",
]

_Value: TypeAlias = tuple[float, float]
_OK = TimingStatus.OK
_Z = NormalDist().inv_cdf(0.975)
_CONFIDENCE = 0.95
_PRIOR_FREEDOM = 4
_MOST_RUNS = 100
_OF_REFERENCE = ("benchharness", "python", "numpy", "system")
_OF_REFERENCE_ON_GPU = ("torch", "driver", "cuda")


class Basis(StrEnum):
    """What two sides are compared by."""

    RATIOS = "ratios to the reference"
    TIMES = "times"


BETWEEN_LAUNCHES = {Basis.RATIOS: 0.04, Basis.TIMES: 0.15}
"""
The standard deviation of a result from launch to launch beyond its own interval, as a logarithm.

It is what is known before the launches at hand have shown their own; see docs/hardware.md.
"""


@dataclass(frozen=True)
class Pairing:
    """A side, the baseline it is compared with, by what, and what else differs between them."""

    side: Side
    baseline: Side
    basis: Basis
    differences: tuple[str, ...]


class Evidence(NamedTuple):
    """
    What counts of a side's launches in a cell: the logarithms of their speeds, with their errors.

    `run` is the number of the run that the first of them comes from.
    """

    run: int
    values: Sequence[_Value]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """
    How a side's speed compares with its baseline's in one cell; a ratio above 1 is faster.

    `comparison` is None where there is nothing to compare, and inconclusive where a side has no
    launch that is neither noisy nor throttled, whatever the interval says. `runs_needed` is how
    many more launches of each side would decide what is inconclusive, None where over a hundred.
    """

    cell: Cell
    side: int
    baseline: int
    comparison: Comparison | None
    ratio: Estimate | None
    launches: tuple[int, int]
    runs_needed: int | None
    doubts: tuple[str, ...]


def pairing(side: Side, baseline: Side, runs: Sequence[Run]) -> Pairing:
    """
    How two sides can be compared.

    By their ratios to the reference, where that is the same program on the same device of the
    same machine: whatever slows both cancels. Else by their times.
    """
    same_reference = _reference(side) == _reference(baseline)
    return Pairing(
        side=side,
        baseline=baseline,
        basis=Basis.RATIOS if same_reference else Basis.TIMES,
        differences=tuple(_differences(side, baseline, runs)),
    )


def evidence(side: Side, basis: Basis) -> dict[Cell, Evidence]:
    """What a side's launches say in each cell: those without a doubt, or all where none is."""
    found = {}
    for cell, launches in side.cells.items():
        counted = _undoubted(launches)
        found[cell] = Evidence(
            counted[0].run, _logarithms(counted, basis), tuple(_doubts(counted))
        )
    return found


def verdicts(pair: Pairing, baseline: Mapping[Cell, Evidence], margin: float) -> Iterator[Verdict]:
    """A verdict for each cell that both sides were timed in, `baseline` being its evidence."""
    for cell, ours in evidence(pair.side, pair.basis).items():
        if theirs := baseline.get(cell):
            yield _verdict(pair, cell, ours, theirs, margin)


def _verdict(
    pair: Pairing, cell: Cell, ours: Evidence, theirs: Evidence, margin: float
) -> Verdict:
    doubts = tuple(dict.fromkeys((*ours.doubts, *theirs.doubts)))
    values = ours.values, theirs.values
    launches = len(values[0]), len(values[1])
    if not all(values):
        doubts = (*doubts, f"no {'ratio' if pair.basis is Basis.RATIOS else 'time'}")
        numbers = (pair.side.number, pair.baseline.number)
        return Verdict(cell, *numbers, None, None, launches, None, doubts)
    variance, freedom = _variance(values, BETWEEN_LAUNCHES[pair.basis])
    difference = _mean(values[0]) - _mean(values[1])
    reach = _reach(variance, freedom, *launches)
    ratio = Estimate(*map(math.exp, (difference, difference - reach, difference + reach)))
    comparison = Comparison.INCONCLUSIVE if doubts else compare(ratio, margin)
    is_open = comparison is Comparison.INCONCLUSIVE
    if is_open and max(launches) == 1 and ours.run != theirs.run:
        doubts = (*doubts, "other run")
    return Verdict(
        cell=cell,
        side=pair.side.number,
        baseline=pair.baseline.number,
        comparison=comparison,
        ratio=ratio,
        launches=launches,
        runs_needed=(
            _runs_needed(difference, variance, freedom, launches, margin) if is_open else None
        ),
        doubts=doubts,
    )


def _logarithms(launches: Sequence[Launch], basis: Basis) -> list[_Value]:
    """The logarithm of each launch's speed, and the standard error behind its interval."""
    found = []
    for _, timing in launches:
        value, interval = _speed(timing, basis)
        if value and interval and 0 < interval[0] <= interval[1] < math.inf:
            error = math.log(interval[1] / interval[0]) / (2 * _Z)
            found.append((math.log(value), error))
    return found


def _speed(timing: Timing, basis: Basis) -> tuple[float | None, tuple[float, float] | None]:
    if basis is Basis.RATIOS:
        return timing.speed_ratio, timing.speed_ratio_ci95
    if not timing.median_s or timing.median_s <= 0 or timing.ci95_s is None:
        return None, None
    low, high = timing.ci95_s
    return 1 / timing.median_s, (1 / high, 1 / low) if low > 0 else None


def _variance(values: Sequence[Sequence[_Value]], between: float) -> tuple[float, int]:
    """
    The variance of one launch's logarithm, and its degrees of freedom.

    s² = (4 (τ² + mean σ²) + Σ (yᵢ − ȳ)²) / (4 + ν),   ν = launches − sides

    The spread of the launches at hand, drawn towards what was measured before (τ) as though that
    were four more degrees of freedom, so that two launches that agree by chance prove little.

    References
    ----------
    Smyth, Linear models and empirical Bayes methods for assessing differential expression in
    microarray experiments, Statistical Applications in Genetics and Molecular Biology 3 (2004):
    the moderated t-statistic.
    """
    errors = [error**2 for side in values for _, error in side]
    prior = between**2 + sum(errors) / len(errors)
    squares = sum(
        (value - mean) ** 2 for side in values for mean in [_mean(side)] for value, _ in side
    )
    freedom = _PRIOR_FREEDOM + len(errors) - len(values)
    return (_PRIOR_FREEDOM * prior + squares) / freedom, freedom


def _mean(side: Sequence[_Value]) -> float:
    return sum(value for value, _ in side) / len(side)


def _reach(variance: float, freedom: int, ours: int, theirs: int) -> float:
    """Half of the 95 % interval of a difference."""
    return t_quantile(_CONFIDENCE, freedom) * math.sqrt(variance * (1 / ours + 1 / theirs))


def _runs_needed(
    difference: float, variance: float, freedom: int, launches: tuple[int, int], margin: float
) -> int | None:
    """The fewest more launches of each side that decide, if difference and spread stay."""
    edge = math.log1p(margin)
    distance = min(abs(difference - edge), abs(difference + edge))
    ours, theirs = launches

    def decides(more: int) -> bool:
        return _reach(variance, freedom + 2 * more, ours + more, theirs + more) < distance

    found = bisect_left(range(1, _MOST_RUNS + 1), True, key=decides) + 1
    return found if found <= _MOST_RUNS else None


def _undoubted(launches: Sequence[Launch]) -> Sequence[Launch]:
    """The launches without noisy, throttled and failed ones, unless these are all there are."""
    return [
        launch
        for launch in launches
        if launch.timing.status is _OK and not launch.timing.throttled
    ] or launches


def _doubts(launches: Sequence[Launch]) -> Iterator[str]:
    """What speaks against the timings, each reason once."""
    found = dict.fromkeys(_doubt(launch.timing) for launch in launches)
    return (doubt for doubt in found if doubt)


def _doubt(timing: Timing) -> str:
    if timing.status is not _OK:
        return timing.status.value
    return "throttled" if timing.throttled else ""


def _reference(side: Side) -> tuple[object, ...]:
    """What the speed of the reference beside it depends on."""
    software = dict(side.facets.software)
    names = _OF_REFERENCE + (_OF_REFERENCE_ON_GPU if side.facets.device != "cpu" else ())
    return (side.facets.machine, side.facets.device, *map(software.get, names))


def _differences(side: Side, baseline: Side, runs: Sequence[Run]) -> Iterator[str]:
    ours, theirs = dict(side.facets.software), dict(baseline.facets.software)
    if side.facets.machine != baseline.facets.machine:
        yield f"machine: {side.facets.machine}, not {baseline.facets.machine}"
    if side.facets.device != baseline.facets.device:
        yield f"device: {side.facets.device}, not {baseline.facets.device}"
    for name in dict.fromkeys((*ours, *theirs)):
        if ours.get(name) != theirs.get(name):
            yield f"{name}: {ours.get(name, 'none')}, not {theirs.get(name, 'none')}"
    if side.facets.sha256 != baseline.facets.sha256:
        names = side.facets.submission, baseline.facets.submission
        what = "another version of the file" if names[0] == names[1] else ", not ".join(names)
        yield f"submission: {what}"
    governors = [runs[s.runs[0]].machine.governor for s in (side, baseline)]
    if governors[0] != governors[1] and all(governors):
        yield f"governor: {governors[0]}, not {governors[1]}"
    seeds = [{runs[run].seed for run in s.runs} for s in (side, baseline)]
    if not seeds[0] & seeds[1]:
        yield "seed: other inputs of the same sizes"
