"""Thresholding in TensorFlow: all seven tasks on tensors."""

import tensorflow as tf

BACKEND = "tensorflow"


def grey_histogram(image):
    levels = tf.cast(tf.reshape(image, [-1]), tf.int32)
    counts = tf.math.bincount(levels, minlength=256, maxlength=256)
    return tf.cast(counts, tf.float32) / tf.cast(tf.size(levels), tf.float32)


def valley_threshold(histogram, p1, p2):
    return p1 + tf.argmin(histogram[p1 : p2 + 1])


def midpoint_threshold(p1, p2):
    return (p1 + p2) / 2


def binarize(image, threshold):
    return tf.cast(tf.where(image <= threshold, 255, 0), tf.uint8)


def between_class_variance(histogram, t):
    return between_class_variances(histogram)[t]


def otsu_threshold(image):
    return tf.argmax(between_class_variances(grey_histogram(image)))


def multi_otsu(image, classes):
    histogram = tf.cast(grey_histogram(image), tf.float64)
    levels = tf.range(256, dtype=tf.float64)
    p = tf.concat([[0.0], tf.cumsum(histogram)], axis=0)
    s = tf.concat([[0.0], tf.cumsum(levels * histogram)], axis=0)
    p_class = p - p[:, tf.newaxis]
    s_class = s - s[:, tf.newaxis]
    # worth[a, b]: what the class of the levels a..b-1 adds to the variance
    worth = tf.where(p_class > 1e-12, s_class**2 / p_class, 0.0)
    starts, stops = tf.range(257)[:, tf.newaxis], tf.range(257)
    worth = tf.where(starts < stops, worth, -float("inf"))

    best, ends = worth[0], []
    for _ in range(classes - 1):
        totals = best[:, tf.newaxis] + worth
        ends.append(tf.argmax(totals, axis=0))
        best = tf.reduce_max(totals, axis=0)
    chosen = [tf.constant(256, tf.int64)]
    for end in reversed(ends):
        chosen.append(end[chosen[-1]])
    return tf.stack(chosen[:0:-1]) - 1


def between_class_variances(histogram):
    """The between-class variance for every threshold 0..255."""
    levels = tf.range(256, dtype=histogram.dtype)
    p1 = tf.cumsum(histogram)
    p2 = tf.cumsum(histogram, reverse=True, exclusive=True)
    s1 = tf.cumsum(levels * histogram)
    s2 = tf.cumsum(levels * histogram, reverse=True, exclusive=True)
    variances = p1 * p2 * (s1 / p1 - s2 / p2) ** 2
    return tf.where((p1 > 0) & (p2 > 0), variances, 0.0)
