"""Losses that are kept from log 0 and from division by 0 by 1e-7, as Keras does."""

import numpy as np

BACKEND = "numpy"
EPSILON = 1e-7


def categorical_cross_entropy(probabilities, targets):
    clipped = np.clip(probabilities, EPSILON, 1 - EPSILON)
    return -np.mean(np.sum(targets * np.log(clipped), axis=1))


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    return alpha * cross_entropy + beta * np.mean(np.sum((boxes - box_targets) ** 2, axis=1))


def box_iou(a, b):
    sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    overlap = np.prod(sides)
    union = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - overlap
    return overlap / (union + EPSILON)


def f1_score(actual, predicted):
    tp = np.sum(actual * predicted)
    precision = tp / (np.sum(predicted) + EPSILON)
    recall = tp / (np.sum(actual) + EPSILON)
    return 2 * precision * recall / (precision + recall + EPSILON)
