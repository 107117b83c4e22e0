"""Student's t distribution for whole degrees of freedom."""

from __future__ import annotations

import math
from functools import cache

__all__ = ["t_quantile"]

_PRECISION = 1e-8


@cache
def t_quantile(confidence: float, freedom: int) -> float:
    """
    The t that |T| stays below with the given confidence, for 1, 2, 3, ... degrees of freedom.

    The distribution is a finite sum for whole degrees of freedom; it is inverted by bisection.

    References
    ----------
    Abramowitz, Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    low, high = 0.0, 1.0
    while _share_within(high, freedom) < confidence:
        low, high = high, 2 * high
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _share_within(middle, freedom) < confidence else (low, middle)
        )
    return high


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
