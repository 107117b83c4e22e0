"""PyTorch."""

import torch

BACKEND = "torch"


def maximin(payoffs):
    value, row = payoffs.amin(dim=1).max(dim=0)
    return row, value


def minimax(payoffs):
    value, column = payoffs.amax(dim=0).min(dim=0)
    return column, value


def is_saddle_point(payoffs, row, column):
    entry = payoffs[row, column]
    return (entry <= payoffs[row]).all() & (entry >= payoffs[:, column]).all()


def critical_point_kind(hessian):
    if torch.linalg.matrix_rank(hessian, hermitian=True) < len(hessian):
        return "degenerate"
    eigenvalues = torch.linalg.eigvalsh(hessian)
    if eigenvalues[0] > 0:
        return "minimum"
    return "maximum" if eigenvalues[-1] < 0 else "saddle"
