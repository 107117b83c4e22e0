"""How a time grows with the size of its workload: the power law nearest to the measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchharness.timing.statistics import Estimate

__all__ = ["PowerLaw", "fit_power_law"]

_Z = NormalDist().inv_cdf(0.975)
_BETWEEN_SIZES = 0.1
"""
The relative standard deviation of a median beyond its own interval.

Sizes are timed one after the other, in processes whose memory lies where it happens to lie, and a
shared machine does not stay as fast as it was: docs/measurement.md says how this was measured.
"""


@dataclass(frozen=True)
class PowerLaw:
    """time = coefficient_s · size^exponent, over the sizes that it was fitted to."""

    exponent: Estimate
    coefficient_s: float
    smallest: float
    largest: float

    def time_s(self, size: float) -> float:
        """The time that the law gives a size."""
        return float(self.coefficient_s * size**self.exponent.value)


def fit_power_law(
    sizes: Sequence[float],
    medians_s: Sequence[float],
    intervals_s: Sequence[tuple[float, float]],
) -> PowerLaw | None:
    """
    The power law nearest to medians with 95 % intervals; None with fewer than two distinct sizes.

    exponent = Σ wᵢ(xᵢ − x̄)(yᵢ − ȳ) / Σ wᵢ(xᵢ − x̄)²,   x = log size, y = log median

    Weighted least squares on logarithms: wᵢ = 1 / (sᵢ² + 0.1²), where sᵢ is the standard error
    that the i-th interval stands for, (log high − log low) / (2 · 1.96), and 0.1 the scatter
    between sizes that no interval shows. The exponent's standard error 1 / √Σ wᵢ(xᵢ − x̄)² is
    multiplied by Birge's ratio √(χ² / (n − 2)) where that is above 1: where the points do not lie
    on a line, for then there is no single exponent. With two sizes there is nothing to see of
    that, and the interval is the measurement's uncertainty alone.

    Notes
    -----
    It describes these sizes, not the limit of large ones. The cost of a call that does not grow
    flattens the smallest sizes, caches that overflow steepen the largest. Birge's ratio is used
    with the normal quantile, as the Particle Data Group does: with three sizes at equal steps and
    equal weights the widened interval just holds the exponents between neighbouring sizes. (The
    quantile of Student's t, 12.7 for one degree of freedom, would be right if the misfit were
    chance of unknown size; it is mostly curvature.)

    A median whose interval reaches down to 0 has no logarithm to speak of and is left out.

    References
    ----------
    Birge, The calculation of errors by the method of least squares, Physical Review 40 (1932),
    207-227. Particle Data Group, Review of Particle Physics, Introduction: unconstrained
    averaging.
    """
    points = [
        (size, median, *interval)
        for size, median, interval in zip(sizes, medians_s, intervals_s, strict=True)
        if size > 0 and median > 0 and interval[0] > 0 and math.isfinite(interval[1])
    ]
    used = {size for size, *_ in points}
    if len(used) < 2:
        return None
    x, y, low, high = np.log(np.array(points)).T
    weights = 1 / (((high - low) / (2 * _Z)) ** 2 + _BETWEEN_SIZES**2)
    x_mean, y_mean = weights @ x / weights.sum(), weights @ y / weights.sum()
    information = weights @ (x - x_mean) ** 2
    exponent = weights @ ((x - x_mean) * (y - y_mean)) / information
    misfit = weights @ (y - y_mean - exponent * (x - x_mean)) ** 2
    birge_ratio = math.sqrt(misfit / (len(x) - 2)) if len(x) > 2 else 0.0
    half_width = _Z * max(1.0, birge_ratio) / math.sqrt(information)
    return PowerLaw(
        exponent=Estimate(
            float(exponent), float(exponent - half_width), float(exponent + half_width)
        ),
        coefficient_s=math.exp(y_mean - exponent * x_mean),
        smallest=float(min(used)),
        largest=float(max(used)),
    )
