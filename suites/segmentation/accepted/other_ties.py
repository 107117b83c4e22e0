"""Segmentation where every tie goes the other way: to the last class, to the latest water."""

from collections import defaultdict

import numpy as np


def watershed(elevation, markers, mask):
    """Meyer's flooding, level by level: a stack for each level, and markers at no level."""
    labels = markers.copy()
    levels = defaultdict(list)

    def wet_neighbours_of(y, x):
        for v, u in ((y + 1, x), (y, x + 1), (y, x - 1), (y - 1, x)):
            inside = 0 <= v < labels.shape[0] and 0 <= u < labels.shape[1]
            if inside and mask[v, u] and not labels[v, u]:
                levels[elevation[v, u]].append((v, u, labels[y, x]))

    for y, x in np.argwhere(markers)[::-1]:
        wet_neighbours_of(y, x)
    while levels:
        lowest = min(levels)
        y, x, label = levels[lowest].pop()
        if not levels[lowest]:
            del levels[lowest]
        if not labels[y, x]:
            labels[y, x] = label
            wet_neighbours_of(y, x)
    return labels


def segment_classes(scores):
    return len(scores) - 1 - scores[::-1].argmax(axis=0)
