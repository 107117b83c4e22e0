"""Otsu's threshold in NumPy."""

import numpy as np

BACKEND = "numpy"


def otsu_threshold(image):
    counts = np.bincount(image.ravel(), minlength=256)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(256))
    above = image.size - below
    means = sums / np.maximum(below, 1), (sums[-1] - sums) / np.maximum(above, 1)
    return int(np.argmax(below * above * (means[0] - means[1]) ** 2))
