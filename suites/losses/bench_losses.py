"""
Losses: activations, losses, divergences and metrics.

Small functions that every network is trained and judged by. In an array of shape (N, K) every
row is one example of a batch and every column a class. `log` is the natural logarithm. Whether a
loss is a mean or a sum, and over what, is part of the definition: read it with care. Answers are
compared up to rounding; single precision is enough.
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
    reference,
    task,
    workload,
)

solutions = reference(__file__)


# Inputs that several tasks share


def on_grid(rng, low, high, *shape):
    """Random multiples of 1/64 in low..high: float32 holds them and their differences exactly."""
    return rng.integers(round(64 * low), round(64 * high), shape, endpoint=True) / 64


def halves_of_a_series(rng, length):
    """Random halves from −1 to 1.5 in float32: a million errors add up exactly in any order."""
    return rng.integers(-2, 4, length, dtype=np.int8) * np.float32(0.5)


def random_rows(rng, rows, classes, least=0.06):
    """Rows of probabilities, none below `least`, so that 1e-7 more or less is no mistake."""
    return least + (1 - classes * least) * rng.dirichlet(np.ones(classes), rows)


def one_hot(rng, rows, classes):
    """Rows with a 1 at a random class and 0 elsewhere."""
    return np.eye(classes)[rng.integers(classes, size=rows)]


def with_zeros(rng, rows, classes):
    """Probabilities and soft targets that are both 0 at one random class of each row."""
    places = rng.integers(classes, size=rows)
    present = np.arange(classes) != places[:, np.newaxis]
    probabilities, targets = (present * random_rows(rng, rows, classes) for _ in range(2))
    return (
        probabilities / probabilities.sum(axis=1, keepdims=True),
        targets / targets.sum(axis=1, keepdims=True),
    )


def laid_out(values):
    """The same numbers read-only, reversed (negative strides) and strided."""
    read_only = values.copy()
    read_only.flags.writeable = False
    yield "a read-only array", read_only
    yield "a reversed array (negative strides)", values[::-1]
    yield "every second element", values[::2]


def few_rows(draw, rows, classes):
    """
    Small probabilities and targets to shrink.

    The first two classes have a probability above 0; a third may have none where it has no target.
    """
    targets = draw.array("int64", (rows, classes), 0, 2)
    targets[:, 0] += targets.sum(axis=1) == 0
    counts = draw.array("int64", (rows, classes), 0, 3)
    counts = np.maximum(counts, (targets > 0) | (np.arange(classes) < 2))
    return (
        counts / counts.sum(axis=1, keepdims=True),
        targets / targets.sum(axis=1, keepdims=True),
    )


def few_shares(draw, length):
    """A small distribution to shrink, zeros included."""
    counts = draw.array("int64", (length,), 0, 3)
    counts[0] += counts.sum() == 0
    return counts / counts.sum()


def halves(draw, *shape):
    """A small array of multiples of one half to shrink."""
    return draw.array("int64", shape, -6, 6) / 2


@task("relu(x: float[N]) -> float[N]")
class Relu:
    """
    The rectified linear unit of every number: itself where it is positive, 0 where it is not.

    f(x) = max(0, x)

    For x = −2, 0, 3 it is 0, 0, 3.
    """

    reference = solutions.relu

    @check(points=1)
    def signs(rng):
        """Negative numbers, zero and positive numbers, mixed and alone."""
        mixed = np.array([-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
        yield case("both signs and zero", x=rng.permutation(mixed))
        yield case("only positive numbers", x=on_grid(rng, 0.25, 4, 7))
        yield case("only negative numbers", x=on_grid(rng, -4, -0.25, 7))
        yield case("one negative number", x=np.array([-2.5]))
        yield case("one positive number", x=np.array([2.5]))

    @check(points=1)
    def random_values(rng):
        """Numbers of any size, in several memory layouts."""
        values = np.append(rng.uniform(-10, 10, 40), [-9.5, 9.5])
        yield case("between -10 and 10", x=values)
        yield case("up to a million", x=rng.uniform(-1e6, 1e6, 15))
        yield case("down to a millionth", x=rng.uniform(-1e-6, 1e-6, 15))
        for label, x in laid_out(rng.normal(size=21)):
            yield case(label, x=x)

    @misconception
    def leaky(x):
        """
        Negative numbers keep a hundredth of their value; that is the leaky ReLU.

        Right is f(x) = max(0, x), which is 0 for every x < 0; you compute 0.01·x there.
        Example: f(−2) = 0;
        you return −0.02.
        """
        return np.where(x > 0, x, 0.01 * x)

    @misconception
    def absolute_value(x):
        """
        Negative numbers come out positive.

        Right is f(x) = max(0, x), which is 0 for every x < 0; you compute |x|.
        Example: f(−2) = 0;
        you return 2.
        """
        return np.abs(x)

    @misconception
    def negative_part(x):
        """
        The negative numbers are kept and the positive ones removed.

        Right is f(x) = max(0, x); you compute min(0, x).
        Example: f(−2) = 0 and f(3) = 3;
        you return −2 and 0.
        """
        return np.minimum(x, 0.0)

    @misconception
    def step(x):
        """
        Positive numbers become 1; that is the step function, ReLU's derivative.

        Right is f(x) = max(0, x): a positive number stays what it is.
        Example: f(3) = 3;
        you return 1.
        """
        return np.where(x > 0, 1.0, 0.0)

    @misconception
    def clipped_at_1(x):
        """
        Numbers above 1 are cut to 1.

        Right is f(x) = max(0, x), which has no upper end; you clip to 0..1.
        Example: f(3) = 3;
        you return 1.
        """
        return np.clip(x, 0.0, 1.0)

    @misconception
    def clipped_at_6(x):
        """
        Numbers above 6 are cut to 6; that is ReLU6.

        Right is f(x) = max(0, x), which has no upper end; you compute min(max(0, x), 6).
        Example: f(8) = 8;
        you return 6.
        """
        return np.clip(x, 0.0, 6.0)

    @misconception
    def softplus(x):
        """
        The corner at 0 is rounded off; that is softplus, a smooth relative of ReLU.

        Right is f(x) = max(0, x); you compute log(1 + eˣ).
        Example: f(0) = 0;
        you return 0.693.
        """
        return np.logaddexp(0.0, x)

    @misconception
    def negative_left_out(x):
        """
        The negative numbers are removed from the array; they should become 0.

        Right has as many numbers as x; `x[x > 0]` is shorter.
        Example: f(−2, 3) = (0, 3);
        you return (3).
        """
        return x[x > 0]

    @counterexamples
    def few_numbers(draw):
        return {"x": draw.array("int64", ((1, 4),), -9, 9) / 1.0}

    @workload(sizes=(10_000, 100_000, 1_000_000), operations=lambda size: size)
    def normal_numbers(rng, size):
        """That many numbers of either sign."""
        return {"x": rng.standard_normal(size, dtype=np.float32)}


@task("leaky_relu(x: float[N], alpha: float) -> float[N]")
class LeakyRelu:
    """
    Every number as it is where it is positive, and multiplied by alpha where it is negative.

    f(x) = x for x > 0, and α·x otherwise, with 0 ≤ α < 1

    For α = 0.2 and x = −2, 0, 3 it is −0.4, 0, 3.
    """

    reference = solutions.leaky_relu

    @check(points=1)
    def small_examples(rng):
        """Both signs, with slopes from 0 to nearly 1."""
        mixed = np.array([-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0])
        for alpha in (0.25, 0.2, 0.01, 0.875, 0.0):
            yield case(f"alpha {alpha}", x=rng.permutation(mixed), alpha=alpha)

    @check(points=1)
    def random_values(rng):
        """Numbers of any size and sign, in several memory layouts."""
        for _ in range(2):
            alpha = int(rng.integers(8, 28)) / 32
            yield case(f"alpha {alpha}", x=rng.uniform(-10, 10, 40), alpha=alpha)
        yield case("only negative numbers", x=on_grid(rng, -4, -0.25, 9), alpha=0.375)
        yield case("one positive number", x=np.array([2.5]), alpha=0.375)
        for label, x in laid_out(rng.normal(size=21)):
            yield case(label, x=x, alpha=0.125)

    @misconception
    def alpha_on_positive_side(x, alpha):
        """
        The positive numbers are multiplied by alpha; the negative ones should be.

        Right is f(x) = x for x > 0 and α·x otherwise; you have it the other way round.
        Example: for α = 0.2, f(−2) = −0.4 and f(3) = 3;
        you return −2 and 0.6.
        """
        return np.where(x > 0, alpha * x, x)

    @misconception
    def alpha_on_both_sides(x, alpha):
        """
        All numbers are multiplied by alpha; the positive ones should stay what they are.

        Right is f(x) = x for x > 0 and α·x otherwise; you compute α·x throughout.
        Example: for α = 0.2, f(3) = 3;
        you return 0.6.
        """
        return alpha * x

    @misconception
    def no_leak(x, alpha):
        """
        Negative numbers become 0; that is the plain ReLU.

        Right is α·x for x < 0; alpha has no effect in yours.
        Example: for α = 0.2, f(−2) = −0.4;
        you return 0.
        """
        return np.maximum(x, 0.0)

    @misconception
    def slope_of_a_hundredth(x, alpha):
        """
        The slope is always 0.01; it should be alpha.

        0.01 is the default of a library (PyTorch's `negative_slope`): pass alpha on to it.
        Example: for α = 0.2, f(−2) = −0.4;
        you return −0.02.
        """
        return np.where(x > 0, x, 0.01 * x)

    @misconception
    def slope_of_a_fifth(x, alpha):
        """
        The slope is always 0.2; it should be alpha.

        0.2 is the default of a library (TensorFlow's `leaky_relu`): pass alpha on to it.
        Example: for α = 0.5, f(−2) = −1;
        you return −0.4.
        """
        return np.where(x > 0, x, 0.2 * x)

    @misconception
    def constant_below_zero(x, alpha):
        """
        Negative numbers become −alpha, whatever they are.

        Right is α·x for x < 0, which is a slope; you return the constant −α.
        Example: for α = 0.2, f(−2) = −0.4;
        you return −0.2.
        """
        return np.where(x > 0, x, -alpha * (x < 0))

    @misconception
    def exponential(x, alpha):
        """
        Negative numbers follow an exponential; that is the ELU.

        Right is α·x for x < 0; you compute α·(eˣ − 1).
        Example: for α = 0.2, f(−2) = −0.4;
        you return −0.173.
        """
        return np.where(x > 0, x, alpha * np.expm1(x))

    @misconception
    def folded_up(x, alpha):
        """
        Negative numbers come out positive.

        Right is α·x for x < 0, which is negative; you compute α·|x|.
        Example: for α = 0.2, f(−2) = −0.4;
        you return 0.4.
        """
        return np.where(x > 0, x, alpha * np.abs(x))

    @misconception
    def divided_by_alpha(x, alpha):
        """
        Negative numbers are divided by alpha; they should be multiplied by it.

        Right is α·x for x < 0; you compute x / α.
        Example: for α = 0.2, f(−2) = −0.4;
        you return −10.
        """
        return np.where(x > 0, x, np.divide(x, alpha))

    @misconception
    def one_minus_alpha(x, alpha):
        """
        Negative numbers keep the share 1 − alpha; they should keep the share alpha.

        Right is α·x for x < 0; you compute x − α·x.
        Example: for α = 0.25, f(−2) = −0.5;
        you return −1.5.
        """
        return np.where(x > 0, x, x - alpha * x)

    @counterexamples
    def few_numbers(draw):
        x = draw.array("int64", ((1, 4),), -9, 9) / 1.0
        return {"x": x, "alpha": draw.choice([0.25, 0.5, 0.75, 0.0])}

    @workload(sizes=(10_000, 100_000, 1_000_000))
    def normal_numbers(rng, size):
        """That many numbers of either sign."""
        return {"x": rng.standard_normal(size, dtype=np.float32), "alpha": 0.25}


@task("minmax_normalize(pixels: float[H, W], low: float, high: float) -> float[H, W]")
class MinmaxNormalize:
    """
    Pixels moved from the scale low..high to the scale 0..1.

    f(p, min, max) = (p − min) / (max − min)

    `low` and `high` are the least and the greatest value that a pixel of this kind can have (0 and
    255 for an ordinary picture), not those of the darkest and the brightest pixel in this picture.
    A pixel outside of the scale is not cut off: it comes out below 0 or above 1. low < high.

    On the scale 16..236 the pixel 71 becomes (71 − 16) / 220 = 0.25.
    """

    reference = solutions.minmax_normalize

    @check(points=1)
    def ordinary_pictures(rng):
        """Pictures on the scale 0..255 that do not reach its ends, or consist of one colour."""
        pixels = rng.integers(20, 230, (6, 9)) / 1.0
        yield case("no black, no white", pixels=pixels, low=0.0, high=255.0)
        yield case("a single colour", pixels=np.full((3, 4), 51.0), low=0.0, high=255.0)
        yield case("one pixel", pixels=np.full((1, 1), 204.0), low=0.0, high=255.0)

    @check(points=2)
    def other_scales(rng):
        """Scales that start above and below 0, pixels outside of them, transposed pictures."""
        pixels = rng.integers(0, 256, (5, 8)) / 1.0
        pixels[0, :2] = 2, 251
        yield case("video levels, 16 to 235", pixels=pixels, low=16.0, high=235.0)
        yield case("-1 to 1", pixels=on_grid(rng, -0.75, 0.75, 7, 4), low=-1.0, high=1.0)
        sixteen_bits = rng.integers(300, 60_000, (4, 6)) / 1.0
        yield case("0 to 65535", pixels=sixteen_bits, low=0.0, high=65535.0)
        yield case("-40 to 10", pixels=on_grid(rng, -50, 20, 5, 5), low=-40.0, high=10.0)
        transposed = rng.integers(0, 256, (8, 5)).T / 1.0
        yield case("a transposed picture", pixels=transposed, low=32.0, high=160.0)
        upside_down = (rng.integers(0, 256, (5, 7)) / 1.0)[::-1, ::2]
        upside_down.flags.writeable = False
        yield case("a read-only view", pixels=upside_down, low=8.0, high=200.0)

    @misconception
    def divided_by_high(pixels, low, high):
        """
        The pixels are divided by the maximum of the scale; its minimum is not looked at.

        Right is (p − min) / (max − min); you compute p / max.
        Example: on the scale 16..236 the pixel 71 becomes 55 / 220 = 0.25;
        you return 71 / 236 = 0.301.
        """
        return pixels / high

    @misconception
    def shifted_and_divided_by_high(pixels, low, high):
        """
        The minimum is subtracted above the fraction line, but not below it.

        Right is (p − min) / (max − min); you compute (p − min) / max.
        Example: on the scale 16..236 the pixel 71 becomes 55 / 220 = 0.25;
        you return 55 / 236 = 0.233.
        """
        return (pixels - low) / high

    @misconception
    def minimum_not_subtracted(pixels, low, high):
        """
        The minimum is subtracted below the fraction line, but not above it.

        Right is (p − min) / (max − min); you compute p / (max − min).
        Example: on the scale 16..236 the pixel 71 becomes 55 / 220 = 0.25;
        you return 71 / 220 = 0.323.
        """
        return pixels / (high - low)

    @misconception
    def parentheses_missing(pixels, low, high):
        """
        Parentheses are missing: the division is done before the subtractions.

        Right is (p − min) / (max − min); `p - low / high - low` is p − (min / max) − min.
        Example: on the scale 16..236 the pixel 71 becomes 55 / 220 = 0.25;
        you return 54.9.
        """
        return pixels - low / high - low

    @misconception
    def divided_by_brightest_pixel(pixels, low, high):
        """
        The pixels are divided by the brightest one among them.

        Right is (p − min) / (max − min) with the ends of the scale, `low` and `high`; you compute
        p / pixels.max().
        Example: on the scale 0..200 the pixels 50 and 100 become 0.25 and 0.5;
        you return 0.5 and 1.
        """
        return pixels / pixels.max()

    @misconception
    def shifted_and_divided_by_brightest(pixels, low, high):
        """
        The darkest pixel is subtracted, and then the brightest one divided by.

        Right is (p − min) / (max − min) with the ends of the scale, `low` and `high`; you compute
        (p − pixels.min()) / pixels.max().
        Example: on the scale 0..200 the pixels 50 and 100 become 0.25 and 0.5;
        you return 0 and 0.5.
        """
        return (pixels - pixels.min()) / pixels.max()

    @misconception
    def own_extremes(pixels, low, high):
        """
        The picture's own darkest and brightest pixels are taken for the ends of the scale.

        Right is (p − min) / (max − min) with `low` and `high`: then the same pixel means the same
        in every picture. You use pixels.min() and pixels.max().
        Example: on the scale 0..200 the pixels 50 and 100 become 0.25 and 0.5;
        you return 0 and 1.
        """
        return (pixels - pixels.min()) / (pixels.max() - pixels.min())

    @misconception
    def clipped(pixels, low, high):
        """
        Pixels outside of the scale are cut off at 0 and 1; the formula does not do that.

        Right is (p − min) / (max − min) for every p.
        Example: on the scale 16..236 the pixel 5 becomes −11 / 220 = −0.05;
        you return 0.
        """
        return np.clip((pixels - low) / (high - low), 0.0, 1.0)

    @misconception
    def always_255(pixels, low, high):
        """
        The pixels are divided by 255, whatever the scale.

        Right is (p − min) / (max − min) with the arguments `low` and `high`.
        Example: on the scale 0..200 the pixel 50 becomes 0.25;
        you return 50 / 255 = 0.196.
        """
        return pixels / 255

    @misconception
    def to_minus_one_and_one(pixels, low, high):
        """
        The result runs from −1 to 1; it should run from 0 to 1.

        Right is (p − min) / (max − min); you compute 2·(p − min) / (max − min) − 1.
        Example: on the scale 0..200 the pixel 50 becomes 0.25;
        you return −0.5.
        """
        return 2 * (pixels - low) / (high - low) - 1

    @misconception
    def inverted(pixels, low, high):
        """
        Black and white are exchanged.

        Right is (p − min) / (max − min); you compute (max − p) / (max − min).
        Example: on the scale 0..200 the pixel 50 becomes 0.25;
        you return 0.75.
        """
        return (high - pixels) / (high - low)

    @misconception
    def standardised(pixels, low, high):
        """
        The pixels are brought to mean 0 and deviation 1; that is another normalisation.

        Right is (p − min) / (max − min); you compute (p − mean) / std.
        Example: on the scale 0..200 the pixels 50 and 100 become 0.25 and 0.5;
        you return −1 and 1.
        """
        return (pixels - pixels.mean()) / pixels.std()

    @misconception
    def whole_numbers(pixels, low, high):
        """
        The division drops the fraction: `//` instead of `/`.

        Right is (p − min) / (max − min), a number with a fraction.
        Example: on the scale 0..200 the pixel 50 becomes 0.25;
        you return 0.
        """
        return (pixels - low) // (high - low)

    @counterexamples
    def small_pictures(draw):
        pixels = draw.array("int64", ((1, 2), (1, 3)), 0, 9) / 1.0
        low = draw.integer(-2, 3)
        return {"pixels": pixels, "low": float(low), "high": float(low + draw.choice([4, 2, 8]))}

    @workload(sizes=(128, 512, 1024), operations=lambda size: 2 * size**2)
    def noise(rng, size):
        """A square picture of that side."""
        pixels = rng.random((size, size), dtype=np.float32)
        return {"pixels": pixels, "low": -0.5, "high": 1.5}

    @illustration
    def pictures(expected, yours, pixels, low, high):
        def grey(values):
            return 255 * np.clip(np.nan_to_num(values), 0, 1)

        yield drawing("Expected", grey(expected))
        yield drawing("Yours", grey(yours))


@task("neuron(x: float[n], w: float[n], bias: float) -> float")
class Neuron:
    """
    What a neuron hands to its activation function: the weighted sum of its inputs plus the bias.

    NET = Σ wᵢ·xᵢ + w₀, where w₀ is the bias

    For x = (1, 2), w = (3, −4) and the bias 0.5 it is 3 − 8 + 0.5 = −4.5. (The course text prints
    Σ wᵢ + xᵢ + w₀; the weights multiply.)
    """

    reference = solutions.neuron

    def size_of_terms(x, w, bias):
        return np.abs(w * x).sum() + abs(bias)

    rule = close(scale=size_of_terms)

    @check(points=1)
    def small_examples(rng):
        """Whole numbers that can be checked by hand, and a neuron with one input."""
        yield case("two inputs", x=np.array([1.0, 2.0]), w=np.array([3.0, -4.0]), bias=0.5)
        x, w = (rng.integers(1, 6, 3) / 1.0 for _ in range(2))
        yield case("three positive inputs", x=x, w=w, bias=-2.0)
        yield case("one input", x=np.array([5.0]), w=np.array([0.25]), bias=3.0)
        yield case("no signal", x=np.zeros(4), w=rng.integers(1, 6, 4) / 1.0, bias=-1.5)
        yield case("no bias", x=rng.integers(2, 6, 4) / 1.0, w=np.array([1.0, 2, 3, 4]), bias=0.0)

    @check(points=1)
    def random_neurons(rng):
        """Random weights and inputs of both signs, also as views with strides."""
        for n in (7, 30, 200):
            x, w = on_grid(rng, -2, 2, n), on_grid(rng, -2, 2, n)
            yield case(f"{n} inputs", x=x, w=w, bias=float(on_grid(rng, 1, 3)))
        x, w = on_grid(rng, 0.5, 2, 11), on_grid(rng, -2, -0.5, 11)
        yield case("a negative sum", x=x[::-1], w=np.repeat(w, 2)[::2], bias=1.25)

    @misconception
    def weights_added(x, w, bias):
        """
        The weights are added to the inputs; they should multiply them.

        Right is Σ wᵢ·xᵢ + w₀. The course text prints Σ wᵢ + xᵢ + w₀, which lets no weight decide
        how much its input counts.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: 3 − 8 + 0.5 = −4.5;
        you return (3 + 1) + (−4 + 2) + 0.5 = 2.5.
        """
        return float(np.sum(w + x) + bias)

    @misconception
    def bias_left_out(x, w, bias):
        """
        The bias is missing.

        Right is Σ wᵢ·xᵢ + w₀; you compute Σ wᵢ·xᵢ.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −5.
        """
        return float(w @ x)

    @misconception
    def bias_subtracted(x, w, bias):
        """
        The bias is subtracted like a threshold; it should be added.

        Right is Σ wᵢ·xᵢ + w₀; you compute Σ wᵢ·xᵢ − w₀.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −5.5.
        """
        return float(w @ x - bias)

    @misconception
    def bias_in_every_term(x, w, bias):
        """
        The bias is added once for every input; it should be added once.

        Right is (Σ wᵢ·xᵢ) + w₀; you compute Σ (wᵢ·xᵢ + w₀).
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −4.
        """
        return float(np.sum(w * x + bias))

    @misconception
    def bias_as_factor(x, w, bias):
        """
        The sum is multiplied by the bias; the bias should be added.

        Right is Σ wᵢ·xᵢ + w₀; you compute w₀·Σ wᵢ·xᵢ.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −2.5.
        """
        return float(bias * (w @ x))

    @misconception
    def mean_of_products(x, w, bias):
        """
        The products are averaged; they should be added up.

        Right is Σ wᵢ·xᵢ + w₀; you divide the sum by n.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −5 / 2 + 0.5 = −2.
        """
        return float(np.mean(w * x) + bias)

    @misconception
    def sums_multiplied(x, w, bias):
        """
        The sums are multiplied; the products should be summed.

        Right is Σ wᵢ·xᵢ + w₀; you compute (Σ wᵢ)·(Σ xᵢ) + w₀.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return −1 · 3 + 0.5 = −2.5.
        """
        return float(w.sum() * x.sum() + bias)

    @misconception
    def rectified(x, w, bias):
        """
        The result has already gone through ReLU.

        Right is NET itself, Σ wᵢ·xᵢ + w₀, before any activation; yours is never negative.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return 0.
        """
        return float(max(w @ x + bias, 0.0))

    @misconception
    def squashed(x, w, bias):
        """
        The result has already gone through the sigmoid.

        Right is NET itself, Σ wᵢ·xᵢ + w₀, before any activation; yours lies between 0 and 1.
        Example: for x = (1, 2), w = (3, −4), bias 0.5: −4.5;
        you return 0.0110.
        """
        return float(1 / (1 + np.exp(-(w @ x + bias))))

    @counterexamples
    def few_inputs(draw):
        n = draw.integer(1, 3)
        return {"x": halves(draw, n), "w": halves(draw, n), "bias": draw.integer(-4, 4) / 2}

    @workload(sizes=(10_000, 100_000, 1_000_000), operations=lambda size: 2 * size)
    def many_inputs(rng, size):
        """A neuron with that many inputs."""
        x, w = (rng.standard_normal(size, dtype=np.float32) for _ in range(2))
        return {"x": x, "w": w, "bias": 0.5}


@task("softmax(scores: float[N, K]) -> float[N, K]")
class Softmax:
    """
    Probabilities of the K classes from their scores, for every row of a batch.

    P[n, k] = exp(s[n, k]) / Σⱼ exp(s[n, j])

    Every row sums to 1. The scores reach from −1000 to 1000, where exp overflows or is 0: the
    answer must be right there too. Subtracting the same number from all scores of a row does not
    change its probabilities; choose it so that exp is harmless.

    The scores (log 1, log 2, log 5) have the probabilities (1/8, 2/8, 5/8).
    """

    reference = solutions.softmax

    @check(points=1)
    def small_examples(rng):
        """Scores whose probabilities are known."""
        yield case(
            "log 1, log 2, log 5 and log 3, log 3, log 2", scores=np.log([[1, 2, 5], [3, 3, 2]])
        )
        yield case("whole numbers", scores=rng.permuted([[0.0, 1, 3, -2], [4, 2, -1, 3]], axis=1))
        yield case("equal scores", scores=np.repeat([[0.0], [2.0], [-3.0]], 4, axis=1))

    @check(points=1)
    def random_scores(rng):
        """Batches of several shapes and memory layouts."""
        yield case("4 rows, 6 classes", scores=on_grid(rng, -3, 3, 4, 6))
        yield case("one row", scores=on_grid(rng, -3, 3, 1, 5))
        yield case("two classes", scores=on_grid(rng, -3, 3, 7, 2))
        yield case("one class", scores=on_grid(rng, -3, 3, 3, 1))
        yield case("a transposed array", scores=on_grid(rng, -3, 3, 5, 3).T)
        for label, scores in laid_out(on_grid(rng, -3, 3, 6, 3)):
            yield case(label, scores=scores)

    @check(points=2)
    def large_scores(rng):
        """Scores near ±1000, all together and in different rows."""
        near = on_grid(rng, -2, 2, 4, 5)
        yield case(
            "rows near 1000 and -1000", scores=near + np.array([[1000], [-1000], [0], [990]])
        )
        yield case("near 1000", scores=1000 + on_grid(rng, -2, 2, 3, 4))
        yield case("near -1000", scores=-1000 + on_grid(rng, -2, 2, 3, 4))
        ends = np.array(
            [[1000.0, -1000, 0, 999], [-1000, -1000, 0, -999], [1000, 1000, 1000, 1000]]
        )
        yield case("from -1000 to 1000 in a row", scores=rng.permuted(ends, axis=1))

    @misconception
    def whole_array(scores):
        """
        All rows together sum to 1; every row should.

        Right divides each row by its own sum: `sum(axis=1, keepdims=True)`. You divide by the sum
        of the whole array.
        Example: the rows (0, 0) and (0, 0) become 1/2 throughout;
        you return 1/4.
        """
        return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()

    @misconception
    def over_the_batch(scores):
        """
        The columns sum to 1: the examples of the batch compete, not the classes.

        Right normalises over K, axis 1; you normalise over N, axis 0.
        Example: the rows (0, 0), (0, 0), (0, 0) become 1/2 throughout;
        you return 1/3.
        """
        return solutions.softmax(scores.T).T

    @misconception
    def overflow(scores):
        """
        exp overflows for large scores and is 0 for all scores of a very low row.

        exp(1000) is inf, and inf / inf is nan; exp(−1000) is 0, and 0 / 0 is nan. Right is the
        same formula after the row's largest score has been subtracted from the row.
        Example: the row (1000, 1000) becomes (1/2, 1/2);
        you return (nan, nan).
        """
        exponentials = np.exp(scores)
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    @misconception
    def maximum_of_the_array(scores):
        """
        The largest score of the whole batch is subtracted, which leaves nothing of a low row.

        Right is to subtract each row's own maximum, `scores.max(axis=1, keepdims=True)`. With the
        largest of all, every exp in a row far below it is 0, and 0 / 0 is nan.
        Example: the rows (1000, 1000) and (0, 0) become 1/2 throughout;
        you return nan in the second row.
        """
        exponentials = np.exp(scores - scores.max())
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    @misconception
    def clipped_scores(scores):
        """
        Large scores are cut off so that exp does not overflow; their differences are lost.

        Right is to subtract the row's largest score from the row; you clip to −500..500.
        Example: the row (1000, 998) becomes (0.881, 0.119);
        you return (0.5, 0.5).
        """
        return solutions.softmax(np.clip(scores, -500, 500))

    @misconception
    def not_normalised(scores):
        """
        The division by the row's sum is missing.

        Right is exp(s) / Σ exp(s); you return exp(s − max s).
        Example: the row (0, 0) becomes (1/2, 1/2);
        you return (1, 1).
        """
        return np.exp(scores - scores.max(axis=1, keepdims=True))

    @misconception
    def logarithm_of_it(scores):
        """
        These are logarithms of the probabilities.

        Right is exp(s) / Σ exp(s); you return s − log Σ exp(s).
        Example: the row (0, 0) becomes (1/2, 1/2);
        you return (−0.693, −0.693).
        """
        shifted = scores - scores.max(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    @misconception
    def sigmoid(scores):
        """
        Every score goes through the sigmoid by itself; the classes do not compete.

        Right is exp(s) / Σ exp(s), whose rows sum to 1; you compute 1 / (1 + exp(−s)).
        Example: the row (0, 0, 0) becomes (1/3, 1/3, 1/3);
        you return (1/2, 1/2, 1/2).
        """
        return 1 / (1 + np.exp(-scores))

    @misconception
    def base_2(scores):
        """
        The base is 2; it should be e.

        Right is exp(s) / Σ exp(s); you compute 2ˢ / Σ 2ˢ.
        Example: the row (1, 0) becomes (0.731, 0.269);
        you return (0.667, 0.333).
        """
        return solutions.softmax(scores * np.log(2))

    @misconception
    def share_of_the_sum(scores):
        """
        The scores are divided by their sum; the exponential is missing.

        Right is exp(s) / Σ exp(s); you compute s / Σ s.
        Example: the row (1, 0) becomes (0.731, 0.269);
        you return (1, 0).
        """
        return scores / scores.sum(axis=1, keepdims=True)

    @misconception
    def hard_maximum(scores):
        """
        The largest score gets 1 and all others 0.

        Right is exp(s) / Σ exp(s), a soft maximum; yours is the hard one.
        Example: the row (1, 0) becomes (0.731, 0.269);
        you return (1, 0).
        """
        return np.eye(scores.shape[1])[scores.argmax(axis=1)]

    @misconception
    def sign_exchanged(scores):
        """
        The lowest score gets the highest probability.

        Right is exp(s) / Σ exp(s); you compute exp(−s) / Σ exp(−s).
        Example: the row (1, 0) becomes (0.731, 0.269);
        you return (0.269, 0.731).
        """
        return solutions.softmax(-scores)

    @counterexamples
    def few_scores(draw):
        scores = draw.array("int64", ((1, 3), (1, 3)), -2, 2)
        return {"scores": scores * draw.choice([1.0, 500.0])}

    @workload(sizes=(100, 1_000, 10_000), operations=lambda size: 3 * 64 * size)
    def batches(rng, size):
        """That many rows of 64 classes."""
        return {"scores": rng.standard_normal((size, 64), dtype=np.float32)}


def with_one_true_class(rng, rows, classes):
    """Random probabilities and one-hot targets, as a case's inputs."""
    return {
        "probabilities": random_rows(rng, rows, classes),
        "targets": one_hot(rng, rows, classes),
    }


def averaged_loss(terms):
    """Minus the sum of each row's terms y·log p, averaged over the rows."""
    return float(-terms.sum(axis=1).mean())


@task("categorical_cross_entropy(probabilities: float[N, K], targets: float[N, K]) -> float")
class CategoricalCrossEntropy:
    """
    The cross-entropy between targets and predicted probabilities, averaged over the batch.

    loss = 1/N · Σₙ (−Σₖ y[n, k]·log p[n, k])

    It is a sum over the K classes and a mean over the N examples, in natural logarithms. The
    targets y are one-hot or soft (any row of shares that sums to 1). A target of 0 adds 0, even
    where its probability is 0. Where a target is above 0, so is its probability.

    For p = (1/2, 1/2), (1/4, 3/4) and y = (1, 0), (1, 0) it is (log 2 + log 4) / 2 = 1.04.
    """

    reference = solutions.categorical_cross_entropy

    def size_of_terms(probabilities, targets):
        # The last digit of p moves log p by as much, however small log p is.
        return 1 + solutions.categorical_cross_entropy(probabilities, targets)

    rule = close(scale=size_of_terms)

    @check(points=1)
    def small_examples(rng):
        """Probabilities that are powers of one half, where the answer is a multiple of log 2."""
        yield case(
            "two rows, three classes",
            probabilities=np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]),
            targets=np.array([[1.0, 0, 0], [0, 0, 1]]),
        )
        yield case(
            "one row",
            probabilities=np.array([[0.125, 0.25, 0.5, 0.125]]),
            targets=np.array([[0, 1.0, 0, 0]]),
        )
        yield case(
            "soft targets",
            probabilities=np.array([[0.25, 0.75], [0.5, 0.5], [0.375, 0.625]]),
            targets=np.array([[0.5, 0.5], [0.25, 0.75], [1, 0]]),
        )

    @check(points=1)
    def one_hot_targets(rng):
        """Random predictions for one true class each."""
        for rows, classes in ((6, 4), (3, 7), (1, 5), (40, 3)):
            yield case(f"{rows} by {classes}", **with_one_true_class(rng, rows, classes))

    @check(points=1)
    def soft_targets(rng):
        """Targets that share out among the classes, in several memory layouts."""
        for rows, classes in ((5, 4), (1, 6)):
            probabilities, targets = (random_rows(rng, rows, classes) for _ in range(2))
            yield case(f"{rows} by {classes}", probabilities=probabilities, targets=targets)
        probabilities, targets = (random_rows(rng, 8, 3) for _ in range(2))
        for array in (probabilities, targets):
            array.flags.writeable = False
        yield case(
            "every second row, reversed", probabilities=probabilities[::-2], targets=targets[::-2]
        )
        columns = (np.asfortranarray(random_rows(rng, 4, 5)) for _ in range(2))
        yield case("Fortran order", probabilities=next(columns), targets=next(columns))

    @check(points=1)
    def zero_probabilities(rng):
        """Classes with probability 0 and target 0, which add nothing."""
        for rows, classes in ((5, 4), (3, 6), (1, 3)):
            probabilities, targets = with_zeros(rng, rows, classes)
            yield case(f"{rows} by {classes}", probabilities=probabilities, targets=targets)
        yield case(
            "one-hot",
            probabilities=np.array([[0.25, 0.75, 0.0], [0.0, 0.5, 0.5]]),
            targets=np.array([[1.0, 0, 0], [0, 1, 0]]),
        )

    @misconception
    def sum_over_batch(probabilities, targets):
        """
        The losses of the examples are added up; they should be averaged.

        Right divides by N, so that the loss does not grow with the batch.
        Example: for two examples with the losses 1 and 3 it is 2;
        you return 4.
        """
        return solutions.categorical_cross_entropy(probabilities, targets) * len(targets)

    @misconception
    def mean_over_classes_too(probabilities, targets):
        """
        The mean is taken over N·K numbers; it should be taken over the N examples.

        Right adds up over the classes and averages over the batch: `.sum(axis=1).mean()`. A plain
        `.mean()` divides by K as well.
        Example: for p = (1/2, 1/2) and y = (1, 0) it is log 2 = 0.693;
        you return 0.347.
        """
        return solutions.categorical_cross_entropy(probabilities, targets) / targets.shape[1]

    @misconception
    def base_2(probabilities, targets):
        """
        The logarithm has the base 2: these are bits, not nats.

        Right is the natural logarithm, `np.log`.
        Example: for p = (1/2, 1/2) and y = (1, 0) it is log 2 = 0.693;
        you return 1.
        """
        return solutions.categorical_cross_entropy(probabilities, targets) / np.log(2)

    @misconception
    def base_10(probabilities, targets):
        """
        The logarithm has the base 10.

        Right is the natural logarithm, `np.log`.
        Example: for p = (1/2, 1/2) and y = (1, 0) it is log 2 = 0.693;
        you return 0.301.
        """
        return solutions.categorical_cross_entropy(probabilities, targets) / np.log(10)

    @misconception
    def arguments_exchanged(probabilities, targets):
        """
        Probabilities and targets are exchanged: the logarithm is taken of the targets.

        Right is −Σ y·log p; you compute −Σ p·log y, which is infinite for every one-hot target.
        Example: for p = (1/2, 1/2) and y = (1/4, 3/4) it is 0.693;
        you return 0.837.
        """
        return solutions.categorical_cross_entropy(targets, probabilities)

    @misconception
    def sign_missing(probabilities, targets):
        """
        The minus sign is missing: the loss is negative, and best where it is largest.

        Right is −Σ y·log p.
        Example: for p = (1/2, 1/2) and y = (1, 0) it is 0.693;
        you return −0.693.
        """
        return -solutions.categorical_cross_entropy(probabilities, targets)

    @misconception
    def zero_times_log_zero(probabilities, targets):
        """
        Where a probability and its target are 0, 0 · log 0 makes the whole loss nan.

        Right adds 0 there. In floats 0 · (−inf) is nan: take the logarithm only where the target
        is above 0, or keep p away from 0.
        Example: for p = (1/2, 1/2, 0) and y = (1, 0, 0) it is 0.693;
        you return nan.
        """
        return averaged_loss(targets * np.log(probabilities))

    @misconception
    def binary(probabilities, targets):
        """
        The terms (1 − y)·log(1 − p) are added; they belong to the two-class cross-entropy.

        Right is −Σ y·log p: in a softmax the other classes are in p already.
        Example: for p = (1/2, 1/2) and y = (1, 0) it is 0.693;
        you return 1.386.
        """
        present = np.where(targets > 0, probabilities, 1.0)
        return averaged_loss(targets * np.log(present) + (1 - targets) * np.log(1 - probabilities))

    @misconception
    def softmax_applied(probabilities, targets):
        """
        The probabilities go through softmax once more, as if they were scores.

        Right takes the logarithm of p itself. PyTorch's `cross_entropy` and Keras with
        `from_logits=True` expect scores, not probabilities.
        Example: for p = (1/2, 1/2, 0) and y = (1, 0, 0) it is 0.693;
        you return 0.958.
        """
        return averaged_loss(targets * np.log(solutions.softmax(probabilities)))

    @misconception
    def largest_target_only(probabilities, targets):
        """
        Only the class with the largest target counts; soft targets are made hard.

        Right is −Σ y·log p over all classes; you compute −log p at argmax y.
        Example: for p = (1/2, 1/2) and y = (3/4, 1/4) it is 0.693, and so is yours;
        for p = (1/4, 3/4) it is 1.11, and you return 1.39.
        """
        rows = np.arange(len(targets))
        return float(-np.log(probabilities[rows, targets.argmax(axis=1)]).mean())

    @misconception
    def logarithm_of_the_sum(probabilities, targets):
        """
        The logarithm is taken after the sum over the classes.

        Right is −Σ y·log p; you compute −log Σ y·p, which is the same for one-hot targets only.
        Example: for p = (1/4, 3/4) and y = (1/2, 1/2) it is 0.837;
        you return 0.693.
        """
        return float(-np.log((targets * probabilities).sum(axis=1)).mean())

    @misconception
    def logarithm_of_the_mean(probabilities, targets):
        """
        The logarithm is taken after the mean over the batch.

        Right averages −log p over the examples; you take −log of the averaged p.
        Example: two true classes with p = 1/4 and 3/4 give (1.386 + 0.288) / 2 = 0.837;
        you return −log 1/2 = 0.693.
        """
        return float(-np.log((targets * probabilities).sum(axis=1).mean()))

    @misconception
    def divergence(probabilities, targets):
        """
        The targets' own entropy is subtracted: this is the KL divergence.

        Right is −Σ y·log p; you compute Σ y·log(y / p), which is the same for one-hot targets
        only.
        Example: for p = (1/4, 3/4) and y = (1/2, 1/2) it is 0.837;
        you return 0.144.
        """
        cross_entropy = solutions.categorical_cross_entropy(probabilities, targets)
        return cross_entropy - solutions.categorical_cross_entropy(targets, targets)

    @counterexamples
    def few_predictions(draw):
        probabilities, targets = few_rows(draw, draw.integer(1, 2), draw.integer(2, 3))
        return {"probabilities": probabilities, "targets": targets}

    @workload(sizes=(100, 1_000, 10_000), operations=lambda size: 3 * 32 * size)
    def batches(rng, size):
        """That many rows of 32 classes with one-hot targets."""
        weights = rng.random((size, 32), dtype=np.float32) + np.float32(0.1)
        targets = np.eye(32, dtype=np.float32)[rng.integers(32, size=size)]
        return {"probabilities": weights / weights.sum(axis=1, keepdims=True), "targets": targets}


def sigmoid(logits):
    """As students write it."""
    return 1 / (1 + np.exp(-logits))


@task("sigmoid_cross_entropy_with_logits(logits: float[N], labels: float[N]) -> float[N]")
class SigmoidCrossEntropyWithLogits:
    """
    The cross-entropy of a two-class decision from its logit, element by element.

    loss = −y·log σ(l) − (1 − y)·log(1 − σ(l)), with σ(l) = 1 / (1 + exp(−l))

    One loss for every logit, no mean. Labels y lie in 0..1 and need not be 0 or 1. The formula is
    right on paper only: rewrite it so that the answer is right at l = ±1000, where exp overflows.

    For l = 0 it is log 2 whatever y is; for l = 1000 it is 0 with y = 1 and 1000 with y = 0.
    """

    reference = solutions.sigmoid_cross_entropy_with_logits

    def size_of_terms(logits, labels):
        return np.logaddexp(0, np.abs(logits)).max()

    rule = close(scale=size_of_terms)

    @check(points=1)
    def moderate_logits(rng):
        """Logits between -2 and 2 with labels 0 and 1."""
        logits = np.array([-2.0, -2, -1, 0, 0, 1, 2, 2])
        labels = np.array([1.0, 0, 1, 0, 1, 0, 0, 1])
        yield case("whole numbers", logits=logits, labels=labels)
        logits, labels = on_grid(rng, -2, 2, 20), rng.permutation(np.arange(20) % 2) / 1.0
        yield case("random logits", logits=logits, labels=labels)
        yield case("one logit", logits=np.array([-1.5]), labels=np.array([1.0]))
        yield case("views with strides", logits=logits[::-3], labels=labels[::-3])

    @check(points=1)
    def soft_labels(rng):
        """Labels between 0 and 1."""
        for n in (12, 30, 1):
            logits, labels = on_grid(rng, -2, 2, n), rng.integers(1, 8, n) / 8
            yield case(f"{n} logits", logits=logits, labels=labels)

    @check(points=2)
    def huge_logits(rng):
        """Logits of ±1000: losses of 0, of 1000 and between."""
        logits = np.array([1000.0, 1000, 1000, -1000, -1000, -1000, 2, -750])
        labels = np.array([0.0, 1, 0.25, 0, 1, 0.5, 1, 1])
        order = rng.permutation(8)
        yield case("some", logits=logits[order], labels=labels[order])
        yield case("one", logits=np.array([-1000.0]), labels=np.array([1.0]))
        yield case(
            "right answers", logits=np.array([1000.0, -1000.0]), labels=np.array([1.0, 0.0])
        )

    @check(points=1)
    def large_logits(rng):
        """Logits of ±15 to ±800, right and wrong ones."""
        for size in (15, 20, 30, 40, 100, 800):
            logits = size + on_grid(rng, -0.5, 0.5, 4)
            for words, labels in (("right", np.ones(4)), ("wrong", np.zeros(4))):
                yield case(f"{words}, near {size}", logits=logits, labels=labels)
                yield case(f"{words}, near -{size}", logits=-logits, labels=1 - labels)

    @misconception
    def overflow(logits, labels):
        """
        The formula is computed as it stands, and breaks down for large logits.

        At l = 1000, σ(l) is exactly 1 in floats: log(1 − σ(l)) is −inf, and times 0 it is nan.
        Right is a form that takes exp of no positive number: max(l, 0) − l·y + log(1 + exp(−|l|)).
        Example: for l = 1000 and y = 1 the loss is 0;
        you return nan.
        """
        p = sigmoid(logits)
        return -labels * np.log(p) - (1 - labels) * np.log(1 - p)

    @misconception
    def exponential_overflows(logits, labels):
        """
        exp(l) overflows for large logits.

        You compute log(1 + exp(l)) − l·y, which is right on paper; exp(1000) is inf. Right is
        max(l, 0) − l·y + log(1 + exp(−|l|)).
        Example: for l = 1000 and y = 1 the loss is 0;
        you return inf.
        """
        return np.log(1 + np.exp(logits)) - logits * labels

    @misconception
    def clipped_probabilities(logits, labels):
        """
        The probabilities are kept away from 0 and 1, which bounds the loss at about 16.

        With σ(l) cut to 1e−7..1 − 1e−7, no loss exceeds −log 1e−7 and none falls below 1e−7. Right
        uses the logit itself: max(l, 0) − l·y + log(1 + exp(−|l|)).
        Example: for l = 1000 and y = 0 the loss is 1000;
        you return 16.1.
        """
        p = np.clip(sigmoid(logits), 1e-7, 1 - 1e-7)
        return -labels * np.log(p) - (1 - labels) * np.log(1 - p)

    @misconception
    def logarithm_cut_at_100(logits, labels):
        """
        The logarithms are cut at −100, as PyTorch's `binary_cross_entropy` does.

        σ(1000) rounds to 1, log(1 − 1) is −inf, and −100 is made of it. Right is a function that
        takes logits: `binary_cross_entropy_with_logits`.
        Example: for l = 1000 and y = 0 the loss is 1000;
        you return 100.
        """
        p = sigmoid(logits)
        yes, no = np.maximum(np.log(p), -100), np.maximum(np.log(1 - p), -100)
        return -labels * yes - (1 - labels) * no

    @misconception
    def labels_inverted(logits, labels):
        """
        The labels are exchanged: y and 1 − y have changed places.

        Right is −y·log σ(l) − (1 − y)·log(1 − σ(l)).
        Example: for l = 2 and y = 1 the loss is 0.127;
        you return 2.127.
        """
        return solutions.sigmoid_cross_entropy_with_logits(logits, 1 - labels)

    @misconception
    def product_added(logits, labels):
        """
        The sign of l·y is wrong.

        Right is max(l, 0) − l·y + log(1 + exp(−|l|)); you add l·y.
        Example: for l = 2 and y = 1 the loss is 0.127;
        you return 4.127.
        """
        losses = solutions.sigmoid_cross_entropy_with_logits(logits, labels)
        return losses + 2 * logits * labels

    @misconception
    def labels_of_minus_one_and_one(logits, labels):
        """
        This formula is for labels −1 and 1; here they are 0 and 1.

        log(1 + exp(−l·y)) is the loss for y = ±1. With y = 0 it is log 2 whatever the logit is.
        Example: for l = 2 and y = 0 the loss is 2.127;
        you return 0.693.
        """
        return np.logaddexp(0, -logits * labels)

    @misconception
    def mean_taken(logits, labels):
        """
        The mean of the losses is returned; asked for is the loss of each logit.

        Right is one loss for each logit, without a mean.
        Example: for the logits 2 and 0 with labels 1 and 1 it is (0.127, 0.693);
        you return 0.410.
        """
        return float(solutions.sigmoid_cross_entropy_with_logits(logits, labels).mean())

    @misconception
    def label_1_only(logits, labels):
        """
        The term of the label 0 is missing: a false alarm costs nothing.

        Right is −y·log σ(l) − (1 − y)·log(1 − σ(l)); you compute its first half.
        Example: for l = 2 and y = 0 the loss is 2.127;
        you return 0.
        """
        return labels * np.logaddexp(0, -logits)

    @misconception
    def sign_missing(logits, labels):
        """
        The minus sign is missing: these are log-likelihoods, none of them positive.

        Right is −y·log σ(l) − (1 − y)·log(1 − σ(l)).
        Example: for l = 2 and y = 1 the loss is 0.127;
        you return −0.127.
        """
        return -solutions.sigmoid_cross_entropy_with_logits(logits, labels)

    @misconception
    def sigmoid_twice(logits, labels):
        """
        The logits go through the sigmoid before they are taken for logits.

        σ(l) is a probability; a function "with logits" applies σ itself.
        Example: for l = 2 and y = 1 the loss is 0.127;
        you return 0.347.
        """
        return solutions.sigmoid_cross_entropy_with_logits(sigmoid(logits), labels)

    @misconception
    def base_2(logits, labels):
        """
        The logarithm has the base 2: these are bits, not nats.

        Right is the natural logarithm.
        Example: for l = 0 the loss is log 2 = 0.693;
        you return 1.
        """
        return solutions.sigmoid_cross_entropy_with_logits(logits, labels) / np.log(2)

    @counterexamples
    def few_logits(draw):
        n = draw.integer(1, 3)
        logits = draw.array("int64", (n,), -4, 4) * draw.choice([1.0, 10.0, 250.0])
        return {"logits": logits, "labels": draw.array("int64", (n,), 0, 2) / 2}

    @workload(sizes=(10_000, 100_000, 500_000))
    def many_logits(rng, size):
        """That many logits with labels 0 and 1."""
        logits = 3 * rng.standard_normal(size, dtype=np.float32)
        return {"logits": logits, "labels": rng.integers(0, 2, size).astype(np.float32)}


def predictions(rng, rows, classes, alpha, beta):
    """Random classes and boxes with one-hot targets, as a case's inputs."""
    targets = on_grid(rng, 4, 20, rows, 4)
    return {
        "class_probabilities": random_rows(rng, rows, classes),
        "class_targets": one_hot(rng, rows, classes),
        "boxes": targets + on_grid(rng, 0.25, 1.5, rows, 4) * rng.choice([-1, 1], (rows, 4)),
        "box_targets": targets,
        "alpha": alpha,
        "beta": beta,
    }


def squared_error_per_box(boxes, box_targets):
    """The part of the loss that β multiplies."""
    return float(((boxes - box_targets) ** 2).sum() / len(boxes))


@task(
    "localization_loss(class_probabilities: float[N, K], class_targets: float[N, K], "
    "boxes: float[N, 4], box_targets: float[N, 4], alpha: float, beta: float) -> float"
)
class LocalizationLoss:
    """
    The loss of a network that names an object and says where it is, averaged over the batch.

    loss = 1/N · Σₙ (−α·Σₖ y[n, k]·log p[n, k] + β·Σⱼ (s[n, j] − t[n, j])²)

    p are the class probabilities and y their targets, as in `categorical_cross_entropy`: a target
    of 0 adds 0 even where p is 0. s and t are the boxes and their targets, four numbers each; the
    squared errors of the four are added up, and only the N examples are averaged. α and β weigh
    the two parts and may be 0.

    For one example with p = (1/2, 1/2), y = (1, 0), s = (0, 0, 2, 2), t = (0, 1, 2, 4), α = 2 and
    β = 0.5 it is 2·log 2 + 0.5·(1 + 4) = 3.89.
    """

    reference = solutions.localization_loss

    def size_of_terms(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        cross_entropy = solutions.categorical_cross_entropy(class_probabilities, class_targets)
        return alpha * (1 + cross_entropy) + beta * squared_error_per_box(boxes, box_targets)

    rule = close(scale=size_of_terms)

    @check(points=1)
    def small_examples(rng):
        """The example of the text, and two rows of powers of one half."""
        yield case(
            "the example of the text",
            class_probabilities=np.array([[0.5, 0.5]]),
            class_targets=np.array([[1.0, 0.0]]),
            boxes=np.array([[0.0, 0, 2, 2]]),
            box_targets=np.array([[0.0, 1, 2, 4]]),
            alpha=2.0,
            beta=0.5,
        )
        yield case(
            "two examples",
            class_probabilities=np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]),
            class_targets=np.array([[0.0, 1, 0], [0, 0, 1]]),
            boxes=np.array([[1.0, 2, 3, 5], [2, 2, 6, 4]]),
            box_targets=np.array([[1.5, 2, 3, 4], [2, 3, 5, 4]]),
            alpha=0.5,
            beta=3.0,
        )

    @check(points=2)
    def random_batches(rng):
        """Both parts with different weights, and each of them alone."""
        for rows, classes, alpha, beta in (
            (5, 3, 1.5, 0.25),
            (3, 6, 0.75, 1.25),
            (1, 4, 3.0, 0.5),
            (6, 3, 2.5, 0.0),
            (4, 5, 0.0, 0.375),
            (20, 2, 1.0, 1.0),
        ):
            inputs = predictions(rng, rows, classes, alpha, beta)
            yield case(f"{rows} by {classes}, alpha {alpha:g}, beta {beta:g}", **inputs)

    @check(points=1)
    def zeros_and_soft_targets(rng):
        """Soft class targets; probabilities of 0 whose target is 0."""
        for rows, classes in ((4, 3), (3, 5), (1, 4)):
            probabilities, targets = with_zeros(rng, rows, classes)
            inputs = predictions(rng, rows, classes, 1.5, 0.25)
            inputs |= {"class_probabilities": probabilities, "class_targets": targets}
            yield case(f"{rows} by {classes}", **inputs)

    @misconception
    def box_error_averaged(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The squared error is averaged over the four numbers of a box; it should be their sum.

        Right is Σⱼ (s − t)² over j = 1..4; `.mean()` divides by 4·N, right is to divide by N.
        Example: for s − t = (0, −1, 0, −2), α = 0 and β = 1 it is 5;
        you return 1.25.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha, beta / 4
        )

    @misconception
    def weights_exchanged(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        α and β are exchanged.

        Right is α times the cross-entropy plus β times the squared error.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 10.5.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, beta, alpha
        )

    @misconception
    def alpha_left_out(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The weight α is left out.

        Right is α times the cross-entropy plus β times the squared error; your cross-entropy
        always has the weight 1.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 3.5.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, 1.0, beta
        )

    @misconception
    def beta_left_out(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The weight β is left out.

        Right is α times the cross-entropy plus β times the squared error; your squared error
        always has the weight 1.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 7.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha, 1.0
        )

    @misconception
    def no_weights(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        Both weights are left out.

        Right is α times the cross-entropy plus β times the squared error; you add the two as they
        are.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 6.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, 1.0, 1.0
        )

    @misconception
    def classes_only(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The boxes are left out.

        Right is α times the cross-entropy plus β times the squared error; you return the first
        part.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 2.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha, 0.0
        )

    @misconception
    def boxes_only(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The classes are left out.

        Right is α times the cross-entropy plus β times the squared error; you return the second
        part.
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 2.5.
        """
        return beta * squared_error_per_box(boxes, box_targets)

    @misconception
    def sum_over_batch(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The losses of the examples are added up; they should be averaged.

        Right divides both parts by N.
        Example: for two examples with the losses 1 and 3 it is 2;
        you return 4.
        """
        return len(boxes) * solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha, beta
        )

    @misconception
    def boxes_summed_over_batch(
        class_probabilities, class_targets, boxes, box_targets, alpha, beta
    ):
        """
        Only the cross-entropy is averaged over the batch; the squared errors are added up.

        Right divides both parts by N: otherwise the boxes weigh more in a larger batch.
        Example: for two examples with α = 0, β = 1 and the squared errors 1 and 3 it is 2;
        you return 4.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha, beta * len(boxes)
        )

    @misconception
    def cross_entropy_averaged_over_classes(
        class_probabilities, class_targets, boxes, box_targets, alpha, beta
    ):
        """
        The cross-entropy is averaged over the classes; it should be their sum.

        Right is Σₖ y·log p over the K classes; `.mean()` divides by N·K, right is to divide by N.
        Example: for p = (1/2, 1/2), y = (1, 0), α = 1 and β = 0 it is 0.693;
        you return 0.347.
        """
        return solutions.localization_loss(
            class_probabilities,
            class_targets,
            boxes,
            box_targets,
            alpha / class_targets.shape[1],
            beta,
        )

    @misconception
    def sign_of_cross_entropy(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The minus sign of the cross-entropy is missing: better classes make the loss larger.

        Right is −α·Σ y·log p + β·Σ (s − t)².
        Example: for a cross-entropy of 1 and a squared error of 5, α = 2 and β = 0.5 it is 4.5;
        you return 0.5.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, -alpha, beta
        )

    @misconception
    def absolute_box_error(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The box errors are taken as they are, not squared.

        Right is Σⱼ (s − t)²; you compute Σⱼ |s − t|.
        Example: for s − t = (0, −1, 0, −2), α = 0 and β = 1 it is 5;
        you return 3.
        """
        cross_entropy = solutions.categorical_cross_entropy(class_probabilities, class_targets)
        error = np.abs(boxes - box_targets).sum() / len(boxes)
        return float(alpha * cross_entropy + beta * error)

    @misconception
    def root_of_box_error(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The root of each box's squared error is taken: it should stay squared.

        Right is Σⱼ (s − t)²; you compute √(Σⱼ (s − t)²), the distance.
        Example: for s − t = (0, −1, 0, −2), α = 0 and β = 1 it is 5;
        you return 2.236.
        """
        cross_entropy = solutions.categorical_cross_entropy(class_probabilities, class_targets)
        distances = np.sqrt(((boxes - box_targets) ** 2).sum(axis=1))
        return float(alpha * cross_entropy + beta * distances.mean())

    @misconception
    def smooth_box_error(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The box errors go through the smooth L1 loss of Fast R-CNN.

        Right is Σⱼ (s − t)²; you take half the square of an error below 1, and |s − t| − ½ of a
        larger one.
        Example: for s − t = (0, −1, 0, −2), α = 0 and β = 1 it is 5;
        you return 0.5 + 1.5 = 2.
        """
        cross_entropy = solutions.categorical_cross_entropy(class_probabilities, class_targets)
        errors = np.abs(boxes - box_targets)
        smooth = np.where(errors < 1, errors**2 / 2, errors - 0.5)
        return float(alpha * cross_entropy + beta * smooth.sum() / len(boxes))

    @misconception
    def zero_times_log_zero(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        Where a probability and its target are 0, 0 · log 0 makes the whole loss nan.

        Right adds 0 there. In floats 0 · (−inf) is nan: take the logarithm only where the target
        is above 0, or keep p away from 0.
        Example: for p = (1/2, 1/2, 0), y = (1, 0, 0), α = 1 and β = 0 it is 0.693;
        you return nan.
        """
        cross_entropy = averaged_loss(class_targets * np.log(class_probabilities))
        return alpha * cross_entropy + beta * squared_error_per_box(boxes, box_targets)

    @misconception
    def base_2(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
        """
        The logarithm has the base 2: these are bits, not nats.

        Right is the natural logarithm, `np.log`.
        Example: for p = (1/2, 1/2), y = (1, 0), α = 1 and β = 0 it is 0.693;
        you return 1.
        """
        return solutions.localization_loss(
            class_probabilities, class_targets, boxes, box_targets, alpha / np.log(2), beta
        )

    @counterexamples
    def few_predictions(draw):
        rows, classes = draw.integer(1, 2), draw.integer(2, 3)
        probabilities, targets = few_rows(draw, rows, classes)
        return {
            "class_probabilities": probabilities,
            "class_targets": targets,
            "boxes": draw.array("int64", (rows, 4), 0, 3) / 1.0,
            "box_targets": draw.array("int64", (rows, 4), 0, 3) / 1.0,
            "alpha": draw.choice([2.0, 0.5, 1.0]),
            "beta": draw.choice([3.0, 1.5, 1.0]),
        }

    @workload(sizes=(100, 1_000, 10_000))
    def batches(rng, size):
        """That many examples of 32 classes."""
        weights = rng.random((size, 32), dtype=np.float32) + np.float32(0.1)
        return {
            "class_probabilities": weights / weights.sum(axis=1, keepdims=True),
            "class_targets": np.eye(32, dtype=np.float32)[rng.integers(32, size=size)],
            "boxes": rng.random((size, 4), dtype=np.float32),
            "box_targets": rng.random((size, 4), dtype=np.float32),
            "alpha": 0.5,
            "beta": 2.0,
        }


def errors_of_one_sign(rng, n):
    """Two series of n numbers, the first of them always the larger one."""
    below = on_grid(rng, -4, 4, n)
    return below + on_grid(rng, 0.25, 2, n), below


def far_apart(rng, n):
    """Two series of n numbers that differ everywhere, in both directions."""
    one = on_grid(rng, -4, 4, n)
    return one, one + on_grid(rng, 0.25, 2, n) * np.resize([1, 1, -1], n)


@task("mean_squared_error(prediction: float[N], target: float[N]) -> float")
class MeanSquaredError:
    """
    The mean of the squared errors.

    MSE = 1/N · Σₙ (prediction[n] − target[n])²

    For the errors 1, −2 and 4 it is (1 + 4 + 16) / 3 = 7.
    """

    reference = solutions.mean_squared_error

    @check(points=1)
    def small_examples(rng):
        """Whole numbers that can be checked by hand, errors that cancel, and no error at all."""
        target = np.array([-1.0, 3.0, -2.0])
        yield case("errors 1, -2 and 4", prediction=np.array([0.0, 1.0, 2.0]), target=target)
        yield case("errors 3 and -3", prediction=np.array([5.0, 1.0]), target=np.array([2.0, 4.0]))
        yield case("one number", prediction=np.array([2.5]), target=np.array([4.0]))
        yield case("no error", prediction=target, target=target.copy())

    @check(points=1)
    def random_series(rng):
        """Random numbers, errors of one sign, far from zero, and views with strides."""
        for n in (9, 50):
            prediction, target = far_apart(rng, n)
            yield case(f"{n} numbers", prediction=prediction, target=target)
        prediction, target = errors_of_one_sign(rng, 14)
        yield case("predictions too large", prediction=prediction, target=target)
        yield case("predictions too small", prediction=target, target=prediction)
        yield case("far from zero", prediction=prediction + 300, target=target + 300)
        yield case("views with strides", prediction=prediction[::-2], target=target[::-2])

    @misconception
    def root(prediction, target):
        """
        The root of the mean is taken: that is the RMSE.

        Right is the mean of the squares itself.
        Example: for the errors 1, −2 and 4 it is 7;
        you return √7 = 2.65.
        """
        return float(np.sqrt(np.mean((prediction - target) ** 2)))

    @misconception
    def not_squared(prediction, target):
        """
        The errors are averaged with their signs, so that they cancel.

        Right squares every error first.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 1.
        """
        return float(np.mean(prediction - target))

    @misconception
    def absolute(prediction, target):
        """
        The errors are taken without sign but not squared: that is the mean absolute error.

        Right is the mean of the squares.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 7 / 3 = 2.33.
        """
        return float(np.mean(np.abs(prediction - target)))

    @misconception
    def sum_of_squares(prediction, target):
        """
        The squares are added up; they should be averaged.

        Right divides by N.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 21.
        """
        return float(np.sum((prediction - target) ** 2))

    @misconception
    def half(prediction, target):
        """
        The result is half of the right one.

        ½·(p − t)² is handy for derivatives; the mean squared error has no ½.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 3.5.
        """
        return float(np.mean((prediction - target) ** 2) / 2)

    @misconception
    def squared_mean(prediction, target):
        """
        The mean of the errors is squared; the squares should be averaged.

        Right squares first and averages then; yours is 0 for errors that cancel.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 1.
        """
        return float(np.mean(prediction - target) ** 2)

    @misconception
    def variance_of_errors(prediction, target):
        """
        The mean error is subtracted: this is the variance of the errors.

        Right counts a constant error too; `np.var` does not see it.
        Example: for the errors 1, −2 and 4 it is 7;
        you return 7 − 1² = 6.
        """
        return float(np.var(prediction - target))

    @misconception
    def difference_of_squares(prediction, target):
        """
        The numbers are squared before they are subtracted.

        Right is (prediction − target)²; you compute prediction² − target².
        Example: for prediction 3 and target 1 it is 4;
        you return 8.
        """
        return float(np.mean(prediction**2 - target**2))

    @misconception
    def divided_by_one_less(prediction, target):
        """
        The sum is divided by N − 1; it should be divided by N.

        N − 1 belongs to the estimate of a variance, where the mean comes from the same data.
        Example: for the errors 1, −2 and 4 it is 21 / 3 = 7;
        you return 21 / 2 = 10.5.
        """
        return float(np.divide(np.sum((prediction - target) ** 2), len(target) - 1))

    @counterexamples
    def few_numbers(draw):
        n = draw.integer(1, 3)
        return {"prediction": halves(draw, n), "target": halves(draw, n)}

    @workload(sizes=(10_000, 100_000, 1_000_000), operations=lambda size: 3 * size)
    def long_series(rng, size):
        """Series of that many numbers."""
        prediction, target = (halves_of_a_series(rng, size) for _ in range(2))
        return {"prediction": prediction, "target": target}


@task("mean_absolute_error(forecast: float[P], actual: float[P]) -> float")
class MeanAbsoluteError:
    """
    The mean distance between a forecast and what came.

    E = 1/P · Σₜ |actual[t] − forecast[t]|

    For the errors 1, −2 and 4 it is (1 + 2 + 4) / 3 = 2.33.
    """

    reference = solutions.mean_absolute_error

    @check(points=1)
    def small_examples(rng):
        """Whole numbers that can be checked by hand, errors that cancel, and no error at all."""
        actual = np.array([-1.0, 3.0, -2.0])
        yield case("errors 1, -2 and 4", forecast=np.array([0.0, 1.0, 2.0]), actual=actual)
        yield case("errors 3 and -3", forecast=np.array([5.0, 1.0]), actual=np.array([2.0, 4.0]))
        yield case("one number", forecast=np.array([-2.5]), actual=np.array([4.0]))
        yield case("no error", forecast=actual, actual=actual.copy())

    @check(points=1)
    def random_series(rng):
        """Random numbers, errors of one sign, far from zero, and views with strides."""
        for n in (9, 50):
            forecast, actual = far_apart(rng, n)
            yield case(f"{n} numbers", forecast=forecast, actual=actual)
        forecast, actual = errors_of_one_sign(rng, 14)
        yield case("forecasts too high", forecast=forecast, actual=actual)
        yield case("forecasts too low", forecast=actual, actual=forecast)
        yield case("far from zero", forecast=forecast + 300, actual=actual + 300)
        yield case("views with strides", forecast=forecast[::-2], actual=actual[::-2])

    @misconception
    def signs_kept(forecast, actual):
        """
        The errors are averaged with their signs, so that they cancel.

        Right takes the absolute value of every error first.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 1.
        """
        return float(np.mean(forecast - actual))

    @misconception
    def signs_kept_and_exchanged(forecast, actual):
        """
        The errors actual − forecast are averaged with their signs, so that they cancel.

        Right takes the absolute value of every error first; then its sign does not matter.
        Example: for the errors 1, −2 and 4 of a forecast it is 7 / 3 = 2.33;
        you return −1.
        """
        return float(np.mean(actual - forecast))

    @misconception
    def absolute_mean(forecast, actual):
        """
        The absolute value is taken of the mean; it should be taken of every error.

        Right is the mean of |error|; yours is 0 for errors that cancel.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 1.
        """
        return float(np.abs(np.mean(forecast - actual)))

    @misconception
    def distance_of_sizes(forecast, actual):
        """
        The absolute values are taken before the subtraction.

        Right is |actual − forecast|; you compute the mean of |forecast| − |actual|.
        Example: for forecast −1 and actual 1 it is 2;
        you return 0.
        """
        return float(np.mean(np.abs(forecast) - np.abs(actual)))

    @misconception
    def sum_of_distances(forecast, actual):
        """
        The errors are added up; they should be averaged.

        Right divides by P.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 7.
        """
        return float(np.sum(np.abs(forecast - actual)))

    @misconception
    def squared(forecast, actual):
        """
        The errors are squared: that is the mean squared error.

        Right is the mean of |error|.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 7.
        """
        return float(np.mean((forecast - actual) ** 2))

    @misconception
    def root_of_squares(forecast, actual):
        """
        The root of the mean square is taken: that is the RMSE.

        Right is the mean of |error|; the two agree only where all errors have the same size.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return √7 = 2.65.
        """
        return float(np.sqrt(np.mean((forecast - actual) ** 2)))

    @misconception
    def median(forecast, actual):
        """
        The median of the distances is taken, not the mean.

        Right is 1/P · Σ |error|.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 2.
        """
        return float(np.median(np.abs(forecast - actual)))

    @misconception
    def largest(forecast, actual):
        """
        The largest distance is taken, not the mean.

        Right is 1/P · Σ |error|.
        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 4.
        """
        return float(np.max(np.abs(forecast - actual)))

    @misconception
    def relative(forecast, actual):
        """
        Every error is divided by the actual value: that is the mean relative error (MAPE).

        Right is the mean of |actual − forecast|, in units of the series.
        Example: for forecast 3 and actual 2 it is 1;
        you return 0.5.
        """
        return float(np.mean(np.abs((actual - forecast) / actual)))

    @misconception
    def divided_by_one_less(forecast, actual):
        """
        The sum is divided by P − 1; it should be divided by P.

        Example: for the errors 1, −2 and 4 it is 7 / 3 = 2.33;
        you return 7 / 2 = 3.5.
        """
        return float(np.divide(np.sum(np.abs(forecast - actual)), len(actual) - 1))

    @counterexamples
    def few_numbers(draw):
        n = draw.integer(1, 3)
        return {"forecast": halves(draw, n), "actual": halves(draw, n)}

    @workload(sizes=(10_000, 100_000, 1_000_000), operations=lambda size: 3 * size)
    def long_series(rng, size):
        """Series of that many numbers."""
        forecast, actual = (halves_of_a_series(rng, size) for _ in range(2))
        return {"forecast": forecast, "actual": actual}


def shares(rng, length):
    """A random distribution without small probabilities."""
    (row,) = random_rows(rng, 1, length, least=0.03)
    return row


def in_some_order(rng, *distributions):
    """The same outcomes of several distributions, in a random order."""
    order = rng.permutation(len(distributions[0]))
    return [np.array(distribution)[order] for distribution in distributions]


@task("kl_divergence(p: float[K], q: float[K]) -> float")
class KlDivergence:
    """
    The Kullback–Leibler divergence KL(p ‖ q) of two distributions over K outcomes.

    KL(p ‖ q) = Σₖ p[k]·log(p[k] / q[k])

    It is a sum, in natural logarithms. Where p is 0 nothing is added, whatever q is (0·log 0 = 0).
    Where q is 0 and p is not, the divergence is infinite: return inf.

    For p = (1/2, 1/2) and q = (1/4, 3/4) it is ½·log 2 + ½·log(2/3) = 0.144.
    """

    reference = solutions.kl_divergence

    def size_of_terms(p, q):
        both = (p > 0) & (q > 0)
        return p[both] @ (1 + np.abs(np.log(p[both])) + np.abs(np.log(q[both])))

    rule = close(scale=size_of_terms)

    @check(points=2)
    def positive_distributions(rng):
        """Distributions without zeros, the same one twice, and views with strides."""
        yield case("the example of the text", p=np.array([0.5, 0.5]), q=np.array([0.25, 0.75]))
        for length in (3, 8, 20):
            yield case(f"{length} outcomes", p=shares(rng, length), q=shares(rng, length))
        same = shares(rng, 6)
        yield case("p = q", p=same, q=same.copy())
        yield case(
            "views with strides", p=shares(rng, 9)[::-1], q=np.repeat(shares(rng, 9), 2)[::2]
        )

    @check(points=1)
    def zeros(rng):
        """Outcomes that p, or both, give no probability: the divergence stays finite."""
        p, q = in_some_order(rng, [0.5, 0.25, 0.25, 0], [0.125, 0.25, 0.5, 0.125])
        yield case("zeros in p", p=p, q=q)
        p, q = in_some_order(rng, [0.75, 0.25, 0, 0, 0], [0.25, 0.5, 0.25, 0, 0])
        yield case("zeros in p and in both", p=p, q=q)
        yield case("certainty", p=np.array([0.0, 1, 0]), q=np.array([0.5, 0.25, 0.25]))
        yield case("one outcome", p=np.array([1.0]), q=np.array([1.0]))

    @check(points=1)
    def infinite(rng):
        """Outcomes that q holds impossible and p does not; beside them, finite divergences."""
        p, q = in_some_order(rng, [0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.5, 0])
        yield case("a zero in q", p=p, q=q)
        yield case("the same, exchanged", p=q, q=p)
        p, q = in_some_order(rng, [0.5, 0.5, 0, 0], [0, 0.5, 0.5, 0])
        yield case("zeros in p, in q and in both", p=p, q=q)
        yield case("nothing in common", p=np.array([1.0, 0.0]), q=np.array([0.0, 1.0]))
        yield case("a tiny q", p=np.array([0.5, 0.5]), q=np.array([1.0, 2.0**-20]))

    @misconception
    def reversed_divergence(p, q):
        """
        This is KL(q ‖ p); asked for is KL(p ‖ q), and the two differ.

        Right is Σ p·log(p / q); you compute Σ q·log(q / p).
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.131.
        """
        return solutions.kl_divergence(q, p)

    @misconception
    def base_2(p, q):
        """
        The logarithm has the base 2: these are bits, not nats.

        Right is the natural logarithm, `np.log`.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.208.
        """
        return solutions.kl_divergence(p, q) / np.log(2)

    @misconception
    def symmetrised(p, q):
        """
        Both directions are added up: this is the symmetrised (Jeffreys) divergence.

        Right is KL(p ‖ q) alone; you return KL(p ‖ q) + KL(q ‖ p).
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.275.
        """
        return solutions.kl_divergence(p, q) + solutions.kl_divergence(q, p)

    @misconception
    def mean_of_both_directions(p, q):
        """
        The mean of both directions is taken.

        Right is KL(p ‖ q) alone; you return (KL(p ‖ q) + KL(q ‖ p)) / 2.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.137.
        """
        return (solutions.kl_divergence(p, q) + solutions.kl_divergence(q, p)) / 2

    @misconception
    def jensen_shannon(p, q):
        """
        This is the Jensen–Shannon divergence, which compares both with their mean.

        Right is Σ p·log(p / q), which has no mean in it.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.034.
        """
        mean = (p + q) / 2
        return (solutions.kl_divergence(p, mean) + solutions.kl_divergence(q, mean)) / 2

    @misconception
    def cross_entropy(p, q):
        """
        The entropy of p is not subtracted: this is the cross-entropy.

        Right is Σ p·log(p / q) = −Σ p·log q + Σ p·log p; you return the first sum.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.837.
        """
        return float(-p[p > 0] @ np.log(q[p > 0]))

    @misconception
    def sign_exchanged(p, q):
        """
        The sign is wrong: a divergence is never negative.

        Right is Σ p·log(p / q); you compute Σ p·log(q / p).
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return −0.144.
        """
        return -solutions.kl_divergence(p, q)

    @misconception
    def not_weighted(p, q):
        """
        The logarithms are added up without the weights p.

        Right is Σ p·log(p / q); you compute Σ log(p / q).
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.288.
        """
        return float(np.log(p[p > 0] / q[p > 0]).sum())

    @misconception
    def mean_over_outcomes(p, q):
        """
        The terms are averaged over the K outcomes; they should be added up.

        Right is Σ p·log(p / q); you divide it by K.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return 0.072.
        """
        return solutions.kl_divergence(p, q) / len(p)

    @misconception
    def logarithm_of_q_missing(p, q):
        """
        q is subtracted from log p; it should be log q.

        Right is Σ p·(log p − log q). PyTorch's `kl_div` expects log q as its first argument.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.144;
        you return −1.19.
        """
        return float(p[p > 0] @ (np.log(p[p > 0]) - q[p > 0]))

    @misconception
    def absolute_terms(p, q):
        """
        The terms are added up without their signs.

        Right is Σ p·log(p / q), where outcomes with p < q count negatively.
        Example: for p = (1/2, 1/2) and q = (1/4, 3/4) it is 0.347 − 0.203 = 0.144;
        you return 0.347 + 0.203 = 0.549.
        """
        return float(np.abs(p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())

    @misconception
    def nan_for_zeros(p, q):
        """
        Where p is 0, 0 · log 0 makes the whole divergence nan.

        Right adds 0 there. In floats 0 · (−inf) is nan: sum only where p is above 0.
        Example: for p = (1, 0) and q = (1/2, 1/2) it is log 2 = 0.693;
        you return nan.
        """
        return float(np.sum(p * np.log(p / q)))

    @misconception
    def impossible_outcomes_skipped(p, q):
        """
        Outcomes with q = 0 are skipped; where p is above 0 they make the divergence infinite.

        Right skips only outcomes with p = 0.
        Example: for p = (1/2, 1/2) and q = (1, 0) it is inf;
        you return −0.347.
        """
        both = (p > 0) & (q > 0)
        return float(p[both] @ np.log(p[both] / q[both]))

    @misconception
    def kept_from_zero(p, q):
        """
        q is kept away from 0 by a small number, which makes an infinite divergence finite.

        Right is inf where q is 0 and p is not; with 1e−7 for 0 you get about 16·p instead.
        Example: for p = (1/2, 1/2) and q = (1, 0) it is inf;
        you return 7.37.
        """
        p, q = np.clip(p, 1e-7, 1), np.clip(q, 1e-7, 1)
        return float(np.sum(p * np.log(p / q)))

    @counterexamples
    def few_outcomes(draw):
        length = draw.integer(1, 3)
        return {"p": few_shares(draw, length), "q": few_shares(draw, length)}

    @workload(sizes=(10_000, 100_000, 500_000), operations=lambda size: 4 * size)
    def many_outcomes(rng, size):
        """Distributions over that many outcomes."""
        p, q = (rng.random(size, dtype=np.float32) + np.float32(0.1) for _ in range(2))
        return {"p": p / p.sum(), "q": q / q.sum()}


@task("gaussian_kl(mu: float[N, D], log_variance: float[N, D]) -> float")
class GaussianKl:
    """
    How far Gaussians are from the standard one: their KL divergence, averaged over a batch.

    KL(N(μ, diag σ²) ‖ N(0, I)) = 1/N · Σₙ ½·Σ_d (μ[n, d]² + σ[n, d]² − 1 − log σ[n, d]²)

    It is a sum over the D dimensions and a mean over the N examples. `log_variance` is log σ², the
    logarithm of the variance (not of the deviation σ), and may be far from 0 on both sides.

    For μ = (1, 0) and log σ² = (0, 0) it is 0.5.
    """

    reference = solutions.gaussian_kl

    def size_of_terms(mu, log_variance):
        return (mu**2 + np.exp(log_variance) + 1 + np.abs(log_variance)).sum() / 2 / len(mu)

    rule = close(scale=size_of_terms)

    @check(points=1)
    def small_examples(rng):
        """Whole numbers that can be checked by hand, and the standard Gaussian itself."""
        mu, log_variance = np.array([[1.0, -2, 0]]), np.array([[0.0, 1, -1]])
        yield case("one Gaussian", mu=mu, log_variance=log_variance)
        yield case("other means", mu=np.array([[1.0, 0], [3, 2]]), log_variance=np.zeros((2, 2)))
        yield case(
            "other variances", mu=np.zeros((2, 2)), log_variance=np.array([[2.0, 0], [-1, 1]])
        )
        yield case("standard Gaussians", mu=np.zeros((3, 2)), log_variance=np.zeros((3, 2)))

    @check(points=2)
    def random_batches(rng):
        """Batches of several shapes and memory layouts."""
        for n, d in ((5, 3), (1, 4), (6, 1), (2, 30)):
            mu, log_variance = on_grid(rng, -2, 2, n, d), on_grid(rng, -2, 2, n, d)
            yield case(f"{n} by {d}", mu=mu, log_variance=log_variance)
        mu, log_variance = on_grid(rng, -2, 2, 4, 6).T, on_grid(rng, -2, 2, 12, 4)[::-2]
        mu.flags.writeable = False
        yield case("views with strides", mu=mu, log_variance=log_variance)

    @check(points=1)
    def extreme_variances(rng):
        """Variances close to 0 and very large ones."""
        mu = on_grid(rng, -2, 2, 3, 2)
        for size in (-60, -40, 12, 40):
            log_variance = size + on_grid(rng, -2, 2, 3, 2)
            yield case(f"log variances near {size}", mu=mu, log_variance=log_variance)

    @misconception
    def half_missing(mu, log_variance):
        """
        The factor ½ is missing.

        Right is ½·Σ (μ² + σ² − 1 − log σ²).
        Example: for μ = 1 and log σ² = 0 it is 0.5;
        you return 1.
        """
        return 2 * solutions.gaussian_kl(mu, log_variance)

    @misconception
    def logarithm_of_deviation(mu, log_variance):
        """
        log σ² is taken for log σ.

        The argument is the logarithm of the variance: σ² = exp(log_variance). You compute
        σ² = exp(2·log_variance) and log σ² = 2·log_variance.
        Example: for μ = 0 and log σ² = 1 it is ½·(e − 2) = 0.359;
        you return ½·(e² − 3) = 2.19.
        """
        return solutions.gaussian_kl(mu, 2 * log_variance)

    @misconception
    def variance_itself(mu, log_variance):
        """
        The argument is taken for the variance; it is its logarithm.

        Right is σ² = exp(log_variance); you compute ½·Σ (μ² + v − 1 − log v) with
        v = log_variance.
        Example: for μ = 0 and log σ² = 1 it is ½·(e − 2) = 0.359;
        you return 0.
        """
        return float((mu**2 + log_variance - 1 - np.log(log_variance)).sum() / 2 / len(mu))

    @misconception
    def deviation_for_variance(mu, log_variance):
        """
        σ stands where σ² should.

        Right is μ² + σ² − 1 − log σ² with σ² = exp(log_variance); yours has
        σ = exp(log_variance / 2) in it.
        Example: for μ = 0 and log σ² = 1 it is ½·(e − 2) = 0.359;
        you return ½·(√e − 2) = −0.176.
        """
        terms = mu**2 + np.exp(log_variance / 2) - 1 - log_variance
        return float(terms.sum() / 2 / len(mu))

    @misconception
    def mean_over_dimensions(mu, log_variance):
        """
        The mean is taken over the D dimensions too; they should be added up.

        Right is `.sum(axis=1).mean()`; a plain `.mean()` divides by N·D.
        Example: for μ = (1, 0) and log σ² = (0, 0) it is 0.5;
        you return 0.25.
        """
        return solutions.gaussian_kl(mu, log_variance) / mu.shape[1]

    @misconception
    def sum_over_batch(mu, log_variance):
        """
        The divergences of the examples are added up; they should be averaged.

        Right divides by N.
        Example: for two examples with the divergences 1 and 3 it is 2;
        you return 4.
        """
        return solutions.gaussian_kl(mu, log_variance) * len(mu)

    @misconception
    def mean_over_dimensions_sum_over_batch(mu, log_variance):
        """
        The two axes are exchanged: the mean is over the dimensions and the sum over the batch.

        Right is a sum over D, axis 1, and a mean over N, axis 0.
        Example: for one example with μ = (1, 0) and log σ² = (0, 0) it is 0.5;
        you return 0.25.
        """
        return solutions.gaussian_kl(mu.T, log_variance.T)

    @misconception
    def sign_exchanged(mu, log_variance):
        """
        The sign is wrong: a divergence is never negative.

        −½·Σ (1 + log σ² − μ² − σ²) has a minus sign in front; without it, the signs inside must
        change.
        Example: for μ = 1 and log σ² = 0 it is 0.5;
        you return −0.5.
        """
        return -solutions.gaussian_kl(mu, log_variance)

    @misconception
    def one_not_subtracted(mu, log_variance):
        """
        The −1 is missing: the divergence of the standard Gaussian from itself is not 0.

        Right is ½·Σ (μ² + σ² − 1 − log σ²).
        Example: for μ = 0 and log σ² = 0 it is 0;
        you return 0.5.
        """
        return solutions.gaussian_kl(mu, log_variance) + mu.shape[1] / 2

    @misconception
    def mean_not_squared(mu, log_variance):
        """
        μ is not squared.

        Right is ½·Σ (μ² + σ² − 1 − log σ²); you add μ itself.
        Example: for μ = −2 and log σ² = 0 it is 2;
        you return −1.
        """
        return solutions.gaussian_kl(mu, log_variance) + float((mu - mu**2).sum()) / 2 / len(mu)

    @misconception
    def means_left_out(mu, log_variance):
        """
        The means have no effect.

        Right is ½·Σ (μ² + σ² − 1 − log σ²); your μ² is missing.
        Example: for μ = 1 and log σ² = 0 it is 0.5;
        you return 0.
        """
        return solutions.gaussian_kl(np.zeros_like(mu), log_variance)

    @misconception
    def logarithm_added(mu, log_variance):
        """
        log σ² is added; it should be subtracted.

        Right is ½·Σ (μ² + σ² − 1 − log σ²).
        Example: for μ = 0 and log σ² = 1 it is ½·(e − 2) = 0.359;
        you return ½·e = 1.359.
        """
        return solutions.gaussian_kl(mu, log_variance) + float(log_variance.sum()) / len(mu)

    @misconception
    def reversed_divergence(mu, log_variance):
        """
        This is KL(N(0, I) ‖ N(μ, σ²)), the other direction.

        Right is ½·Σ (μ² + σ² − 1 − log σ²); you compute ½·Σ ((1 + μ²)/σ² − 1 + log σ²).
        Example: for μ = 0 and log σ² = 1 it is ½·(e − 2) = 0.359;
        you return ½/e = 0.184.
        """
        terms = (1 + mu**2) * np.exp(-log_variance) - 1 + log_variance
        return float(terms.sum() / 2 / len(mu))

    @counterexamples
    def few_dimensions(draw):
        shape = (draw.integer(1, 2), draw.integer(1, 2))
        return {"mu": halves(draw, *shape), "log_variance": halves(draw, *shape)}

    @workload(sizes=(100, 1_000, 10_000), operations=lambda size: 6 * 32 * size)
    def batches(rng, size):
        """That many Gaussians in 32 dimensions."""
        mu, log_variance = (rng.standard_normal((size, 32), dtype=np.float32) for _ in range(2))
        return {"mu": mu, "log_variance": log_variance}


def boxes(*corners):
    """Two boxes as a case's inputs."""
    a, b = (np.array(box, dtype=np.float64) for box in corners)
    return {"a": a, "b": b}


def overlapping(rng):
    """Two boxes that overlap by chance, none inside the other; heights and widths differ."""
    top, left = on_grid(rng, 0, 8, 2)
    height, width = on_grid(rng, 3, 5, 1)[0], on_grid(rng, 6, 9, 1)[0]
    down, across = on_grid(rng, 0.5, 2.5, 1)[0], on_grid(rng, -5, -0.5, 1)[0]
    a = top, left, top + height, left + width
    b = top + down, left + across, top + down + height + 0.75, left + across + width - 0.25
    return a, b


def areas(a, b):
    """Overlap of two boxes and the area of each, as the right solution has them."""
    sides = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    return float(sides.prod()), float((a[2:] - a[:2]).prod()), float((b[2:] - b[:2]).prod())


def share(part, whole):
    """The part of the whole; 0 of nothing."""
    return part / whole if whole else 0.0


@task("box_iou(a: float[4], b: float[4]) -> float")
class BoxIou:
    """
    Intersection over union: the area that two boxes share, divided by the area that they cover.

    IoU = |a ∩ b| / |a ∪ b|, with |a ∪ b| = |a| + |b| − |a ∩ b|

    A box is (top, left, bottom, right), with top ≤ bottom and left ≤ right. The coordinates are
    positions, not pixels: the height is bottom − top. Boxes that share no area have the IoU 0,
    also where both boxes are empty.

    For (0, 0, 2, 2) and (1, 1, 3, 3) it is 1 / (4 + 4 − 1) = 1/7.
    """

    reference = solutions.box_iou

    @check(points=2)
    def overlapping_boxes(rng):
        """Boxes that overlap, contain each other, or are the same."""
        a, b = overlapping(rng)
        yield case("a corner in common", **boxes(a, b))
        yield case("the same, exchanged", **boxes(b, a))
        yield case("the example of the text", **boxes((0, 0, 2, 2), (1, 1, 3, 3)))
        yield case("one inside the other", **boxes((1, 2, 9, 8), (3, 3, 5, 7)))
        yield case("a cross", **boxes((3, 0, 5, 10), (0, 4, 8, 7)))
        yield case("the same box", **boxes(a, a))
        yield case("less than 1 in size", **boxes((0, 0.25, 0.5, 0.75), (0.25, 0.125, 0.75, 0.5)))
        yield case("negative coordinates", **boxes((-4, -3, 1, 2), (-2, -5, 3, 1)))

    @check(points=1)
    def disjoint_boxes(rng):
        """Boxes apart from each other in one direction or in both, and boxes that touch."""
        a, b = overlapping(rng)
        yield case("overlapping, for comparison", **boxes(a, b))
        yield case("apart in both directions", **boxes((0, 0, 2, 3), (5, 4, 9, 6)))
        yield case("below and to the left", **boxes((0, 6, 2, 9), (4, 1, 7, 3)))
        yield case("above each other", **boxes((0, 0, 2, 5), (4, 1, 7, 6)))
        yield case("beside each other", **boxes((0, 0, 5, 2), (1, 3, 4, 7)))
        yield case("touching along a side", **boxes((0, 0, 4, 2), (1, 2, 5, 6)))
        yield case("touching at a corner", **boxes((0, 0, 2, 3), (2, 3, 5, 4)))

    @check(points=1)
    def empty_boxes(rng):
        """Boxes without height or width."""
        a, b = overlapping(rng)
        yield case("overlapping, for comparison", **boxes(a, b))
        yield case("one is a point", **boxes((0, 0, 4, 4), (2, 2, 2, 2)))
        yield case("one is a line", **boxes((1, 3, 1, 6), (0, 0, 4, 8)))
        yield case("the same point", **boxes((3, 3, 3, 3), (3, 3, 3, 3)))
        yield case("two lines", **boxes((1, 2, 1, 6), (1, 4, 1, 9)))
        yield case("two points", **boxes((1, 2, 1, 2), (5, 7, 5, 7)))

    @misconception
    def negative_sides_multiplied(a, b):
        """
        Boxes that are apart in both directions seem to overlap: two negative sides are multiplied.

        The sides of the overlap are min(bottoms) − max(tops) and min(rights) − max(lefts). Right
        is to take 0 for a negative one before they are multiplied.
        Example: for (0, 0, 1, 1) and (3, 3, 4, 4) it is 0; the sides are −2 and −2,
        you get the overlap 4 and return 4 / (1 + 1 − 4) = −2.
        """
        overlap = float((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).prod())
        _, size_a, size_b = areas(a, b)
        return share(overlap, size_a + size_b - overlap)

    @misconception
    def product_kept_from_negative(a, b):
        """
        Boxes that are apart in both directions seem to overlap: two negative sides are multiplied.

        max(0, height · width) comes too late, for the product of two negative sides is positive.
        Right is max(0, height) · max(0, width).
        Example: for (0, 0, 1, 1) and (3, 3, 4, 4) it is 0; the sides are −2 and −2,
        you get the overlap 4 and return 4 / (1 + 1 − 4) = −2.
        """
        overlap = max(0.0, float((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).prod()))
        _, size_a, size_b = areas(a, b)
        return share(overlap, size_a + size_b - overlap)

    @misconception
    def one_pixel_more(a, b):
        """
        Every side is one too long: the coordinates are positions, not pixels.

        Right is bottom − top; bottom − top + 1 counts the pixels from top to bottom, both of them
        included.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 4 / (9 + 9 − 4) = 0.286.
        """
        more = np.array([0.0, 0.0, 1.0, 1.0])
        return solutions.box_iou(a + more, b + more)

    @misconception
    def one_pixel_more_of_overlap(a, b):
        """
        The sides of the overlap are one too long: the coordinates are positions, not pixels.

        Right is min(bottoms) − max(tops), without + 1, as for the boxes themselves.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 4 / (4 + 4 − 4) = 1.
        """
        _, size_a, size_b = areas(a, b)
        sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) + 1
        overlap = np.maximum(sides, 0).prod()
        return share(overlap, size_a + size_b - overlap)

    @misconception
    def overlap_counted_twice(a, b):
        """
        The union counts the overlap twice.

        Right is |a| + |b| − |a ∩ b|; you divide by |a| + |b|.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 1/8 = 0.125.
        """
        overlap, size_a, size_b = areas(a, b)
        return share(overlap, size_a + size_b)

    @misconception
    def dice(a, b):
        """
        This is the Dice coefficient, not the IoU.

        Right is |a ∩ b| / |a ∪ b|; you compute 2·|a ∩ b| / (|a| + |b|).
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 2/8 = 0.25.
        """
        overlap, size_a, size_b = areas(a, b)
        return share(2 * overlap, size_a + size_b)

    @misconception
    def part_of_the_smaller_box(a, b):
        """
        The overlap is divided by the smaller box; it should be divided by the union.

        Right is |a ∩ b| / |a ∪ b|; you compute |a ∩ b| / min(|a|, |b|).
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 1/4 = 0.25.
        """
        overlap, size_a, size_b = areas(a, b)
        return share(overlap, min(size_a, size_b))

    @misconception
    def part_of_the_first_box(a, b):
        """
        The overlap is divided by the first box; it should be divided by the union.

        Right is |a ∩ b| / |a ∪ b|; you compute |a ∩ b| / |a|.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 1/4 = 0.25.
        """
        overlap, size_a, _ = areas(a, b)
        return share(overlap, size_a)

    @misconception
    def part_of_the_enclosing_box(a, b):
        """
        The overlap is divided by the smallest box around both; it should be divided by the union.

        Right is |a| + |b| − |a ∩ b| below the fraction line; you have the area from the smaller of
        the tops and lefts to the larger of the bottoms and rights.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 1/9 = 0.111.
        """
        overlap, _, _ = areas(a, b)
        return share(overlap, float((np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2])).prod()))

    @misconception
    def not_divided(a, b):
        """
        The overlap's area is returned; it should be divided by the union's.

        Right is |a ∩ b| / |a ∪ b|.
        Example: for (0, 0, 4, 4) and (2, 2, 6, 6) it is 4/28 = 0.143;
        you return 4.
        """
        return areas(a, b)[0]

    @misconception
    def distance(a, b):
        """
        This is the Jaccard distance, 1 − IoU.

        Right is 1 for the same box and 0 for boxes that share nothing.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you return 6/7 = 0.857.
        """
        return 1 - solutions.box_iou(a, b)

    @misconception
    def height_and_width(a, b):
        """
        The last two numbers are taken for height and width; they are bottom and right.

        A box is (top, left, bottom, right) here; its height is bottom − top.
        Example: for (0, 0, 2, 2) and (1, 1, 3, 3) it is 1/7 = 0.143;
        you compare (0, 0, 2, 2) with (1, 1, 4, 4) and return 1/12 = 0.083.
        """
        a, b = (np.append(box[:2], box[:2] + box[2:]) for box in (a, b))
        return solutions.box_iou(a, b)

    @misconception
    def top_bottom_left_right(a, b):
        """
        The numbers are taken for top, bottom, left, right; they are top, left, bottom, right.

        The height is the third number minus the first, the width the fourth minus the second.
        Example: for (0, 1, 4, 5) and (0, 3, 4, 5) it is 8/16 = 0.5;
        you return 1/3 = 0.333.
        """
        return solutions.box_iou(a[[0, 2, 1, 3]], b[[0, 2, 1, 3]])

    @misconception
    def one_for_empty_boxes(a, b):
        """
        Two empty boxes get 1; they share no area, so it is 0.

        Right is 0 wherever the union is 0.
        Example: for (3, 3, 3, 3) and (3, 3, 3, 3) it is 0;
        you return 1.
        """
        _, size_a, size_b = areas(a, b)
        return solutions.box_iou(a, b) if size_a or size_b else 1.0

    @misconception
    def nan_for_empty_boxes(a, b):
        """
        Two empty boxes get nan: 0 is divided by 0.

        Right is 0 wherever the union is 0; ask before you divide.
        Example: for (3, 3, 3, 3) and (3, 3, 3, 3) it is 0;
        you return nan.
        """
        _, size_a, size_b = areas(a, b)
        return solutions.box_iou(a, b) if size_a or size_b else float("nan")

    @counterexamples
    def small_boxes(draw):
        corners = [draw.array("int64", (2,), 0, 4) for _ in range(2)]
        sides = [draw.array("int64", (2,), 0, 3) for _ in range(2)]
        return boxes(*(np.append(c, c + s) for c, s in zip(corners, sides, strict=True)))


@task("confusion_matrix(actual: int[N], predicted: int[N], classes: int) -> int[K, K]")
class ConfusionMatrix:
    """
    How often each class was taken for each class, as a K × K table of counts.

    M[i, j] = number of examples n with actual[n] = i and predicted[n] = j

    Rows are the actual classes, columns the predicted ones. Labels are 0, 1, ..., K − 1, where K
    is `classes`; a class that does not occur has a row, or a column, of zeros.

    For actual = (0, 0, 1), predicted = (0, 1, 1) and K = 2 it is the table (1, 1), (0, 1).
    """

    reference = solutions.confusion_matrix

    @check(points=1)
    def all_classes(rng):
        """Predictions that are often wrong, more often in one direction."""
        for classes, n in ((4, 60), (2, 30), (3, 25), (7, 150)):
            actual = rng.permutation(np.arange(n) % classes)
            predicted = np.where(rng.random(n) < 0.5, actual, rng.integers(0, actual + 1))
            label = f"{classes} classes, {n} examples"
            yield case(label, actual=actual, predicted=predicted, classes=classes)

    @check(points=1)
    def absent_classes(rng):
        """Classes that are never true, never predicted, or neither; few examples; views."""
        actual, predicted = rng.choice([1, 2, 4], 30), rng.choice([0, 2, 4], 30)
        yield case("some of six classes", actual=actual, predicted=predicted, classes=6)
        few, wrong = np.array([1, 0, 1, 1]), np.array([2, 0, 2, 1])
        yield case("a class that is predicted only", actual=few, predicted=wrong, classes=3)
        yield case("one example", actual=np.array([2]), predicted=np.array([3]), classes=5)
        yield case("one class", actual=0 * few, predicted=0 * few, classes=1)
        yield case("views with strides", actual=actual[::-2], predicted=predicted[::-2], classes=5)

    @misconception
    def transposed(actual, predicted, classes):
        """
        Rows and columns are exchanged: rows should be the actual classes.

        Right is M[actual, predicted]; you count at M[predicted, actual].
        Example: an example of class 0 that is taken for class 1 counts at row 0, column 1;
        you count it at row 1, column 0.
        """
        return solutions.confusion_matrix(predicted, actual, classes)

    @misconception
    def pairs_counted_once(actual, predicted, classes):
        """
        No number exceeds 1: a pair that occurs often is counted once.

        `M[actual, predicted] += 1` with arrays adds 1 to every place that is named, not as often
        as it is named. Use `np.add.at`, `np.bincount` or a loop.
        Example: actual (0, 0) and predicted (1, 1) give 2 at row 0, column 1;
        you return 1 there.
        """
        return np.minimum(solutions.confusion_matrix(actual, predicted, classes), 1)

    @misconception
    def present_classes_only(actual, predicted, classes):
        """
        Classes that do not occur have no row and no column.

        Right is K × K with K = `classes`; a library that finds the classes in the labels leaves
        out the others.
        Example: the labels 0 and 2 with K = 3 need a 3 × 3 table;
        yours is 2 × 2.
        """
        present = np.union1d(actual, predicted)
        return solutions.confusion_matrix(actual, predicted, classes)[np.ix_(present, present)]

    @misconception
    def up_to_the_largest_label(actual, predicted, classes):
        """
        The table ends at the largest label that occurs, not at K − 1.

        Right is K × K with K = `classes`, with zeros for the last classes if they do not occur.
        Example: the labels 0 and 1 with K = 3 need a 3 × 3 table;
        yours is 2 × 2.
        """
        return solutions.confusion_matrix(
            actual, predicted, max(actual.max(), predicted.max()) + 1
        )

    @misconception
    def counted_from_1(actual, predicted, classes):
        """
        Labels are taken to start at 1: every count is one row and one column too early.

        Right counts at M[actual, predicted]; at M[actual − 1, predicted − 1] the label 0 wraps
        around to the last row.
        Example: an example of class 1 that is taken for class 2 counts at row 1, column 2;
        you count it at row 0, column 1.
        """
        counts = solutions.confusion_matrix(actual, predicted, classes)
        return np.roll(counts, -1, axis=(0, 1))

    @misconception
    def right_answers_only(actual, predicted, classes):
        """
        Only the diagonal is filled: the mistakes are not counted.

        Right counts every example, the wrong predictions off the diagonal.
        Example: an example of class 0 that is taken for class 1 counts at row 0, column 1;
        you count it nowhere.
        """
        return np.diag(np.diag(solutions.confusion_matrix(actual, predicted, classes)))

    @misconception
    def mistakes_only(actual, predicted, classes):
        """
        The diagonal is empty: the right predictions are not counted.

        Right counts every example, the right predictions on the diagonal.
        Example: an example of class 0 that is taken for class 0 counts at row 0, column 0;
        you count it nowhere.
        """
        counts = solutions.confusion_matrix(actual, predicted, classes)
        return counts - np.diag(np.diag(counts))

    @misconception
    def both_directions(actual, predicted, classes):
        """
        Mistakes are counted in both directions, so that the table is symmetric.

        Right counts at M[actual, predicted] alone.
        Example: an example of class 0 that is taken for class 1 counts at row 0, column 1;
        you count it at row 1, column 0 as well.
        """
        counts = solutions.confusion_matrix(actual, predicted, classes)
        return counts + counts.T - np.diag(np.diag(counts))

    @counterexamples
    def few_labels(draw):
        classes, n = draw.integer(1, 3), draw.integer(1, 4)
        actual, predicted = (draw.array("int64", (n,), 0, classes - 1) for _ in range(2))
        return {"actual": actual, "predicted": predicted, "classes": classes}

    @workload(sizes=(10_000, 100_000, 1_000_000), operations=lambda size: size)
    def many_labels(rng, size):
        """That many examples of ten classes."""
        actual, predicted = (rng.integers(0, 10, size) for _ in range(2))
        return {"actual": actual, "predicted": predicted, "classes": 10}

    @illustration
    def tables(expected, yours, actual, predicted, classes):
        brightest = max(expected.max(), 1)
        yield drawing("Expected", 255 * expected / brightest)
        yield drawing("Yours", 255 * np.clip(yours / brightest, 0, 1))


def labelled(rng, tp, fp, fn, tn):
    """So many true and false positives, false and true negatives, in random order."""
    order = rng.permutation(tp + fp + fn + tn)
    return {
        "actual": np.repeat([1, 0, 1, 0], (tp, fp, fn, tn))[order],
        "predicted": np.repeat([1, 1, 0, 0], (tp, fp, fn, tn))[order],
    }


def outcomes(actual, predicted):
    """TP, FP, FN and TN as floats, so that an undefined share is nan and not an error."""
    counts = solutions.confusion_matrix(actual, predicted, 2) / 1.0
    (tn, fp), (fn, tp) = counts
    return tp, fp, fn, tn


def or_zero(number):
    """0 for what is undefined."""
    return float(np.nan_to_num(number))


@task("f1_score(actual: int[N], predicted: int[N]) -> float")
class F1Score:
    """
    The F₁ score of a two-class decision: the harmonic mean of precision and recall.

    F₁ = 2·P·R / (P + R), with P = TP / (TP + FP) and R = TP / (TP + FN)

    Labels are 0 and 1, and 1 is the positive class: TP counts the examples that are 1 and called
    1, FP those that are 0 and called 1, FN those that are 1 and called 0. Where P, R or F₁ would
    be 0 / 0, the score is 0.

    For TP = 3, FP = 1, FN = 2 it is P = 3/4, R = 3/5 and F₁ = 2/3.
    """

    reference = solutions.f1_score

    @check(points=2)
    def random_decisions(rng):
        """Decisions with all four outcomes, each a different number of times."""
        yield case("3 TP, 1 FP, 2 FN, 6 TN", **labelled(rng, 3, 1, 2, 6))
        for _ in range(4):
            tp, fp, fn, tn = rng.choice(np.arange(2, 12), 4, replace=False)
            yield case(f"{tp} TP, {fp} FP, {fn} FN, {tn} TN", **labelled(rng, tp, fp, fn, tn))
        inputs = labelled(rng, 5, 7, 3, 9)
        yield case("views with strides", **{name: a[::-1] for name, a in inputs.items()})

    @check(points=1)
    def one_class_missing(rng):
        """Nothing positive, nothing called positive, everything positive, no mistake."""
        yield case("nothing called positive", **labelled(rng, 0, 0, 4, 5))
        yield case("nothing positive", **labelled(rng, 0, 3, 0, 5))
        yield case("nothing of either", **labelled(rng, 0, 0, 0, 6))
        yield case("never both", **labelled(rng, 0, 3, 2, 4))
        yield case("everything positive", **labelled(rng, 7, 0, 0, 0))
        yield case("everything called positive", **labelled(rng, 3, 5, 0, 0))
        yield case("no mistake", **labelled(rng, 4, 0, 0, 2))
        yield case("one example", **labelled(rng, 1, 0, 0, 0))

    @misconception
    def accuracy(actual, predicted):
        """
        This is the accuracy, the share of right answers.

        Right is 2·TP / (2·TP + FP + FN), which does not count the true negatives.
        Example: for TP = 3, FP = 1, FN = 2, TN = 6 it is 6/9 = 0.667;
        you return 9/12 = 0.75.
        """
        return float(np.mean(actual == predicted))

    @misconception
    def precision(actual, predicted):
        """
        This is the precision alone.

        Right is the harmonic mean of precision and recall; you return TP / (TP + FP).
        Example: for TP = 3, FP = 1, FN = 2 it is 6/9 = 0.667;
        you return 3/4.
        """
        tp, fp, _, _ = outcomes(actual, predicted)
        return or_zero(tp / (tp + fp))

    @misconception
    def recall(actual, predicted):
        """
        This is the recall alone.

        Right is the harmonic mean of precision and recall; you return TP / (TP + FN).
        Example: for TP = 3, FP = 1, FN = 2 it is 6/9 = 0.667;
        you return 3/5.
        """
        tp, _, fn, _ = outcomes(actual, predicted)
        return or_zero(tp / (tp + fn))

    @misconception
    def arithmetic_mean(actual, predicted):
        """
        The arithmetic mean of precision and recall is taken; it should be the harmonic one.

        Right is 2·P·R / (P + R); you compute (P + R) / 2.
        Example: for P = 3/4 and R = 3/5 it is 0.667;
        you return 0.675.
        """
        tp, fp, fn, _ = outcomes(actual, predicted)
        return (or_zero(tp / (tp + fp)) + or_zero(tp / (tp + fn))) / 2

    @misconception
    def geometric_mean(actual, predicted):
        """
        The geometric mean of precision and recall is taken; it should be the harmonic one.

        Right is 2·P·R / (P + R); you compute √(P·R).
        Example: for P = 3/4 and R = 3/5 it is 0.667;
        you return 0.671.
        """
        tp, fp, fn, _ = outcomes(actual, predicted)
        return or_zero(np.sqrt(tp / (tp + fp) * tp / (tp + fn)))

    @misconception
    def factor_missing(actual, predicted):
        """
        The factor 2 is missing: a perfect answer gets ½.

        Right is 2·P·R / (P + R); you compute P·R / (P + R).
        Example: for P = 3/4 and R = 3/5 it is 0.667;
        you return 0.333.
        """
        return solutions.f1_score(actual, predicted) / 2

    @misconception
    def jaccard(actual, predicted):
        """
        The true positives are counted once; they count twice.

        Right is 2·TP / (2·TP + FP + FN); TP / (TP + FP + FN) is the Jaccard index.
        Example: for TP = 3, FP = 1, FN = 2 it is 6/9 = 0.667;
        you return 3/6.
        """
        tp, fp, fn, _ = outcomes(actual, predicted)
        return or_zero(tp / (tp + fp + fn))

    @misconception
    def class_0_positive(actual, predicted):
        """
        The class 0 is taken for the positive one.

        Right counts examples of class 1: TP are those that are 1 and called 1.
        Example: for TP = 3, FP = 1, FN = 2, TN = 6 it is 6/9 = 0.667;
        you return 12/15 = 0.8.
        """
        return solutions.f1_score(1 - actual, 1 - predicted)

    @misconception
    def mean_of_both_classes(actual, predicted):
        """
        The scores of both classes are averaged: that is the macro F₁.

        Right is the score of the class 1 alone.
        Example: for TP = 3, FP = 1, FN = 2, TN = 6 it is 6/9 = 0.667;
        you return (6/9 + 12/15) / 2 = 0.733.
        """
        of_class_0 = solutions.f1_score(1 - actual, 1 - predicted)
        return (solutions.f1_score(actual, predicted) + of_class_0) / 2

    @misconception
    def recall_counts_more(actual, predicted):
        """
        Recall counts more than precision: that is the F₂ score.

        Right is 2·TP / (2·TP + FP + FN); you compute 5·TP / (5·TP + FP + 4·FN).
        Example: for TP = 3, FP = 1, FN = 2 it is 6/9 = 0.667;
        you return 15/24 = 0.625.
        """
        tp, fp, fn, _ = outcomes(actual, predicted)
        return or_zero(5 * tp / (5 * tp + fp + 4 * fn))

    @misconception
    def nan_where_undefined(actual, predicted):
        """
        Where nothing is positive, or nothing is called positive, the score is nan.

        Right is 0 there. 0 / 0 is nan in floats: ask before you divide.
        Example: for actual = (0, 1) and predicted = (0, 0) it is 0;
        you return nan.
        """
        tp, fp, fn, _ = outcomes(actual, predicted)
        p, r = tp / (tp + fp), tp / (tp + fn)
        return float(2 * p * r / (p + r))

    @misconception
    def one_where_undefined(actual, predicted):
        """
        Where nothing is positive and nothing is called positive, the score is 1.

        Right is 0 there: there is nothing that was found.
        Example: for actual = (0, 0) and predicted = (0, 0) it is 0;
        you return 1.
        """
        return solutions.f1_score(actual, predicted) if np.any(actual | predicted) else 1.0

    @counterexamples
    def few_decisions(draw):
        n = draw.integer(1, 5)
        actual, predicted = (draw.array("int64", (n,), 0, 1) for _ in range(2))
        return {"actual": actual, "predicted": predicted}

    @workload(sizes=(10_000, 100_000, 1_000_000))
    def many_decisions(rng, size):
        """That many decisions."""
        actual, predicted = (rng.integers(0, 2, size) for _ in range(2))
        return {"actual": actual, "predicted": predicted}
