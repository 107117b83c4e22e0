"""Thresholding in NumPy: all seven tasks, vectorised."""

import numpy as np

BACKEND = "numpy"

LEVELS = np.arange(256)


def grey_histogram(image):
    return np.bincount(image.ravel(), minlength=256) / image.size


def valley_threshold(histogram, p1, p2):
    return p1 + int(np.argmin(histogram[p1 : p2 + 1]))


def midpoint_threshold(p1, p2):
    return (p1 + p2) / 2


def binarize(image, threshold):
    return np.where(image <= threshold, np.uint8(255), np.uint8(0))


def between_class_variance(histogram, t):
    return between_class_variances(histogram)[t]


def otsu_threshold(image):
    return int(np.argmax(between_class_variances(grey_histogram(image))))


def multi_otsu(image, classes):
    histogram = grey_histogram(image)
    p = np.append(0, np.cumsum(histogram))
    s = np.append(0, np.cumsum(LEVELS * histogram))
    p_class = p - p[:, np.newaxis]
    s_class = s - s[:, np.newaxis]
    # worth[a, b]: what the class of the levels a..b-1 adds to the variance
    worth = np.zeros((257, 257))
    np.divide(s_class**2, p_class, out=worth, where=p_class > 1e-12)
    worth[np.tril_indices(257)] = -np.inf

    best, ends = worth[0], []
    for _ in range(classes - 1):
        totals = best[:, np.newaxis] + worth
        ends.append(totals.argmax(axis=0))
        best = totals.max(axis=0)
    stops = [256]
    for end in reversed(ends):
        stops.append(end[stops[-1]])
    return np.array(stops[:0:-1]) - 1


def between_class_variances(histogram):
    """The between-class variance for every threshold 0..255."""
    p1, p2 = up_to(histogram), above(histogram)
    s1, s2 = up_to(LEVELS * histogram), above(LEVELS * histogram)
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = p1 * p2 * (s1 / p1 - s2 / p2) ** 2
    return np.where((p1 > 0) & (p2 > 0), variances, 0.0)


def up_to(values):
    """The sums of values[0], ..., values[t] for every t."""
    return np.cumsum(values)


def above(values):
    """The sums of values[t + 1], ..., values[255] for every t."""
    return np.append(np.cumsum(values[:0:-1])[::-1], 0.0)
