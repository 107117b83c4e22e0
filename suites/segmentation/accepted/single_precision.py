"""Segmentation in NumPy, everything in float32."""

import heapq

import numpy as np

single = np.float32


def kmeans_colors(image, centroids, iterations):
    colours = image.reshape(-1, 3).astype(single)
    centroids = centroids.astype(single)
    squares = (colours**2).sum(axis=1, keepdims=True)
    for _ in range(iterations):
        costs = squares - 2 * colours @ centroids.T + (centroids**2).sum(axis=1)
        labels = np.argmin(costs, axis=1)
        belongs = labels == np.arange(len(centroids))[:, np.newaxis]
        sizes = belongs.sum(axis=1, keepdims=True, dtype=single)
        sums = belongs.astype(single) @ colours
        centroids = np.where(sizes > 0, sums / np.maximum(sizes, 1), centroids)
    return labels.reshape(image.shape[:2]), centroids


def watershed(elevation, markers, mask):
    """Ties go to the pixel that comes first in the image."""
    elevation, labels = elevation.astype(single), markers.astype(np.int32)
    queue = [(elevation[y, x], y, x) for y, x in np.argwhere(markers)]
    heapq.heapify(queue)
    while queue:
        _, y, x = heapq.heappop(queue)
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            inside = 0 <= v < labels.shape[0] and 0 <= u < labels.shape[1]
            if inside and mask[v, u] and labels[v, u] == 0:
                labels[v, u] = labels[y, x]
                heapq.heappush(queue, (elevation[v, u], v, u))
    return labels


def sliding_windows(image, size, stride):
    tops = np.arange(0, image.shape[0] - size + 1, stride)
    lefts = np.arange(0, image.shape[1] - size + 1, stride)
    inside = np.arange(size)
    rows = tops[:, None, None, None] + inside[:, None]
    columns = lefts[:, None, None] + inside
    return image.astype(single)[rows, columns].reshape(-1, size, size)


def pixel_softmax(scores):
    return np.exp(log_softmax(scores.astype(single)))


def pixel_cross_entropy(scores, labels):
    one_hot = labels == np.arange(len(scores))[:, None, None]
    return -np.sum(log_softmax(scores.astype(single)), where=one_hot)


def log_softmax(scores):
    largest = scores.max(axis=0, keepdims=True)
    return scores - (largest + np.log(np.exp(scores - largest).sum(axis=0, keepdims=True)))


def segment_classes(scores):
    return pixel_softmax(scores / 256).argmax(axis=0).astype(np.uint8)


def mask_from_logits(logits):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-logits.astype(single))) > 0.5


def center_crop(image, height, width):
    _, rows, columns = image.shape
    rows_kept = np.arange(height) + (rows - height) // 2
    columns_kept = np.arange(width) + (columns - width) // 2
    return image.astype(single)[:, rows_kept[:, None], columns_kept]
