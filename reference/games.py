"""
Two-player zero-sum games: maximin, minimax and saddle points, of matrices and of functions.

A payoff matrix holds what the row player A wins; the column player B wins the negative. The
course text is chapter 6 of the deep-learning book behind these tasks, from "Maximin and minimax
problems" to "Minimax and saddle points". Where it errs, the function that corrects it says so
under Notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["critical_point_kind", "is_saddle_point", "maximin", "minimax"]

Array = np.ndarray[Any, Any]

ZERO = 1e-6  # an eigenvalue this small beside the largest one is rounding, in float32 too


def maximin(payoffs: Array) -> tuple[int, float]:
    """
    Row that guarantees the row player most, and what it guarantees.

    value = max_i min_j U[i, j]

    Parameters
    ----------
    payoffs : float array, shape (m, n)
        What the row player wins where row i meets column j.

    Returns
    -------
    row : int
        The first maximiser, counted from 0; any other one guarantees as much.
    value : float
        The maximin value.

    References
    ----------
    J. von Neumann, Zur Theorie der Gesellschaftsspiele, Mathematische Annalen 100:295-320
    (1928).
    The book, chapter 6, "Maximin and minimax problems", first two formulas; figures 6.21 (A plays
    the first row, 4) and 6.22 (the third row, 6).
    """
    worst = payoffs.min(axis=1)
    row = int(worst.argmax())
    return row, float(worst[row])


def minimax(payoffs: Array) -> tuple[int, float]:
    """
    Column that leaves the row player least, and what it leaves.

    value = min_j max_i U[i, j]

    Parameters
    ----------
    payoffs : float array, shape (m, n)
        What the row player wins where row i meets column j.

    Returns
    -------
    column : int
        The first minimiser, counted from 0; any other one leaves as little.
    value : float
        The minimax value; it is never below the maximin value.

    Notes
    -----
    In figure 6.21 the minimax value of A is 8, in column M2, where A plays the row L3; the book
    prints L2. It also says that the minimax value is always greater than the maximin value; the
    two are equal where the matrix has a saddle point, as in its own figure 6.22 (both are 6).

    References
    ----------
    J. von Neumann, Mathematische Annalen 100:295-320 (1928).
    The book, chapter 6, "Maximin and minimax problems", third formula; figures 6.21 and 6.22.
    """
    best = payoffs.max(axis=0)
    column = int(best.argmin())
    return column, float(best[column])


def is_saddle_point(payoffs: Array, row: int, column: int) -> bool:
    """
    Whether neither player gains by leaving this row and this column alone.

    U[i, column] <= U[row, column] <= U[row, j] for all rows i and columns j

    Parameters
    ----------
    payoffs : float array, shape (m, n)
        What the row player wins where row i meets column j.
    row, column : int
        The entry to look at, counted from 0.

    Returns
    -------
    bool
        True where the entry is the least of its row and the greatest of its column, alone or
        among equals: a Nash equilibrium in pure strategies.

    References
    ----------
    M. J. Osborne, A. Rubinstein, A Course in Game Theory (1994), section 2.5.
    The book, chapter 6, "Zero-sum games" and "Minimax and saddle points".
    """
    entry = payoffs[row, column]
    return bool(np.all(entry <= payoffs[row]) and np.all(payoffs[:, column] <= entry))


def critical_point_kind(hessian: Array) -> str:
    """
    What a critical point is, from the signs of the eigenvalues of the Hessian there.

    Parameters
    ----------
    hessian : float array, shape (n, n)
        Symmetric: the second derivatives at a point where the gradient is zero.

    Returns
    -------
    str
        "degenerate" where an eigenvalue is 0, whatever the others are: second derivatives do not
        decide. Else "minimum" where all are positive, "maximum" where all are negative, and
        "saddle" where both signs occur.

    Notes
    -----
    An eigenvalue counts as 0 when its magnitude is at most 1e-6 of the largest one: rounding
    leaves about 1e-16 of it in float64 and 1e-7 in float32.

    References
    ----------
    J. Nocedal, S. J. Wright, Numerical Optimization (2006), theorems 2.3 and 2.4.
    The book, chapter 6, "Minimax and saddle points": the test by the Hessian, and x^2 - y^2,
    whose Hessian has the eigenvalues 2 and -2.
    """
    eigenvalues = np.linalg.eigvalsh(hessian)
    magnitudes = np.abs(eigenvalues)
    if magnitudes.min() <= ZERO * magnitudes.max():
        return "degenerate"
    lowest, highest = np.sign(eigenvalues[0]), np.sign(eigenvalues[-1])
    if lowest == highest:
        return "minimum" if lowest == 1 else "maximum"
    return "saddle"
