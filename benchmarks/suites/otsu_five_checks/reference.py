"""Otsu's threshold of a grey image."""

import numpy as np

LEVELS = np.arange(256)


def otsu_threshold(image):
    """The threshold of a grey image, uint8 (H, W), with the largest between-class variance."""
    p = np.bincount(image.ravel(), minlength=256) / image.size
    p1, s1 = np.cumsum(p), np.cumsum(LEVELS * p)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (s1[-1] * p1 - s1) ** 2 / (p1 * (1 - p1))
    return int(np.argmax(np.where((p1 > 0) & (p1 < 1), variance, 0.0)))
