"""NumPy, with the last of several best moves instead of the first; lists for tuples."""

import numpy as np

BACKEND = "numpy"


def maximin(payoffs):
    worst = np.min(payoffs, axis=1)
    row = np.flatnonzero(worst == worst.max())[-1]
    return [row, worst[row]]


def minimax(payoffs):
    best = np.max(payoffs, axis=0)
    column = np.flatnonzero(best == best.min())[-1]
    return [column, best[column]]


def is_saddle_point(payoffs, row, column):
    is_least = payoffs == payoffs.min(axis=1, keepdims=True)
    is_greatest = payoffs == payoffs.max(axis=0, keepdims=True)
    return (is_least & is_greatest)[row, column]


def critical_point_kind(hessian):
    eigenvalues = np.linalg.eigvals(hessian).real
    is_zero = np.isclose(eigenvalues / max(1.0, np.abs(eigenvalues).max()), 0, atol=1e-9)
    if is_zero.any():
        return "degenerate"
    return {len(hessian): "minimum", -len(hessian): "maximum"}.get(
        int(np.sign(eigenvalues).sum()), "saddle"
    )
