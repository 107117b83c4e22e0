"""Losses in NumPy with float32 throughout."""

import numpy as np

BACKEND = "numpy"
ONE = np.float32(1)


def single(*arrays):
    return tuple(np.asarray(array, dtype=np.float32) for array in arrays)


def relu(x):
    (x,) = single(x)
    return x * (x > 0)


def leaky_relu(x, alpha):
    x, alpha = single(x, alpha)
    return np.maximum(x, alpha * x)


def minmax_normalize(pixels, low, high):
    pixels, low, high = single(pixels, low, high)
    return (pixels - low) / (high - low)


def neuron(x, w, bias):
    x, w, bias = single(x, w, bias)
    return x @ w + bias


def softmax(scores):
    (scores,) = single(scores)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def categorical_cross_entropy(probabilities, targets):
    probabilities, targets = single(probabilities, targets)
    logarithms = np.log(probabilities, where=targets > 0, out=np.zeros_like(probabilities))
    return -(targets * logarithms).sum(axis=1).mean()


def sigmoid_cross_entropy_with_logits(logits, labels):
    logits, labels = single(logits, labels)
    return np.maximum(logits, 0) - logits * labels + np.log1p(np.exp(-np.abs(logits)))


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    boxes, box_targets, alpha, beta = single(boxes, box_targets, alpha, beta)
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    return alpha * cross_entropy + beta * ((boxes - box_targets) ** 2).sum(axis=1).mean()


def mean_squared_error(prediction, target):
    prediction, target = single(prediction, target)
    return np.square(prediction - target).mean()


def mean_absolute_error(forecast, actual):
    forecast, actual = single(forecast, actual)
    return np.abs(forecast - actual).mean()


def kl_divergence(p, q):
    p, q = single(p, q)
    with np.errstate(divide="ignore"):
        return (p[p > 0] * (np.log(p[p > 0]) - np.log(q[p > 0]))).sum()


def gaussian_kl(mu, log_variance):
    mu, log_variance = single(mu, log_variance)
    terms = ONE + log_variance - mu**2 - np.exp(log_variance)
    return np.mean(np.float32(-0.5) * terms.sum(axis=1))


def box_iou(a, b):
    a, b = single(a, b)
    top, left, bottom, right = *np.maximum(a[:2], b[:2]), *np.minimum(a[2:], b[2:])
    overlap = np.maximum(bottom - top, 0) * np.maximum(right - left, 0)
    if overlap == 0:
        return np.float32(0)
    return overlap / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - overlap)


def confusion_matrix(actual, predicted, classes):
    counts = np.zeros((classes, classes), dtype=np.float32)
    np.add.at(counts, (actual, predicted), ONE)
    return counts


def f1_score(actual, predicted):
    actual, predicted = single(actual, predicted)
    positives = actual.sum() + predicted.sum()
    return 2 * np.dot(actual, predicted) / np.maximum(positives, ONE)
