"""Sylvester's criterion: the leading minors of H and of -H, each beside the norm's power."""

import numpy as np

BACKEND = "numpy"


def critical_point_kind(hessian):
    norm = np.linalg.norm(hessian)
    n = len(hessian)
    if norm == 0 or abs(np.linalg.det(hessian / norm)) < 1e-12:
        return "degenerate"
    if all(np.linalg.det(hessian[:k, :k]) > 0 for k in range(1, n + 1)):
        return "minimum"
    if all(np.linalg.det(-hessian[:k, :k]) > 0 for k in range(1, n + 1)):
        return "maximum"
    return "saddle"
