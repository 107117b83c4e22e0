"""
Generative adversarial networks: values, losses and gradients, and the parts of two descendants.

D is the discriminator, G the generator, z noise; a logit l stands for D = sigma(l). The course
texts are the GAN sections of chapter 6 of the deep-learning book behind these tasks, sections 5
to 8 of the lecture notes (GAN, StackGAN, LAPGAN), and section 2.3 of the DCGAN thesis. Where they
err, the function that corrects them says so under Notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "conditioning_augmentation",
    "discriminator_loss",
    "gan_value",
    "generator_gradient",
    "generator_loss",
    "generator_loss_minimax",
    "laplacian_pyramid",
    "optimal_discriminator",
    "reconstruct_pyramid",
    "stackgan_generator_loss",
]

Array = np.ndarray[Any, Any]


def gan_value(d_real: Array, d_fake: Array) -> float:
    """
    Value of the game for the discriminator, estimated from a batch, in nats.

    V(D, G) = mean_n log D(x_n) + mean_n log(1 - D(G(z_n)))

    Parameters
    ----------
    d_real : float array, shape (N,)
        D(x): the probability of being real that the discriminator gives to real samples.
    d_fake : float array, shape (N,)
        D(G(z)): the same for generated samples.

    Returns
    -------
    float
        At most 0. -log 4 where D = 1/2 throughout, which is the value at equilibrium.

    Notes
    -----
    The discriminator maximises V and the generator minimises it, min_G max_D V; the book prints
    min_D max_G, and both texts set the two operators as one, "minmax over G". The book also says
    that the payoff shrinks as D(x) nears 1; log D(x) rises to 0.

    References
    ----------
    I. Goodfellow et al., Generative Adversarial Nets, NIPS (2014), equation 1 and theorem 1.
    The book, chapter 6, "The cost function and training of a GAN", first formula.
    The lecture notes, section 5.1.
    """
    return float(np.log(d_real).mean() + np.log1p(-d_fake).mean())


def discriminator_loss(real_logits: Array, fake_logits: Array, smooth: float) -> float:
    """
    Cross-entropy of the discriminator, with one-sided label smoothing, in nats.

    loss = mean_n BCE(real_logits[n], 1 - smooth) + mean_n BCE(fake_logits[n], 0)

    with BCE(l, y) = -y log sigma(l) - (1 - y) log(1 - sigma(l)).

    Parameters
    ----------
    real_logits, fake_logits : float array, shape (N,)
        The discriminator's logits for real and for generated samples.
    smooth : float
        How far the label of the real samples lies below 1, 0 <= smooth < 1.

    Returns
    -------
    float
        The two means added, not averaged. -V(D, G) where smooth = 0.

    Notes
    -----
    With softplus(l) = log(1 + e^l), BCE(l, 1 - s) = softplus(-l) + s l and BCE(l, 0) =
    softplus(l): no exponential overflows and no logarithm meets 0, at logits of +-1000 and beyond.

    The thesis explains labels of 1 - smooth = 0.9 for real samples, and its code then uses 1.

    References
    ----------
    T. Salimans et al., Improved Techniques for Training GANs, NIPS (2016), section 3.4.
    The DCGAN thesis, section 2.3.3.
    """
    real = _softplus(-real_logits).mean() + smooth * real_logits.mean()
    return float(real + _softplus(fake_logits).mean())


def generator_loss(fake_logits: Array) -> float:
    """
    Non-saturating loss of the generator, in nats.

    loss = -mean_n log sigma(fake_logits[n])

    Parameters
    ----------
    fake_logits : float array, shape (N,)
        The discriminator's logits for generated samples.

    Returns
    -------
    float
        Never negative; near 0 where the discriminator takes every sample for real.

    Notes
    -----
    Computed as mean softplus(-l), which is finite and exact to rounding at +-1000.

    The book maximises "E log G(z)" here; what it means is E log D(G(z)).

    References
    ----------
    I. Goodfellow et al., NIPS (2014), section 3.
    The book, chapter 6, "Vanishing gradients for the generator". The lecture notes, section 5.2.
    The DCGAN thesis, section 2.3.3.
    """
    return float(_softplus(-fake_logits).mean())


def generator_loss_minimax(fake_logits: Array) -> float:
    """
    Loss of the generator in the minimax game, in nats.

    loss = mean_n log(1 - sigma(fake_logits[n]))

    Parameters
    ----------
    fake_logits : float array, shape (N,)
        The discriminator's logits for generated samples.

    Returns
    -------
    float
        Never positive; near 0 where the discriminator takes every sample for a fake.

    Notes
    -----
    Computed as -mean softplus(l), which is finite and exact to rounding at +-1000.

    The book's last form of the generator's objective v* is -E log D(x), a term that the generator
    cannot influence; its own second term, log(1 - D(G(z))), is right. The same section's update
    of the generator has a minus sign too many before the mean.

    References
    ----------
    I. Goodfellow et al., NIPS (2014), equation 1 and algorithm 1.
    The book, chapter 6, "The cost function and training of a GAN". The lecture notes, section 5.2.
    """
    return float(-_softplus(fake_logits).mean())


def generator_gradient(fake_logits: Array, loss: str) -> Array:
    """
    Gradient of the generator's loss with respect to the logits of its samples.

    minimax:         d/dl_n mean log(1 - sigma(l)) = -sigma(l_n) / N
    non-saturating:  d/dl_n (-mean log sigma(l))   = -(1 - sigma(l_n)) / N

    Parameters
    ----------
    fake_logits : float array, shape (N,)
        The discriminator's logits for generated samples.
    loss : str
        "minimax" or "non-saturating".

    Returns
    -------
    float array, shape (N,)
        Between -1 / N and 0. Early in training the logits are very negative: the minimax gradient
        vanishes there, the non-saturating one is near -1 / N.

    Raises
    ------
    ValueError
        If loss is another word.

    References
    ----------
    I. Goodfellow et al., NIPS (2014), section 3.
    The book, chapter 6, "Vanishing gradients for the generator". The lecture notes, section 5.3.
    """
    if loss == "minimax":
        return -_sigmoid(fake_logits) / len(fake_logits)
    if loss == "non-saturating":
        return -_sigmoid(-fake_logits) / len(fake_logits)
    raise ValueError(f"loss must be 'minimax' or 'non-saturating', got {loss!r}")


def optimal_discriminator(p_data: Array, p_model: Array) -> Array:
    """
    Discriminator that no other one beats, for a generator that stays as it is.

    D*(x) = p_data(x) / (p_data(x) + p_model(x))

    Parameters
    ----------
    p_data : float array, shape (K,)
        Probability of each of K outcomes in the data.
    p_model : float array, shape (K,)
        Probability of each outcome under the generator.

    Returns
    -------
    float array, shape (K,)
        1/2 where both are 0: neither explains such an outcome.

    References
    ----------
    I. Goodfellow et al., NIPS (2014), proposition 1.
    The book, chapter 6, "Generative adversarial networks": 1/2 at equilibrium.
    """
    total = p_data + p_model
    undecided = np.full_like(total, 0.5)
    optimum: Array = np.divide(p_data, total, out=undecided, where=total > 0)
    return optimum


def conditioning_augmentation(mu: Array, log_variance: Array, epsilon: Array) -> Array:
    """
    Samples of a diagonal Gaussian, made from samples of the standard one.

    c = mu + sigma * epsilon, sigma = exp(log_variance / 2)

    Parameters
    ----------
    mu, log_variance : float array, shape (N, D)
        Mean and log sigma^2 that an encoder predicts from each of N texts.
    epsilon : float array, shape (N, D)
        Noise from N(0, I).

    Returns
    -------
    float array, shape (N, D)
        The conditioning vectors that the generator gets.

    References
    ----------
    H. Zhang et al., StackGAN, ICCV (2017), section 3.2.
    D. P. Kingma, M. Welling, Auto-Encoding Variational Bayes, ICLR (2014), section 2.4.
    The lecture notes, section 7.1.
    """
    samples: Array = mu + np.exp(log_variance / 2) * epsilon
    return samples


def stackgan_generator_loss(
    fake_logits: Array, mu: Array, log_variance: Array, weight: float
) -> float:
    """
    Loss of StackGAN's generator: the minimax term and a pull of the conditions to N(0, I).

    loss = mean_n log(1 - sigma(fake_logits[n])) + weight * KL
    KL = mean_n 1/2 sum_d (mu^2 + sigma^2 - 1 - log sigma^2)

    Parameters
    ----------
    fake_logits : float array, shape (N,)
        The discriminator's logits for generated samples.
    mu, log_variance : float array, shape (N, D)
        Mean and log sigma^2 of the conditions.
    weight : float
        lambda, not negative.

    Returns
    -------
    float
        In nats.

    Notes
    -----
    KL(N(mu, diag sigma^2) || N(0, I)) is summed over the D dimensions and averaged over the batch.

    References
    ----------
    H. Zhang et al., StackGAN, ICCV (2017), equations 2 and 4.
    D. P. Kingma, M. Welling, ICLR (2014), appendix B.
    The lecture notes, section 7.1, the loss of the first stage.
    """
    divergences = (mu**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
    return generator_loss_minimax(fake_logits) + float(weight * divergences.mean())


def laplacian_pyramid(image: Array, levels: int) -> list[Array]:
    """
    Details that an image loses at each halving, and what is left at the end.

    h_k = I_k - u(I_{k+1}), k = 0, ..., levels - 1, with I_0 = I and I_{k+1} = d(I_k)

    d takes the mean of each 2 x 2 block; u repeats each pixel as a 2 x 2 block.

    Parameters
    ----------
    image : float array, shape (H, W)
        H and W are multiples of 2^levels.
    levels : int
        How often the image is halved, at least 0.

    Returns
    -------
    list of float arrays
        h_0, ..., h_{levels - 1} and then I_levels, of the shapes (H / 2^k, W / 2^k).

    References
    ----------
    P. J. Burt, E. H. Adelson, The Laplacian pyramid as a compact image code, IEEE Transactions
    on Communications 31(4):532-540 (1983).
    E. Denton et al., Deep generative image models using a Laplacian pyramid of adversarial
    networks, NIPS (2015), section 2.2.
    The lecture notes, section 8.
    """
    details = []
    for _ in range(levels):
        coarser = _halved(image)
        details.append(image - _doubled(coarser))
        image = coarser
    return [*details, image]


def reconstruct_pyramid(pyramid: list[Array]) -> Array:
    """
    Image of a Laplacian pyramid, from the coarsest level to the finest.

    I_k = h_k + u(I_{k+1})

    Parameters
    ----------
    pyramid : list of float arrays
        h_0, ..., h_{levels - 1} and then I_levels, each half as high and wide as the one before.

    Returns
    -------
    float array, shape (H, W)
        I_0, of the shape of the first level: the exact inverse of `laplacian_pyramid`.

    References
    ----------
    P. J. Burt, E. H. Adelson, IEEE Transactions on Communications 31(4):532-540 (1983).
    E. Denton et al., NIPS (2015), section 2.2.
    The lecture notes, section 8.
    """
    *details, image = pyramid
    for detail in reversed(details):
        image = detail + _doubled(image)
    return image


def _softplus(x: Array) -> Array:
    """log(1 + e^x), without overflow."""
    positive: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return positive


def _sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), without overflow, and accurate near 0."""
    probability: Array = np.exp(-_softplus(-x))
    return probability


def _halved(image: Array) -> Array:
    """The mean of each 2 x 2 block."""
    rows = image[::2] + image[1::2]
    means: Array = (rows[:, ::2] + rows[:, 1::2]) / 4
    return means


def _doubled(image: Array) -> Array:
    """Each pixel as a 2 x 2 block."""
    return image.repeat(2, axis=0).repeat(2, axis=1)
