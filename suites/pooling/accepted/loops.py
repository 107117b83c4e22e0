"""Plain loops over cells, one number at a time."""

import numpy as np


def pool2d(x, size, mode):
    H, W = x.shape
    if H % size != 0 or W % size != 0:
        raise ValueError("size does not divide the map")
    result = np.zeros((H // size, W // size))
    for i in range(H // size):
        for j in range(W // size):
            total, largest = 0.0, -np.inf
            for a in range(size):
                for b in range(size):
                    cell = x[i * size + a, j * size + b]
                    total += cell
                    largest = max(largest, cell)
            if mode == "max":
                result[i, j] = largest
            elif mode == "sum":
                result[i, j] = total
            else:
                result[i, j] = total / (size * size)
    return result


def max_pool_indices(x, size):
    N, C, H, W = x.shape
    values = np.zeros((N, C, H // size, W // size))
    indices = np.zeros((N, C, H // size, W // size), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(H // size):
                for j in range(W // size):
                    best = None
                    for row in range(i * size, (i + 1) * size):
                        for column in range(j * size, (j + 1) * size):
                            if best is None or x[n, c, row, column] > best:
                                best = x[n, c, row, column]
                                indices[n, c, i, j] = row * W + column
                    values[n, c, i, j] = best
    return values, indices


def max_pool_backward(grad, indices, height, width):
    N, C, h, w = grad.shape
    result = np.zeros((N, C, height, width))
    for n in range(N):
        for c in range(C):
            for i in range(h):
                for j in range(w):
                    row, column = divmod(indices[n, c, i, j], width)
                    result[n, c, row, column] += grad[n, c, i, j]
    return result


def roi_pool(features, rois, height, width):
    result = np.zeros((len(rois), len(features), height, width))
    for r, (top, left, bottom, right) in enumerate(rois):
        for c in range(len(features)):
            for i in range(height):
                for j in range(width):
                    first = top + int(np.floor(i * (bottom - top) / height))
                    last = top + int(np.ceil((i + 1) * (bottom - top) / height))
                    start = left + int(np.floor(j * (right - left) / width))
                    stop = left + int(np.ceil((j + 1) * (right - left) / width))
                    result[r, c, i, j] = features[c, first:last, start:stop].max()
    return result
