"""SciPy's ndimage: labelled windows and a maximum filter; a sparse matrix as the scatter."""

import numpy as np
from scipy import ndimage, sparse


def pool2d(x, size, mode):
    if x.shape[0] % size != 0 or x.shape[1] % size != 0:
        raise ValueError("windows do not fit")
    H, W = x.shape
    labels = np.arange(H)[:, None] // size * (W // size) + np.arange(W) // size
    function = {"max": ndimage.maximum, "average": ndimage.mean, "sum": ndimage.sum_labels}[mode]
    pooled = function(x, labels, np.arange(labels.max() + 1))
    return np.reshape(pooled, (H // size, W // size))


def max_pool_indices(x, size):
    N, C, H, W = x.shape
    largest = ndimage.maximum_filter(x, (1, 1, size, size))
    values = largest[:, :, size // 2 :: size, size // 2 :: size]
    labels = np.arange(H)[:, None] // size * (W // size) + np.arange(W) // size
    windows = np.arange((H // size) * (W // size))
    indices = np.zeros(values.shape, dtype=np.int64)
    for n in range(N):
        for c in range(C):
            places = ndimage.maximum_position(x[n, c], labels, windows)
            indices[n, c] = np.array([y * W + x_ for y, x_ in places]).reshape(values.shape[2:])
    return values, indices


def max_pool_backward(grad, indices, height, width):
    N, C, h, w = grad.shape
    plane = np.arange(N * C).repeat(h * w)
    scattered = sparse.coo_matrix(
        (grad.ravel(), (plane, indices.ravel())), shape=(N * C, height * width)
    )
    return scattered.toarray().reshape(N, C, height, width)


def roi_pool(features, rois, height, width):
    result = np.empty((len(rois), len(features), height, width))
    for r, (top, left, bottom, right) in enumerate(rois):
        for i in range(height):
            for j in range(width):
                rows = slice(
                    top + i * (bottom - top) // height,
                    top + -((-(i + 1) * (bottom - top)) // height),
                )
                columns = slice(
                    left + j * (right - left) // width,
                    left + -((-(j + 1) * (right - left)) // width),
                )
                for c, plane in enumerate(features):
                    result[r, c, i, j] = ndimage.maximum(plane[rows, columns])
    return result
