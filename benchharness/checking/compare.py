"""Where an answer differs from the expected one, and by more than rounding explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Difference", "compare", "magnitude", "rounding"]

_FLOAT32_EPS = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Difference:
    """How two arrays of one shape differ; `worst` is the place of the largest excess."""

    count: int
    size: int
    worst: tuple[int, ...]
    got: float
    expected: float
    allowed: float

    def __str__(self) -> str:
        allowed = f", allowed {self.allowed:.2g}" if self.allowed else ""
        values = f"got {_shown(self.got)}, expected {_shown(self.expected)}{allowed}."
        if not self.worst:
            return values
        place = self.worst[0] if len(self.worst) == 1 else self.worst
        share = 100 * self.count / self.size
        percent = "100" if share > 99 else f"{share:.2g}"
        many = f"{self.count} of {self.size} values differ ({percent} %)."
        return f"{many} Worst at {place}: {values}"


def rounding(elements: int) -> float:
    """
    The relative error that a careful float32 computation over so many elements may have.

    Errors of n additions grow like sqrt(n) on average (Higham, Accuracy and Stability of
    Numerical Algorithms, 2002, section 2.8); the constant leaves room for a few operations on
    each element. float32 is the coarsest precision that a right answer may use; float16, with
    an epsilon 8192 times as large, fails.
    """
    return _FLOAT32_EPS * (4 + float(np.sqrt(max(elements, 1))))


def compare(
    expected: np.ndarray[Any, Any],
    got: np.ndarray[Any, Any],
    *,
    tolerance: float = 0.0,
    scale: float | None = None,
) -> Difference | None:
    """
    The difference of two arrays of one shape, or None if they agree.

    Values agree when |got - expected| <= tolerance * scale; scale is the largest finite
    magnitude in `expected` unless it is given. Infinities must be met exactly, and NaN agrees
    with NaN alone.
    """
    expected, got = np.asarray(expected), np.asarray(got)
    if np.array_equal(expected, got):
        return None
    allowed = tolerance * (magnitude(expected) if scale is None else scale)
    with np.errstate(invalid="ignore", over="ignore"):
        excess = np.asarray(np.subtract(got, expected, dtype=np.float64))
        np.abs(excess, out=excess)
    within = excess <= allowed
    if within.all():
        return None
    same = (expected == got) | (np.isnan(expected) & np.isnan(got))
    differs = ~same & ~within
    if not differs.any():
        return None
    ranked = np.where(differs, np.nan_to_num(excess, nan=np.inf, posinf=np.inf), -1.0)
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(ranked)), ranked.shape))
    return Difference(
        count=int(differs.sum()),
        size=int(differs.size),
        worst=worst,
        got=got[worst].item(),
        expected=expected[worst].item(),
        allowed=allowed,
    )


def magnitude(values: np.ndarray[Any, Any]) -> float:
    """The largest finite magnitude, 0 where there is none."""
    if values.size and math.isfinite(largest := max(float(values.max()), -float(values.min()))):
        return largest
    return float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))


def _shown(value: float) -> str:
    return str(value) if isinstance(value, (bool, int)) else f"{value:.6g}"
