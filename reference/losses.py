"""
Activations, losses, divergences and metrics: how a network answers, and how it is judged.

The sources are the deep-learning book behind these tasks (chapter 6), the lecture notes on
convolutional and adversarial networks, and a course of three lab works. Where one of them errs,
the function that corrects it says so under Notes. Logarithms are natural throughout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "box_iou",
    "categorical_cross_entropy",
    "confusion_matrix",
    "f1_score",
    "gaussian_kl",
    "kl_divergence",
    "leaky_relu",
    "localization_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "minmax_normalize",
    "neuron",
    "relu",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
]

Array = np.ndarray[Any, Any]


def relu(x: Array) -> Array:
    """
    Positive part of every number.

    f(x) = max(0, x)

    Parameters
    ----------
    x : float array, shape (N,)

    Returns
    -------
    float array, shape (N,)

    References
    ----------
    V. Nair, G. E. Hinton, Rectified linear units improve restricted Boltzmann machines,
    International Conference on Machine Learning (2010).
    The course of three labs, section 3.2.2.
    """
    result: Array = np.maximum(x, 0.0)
    return result


def leaky_relu(x: Array, alpha: float) -> Array:
    """
    Every number as it is where it is positive, and scaled down where it is negative.

    f(x) = x for x > 0, alpha x otherwise

    Parameters
    ----------
    x : float array, shape (N,)
    alpha : float
        Slope of the negative side, 0 <= alpha < 1; the DCGAN thesis uses 0.2.

    Returns
    -------
    float array, shape (N,)

    References
    ----------
    A. L. Maas, A. Y. Hannun, A. Y. Ng, Rectifier nonlinearities improve neural network acoustic
    models, ICML Workshop on Deep Learning for Audio, Speech and Language Processing (2013).
    The DCGAN thesis, section 2.3 (`tf.nn.leaky_relu`); the lecture notes, section 6.1.
    """
    result: Array = np.maximum(x, 0.0) + alpha * np.minimum(x, 0.0)
    return result


def minmax_normalize(pixels: Array, low: float, high: float) -> Array:
    """
    Pixels moved from a scale that runs from `low` to `high` to one that runs from 0 to 1.

    f(p, min, max) = (p - min) / (max - min)

    Parameters
    ----------
    pixels : float array, shape (H, W)
    low, high : float
        The ends of the scale, low < high; 0 and 255 for ordinary pictures.

    Returns
    -------
    float array, shape (H, W)
        Pixels outside of the scale come out below 0 or above 1.

    References
    ----------
    The course of three labs, appendix 2, section 1.5.
    """
    return (pixels - low) / (high - low)


def neuron(x: Array, w: Array, bias: float) -> float:
    """
    Input of a neuron's activation: the weighted sum of what arrives, plus the bias.

    NET = sum_i w_i x_i + w_0

    Parameters
    ----------
    x : float array, shape (n,)
        Outputs of the neurons before.
    w : float array, shape (n,)
        One weight for each of them.
    bias : float
        w_0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If x and w differ in length.

    Notes
    -----
    The course prints `sum w_i + x_i + w_0`; weights multiply.

    References
    ----------
    F. Rosenblatt, The perceptron, Psychological Review 65(6):386-408 (1958).
    The course of three labs, appendix 2, section 1.4.
    """
    return float(w @ x + bias)


def softmax(scores: Array) -> Array:
    """
    Probabilities of the classes from their scores, row by row.

    P[n, k] = exp(s[n, k]) / sum_j exp(s[n, j])

    Parameters
    ----------
    scores : float array, shape (N, K)
        Unnormalised log-probabilities, one row per example.

    Returns
    -------
    float array, shape (N, K)
        Every row sums to 1.

    Notes
    -----
    Each row's maximum is subtracted first, which cancels in the fraction: no exponent is
    positive, and one of them is 0, so that scores of +-1000 neither overflow nor divide 0 by 0.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), sections 4.1 and 6.2.2.3.
    The book, chapter 6, "Fully convolutional network", first formula; the course of three labs,
    section 3.2.2.
    """
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def categorical_cross_entropy(probabilities: Array, targets: Array) -> float:
    """
    Cross-entropy between target and predicted classes, in nats per example.

    loss = mean_n(-sum_k y[n, k] log p[n, k])

    Parameters
    ----------
    probabilities : float array, shape (N, K)
        Predicted; every row sums to 1.
    targets : float array, shape (N, K)
        One-hot or soft; every row sums to 1.

    Returns
    -------
    float
        A target of 0 adds 0, even where its probability is 0. Infinite where a probability is
        0 and its target is not.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), sections 3.13 and 6.2.1.1.
    The book, chapter 6, "Fully convolutional network", second formula, and the first term of
    the cost of a classifying and localising network; the course of three labs, section 3.2.2.
    """
    present = targets > 0
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities[present])
    return float(-(targets[present] @ logarithms) / len(targets))


def sigmoid_cross_entropy_with_logits(logits: Array, labels: Array) -> Array:
    """
    Cross-entropy of a two-class decision, in nats, element by element.

    loss = -y log sigma(l) - (1 - y) log(1 - sigma(l)) = max(l, 0) - l y + log(1 + exp(-|l|))

    Parameters
    ----------
    logits : float array, shape (N,)
        l = log(p / (1 - p)).
    labels : float array, shape (N,)
        y, 0 <= y <= 1.

    Returns
    -------
    float array, shape (N,)

    Notes
    -----
    The second form never takes the exponential of a positive number, so logits of +-1000 stay
    exact, and `log1p` keeps every digit of a loss as small as exp(-40). Its first two terms
    must be subtracted from each other before the third is added: the latter is tiny where they
    are large.

    References
    ----------
    TensorFlow, `tf.nn.sigmoid_cross_entropy_with_logits`, which states the derivation.
    The book, listing 6.4; the DCGAN thesis, section 2.3.
    """
    losses: Array = np.maximum(logits, 0.0) - logits * labels + np.log1p(np.exp(-np.abs(logits)))
    return losses


def localization_loss(
    class_probabilities: Array,
    class_targets: Array,
    boxes: Array,
    box_targets: Array,
    alpha: float,
    beta: float,
) -> float:
    """
    Loss of a network that names an object and says where it is.

    C = mean_n(-alpha sum_k y[n, k] log p[n, k] + beta sum_j (s[n, j] - t[n, j])^2)

    Parameters
    ----------
    class_probabilities, class_targets : float arrays, shape (N, K)
        p and y, as for `categorical_cross_entropy`.
    boxes, box_targets : float arrays, shape (N, 4)
        The four numbers that describe a box, predicted and true.
    alpha, beta : float
        Weights of the two tasks, not negative.

    Returns
    -------
    float

    References
    ----------
    The book, chapter 6, the section on classification and localisation before "Object
    detection": both formulas.
    """
    cross_entropy = categorical_cross_entropy(class_probabilities, class_targets)
    squared_error = float(np.sum((boxes - box_targets) ** 2)) / len(boxes)
    return alpha * cross_entropy + beta * squared_error


def mean_squared_error(prediction: Array, target: Array) -> float:
    """
    Mean of the squared errors, in squared units of the target.

    MSE = mean_n (prediction[n] - target[n])^2

    Parameters
    ----------
    prediction, target : float arrays, shape (N,)

    Returns
    -------
    float

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 5.1.4.
    The course of three labs, section 3.2.4.
    """
    return float(np.mean((prediction - target) ** 2))


def mean_absolute_error(forecast: Array, actual: Array) -> float:
    """
    Mean distance between a forecast and what came, in units of the series.

    E = 1/P sum_t |actual[t] - forecast[t]|

    Parameters
    ----------
    forecast, actual : float arrays, shape (P,)
        The P values after the moment of the forecast.

    Returns
    -------
    float

    References
    ----------
    The course of three labs, section 2.1.3.
    """
    return float(np.mean(np.abs(forecast - actual)))


def kl_divergence(p: Array, q: Array) -> float:
    """
    Kullback-Leibler divergence of q from p, in nats.

    KL(p || q) = sum_k p[k] log(p[k] / q[k]), with 0 log 0 = 0

    Parameters
    ----------
    p, q : float arrays, shape (K,)
        Probabilities; each array sums to 1.

    Returns
    -------
    float
        Infinite where q is 0 and p is not. Where p is 0, nothing is added, whatever q is.

    Notes
    -----
    The difference of two logarithms cannot overflow, where p / q does for a tiny q.

    References
    ----------
    S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics
    22(1):79-86 (1951).
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 3.13.
    """
    present = p > 0
    with np.errstate(divide="ignore"):
        logarithms = np.log(p[present]) - np.log(q[present])
    return float(p[present] @ logarithms)


def gaussian_kl(mu: Array, log_variance: Array) -> float:
    """
    Divergence of diagonal Gaussians from the standard one, in nats per example.

    KL = mean_n(1/2 sum_d (mu[n, d]^2 + sigma[n, d]^2 - 1 - log sigma[n, d]^2))

    Parameters
    ----------
    mu : float array, shape (N, D)
        Means.
    log_variance : float array, shape (N, D)
        log sigma^2, the logarithm of the variance.

    Returns
    -------
    float
        KL(N(mu, diag sigma^2) || N(0, I)), averaged over N; 0 for mu = 0 and sigma = 1.

    Notes
    -----
    sigma^2 - 1 is taken as `expm1(log sigma^2)`, which loses nothing near sigma = 1.

    References
    ----------
    D. P. Kingma, M. Welling, Auto-encoding variational Bayes, International Conference on
    Learning Representations (2014), appendix B.
    The lecture notes, section 7.1: the regulariser r of StackGAN.
    """
    terms = mu**2 + np.expm1(log_variance) - log_variance
    return float(terms.sum() / 2 / len(mu))


def box_iou(a: Array, b: Array) -> float:
    """
    Area that two boxes share, as a part of the area that they cover together.

    IoU = |a and b| / (|a| + |b| - |a and b|)

    Parameters
    ----------
    a, b : float arrays, shape (4,)
        top, left, bottom, right, with top <= bottom and left <= right. The coordinates are
        positions, not pixels: the height is bottom - top.

    Returns
    -------
    float
        In 0..1; 0 where the boxes share no area, also when both are empty.

    References
    ----------
    P. Jaccard, The distribution of the flora in the alpine zone, New Phytologist 11(2):37-50
    (1912).
    The book, chapter 6, before "Object detection": the area in which the predicted and the
    target box overlap, as a metric of localisation. The course of three labs, section 2.1.2:
    the order of the coordinates.
    """
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    overlap = float(np.prod(np.maximum(sides, 0.0)))
    union = float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])) - overlap
    return overlap / union if union > 0 else 0.0


def confusion_matrix(actual: Array, predicted: Array, classes: int) -> Array:
    """
    How often each class was taken for each class.

    M[i, j] = count(n: actual[n] = i and predicted[n] = j)

    Parameters
    ----------
    actual, predicted : int arrays, shape (N,)
        Labels, 0 <= label < classes.
    classes : int
        K.

    Returns
    -------
    int array, shape (K, K)
        Rows are the actual classes, columns the predicted ones. A class that does not occur has
        zeros.

    References
    ----------
    The course of three labs, appendix 2, section 1.11 (`sklearn.metrics.confusion_matrix`).
    """
    pairs = np.bincount(actual * classes + predicted, minlength=classes * classes)
    return pairs.reshape(classes, classes)


def f1_score(actual: Array, predicted: Array) -> float:
    """
    Harmonic mean of precision and recall of the class 1.

    F1 = 2 P R / (P + R) = 2 TP / (2 TP + FP + FN)

    Parameters
    ----------
    actual, predicted : int arrays, shape (N,)
        0 or 1.

    Returns
    -------
    float
        In 0..1; 0 where precision or recall is 0 or has no meaning.

    Notes
    -----
    2 TP + FP + FN counts the examples that are positive plus those that are called positive; it
    is 0 only if there are none of either.

    References
    ----------
    C. J. van Rijsbergen, Information Retrieval, 2nd edition (1979), chapter 7.
    The book, chapter 6, before "Object detection": a metric of classification.
    """
    true_positives = int(np.sum(actual * predicted))
    positives = int(np.sum(actual) + np.sum(predicted))
    return 2 * true_positives / positives if positives else 0.0
