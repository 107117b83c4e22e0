"""NumPy in other words: max(l, 0) - l y + log(1 + e^-|l|), tanh, matrix products, one sum."""

from itertools import pairwise

import numpy as np

BACKEND = "numpy"


def cross_entropy(logits, label):
    return np.maximum(logits, 0) - logits * label + np.log1p(np.exp(-np.abs(logits)))


def gan_value(d_real, d_fake):
    return np.average(np.log(d_real * (1 - d_fake)))


def discriminator_loss(real_logits, fake_logits, smooth):
    losses = cross_entropy(real_logits, 1 - smooth) + cross_entropy(fake_logits, 0)
    return np.mean(losses)


def generator_loss(fake_logits):
    return np.mean(cross_entropy(fake_logits, 1))


def generator_loss_minimax(fake_logits):
    return -np.mean(cross_entropy(fake_logits, 0))


def generator_gradient(fake_logits, loss):
    if loss not in {"minimax", "non-saturating"}:
        raise ValueError("no such loss")
    sigma = (1 + np.tanh(fake_logits / 2)) / 2
    return (sigma - 1 if loss == "non-saturating" else -sigma) / fake_logits.size


def optimal_discriminator(p_data, p_model):
    with np.errstate(invalid="ignore"):
        optimum = p_data / (p_data + p_model)
    optimum[np.isnan(optimum)] = 0.5
    return optimum


def conditioning_augmentation(mu, log_variance, epsilon):
    return np.sqrt(np.exp(log_variance)) * epsilon + mu


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    count = len(mu)
    entropy = np.vdot(mu, mu) + np.sum(np.expm1(log_variance) - log_variance)
    return -np.mean(cross_entropy(fake_logits, 0)) + weight * entropy / (2 * count)


def pairs(length):
    """The matrix that takes the means of neighbours."""
    return np.kron(np.eye(length // 2), [[0.5, 0.5]])


def laplacian_pyramid(image, levels):
    images = [image]
    for _ in range(levels):
        height, width = images[-1].shape
        images.append(pairs(height) @ images[-1] @ pairs(width).T)
    details = [fine - np.kron(coarse, np.ones((2, 2))) for fine, coarse in pairwise(images)]
    return (*details, images[-1])


def reconstruct_pyramid(pyramid):
    image = np.zeros_like(pyramid[0])
    for k, level in enumerate(pyramid):
        image += np.kron(level, np.ones((2**k, 2**k)))
    return image
