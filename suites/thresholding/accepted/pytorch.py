"""Thresholding in PyTorch: all seven tasks on tensors."""

import torch

BACKEND = "torch"


def grey_histogram(image):
    counts = torch.bincount(image.flatten().to(torch.int64), minlength=256)
    return counts.to(torch.float32) / image.numel()


def valley_threshold(histogram, p1, p2):
    return p1 + histogram[p1 : p2 + 1].argmin()


def midpoint_threshold(p1, p2):
    return (p1 + p2) / 2


def binarize(image, threshold):
    return (image <= threshold).to(torch.uint8) * 255


def between_class_variance(histogram, t):
    return between_class_variances(histogram)[t]


def otsu_threshold(image):
    return between_class_variances(grey_histogram(image)).argmax()


def multi_otsu(image, classes):
    histogram = grey_histogram(image).to(torch.float64)
    zero = histogram.new_zeros(1)
    levels = torch.arange(256, dtype=torch.float64)
    p = torch.cat([zero, histogram.cumsum(0)])
    s = torch.cat([zero, (levels * histogram).cumsum(0)])
    p_class = p - p[:, None]
    s_class = s - s[:, None]
    # worth[a, b]: what the class of the levels a..b-1 adds to the variance
    worth = torch.where(p_class > 1e-12, s_class**2 / p_class, 0.0)
    worth = worth.masked_fill(torch.ones(257, 257).tril().bool(), -torch.inf)

    best, ends = worth[0], []
    for _ in range(classes - 1):
        best, end = (best[:, None] + worth).max(dim=0)
        ends.append(end)
    stops = [torch.tensor(256)]
    for end in reversed(ends):
        stops.append(end[stops[-1]])
    return torch.stack(stops[:0:-1]) - 1


def between_class_variances(histogram):
    """The between-class variance for every threshold 0..255."""
    levels = torch.arange(256, dtype=histogram.dtype)
    p1, p2 = up_to(histogram), above(histogram)
    s1, s2 = up_to(levels * histogram), above(levels * histogram)
    variances = p1 * p2 * (s1 / p1 - s2 / p2) ** 2
    return torch.where((p1 > 0) & (p2 > 0), variances, 0.0)


def up_to(values):
    """The sums of values[0], ..., values[t] for every t."""
    return values.cumsum(0)


def above(values):
    """The sums of values[t + 1], ..., values[255] for every t."""
    return torch.cat([values[1:].flip(0).cumsum(0).flip(0), values.new_zeros(1)])
