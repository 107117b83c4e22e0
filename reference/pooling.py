"""
Pooling: a map is divided into windows, and each window becomes one number.

The course texts are the lecture notes on convolutional networks, section 1.3; the course of three
labs, section 1.7; and chapter 6 of the deep-learning book, "Fast R-CNN". Where one of them errs,
the function that corrects it says so under Notes.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

__all__ = ["max_pool_backward", "max_pool_indices", "pool2d", "roi_pool"]

Array = np.ndarray[Any, Any]


def pool2d(x: Array, size: int, mode: str) -> Array:
    """
    Maximum, average or sum of each of the disjoint square windows of a map.

    y[i, j] = f(x[i size + a, j size + b] : 0 <= a, b < size)

    Parameters
    ----------
    x : float array, shape (H, W)
    size : int
        Side of a window, at least 1; it divides H and W.
    mode : str
        What f is: "max", "average" or "sum".

    Returns
    -------
    float array, shape (H / size, W / size)

    Raises
    ------
    ValueError
        If size does not divide H and W.

    Notes
    -----
    All three functions can be taken over the rows of a window first and over its columns then.

    The lecture notes choose "p and q that are multiples of m and n" for windows of p x q cells in
    a map of m x n; it is m and n that must be multiples of p and q.

    References
    ----------
    The lecture notes, section 1.3, definition 4. The course of three labs, section 1.7.
    D. Scherer, A. Mueller, S. Behnke, Evaluation of pooling operations in convolutional
    architectures for object recognition, ICANN (2010), section 3.
    """
    if x.shape[0] % size or x.shape[1] % size:
        raise ValueError(f"windows of side {size} do not divide a map of shape {x.shape}")
    combine = np.maximum if mode == "max" else np.add
    strips = reduce(combine, (x[a::size] for a in range(size)))
    pooled: Array = reduce(combine, (strips[:, b::size] for b in range(size)))
    return pooled / size**2 if mode == "average" else pooled.copy()


def max_pool_indices(x: Array, size: int) -> tuple[Array, Array]:
    """
    Maximum of each of the disjoint square windows of every plane, and where it stands.

    values[n, c, i, j] = max_{a,b} x[n, c, i size + a, j size + b], 0 <= a, b < size
    indices[n, c, i, j] = y W + x for the row y = i size + a and column x = j size + b of it

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    size : int
        Side of a window, at least 1; it divides H and W.

    Returns
    -------
    values : float array, shape (N, C, H / size, W / size)
    indices : int array, shape (N, C, H / size, W / size)
        Each counts the cells of its own plane, row by row from 0. Of equal maxima it is the first
        one in the window; any other one is as good.

    References
    ----------
    The lecture notes, section 1.3, figure 2 and the paragraph below it.
    M. Ranzato, F. J. Huang, Y.-L. Boureau, Y. LeCun, Unsupervised learning of invariant feature
    hierarchies with applications to object recognition, CVPR (2007): the positions are kept.
    """
    N, C, H, W = x.shape
    windows = x.reshape(N, C, H // size, size, W // size, size)
    cells = {(a, b): windows[:, :, :, a, :, b] for a, b in np.ndindex(size, size)}
    corners = np.arange(0, H, size)[:, np.newaxis] * W + np.arange(0, W, size)
    values: Array = reduce(np.maximum, cells.values()).copy()
    indices = np.empty(values.shape, np.int64)
    for (a, b), cell in reversed(cells.items()):
        indices = np.where(cell == values, corners + (a * W + b), indices)
    return values, indices


def max_pool_backward(grad: Array, indices: Array, height: int, width: int) -> Array:
    """
    Gradient of a loss with respect to the map that was max-pooled.

    dL/dx[n, c, y, x] = grad[n, c, i, j] where indices[n, c, i, j] = y width + x, else 0

    Parameters
    ----------
    grad : float array, shape (N, C, h, w)
        Gradient with respect to the pooled map.
    indices : int array, shape (N, C, h, w)
        Where the maxima stood, as `max_pool_indices` returns them. The windows are disjoint, so
        no index occurs twice in a plane.
    height, width : int
        Size of the map that was pooled.

    Returns
    -------
    float array, shape (N, C, height, width)

    References
    ----------
    The lecture notes, section 1.3, below figure 2: "the gradients are passed to the cell in which
    the maximum is reached, the other gradients are zero."
    """
    N, C, h, w = grad.shape
    spread = np.zeros((N, C, height * width), grad.dtype)
    np.put_along_axis(spread, indices.reshape(N, C, h * w), grad.reshape(N, C, h * w), axis=2)
    return spread.reshape(N, C, height, width)


def roi_pool(features: Array, rois: Array, height: int, width: int) -> Array:
    """
    Maximum of each cell of a grid of fixed size that is laid over each region of interest.

    y[r, c, i, j] = max features[c, top + a, left + b]
    over floor(i h / height) <= a < ceil((i + 1) h / height)
    and floor(j w / width) <= b < ceil((j + 1) w / width),
    where h = bottom - top and w = right - left

    Parameters
    ----------
    features : float array, shape (C, H, W)
    rois : int array, shape (R, 4)
        At least one region (top, left, bottom, right), bottom and right excluded, that lies in
        the map and is not empty.
    height, width : int
        Number of bins in each direction.

    Returns
    -------
    float array, shape (R, C, height, width)

    Notes
    -----
    Where the number of bins does not divide the region's side, neighbouring bins share a row or
    column; where it exceeds the side, bins repeat. No bin is empty. The bins of a row of the grid
    have their rows in common: they are reduced once, to a strip.

    References
    ----------
    R. Girshick, Fast R-CNN, ICCV (2015), section 2.1. The paper's sub-windows have "approximate
    size h/H x w/W"; rounding outwards is what its code does.
    The book, chapter 6, "Fast and Faster R-CNN", figure 6.19.
    """
    regions = (features[:, top:bottom, left:right] for top, left, bottom, right in rois)
    return np.stack([_max_of_bins(region, height, width) for region in regions])


def _max_of_bins(region: Array, height: int, width: int) -> Array:
    _, h, w = region.shape
    strips = np.stack([region[:, a:b].max(axis=1) for a, b in _bins(h, height)], axis=1)
    return np.stack([strips[:, :, a:b].max(axis=2) for a, b in _bins(w, width)], axis=2)


def _bins(length: int, count: int) -> list[tuple[int, int]]:
    """Where each of so many bins starts and ends: rounded outwards, end excluded."""
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
