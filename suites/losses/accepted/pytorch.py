"""Losses in PyTorch: all fifteen tasks on tensors, mostly through torch.nn.functional."""

import torch
import torch.nn.functional as F

BACKEND = "torch"


def relu(x):
    return F.relu(x)


def leaky_relu(x, alpha):
    return F.leaky_relu(x, negative_slope=alpha)


def minmax_normalize(pixels, low, high):
    return (pixels - low) / (high - low)


def neuron(x, w, bias):
    return torch.dot(x, w) + bias


def softmax(scores):
    return F.softmax(scores, dim=1)


def categorical_cross_entropy(probabilities, targets):
    return -torch.xlogy(targets, probabilities).sum(dim=1).mean()


def sigmoid_cross_entropy_with_logits(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels, reduction="none")


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    return alpha * cross_entropy + beta * F.mse_loss(boxes, box_targets, reduction="sum") / len(
        boxes
    )


def mean_squared_error(prediction, target):
    return F.mse_loss(prediction, target)


def mean_absolute_error(forecast, actual):
    return F.l1_loss(forecast, actual)


def kl_divergence(p, q):
    possible = p > 0
    return F.kl_div(q[possible].log(), p[possible], reduction="sum")


def gaussian_kl(mu, log_variance):
    return -0.5 * (1 + log_variance - mu.square() - log_variance.exp()).sum(dim=1).mean()


def box_iou(a, b):
    sides = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0)
    overlap = sides.prod()
    union = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - overlap
    return torch.where(union > 0, overlap / union, 0.0)


def confusion_matrix(actual, predicted, classes):
    pairs = torch.bincount(actual * classes + predicted, minlength=classes**2)
    return pairs.reshape(classes, classes)


def f1_score(actual, predicted):
    actual, predicted = actual.bool(), predicted.bool()
    true_positives = (actual & predicted).sum()
    positives = actual.sum() + predicted.sum()
    return 2 * true_positives / positives.clamp(min=1)
