"""PyTorch, with its own losses and automatic differentiation."""

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional

BACKEND = "torch"


def gan_value(d_real, d_fake):
    real = functional.binary_cross_entropy(d_real, torch.ones_like(d_real))
    fake = functional.binary_cross_entropy(d_fake, torch.zeros_like(d_fake))
    return -real - fake


def discriminator_loss(real_logits, fake_logits, smooth):
    labels = torch.full_like(real_logits, 1 - smooth)
    real = functional.binary_cross_entropy_with_logits(real_logits, labels)
    fake = functional.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake


def generator_loss(fake_logits):
    return -functional.logsigmoid(fake_logits).mean()


def generator_loss_minimax(fake_logits):
    labels = torch.zeros_like(fake_logits)
    return -functional.binary_cross_entropy_with_logits(fake_logits, labels)


def generator_gradient(fake_logits, loss):
    losses = {"minimax": generator_loss_minimax, "non-saturating": generator_loss}
    if loss not in losses:
        raise ValueError(f"unknown loss: {loss}")
    logits = fake_logits.clone().requires_grad_()
    losses[loss](logits).backward()
    return logits.grad


def optimal_discriminator(p_data, p_model):
    return torch.nan_to_num(p_data / (p_data + p_model), nan=0.5)


def conditioning_augmentation(mu, log_variance, epsilon):
    return torch.addcmul(mu, torch.exp(0.5 * log_variance), epsilon)


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    conditions = Normal(mu, torch.exp(log_variance / 2))
    divergences = kl_divergence(conditions, Normal(0.0, 1.0)).sum(dim=1)
    return -functional.softplus(fake_logits).mean() + weight * divergences.mean()


def doubled(image):
    return functional.interpolate(image[None, None], scale_factor=2, mode="nearest")[0, 0]


def laplacian_pyramid(image, levels):
    pyramid = []
    for _ in range(levels):
        coarser = functional.avg_pool2d(image[None, None], 2)[0, 0]
        pyramid.append(image - doubled(coarser))
        image = coarser
    return [*pyramid, image]


def reconstruct_pyramid(pyramid):
    image = pyramid[-1]
    for detail in reversed(pyramid[:-1]):
        image = detail + doubled(image)
    return image
