"""NumPy in float32 throughout."""

import numpy as np


def pool2d(x, size, mode):
    if x.shape[0] % size or x.shape[1] % size:
        raise ValueError(f"size: {size}")
    x = x.astype(np.float32)
    cells = [x[a::size, b::size] for b in range(size) for a in range(size)]
    if mode == "max":
        return np.maximum.reduce(cells)
    total = np.zeros_like(cells[0])
    for cell in cells:
        total += cell * np.float32(1 / size**2) if mode == "average" else cell
    return total


def max_pool_indices(x, size):
    x = x.astype(np.float32)
    W = x.shape[3]
    values = np.full_like(x[:, :, ::size, ::size], -np.inf)
    indices = np.zeros(values.shape, np.float32)
    i, j = np.indices(values.shape[2:], dtype=np.float32) * size
    for a in range(size):
        for b in range(size):
            cell = x[:, :, a::size, b::size]
            indices = np.where(cell >= values, (i + a) * W + (j + b), indices)
            values = np.maximum(values, cell)
    return values, indices


def max_pool_backward(grad, indices, height, width):
    flat = np.zeros((*grad.shape[:2], height * width), np.float32)
    for n, c in np.ndindex(*grad.shape[:2]):
        flat[n, c, indices[n, c]] = grad[n, c]
    return flat.reshape(*grad.shape[:2], height, width)


def roi_pool(features, rois, height, width):
    features = features.astype(np.float32)
    pooled = np.full((len(rois), len(features), height, width), -np.inf, np.float32)
    for r, (top, left, bottom, right) in enumerate(rois):
        row_scale = np.float32(bottom - top) / np.float32(height)
        column_scale = np.float32(right - left) / np.float32(width)
        for i in range(height):
            for j in range(width):
                a, b = np.floor(i * row_scale), np.ceil((i + 1) * row_scale)
                c, d = np.floor(j * column_scale), np.ceil((j + 1) * column_scale)
                rows = slice(top + int(a), top + int(b))
                columns = slice(left + int(c), left + int(d))
                pooled[r, :, i, j] = features[:, rows, columns].max(axis=(1, 2))
    return pooled
