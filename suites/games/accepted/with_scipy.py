"""SciPy: eigenvalues of a symmetric matrix; extrema along an axis by scipy.ndimage."""

import numpy as np
from scipy import linalg, ndimage

BACKEND = "numpy"


def maximin(payoffs):
    rows = np.broadcast_to(np.arange(len(payoffs))[:, np.newaxis], payoffs.shape)
    worst = ndimage.minimum(payoffs, rows, np.arange(len(payoffs)))
    return int(np.argmax(worst)), np.max(worst)


def minimax(payoffs):
    columns = np.broadcast_to(np.arange(payoffs.shape[1]), payoffs.shape)
    best = ndimage.maximum(payoffs, columns, np.arange(payoffs.shape[1]))
    return int(np.argmin(best)), np.min(best)


def critical_point_kind(hessian):
    eigenvalues = linalg.eigh(hessian, eigvals_only=True)
    tolerance = 1e-10 * linalg.norm(hessian)
    if np.any(np.abs(eigenvalues) <= tolerance):
        return "degenerate"
    if eigenvalues[0] > 0:
        return "minimum"
    return "maximum" if eigenvalues[-1] < 0 else "saddle"
