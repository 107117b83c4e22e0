"""Plain Python loops with the math module."""

import math

import numpy as np

BACKEND = "numpy"


def log_sigmoid(x):
    return -math.log1p(math.exp(-x)) if x > 0 else x - math.log1p(math.exp(x))


def gan_value(d_real, d_fake):
    total = 0.0
    for real, fake in zip(d_real, d_fake, strict=True):
        total += math.log(real) + math.log(1 - fake)
    return total / len(d_real)


def discriminator_loss(real_logits, fake_logits, smooth):
    label = 1 - smooth
    total = 0.0
    for real, fake in zip(real_logits, fake_logits, strict=True):
        total -= label * log_sigmoid(real) + (1 - label) * log_sigmoid(-real)
        total -= log_sigmoid(-fake)
    return total / len(real_logits)


def generator_loss(fake_logits):
    return -sum(log_sigmoid(logit) for logit in fake_logits) / len(fake_logits)


def generator_loss_minimax(fake_logits):
    return sum(log_sigmoid(-logit) for logit in fake_logits) / len(fake_logits)


def generator_gradient(fake_logits, loss):
    gradient = []
    for logit in fake_logits.tolist():
        if loss == "minimax":
            slope = -math.exp(log_sigmoid(logit))
        elif loss == "non-saturating":
            slope = -math.exp(log_sigmoid(-logit))
        else:
            raise ValueError(loss)
        gradient.append(slope / len(fake_logits))
    return gradient


def optimal_discriminator(p_data, p_model):
    answer = []
    for data, model in zip(p_data.tolist(), p_model.tolist(), strict=True):
        answer.append(data / (data + model) if data + model > 0 else 0.5)
    return answer


def conditioning_augmentation(mu, log_variance, epsilon):
    count, dimensions = mu.shape
    samples = np.zeros((count, dimensions))
    for n in range(count):
        for d in range(dimensions):
            sigma = math.sqrt(math.exp(log_variance[n, d]))
            samples[n, d] = mu[n, d] + sigma * epsilon[n, d]
    return samples


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    count, dimensions = mu.shape
    divergence = 0.0
    for n in range(count):
        for d in range(dimensions):
            variance = math.exp(log_variance[n, d])
            divergence -= 0.5 * (1 + log_variance[n, d] - mu[n, d] ** 2 - variance)
    return generator_loss_minimax(fake_logits) + weight * divergence / count


def laplacian_pyramid(image, levels):
    pyramid = []
    for _ in range(levels):
        height, width = image.shape
        coarser = np.zeros((height // 2, width // 2))
        for i in range(height):
            for j in range(width):
                coarser[i // 2, j // 2] += image[i, j] / 4
        detail = np.zeros((height, width))
        for i in range(height):
            for j in range(width):
                detail[i, j] = image[i, j] - coarser[i // 2, j // 2]
        pyramid.append(detail)
        image = coarser
    pyramid.append(image)
    return pyramid


def reconstruct_pyramid(pyramid):
    image = pyramid[-1]
    for level in range(len(pyramid) - 2, -1, -1):
        height, width = pyramid[level].shape
        finer = np.zeros((height, width))
        for i in range(height):
            for j in range(width):
                finer[i, j] = pyramid[level][i, j] + image[i // 2, j // 2]
        image = finer
    return image
