"""Estimates from interleaved rounds: medians, the speed ratio, their intervals, the comparison."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchharness.timing.student import t_quantile

__all__ = [
    "RESAMPLES",
    "Comparison",
    "Estimate",
    "Samples",
    "bootstrap",
    "bootstrap_ratio",
    "compare",
    "compare_strictly",
    "is_resolved",
    "needed_time",
    "net_margin",
    "net_median",
    "resolution",
    "speed_ratio",
]

RESAMPLES = 1000

_WIDER = 2.0
"""How many times its interval a difference has to be away from no difference."""

_OWN_TIME_WITHIN = 0.005
"""How closely null calls tell what the harness's own time is, as a share of that time."""

FloatArray: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = "Callable[[Samples], FloatArray]"


class Comparison(StrEnum):
    """How the submission's speed compares with the reference's, seen from the submission."""

    FASTER = "FASTER"
    SLOWER = "SLOWER"
    SAME = "SAME"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True)
class Estimate:
    """A value and the interval that holds it with the stated confidence."""

    value: float
    low: float
    high: float
    confidence: float = 0.95

    @property
    def half_width(self) -> float:
        """Half the interval, relative to the value."""
        return (self.high - self.low) / 2 / abs(self.value)


@dataclass(frozen=True)
class Samples:
    """
    Seconds a call, one sample a round, of the four variants that ran in the same rounds.

    Rounds are the last axis; a resampled set has one row a resample before it. Each side has one
    process or several that take turns: the rounds r, r + `processes`, ... are of the same ones.
    """

    submission: FloatArray
    reference: FloatArray
    submission_null: FloatArray
    reference_null: FloatArray
    processes: int = 1

    @property
    def rounds(self) -> int:
        """How many rounds were measured."""
        return int(self.submission.shape[-1])

    @property
    def units(self) -> int:
        """How many independent samples there are: of processes, or of rounds of a single one."""
        return min(self.processes, self.rounds) if self.processes > 1 else self.rounds

    def take(self, rounds: NDArray[np.intp]) -> Samples:
        """The samples of the given rounds, the same rounds of every variant."""
        return Samples(
            self.submission[rounds],
            self.reference[rounds],
            self.submission_null[rounds],
            self.reference_null[rounds],
        )

    def swapped(self) -> Samples:
        """The same samples with submission and reference in each other's place."""
        return replace(
            self,
            submission=self.reference,
            reference=self.submission,
            submission_null=self.reference_null,
            reference_null=self.submission_null,
        )


def net_median(samples: Samples) -> FloatArray:
    """The submission's median time, less the median of its null calls."""
    return _median(samples.submission) - _median(samples.submission_null)


def speed_ratio(samples: Samples) -> FloatArray:
    """
    Median over rounds of the reference's net time over the submission's: above 1 is faster.

    ratio = median_i((ref_i - m_ref) / (sub_i - m_sub)),   m = median of the null calls

    Rounds are paired, so a machine that is slow for a while slows both sides of a ratio. A round
    in which the submission took no longer than a null call counts as infinitely fast.
    """
    reference = samples.reference - _median(samples.reference_null)[..., np.newaxis]
    submission = samples.submission - _median(samples.submission_null)[..., np.newaxis]
    ratios = np.full(submission.shape, np.inf)
    np.divide(reference, submission, out=ratios, where=submission > 0)
    return _median(ratios)


def bootstrap(
    statistic: Statistic, samples: Samples, *, seed: int, confidence: float = 0.95
) -> Estimate:
    """
    The statistic of the samples with its percentile-bootstrap interval over processes.

    Copies of a program differ from process to process for their lives, so that rounds of one
    process are no independent samples, and an interval over rounds is too narrow. So processes
    are resampled, each with all of its rounds; where there is only one, rounds are. Null calls
    come with their rounds, so the uncertainty of the overhead is part of the interval. A few
    processes say little of how far all others differ, so the interval of n is wider: by the bias
    of their variance, and as Student's t with n - 1 degrees of freedom is wider than the normal
    distribution. And those few may be alike by chance, but rounds of several processes differ at
    least as much as rounds of one: the interval is no narrower than that over rounds, as many as
    there are, would be. The same seed and samples give the same interval.

    Source: Davison, Hinkley, *Bootstrap Methods and their Application* (1997), section 3.8, where
    resampling rounds within processes as well is shown to overstate the variance.
    """
    value, tail = float(statistic(samples)), round((1 - confidence) / 2 * RESAMPLES)
    edges = []
    for units in {samples.units, samples.rounds}:
        rounds = _resampled_rounds(samples.rounds, units, seed)
        edges.append(np.sort(statistic(samples.take(rounds)))[[tail, -1 - tail]])
    low, high = float(np.min(edges)), float(np.max(edges))
    widening = _widening(samples.units, confidence)
    return Estimate(
        value=value,
        low=value - widening * (value - low),
        high=value + widening * (high - value),
        confidence=confidence,
    )


def bootstrap_ratio(samples: Samples, *, seed: int, confidence: float = 0.95) -> Estimate:
    """
    The speed ratio, with an interval that reaches as many times up as down.

    That is as far as the percentiles of its logarithm reach to the farther side: a median that
    many rounds happen to lie close to on one side only seems to be known well there.
    """
    found = bootstrap(_log_speed_ratio, samples, seed=seed, confidence=confidence)
    reach = max(found.value - found.low, found.high - found.value)
    return Estimate(
        value=math.exp(found.value),
        low=math.exp(found.value - reach),
        high=math.exp(found.value + reach),
        confidence=confidence,
    )


def _log_speed_ratio(samples: Samples) -> FloatArray:
    """The logarithm of the speed ratio, that of 0 where the reference took no time at all."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(speed_ratio(samples), 0.0)))


def _widening(units: int, confidence: float) -> float:
    """By what an interval has to be wider for so few independent units."""
    if units == 1:
        return 1.0
    normal = NormalDist().inv_cdf((1 + confidence) / 2)
    return math.sqrt(units / (units - 1)) * t_quantile(confidence, units - 1) / normal


def _resampled_rounds(rounds: int, units: int, seed: int) -> NDArray[np.intp]:
    """For each resample and round the round that stands in its place, unit for unit."""
    rng = np.random.default_rng(seed)
    turns = np.arange(rounds)
    drawn = rng.integers(units, size=(RESAMPLES, units))[:, turns % units]
    rounds_of_drawn = (rounds - 1 - drawn) // units + 1
    return np.asarray(drawn + units * (turns // units % rounds_of_drawn), dtype=np.intp)


def resolution(null: FloatArray) -> float:
    """The shortest net time that null calls can tell from nothing: their interquartile range."""
    low, high = np.quantile(null, [0.25, 0.75])
    return float(high - low)


def is_resolved(net: Estimate, null: FloatArray) -> bool:
    """Whether a net time stands above the resolution of its null calls, its interval above 0."""
    return net.low > 0 and net.value > resolution(null)


def compare(ratio: Estimate, margin: float) -> Comparison:
    """The verdict that the whole interval of a speed ratio supports, with a margin around 1."""
    slowest, fastest = 1 / (1 + margin), 1 + margin
    if ratio.low > fastest:
        return Comparison.FASTER
    if ratio.high < slowest:
        return Comparison.SLOWER
    if slowest <= ratio.low and ratio.high <= fastest:
        return Comparison.SAME
    return Comparison.INCONCLUSIVE


def compare_strictly(ratio: Estimate, margin: float) -> Comparison:
    """
    As `compare`, where a difference must be beyond doubt as well: one of many verdicts at a time.

    An interval twice as wide, on the scale of logarithms, may not hold 1. One 95 % interval in
    twenty misses the truth, and a margin keeps that from being a claim only where the interval is
    narrower than the margin.
    """
    comparison = compare(ratio, margin)
    is_open = ratio.low <= _nearest_end(ratio) <= ratio.high
    return Comparison.INCONCLUSIVE if is_open and comparison is not Comparison.SAME else comparison


def _nearest_end(ratio: Estimate) -> float:
    """Where the interval has to end towards 1 for one twice as wide not to hold 1."""
    return float(ratio.value ** (1 - 1 / _WIDER))


def net_margin(samples: Samples, margin: float) -> float:
    """
    The margin around a ratio of net times, wider by what the harness's own time leaves open.

    Null calls run in processes of their own, so they tell the share of the others' time that is
    the harness's only about. Short calls, mostly the harness's time, need a larger difference.
    """
    sides = (samples, samples.swapped())
    if any(net_median(side) <= 0 for side in sides):
        return math.inf
    own = max(float(_median(side.submission_null) / net_median(side)) for side in sides)
    return margin + _OWN_TIME_WITHIN * own


def needed_time(ratio: Estimate, margin: float) -> float:
    """
    How many times more measuring a ratio needs to be decided strictly, if its value holds.

    An interval shrinks with the square root of the time, and it has to shrink until it lies on
    one side of the nearest edge of the margin, and leave more room to 1 where a difference is to
    be claimed.
    """
    edges = [1 / (1 + margin), 1 + margin]
    if not edges[0] <= ratio.value <= edges[1]:
        edges.append(_nearest_end(ratio))
    distance = min(abs(ratio.value - edge) for edge in edges)
    reach = max(ratio.high - ratio.value, ratio.value - ratio.low)
    return float((reach / distance) ** 2) if distance > 0 else float("inf")


def _median(values: FloatArray) -> FloatArray:
    return np.asarray(np.median(values, axis=-1))
