"""Student's t distribution for whole degrees of freedom."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

__all__ = ["t_quantile"]

_PRECISION = 1e-12


@cache
def t_quantile(confidence: float, freedom: int) -> float:
    """
    The t that |T| stays below with the given confidence, for 1, 2, 3, ... degrees of freedom.

    The distribution is a finite sum for whole degrees of freedom, which Newton's method inverts.
    It begins at the normal quantile, which is too small, and since the distribution bends
    downwards, no step passes the quantile.

    References
    ----------
    Abramowitz, Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    t, step = NormalDist().inv_cdf((1 + confidence) / 2), math.inf
    while step > _PRECISION * t:
        step = (confidence - _share_within(t, freedom)) / (2 * _density(t, freedom))
        t += step
    return t


def _density(t: float, freedom: int) -> float:
    """The density of T at t."""
    half = freedom / 2
    scale = math.lgamma(half + 0.5) - math.lgamma(half) - math.log(freedom * math.pi) / 2
    return math.exp(scale - (half + 0.5) * math.log1p(t**2 / freedom))


def _share_within(t: float, freedom: int) -> float:
    """The probability of |T| < t: with θ = atan(t / √ν), a polynomial in cos θ times sin θ."""
    theta = math.atan(t / math.sqrt(freedom))
    cos, sin = math.cos(theta), math.sin(theta)
    is_odd = freedom % 2
    term, total = (cos, cos) if is_odd else (1.0, 1.0)
    for step in range(2 + is_odd, freedom - 1, 2):
        term *= cos**2 * (step - 1) / step
        total += term
    if not is_odd:
        return sin * total
    return 2 / math.pi * (theta + (sin * total if freedom > 1 else 0.0))
