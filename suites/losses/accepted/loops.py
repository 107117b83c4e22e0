"""Losses in plain Python loops over numbers: all fifteen tasks, right and slow."""

import math

BACKEND = "numpy"


def relu(x):
    return [number if number > 0 else 0.0 for number in x]


def leaky_relu(x, alpha):
    return [number if number > 0 else alpha * number for number in x]


def minmax_normalize(pixels, low, high):
    result = pixels.copy()
    for i in range(pixels.shape[0]):
        for j in range(pixels.shape[1]):
            result[i, j] = (pixels[i, j] - low) / (high - low)
    return result


def neuron(x, w, bias):
    net = bias
    for i in range(len(x)):
        net += w[i] * x[i]
    return net


def softmax(scores):
    rows = []
    for row in scores:
        largest = max(row)
        exponentials = [math.exp(score - largest) for score in row]
        rows.append([e / sum(exponentials) for e in exponentials])
    return rows


def categorical_cross_entropy(probabilities, targets):
    loss = 0.0
    for p_row, y_row in zip(probabilities, targets, strict=True):
        for p, y in zip(p_row, y_row, strict=True):
            if y > 0:
                loss -= y * math.log(p)
    return loss / len(targets)


def sigmoid_cross_entropy_with_logits(logits, labels):
    losses = []
    for l, y in zip(logits, labels, strict=True):  # noqa: E741
        rest = math.log1p(math.exp(-abs(l)))
        losses.append(y * (max(-l, 0) + rest) + (1 - y) * (max(l, 0) + rest))
    return losses


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    squared_error = 0.0
    for s, t in zip(boxes, box_targets, strict=True):
        for j in range(4):
            squared_error += (s[j] - t[j]) ** 2
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    return alpha * cross_entropy + beta * squared_error / len(boxes)


def mean_squared_error(prediction, target):
    total = 0.0
    for p, t in zip(prediction, target, strict=True):
        total += (p - t) ** 2
    return total / len(target)


def mean_absolute_error(forecast, actual):
    total = 0.0
    for f, a in zip(forecast, actual, strict=True):
        total += abs(f - a)
    return total / len(actual)


def kl_divergence(p, q):
    divergence = 0.0
    for p_k, q_k in zip(p, q, strict=True):
        if p_k > 0 and q_k == 0:
            return math.inf
        if p_k > 0:
            divergence += p_k * math.log(p_k / q_k)
    return divergence


def gaussian_kl(mu, log_variance):
    total = 0.0
    for n in range(mu.shape[0]):
        for d in range(mu.shape[1]):
            variance = math.exp(log_variance[n, d])
            total += 0.5 * (mu[n, d] ** 2 + variance - 1 - log_variance[n, d])
    return total / mu.shape[0]


def box_iou(a, b):
    height = min(a[2], b[2]) - max(a[0], b[0])
    width = min(a[3], b[3]) - max(a[1], b[1])
    if height <= 0 or width <= 0:
        return 0.0
    overlap = height * width
    area_a = (a[2] - a[0]) * (a[3] - a[1])
    area_b = (b[2] - b[0]) * (b[3] - b[1])
    return overlap / (area_a + area_b - overlap)


def confusion_matrix(actual, predicted, classes):
    table = [[0] * classes for _ in range(classes)]
    for i, j in zip(actual, predicted, strict=True):
        table[i][j] += 1
    return table


def f1_score(actual, predicted):
    tp = fp = fn = 0
    for a, p in zip(actual, predicted, strict=True):
        if a == 1 and p == 1:
            tp += 1
        elif p == 1:
            fp += 1
        elif a == 1:
            fn += 1
    if tp == 0:
        return 0.0
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    return 2 * precision * recall / (precision + recall)
