"""TensorFlow."""

import tensorflow as tf

BACKEND = "tensorflow"


def maximin(payoffs):
    worst = tf.reduce_min(payoffs, axis=1)
    return tf.argmax(worst), tf.reduce_max(worst)


def minimax(payoffs):
    best = tf.reduce_max(payoffs, axis=0)
    return tf.argmin(best), tf.reduce_min(best)


def is_saddle_point(payoffs, row, column):
    entry = payoffs[row, column]
    is_least = tf.reduce_all(entry <= payoffs[row])
    is_greatest = tf.reduce_all(entry >= payoffs[:, column])
    return tf.logical_and(is_least, is_greatest)


def critical_point_kind(hessian):
    eigenvalues = tf.linalg.eigvalsh(hessian)
    magnitudes = tf.abs(eigenvalues)
    if tf.reduce_min(magnitudes) <= 1e-5 * tf.reduce_max(magnitudes):
        return "degenerate"
    if tf.reduce_all(eigenvalues > 0):
        return "minimum"
    return "maximum" if tf.reduce_all(eigenvalues < 0) else "saddle"
