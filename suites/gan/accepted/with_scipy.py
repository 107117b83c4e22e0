"""SciPy: scipy.special for the losses, scipy.ndimage for the pyramids."""

import numpy as np
from scipy import ndimage
from scipy.special import expit, log_expit, xlog1py, xlogy

BACKEND = "numpy"


def gan_value(d_real, d_fake):
    return xlogy(1, d_real).mean() + xlog1py(1, -d_fake).mean()


def discriminator_loss(real_logits, fake_logits, smooth):
    real = (1 - smooth) * log_expit(real_logits) + smooth * log_expit(-real_logits)
    return -real.mean() - log_expit(-fake_logits).mean()


def generator_loss(fake_logits):
    return -log_expit(fake_logits).mean()


def generator_loss_minimax(fake_logits):
    return log_expit(-fake_logits).mean()


def generator_gradient(fake_logits, loss):
    match loss:
        case "minimax":
            return -expit(fake_logits) / len(fake_logits)
        case "non-saturating":
            return (expit(fake_logits) - 1) / len(fake_logits)
    raise ValueError(f"unknown loss {loss}")


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    divergences = 0.5 * (np.exp(log_variance) + mu**2 - 1.0 - log_variance)
    return log_expit(-fake_logits).mean() + weight * divergences.sum(axis=-1).mean()


def doubled(image):
    return ndimage.zoom(image, 2, order=0, mode="nearest", grid_mode=True)


def laplacian_pyramid(image, levels):
    pyramid = []
    for _ in range(levels):
        means = ndimage.uniform_filter(image, 2, origin=-1)
        coarser = means[::2, ::2]
        pyramid.append(image - doubled(coarser))
        image = coarser
    return [*pyramid, image]


def reconstruct_pyramid(pyramid):
    image = pyramid[-1]
    for detail in pyramid[-2::-1]:
        image = doubled(image) + detail
    return image
