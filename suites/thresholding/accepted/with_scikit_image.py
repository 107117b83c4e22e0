"""Thresholding through scikit-image and NumPy's own histogram."""

import numpy as np
from skimage.exposure import histogram as grey_levels
from skimage.filters import threshold_multiotsu, threshold_otsu

BACKEND = "numpy"


def grey_histogram(image):
    shares, _ = grey_levels(image, source_range="dtype", normalize=True)
    return shares


def midpoint_threshold(p1, p2):
    return np.mean([p1, p2])


def binarize(image, threshold):
    return ~(image > threshold) * np.uint8(255)


def otsu_threshold(image):
    return threshold_otsu(image)


def multi_otsu(image, classes):
    return threshold_multiotsu(image, classes)
