"""Thresholding in float32 throughout, by raw moments, with ties broken towards white."""

import numpy as np

BACKEND = "numpy"
LEVELS = np.arange(256, dtype=np.float32)


def grey_histogram(image):
    return (np.bincount(image.flat, minlength=256) / np.float32(image.size)).astype(np.float32)


def valley_threshold(histogram, p1, p2):
    between = histogram.astype(np.float32)[p1 : p2 + 1]
    return int(p2 - np.argmin(between[::-1]))


def midpoint_threshold(p1, p2):
    return np.float32(p1) + np.float32(p2 - p1) * np.float32(0.5)


def binarize(image, threshold):
    return np.float32(255) * (image.astype(np.float32) <= threshold)


def between_class_variance(histogram, t):
    shares = histogram.astype(np.float32)
    moments = LEVELS * shares
    sides = [(shares[: t + 1].sum(), moments[: t + 1].sum())]
    sides.append((shares[t + 1 :].sum(), moments[t + 1 :].sum()))
    return sum(moment**2 / share for share, moment in sides if share > 0) - moments.sum() ** 2


def otsu_threshold(image):
    shares = grey_histogram(image)
    p1, s1 = np.cumsum(shares), np.cumsum(LEVELS * shares)
    p2 = np.append(np.cumsum(shares[::-1])[::-1][1:], np.float32(0))
    separation = s1**2 / np.maximum(p1, 1e-9) + (s1[-1] - s1) ** 2 / np.maximum(p2, 1e-9)
    separation = np.where((p1 > 0) & (p2 > 0), separation, 0)
    return float(255 - np.argmax(separation[::-1]))
