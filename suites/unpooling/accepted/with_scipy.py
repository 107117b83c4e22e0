"""SciPy: zoom of order 0, and sparse matrices, which refuse coordinates outside of them."""

import numpy as np
from scipy import ndimage, sparse


def unpool_nearest(x, factor):
    return ndimage.zoom(x, (1, 1, factor, factor), order=0, mode="nearest", grid_mode=True)


def unpool_bed_of_nails(x, factor):
    N, C, H, W = x.shape
    rows = sparse.csr_matrix((np.ones(H), (np.arange(H) * factor, np.arange(H))), (H * factor, H))
    columns = sparse.csr_matrix(
        (np.ones(W), (np.arange(W), np.arange(W) * factor)), (W, W * factor)
    )
    planes = [rows @ plane @ columns for plane in x.reshape(N * C, H, W)]
    return np.reshape(planes, (N, C, H * factor, W * factor))


def max_unpool(values, indices, height, width):
    N, C, h, w = values.shape
    plane = np.arange(N * C).repeat(h * w)
    scattered = sparse.coo_matrix(
        (values.ravel(), (plane, indices.ravel())), shape=(N * C, height * width)
    )
    return scattered.toarray().reshape(N, C, height, width)
