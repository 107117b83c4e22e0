"""
Segmentation of images: clusters of colours, flooding, windows, and the classes of pixels.

The course texts are chapter 6 of the deep-learning book behind these tasks, from "Segmentation by
the watershed method" to listing 6.4, and section 9 of the lecture notes. Where the book errs, the
function that corrects it says so under Notes.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

import numpy as np

__all__ = [
    "center_crop",
    "kmeans_colors",
    "mask_from_logits",
    "pixel_cross_entropy",
    "pixel_softmax",
    "segment_classes",
    "sliding_windows",
    "watershed",
]

Array = np.ndarray[Any, Any]


def kmeans_colors(image: Array, centroids: Array, iterations: int) -> tuple[Array, Array]:
    """
    Clusters of an image's colours by Lloyd's algorithm, started from given centroids.

    label(u) = argmin_j ||u - c_j||_2, then c_j = mean of the colours u with label(u) = j

    Parameters
    ----------
    image : uint8 array, shape (H, W, 3)
    centroids : float array, shape (K, 3)
        Where the clusters start, in the units of the image.
    iterations : int
        How often all pixels are assigned and all centroids moved, at least 1.

    Returns
    -------
    labels : int array, shape (H, W)
        The last assignment: 0 <= label < K, made before the last move.
    centroids : float array, shape (K, 3)
        Where the last move left them. A cluster without pixels stays where it is.

    Raises
    ------
    ValueError
        If there is no iteration, and so no assignment.

    Notes
    -----
    ||u - c||^2 = ||u||^2 - 2 u.c + ||c||^2, and the first term is the same for all centroids: the
    nearest one has the least sum of the other two.

    The book's third step prints the sum of a cluster's colours for its mean, and its cost adds up
    distances where the mean minimises their squares. Listing 6.3 divides, but draws the centroids
    at random within the loop, so that only its last iteration counts; and it keeps them in an
    array of integers, which cuts the means off.

    References
    ----------
    S. P. Lloyd, Least squares quantization in PCM, IEEE Transactions on Information Theory
    28(2):129-137 (1982).
    The book, chapter 6, "Segmentation by clustering with K-means"; listing 6.3.
    """
    if iterations < 1:
        raise ValueError(f"iterations must be at least 1, got {iterations}")
    rows, columns, channels = image.shape
    colours = image.reshape(rows * columns, channels).astype(np.float64)
    moved = centroids.astype(np.float64)
    for _ in range(iterations):
        costs = (moved**2).sum(axis=1) - 2 * colours @ moved.T
        labels = costs.argmin(axis=1)
        sizes = np.bincount(labels, minlength=len(moved))
        sums = np.zeros_like(moved)
        np.add.at(sums, labels, colours)
        occupied = sizes > 0
        moved[occupied] = sums[occupied] / sizes[occupied, np.newaxis]
    return labels.reshape(rows, columns), moved


def watershed(elevation: Array, markers: Array, mask: Array) -> Array:
    """
    Basins of a landscape that is flooded from marked pixels.

    The water rises from all markers at once. Again and again, the lowest pixel on its edge (one
    of the four neighbours of a flooded pixel) is flooded, and takes its neighbour's label.

    Parameters
    ----------
    elevation : float array, shape (H, W)
    markers : int array, shape (H, W)
        A positive label where the water springs, 0 elsewhere. Springs lie inside the mask, and
        none of their neighbours is lower than they are.
    mask : bool array, shape (H, W)
        Where the water may flow.

    Returns
    -------
    int array, shape (H, W)
        A label of `markers` wherever the water arrives, and 0 elsewhere. No line is drawn
        between basins.

    Notes
    -----
    Where two floods meet on a ridge or a plateau, the pixels between them may go to either; here
    the pixel that the water touched first is flooded first. A queue ordered by elevation makes
    this O(n log n) for n pixels.

    Listing 6.2 swaps the polarity of its binary image through the level 5, and takes peaks as a
    mask (`peak_local_max(indices=False)`), which scikit-image has given up.

    References
    ----------
    F. Meyer, Un algorithme optimal pour la ligne de partage des eaux, 8e congres de
    reconnaissance des formes et intelligence artificielle 2:847-857 (1991).
    The book, chapter 6, "Segmentation by the watershed method"; figure 6.3, listing 6.2.
    """
    rows, columns = elevation.shape
    width = columns + 2
    heights = np.pad(elevation, 1).ravel().tolist()
    labels = np.pad(markers, 1).ravel().tolist()
    open_to_water = np.pad(mask, 1).ravel().tolist()
    arrival = count()
    edge = [(heights[p], next(arrival), p) for p, label in enumerate(labels) if label]
    heapify(edge)
    while edge:
        _, _, pixel = heappop(edge)
        for neighbour in (pixel - width, pixel - 1, pixel + 1, pixel + width):
            if open_to_water[neighbour] and not labels[neighbour]:
                labels[neighbour] = labels[pixel]
                heappush(edge, (heights[neighbour], next(arrival), neighbour))
    return np.array(labels).reshape(rows + 2, width)[1:-1, 1:-1]


def sliding_windows(image: Array, size: int, stride: int) -> Array:
    """
    Square windows of an image, as a classifier of their central pixels sees them.

    windows[i * columns + j] = image[i * stride : i * stride + size,
                                     j * stride : j * stride + size]

    with columns = floor((W - size) / stride) + 1 windows side by side.

    Parameters
    ----------
    image : float array, shape (H, W)
    size : int
        Side of a window, at most H and W.
    stride : int
        Step from one window to the next, in both directions.

    Returns
    -------
    float array, shape (n, size, size)
        The windows that lie inside the image as a whole, row by row.

    Raises
    ------
    ValueError
        If a window is larger than the image.

    References
    ----------
    The book, chapter 6, "The sliding-window method", figure 6.6.
    """
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return np.concatenate(windows[::stride, ::stride])


def pixel_softmax(scores: Array) -> Array:
    """
    Probability of each class at each pixel.

    P[k, i, j] = exp(s[k, i, j]) / sum_k' exp(s[k', i, j])

    Parameters
    ----------
    scores : float array, shape (K, H, W)
        The class maps that a fully convolutional network puts out.

    Returns
    -------
    float array, shape (K, H, W)
        Over the classes of a pixel they sum to 1.

    Notes
    -----
    The largest score of each pixel is subtracted first, so that scores of +-1000 stay finite.
    The largest of the whole image would not do: a pixel far below it has exp(s) = 0 for every
    class.

    References
    ----------
    The book, chapter 6, "Fully convolutional network", first formula.
    """
    exponentials = np.exp(scores - scores.max(axis=0))
    probabilities: Array = exponentials / exponentials.sum(axis=0)
    return probabilities


def pixel_cross_entropy(scores: Array, labels: Array) -> float:
    """
    Cross-entropy of the classes of an image's pixels, in nats, summed over the image.

    L = sum_ij (logsumexp_k(s[k, i, j]) - s[labels[i, j], i, j])

    Parameters
    ----------
    scores : float array, shape (K, H, W)
        Unnormalised log-probabilities.
    labels : int array, shape (H, W)
        True class of each pixel, 0 <= label < K.

    Returns
    -------
    float
        Not negative. The sum over the image is the book's loss; over a mini-batch, it takes the
        mean of the images.

    Notes
    -----
    The largest score of each pixel is subtracted first, and the logarithm is taken of the sum
    alone, so that a class with the probability exp(-2000) costs 2000 and not infinity.

    References
    ----------
    The book, chapter 6, "Fully convolutional network", second and third formula.
    """
    shifted = scores - scores.max(axis=0)
    log_sums = np.log(np.exp(shifted).sum(axis=0))
    (true_scores,) = np.take_along_axis(shifted, labels[np.newaxis], axis=0)
    return float((log_sums - true_scores).sum())


def segment_classes(scores: Array) -> Array:
    """
    Most probable class of each pixel.

    class[i, j] = argmax_k s[k, i, j]

    Parameters
    ----------
    scores : float array, shape (K, H, W)
        Unnormalised log-probabilities, or probabilities.

    Returns
    -------
    int array, shape (H, W)
        The first maximiser; any other one is as probable.

    Notes
    -----
    Softmax keeps the order of the scores, so it need not be computed.

    References
    ----------
    The book, chapter 6, "Fully convolutional network", fourth formula.
    """
    classes: Array = scores.argmax(axis=0)
    return classes


def mask_from_logits(logits: Array) -> Array:
    """
    Pixels that belong to an object more probably than not.

    mask[i, j] = sigma(l[i, j]) > 1/2, that is l[i, j] > 0

    Parameters
    ----------
    logits : float array, shape (H, W)
        Log-odds, log(p / (1 - p)).

    Returns
    -------
    bool array, shape (H, W)
        False where the logit is 0 and the probability one half.

    Notes
    -----
    Listing 6.4 compares the logits themselves with 0.5; that asks for a probability above 0.62.

    References
    ----------
    The book, chapter 6, listing 6.4. The lecture notes, section 9: Y_ij = P(X_ij in segment).
    """
    mask: Array = logits > 0
    return mask


def center_crop(image: Array, height: int, width: int) -> Array:
    """
    Central part of an image.

    crop[c, i, j] = image[c, i + floor((H - height) / 2), j + floor((W - width) / 2)]

    Parameters
    ----------
    image : float array, shape (C, H, W)
    height, width : int
        The size of the part, at most H and W.

    Returns
    -------
    float array, shape (C, height, width)
        Where the margin is odd, one row or column more is cut off below or on the right.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, U-Net: convolutional networks for biomedical image
    segmentation, MICCAI (2015), section 2.
    The book, chapter 6, "U-Net": the target of 388 x 388 pixels inside the image of 572 x 572.
    """
    _, rows, columns = image.shape
    top, left = (rows - height) // 2, (columns - width) // 2
    return image[:, top : top + height, left : left + width]
