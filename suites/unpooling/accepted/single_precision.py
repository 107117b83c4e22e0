"""NumPy in float32 throughout."""

import numpy as np


def unpool_nearest(x, factor):
    N, C, H, W = x.shape
    result = np.empty((N, C, H, factor, W, factor), np.float32)
    result[...] = x[:, :, :, None, :, None]
    return result.reshape(N, C, H * factor, W * factor)


def unpool_bed_of_nails(x, factor):
    N, C, H, W = x.shape
    result = np.zeros((N, C, H * factor, W * factor), np.float32)
    result[..., ::factor, ::factor] = x
    return result


def max_unpool(values, indices, height, width):
    if indices.min() < 0 or indices.max() >= height * width:
        raise ValueError("indices outside of the map")
    result = np.zeros((*values.shape[:2], height * width), np.float32)
    for n, c in np.ndindex(*values.shape[:2]):
        result[n, c, indices[n, c]] = values[n, c]
    return result.reshape(*values.shape[:2], height, width)
