"""Blocks of calls with their joules, and what a few of them say of a call, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from benchharness.outcomes import Trace
from benchharness.timing.statistics import Estimate
from benchharness.timing.student import t_quantile

__all__ = ["Block", "Consumed", "energy_ratio", "mean_j", "pooled_spread"]


@dataclass(frozen=True)
class Block:
    """One window of one load; `late_s` is how late its two edges may have been noticed."""

    load: str
    joules: float
    seconds: float
    calls: int
    late_s: tuple[float, float]
    integrated_j: float | None = None

    @property
    def call_j(self) -> float:
        """Joules a call."""
        return self.joules / self.calls

    @property
    def power_w(self) -> float:
        """Watts on average."""
        return self.joules / self.seconds

    @property
    def edge_sd(self) -> float:
        """Standard deviation of the energy from its edges alone, relative to it."""
        return math.hypot(*self.late_s) / math.sqrt(12) / self.seconds


@dataclass(frozen=True)
class Consumed:
    """
    What calls have used, in joules a call with 95 % intervals.

    `ratio` is the reference's energy over the submission's; `cross_check` integrated power over
    the counter's energy, None where there is no sensor of power beside the counter.
    """

    method: str
    tick_s: float
    idle_power_w: float
    submission: Estimate
    submission_net_j: float
    power_w: float
    window_s: float
    blocks: tuple[Block, ...]
    reference: Estimate | None = None
    reference_net_j: float | None = None
    ratio: Estimate | None = None
    clock_mhz: float | None = None
    temperature_c: float | None = None
    cross_check: float | None = None
    notes: tuple[str, ...] = ()
    trace: Trace | None = None


def pooled_spread(groups: Sequence[Sequence[Block]]) -> tuple[float, int]:
    """The relative standard deviation of a block's energy within its group, and its freedom."""
    deviations = [
        math.log(block.call_j) - fmean(math.log(other.call_j) for other in group)
        for group in groups
        for block in group
    ]
    degrees = sum(len(group) - 1 for group in groups)
    return math.sqrt(sum(d * d for d in deviations) / max(1, degrees)), degrees


def _half_width(groups: Sequence[Sequence[Block]], spread: float, degrees: int) -> float:
    """
    Half of the 95 % interval of a logarithm of means, or of a difference of such.

    The blocks' spread with the quantile of Student's t, since there are few, and beside it what
    the edges alone leave open, which two blocks may hide by chance.
    """
    by_spread = (
        t_quantile(0.95, max(1, degrees))
        * spread
        * math.sqrt(sum(1 / len(group) for group in groups))
    )
    by_edges = 1.96 * math.sqrt(
        sum(fmean(b.edge_sd**2 for b in group) / len(group) for group in groups)
    )
    return math.hypot(by_spread, by_edges)


def mean_j(blocks: Sequence[Block], spread: float, degrees: int) -> Estimate:
    """The geometric mean of the blocks' joules a call, with its 95 % interval."""
    mean = math.exp(fmean(math.log(block.call_j) for block in blocks))
    factor = math.exp(_half_width([blocks], spread, degrees))
    return Estimate(mean, mean / factor, mean * factor)


def energy_ratio(
    ours: Sequence[Block], theirs: Sequence[Block], spread: float, degrees: int
) -> Estimate:
    """Their joules a call over ours, with the 95 % interval: above 1, ours are fewer."""
    logs = [fmean(math.log(block.call_j) for block in group) for group in (theirs, ours)]
    ratio = math.exp(logs[0] - logs[1])
    factor = math.exp(_half_width([ours, theirs], spread, degrees))
    return Estimate(ratio, ratio / factor, ratio * factor)
