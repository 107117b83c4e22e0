"""Plain loops over cells, one number at a time."""

import numpy as np


def unpool_nearest(x, factor):
    N, C, H, W = x.shape
    result = np.zeros((N, C, H * factor, W * factor))
    for n in range(N):
        for c in range(C):
            for i in range(H * factor):
                for j in range(W * factor):
                    result[n, c, i, j] = x[n, c, i // factor, j // factor]
    return result


def unpool_bed_of_nails(x, factor):
    N, C, H, W = x.shape
    result = np.zeros((N, C, H * factor, W * factor))
    for n in range(N):
        for c in range(C):
            for i in range(H):
                for j in range(W):
                    result[n, c, i * factor, j * factor] = x[n, c, i, j]
    return result


def max_unpool(values, indices, height, width):
    N, C, h, w = values.shape
    result = np.zeros((N, C, height, width))
    for n in range(N):
        for c in range(C):
            for i in range(h):
                for j in range(w):
                    index = int(indices[n, c, i, j])
                    if not 0 <= index < height * width:
                        raise ValueError(f"index {index} lies outside of the map")
                    result[n, c, index // width, index % width] = values[n, c, i, j]
    return result
