"""Losses by other formulas that say the same: identities, one-hot products, means of means."""

import numpy as np

BACKEND = "numpy"


def relu(x):
    return (np.abs(x) + x) / 2


def leaky_relu(x, alpha):
    return (1 + alpha) / 2 * x + (1 - alpha) / 2 * np.abs(x)


def minmax_normalize(pixels, low, high):
    scale = 1 / (high - low)
    return pixels * scale - low * scale


def neuron(x, w, bias):
    return np.append(w, bias) @ np.append(x, 1.0)


def softmax(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def categorical_cross_entropy(probabilities, targets):
    rows, columns = np.nonzero(targets)
    surprise = np.log(1 / probabilities[rows, columns])
    return np.bincount(rows, targets[rows, columns] * surprise).mean()


def sigmoid_cross_entropy_with_logits(logits, labels):
    return np.logaddexp(0, logits) - logits * labels


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    examples = zip(class_probabilities, class_targets, boxes, box_targets, strict=True)
    losses = []
    for p, y, s, t in examples:
        logarithms = np.log(np.where(y > 0, p, 1))
        losses.append(-alpha * np.dot(y, logarithms) + beta * np.linalg.norm(s - t) ** 2)
    return np.mean(losses)


def mean_squared_error(prediction, target):
    error = prediction - target
    return error.var() + error.mean() ** 2


def mean_absolute_error(forecast, actual):
    return (np.maximum(forecast, actual) - np.minimum(forecast, actual)).sum() / actual.size


def kl_divergence(p, q):
    if np.any((q == 0) & (p > 0)):
        return np.inf
    cross_entropy = -np.sum(p * np.log(np.where(p > 0, q, 1)))
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1)))
    return cross_entropy - entropy


def gaussian_kl(mu, log_variance):
    sigma = np.exp(log_variance / 2)
    return np.mean(np.sum((sigma**2 + mu**2) / 2 - log_variance / 2 - 0.5, axis=1))


def box_iou(a, b):
    def covered(start, end):
        return max(end - start, 0.0)

    overlap = covered(max(a[0], b[0]), min(a[2], b[2])) * covered(max(a[1], b[1]), min(a[3], b[3]))
    rest = sum(covered(box[0], box[2]) * covered(box[1], box[3]) - overlap for box in (a, b))
    return overlap / (overlap + rest) if overlap else 0


def confusion_matrix(actual, predicted, classes):
    one_hot = np.eye(classes)
    return one_hot[actual].T @ one_hot[predicted]


def f1_score(actual, predicted):
    tp = np.sum((actual == 1) & (predicted == 1))
    fp = np.sum((actual == 0) & (predicted == 1))
    fn = np.sum((actual == 1) & (predicted == 0))
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    return 2 / (1 / precision + 1 / recall) if precision and recall else 0.0
