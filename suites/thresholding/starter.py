"""
Thresholding: write the bodies, then run

    pytest --bench --suite thresholding --submission THIS_FILE

Functions that you leave as they are earn no points and do no harm. For PyTorch or TensorFlow,
set BACKEND to "torch" or "tensorflow": the arrays below are tensors then.
"""

import numpy as np

BACKEND = "numpy"


def grey_histogram(image: np.ndarray) -> np.ndarray:
    """
    The share of the pixels that each grey level has.

    image: uint8, shape (H, W). Returns float, shape (256,); the shares sum to 1.
    """
    raise NotImplementedError


def valley_threshold(histogram: np.ndarray, p1: int, p2: int) -> int:
    """
    A level of p1..p2, both included, at which the histogram is lowest.

    histogram: float, shape (256,). p1, p2: the levels of the peaks, p1 < p2.
    """
    raise NotImplementedError


def midpoint_threshold(p1: int, p2: int) -> float:
    """The level halfway between p1 and p2, a fraction where the sum is odd."""
    raise NotImplementedError


def binarize(image: np.ndarray, threshold: int) -> np.ndarray:
    """
    255 where the image is at most the threshold, 0 elsewhere.

    image: uint8, shape (H, W). Returns uint8, shape (H, W).
    """
    raise NotImplementedError


def between_class_variance(histogram: np.ndarray, t: int) -> float:
    """
    The variance between the classes {0, ..., t} and {t + 1, ..., 255}.

    histogram: float, shape (256,), sums to 1. 0 when a class is empty.
    """
    raise NotImplementedError


def otsu_threshold(image: np.ndarray) -> int:
    """
    A level 0..255 that maximises the between-class variance.

    image: uint8, shape (H, W).
    """
    raise NotImplementedError


def multi_otsu(image: np.ndarray, classes: int) -> np.ndarray:
    """
    The thresholds that maximise the between-class variance of 2, 3 or 4 classes.

    image: uint8, shape (H, W). Returns int, shape (classes - 1,), increasing.
    """
    raise NotImplementedError
