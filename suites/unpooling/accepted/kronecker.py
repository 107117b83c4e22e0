"""Kronecker products, a fancy index for each plane, and NumPy's own check of coordinates."""

import numpy as np


def unpool_nearest(x, factor):
    return np.kron(x, np.ones((1, 1, factor, factor)))


def unpool_bed_of_nails(x, factor):
    nail = np.zeros((1, 1, factor, factor))
    nail[0, 0, 0, 0] = 1
    return np.kron(x, nail)


def max_unpool(values, indices, height, width):
    y, x = np.unravel_index(indices, (height, width))
    n, c = np.indices(values.shape)[:2]
    result = np.zeros((*values.shape[:2], height, width))
    result[n, c, y, x] = values
    return result
