"""NumPy in float32 throughout."""

import numpy as np

BACKEND = "numpy"


def maximin(payoffs):
    worst = payoffs.astype(np.float32).min(axis=1)
    return worst.argmax(), worst.max()


def minimax(payoffs):
    best = payoffs.astype(np.float32).max(axis=0)
    return best.argmin(), best.min()


def is_saddle_point(payoffs, row, column):
    payoffs = payoffs.astype(np.float32)
    entry = payoffs[row, column]
    return not (payoffs[row] < entry).any() and not (payoffs[:, column] > entry).any()


def critical_point_kind(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian.astype(np.float32))
    if np.abs(eigenvalues).min() <= 1e-5 * np.abs(eigenvalues).max():
        return "degenerate"
    if (eigenvalues > 0).all():
        return "minimum"
    return "maximum" if (eigenvalues < 0).all() else "saddle"
