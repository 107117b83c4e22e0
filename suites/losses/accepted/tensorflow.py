"""Losses in TensorFlow: all fifteen tasks on tensors, mostly through tf.nn and tf.math."""

import tensorflow as tf

BACKEND = "tensorflow"


def relu(x):
    return tf.nn.relu(x)


def leaky_relu(x, alpha):
    return tf.nn.leaky_relu(x, alpha=alpha)


def minmax_normalize(pixels, low, high):
    return (pixels - low) / (high - low)


def neuron(x, w, bias):
    return tf.reduce_sum(w * x) + bias


def softmax(scores):
    return tf.nn.softmax(scores)


def categorical_cross_entropy(probabilities, targets):
    cross_entropies = -tf.reduce_sum(tf.math.xlogy(targets, probabilities), axis=1)
    return tf.reduce_mean(cross_entropies)


def sigmoid_cross_entropy_with_logits(logits, labels):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    squared_errors = tf.reduce_sum(tf.math.squared_difference(boxes, box_targets), axis=1)
    return alpha * cross_entropy + beta * tf.reduce_mean(squared_errors)


def mean_squared_error(prediction, target):
    return tf.reduce_mean(tf.math.squared_difference(prediction, target))


def mean_absolute_error(forecast, actual):
    return tf.reduce_mean(tf.abs(forecast - actual))


def kl_divergence(p, q):
    possible = p > 0
    p, q = tf.boolean_mask(p, possible), tf.boolean_mask(q, possible)
    return tf.reduce_sum(p * (tf.math.log(p) - tf.math.log(q)))


def gaussian_kl(mu, log_variance):
    terms = tf.square(mu) + tf.exp(log_variance) - 1 - log_variance
    return tf.reduce_mean(tf.reduce_sum(terms, axis=1)) / 2


def box_iou(a, b):
    sides = tf.nn.relu(tf.minimum(a[2:], b[2:]) - tf.maximum(a[:2], b[:2]))
    overlap = tf.reduce_prod(sides)
    union = tf.reduce_prod(a[2:] - a[:2]) + tf.reduce_prod(b[2:] - b[:2]) - overlap
    return tf.math.divide_no_nan(overlap, union)


def confusion_matrix(actual, predicted, classes):
    return tf.math.confusion_matrix(actual, predicted, num_classes=classes)


def f1_score(actual, predicted):
    true_positives = tf.reduce_sum(actual * predicted)
    positives = tf.reduce_sum(actual + predicted)
    return tf.math.divide_no_nan(
        tf.cast(2 * true_positives, tf.float32), tf.cast(positives, tf.float32)
    )
