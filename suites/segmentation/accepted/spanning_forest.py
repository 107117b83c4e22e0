"""Watershed as a minimum spanning forest: Kruskal's algorithm on the edges between pixels."""

import numpy as np


def watershed(elevation, markers, mask):
    height, width = elevation.shape
    parent = list(range(height * width))
    label = markers.ravel().tolist()

    def root(p):
        while parent[p] != p:
            parent[p] = parent[parent[p]]
            p = parent[p]
        return p

    edges = []
    for p, q in (*_pairs(height, width, 0, 1), *_pairs(height, width, 1, 0)):
        if mask.ravel()[p] and mask.ravel()[q]:
            edges.append((max(elevation.ravel()[p], elevation.ravel()[q]), p, q))
    for _, p, q in sorted(edges):
        p, q = root(p), root(q)
        if p != q and not (label[p] and label[q]):
            label[p] = label[p] or label[q]
            parent[q] = p
    return np.array([label[root(p)] for p in range(height * width)]).reshape(height, width)


def _pairs(height, width, down, right):
    """Each pixel's number with that of the pixel below or beside it."""
    number = np.arange(height * width).reshape(height, width)
    first, second = number[: height - down, : width - right], number[down:, right:]
    return zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)
