"""Segmentation through SciPy: `kmeans2`, `softmax`, `log_softmax`, `expit`."""

import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.special import expit, log_softmax, softmax


def kmeans_colors(image, centroids, iterations):
    colours = image.reshape(-1, 3).astype(float)
    centroids, labels = kmeans2(colours, centroids, iter=iterations, minit="matrix")
    return labels.reshape(image.shape[:2]), centroids


def pixel_softmax(scores):
    return softmax(scores, axis=0)


def pixel_cross_entropy(scores, labels):
    rows, columns = np.indices(labels.shape)
    return -log_softmax(scores, axis=0)[labels, rows, columns].sum()


def segment_classes(scores):
    return softmax(scores / 256, axis=0).argmax(axis=0)


def mask_from_logits(logits):
    return expit(logits) > 0.5
