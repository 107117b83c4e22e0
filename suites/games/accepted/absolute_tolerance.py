"""Eigenvalues compared with a fixed small number, as beginners' code does."""

import numpy as np

BACKEND = "numpy"


def critical_point_kind(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian)
    if (np.abs(eigenvalues) < 1e-8).any():
        return "degenerate"
    if (eigenvalues > 0).all():
        return "minimum"
    if (eigenvalues < 0).all():
        return "maximum"
    return "saddle"
