"""Segmentation in plain Python loops: one pixel after the other, libraries for nothing."""

import heapq
import math

import numpy as np


def kmeans_colors(image, centroids, iterations):
    centroids = [[float(value) for value in centroid] for centroid in centroids]
    height, width, _ = image.shape
    labels = np.zeros((height, width), dtype=int)
    for _ in range(iterations):
        sums = [[0, 0, 0] for _ in centroids]
        sizes = [0] * len(centroids)
        for y in range(height):
            for x in range(width):
                colour = [int(value) for value in image[y, x]]
                distances = [math.dist(colour, centroid) for centroid in centroids]
                j = distances.index(min(distances))
                labels[y, x] = j
                sizes[j] += 1
                for channel in range(3):
                    sums[j][channel] += colour[channel]
        for j, size in enumerate(sizes):
            if size:
                centroids[j] = [total / size for total in sums[j]]
    return labels, centroids


def watershed(elevation, markers, mask):
    """A pixel is labelled when it leaves the queue; ties go to the smaller label."""
    height, width = elevation.shape
    labels = [[int(label) for label in row] for row in markers]
    queue = []
    for y in range(height):
        for x in range(width):
            if markers[y, x] > 0:
                heapq.heappush(queue, (elevation[y, x], markers[y, x], y, x))
    while queue:
        _, label, y, x = heapq.heappop(queue)
        if labels[y][x] and not markers[y, x]:
            continue
        labels[y][x] = label
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= v < height and 0 <= u < width and mask[v, u] and not labels[v][u]:
                heapq.heappush(queue, (elevation[v, u], label, v, u))
    return labels


def sliding_windows(image, size, stride):
    height, width = image.shape
    windows = []
    for top in range(0, height - size + 1, stride):
        for left in range(0, width - size + 1, stride):
            windows.append(image[top : top + size, left : left + size])
    return np.array(windows)


def pixel_softmax(scores):
    classes, height, width = scores.shape
    probabilities = np.zeros(scores.shape)
    for y in range(height):
        for x in range(width):
            largest = max(scores[k, y, x] for k in range(classes))
            powers = [math.exp(scores[k, y, x] - largest) for k in range(classes)]
            for k in range(classes):
                probabilities[k, y, x] = powers[k] / sum(powers)
    return probabilities


def pixel_cross_entropy(scores, labels):
    classes, height, width = scores.shape
    loss = 0.0
    for y in range(height):
        for x in range(width):
            largest = max(scores[k, y, x] for k in range(classes))
            total = sum(math.exp(scores[k, y, x] - largest) for k in range(classes))
            loss += largest + math.log(total) - scores[labels[y, x], y, x]
    return loss


def segment_classes(scores):
    classes, height, width = scores.shape
    best = [[0] * width for _ in range(height)]
    for y in range(height):
        for x in range(width):
            for k in range(classes):
                if scores[k, y, x] > scores[best[y][x], y, x]:
                    best[y][x] = k
    return best


def mask_from_logits(logits):
    return [[0.5 * (1 + math.tanh(logit / 2)) > 0.5 for logit in row] for row in logits]


def center_crop(image, height, width):
    channels, rows, columns = image.shape
    top, left = math.floor((rows - height) / 2), math.floor((columns - width) / 2)
    crop = np.empty((channels, height, width))
    for c in range(channels):
        for y in range(height):
            for x in range(width):
                crop[c, y, x] = image[c, top + y, left + x]
    return crop
