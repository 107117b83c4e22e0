"""
Thresholding: from a grey histogram to Otsu's method.

A grey image is a uint8 array of shape (H, W) with levels from 0 (black) to 255 (white). Often it
shows two things, an object and a background, and one level separates them: the threshold. You find
it from the image's histogram, in three ways, and separate images by it. The photographs that are
named below are scikit-image's: `skimage.data.coins()` gives you the first one.

Otsu's method is from N. Otsu, A threshold selection method from gray-level histograms, IEEE
Transactions on Systems, Man, and Cybernetics SMC-9(1):62-66, 1979; with more than two classes,
from P.-S. Liao, T.-S. Chen, P.-C. Chung, A fast algorithm for multilevel thresholding, Journal of
Information Science and Engineering 17(5):713-727, 2001. The course text is chapter 6 of the book.
"""

from itertools import combinations

import numpy as np

from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    histogram,
    illustration,
    maximise,
    minimise,
    misconception,
    photograph,
    reference,
    task,
    workload,
)

solutions = reference(__file__)

LEVELS = np.arange(256)
PHOTOGRAPHS = ("coins", "camera", "page", "text", "clock_motion", "moon")


# Inputs that several tasks share


def grains(rng, levels, shape):
    """An image of the given levels in random shares, each at least once."""
    shares = rng.dirichlet(np.full(len(levels), 2.0))
    pixels = rng.choice(levels, shape[0] * shape[1], p=shares)
    pixels[: len(levels)] = levels
    return rng.permutation(pixels).astype(np.uint8).reshape(shape)


def long_tail(rng, first):
    """
    An image of eight neighbouring levels from `first` on, with fewer pixels on each.

    No usual mistake is right on it by chance: mean, median, the middle, quantiles, one Otsu
    threshold after the other and listing 6.1 all miss the best variance by half a percent.
    """
    pixels = np.repeat(first + np.arange(8), (33, 27, 27, 12, 11, 7, 2, 1))
    return rng.permutation(pixels).astype(np.uint8).reshape(10, 12)


def few(*levels):
    """An image of these pixels in a row."""
    return np.array([levels], np.uint8)


def some_levels(rng, count, low=0, high=255):
    """Different levels in low..high, in increasing order."""
    return np.sort(rng.choice(np.arange(low, high + 1), count, replace=False))


def decided(draw, classes=2):
    """
    The first image drawn whose best thresholds are the best ones in float32 too.

    They also stay the best when the darkest level counts as one level brighter: that is how
    scikit-image's `threshold_multiotsu` computes (its pull request 8252), and who uses it shall
    not lose points by it. After many tries in vain, it is the last one drawn.
    """
    for _ in range(500):
        image = draw()
        levels, counts = np.unique(image, return_counts=True)
        variances = variances_of_divisions(levels, counts, classes)
        *_, second, best = np.argsort(variances)
        gap = variances[best] - variances[second]
        if gap > 1e-3 * variances[best] + 2e-6 * second_moment(image):
            brighter = levels + (LEVELS[: len(levels)] == 0)
            if best == np.argmax(variances_of_divisions(brighter, counts, classes)):
                break
    return image


def variances_of_divisions(levels, counts, classes):
    """The between-class variances of all divisions of a few levels into classes."""
    cuts = np.array(list(combinations(range(1, len(levels)), classes - 1)))
    edges = np.pad(cuts, ((0, 0), (1, 1)), constant_values=((0, 0), (0, len(levels))))
    n = np.append(0, np.cumsum(counts))
    s = np.append(0, np.cumsum(counts * (levels - levels @ counts / n[-1])))
    return (np.diff(s[edges]) ** 2 / np.diff(n[edges])).sum(axis=1) / n[-1]


def second_moment(image, **_):
    """The mean square of the levels: what is added up, and cancels, in a variance."""
    return float(LEVELS**2 @ solutions.grey_histogram(image))


def laid_out(image):
    """Fresh images in layouts that differ from C order; each has its own right answer."""
    read_only = image()
    read_only.flags.writeable = False
    yield case("a read-only image", image=read_only)
    yield case("an image in Fortran order", image=np.asfortranarray(image()))
    yield case("a transposed image", image=image().T)
    yield case("an image upside down (negative strides)", image=image()[::-1, ::-1])
    yield case("every second pixel of an image", image=image()[::2, ::2])


def few_pixels(draw):
    """A small image to shrink."""
    return draw.array("uint8", ((1, 3), (1, 3)), 0, 255)


def few_levels(draw):
    """A small histogram to shrink: up to six neighbouring levels."""
    counts = draw.array("int64", ((2, 6),), 1, 4)
    first = draw.integer(0, 250)
    heights = np.zeros(256)
    heights[first : first + len(counts)] = counts / counts.sum()
    return heights


# Pictures that several tasks share


def masks(expected, yours):
    """Two black-and-white pictures and where they differ."""
    yield drawing("Expected", expected.astype(np.uint8))
    yield drawing("Yours", np.clip(yours, 0, 255).astype(np.uint8))
    yield drawing("Difference", np.where(expected == yours, 0, 255).astype(np.uint8))


def on_the_scale(level):
    """The nearest place on the axis 0..255."""
    return float(min(max(level, 0), 255))


@task("grey_histogram(image: uint8[H, W]) -> float[256]")
class GreyHistogram:
    """
    The share of the pixels that each of the 256 grey levels has.

    P(i) = count(i) / (H · W)

    Levels that do not occur have 0; the shares sum to 1. An image with the rows 0 0 and 7 255 has
    P(0) = 0.5, P(7) = 0.25 and P(255) = 0.25. (Chapter 6 prints N, the number of levels, under the
    fraction; its listing 6.1 divides by the number of pixels, and that is what you need.)
    """

    reference = solutions.grey_histogram

    @check(points=1)
    def photographs(rng):
        """Six photographs."""
        for name in PHOTOGRAPHS:
            yield case(name, image=photograph(name))

    @check(points=1)
    def few_levels_and_pixels(rng):
        """Single colours, the levels 0 and 255, one pixel, one row, one column."""
        yield case("random pixels", image=rng.integers(0, 256, (17, 29), dtype=np.uint8))
        yield case("black and white", image=grains(rng, np.array([0, 255]), (9, 12)))
        yield case("the four brightest levels", image=grains(rng, LEVELS[-4:], (8, 10)))
        yield case("a single colour", image=np.full((5, 7), rng.integers(1, 255), np.uint8))
        yield case("one white pixel", image=np.full((1, 1), 255, np.uint8))
        yield case("one row", image=rng.integers(0, 256, (1, 40), dtype=np.uint8))
        yield case("one column", image=rng.integers(0, 256, (40, 1), dtype=np.uint8))

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided images."""
        yield from laid_out(lambda: rng.integers(1, 251, (24, 34), dtype=np.uint8))

    @misconception
    def divided_by_levels(image):
        """
        The counts are divided by 256, the number of grey levels, instead of the number of pixels.

        Right is P(i) = count(i) / (H · W); you compute count(i) / 256. The course text prints it
        that way, but these numbers sum to H · W / 256, not to 1. Its listing divides by
        `row*col`.
        Example: a 2 × 2 image with three black pixels has P(0) = 3/4 = 0.75; dividing by 256
        gives 0.0117.
        """
        return np.bincount(image.ravel(), minlength=256) / 256

    @misconception
    def counts_only(image):
        """
        These are counts of pixels, not shares of the image.

        Right is P(i) = count(i) / (H · W); the division is missing.
        Example: a 2 × 2 image with three black pixels has P(0) = 3/4 = 0.75; you return 3.
        """
        return np.bincount(image.ravel(), minlength=256)

    @misconception
    def divided_by_rows(image):
        """
        The counts are divided by the number of rows instead of the number of pixels.

        `len(image)` is H; the number of pixels is H · W, `image.size`.
        Example: a 2 × 3 image with three black pixels has P(0) = 3/6 = 0.5; dividing by the 2
        rows gives 1.5.
        """
        return np.bincount(image.ravel(), minlength=256) / len(image)

    @misconception
    def density_over_occupied_range(image):
        """
        The bins cover only the range from the darkest to the brightest pixel, as a density.

        `np.histogram(image, bins=256, density=True)` lays 256 bins between image.min() and
        image.max() and divides by their width. Right is one bin for each level 0, 1, ..., 255:
        P(i) = count(i) / (H · W).
        Example: the pixels 10, 10, 20 have P(10) = 2/3 at index 10; your first bin, index 0,
        holds the level 10 with the density 17.07.
        """
        return np.histogram(image, bins=256, density=True)[0]

    @misconception
    def bins_over_occupied_range(image):
        """
        The bins cover only the range from the darkest to the brightest pixel.

        `np.histogram(image, bins=256)` puts image.min() into bin 0 and image.max() into bin
        255. Right is that index i belongs to the level i: give the range, or use
        `np.bincount(..., minlength=256)`.
        Example: the pixels 10, 10, 20 have P(10) = 2/3 at index 10; you have 2/3 at index 0.
        """
        return np.histogram(image, bins=256)[0] / image.size

    @misconception
    def last_two_levels_merged(image):
        """
        There are 255 bins: the levels 254 and 255 fall into one.

        Edges 0, 1, ..., 255 bound 255 bins, and NumPy counts the last edge into the last bin.
        256 levels need 257 edges: `np.arange(257)`.
        Example: the pixels 254, 255, 255 have P(254) = 1/3 and P(255) = 2/3; you return
        P(254) = 1 and no P(255).
        """
        return np.histogram(image, bins=np.arange(256))[0] / image.size

    @misconception
    def white_left_out(image):
        """
        White pixels, level 255, are not counted.

        `range(255)` ends at 254; the levels are `range(256)`.
        Example: the pixels 0, 255, 255 have P(255) = 2/3; you return 0 there.
        """
        shares = np.bincount(image.ravel(), minlength=256) / image.size
        return np.where(LEVELS < 255, shares, 0.0)

    @misconception
    def scaled_to_one(image):
        """
        The histogram is scaled so that its highest bar is 1, not so that its bars sum to 1.

        Right is P(i) = count(i) / (H · W); you divide by the largest count.
        Example: the pixels 0, 0, 9, 9 have P(0) = P(9) = 0.5; you return 1 and 1, whose sum is
        2.
        """
        counts = np.bincount(image.ravel(), minlength=256)
        return counts / counts.max()

    @misconception
    def cumulative(image):
        """
        This is the cumulative histogram: the share of pixels up to each level.

        Right is the share of each level alone, P(i) = count(i) / (H · W); you return
        P(0) + ... + P(i).
        Example: the pixels 0, 0, 9, 9 have P(5) = 0; you return 0.5 there.
        """
        return np.cumsum(np.bincount(image.ravel(), minlength=256)) / image.size

    @counterexamples
    def small_images(draw):
        return {"image": few_pixels(draw)}

    @workload(sizes=(256, 1024, 4096), operations=lambda size: size**2 + 256)
    def noise(rng, size):
        """A square image of that side."""
        return {"image": rng.integers(0, 256, (size, size), dtype=np.uint8)}

    @illustration
    def pictures(expected, yours, image):
        yield drawing("Input", image)
        yield histogram("Expected", expected)
        yield histogram("Yours", np.nan_to_num(yours, posinf=0.0, neginf=0.0))


def valley_between(rng, p1, p2, valley):
    """
    A histogram with its lowest point between two peaks at `valley`, and lower points outside.

    Outside of p1..p2 the histogram is empty but for its tails.
    """
    heights = np.zeros(256)
    heights[p1 : p2 + 1] = rng.uniform(0.3, 1.0, p2 - p1 + 1)
    heights[max(p1 - 3, 0) : p1] = 0.2
    heights[p2 + 1 : p2 + 4] = 0.2
    heights[[p1, p2]] = 1.5
    heights[valley] = 0.25
    return heights / heights.sum()


@task("valley_threshold(histogram: float[256], p1: int, p2: int) -> int")
class ValleyThreshold:
    """
    The level between two peaks at which the histogram is lowest.

    t = argmin H(p) over p1 ≤ p ≤ p2

    The peaks p1 < p2 themselves belong to the range. For H(3), ..., H(7) = 0.4, 0.1, 0.05, 0.15,
    0.3 with peaks at 3 and 7, t = 5: a level, not a position within the range. Where several
    levels are lowest, each of them is right.
    """

    reference = solutions.valley_threshold

    def height(level, histogram, **_):
        return float(histogram[level])

    def outside(level, p1, p2, **_):
        if p1 <= level <= p2:
            return None
        return f"got the level {level}, which does not lie between the peaks {p1} and {p2}."

    rule = minimise(height, name="histogram value", allowed=outside)

    @check(points=1)
    def valleys(rng):
        """Two peaks with one valley, in photographs and drawn at random."""
        for name, p1, p2 in (("coins", 52, 165), ("camera", 12, 155), ("clock_motion", 140, 196)):
            heights = solutions.grey_histogram(photograph(name))
            yield case(f"{name} between {p1} and {p2}", histogram=heights, p1=p1, p2=p2)
        for _ in range(4):
            p1, p2 = int(rng.integers(5, 60)), int(rng.integers(150, 250))
            valley = int(rng.integers(p1 + 10, p2 - 10))
            heights = valley_between(rng, p1, p2, valley)
            yield case(f"a valley at {valley}", histogram=heights, p1=p1, p2=p2)

    @check(points=1)
    def ends_and_plateaus(rng):
        """The lowest level is p1 or p2 itself, or there are several."""
        p1, p2 = int(rng.integers(20, 60)), int(rng.integers(150, 230))
        yield case("lowest at p1", histogram=valley_between(rng, p1, p2, p1), p1=p1, p2=p2)
        yield case("lowest at p2", histogram=valley_between(rng, p1, p2, p2), p1=p1, p2=p2)
        yield case("the whole range", histogram=valley_between(rng, 0, 255, 255), p1=0, p2=255)
        plateau = valley_between(rng, 100, 140, 110)
        plateau[110:120] = plateau[110]
        yield case("ten levels are lowest", histogram=plateau, p1=100, p2=140)
        neighbours = valley_between(rng, p1, p1 + 1, p1 + 1)
        yield case("neighbouring peaks", histogram=neighbours, p1=p1, p2=p1 + 1)

    @misconception
    def whole_histogram(histogram, p1, p2):
        """
        The whole histogram is searched, not the range between the peaks.

        Right is argmin H(p) over p1 ≤ p ≤ p2. Over 0..255 the lowest level mostly lies in an
        empty tail, where it separates nothing.
        Example: H = 0, 5, 2, 4, 0 with peaks at 1 and 3 has its valley at 2; you return 0.
        """
        return int(np.argmin(histogram))

    @misconception
    def counted_from_p1(histogram, p1, p2):
        """
        The position is counted from p1, not from level 0.

        `np.argmin(histogram[p1 : p2 + 1])` is 0 for the level p1: add p1.
        Example: H = 0, 5, 2, 4, 0 with peaks at 1 and 3 has its valley at 2; you return 1.
        """
        return int(np.argmin(histogram[p1 : p2 + 1]))

    @misconception
    def p2_left_out(histogram, p1, p2):
        """
        The level p2 is not searched, though it belongs to the range.

        `histogram[p1:p2]` ends at p2 − 1; right is `histogram[p1 : p2 + 1]`.
        Example: H = 5, 4, 3 with p1 = 0 and p2 = 2 is lowest at 2; you return 1.
        """
        return int(p1 + np.argmin(histogram[p1:p2]))

    @misconception
    def p1_left_out(histogram, p1, p2):
        """
        The level p1 is not searched, though it belongs to the range.

        `histogram[p1 + 1 : p2 + 1]` starts too late; right is `histogram[p1 : p2 + 1]`.
        Example: H = 3, 4, 5 with p1 = 0 and p2 = 2 is lowest at 0; you return 1.
        """
        return int(p1 + 1 + np.argmin(histogram[p1 + 1 : p2 + 1]))

    @misconception
    def ends_left_out(histogram, p1, p2):
        """
        The levels p1 and p2 are not searched, though they belong to the range.

        Right is argmin H(p) over p1 ≤ p ≤ p2, `histogram[p1 : p2 + 1]`.
        Example: H = 3, 4, 6, 5 with p1 = 0 and p2 = 3 is lowest at 0; you return 1.
        """
        inside = range(p1 + 1, p2)
        return min(inside, key=lambda level: histogram[level], default=p1)

    @misconception
    def highest_level(histogram, p1, p2):
        """
        This is the highest level of the range, a peak; the valley is the lowest one.

        Right is the argmin of H over p1..p2; you take the argmax.
        Example: H = 0, 5, 2, 4, 0 with peaks at 1 and 3 has its valley at 2; you return 1.
        """
        return int(p1 + np.argmax(histogram[p1 : p2 + 1]))

    @misconception
    def midpoint(histogram, p1, p2):
        """
        This is the midpoint of the peaks; the histogram between them is not looked at.

        Right is the level of p1..p2 at which H is lowest; (p1 + p2) / 2 is the other rule of
        the course text.
        Example: H = 5, 1, 3, 3, 4 with peaks at 0 and 4 has its valley at 1; you return 2.
        """
        return (p1 + p2) // 2

    @counterexamples
    def small_valleys(draw):
        heights = few_levels(draw)
        first, *_, last = np.flatnonzero(heights)
        return {"histogram": heights, "p1": int(first), "p2": int(last)}

    @illustration
    def pictures(expected, yours, **inputs):
        title = f"Histogram, peaks at {inputs['p1']} and {inputs['p2']}"
        marks = {"expected": on_the_scale(expected), "yours": on_the_scale(yours)}
        yield histogram(title, inputs["histogram"], **marks)


@task("midpoint_threshold(p1: int, p2: int) -> float")
class MidpointThreshold:
    """
    The level halfway between two peaks of a histogram.

    t = (p1 + p2) / 2

    It is a fraction where the sum is odd: for 3 and 8 it is 5.5.
    """

    reference = solutions.midpoint_threshold

    @check(points=1)
    def odd_and_even_sums(rng):
        """Sums that two divides and sums that it does not, and both ends of the scale."""
        for _ in range(4):
            p1, p2 = int(rng.integers(20, 90)), int(rng.integers(120, 230))
            yield case(f"{p1} and {p2}", p1=p1, p2=p2)
            yield case(f"{p1} and {p2 + 1}", p1=p1, p2=p2 + 1)
        yield case("0 and 255", p1=0, p2=255)
        yield case("250 and 255", p1=250, p2=255)
        yield case("equal peaks", p1=77, p2=77)

    @misconception
    def integer_division(p1, p2):
        """
        The half is lost: `//` (or `int`) rounds down.

        Right is (p1 + p2) / 2 with `/`.
        Example: the midpoint of 3 and 4 is 3.5; you return 3.
        """
        return (p1 + p2) // 2

    @misconception
    def rounded_up(p1, p2):
        """
        The half is rounded up to a whole level.

        Right is (p1 + p2) / 2, not rounded.
        Example: the midpoint of 3 and 4 is 3.5; you return 4.
        """
        return (p1 + p2 + 1) // 2

    @misconception
    def rounded_to_even(p1, p2):
        """
        The midpoint is rounded to a whole level.

        Right is (p1 + p2) / 2, not rounded. (`round` takes a half to the even neighbour.)
        Example: the midpoint of 3 and 4 is 3.5; you return 4.
        """
        return round((p1 + p2) / 2)

    @misconception
    def half_distance(p1, p2):
        """
        This is half the distance between the peaks; it is not counted from level 0.

        Right is (p1 + p2) / 2, or p1 + (p2 − p1) / 2; you compute (p2 − p1) / 2.
        Example: the midpoint of 100 and 200 is 150; you return 50.
        """
        return (p2 - p1) / 2

    @misconception
    def parentheses_missing(p1, p2):
        """
        Only p2 is halved: the parentheses are missing.

        `p1 + p2 / 2` is p1 + (p2 / 2); right is `(p1 + p2) / 2`.
        Example: the midpoint of 100 and 200 is 150; you return 200.
        """
        return p1 + p2 / 2

    @misconception
    def not_halved(p1, p2):
        """
        This is the sum of the peaks: the division by 2 is missing.

        Right is (p1 + p2) / 2.
        Example: the midpoint of 100 and 200 is 150; you return 300.
        """
        return p1 + p2

    @misconception
    def eight_bit_overflow(p1, p2):
        """
        The sum overflows: it is computed in 8 bits, modulo 256.

        Right is (p1 + p2) / 2 in Python's integers or in float; as uint8, 250 + 255 is 249.
        Example: the midpoint of 200 and 100 is 150; you return (300 − 256) / 2 = 22.
        """
        return ((p1 + p2) % 256) / 2

    @counterexamples
    def two_levels(draw):
        return {"p1": draw.integer(0, 255), "p2": draw.integer(0, 255)}


@task("binarize(image: uint8[H, W], threshold: int) -> uint8[H, W]")
class Binarize:
    """
    The black-and-white image that a threshold makes.

    255 where I(x, y) ≤ t, and 0 where I(x, y) > t, as levels again. At t = 150 the levels 149, 150
    and 151 become 255, 255 and 0.
    """

    reference = solutions.binarize

    @check(points=1)
    def photographs(rng):
        """Six photographs at their Otsu thresholds."""
        for name, threshold in zip(PHOTOGRAPHS, (107, 102, 157, 109, 174, 87), strict=True):
            yield case(f"{name} at {threshold}", image=photograph(name), threshold=threshold)

    @check(points=1)
    def every_side_of_the_threshold(rng):
        """Pixels just below, at and just above the threshold; thresholds 0 and 255."""
        for threshold in (1, 127, 128, 254, int(rng.integers(2, 126))):
            around = np.arange(threshold - 1, threshold + 2)
            image = grains(rng, around, (4, 6))
            yield case(f"levels around {threshold}", image=image, threshold=threshold)
        image = grains(rng, some_levels(rng, 30), (11, 7))
        image[0, :2] = 0, 255
        yield case("threshold 0", image=image, threshold=0)
        yield case("threshold 255", image=image, threshold=255)
        yield case("one pixel", image=np.full((1, 1), 9, np.uint8), threshold=9)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided images; one row, one column."""
        threshold = int(rng.integers(90, 160))
        for shaped in laid_out(lambda: rng.integers(0, 256, (24, 34), dtype=np.uint8)):
            yield case(shaped.label, **shaped.inputs, threshold=threshold)
        wide = np.append(rng.permutation(255), threshold).astype(np.uint8)
        yield case("one row", image=wide.reshape(1, -1), threshold=threshold)
        yield case("one column", image=wide.reshape(-1, 1), threshold=threshold)

    @misconception
    def strictly_below(image, threshold):
        """
        Pixels of the threshold's own level come out black; they belong to the white class.

        Right is 255 where I ≤ t; you compare with I < t, as the first half of listing 6.1 does.
        Example: at t = 150, the pixels 149, 150, 151 become 255, 255, 0; you return 255, 0, 0.
        """
        return np.where(image < threshold, 255, 0)

    @misconception
    def inverted(image, threshold):
        """
        Black and white are exchanged.

        Right is 255 where I ≤ t and 0 where I > t: dark pixels become white. Most libraries'
        default is the other way round.
        Example: at t = 150, the pixels 149, 150, 151 become 255, 255, 0; you return 0, 0, 255.
        """
        return np.where(image > threshold, 255, 0)

    @misconception
    def inverted_at_or_above(image, threshold):
        """
        Black and white are exchanged, and the threshold's own level is on the wrong side.

        Right is 255 where I ≤ t; you return 255 where I ≥ t.
        Example: at t = 150, the pixels 149, 150, 151 become 255, 255, 0; you return
        0, 255, 255.
        """
        return np.where(image >= threshold, 255, 0)

    @misconception
    def zeros_and_ones(image, threshold):
        """
        White is 255 in a grey image; here it is 1 (or True).

        Right is 255 where I ≤ t; a comparison alone gives truth values, that is 1 and 0.
        Example: at t = 150, the pixels 149, 151 become 255, 0; you return 1, 0.
        """
        return (image <= threshold).astype(np.uint8)

    @misconception
    def white_is_256(image, threshold):
        """
        White is 255, the largest level; 256 does not fit into 8 bits.

        Right is 255 where I ≤ t.
        Example: at t = 150, the pixels 149, 151 become 255, 0; you return 256, 0.
        """
        return np.where(image <= threshold, 256, 0)

    @misconception
    def pixels_kept(image, threshold):
        """
        Pixels up to the threshold keep their level instead of becoming white.

        Right is 255 where I ≤ t, whatever the level was.
        Example: at t = 150, the pixels 20, 151 become 255, 0; you return 20, 0.
        """
        return np.where(image <= threshold, image, 0)

    @misconception
    def background_kept(image, threshold):
        """
        Pixels above the threshold keep their level instead of becoming black.

        Right is 0 where I > t, whatever the level was.
        Example: at t = 150, the pixels 20, 151 become 255, 0; you return 255, 151.
        """
        return np.where(image <= threshold, 255, image)

    @counterexamples
    def small_images(draw):
        return {"image": few_pixels(draw), "threshold": draw.integer(0, 255)}

    @workload(sizes=(256, 1024, 4096), operations=lambda size: size**2)
    def noise(rng, size):
        """A square image of that side."""
        image = rng.integers(0, 256, (size, size), dtype=np.uint8)
        return {"image": image, "threshold": int(rng.integers(64, 192))}

    @illustration
    def pictures(expected, yours, image, threshold):
        yield drawing("Input", image)
        yield from masks(expected, yours)


def two_class_moments(histogram, t):
    """The probabilities and undivided means of the levels up to t and of those above it."""
    dark, bright = histogram[: t + 1], histogram[t + 1 :]
    return (
        float(dark.sum()),
        float(bright.sum()),
        float(LEVELS[: t + 1] @ dark),
        float(LEVELS[t + 1 :] @ bright),
    )


def two_class_means(histogram, t):
    """The probabilities and means of the two classes; an empty class has the global mean."""
    p1, p2, s1, s2 = two_class_moments(histogram, t)
    mu = s1 + s2
    return p1, p2, s1 / p1 if p1 > 0 else mu, s2 / p2 if p2 > 0 else mu


@task("between_class_variance(histogram: float[256], t: int) -> float")
class BetweenClassVariance:
    """
    The variance between the two classes of levels that a threshold makes.

    P₁(μ₁ − μ)² + P₂(μ₂ − μ)²

    The levels {0, ..., t} are class 1, the levels {t + 1, ..., 255} class 2, and

    - P₁ = Σ P(i) over class 1 is its share of the pixels;
    - μ₁ = Σ i·P(i) / P₁ over class 1 is the mean level of its pixels; likewise P₂ and μ₂;
    - μ = Σ i·P(i) over all levels.

    Take P(100) = 0.25 and P(200) = 0.75. Then μ = 175. At t = 150, P₁ = 0.25 and
    μ₁ = 0.25 · 100 / 0.25 = 100, P₂ = 0.75 and μ₂ = 200, and the variance is
    0.25 · 75² + 0.75 · 25² = 1875. When a class is empty, as it is at t = 99 and at t = 200, the
    variance is 0.

    Chapter 6 leaves out the division by P₁ and P₂, in the formula and in listing 6.1. The
    photographs of the next task show what that does.
    """

    reference = solutions.between_class_variance

    def mean_square(histogram, t):
        return float(LEVELS**2 @ histogram)

    rule = close(scale=mean_square)

    @check(points=2)
    def photographs(rng):
        """The histograms of six photographs, each at a threshold among its levels."""
        for name in PHOTOGRAPHS:
            heights = solutions.grey_histogram(photograph(name))
            below = np.cumsum(heights)
            among = np.flatnonzero((below > 0.15) & (below < 0.85) & (heights > 0.002))
            t = int(rng.choice(among))
            yield case(f"{name} at {t}", histogram=heights, t=t)

    @check(points=1)
    def few_levels_and_empty_classes(rng):
        """Histograms of few levels, with thresholds on them, and on either side of all."""
        low, high = int(rng.integers(10, 80)), int(rng.integers(150, 240))
        heights = np.zeros(256)
        heights[[low, high]] = 0.25, 0.75
        for words, t in (
            ("below both levels", low - 1),
            ("on the lower level", low),
            ("between the levels", (low + high) // 2),
            ("just below the higher level", high - 1),
            ("on the higher level", high),
            ("at 255", 255),
        ):
            yield case(f"levels {low} and {high}, threshold {words}", histogram=heights, t=t)
        ends = np.zeros(256)
        ends[[0, 255]] = 0.5
        yield case("black and white at 0", histogram=ends, t=0)
        yield case("black and white at 254", histogram=ends, t=254)
        single = np.zeros(256)
        single[low] = 1.0
        for t in (low - 1, low, low + 1):
            yield case(f"the level {low} alone at {t}", histogram=single, t=t)

    @misconception
    def class_means_not_divided(histogram, t):
        """
        The class means are not means: the division by the class probability is missing.

        Right is μ₁ = Σ i·P(i) / P₁ over the levels up to t; you use Σ i·P(i), as the course
        text's formula and listing 6.1 do. That sum shrinks with the class and is a mean only
        for the whole image, where P = 1. On the photograph of coins it moves Otsu's threshold
        from 107 to 89.
        Example: half of the pixels 100, half 200, t = 150: μ₁ = 0.5·100 / 0.5 = 100, not 50;
        the variance is 0.5·50² + 0.5·50² = 2500, not 0.5·100² + 0.5·50² = 6250.
        """
        p1, p2, s1, s2 = two_class_moments(histogram, t)
        return p1 * (s1 - s1 - s2) ** 2 + p2 * (s2 - s1 - s2) ** 2

    @misconception
    def within_class_variance(histogram, t):
        """
        This is the variance within the classes, not between them.

        Right is P₁(μ₁ − μ)² + P₂(μ₂ − μ)²; you compute P₁σ₁² + P₂σ₂². The two add up to the
        image's whole variance, so the one is largest where the other is smallest.
        Example: half of the pixels 100, half 200, t = 150: between the classes 2500, within
        them 0.
        """
        deviations = (LEVELS - LEVELS @ histogram) ** 2
        p1, p2, mu1, mu2 = two_class_means(histogram, t)
        return float(deviations @ histogram) - p1 * p2 * (mu1 - mu2) ** 2

    @misconception
    def threshold_in_second_class(histogram, t):
        """
        The level t itself is counted to the second class; it belongs to the first.

        Right are the classes {0, ..., t} and {t + 1, ..., 255}; yours are {0, ..., t − 1} and
        {t, ..., 255}. `histogram[:t]` ends at t − 1: write `histogram[: t + 1]`.
        Example: half of the pixels 100, half 200, t = 100 separates them: 2500. You put all
        into one class: 0.
        """
        return float(solutions.between_class_variance(histogram, t - 1)) if t else 0.0

    @misconception
    def not_weighted(histogram, t):
        """
        The squared distances are not weighted with the class probabilities.

        Right is P₁(μ₁ − μ)² + P₂(μ₂ − μ)²; you compute (μ₁ − μ)² + (μ₂ − μ)², in which a
        handful of pixels counts as much as all others.
        Example: a quarter of the pixels 100, the rest 200, t = 150: μ = 175 and
        0.25·75² + 0.75·25² = 1875; you return 75² + 25² = 6250.
        """
        _, _, mu1, mu2 = two_class_means(histogram, t)
        mu = LEVELS @ histogram
        return float((mu1 - mu) ** 2 + (mu2 - mu) ** 2)

    @misconception
    def class_probabilities_left_out(histogram, t):
        """
        The factor P₁·P₂ is missing from P₁P₂(μ₁ − μ₂)².

        That form is right, and shorter; but the factor belongs to it.
        Example: a quarter of the pixels 100, the rest 200, t = 150: 0.25·0.75·100² = 1875; you
        return 100² = 10000.
        """
        _, _, mu1, mu2 = two_class_means(histogram, t)
        return (mu1 - mu2) ** 2

    @misconception
    def standard_deviation(histogram, t):
        """
        This is the standard deviation: the root of what is asked for.

        Right is P₁(μ₁ − μ)² + P₂(μ₂ − μ)², in squared grey levels.
        Example: half of the pixels 100, half 200, t = 150: the variance is 2500; you return 50.
        """
        return float(np.sqrt(solutions.between_class_variance(histogram, t)))

    @misconception
    def levels_not_weighted(histogram, t):
        """
        The class means are means of the levels, as though each were equally frequent.

        Right is μ₁ = Σ i·P(i) / P₁ over the levels up to t; you take (0 + 1 + ... + t) / (t + 1).
        Example: half of the pixels 100, half 200, t = 150: μ₁ = 100; you take 75.
        """
        p1, p2, _, _ = two_class_moments(histogram, t)
        mu = LEVELS @ histogram
        return float(p1 * (t / 2 - mu) ** 2 + p2 * ((t + 256) / 2 - mu) ** 2)

    @misconception
    def black_left_out(histogram, t):
        """
        Level 0 is left out of the first class.

        The first class is {0, ..., t}: its sums start at i = 0. The course text starts one of
        them at i = 1, which does no harm to Σ i·P(i), but takes P(0) away from P₁.
        Example: half of the pixels 0, half 200, t = 100: P₁ = 0.5 and the variance is 10000;
        with P₁ = 0 you return 0.5·(200 − 100)² = 5000.
        """
        dark = histogram[1 : t + 1].sum()
        _, p2, mu1, mu2 = two_class_means(np.where(LEVELS > 0, histogram, 0.0), t)
        mu = LEVELS @ histogram
        return float(dark * (mu1 - mu) ** 2 + p2 * (mu2 - mu) ** 2)

    @misconception
    def empty_class_divides_by_zero(histogram, t):
        """
        An empty class ends in 0 / 0: the result is NaN.

        When no pixel lies up to t, or none above it, P₁ or P₂ is 0 and its mean has no value;
        the variance between the classes is 0 then. Ask before you divide.
        Example: all pixels 200, t = 100: P₁ = 0, μ₁ = 0 / 0; the answer is 0.
        """
        p1, p2, _, _ = two_class_moments(histogram, t)
        if p1 > 0 and p2 > 0:
            return float(solutions.between_class_variance(histogram, t))
        return float("nan")

    @counterexamples
    def small_histograms(draw):
        heights = few_levels(draw)
        first = int(np.flatnonzero(heights)[0])
        return {"histogram": heights, "t": min(first + draw.integer(0, 6), 255)}

    @workload(sizes=(256,))
    def random_levels(rng, size):
        """A histogram of 256 levels; the cost does not depend on the image."""
        return {"histogram": rng.dirichlet(np.ones(size)), "t": int(rng.integers(64, 192))}


def first_maximiser(objective, image):
    """The first level at which an objective of histogram and level is largest."""
    heights = solutions.grey_histogram(image)
    return int(np.argmax([objective(heights, t) for t in range(256)]))


@task("otsu_threshold(image: uint8[H, W]) -> int")
class OtsuThreshold:
    """
    Otsu's threshold: the level that separates an image's levels into two classes best.

    The t in 0..255 that maximises the between-class variance of the classes {0, ..., t} and
    {t + 1, ..., 255}. Where several levels maximise it, each of them is right.

    | photograph             | coins | camera | page | text | clock_motion | moon |
    |------------------------|-------|--------|------|------|--------------|------|
    | Otsu's threshold       | 107   | 102    | 157  | 109  | 174          | 87   |
    | listing 6.1 as printed | 89    | 148    | 180  | 135  | 141          | 113  |
    """

    reference = solutions.otsu_threshold

    def separation(t, image):
        return float(solutions.between_class_variance(solutions.grey_histogram(image), t))

    def no_level(t, image):
        return None if 0 <= t <= 255 else f"got {t}, which is no grey level: they are 0 to 255."

    rule = maximise(
        separation, name="between-class variance", allowed=no_level, scale=second_moment
    )

    @check(points=3)
    def photographs(rng):
        """Six photographs."""
        for name in PHOTOGRAPHS:
            yield case(name, image=photograph(name))

    @check(points=1)
    def random_images(rng):
        """Images of random levels in random shares: dark, bright, and of full range."""
        for words, low, high in (("dark", 0, 90), ("bright", 150, 255), ("full range", 0, 255)):
            image = decided(lambda low=low, high=high: two_populations(rng, low, high))
            yield case(f"a random image, {words}", image=image)
        first = int(rng.integers(130, 240))
        yield case("a long bright tail", image=long_tail(rng, first))

    @check(points=1)
    def narrow_ranges_and_single_colours(rng):
        """A few neighbouring levels, also 0 and 255; two levels; one level; one pixel."""
        for first in (0, int(rng.integers(20, 230)), 251):
            levels = np.arange(first, first + 5)
            image = decided(lambda levels=levels: grains(rng, levels, (6, 9)))
            yield case(f"the levels {first} to {first + 4}", image=image)
        first = int(rng.integers(30, 150))
        yield case("eight levels with a long tail", image=long_tail(rng, first))
        yield case("four pixels", image=few(first, first + 1, first + 10, first + 11))
        yield case("white apart", image=few(100, 100, 160, 160, 255, 255))
        yield case("two neighbours", image=grains(rng, np.array([first, first + 1]), (5, 4)))
        yield case("black and white", image=grains(rng, np.array([0, 255]), (4, 5)))
        yield case("a single colour", image=np.full((3, 8), first, np.uint8))
        yield case("one pixel", image=np.full((1, 1), first, np.uint8))

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided images; one row, one column."""
        firsts = iter(rng.permutation(np.arange(10, 250, 40)))

        def image():
            levels = next(firsts) + np.array([0, 3, 7, 12])
            tile = decided(lambda: grains(rng, levels, (4, 6)))
            return np.repeat(np.repeat(tile, 2, axis=0), 2, axis=1)

        yield from laid_out(image)
        yield case("one row", image=long_tail(rng, int(rng.integers(30, 60))).reshape(1, -1))
        yield case("one column", image=long_tail(rng, int(rng.integers(90, 120))).reshape(-1, 1))

    @misconception
    def class_means_not_divided(image):
        """
        The class means are not means: the division by the class probability is missing.

        Right is μ₁ = Σ i·P(i) / P₁ over the levels up to t; you use Σ i·P(i), as the course
        text's formula and listing 6.1 do, and what is maximised then is no variance.
        Example: the photograph of coins has the threshold 107; without the division it is 89.
        Half of the pixels 100, half 200: at t = 150, μ₁ = 0.5·100 / 0.5 = 100, not 50.
        """
        counts = np.bincount(image.ravel(), minlength=256) / image.size
        p1, s1 = counts.cumsum(), (counts * LEVELS).cumsum()
        return int(np.argmax(p1 * (s1 - s1[-1]) ** 2 + (1 - p1) * s1**2))

    @misconception
    def one_too_high(image):
        """
        The threshold is one level too high: your classes are {0, ..., t − 1} and {t, ..., 255}.

        Right are {0, ..., t} and {t + 1, ..., 255}. `histogram[:t]` ends at t − 1: write
        `histogram[: t + 1]`.
        Example: the pixels 100 and 101, half each, are separated by t = 100; at your t = 101
        all of them are "at most t".
        """
        return min(int(solutions.otsu_threshold(image)) + 1, 255)

    @misconception
    def one_too_low(image):
        """
        The threshold is one level too low.

        Level t itself belongs to the first class, {0, ..., t}. Perhaps the levels were counted
        from 1, or the first level of a class is returned as the last of the other one.
        Example: the pixels 100 and 101, half each, are separated by t = 100; at your t = 99 all
        of them are above t.
        """
        return max(int(solutions.otsu_threshold(image)) - 1, 0)

    @misconception
    def image_mean(image):
        """
        This is the mean grey level of the image, not Otsu's threshold.

        Right is the t with the largest between-class variance. The mean is drawn towards the
        larger class; the threshold lies between the classes, whatever their sizes.
        Example: 90 pixels of level 10, 5 of 60 and 5 of 200: Otsu separates at 60, the mean is
        22.
        """
        return int(image.mean())

    @misconception
    def image_median(image):
        """
        This is the median of the image, not Otsu's threshold.

        Right is the t with the largest between-class variance. The median puts half of the
        pixels on either side, whether or not they belong together.
        Example: 90 pixels of level 10, 5 of 60 and 5 of 200: Otsu separates at 60, the median
        is 10.
        """
        return int(np.median(image))

    @misconception
    def most_frequent_level(image):
        """
        This is the most frequent grey level: the peak of the histogram, not its division.

        Right is the t with the largest between-class variance; the argmax is taken of the
        variances, not of the histogram.
        Example: the pixels 10, 10, 10, 60, 200, 200: Otsu separates at 60; the most frequent
        level is 10.
        """
        return int(np.argmax(solutions.grey_histogram(image)))

    @misconception
    def middle_of_range(image):
        """
        This is the middle between the darkest and the brightest pixel.

        Right is the t with the largest between-class variance; a single very bright pixel
        must not move it much.
        Example: 50 pixels of level 10, 50 of 60 and 1 of 250: Otsu separates at 10, the middle
        is 130.
        """
        return (int(image.min()) + int(image.max())) // 2

    @misconception
    def smallest_variance(image):
        """
        The between-class variance is minimised; Otsu's threshold maximises it.

        What Otsu's method minimises is the variance within the classes,
        P₁σ₁² + P₂σ₂²; the one between them, P₁(μ₁ − μ)² + P₂(μ₂ − μ)², must be large.
        Example: the pixels 10, 12, 200, 202: separated at 12 the variance is 9025, at 10 it is
        3072 and at 200 likewise; you return 10.
        """
        heights = solutions.grey_histogram(image)
        variances = [solutions.between_class_variance(heights, t) for t in range(256)]
        separating = (level for level in range(256) if variances[level] > 0)
        return min(separating, key=lambda level: variances[level], default=0)

    @misconception
    def class_probabilities_left_out(image):
        """
        The class probabilities are missing: every class weighs the same, however few its pixels.

        Right is the t that maximises P₁P₂(μ₁ − μ₂)²; without P₁P₂, the best division is one
        extreme level against all others.
        Example: 998 pixels of the levels 100 to 150 and one white pixel: you put the white pixel
        into a class of its own.
        """

        def distance(heights, t):
            _, _, mu1, mu2 = two_class_means(heights, t)
            return (mu1 - mu2) ** 2

        return first_maximiser(distance, image)

    @misconception
    def index_among_present_levels(image):
        """
        The answer counts only the levels that occur; the level itself is asked for.

        With `levels = np.unique(image)`, the best position k belongs to the level `levels[k]`.
        Example: the pixels 100, 101, 200 are separated by the level 101; you return its
        position, 1.
        """
        levels = np.unique(image)
        return int(np.searchsorted(levels, solutions.otsu_threshold(image), side="right") - 1)

    @misconception
    def index_of_bin(image):
        """
        The answer is the number of a bin between the darkest and the brightest pixel, no level.

        `np.histogram(image, bins=256)` lays its bins between image.min() and image.max(), so
        bin k is not level k. Give `range=(0, 256)`, or use `np.bincount(..., minlength=256)`.
        Example: in an image of the levels 100 to 110, the level 105 lies in bin 128.
        """
        counts, _ = np.histogram(image, bins=256)
        n, s = counts.cumsum(), (counts * LEVELS).cumsum()
        rest = np.maximum(n[-1] - n, 1)
        separation = (s[-1] / n[-1] * n - s) ** 2 / (np.maximum(n, 1) * rest)
        return int(np.argmax(separation))

    @misconception
    def dark_half_searched(image):
        """
        Only the thresholds 0 to 127 are tried.

        Right is the best t of all levels, `range(256)`; in a bright image it lies above 127.
        Example: the pixels 140 and 200, half each, are separated by every t from 140 to 199;
        you return 0, which separates nothing.
        """
        heights = solutions.grey_histogram(image)
        return int(np.argmax([solutions.between_class_variance(heights, t) for t in range(128)]))

    @misconception
    def empty_class_wins(image):
        """
        A threshold with an empty class wins: 0 / 0 is NaN, and argmax takes NaN for the largest.

        Where P₁ or P₂ is 0 the between-class variance is 0. Ask before you divide, or use
        `np.nan_to_num` on the variances.
        Example: the pixels 100 and 200: at t = 0 no pixel is up to t, μ₁ = 0 / 0, and
        `np.argmax` returns 0.
        """
        present = np.flatnonzero(np.bincount(image.ravel(), minlength=256))
        return 0 if present[0] > 0 else int(present[-1])

    @counterexamples
    def small_images(draw):
        return {"image": few_pixels(draw)}

    @workload(sizes=(256, 1024, 4096))
    def two_bands(rng, size):
        """A square image of that side with dark and bright grains, far apart."""
        return {"image": bands(rng, size, count=2)}

    @illustration
    def pictures(expected, yours, image):
        yield drawing("Input", image)
        yield from masks(
            solutions.binarize(image, expected),
            solutions.binarize(image, int(min(max(yours, -1), 255))),
        )
        heights = solutions.grey_histogram(image)
        marks = {"expected": on_the_scale(expected), "yours": on_the_scale(yours)}
        yield histogram("Histogram", heights, **marks)


def two_populations(rng, low, high):
    """Twelve levels in two groups, of unequal size as a rule."""
    middle = int(rng.integers(low + (high - low) // 3, high - (high - low) // 3))
    dark, bright = some_levels(rng, 7, low, middle - 5), some_levels(rng, 5, middle + 5, high)
    return grains(rng, np.concatenate([dark, bright]), (16, 21))


def bands(rng, size, count):
    """A square image whose pixels lie in bands of levels with empty levels in between."""
    step = 256 // count
    within = rng.integers(0, 3 * step // 4, (size, size), dtype=np.uint8)
    return within + np.uint8(step) * rng.integers(0, count, (size, size), dtype=np.uint8)


def merits(image, merit):
    """What a class of the levels i..j is worth, at [i, j], from its probability and its sum."""
    heights = solutions.grey_histogram(image)
    p = np.append(0, np.cumsum(heights))
    s = np.append(0, np.cumsum(heights * LEVELS))
    return merit(p[np.newaxis, 1:] - p[:-1, np.newaxis], s[np.newaxis, 1:] - s[:-1, np.newaxis])


def otsu_between(image, low, high):
    """Otsu's threshold of the pixels with a level in low..high; `low` if there are none."""
    pixels = image[(image >= low) & (image <= high)]
    return int(solutions.otsu_threshold(pixels[np.newaxis])) if pixels.size else low


@task("multi_otsu(image: uint8[H, W], classes: int) -> int[classes-1]")
class MultiOtsu:
    """
    The thresholds that separate an image's levels into two, three or four classes best.

    The t₁ < ... < t₍ₖ₋₁₎ in 0..255 that maximise Σ Pⱼ(μⱼ − μ)² over the k classes
    {0, ..., t₁}, {t₁ + 1, ..., t₂}, ..., {t₍ₖ₋₁₎ + 1, ..., 255}. The images have at least k
    levels. Where several choices maximise it, each of them is right.

    For the photograph of coins and k = 3 they are 77 and 139: not 107 and another one. There are
    2,731,135 ways to choose three thresholds of 255; think about what a class contributes before
    you try them all.
    """

    reference = solutions.multi_otsu

    def separation(thresholds, image, classes):
        return float(solutions.class_variance(solutions.grey_histogram(image), thresholds))

    def no_division(thresholds, image, classes):
        if len(thresholds) and not 0 <= min(thresholds) <= max(thresholds) <= 255:
            return f"got {thresholds.tolist()}; thresholds are grey levels, 0 to 255."
        if np.any(np.diff(thresholds) <= 0):
            return f"got {thresholds.tolist()}; thresholds must increase: t1 < t2 < ..."
        return None

    rule = maximise(
        separation, name="between-class variance", allowed=no_division, scale=second_moment
    )

    @check(points=2)
    def photographs(rng):
        """Photographs in two, three and four classes."""
        for name, classes in (
            ("coins", 3), ("page", 3), ("text", 4), ("clock_motion", 2), ("clock_motion", 4),
        ):  # fmt: skip
            yield case(f"{name} in {classes}", image=photograph(name), classes=classes)

    @check(points=1)
    def random_images(rng):
        """Images of eight random levels in random shares."""
        for classes in (2, 3, 4):
            image = decided(lambda: grains(rng, some_levels(rng, 8), (13, 10)), classes)
            yield case(f"a random image in {classes}", image=image, classes=classes)
        image = long_tail(rng, int(rng.integers(20, 150)))
        yield case("a long bright tail in 3", image=image, classes=3)

    @check(points=1)
    def narrow_ranges_and_layouts(rng):
        """Neighbouring levels, as many levels as classes, strided and read-only images."""
        for first in (0, int(rng.integers(20, 100)), 248):
            image = long_tail(rng, first)
            image.flags.writeable = False
            yield case(f"the levels {first} to {first + 7} in 3", image=image[::-1], classes=3)
        levels = int(rng.integers(5, 40)) + 3 * np.arange(6)
        image = decided(lambda: grains(rng, levels, (12, 8)), 4)
        yield case("six levels in 4", image=image, classes=4)
        for classes in (2, 3, 4):
            levels = rng.integers(2, 200) + np.arange(classes)
            image = np.asfortranarray(grains(rng, levels, (5, 7)))
            yield case(f"{classes} neighbouring levels", image=image, classes=classes)
        yield case("four dark pixels in 2", image=few(0, 0, 3, 10), classes=2)
        yield case("one black pixel in 2", image=few(0, 9, 9, 10), classes=2)
        yield case("five dark pixels in 2", image=few(1, 2, 2, 3, 3), classes=2)
        extremes = grains(rng, np.array([0, 128, 255]), (7, 5))
        yield case("black, grey and white in 3", image=extremes.T, classes=3)

    @misconception
    def bright_part_split_again(image, classes):
        """
        Two-class Otsu is repeated on the brighter part; the thresholds must be chosen together.

        The best single threshold need not be one of the best two: the first step has
        to cut a class in half that the best division keeps whole.
        Example: the photograph of coins in three classes has the thresholds 77 and 139; 107
        and then Otsu above 107 is another, worse division.
        """
        thresholds = [-1]
        for _ in range(classes - 1):
            thresholds.append(otsu_between(image, thresholds[-1] + 1, 255))
        return np.array(thresholds[1:])

    @misconception
    def dark_part_split_again(image, classes):
        """
        Two-class Otsu is repeated on the darker part; the thresholds must be chosen together.

        The best single threshold need not be one of the best two: the first step has
        to cut a class in half that the best division keeps whole.
        Example: the photograph of coins in three classes has the thresholds 77 and 139; 107
        and then Otsu up to 107 is another, worse division.
        """
        thresholds = [255]
        for _ in range(classes - 1):
            thresholds.append(otsu_between(image, 0, thresholds[-1]))
        return np.array(thresholds[:0:-1])

    @misconception
    def one_threshold_at_a_time(image, classes):
        """
        Each threshold is added to the ones before; the thresholds must be chosen together.

        You keep the best single threshold and add the level that raises the variance most.
        The best single threshold need not be one of the best two.
        Example: the photograph of coins in three classes has the thresholds 77 and 139; you
        start with 107, the threshold for two, and never leave it.
        """
        heights = solutions.grey_histogram(image)
        chosen = []
        for _ in range(classes - 1):
            candidates = [sorted({*chosen, t}) for t in np.flatnonzero(heights) if t not in chosen]
            chosen = max(candidates, key=lambda ts: solutions.class_variance(heights, ts))
        return np.array(chosen)

    @misconception
    def quantiles(image, classes):
        """
        These are quantiles: every class gets the same number of pixels.

        Right are the thresholds with the largest between-class variance; classes have the
        sizes that the image gives them.
        Example: 80 pixels of level 10, 10 of 100 and 10 of 200 have the classes 80, 10 and 10;
        the thirds of the pixels are all of level 10.
        """
        shares = np.arange(1, classes) / classes
        return np.quantile(image, shares, method="lower").astype(np.int64)

    @misconception
    def equal_steps(image, classes):
        """
        The scale 0..255 is cut into equal parts; the image is not looked at.

        Right are the thresholds with the largest between-class variance.
        Example: the levels 10, 20 and 200 are separated by 10 and 20; equal parts cut at 85
        and 170.
        """
        return np.arange(1, classes) * 256 // classes

    @misconception
    def equal_steps_in_range(image, classes):
        """
        The range from the darkest to the brightest pixel is cut into equal parts.

        Right are the thresholds with the largest between-class variance; how many pixels each
        level has decides, not the range alone.
        Example: the levels 10, 20 and 200 are separated by 10 and 20; equal parts of 10..200
        cut at 73 and 136.
        """
        low, high = int(image.min()), int(image.max())
        return low + (high - low) * np.arange(1, classes) // classes

    @misconception
    def one_too_high(image, classes):
        """
        Every threshold is one level too high: it is the first level of the next class.

        Right is that the class ends with its threshold: {0, ..., t₁}, {t₁ + 1, ..., t₂}, ...
        `histogram[a:b]` ends at b − 1: the threshold is b − 1.
        Example: the levels 100, 101 and 102 in three classes have the thresholds 100 and 101;
        you return 101 and 102.
        """
        return solutions.multi_otsu(image, classes) + 1

    @misconception
    def class_means_not_divided(image, classes):
        """
        The class means are not means: the division by the class probability is missing.

        Right is μⱼ = Σ i·P(i) / Pⱼ over the class's levels; you use Σ i·P(i), as the course
        text's two-class formula and listing 6.1 do.
        Example: a third of the pixels each 50, 100 and 150: μ₁ = (50/3) / (1/3) = 50, not 16.7.
        """
        mu = image.mean()
        return solutions.split_levels(merits(image, lambda p, s: p * (s - mu) ** 2), classes)

    @misconception
    def class_probabilities_left_out(image, classes):
        """
        The class probabilities are missing: every class weighs the same, however few its pixels.

        Right is Σ Pⱼ(μⱼ − μ)²; you maximise Σ (μⱼ − μ)², and a few extreme pixels get classes
        of their own.
        Example: 998 pixels of the levels 100 to 150, one black and one white, in three classes:
        yours are the black one, the white one and all others.
        """
        mu = image.mean()

        def merit(p, s):
            present = p > 1e-9
            return np.where(present, (s / np.where(present, p, 1.0) - mu) ** 2, 0.0)

        return solutions.split_levels(merits(image, merit), classes)

    @misconception
    def decreasing(image, classes):
        """
        The thresholds come in decreasing order; they must increase.

        Right is t₁ < t₂ < ...: sort them before you return them.
        Example: 77 and 139, not 139 and 77.
        """
        return solutions.multi_otsu(image, classes)[::-1]

    @counterexamples
    def small_images(draw):
        steps = draw.array("int64", ((4, 6),), 1, 40)
        levels = np.cumsum(steps)
        extra = draw.array("int64", ((0, 4),), 0, len(levels) - 1)
        image = np.concatenate([levels, levels[extra]]).astype(np.uint8)[np.newaxis]
        return {"image": image, "classes": draw.integer(2, 4)}

    @workload(sizes=(128, 512, 2048))
    def three_bands(rng, size):
        """A square image of that side with dark, grey and bright grains, far apart."""
        return {"image": bands(rng, size, count=3), "classes": 3}

    @illustration
    def pictures(expected, yours, image, classes):
        def in_classes(thresholds):
            shades = np.searchsorted(np.sort(thresholds), image, side="left")
            return 255 - shades * 255 // (classes - 1)

        yield drawing("Input", image)
        yield from masks(in_classes(expected), in_classes(yours))
        marks = {f"expected {t}": on_the_scale(t) for t in expected.tolist()}
        marks |= {f"yours {t}": on_the_scale(t) for t in yours.tolist()}
        yield histogram("Histogram", solutions.grey_histogram(image), **marks)
