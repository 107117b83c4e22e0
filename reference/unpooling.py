"""
Unpooling: every number of a map becomes a window of a larger map.

The course texts are chapter 6 of the deep-learning book, figures 6.10 and 6.11, and the lecture
notes on convolutional networks, section 9, figure 14.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["max_unpool", "unpool_bed_of_nails", "unpool_nearest"]

Array = np.ndarray[Any, Any]


def unpool_nearest(x: Array, factor: int) -> Array:
    """
    Larger map in which every value fills its window.

    y[n, c, i, j] = x[n, c, floor(i / factor), floor(j / factor)]

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    factor : int
        Side of a window, at least 1.

    Returns
    -------
    float array, shape (N, C, H factor, W factor)

    References
    ----------
    The book, chapter 6, "Unpooling", figure 6.10, a.
    """
    return x.repeat(factor, axis=3).repeat(factor, axis=2)


def unpool_bed_of_nails(x: Array, factor: int) -> Array:
    """
    Larger map in which every value stands in the top-left corner of its window, among zeros.

    y[n, c, i factor, j factor] = x[n, c, i, j], and 0 elsewhere

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    factor : int
        Side of a window, at least 1.

    Returns
    -------
    float array, shape (N, C, H factor, W factor)

    References
    ----------
    The book, chapter 6, "Unpooling", figure 6.10, b.
    A. Dosovitskiy, J. T. Springenberg, T. Brox, Learning to generate chairs with convolutional
    neural networks, CVPR (2015), section 3.1: the value stands in the top-left corner.
    """
    N, C, H, W = x.shape
    nails = np.zeros((N, C, H * factor, W * factor), x.dtype)
    nails[:, :, ::factor, ::factor] = x
    return nails


def max_unpool(values: Array, indices: Array, height: int, width: int) -> Array:
    """
    Larger map in which every value stands where the maximum was found, among zeros.

    y[n, c, i, j] = values[n, c, k, l] where indices[n, c, k, l] = i width + j, else 0

    Parameters
    ----------
    values : float array, shape (N, C, h, w)
    indices : int array, shape (N, C, h, w)
        Places in the plane of the larger map, row by row from 0, as max-pooling finds them. Its
        windows are disjoint, so no index occurs twice in a plane.
    height, width : int
        Size of the larger map.

    Returns
    -------
    float array, shape (N, C, height, width)

    Raises
    ------
    ValueError
        If an index is negative, or not below height * width.

    References
    ----------
    The book, chapter 6, "Max unpooling", figure 6.11. The lecture notes, section 9, figure 14.
    M. D. Zeiler, R. Fergus, Visualizing and understanding convolutional networks, ECCV (2014),
    section 2.1: the indices are the "switches".
    V. Badrinarayanan, A. Kendall, R. Cipolla, SegNet, IEEE Transactions on Pattern Analysis and
    Machine Intelligence 39(12):2481-2495 (2017), section 3.
    """
    if indices.min() < 0 or indices.max() >= height * width:
        raise ValueError(f"indices must lie in 0..{height * width - 1}")
    N, C, h, w = values.shape
    unpooled = np.zeros((N, C, height * width), values.dtype)
    np.put_along_axis(unpooled, indices.reshape(N, C, h * w), values.reshape(N, C, h * w), axis=2)
    return unpooled.reshape(N, C, height, width)
