"""
GAN: values, losses and gradients of generative adversarial networks.

D(x) is the probability that the discriminator gives to x being real, and a logit l stands for
D = σ(l) = 1 / (1 + e⁻ˡ). Logarithms are natural, means run over the batch. Arguments called
"real" belong to real samples, those called "fake" to samples of the generator. Losses are
computed from logits and must be right at ±1000, where e¹⁰⁰⁰ overflows.
"""

import numpy as np

from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    illustration,
    misconception,
    photograph,
    reference,
    task,
    workload,
)

solutions = reference(__file__)

LOSSES = ("minimax", "non-saturating")

# Terms added up one by one in float32 lose 1 in 4,000 of the sum of 300,000, since small ones are
# rounded away beside it; of 100,000 they lose 1 in 500,000.
BATCHES = (4_000, 20_000, 100_000)


# Inputs and formulas that several tasks share


def probabilities(rng, count):
    """Multiples of 1/64 from 1/16 to 15/16; 1 − D is as exact as D."""
    return rng.integers(4, 61, count) / 64


def logits(rng, count, centre=0.0):
    """Multiples of 1/64 within 2 of the centre."""
    return centre + rng.integers(-128, 129, count) / 64


def strided(values):
    """The same numbers as a column of a wider array."""
    return np.column_stack([values, 9 - values])[:, 0]


def read_only(values):
    """The same array, not to be written to."""
    values.flags.writeable = False
    return values


def large_logits(rng):
    """Logits that overflow an exponential or round a probability to 0 or 1, each with words."""
    yield "logits of ±1000", rng.permutation(np.array([1000.0, -1000, 1000, 2, -1, -1000, -1000]))
    yield "logits of ±100", rng.permutation(np.array([100.0, -100, 100, -3, 1]))
    yield "logits from 40 to 44", 40 + rng.integers(0, 65, 5) / 16
    yield "logits from -44 to -40", -40 - rng.integers(0, 65, 5) / 16
    yield "a single logit of -1000", np.array([-1000.0])
    yield "a single logit of 1000", np.array([1000.0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cross_entropy(labels, p):
    """The mean of the binary cross-entropy, as it stands in a textbook."""
    return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))


def softplus(x):
    return np.logaddexp(0, x)


def stable_cross_entropy(labels, logits):
    return np.mean(softplus(logits) - labels * logits)


def logarithm_from_100(p):
    """log p, but never below −100."""
    return np.maximum(np.log(p), -100)


def size_of_terms(logits):
    """The mean of softplus(|l|): what is added up, and cancels, in a loss of these logits."""
    return float(np.mean(softplus(np.abs(logits))))


def few_logits(draw, count):
    """Small whole logits to shrink."""
    return draw.array("int64", (count,), -4, 4).astype(np.float64)


def many_logits(rng, size):
    """Logits around 0, in float32."""
    return 8 * rng.random(size, dtype=np.float32) - 4


@task("gan_value(d_real: float[N], d_fake: float[N]) -> float")
class GanValue:
    """
    The value of the game between discriminator and generator, estimated from a batch.

    V(D, G) = mean of log D(x) + mean of log(1 − D(G(z))), from D(x), the discriminator's
    probabilities for real samples, and D(G(z)), those for generated samples. D(x) may be 1 and
    D(G(z)) may be 0. At equilibrium D = ½ everywhere, and V = −log 4.
    """

    reference = solutions.gan_value

    def rounded_probabilities(d_real, d_fake):
        """Rounding p changes log p by as much, however small log p is."""
        return 1 + abs(solutions.gan_value(d_real, d_fake))

    rule = close(scale=rounded_probabilities)

    @check(points=1)
    def random_batches(rng):
        """Random probabilities in batches of several sizes."""
        for count in (5, 2, 64):
            d_real, d_fake = probabilities(rng, count), probabilities(rng, count)
            yield case(f"a batch of {count}", d_real=d_real, d_fake=d_fake)

    @check(points=1)
    def equilibrium_and_a_good_discriminator(rng):
        """D = ½ everywhere, batches of one, a discriminator that is right and one that is sure."""
        count = int(rng.integers(3, 8))
        good = 0.75 + rng.integers(0, 14, count) / 64
        sure = np.append(good, [1, 1])
        yield case("mostly right", d_real=good, d_fake=0.75 - good[::-1] / 2)
        yield case("equilibrium", d_real=np.full(count, 0.5), d_fake=np.full(count, 0.5))
        yield case("sure of some", d_real=sure, d_fake=1 - sure[::-1])
        yield case("a batch of one", d_real=probabilities(rng, 1), d_fake=probabilities(rng, 1))

    @check(points=1)
    def memory_layouts(rng):
        """Read-only arrays, every second element, reversed order."""
        d_real, d_fake = probabilities(rng, 9), probabilities(rng, 9)
        yield case("read-only", d_real=read_only(d_real), d_fake=read_only(d_fake))
        d_real, d_fake = probabilities(rng, 14), probabilities(rng, 14)
        yield case("every second element", d_real=d_real[::2], d_fake=d_fake[1::2])
        yield case("reversed", d_real=d_real[::-1], d_fake=d_fake[::-1])

    @misconception
    def fooled_reward(d_real, d_fake):
        """
        The second term is log D(G(z)), the generator's reward; here it is log(1 − D(G(z))).

        The discriminator is paid for giving generated samples a low probability. −log D(G(z)) is
        the non-saturating loss of the generator, another function.
        Example: D(x) = 0.5 and D(G(z)) = 0.25: log 0.5 + log 0.75 = −0.981; you return
        log 0.5 + log 0.25 = −2.079.
        """
        return np.log(d_real).mean() + np.log(d_fake).mean()

    @misconception
    def summed(d_real, d_fake):
        """
        The logarithms are summed over the batch instead of averaged.

        Right are two means, which estimate expectations: they do not grow with the batch.
        Example: D = ½ everywhere gives −log 4 = −1.386; a batch of 10 gives you −13.86.
        """
        return np.log(d_real).sum() + np.log(1 - d_fake).sum()

    @misconception
    def averaged_over_both(d_real, d_fake):
        """
        The two means are averaged; they are to be added.

        Right is mean log D(x) + mean log(1 − D(G(z))); yours is half of it, as the mean over one
        batch of real and generated samples together.
        Example: D = ½ everywhere gives −log 4 = −1.386; you return −0.693.
        """
        return np.concatenate([np.log(d_real), np.log(1 - d_fake)]).mean()

    @misconception
    def exchanged(d_real, d_fake):
        """
        Real and generated samples are exchanged.

        Right is log D for the real ones and log(1 − D) for the generated ones; you compute
        mean log(1 − D(x)) + mean log D(G(z)), the value for a discriminator that lies.
        Example: D(x) = 0.9 and D(G(z)) = 0.2: log 0.9 + log 0.8 = −0.329; you return
        log 0.1 + log 0.2 = −3.912.
        """
        return np.log(1 - d_real).mean() + np.log(d_fake).mean()

    @misconception
    def negated(d_real, d_fake):
        """
        The sign is wrong: this is the discriminator's loss, −V.

        The discriminator maximises V, which is at most 0 and rises as D(x) nears 1. (The course
        text says that its payoff falls then; log D(x) rises to 0.)
        Example: D = ½ everywhere gives −log 4 = −1.386; you return 1.386.
        """
        return -solutions.gan_value(d_real, d_fake)

    @misconception
    def base_two(d_real, d_fake):
        """
        The logarithm has base 2; the natural one is asked for.

        `np.log` is natural; log₂ differs from it by the factor 1 / log 2 = 1.443.
        Example: D = ½ everywhere gives −log 4 = −1.386; you return −2.
        """
        return np.log2(d_real).mean() + np.log2(1 - d_fake).mean()

    @misconception
    def log_of_means(d_real, d_fake):
        """
        The mean is taken before the logarithm.

        Right is the mean of the logarithms; the logarithm of the mean is never below it.
        Example: D(x) = 0.2 and 0.8: the mean of the logarithms is −0.916; log 0.5 = −0.693.
        """
        return np.log(d_real.mean()) + np.log(1 - d_fake.mean())

    @misconception
    def generated_samples_left_out(d_real, d_fake):
        """
        Only the real samples count; the term of the generated ones is missing.

        Right is mean log D(x) + mean log(1 − D(G(z))). The course text's last form of the
        generator's objective keeps E log D(x) alone, which the generator cannot influence.
        Example: D = ½ everywhere gives −log 4 = −1.386; you return −0.693.
        """
        return np.log(d_real).mean()

    @misconception
    def subtracted(d_real, d_fake):
        """
        The second mean is subtracted; it is to be added.

        Both terms are the discriminator's gain: log D(x) for the real and log(1 − D(G(z))) for
        the generated samples.
        Example: D = ½ everywhere gives −log 4 = −1.386; you return 0.
        """
        return np.log(d_real).mean() - np.log(1 - d_fake).mean()

    @misconception
    def taken_for_logits(d_real, d_fake):
        """
        The sigmoid is applied to what are probabilities already.

        `d_real` and `d_fake` lie between 0 and 1: take their logarithms as they are.
        Example: D = ½ everywhere gives −log 4 = −1.386; σ(½) = 0.622, and you return −1.448.
        """
        return -np.mean(softplus(-d_real)) - np.mean(softplus(d_fake))

    @counterexamples
    def small_batches(draw):
        count = draw.integer(1, 3)
        quarters = draw.array("int64", (2, count), 1, 3) / 4
        return {"d_real": quarters[0], "d_fake": quarters[1]}

    @workload(sizes=BATCHES, operations=lambda size: 5 * size)
    def large_batches(rng, size):
        """That many real and generated samples."""
        d_real = 0.1 + 0.8 * rng.random(size, dtype=np.float32)
        return {"d_real": d_real, "d_fake": 1 - d_real[::-1]}


@task("discriminator_loss(real_logits: float[N], fake_logits: float[N], smooth: float) -> float")
class DiscriminatorLoss:
    """
    The discriminator's loss, with smoothed labels for the real samples.

    mean BCE(real_logits, 1 − smooth) + mean BCE(fake_logits, 0), where
    BCE(l, y) = −y log σ(l) − (1 − y) log(1 − σ(l)). With smooth = 0.1, the label of the real
    samples is 0.9; that of the generated ones stays 0. Logits may be ±1000: the loss is finite
    there.
    """

    reference = solutions.discriminator_loss

    def size(real_logits, fake_logits, smooth):
        return size_of_terms(real_logits) + size_of_terms(fake_logits)

    rule = close(scale=size)

    @check(points=2)
    def random_batches(rng):
        """Random logits with the labels 0.9, 1 and 0.7 for real samples."""
        for smooth, count in ((0.1, 6), (0.3, 3), (0.0, 5), (0.1, 32)):
            real, fake = logits(rng, count, 1.0), logits(rng, count, -0.5)
            label = f"a batch of {count}, smooth {smooth}"
            yield case(label, real_logits=real, fake_logits=fake, smooth=smooth)
        real, fake = logits(rng, 1, 1.0), logits(rng, 1, -1.0)
        yield case("a batch of one", real_logits=real, fake_logits=fake, smooth=0.1)
        real, fake = strided(logits(rng, 7)), read_only(logits(rng, 7))[::-1]
        yield case("views with strides", real_logits=real, fake_logits=fake, smooth=0.3)
        real, fake = np.array([0.25, 0.75, 0.5]), np.array([-2.0, -0.5, -1.0])
        yield case("unsure", real_logits=real, fake_logits=fake, smooth=0.1)

    @check(points=1)
    def extreme_logits(rng):
        """Logits of ±40, ±100 and ±1000, right and wrong ones, with and without smoothing."""
        for smooth in (0.1, 0.0):
            for words, real in large_logits(rng):
                fake = rng.permutation(real + 0.5)
                label = f"{words}, smooth {smooth}"
                yield case(label, real_logits=real, fake_logits=fake, smooth=smooth)

    @misconception
    def smoothing_forgotten(real_logits, fake_logits, smooth):
        """
        The real samples have the label 1; it is to be 1 − smooth.

        The course text explains labels of 0.9 for smooth = 0.1, and its code then uses
        `tf.ones_like(...)`, which is 1.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        0.127 + 0.313 = 0.440.
        """
        return solutions.discriminator_loss(real_logits, fake_logits, 0.0)

    @misconception
    def fake_labels_smoothed_instead(real_logits, fake_logits, smooth):
        """
        The smoothing is on the wrong labels: those of the generated samples.

        Right is 1 − smooth for real samples and 0 for generated ones; you use 1 and smooth.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        0.127 + 0.413 = 0.540.
        """
        real = stable_cross_entropy(1.0, real_logits)
        return real + stable_cross_entropy(smooth, fake_logits)

    @misconception
    def both_labels_smoothed(real_logits, fake_logits, smooth):
        """
        The labels of the generated samples are smoothed, too; they stay 0.

        Smoothing is one-sided here: 1 − smooth and 0; you use 1 − smooth and smooth.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        0.327 + 0.413 = 0.740.
        """
        real = stable_cross_entropy(1 - smooth, real_logits)
        return real + stable_cross_entropy(smooth, fake_logits)

    @misconception
    def smoothed_towards_one_half(real_logits, fake_logits, smooth):
        """
        The labels are smoothed towards ½, as Keras's `label_smoothing` does.

        That makes 1 − smooth / 2 and smooth / 2 of the labels 1 and 0. Right is 1 − smooth for
        real samples and 0 for generated ones.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        0.227 + 0.363 = 0.590.
        """
        real = stable_cross_entropy(1 - smooth / 2, real_logits)
        return real + stable_cross_entropy(smooth / 2, fake_logits)

    @misconception
    def real_label_smoothed_by_half(real_logits, fake_logits, smooth):
        """
        The real samples have the label 1 − smooth / 2, as from Keras's `label_smoothing`.

        Keras moves labels towards ½: 1 becomes 1 − smooth / 2. Right is 1 − smooth: write the
        label yourself.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        0.227 + 0.313 = 0.540.
        """
        return solutions.discriminator_loss(real_logits, fake_logits, smooth / 2)

    @misconception
    def labels_exchanged(real_logits, fake_logits, smooth):
        """
        The labels are exchanged: real samples have 0 and generated ones 1 − smooth.

        The discriminator answers "real" with 1. Right is 1 − smooth for real samples and 0 for
        generated ones.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        2.127 + 1.213 = 3.340.
        """
        return solutions.discriminator_loss(fake_logits, real_logits, smooth)

    @misconception
    def labels_exchanged_and_smooth(real_logits, fake_logits, smooth):
        """
        The labels are exchanged: real samples have `smooth` and generated ones 1.

        The discriminator answers "real" with 1. Right is 1 − smooth for real samples and 0 for
        generated ones.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        1.927 + 1.313 = 3.240.
        """
        real = stable_cross_entropy(smooth, real_logits)
        return real + stable_cross_entropy(1.0, fake_logits)

    @misconception
    def labels_exchanged_unsmoothed(real_logits, fake_logits, smooth):
        """
        The labels are exchanged: real samples have 0 and generated ones 1, without smoothing.

        The discriminator answers "real" with 1. Right is 1 − smooth for real samples and 0 for
        generated ones.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        2.127 + 1.313 = 3.440.
        """
        return solutions.discriminator_loss(fake_logits, real_logits, 0.0)

    @misconception
    def smooth_is_the_label(real_logits, fake_logits, smooth):
        """
        The label of the real samples is `smooth` itself; it is to be 1 − smooth.

        smooth says how far the label lies below 1: 0.1 stands for the label 0.9.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return
        1.927 + 0.313 = 2.240.
        """
        return solutions.discriminator_loss(real_logits, fake_logits, 1 - smooth)

    @misconception
    def logits_as_probabilities(real_logits, fake_logits, smooth):
        """
        The logits are taken for probabilities: the sigmoid is missing.

        Right is BCE of σ(l), best by a function that takes logits
        (`binary_cross_entropy_with_logits`, `from_logits=True`). The logarithm of a negative
        logit is NaN.
        Example: a real logit of 2 means D = σ(2) = 0.881; you compute with log 2 and log(1 − 2).
        """
        real = cross_entropy(1 - smooth, real_logits)
        return real + cross_entropy(0.0, fake_logits)

    @misconception
    def sigmoid_left_out(real_logits, fake_logits, smooth):
        """
        The logits are taken for probabilities: log(1 − l) of the generated samples' logits.

        Right is log(1 − σ(l)), best by a function that takes logits. The logarithm of a negative
        logit is NaN.
        Example: a fake logit of −1 means D = σ(−1) = 0.269; you compute with log(1 − (−1)).
        """
        real = cross_entropy(1 - smooth, real_logits)
        return real - np.mean(np.log(1 - fake_logits))

    @misconception
    def logits_clipped_to_probabilities(real_logits, fake_logits, smooth):
        """
        The logits are taken for probabilities and clipped to 0..1: the sigmoid is missing.

        Keras does so unless it is told `from_logits=True`. Right is BCE of σ(l).
        Example: real logits of 2 and 20 are the same to you, both cut to 0.9999999.
        """
        real = np.clip(real_logits, 1e-7, 1 - 1e-7)
        fake = np.clip(fake_logits, 1e-7, 1 - 1e-7)
        return cross_entropy(1 - smooth, real) + cross_entropy(0.0, fake)

    @misconception
    def sigmoid_twice(real_logits, fake_logits, smooth):
        """
        The sigmoid is applied twice: a loss that takes logits got probabilities.

        `binary_cross_entropy_with_logits` applies σ itself: give it the logits as they are.
        Example: real logit 2: right is σ(2) = 0.881; you compute with σ(0.881) = 0.707.
        """
        real, fake = sigmoid(real_logits), sigmoid(fake_logits)
        return solutions.discriminator_loss(real, fake, smooth)

    @misconception
    def averaged(real_logits, fake_logits, smooth):
        """
        The two losses are averaged; they are to be added.

        Right is the loss for real samples plus the loss for generated ones; you return half of it.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return 0.320.
        """
        return solutions.discriminator_loss(real_logits, fake_logits, smooth) / 2

    @misconception
    def summed(real_logits, fake_logits, smooth):
        """
        The losses are summed over the batch instead of averaged.

        Right are two means: the loss does not grow with the batch.
        Example: real logits 2, 2 and fake logits −1, −1, smooth 0.1: 0.640; you return 1.280.
        """
        mean = solutions.discriminator_loss(real_logits, fake_logits, smooth)
        return mean * len(real_logits)

    @misconception
    def value_of_the_game(real_logits, fake_logits, smooth):
        """
        The sign is wrong: this is what the discriminator maximises, not its loss.

        Right is the cross-entropy, with a minus sign before the logarithms; it is never negative.
        Example: real logit 2, fake logit −1, smooth 0.1: 0.327 + 0.313 = 0.640; you return −0.640.
        """
        return -solutions.discriminator_loss(real_logits, fake_logits, smooth)

    @misconception
    def overflow(real_logits, fake_logits, smooth):
        """
        The formula is right, but breaks at large logits: a probability rounds to 0 or 1.

        σ(40) is 1 in float64, so log(1 − σ(40)) is log 0 = −∞, and 0 · ∞ is NaN. Right is the same
        formula in another form: BCE(l, y) = max(l, 0) − l·y + log(1 + e^−|l|).
        Example: a fake logit of 1000 costs 1000; you return ∞.
        """
        real = cross_entropy(1 - smooth, sigmoid(real_logits))
        return real + cross_entropy(0.0, sigmoid(fake_logits))

    @misconception
    def logarithm_of_zero(real_logits, fake_logits, smooth):
        """
        The formula is right, but breaks at large logits: log(1 − σ(l)) becomes log 0.

        σ(40) is 1 in float64, so log(1 − σ(40)) is −∞. Right is the same formula in another form:
        log(1 − σ(l)) = −max(l, 0) − log(1 + e^−|l|).
        Example: a fake logit of 1000 costs 1000; you return ∞.
        """
        real = cross_entropy(1 - smooth, sigmoid(real_logits))
        return real - np.mean(np.log(1 - sigmoid(fake_logits)))

    @misconception
    def clipped(real_logits, fake_logits, smooth):
        """
        The probabilities are clipped before the logarithm, so that large losses are cut off.

        −log 10⁻⁷ = 16.1 is the largest loss that you can return, and its gradient is 0. Right is
        BCE(l, y) = max(l, 0) − l·y + log(1 + e^−|l|), which needs no clipping.
        Example: a fake logit of 1000 costs 1000; you return 16.1.
        """
        real = np.clip(sigmoid(real_logits), 1e-7, 1 - 1e-7)
        fake = np.clip(sigmoid(fake_logits), 1e-7, 1 - 1e-7)
        return cross_entropy(1 - smooth, real) + cross_entropy(0.0, fake)

    @misconception
    def logarithm_cut_at_100(real_logits, fake_logits, smooth):
        """
        The logarithms are cut at −100, as PyTorch's `BCELoss` does with probabilities.

        σ(40) rounds to 1, log(1 − 1) is −∞, and `BCELoss` makes −100 of it. Right is a function
        that takes logits, such as `BCEWithLogitsLoss`.
        Example: a fake logit of 1000 costs 1000; you return 100. One of 40 costs 40.
        """
        real, fake = sigmoid(real_logits), sigmoid(fake_logits)
        label = 1 - smooth
        real_loss = -label * logarithm_from_100(real) - smooth * logarithm_from_100(1 - real)
        return real_loss.mean() - logarithm_from_100(1 - fake).mean()

    @counterexamples
    def small_batches(draw):
        count = draw.integer(1, 2)
        return {
            "real_logits": few_logits(draw, count),
            "fake_logits": few_logits(draw, count),
            "smooth": draw.choice([0.0, 0.25, 0.5]),
        }

    @workload(sizes=BATCHES)
    def large_batches(rng, size):
        """That many real and generated samples."""
        real = many_logits(rng, size)
        return {"real_logits": real, "fake_logits": -real[::-1], "smooth": 0.1}


def generator_batches(rng):
    """Batches of several sizes, in which the generator mostly fools, mostly fails, or neither."""
    for words, count, centre in (
        ("undecided", 6, 0.0),
        ("mostly taken for real", 3, 1.0),
        ("mostly found out", 17, -3.0),
    ):
        yield f"a batch of {count}, {words}", logits(rng, count, centre)
    yield "a batch of one", logits(rng, 1, 1.0)
    yield "logits of 0", np.zeros(4)
    yield "a read-only batch", read_only(logits(rng, 5))
    yield "a batch with strides", strided(logits(rng, 7, -1.0))


@task("generator_loss(fake_logits: float[N]) -> float")
class GeneratorLoss:
    """
    The generator's non-saturating loss.

    −mean log σ(fake_logits): the cross-entropy of its samples with the label 1. It is finite and
    exact at logits of ±1000.
    """

    reference = solutions.generator_loss

    def size(fake_logits):
        return size_of_terms(fake_logits)

    rule = close(scale=size)

    @check(points=1)
    def random_batches(rng):
        """Random logits in batches of several sizes and memory layouts."""
        for words, fake in generator_batches(rng):
            yield case(words, fake_logits=fake)

    @check(points=1)
    def extreme_logits(rng):
        """Logits of ±40, ±100 and ±1000."""
        for words, fake in large_logits(rng):
            yield case(words, fake_logits=fake)

    @misconception
    def minimax_loss(fake_logits):
        """
        This is the minimax loss, mean log(1 − σ(l)); the non-saturating one is asked for.

        Right is −mean log σ(l). Both fall as the discriminator is fooled, but only this one has
        a steep slope where it is not.
        Example: a logit of 0 costs −log ½ = 0.693; you return log ½ = −0.693.
        """
        return solutions.generator_loss_minimax(fake_logits)

    @misconception
    def negated(fake_logits):
        """
        The sign is wrong: mean log σ(l) is to be maximised, so the loss is its negative.

        Right is −mean log σ(l), which is never negative.
        Example: a logit of 1 costs 0.313; you return −0.313.
        """
        return -solutions.generator_loss(fake_logits)

    @misconception
    def label_zero(fake_logits):
        """
        The samples have the label 0, as for the discriminator; the generator wants 1.

        Right is the cross-entropy with the label 1, −mean log σ(l); you compute
        −mean log(1 − σ(l)), which is small where the samples are found out.
        Example: a logit of 1 costs 0.313; you return 1.313.
        """
        return -solutions.generator_loss_minimax(fake_logits)

    @misconception
    def summed(fake_logits):
        """
        The losses are summed over the batch instead of averaged.

        Right is a mean: the loss does not grow with the batch.
        Example: the logits 0 and 0 cost 0.693; you return 1.386.
        """
        return solutions.generator_loss(fake_logits) * len(fake_logits)

    @misconception
    def sigmoid_twice(fake_logits):
        """
        The sigmoid is applied twice: a loss that takes logits got probabilities.

        `binary_cross_entropy_with_logits` applies σ itself: give it the logits as they are.
        Example: a logit of 0 costs −log σ(0) = 0.693; you return −log σ(0.5) = 0.474.
        """
        return solutions.generator_loss(sigmoid(fake_logits))

    @misconception
    def logits_as_probabilities(fake_logits):
        """
        The logits are taken for probabilities: the sigmoid is missing.

        Right is −mean log σ(l); the logarithm of a negative logit is NaN.
        Example: a logit of 1 costs −log σ(1) = 0.313; you return −log 1 = 0.
        """
        return -np.log(fake_logits).mean()

    @misconception
    def log_of_mean(fake_logits):
        """
        The mean is taken before the logarithm.

        Right is the mean of −log σ(l); you compute −log of the mean of σ(l).
        Example: the logits 3 and −3 cost (0.049 + 3.049) / 2 = 1.549; you return −log 0.5 = 0.693.
        """
        return -np.log(sigmoid(fake_logits).mean())

    @misconception
    def overflow(fake_logits):
        """
        The formula is right, but breaks at very negative logits: σ(l) rounds to 0.

        log 0 is −∞. Right is the same formula in another form:
        −log σ(l) = max(−l, 0) + log(1 + e^−|l|).
        Example: a logit of −1000 costs 1000; you return ∞.
        """
        return -np.log(sigmoid(fake_logits)).mean()

    @misconception
    def clipped(fake_logits):
        """
        The probabilities are clipped before the logarithm, so that large losses are cut off.

        −log 10⁻⁷ = 16.1 is the largest loss that you can return, and its gradient is 0. Right is
        −log σ(l) = max(−l, 0) + log(1 + e^−|l|), which needs no clipping.
        Example: a logit of −1000 costs 1000; you return 16.1.
        """
        return -np.log(np.clip(sigmoid(fake_logits), 1e-7, 1 - 1e-7)).mean()

    @misconception
    def logarithm_cut_at_100(fake_logits):
        """
        The logarithm is cut at −100, as PyTorch's `BCELoss` does with probabilities.

        σ(−1000) rounds to 0, log 0 is −∞, and `BCELoss` makes −100 of it. Right is a function that
        takes logits, such as `BCEWithLogitsLoss`.
        Example: a logit of −1000 costs 1000; you return 100.
        """
        return -logarithm_from_100(sigmoid(fake_logits)).mean()

    @counterexamples
    def small_batches(draw):
        return {"fake_logits": few_logits(draw, draw.integer(1, 3))}

    @workload(sizes=BATCHES)
    def large_batches(rng, size):
        """That many generated samples."""
        return {"fake_logits": many_logits(rng, size)}


@task("generator_loss_minimax(fake_logits: float[N]) -> float")
class GeneratorLossMinimax:
    """
    The generator's loss in the minimax game.

    mean log(1 − σ(fake_logits)), which is never positive. It is finite and exact at logits of
    ±1000.
    """

    reference = solutions.generator_loss_minimax

    def size(fake_logits):
        return size_of_terms(fake_logits)

    rule = close(scale=size)

    @check(points=1)
    def random_batches(rng):
        """Random logits in batches of several sizes and memory layouts."""
        for words, fake in generator_batches(rng):
            yield case(words, fake_logits=fake)

    @check(points=1)
    def extreme_logits(rng):
        """Logits of ±40, ±100 and ±1000."""
        for words, fake in large_logits(rng):
            yield case(words, fake_logits=fake)

    @misconception
    def non_saturating_loss(fake_logits):
        """
        This is the non-saturating loss, −mean log σ(l); the minimax one is asked for.

        Right is mean log(1 − σ(l)), the generator's term in the value of the game.
        Example: a logit of 0 costs log ½ = −0.693; you return −log ½ = 0.693.
        """
        return solutions.generator_loss(fake_logits)

    @misconception
    def negated(fake_logits):
        """
        The sign is wrong: this is the cross-entropy with the label 0, the discriminator's loss.

        The generator minimises mean log(1 − σ(l)), without a minus sign; the course text's update
        of the generator has one too many.
        Example: a logit of 1 costs log(1 − σ(1)) = −1.313; you return 1.313.
        """
        return -solutions.generator_loss_minimax(fake_logits)

    @misconception
    def log_of_probability(fake_logits):
        """
        This is mean log σ(l); the logarithm of 1 − σ(l) is asked for.

        log σ(l) rises as the discriminator is fooled: to minimise it would be to give in.
        Example: a logit of 1 costs log(1 − σ(1)) = −1.313; you return log σ(1) = −0.313.
        """
        return -solutions.generator_loss(fake_logits)

    @misconception
    def summed(fake_logits):
        """
        The losses are summed over the batch instead of averaged.

        Right is a mean: the loss does not grow with the batch.
        Example: the logits 0 and 0 cost −0.693; you return −1.386.
        """
        return solutions.generator_loss_minimax(fake_logits) * len(fake_logits)

    @misconception
    def sigmoid_twice(fake_logits):
        """
        The sigmoid is applied twice: a loss that takes logits got probabilities.

        `binary_cross_entropy_with_logits` applies σ itself: give it the logits as they are.
        Example: a logit of 0 costs log(1 − σ(0)) = −0.693; you return log(1 − σ(0.5)) = −0.974.
        """
        return solutions.generator_loss_minimax(sigmoid(fake_logits))

    @misconception
    def logits_as_probabilities(fake_logits):
        """
        The logits are taken for probabilities: the sigmoid is missing.

        Right is mean log(1 − σ(l)); the logarithm of 1 − l is NaN for every logit above 1.
        Example: a logit of −1 costs log(1 − σ(−1)) = −0.313; you return log 2 = 0.693.
        """
        return np.log(1 - fake_logits).mean()

    @misconception
    def log_of_mean(fake_logits):
        """
        The mean is taken before the logarithm.

        Right is the mean of log(1 − σ(l)); you compute log(1 − mean σ(l)).
        Example: the logits 3 and −3 cost (−3.049 − 0.049) / 2 = −1.549; you return log 0.5 =
        −0.693.
        """
        return np.log(1 - sigmoid(fake_logits).mean())

    @misconception
    def overflow(fake_logits):
        """
        The formula is right, but breaks at large logits: σ(l) rounds to 1.

        σ(40) is 1 in float64, and log(1 − 1) is −∞. Right is the same formula in another form:
        log(1 − σ(l)) = −max(l, 0) − log(1 + e^−|l|).
        Example: a logit of 1000 costs −1000; you return −∞.
        """
        return np.log(1 - sigmoid(fake_logits)).mean()

    @misconception
    def clipped(fake_logits):
        """
        The probabilities are clipped before the logarithm, so that large values are cut off.

        log 10⁻⁷ = −16.1 is the least that you can return. Right is
        log(1 − σ(l)) = −max(l, 0) − log(1 + e^−|l|), which needs no clipping.
        Example: a logit of 1000 costs −1000; you return −16.1.
        """
        return np.log(1 - np.clip(sigmoid(fake_logits), 1e-7, 1 - 1e-7)).mean()

    @misconception
    def logarithm_cut_at_100(fake_logits):
        """
        The logarithm is cut at −100, as PyTorch's `BCELoss` does with probabilities.

        σ(40) rounds to 1, log(1 − 1) is −∞, and `BCELoss` makes −100 of it. Right is a function
        that takes logits, such as `BCEWithLogitsLoss`.
        Example: a logit of 1000 costs −1000; you return −100. One of 40 costs −40.
        """
        return logarithm_from_100(1 - sigmoid(fake_logits)).mean()

    @counterexamples
    def small_batches(draw):
        return {"fake_logits": few_logits(draw, draw.integer(1, 3))}

    @workload(sizes=BATCHES)
    def large_batches(rng, size):
        """That many generated samples."""
        return {"fake_logits": many_logits(rng, size)}


@task("generator_gradient(fake_logits: float[N], loss: str) -> float[N]")
class GeneratorGradient:
    """
    The gradient of the generator's loss with respect to the logits of its samples.

    For loss = "minimax" the loss is mean log(1 − σ(l)), for "non-saturating" it is −mean log σ(l);
    element n of the answer is its derivative with respect to fake_logits[n]. Logits may be ±1000.
    """

    reference = solutions.generator_gradient

    def one_share(fake_logits, loss):
        return 1 / len(fake_logits)

    rule = close(scale=one_share)

    @check(points=2)
    def random_batches(rng):
        """Both losses on random logits, in batches of several sizes and memory layouts."""
        for words, fake in generator_batches(rng):
            for loss in LOSSES:
                yield case(f"{words}, {loss}", fake_logits=fake, loss=loss)

    @check(points=1)
    def extreme_logits(rng):
        """Logits of ±100 and ±1000, and samples that are found out."""
        found_out = logits(rng, 6, -6.0)
        sure = rng.permutation(np.array([1000.0, -1000, 1, 100, -100, -2, 0.5]))
        for words, fake in (("found out", found_out), ("logits of ±1000", sure)):
            for loss in LOSSES:
                yield case(f"{words}, {loss}", fake_logits=fake, loss=loss)

    @misconception
    def not_divided_by_batch(fake_logits, loss):
        """
        The factor 1/N is missing: the loss is a mean over the batch.

        Right is −σ(l) / N for the minimax loss and −(1 − σ(l)) / N for the non-saturating one.
        Example: for the logits 0 and 0 either gradient is (−0.25, −0.25); you return (−0.5, −0.5).
        """
        return solutions.generator_gradient(fake_logits, loss) * len(fake_logits)

    @misconception
    def losses_exchanged(fake_logits, loss):
        """
        The two losses are exchanged.

        Minimax is mean log(1 − σ(l)) with the gradient −σ(l) / N, which vanishes where a sample
        is found out. Non-saturating is −mean log σ(l) with −(1 − σ(l)) / N.
        Example: a logit of −8 has the minimax gradient −0.0003 and the non-saturating one −0.9997.
        """
        loss = {"minimax": "non-saturating", "non-saturating": "minimax"}.get(loss, loss)
        return solutions.generator_gradient(fake_logits, loss)

    @misconception
    def always_minimax(fake_logits, loss):
        """
        The gradient is that of the minimax loss, whatever `loss` says.

        For "non-saturating" the loss is −mean log σ(l), with the gradient −(1 − σ(l)) / N.
        Example: a logit of −8 has the non-saturating gradient −0.9997; you return −0.0003.
        """
        return solutions.generator_gradient(fake_logits, "minimax")

    @misconception
    def always_non_saturating(fake_logits, loss):
        """
        The gradient is that of the non-saturating loss, whatever `loss` says.

        For "minimax" the loss is mean log(1 − σ(l)), with the gradient −σ(l) / N.
        Example: a logit of −8 has the minimax gradient −0.0003; you return −0.9997.
        """
        return solutions.generator_gradient(fake_logits, "non-saturating")

    @misconception
    def negated(fake_logits, loss):
        """
        The sign is wrong: this is the direction of descent, minus the gradient.

        Both losses fall as the logits rise, so the gradient is negative everywhere.
        Example: for the logits 0 and 0 the gradient is (−0.25, −0.25); you return (0.25, 0.25).
        """
        return -solutions.generator_gradient(fake_logits, loss)

    @misconception
    def with_respect_to_probabilities(fake_logits, loss):
        """
        This is the gradient with respect to D = σ(l); the one with respect to l is asked for.

        The chain rule adds the factor dσ/dl = σ(l)(1 − σ(l)): −1 / (1 − σ) becomes −σ, and −1 / σ
        becomes −(1 − σ).
        Example: for the logits 0 and 0 the gradient is (−0.25, −0.25); you return (−1, −1).
        """
        p = sigmoid(fake_logits)
        gradient = solutions.generator_gradient(fake_logits, loss)
        return gradient / np.maximum(p * (1 - p), 1e-300)

    @misconception
    def slope_of_sigmoid(fake_logits, loss):
        """
        This is the slope of the sigmoid alone, without the logarithm's.

        d log σ(l) / dl = σ(l)(1 − σ(l)) / σ(l) = 1 − σ(l), and log(1 − σ(l)) has the slope −σ(l).
        Example: a logit of 2 has the minimax gradient −0.881; you return −0.105.
        """
        p = sigmoid(fake_logits)
        return -p * (1 - p) / len(fake_logits)

    @misconception
    def gradient_of_mean(fake_logits, loss):
        """
        The gradient is averaged over the batch; it has one element for each sample.

        Element n is the derivative with respect to the n-th logit alone.
        Example: for the logits 2 and −2 the minimax gradient is (−0.440, −0.060); you return
        (−0.25, −0.25).
        """
        gradient = solutions.generator_gradient(fake_logits, loss)
        return np.full_like(gradient, gradient.mean())

    @misconception
    def overflow(fake_logits, loss):
        """
        The formula is right, but eˡ / (1 + eˡ) is ∞ / ∞ at large logits.

        Right is 1 / (1 + e⁻ˡ), or eˡ / (1 + eˡ) for negative l only.
        Example: a logit of 1000 has the minimax gradient −1; you return NaN.
        """
        p = np.exp(fake_logits) / (1 + np.exp(fake_logits))
        return -(p if loss == "minimax" else 1 - p) / len(fake_logits)

    @counterexamples
    def small_batches(draw):
        fake = few_logits(draw, draw.integer(1, 3))
        return {"fake_logits": fake, "loss": draw.choice(LOSSES)}

    @workload(sizes=(3_000, 30_000, 300_000))
    def large_batches(rng, size):
        """That many generated samples."""
        return {"fake_logits": many_logits(rng, size), "loss": str(rng.choice(LOSSES))}


def distribution(rng, count, zeros):
    """Probabilities that sum to 1 up to rounding, and are 0 where `zeros` says so."""
    weights = rng.integers(1, 20, count) * ~zeros
    return weights / weights.sum()


@task("optimal_discriminator(p_data: float[K], p_model: float[K]) -> float[K]")
class OptimalDiscriminator:
    """
    The best discriminator against a generator that stays as it is.

    D*(x) = p_data(x) / (p_data(x) + p_model(x)) for each of K outcomes, from their probabilities
    in the data and under the generator; ½ where both are 0.
    """

    reference = solutions.optimal_discriminator

    @check(points=1)
    def random_distributions(rng):
        """Random distributions over several numbers of outcomes."""
        for count in (3, 7, 40):
            none = np.zeros(count, dtype=bool)
            p_data, p_model = distribution(rng, count, none), distribution(rng, count, none)
            yield case(f"{count} outcomes", p_data=p_data, p_model=p_model)
        p = distribution(rng, 5, np.zeros(5, dtype=bool))
        yield case("a perfect generator", p_data=p, p_model=p.copy())
        rare = np.array([1e-6, 0.25, 3e-6, 0.75 - 4e-6])
        yield case("rare outcomes", p_data=rare, p_model=rare[[2, 1, 0, 3]])

    @check(points=1)
    def outcomes_that_do_not_occur(rng):
        """Outcomes of probability 0 in the data, under the generator, and in both."""
        for count in (8, 5):
            lacking = rng.permutation(count)
            data_lacks, model_lacks = np.zeros((2, count), dtype=bool)
            data_lacks[lacking[:2]] = True
            model_lacks[lacking[1:3]] = True
            p_data = distribution(rng, count, data_lacks)
            p_model = read_only(distribution(rng, count, model_lacks))
            yield case(f"{count} outcomes, one in neither", p_data=p_data, p_model=p_model)
        first = np.array([0.25, 0.75, 0, 0, 0])
        yield case("nothing in common", p_data=first, p_model=first[::-1])
        yield case("a single outcome", p_data=np.ones(1), p_model=np.ones(1))

    @misconception
    def nan_where_both_are_zero(p_data, p_model):
        """
        An outcome of probability 0 in both gives 0 / 0, NaN; ½ is asked for.

        Write ½ where p_data + p_model is 0, and divide elsewhere only.
        Example: p_data = (1, 0) and p_model = (1, 0): (0.5, 0.5); you return (0.5, NaN).
        """
        return p_data / (p_data + p_model)

    @misconception
    def zero_where_both_are_zero(p_data, p_model):
        """
        An outcome of probability 0 in both gives 0; ½ is asked for.

        Neither distribution explains such an outcome, so the discriminator is undecided.
        Example: p_data = (1, 0) and p_model = (1, 0): (0.5, 0.5); you return (0.5, 0).
        """
        return np.nan_to_num(p_data / (p_data + p_model))

    @misconception
    def one_where_both_are_zero(p_data, p_model):
        """
        An outcome of probability 0 in both gives 1; ½ is asked for.

        Neither distribution explains such an outcome, so the discriminator is undecided.
        Example: p_data = (1, 0) and p_model = (1, 0): (0.5, 0.5); you return (0.5, 1).
        """
        return np.nan_to_num(p_data / (p_data + p_model), nan=1.0)

    @misconception
    def exchanged(p_data, p_model):
        """
        The generator's probability stands in the numerator; the data's belongs there.

        D is the probability of being real: right is p_data / (p_data + p_model).
        Example: p_data = 0.3 and p_model = 0.1: 0.75; you return 0.25.
        """
        return solutions.optimal_discriminator(p_model, p_data)

    @misconception
    def ratio(p_data, p_model):
        """
        This is the ratio of the two probabilities; it is not a probability itself.

        Right is p_data / (p_data + p_model), which lies between 0 and 1.
        Example: p_data = 0.3 and p_model = 0.1: 0.75; you return 3.
        """
        return p_data / p_model

    @misconception
    def average_for_the_sum(p_data, p_model):
        """
        The denominator is the average of the two probabilities; it is to be their sum.

        Right is p_data / (p_data + p_model); yours is twice as large.
        Example: p_data = p_model = 0.2: 0.5; you return 1.
        """
        total = p_data + p_model
        return np.where(total > 0, 2 * p_data / np.where(total > 0, total, 1), 0.5)

    @misconception
    def decision(p_data, p_model):
        """
        The answer is a decision, 0 or 1; the probability is asked for.

        Right is p_data / (p_data + p_model), even where one of the two is larger.
        Example: p_data = 0.3 and p_model = 0.1: 0.75; you return 1.
        """
        return np.where(p_data == p_model, 0.5, np.where(p_data > p_model, 1.0, 0.0))

    @misconception
    def one_half(p_data, p_model):
        """
        ½ is the discriminator at equilibrium only, where the generator's samples are perfect.

        Right is p_data / (p_data + p_model), which is ½ where the two are equal.
        Example: p_data = 0.3 and p_model = 0.1: 0.75; you return 0.5.
        """
        return np.full_like(p_data, 0.5)

    @misconception
    def constant_in_denominator(p_data, p_model):
        """
        A small number in the denominator keeps it from 0, but makes 0 of what is to be ½.

        Write ½ where p_data + p_model is 0, and divide by the sum itself elsewhere.
        Example: p_data = (1, 0) and p_model = (1, 0): (0.5, 0.5); you return (0.5, 0).
        """
        return p_data / (p_data + p_model + 1e-8)

    @counterexamples
    def small_distributions(draw):
        count = draw.integer(1, 3)
        weights = draw.array("int64", (2, count), 0, 3).astype(np.float64)
        p_data, p_model = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1)
        return {"p_data": p_data, "p_model": p_model}

    @workload(sizes=(3_000, 30_000, 300_000), operations=lambda size: 2 * size)
    def many_outcomes(rng, size):
        """That many outcomes, a few of them in neither distribution."""
        p_data = rng.random(size, dtype=np.float32) / size
        p_model = p_data[::-1].copy()
        p_data[::100] = p_model[::100] = 0
        return {"p_data": p_data, "p_model": p_model}


def gaussians(rng, count, dimensions):
    """Means and log-variances that a network might predict."""
    mu = rng.normal(0, 1.5, (count, dimensions))
    log_variance = rng.uniform(-3, 2, (count, dimensions))
    return {"mu": mu, "log_variance": log_variance}


@task(
    "conditioning_augmentation(mu: float[N, D], log_variance: float[N, D], epsilon: float[N, D])"
    " -> float[N, D]"
)
class ConditioningAugmentation:
    """
    Samples of a diagonal Gaussian, made from noise: StackGAN's conditioning augmentation.

    μ + σ·ε, element by element, where log_variance is log σ² and epsilon is noise from N(0, I).
    """

    reference = solutions.conditioning_augmentation

    def size_of_sum(mu, log_variance, epsilon):
        spread = np.exp(log_variance / 2) * np.abs(epsilon)
        return float((np.abs(mu) + spread).max())

    rule = close(scale=size_of_sum)

    @check(points=1)
    def random_conditions(rng):
        """Random means, variances and noise."""
        for count, dimensions in ((3, 4), (8, 5), (2, 30)):
            epsilon = rng.standard_normal((count, dimensions))
            label = f"a batch of {count} in {dimensions} dimensions"
            yield case(label, **gaussians(rng, count, dimensions), epsilon=epsilon)

    @check(points=1)
    def variances_and_layouts(rng):
        """Large, unit and vanishing variances, a batch of one, other memory layouts."""
        mu, epsilon = rng.normal(0, 2, (3, 4)), rng.standard_normal((3, 4))
        for words, value in (("σ² = e⁶", 6.0), ("σ = 1", 0.0), ("σ² = e⁻²⁰⁰", -200.0)):
            full = np.full((3, 4), value)
            yield case(words, mu=mu, log_variance=full, epsilon=epsilon)
        one = gaussians(rng, 1, 6)
        yield case("a batch of one", **one, epsilon=rng.standard_normal((1, 6)))
        turned = {name: values.T for name, values in gaussians(rng, 5, 3).items()}
        noise = rng.standard_normal((6, 10))[::2, ::2]
        yield case("transposed and with strides", **turned, epsilon=read_only(noise))
        line = {name: values[:, :1] for name, values in gaussians(rng, 4, 2).items()}
        yield case("one dimension", **line, epsilon=rng.standard_normal((4, 1)))

    @misconception
    def variance_for_deviation(mu, log_variance, epsilon):
        """
        The noise is scaled by the variance σ²; the standard deviation σ is asked for.

        σ = exp(log_variance / 2): half of the logarithm is the root.
        Example: σ² = 4, μ = 0 and ε = 1: 0 + 2·1 = 2; you return 4.
        """
        return mu + np.exp(log_variance) * epsilon

    @misconception
    def logarithm_as_deviation(mu, log_variance, epsilon):
        """
        The noise is scaled by log σ² itself; it is to be scaled by σ.

        log_variance is a logarithm, which may be negative: σ = exp(log_variance / 2).
        Example: σ² = 1, so log σ² = 0, μ = 0 and ε = 1: 0 + 1·1 = 1; you return 0.
        """
        return mu + log_variance * epsilon

    @misconception
    def half_of_logarithm_as_deviation(mu, log_variance, epsilon):
        """
        The noise is scaled by log σ, the exponential is missing.

        log_variance / 2 is log σ: right is σ = exp(log_variance / 2).
        Example: σ² = 1, so log σ = 0, μ = 0 and ε = 1: 0 + 1·1 = 1; you return 0.
        """
        return mu + log_variance / 2 * epsilon

    @misconception
    def half_of_variance(mu, log_variance, epsilon):
        """
        The variance is halved after the exponential; its logarithm is to be halved before.

        exp(log_variance / 2) is σ; exp(log_variance) / 2 is σ² / 2.
        Example: σ² = 16, μ = 0 and ε = 1: 0 + 4·1 = 4; you return 8.
        """
        return mu + np.exp(log_variance) / 2 * epsilon

    @misconception
    def logarithm_as_variance(mu, log_variance, epsilon):
        """
        log_variance is taken for σ²: the exponential is missing, and the root is NaN below 0.

        Right is σ = exp(log_variance / 2).
        Example: σ² = 1, so log σ² = 0, μ = 0 and ε = 1: 0 + 1·1 = 1; you return 0.
        """
        return mu + np.sqrt(log_variance) * epsilon

    @misconception
    def noise_not_scaled(mu, log_variance, epsilon):
        """
        The noise is added as it is; it is to be scaled by σ.

        Right is μ + σ·ε with σ = exp(log_variance / 2).
        Example: σ² = 4, μ = 0 and ε = 1: 0 + 2·1 = 2; you return 1.
        """
        return mu + epsilon

    @misconception
    def noise_left_out(mu, log_variance, epsilon):
        """
        This is the mean alone; the noise is missing.

        Right is μ + σ·ε: without noise, every text has one condition only.
        Example: σ² = 4, μ = 0 and ε = 1: 0 + 2·1 = 2; you return 0.
        """
        return mu

    @misconception
    def mean_left_out(mu, log_variance, epsilon):
        """
        This is the scaled noise alone; the mean is missing.

        Right is μ + σ·ε.
        Example: σ² = 4, μ = 3 and ε = 1: 3 + 2·1 = 5; you return 2.
        """
        return np.exp(log_variance / 2) * epsilon

    @misconception
    def noise_subtracted(mu, log_variance, epsilon):
        """
        The noise is subtracted; it is to be added.

        −ε is noise as well, but here ε is given, and right is μ + σ·ε.
        Example: σ² = 4, μ = 3 and ε = 1: 3 + 2·1 = 5; you return 1.
        """
        return mu - np.exp(log_variance / 2) * epsilon

    @misconception
    def mean_and_noise_exchanged(mu, log_variance, epsilon):
        """
        The mean is scaled instead of the noise.

        Right is μ + σ·ε; you compute ε + σ·μ.
        Example: σ² = 4, μ = 3 and ε = 1: 3 + 2·1 = 5; you return 1 + 2·3 = 7.
        """
        return epsilon + np.exp(log_variance / 2) * mu

    @misconception
    def one_noise_for_the_batch(mu, log_variance, epsilon):
        """
        The first row of the noise serves for the whole batch; every sample has its own.

        Right is μ[n] + σ[n]·ε[n] for each n; you use ε[0].
        Example: σ² = 1, μ = (0, 0) and ε = (1, −2), in one dimension: (1, −2); you return (1, 1).
        """
        return mu + np.exp(log_variance / 2) * epsilon[:1]

    @counterexamples
    def small_batches(draw):
        shape = (draw.integer(1, 2), draw.integer(1, 2))
        return {
            "mu": draw.array("int64", shape, -2, 2).astype(np.float64),
            "log_variance": draw.array("int64", shape, -2, 2).astype(np.float64),
            "epsilon": draw.array("int64", shape, -2, 2).astype(np.float64),
        }

    @workload(sizes=(256, 1024, 4096), operations=lambda size: 4 * 128 * size)
    def large_batches(rng, size):
        """That many conditions in 128 dimensions."""
        mu = 2 * rng.random((size, 128), dtype=np.float32) - 1
        return {"mu": mu, "log_variance": mu[::-1], "epsilon": 2 * mu[:, ::-1]}


def divergence(mu, log_variance):
    """The KL divergence from N(0, I): summed over the dimensions, averaged over the batch."""
    return (mu**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean() / 2


@task(
    "stackgan_generator_loss(fake_logits: float[N], mu: float[N, D], log_variance: float[N, D],"
    " weight: float) -> float"
)
class StackganGeneratorLoss:
    """
    The loss of StackGAN's generator: the minimax term and a weighted KL divergence.

    mean log(1 − σ(fake_logits)) + weight · KL, where KL is the mean over the batch of
    KL(N(μ, diag σ²) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²), a sum over the D dimensions, and
    log_variance is log σ². Logits may be ±1000.
    """

    reference = solutions.stackgan_generator_loss

    def size(fake_logits, mu, log_variance, weight):
        terms = mu**2 + np.exp(log_variance) + 1 + np.abs(log_variance)
        return size_of_terms(fake_logits) + weight * float(terms.sum(axis=1).mean())

    rule = close(scale=size)

    @check(points=2)
    def random_batches(rng):
        """Random logits, means and variances, with several weights."""
        for count, dimensions, weight in ((4, 3, 2.0), (2, 5, 0.5), (7, 2, 10.0), (3, 16, 1.5)):
            label = f"a batch of {count} in {dimensions} dimensions, weight {weight}"
            fake, conditions = logits(rng, count), gaussians(rng, count, dimensions)
            yield case(label, fake_logits=fake, **conditions, weight=weight)

    @check(points=1)
    def extremes(rng):
        """Large logits, no weight, conditions that are N(0, I) already, other memory layouts."""
        turned = {name: values.T for name, values in gaussians(rng, 3, 4).items()}
        fake = strided(logits(rng, 4, 1.0))
        yield case("views", fake_logits=read_only(fake), **turned, weight=2.5)
        for words, fake in large_logits(rng):
            conditions = gaussians(rng, len(fake), 3)
            yield case(words, fake_logits=fake, **conditions, weight=3.0)
        fake, conditions = logits(rng, 5), gaussians(rng, 5, 2)
        yield case("weight 0", fake_logits=fake, **conditions, weight=0.0)
        zeros = np.zeros((5, 2))
        yield case("μ = 0, σ = 1", fake_logits=fake, mu=zeros, log_variance=zeros, weight=4.0)
        yield case("batch of one", fake_logits=fake[:1], **gaussians(rng, 1, 3), weight=1.0)

    @misconception
    def divergence_subtracted(fake_logits, mu, log_variance, weight):
        """
        The KL divergence has the wrong sign: it is subtracted instead of added.

        The divergence is never negative, and the loss is to grow with it. Is the minus sign of
        −½ Σ (1 + log σ² − μ² − σ²) lost, or there twice?
        Example: logit 0, μ = 2, σ = 1, weight 1: −0.693 + 2 = 1.307; you return −2.693.
        """
        return solutions.stackgan_generator_loss(fake_logits, mu, log_variance, -weight)

    @misconception
    def weight_left_out(fake_logits, mu, log_variance, weight):
        """
        The weight λ of the KL divergence is left out.

        Right is mean log(1 − σ(l)) + λ·KL.
        Example: logit 0, μ = 2, σ = 1, weight 3: −0.693 + 3·2 = 5.307; you return 1.307.
        """
        return solutions.stackgan_generator_loss(fake_logits, mu, log_variance, 1.0)

    @misconception
    def divergence_left_out(fake_logits, mu, log_variance, weight):
        """
        The KL divergence is left out: this is the plain minimax loss.

        Right is mean log(1 − σ(l)) + λ·KL.
        Example: logit 0, μ = 2, σ = 1, weight 3: −0.693 + 3·2 = 5.307; you return −0.693.
        """
        return solutions.generator_loss_minimax(fake_logits)

    @misconception
    def weight_on_the_other_term(fake_logits, mu, log_variance, weight):
        """
        The weight stands at the adversarial term; it belongs to the KL divergence.

        Right is mean log(1 − σ(l)) + λ·KL; you compute λ·mean log(1 − σ(l)) + KL.
        Example: logit 0, μ = 2, σ = 1, weight 3: −0.693 + 3·2 = 5.307; you return
        3·(−0.693) + 2 = −0.079.
        """
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return weight * adversarial + divergence(mu, log_variance)

    @misconception
    def weight_on_both_terms(fake_logits, mu, log_variance, weight):
        """
        The weight stands at both terms; it belongs to the KL divergence alone.

        Right is mean log(1 − σ(l)) + λ·KL; you compute λ·(mean log(1 − σ(l)) + KL).
        Example: logit 0, μ = 2, σ = 1, weight 3: −0.693 + 3·2 = 5.307; you return
        3·(−0.693 + 2) = 3.921.
        """
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return weight * (adversarial + divergence(mu, log_variance))

    @misconception
    def half_missing(fake_logits, mu, log_variance, weight):
        """
        The factor ½ of the KL divergence is missing.

        Right is ½ Σ (μ² + σ² − 1 − log σ²).
        Example: logit 0, μ = 2, σ = 1, weight 1: −0.693 + 2 = 1.307; you return
        −0.693 + 4 = 3.307.
        """
        return solutions.stackgan_generator_loss(fake_logits, mu, log_variance, 2 * weight)

    @misconception
    def mean_over_dimensions(fake_logits, mu, log_variance, weight):
        """
        The KL divergence is averaged over the dimensions; it is their sum.

        `np.mean` of the whole array divides by N·D. Right is the sum over D and the mean over N.
        Example: μ = (2, 2) and σ = (1, 1) have the divergence 2 + 2 = 4; yours is 2.
        """
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return adversarial + weight * divergence(mu, log_variance) / mu.shape[1]

    @misconception
    def sum_over_batch(fake_logits, mu, log_variance, weight):
        """
        The KL divergence is summed over the batch; it is a mean there, as the first term is.

        Right is the sum over D and the mean over N.
        Example: two conditions with the divergences 2 and 4 count as 3; yours count as 6.
        """
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return adversarial + weight * divergence(mu, log_variance) * len(mu)

    @misconception
    def log_deviation_for_log_variance(fake_logits, mu, log_variance, weight):
        """
        log_variance is taken for log σ; it is log σ².

        You compute with exp(2·log_variance) for σ². Right is σ² = exp(log_variance).
        Example: log σ² = 1, μ = 0: ½ (2.718 − 1 − 1) = 0.359; you get ½ (7.389 − 1 − 2) = 2.195.
        """
        return solutions.stackgan_generator_loss(fake_logits, mu, 2 * log_variance, weight)

    @misconception
    def divergence_reversed(fake_logits, mu, log_variance, weight):
        """
        The KL divergence is reversed: KL(N(0, I) ‖ N(μ, σ²)).

        Right is KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²); yours is
        ½ Σ ((1 + μ²) / σ² − 1 + log σ²).
        Example: log σ² = 1, μ = 0: ½ (2.718 − 1 − 1) = 0.359; you get ½ (0.368 − 1 + 1) = 0.184.
        """
        reverse = (1 + mu**2) * np.exp(-log_variance) - 1 + log_variance
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return adversarial + weight * reverse.sum(axis=1).mean() / 2

    @misconception
    def non_saturating_term(fake_logits, mu, log_variance, weight):
        """
        The adversarial term is −mean log σ(l); here it is mean log(1 − σ(l)).

        StackGAN's generator is defined with the minimax loss.
        Example: logit 0, μ = 2, σ = 1, weight 1: −0.693 + 2 = 1.307; you return 0.693 + 2 = 2.693.
        """
        adversarial = solutions.generator_loss(fake_logits)
        return adversarial + weight * divergence(mu, log_variance)

    @misconception
    def adversarial_term_negated(fake_logits, mu, log_variance, weight):
        """
        The adversarial term has the wrong sign: −mean log(1 − σ(l)).

        That is the discriminator's loss for generated samples; the generator minimises
        mean log(1 − σ(l)), which is never positive.
        Example: logit 1, μ = 2, σ = 1, weight 1: −1.313 + 2 = 0.687; you return 1.313 + 2 = 3.313.
        """
        adversarial = solutions.generator_loss_minimax(fake_logits)
        return -adversarial + weight * divergence(mu, log_variance)

    @misconception
    def overflow(fake_logits, mu, log_variance, weight):
        """
        The formula is right, but breaks at large logits: σ(l) rounds to 1.

        σ(40) is 1 in float64, and log(1 − 1) is −∞. Right is the same formula in another form:
        log(1 − σ(l)) = −max(l, 0) − log(1 + e^−|l|).
        Example: a logit of 1000 costs −1000; you return −∞.
        """
        adversarial = np.log(1 - sigmoid(fake_logits)).mean()
        return adversarial + weight * divergence(mu, log_variance)

    @counterexamples
    def small_batches(draw):
        count, dimensions = draw.integer(1, 2), draw.integer(1, 2)
        return {
            "fake_logits": few_logits(draw, count),
            "mu": draw.array("int64", (count, dimensions), -2, 2).astype(np.float64),
            "log_variance": draw.array("int64", (count, dimensions), -1, 1).astype(np.float64),
            "weight": draw.choice([1.0, 2.0, 0.5]),
        }

    @workload(sizes=(256, 1024, 4096))
    def large_batches(rng, size):
        """That many samples with conditions in 128 dimensions."""
        mu = 2 * rng.random((size, 128), dtype=np.float32) - 1
        fake = many_logits(rng, size)
        return {"fake_logits": fake, "mu": mu, "log_variance": mu[::-1], "weight": 2.0}


def halved(image):
    """The mean of each 2 × 2 block."""
    height, width = image.shape
    return image.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))


def doubled(image):
    """Each pixel as a 2 × 2 block."""
    return np.kron(image, np.ones((2, 2)))


def patch(name, height, width):
    """The middle of a photograph, levels 0 to 255."""
    image = photograph(name)
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width].astype(np.float64)


def taken_apart(image, levels, down, up):
    """A Laplacian pyramid by other operations for d and u."""
    pyramid = []
    for _ in range(levels):
        coarser = down(image)
        pyramid.append(image - up(coarser))
        image = coarser
    return [*pyramid, image]


def pooled(image):
    """The largest pixel of each 2 × 2 block."""
    height, width = image.shape
    return image.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))


def nailed(image):
    """Each pixel in the corner of a 2 × 2 block, with zeros beside it."""
    return np.kron(image, np.array([[1.0, 0], [0, 0]]))


def interpolated(image):
    """Twice as many rows and columns, by linear interpolation."""
    for _ in range(2):
        framed = np.pad(image, ((1, 1), (0, 0)), mode="edge")
        pairs = np.stack([3 * image + framed[:-2], 3 * image + framed[2:]], axis=1) / 4
        image = pairs.reshape(-1, image.shape[1]).T
    return image


@task("laplacian_pyramid(image: float[H, W], levels: int) -> list[float[H, W]]")
class LaplacianPyramid:
    """
    The details that an image loses at each halving, and the small image at the end.

    I₀ is the image and Iₖ₊₁ = d(Iₖ), where d takes the mean of each 2 × 2 block; u repeats each
    pixel as a 2 × 2 block. The answer is a list of levels + 1 arrays, each half as high and half
    as wide as the one before: hₖ = Iₖ − u(Iₖ₊₁) for k = 0, 1, ... below levels, and at last the
    coarsest image, which was halved `levels` times. H and W are always multiples of 2^levels; for
    levels = 0 the list holds the image alone.
    """

    reference = solutions.laplacian_pyramid

    def brightest(image, levels):
        return float(np.abs(image).max())

    rule = close(scale=brightest)

    @check(points=2)
    def random_images(rng):
        """Random images, wide and high, with one, two and three levels."""
        for (height, width), levels in (((8, 12), 2), ((6, 4), 1), ((24, 8), 3)):
            image = rng.normal(0.5, 1, (height, width))
            label = f"{height} × {width}, levels {levels}"
            yield case(label, image=image, levels=levels)
        yield case("a photograph, levels 3", image=patch("camera", 48, 64), levels=3)

    @check(points=1)
    def sizes_and_layouts(rng):
        """No level, down to one pixel, fewer levels than fit, other memory layouts."""
        image = rng.integers(0, 256, (8, 16)).astype(np.float64)
        yield case("transposed", image=image.T, levels=2)
        yield case("levels 0", image=image[:3, :5], levels=0)
        yield case("down to one pixel", image=image[:, :8], levels=3)
        yield case("down to one row", image=image[:4], levels=2)
        yield case("every second pixel, read-only", image=read_only(image[::2, ::2]), levels=1)
        yield case("upside down", image=image[::-1, ::-1], levels=3)

    @misconception
    def negated(image, levels):
        """
        The differences have the wrong sign: u(Iₖ₊₁) − Iₖ.

        Right is hₖ = Iₖ − u(Iₖ₊₁): what is to be added to the coarse image.
        Example: the image (1, 3; 1, 3) has the mean 2 and the details (−1, 1; −1, 1); you return
        (1, −1; 1, −1).
        """
        *details, coarsest = solutions.laplacian_pyramid(image, levels)
        return [*(-detail for detail in details), coarsest]

    @misconception
    def coarsest_left_out(image, levels):
        """
        The coarsest image is missing: the list is to end with it.

        The details alone do not tell how bright the image is: it could not be reconstructed.
        Example: one level of a 2 × 2 image are its details and one pixel, the mean; you return
        the details alone.
        """
        return solutions.laplacian_pyramid(image, levels)[:-1]

    @misconception
    def subsampled(image, levels):
        """
        d takes one pixel of each 2 × 2 block; it is to take the mean of the four.

        `image[::2, ::2]` keeps the top-left pixel of each block.
        Example: the image (1, 3; 1, 3) becomes the pixel 2; you keep 1.
        """
        return taken_apart(image, levels, lambda fine: fine[::2, ::2], doubled)

    @misconception
    def subsampled_at_the_bottom_right(image, levels):
        """
        d takes one pixel of each 2 × 2 block; it is to take the mean of the four.

        The bottom-right pixel of each block is kept, as TensorFlow's nearest-neighbour resizing
        does.
        Example: the image (1, 3; 1, 3) becomes the pixel 2; you keep 3.
        """
        return taken_apart(image, levels, lambda fine: fine[1::2, 1::2], doubled)

    @misconception
    def summed_blocks(image, levels):
        """
        d adds up the four pixels of each block; it is to take their mean.

        The division by 4 is missing.
        Example: the image (1, 3; 1, 3) becomes the pixel 2; yours is 8.
        """
        return taken_apart(image, levels, lambda fine: 4 * halved(fine), doubled)

    @misconception
    def largest_of_block(image, levels):
        """
        d takes the largest of the four pixels; it is to take their mean.

        That is max pooling.
        Example: the image (1, 3; 1, 3) becomes the pixel 2; you take 3.
        """
        return taken_apart(image, levels, pooled, doubled)

    @misconception
    def bed_of_nails(image, levels):
        """
        u puts each pixel into a corner of its block and zeros beside it; it is to repeat it.

        Right is the same value in all four places, as in `np.kron(image, np.ones((2, 2)))`.
        Example: the pixel 2 becomes (2, 2; 2, 2); yours becomes (2, 0; 0, 0).
        """
        return taken_apart(image, levels, halved, nailed)

    @misconception
    def linear_interpolation(image, levels):
        """
        u interpolates between the pixels; it is to repeat each pixel as a 2 × 2 block.

        That is the default of most functions that resize images; ask for nearest neighbours.
        Example: the row (0, 4) becomes (0, 0, 4, 4); yours becomes (0, 1, 3, 4).
        """
        return taken_apart(image, levels, halved, interpolated)

    @misconception
    def gaussian_pyramid(image, levels):
        """
        These are the images themselves, the Gaussian pyramid; the differences are asked for.

        Right is hₖ = Iₖ − u(Iₖ₊₁) for all but the last.
        Example: the image (1, 3; 1, 3) has the details (−1, 1; −1, 1) and the mean 2; you return
        the image and the mean.
        """
        images = [image]
        for _ in range(levels):
            images.append(halved(images[-1]))
        return images

    @misconception
    def coarsest_first(image, levels):
        """
        The list is in reverse order: it begins with the coarsest image.

        Right is h₀, h₁, ..., from the largest array to the smallest.
        Example: one level of a 2 × 2 image are a 2 × 2 array and a 1 × 1 array, in this order.
        """
        return solutions.laplacian_pyramid(image, levels)[::-1]

    @misconception
    def one_level_too_many(image, levels):
        """
        There is a level too many: the image is halved once more than asked for.

        The image is halved `levels` times, and the list has levels + 1 arrays.
        Example: for levels = 0 the list holds the image alone; you return two arrays.
        """
        divides = all(side % 2 ** (levels + 1) == 0 for side in image.shape)
        return solutions.laplacian_pyramid(image, levels + divides)

    @misconception
    def one_level_too_few(image, levels):
        """
        There is a level too few: `levels` counts the halvings, not the arrays.

        The list has levels + 1 arrays: one detail for each halving, and the last image.
        Example: for levels = 1 the list holds the details and the small image; you return the
        image alone.
        """
        return solutions.laplacian_pyramid(image, max(levels - 1, 0))

    @misconception
    def details_of_coarsest(image, levels):
        """
        The last array is a difference as well; it is to be the coarsest image itself.

        With nothing coarser beside it, the mean brightness would be lost.
        Example: one level of (1, 3; 1, 3) ends with the pixel 2; yours ends with 2 − 2 = 0.
        """
        *details, coarsest = solutions.laplacian_pyramid(image, levels)
        return [*details, coarsest - coarsest.mean()]

    @misconception
    def detail_of_detail(image, levels):
        """
        The details are halved, not the image: every level is to begin with Iₖ₊₁ = d(Iₖ).

        The mean of a block of details is 0, so nothing is left for the coarser levels.
        Example: two levels of an image of ones end with the pixel 1; yours end with 0.
        """
        pyramid = []
        for _ in range(levels):
            image = image - doubled(halved(image))
            pyramid.append(image)
            image = halved(image)
        return [*pyramid, image]

    @counterexamples
    def small_images(draw):
        levels = draw.integer(0, 2)
        rows, columns = draw.integer(1, 2), draw.integer(1, 2)
        shape = (rows << levels, columns << levels)
        image = draw.array("int64", shape, 0, 4).astype(np.float64)
        return {"image": image, "levels": levels}

    @workload(sizes=(256, 512, 1024), operations=lambda size: 2 * 85 * size**2 // 64)
    def square_images(rng, size):
        """A square image of that side, with four levels."""
        return {"image": rng.random((size, size), dtype=np.float32), "levels": 4}


def rebuilt(pyramid, up):
    """A reconstruction by another operation for u."""
    *details, image = pyramid
    for detail in reversed(details):
        image = detail + up(image)
    return image


def random_pyramid(rng, height, width, levels):
    """Arrays of the right shapes; details have any mean here, as a generator may make them."""
    shapes = [(height >> k, width >> k) for k in range(levels + 1)]
    return [rng.normal(0.5, 1, shape) for shape in shapes]


@task("reconstruct_pyramid(pyramid: list[float[H, W]]) -> float[H, W]")
class ReconstructPyramid:
    """
    The image of a Laplacian pyramid: the exact inverse of laplacian_pyramid.

    pyramid is h₀, h₁, ..., and at last the coarsest image, each half as high and half as wide as
    the one before. From the coarsest on, Iₖ = hₖ + u(Iₖ₊₁), where u repeats each pixel as a
    2 × 2 block; the answer is I₀. A pyramid of one array holds the image itself. The arrays may
    hold any numbers, as a generator makes them.
    """

    reference = solutions.reconstruct_pyramid

    def size_of_sum(pyramid):
        return float(sum(np.abs(level).max() for level in pyramid))

    rule = close(scale=size_of_sum)

    @check(points=1)
    def pyramids_of_images(rng):
        """The pyramids of photographs and random images."""
        for name, levels in (("camera", 3), ("coins", 2)):
            image = patch(name, 64, 48)
            pyramid = solutions.laplacian_pyramid(image, levels)
            yield case(f"{name}, levels {levels}", pyramid=pyramid)
        image = rng.normal(0.5, 1, (8, 20))
        yield case("8 × 20, levels 2", pyramid=solutions.laplacian_pyramid(image, 2))

    @check(points=2)
    def any_pyramid(rng):
        """Arrays that belong to no image yet, no halving, one pixel, other memory layouts."""
        for height, width, levels in ((8, 12, 2), (6, 4, 1), (16, 8, 3)):
            pyramid = random_pyramid(rng, height, width, levels)
            yield case(f"{height} × {width}, levels {levels}", pyramid=pyramid)
        yield case("one array", pyramid=random_pyramid(rng, 3, 5, 0))
        yield case("from one pixel", pyramid=random_pyramid(rng, 8, 8, 3))
        turned = [level.T for level in random_pyramid(rng, 12, 8, 2)]
        yield case("transposed", pyramid=turned)
        views = [read_only(np.repeat(level, 2, axis=1)[::-1, ::2]) for level in turned]
        yield case("read-only, with strides", pyramid=views)

    @misconception
    def subtracted(pyramid):
        """
        The details are subtracted; they are to be added.

        Right is Iₖ = hₖ + u(Iₖ₊₁); you compute u(Iₖ₊₁) − hₖ.
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (3, 1; 3, 1).
        """
        *details, image = pyramid
        for detail in reversed(details):
            image = doubled(image) - detail
        return image

    @misconception
    def coarse_subtracted(pyramid):
        """
        The coarse image is subtracted; it is to be added.

        Right is Iₖ = hₖ + u(Iₖ₊₁); you compute hₖ − u(Iₖ₊₁), the direction of taking apart.
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (−3, −1; −3, −1).
        """
        *details, image = pyramid
        for detail in reversed(details):
            image = detail - doubled(image)
        return image

    @misconception
    def coarsest_left_out(pyramid):
        """
        The coarsest image is left out: the details alone are added up.

        Right is to begin with the last array of the pyramid.
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (−1, 1; −1, 1).
        """
        *details, coarsest = pyramid
        return solutions.reconstruct_pyramid([*details, 0 * coarsest])

    @misconception
    def details_left_out(pyramid):
        """
        The details are left out: this is the coarsest image, enlarged.

        Right is to add hₖ after each doubling.
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (2, 2; 2, 2).
        """
        image = pyramid[-1]
        for _ in pyramid[1:]:
            image = doubled(image)
        return image

    @misconception
    def finest_detail_left_out(pyramid):
        """
        The finest details, the first array, are left out.

        h₀ is the last one to be added. Does the loop end one step too early?
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (2, 2; 2, 2).
        """
        if len(pyramid) == 1:
            return pyramid[0]
        return solutions.reconstruct_pyramid([0 * pyramid[0], *pyramid[1:]])

    @misconception
    def bed_of_nails(pyramid):
        """
        u puts each pixel into a corner of its block and zeros beside it; it is to repeat it.

        Right is the same value in all four places, as in `np.kron(image, np.ones((2, 2)))`.
        Example: the pixel 2 becomes (2, 2; 2, 2); yours becomes (2, 0; 0, 0).
        """
        return rebuilt(pyramid, nailed)

    @misconception
    def linear_interpolation(pyramid):
        """
        u interpolates between the pixels; it is to repeat each pixel as a 2 × 2 block.

        That is the default of most functions that resize images; ask for nearest neighbours.
        Example: the row (0, 4) becomes (0, 0, 4, 4); yours becomes (0, 1, 3, 4).
        """
        return rebuilt(pyramid, interpolated)

    @misconception
    def quarter_in_every_pixel(pyramid):
        """
        u spreads each pixel over its block, a quarter in each place; it is to repeat it.

        d takes a mean, not a sum: a block of four equal pixels has their value.
        Example: the pixel 2 becomes (2, 2; 2, 2); yours becomes (0.5, 0.5; 0.5, 0.5).
        """
        return rebuilt(pyramid, lambda image: doubled(image) / 4)

    @misconception
    def tiled_image(pyramid):
        """
        u repeats the whole image; it is to repeat each pixel.

        `np.tile` sets copies side by side. Right is `np.repeat` along both axes, or `np.kron`.
        Example: the row (1, 2) becomes two rows (1, 1, 2, 2); yours become (1, 2, 1, 2).
        """
        return rebuilt(pyramid, lambda image: np.tile(image, (2, 2)))

    @misconception
    def coarsest_image_for_every_level(pyramid):
        """
        Every detail is added to the enlarged coarsest image alone; they build on each other.

        Right is I₀ = h₀ + u(I₁) with I₁ = h₁ + u(I₂) and so on; you compute h₀ + u(u(I₂)), and h₁
        is lost.
        Example: with h₁ = 1 everywhere, the image is brighter by 1; yours does not change.
        """
        if len(pyramid) == 1:
            return pyramid[0]
        finest, *middle, coarsest = pyramid
        zeros = [0 * level for level in middle]
        return solutions.reconstruct_pyramid([finest, *zeros, coarsest])

    @misconception
    def cut_to_grey_levels(pyramid):
        """
        The values are cut to 0..255; they may be any numbers.

        Right is Iₖ = hₖ + u(Iₖ₊₁) as it is: the image may be negative or scaled to −1..1.
        Example: the details (−3, 3; −3, 3) and the pixel 2 make (−1, 5; −1, 5); you return
        (0, 5; 0, 5).
        """
        return np.clip(solutions.reconstruct_pyramid(pyramid), 0, 255)

    @misconception
    def cut_to_one(pyramid):
        """
        The values are cut to 0..1; they may be any numbers.

        Right is Iₖ = hₖ + u(Iₖ₊₁) as it is: the image may have the levels 0 to 255.
        Example: the details (−1, 1; −1, 1) and the pixel 2 make (1, 3; 1, 3); you return
        (1, 1; 1, 1).
        """
        return np.clip(solutions.reconstruct_pyramid(pyramid), 0, 1)

    @counterexamples
    def small_pyramids(draw):
        levels = draw.integer(0, 2)
        rows, columns = draw.integer(1, 2), draw.integer(1, 2)
        shapes = [(rows << k, columns << k) for k in range(levels, -1, -1)]
        arrays = [draw.array("int64", shape, -2, 2).astype(np.float64) for shape in shapes]
        return {"pyramid": arrays}

    @workload(sizes=(256, 512, 1024), operations=lambda size: 85 * size**2 // 64)
    def square_pyramids(rng, size):
        """The pyramid of a square image of that side, with four levels."""
        sides = [size >> k for k in range(5)]
        return {"pyramid": [rng.random((side, side), dtype=np.float32) for side in sides]}

    @illustration
    def pictures(expected, yours, pyramid):
        for k, detail in enumerate(pyramid[:-1]):
            yield drawing(f"Details h{k}, around grey", np.clip(128 + detail, 0, 255))
        yield drawing("Coarsest image", np.clip(pyramid[-1], 0, 255))
        yield drawing("Expected", np.clip(expected, 0, 255))
        yield drawing("Yours", np.clip(np.nan_to_num(yours), 0, 255))
