"""NumPy in float32 throughout."""

import numpy as np

BACKEND = "numpy"


def single(array):
    return array.astype(np.float32)


def softplus(x):
    return np.logaddexp(np.float32(0), x)


def gan_value(d_real, d_fake):
    return np.log(single(d_real)).mean() + np.log(1 - single(d_fake)).mean()


def discriminator_loss(real_logits, fake_logits, smooth):
    real, fake = single(real_logits), single(fake_logits)
    return (softplus(real) - np.float32(1 - smooth) * real).mean() + softplus(fake).mean()


def generator_loss(fake_logits):
    logits = single(fake_logits)
    return (softplus(logits) - logits).mean()


def generator_loss_minimax(fake_logits):
    logits = single(fake_logits)
    return -(logits + softplus(-logits)).mean()


def generator_gradient(fake_logits, loss):
    logits = single(fake_logits)
    sigma = np.exp(-softplus(-logits))
    if loss == "minimax":
        return -sigma / len(logits)
    if loss == "non-saturating":
        return (sigma - 1) / len(logits)
    raise ValueError(loss)


def optimal_discriminator(p_data, p_model):
    p_data, p_model = single(p_data), single(p_model)
    total = p_data + p_model
    return np.where(total == 0, np.float32(0.5), p_data / np.where(total == 0, 1, total))


def conditioning_augmentation(mu, log_variance, epsilon):
    return single(mu) + np.exp(single(log_variance) / 2) * single(epsilon)


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    mu, log_variance = single(mu), single(log_variance)
    divergences = -(1 + log_variance - mu * mu - np.exp(log_variance)).sum(axis=1) / 2
    return generator_loss_minimax(fake_logits) + np.float32(weight) * divergences.mean()


def laplacian_pyramid(image, levels):
    pyramid = [single(image)]
    for _ in range(levels):
        fine = pyramid.pop()
        height, width = fine.shape
        coarse = fine.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
        pyramid += [fine - coarse.repeat(2, axis=0).repeat(2, axis=1), coarse]
    return pyramid


def reconstruct_pyramid(pyramid):
    image = single(pyramid[-1])
    for detail in pyramid[-2::-1]:
        image = single(detail) + image.repeat(2, axis=0).repeat(2, axis=1)
    return image
