"""Who is faster: speed ratios that can be believed, put together and ranked with their ties."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from benchharness.outcomes import Timing, TimingStatus

__all__ = ["Speed", "geometric_mean", "places", "verified_speed"]


@dataclass(frozen=True)
class Speed:
    """A speed ratio with its 95 % interval: above 1 is faster than the reference."""

    ratio: float
    low: float
    high: float


def verified_speed(timing: Timing) -> Speed | None:
    """A timing's speed ratio; None unless it is steady, its calls verified, its interval known."""
    if timing.status is not TimingStatus.OK or not timing.verified_calls:
        return None
    if not timing.speed_ratio or timing.speed_ratio_ci95 is None:
        return None
    speed = Speed(timing.speed_ratio, *timing.speed_ratio_ci95)
    return speed if speed.low > 0 and speed.high < math.inf else None


def geometric_mean(speeds: Sequence[Speed]) -> Speed:
    """
    The geometric mean of n speed ratios that were measured apart, with its 95 % interval.

    log ratio = mean_i(log ratio_i),   h = √(Σ h_i²) / n,   h_i = (log high_i − log low_i) / 2
    """
    n = len(speeds)
    ratio = math.exp(sum(math.log(speed.ratio) for speed in speeds) / n)
    halves = (math.log(speed.high / speed.low) / 2 for speed in speeds)
    factor = math.exp(math.hypot(*halves) / n)
    return Speed(ratio, ratio / factor, ratio * factor)


def places(speeds: Sequence[Speed]) -> list[int]:
    """
    The place of each, from 1: one more than there are others whose whole interval is faster.

    Overlapping intervals are ties: who cannot be told from the fastest shares the first place.
    """
    lows = sorted(speed.low for speed in speeds)
    return [1 + len(lows) - bisect_right(lows, speed.high) for speed in speeds]
