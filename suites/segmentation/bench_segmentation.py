"""
Segmentation: clusters of colours, flooding, sliding windows, and the classes of pixels.

Images have the shape (H, W), colour images (H, W, 3). What a network puts out for K classes, its
scores, has the shape (K, H, W): a map for each class. Scores and logits are unnormalised
log-probabilities and log-odds, of any size up to ±1000. Logarithms are natural.
"""

from collections import deque
from functools import cache
from heapq import heapify, heappop, heappush
from itertools import count, groupby

import numpy as np

from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    holds,
    illustration,
    misconception,
    photograph,
    reference,
    task,
    workload,
)

solutions = reference(__file__)


# Inputs that several tasks share


def eighths(rng, low, high, shape):
    """Random multiples of 1/8 in low..high: none is rounded in float32, and many are equal."""
    return rng.integers(8 * low, 8 * high, shape, endpoint=True) / 8


def read_only(array):
    """The array, after which nobody may write to it."""
    array.flags.writeable = False
    return array


# Pictures that several tasks share


def shades(labels, most):
    """Labels 0..most as levels of grey; what is no label is white."""
    known = (labels >= 0) & (labels <= most)
    return np.where(known, np.where(known, labels, 0) * 200 // max(most, 1), 255)


def side_by_side(expected, yours, most):
    """Two pictures of labels, and in white where they differ."""
    yield drawing("Expected", shades(expected, most))
    yield drawing("Yours", shades(yours, most))
    yield drawing("Difference", np.where(expected == yours, 0, 255))


# K-means


def lloyd(image, centroids, iterations, *, costs=None, centre=None, empty=None):
    """Lloyd's algorithm with another distance, another centre, or another fate of the empty."""
    costs = costs or (lambda differences: (differences**2).sum(axis=2))
    centre = centre or (lambda members: members.mean(axis=0))
    empty = empty or (lambda centroid: centroid)
    colours = image.reshape(-1, 3).astype(np.float64)
    moved = centroids.astype(np.float64)
    for _ in range(iterations):
        labels = costs(colours[:, np.newaxis] - moved).argmin(axis=1)
        for j in range(len(moved)):
            members = colours[labels == j]
            moved[j] = centre(members) if len(members) else empty(moved[j])
    return labels.reshape(image.shape[:2]), moved


def closest_call(image, centroids, iterations):
    """By how much, in squared distance, the nearest centroid beats the next one at the least."""
    colours = image.reshape(-1, 3).astype(np.float64)
    gap = np.inf
    for _ in range(iterations):
        squares = np.sort(((colours[:, np.newaxis] - centroids) ** 2).sum(axis=2), axis=1)
        gap = np.diff(squares[:, :2]).min(initial=gap)
        _, centroids = solutions.kmeans_colors(image, centroids, 1)
    return gap


def still_moves(image, centroids, iterations):
    """Whether one more iteration would give some pixel another label."""
    labels, moved = solutions.kmeans_colors(image, centroids, iterations)
    return bool(np.any(labels != solutions.kmeans_colors(image, moved, 1)[0]))


def all_occupied(image, centroids, iterations):
    """Whether every cluster has a pixel in every iteration."""
    courses = (solutions.kmeans_colors(image, centroids, i + 1)[0] for i in range(iterations))
    return all(len(np.unique(labels)) == len(centroids) for labels in courses)


def decided(draw):
    """The first inputs drawn whose labels are beyond doubt in float32, and not final yet."""
    for _ in range(500):
        inputs = draw()
        if closest_call(**inputs) >= 1 and still_moves(**inputs) and all_occupied(**inputs):
            break
    return inputs


def colours_and_centroids(rng, shape, clusters, iterations):
    """A random image and centroids for the check that asks for so many iterations."""

    def draw():
        return {
            "image": rng.integers(0, 256, (*shape, 3), dtype=np.uint8),
            "centroids": rng.uniform(40, 215, (clusters, 3)),
            "iterations": iterations,
        }

    return decided(draw)


def in_one_channel(rng, levels, starts, iterations):
    """A row of pixels and centroids that differ in one channel, each pixel three times."""
    shift, others = rng.integers(0, 60), rng.integers(0, 256, 3)
    channel = rng.integers(0, 3)
    image = np.tile(others, (1, 3 * len(levels), 1)).astype(np.uint8)
    image[0, :, channel] = rng.permutation(np.repeat(levels, 3)) + shift
    centroids = np.tile(others, (len(starts), 1)).astype(np.float64)
    centroids[:, channel] = np.array(starts) + shift
    return {"image": image, "centroids": centroids, "iterations": iterations}


@task(
    "kmeans_colors(image: uint8[H, W, 3], centroids: float[K, 3], iterations: int) "
    "-> (labels: int[H, W], centroids: float[K, 3])"
)
class KmeansColors:
    """
    Clusters of an image's colours by Lloyd's algorithm, started from the given centroids.

    Each iteration has two steps. First every pixel gets the label j, from 0, of the centroid that
    is nearest to its colour in Euclidean distance; then every centroid moves to the mean of the
    colours that have its label. A centroid whose label no pixel has stays where it is. Return the
    labels of the last iteration's first step, and the centroids after its second step.
    `iterations` is at least 1; do all of them, even if nothing changes any more.
    """

    reference = solutions.kmeans_colors

    @check(points=1)
    def one_iteration(rng):
        """One assignment and one move, of two to five clusters."""
        for clusters, shape in ((3, (9, 13)), (2, (1, 20)), (5, (11, 7))):
            inputs = colours_and_centroids(rng, shape, clusters, 1)
            yield case(f"{clusters} random centroids, one iteration", **inputs)
        image = np.array([[[0, 0, 0], [30, 0, 0], [90, 60, 30]]], np.uint8)
        centroids = np.array([[0.0, 0.0, 0.0], [100.0, 80.0, 60.0]])
        yield case("three pixels, two centroids", image=image, centroids=centroids, iterations=1)

    @check(points=2)
    def several_iterations(rng):
        """Up to five iterations, none of which is the last that would change something."""
        for iterations, clusters, shape in ((2, 3, (9, 13)), (3, 4, (12, 8)), (5, 3, (10, 14))):
            inputs = colours_and_centroids(rng, shape, clusters, iterations)
            yield case(f"{clusters} random centroids, {iterations} iterations", **inputs)
        inputs = colours_and_centroids(rng, (14, 9), 3, 2)
        turned = np.ascontiguousarray(inputs["image"][::-1, ::-1].transpose(1, 0, 2))
        inputs["image"] = read_only(turned).transpose(1, 0, 2)[::-1, ::-1]
        inputs["centroids"] = read_only(np.asfortranarray(inputs["centroids"]))
        yield case("read-only arrays with strides in another order", **inputs)

    @check(points=1)
    def empty_clusters(rng):
        """Clusters that have no pixel, lose all of theirs, or get their first one late."""
        inputs = colours_and_centroids(rng, (8, 11), 3, 2)
        far = np.insert(inputs["centroids"], 1, (600.0, -500.0, 700.0), axis=0)
        yield case("a centroid far from all colours", **inputs | {"centroids": far})
        loses = in_one_channel(rng, (120, 130, 170), (80, 170, 180), 2)
        yield case("a cluster that loses its pixels", **loses)
        yield case("a cluster that has lost its pixels", **loses | {"iterations": 3})
        gains = in_one_channel(rng, (0, 90, 140), (130, 170, 200), 2)
        yield case("a cluster that is empty at first", **gains)
        plain = np.full((3, 4, 3), rng.integers(100, 140, 3), np.uint8)
        three = np.array([[20.0, 30.0, 250.0], [120.0, 110.0, 140.0], [250.0, 0.0, 80.0]])
        yield case("an image of one colour", image=plain, centroids=three, iterations=2)
        image = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
        yield case("a single cluster", image=image, centroids=three[:1], iterations=2)

    @misconception
    def centroid_is_the_sum(image, centroids, iterations):
        """
        A centroid moves to the sum of its cluster's colours instead of their mean.

        Right is c_j = Σ u / n_j over the n_j pixels of the cluster; the division is missing. The
        course text's third step prints it so, and then the centroids leave the colour cube: its
        own listing 6.3 divides.
        Example: a cluster of the colours (10, 0, 0) and (30, 0, 0) has the centroid (20, 0, 0);
        you return (40, 0, 0).
        """
        return lloyd(image, centroids, iterations, centre=lambda members: members.sum(axis=0))

    @misconception
    def centroids_set_anew(image, centroids, iterations):
        """
        The centroids are set anew in every iteration, so that only the last iteration counts.

        Right is that an iteration goes on from the centroids of the one before it: set them
        before the loop. Listing 6.3 of the course text draws them at random inside of the loop.
        Example: the red levels 0, 30, 50, 200 with centroids at 0 and 50 have the labels 0, 1,
        1, 1 after one iteration and 0, 0, 1, 1 after two; you return the former for both.
        """
        return solutions.kmeans_colors(image, centroids, 1)

    @misconception
    def manhattan_distance(image, centroids, iterations):
        """
        The distance of two colours is the sum of the differences, not the Euclidean distance.

        Right is √Σ(uᵢ − cᵢ)², or its square; you compare Σ|uᵢ − cᵢ|. The mean minimises the
        squares.
        Example: from (0, 0, 0), the centroid (60, 0, 0) is 60 away and (40, 40, 0) 56.6, so the
        second is nearer; by your distances 60 and 80, the first is.
        """
        return lloyd(image, centroids, iterations, costs=lambda d: np.abs(d).sum(axis=2))

    @misconception
    def largest_channel_distance(image, centroids, iterations):
        """
        The distance of two colours is the largest difference of a channel, not the Euclidean one.

        Right is √Σ(uᵢ − cᵢ)², or its square; you compare max |uᵢ − cᵢ|.
        Example: from (0, 0, 0), the centroid (50, 0, 0) is 50 away and (40, 40, 0) 56.6, so the
        first is nearer; by your distances 50 and 40, the second is.
        """
        return lloyd(image, centroids, iterations, costs=lambda d: np.abs(d).max(axis=2))

    @misconception
    def labels_after_the_move(image, centroids, iterations):
        """
        The labels are assigned once more after the centroids' last move.

        Right are the labels of the last iteration's own assignment, from which its move was
        computed; you assign the pixels again to the moved centroids, which is the first half of
        one more iteration.
        Example: the red levels 0, 30, 50, 200 with centroids at 0 and 50 have the labels 0, 1,
        1, 1, and the second centroid moves to 93.3; from there, you return 0, 0, 1, 1.
        """
        _, moved = solutions.kmeans_colors(image, centroids, iterations)
        return solutions.kmeans_colors(image, moved, 1)[0], moved

    @misconception
    def centroids_cut_off(image, centroids, iterations):
        """
        The centroids are whole numbers: what follows the point of each mean is cut off.

        Right is the mean as it is. In listing 6.3 of the course text the array of the centroids
        holds integers, and NumPy cuts off what is written into it.
        Example: a cluster of the red levels 10 and 11 has its centroid at 10.5; you return 10.
        """
        return lloyd(
            image,
            np.trunc(centroids),
            iterations,
            centre=lambda members: np.trunc(members.mean(axis=0)),
        )

    @misconception
    def medians(image, centroids, iterations):
        """
        A centroid moves to the median of its cluster's colours, not to their mean.

        Right is c_j = Σ u / n_j; the median of each channel minimises the sum of the absolute
        differences instead of the squares.
        Example: a cluster of the red levels 0, 10, 80 has its centroid at 30; you return 10.
        """
        return lloyd(image, centroids, iterations, centre=lambda m: np.median(m, axis=0))

    @misconception
    def until_nothing_changes(image, centroids, iterations):
        """
        The algorithm goes on until the centroids rest, whatever `iterations` says.

        Right is to assign and to move exactly `iterations` times.
        Example: with `iterations` = 1 the labels are those of the given centroids; you return
        the labels of the final ones.
        """
        for _ in range(100):
            before = centroids
            labels, centroids = solutions.kmeans_colors(image, before, 1)
            if np.array_equal(before, centroids):
                break
        return labels, centroids

    @misconception
    def one_iteration_too_few(image, centroids, iterations):
        """
        There is one iteration too few.

        Right is to assign and to move `iterations` times; `range(1, iterations)` runs once less.
        Example: with `iterations` = 2 you return what one iteration gives.
        """
        return solutions.kmeans_colors(image, centroids, max(iterations - 1, 1))

    @misconception
    def empty_cluster_at_zero(image, centroids, iterations):
        """
        The centroid of an empty cluster moves to black, (0, 0, 0).

        Right is that it stays where it is. A sum over no pixels is 0, and dividing it by
        max(n, 1) leaves 0.
        Example: a centroid at (200, 0, 0) to which no pixel is nearest stays at (200, 0, 0); you
        return (0, 0, 0).
        """
        return lloyd(image, centroids, iterations, empty=np.zeros_like)

    @misconception
    def mean_of_nothing(image, centroids, iterations):
        """
        The centroid of an empty cluster becomes NaN.

        Right is that it stays where it is. The mean over no pixels is 0 / 0, and a distance to
        NaN counts as the smallest for `np.argmin`.
        Example: a centroid at (200, 0, 0) to which no pixel is nearest stays at (200, 0, 0); you
        return (nan, nan, nan).
        """
        return lloyd(image, centroids, iterations, empty=lambda c: np.full_like(c, np.nan))

    @misconception
    def labels_from_one(image, centroids, iterations):
        """
        The labels are counted from 1.

        Right is the index of the centroid, from 0 to K − 1; you return 1 to K.
        Example: a pixel nearest to `centroids[0]` has the label 0; you return 1.
        """
        labels, moved = solutions.kmeans_colors(image, centroids, iterations)
        return labels + 1, moved

    @counterexamples
    def small_images(draw):
        inputs = {
            "image": draw.array("uint8", (1, (2, 4), 3), 0, 40),
            "centroids": draw.array("int64", ((1, 3), 3), 0, 40).astype(np.float64),
            "iterations": draw.integer(1, 3),
        }
        if closest_call(**inputs) < 1:  # a tie, which may go either way: one cluster has none
            inputs["centroids"] = inputs["centroids"][:1]
        return inputs

    @workload(sizes=(16, 64, 128))
    def four_dyes(rng, size):
        """A square image of that side in four colours with some noise, and five iterations."""
        dyes = np.array([[40, 50, 60], [200, 60, 50], [60, 190, 80], [90, 70, 210]])
        noise = rng.integers(0, 20, (size, size, 3))
        image = (dyes[rng.integers(0, 4, (size, size))] + noise).astype(np.uint8)
        centroids = (dyes + rng.uniform(-15, 15, (4, 3))).astype(np.float64)
        return {"image": image, "centroids": centroids, "iterations": 5}

    @illustration
    def pictures(expected, yours, image, centroids, iterations):
        yield drawing("Input", image.mean(axis=2))
        yield from side_by_side(expected[0], yours[0], len(centroids) - 1)


# Watershed

FOUR = ((-1, 0), (0, -1), (0, 1), (1, 0))
EIGHT = (*FOUR, (-1, -1), (-1, 1), (1, -1), (1, 1))


def neighbours(place, shape, steps=FOUR):
    """The places beside a place that lie in the image."""
    for down, right in steps:
        row, column = place[0] + down, place[1] + right
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            yield row, column


def flood(elevation, markers, mask, *, steps=FOUR, urgency=None):
    """Flooding with other neighbours, or by an urgency other than the height: least first."""
    urgency = urgency or (lambda height, so_far: height)
    labels, arrival = markers.copy(), count()
    edge = [(elevation[p], next(arrival), p) for p in map(tuple, np.argwhere(markers))]
    heapify(edge)
    while edge:
        so_far, _, place = heappop(edge)
        for beside in neighbours(place, labels.shape, steps):
            if mask[beside] and not labels[beside]:
                labels[beside] = labels[place]
                order = urgency(elevation[beside], so_far)
                heappush(edge, (order, next(arrival), beside))
    return labels


def possible_labels(elevation, markers, mask):
    """
    The labels that each place gets under some order of flooding; a dry place is missing.

    Water rises level by level. What becomes wet at one level is a lake of places that are no
    higher, and any of the floods around may be the first to spill over into all of it.
    """
    wet = {p: {int(markers[p])} for p in map(tuple, np.argwhere(markers).tolist())}
    dry = (p for p in map(tuple, np.argwhere(mask).tolist()) if p not in wet)
    lakes = {}
    for _, level in groupby(sorted(dry, key=elevation.__getitem__), key=elevation.__getitem__):
        risen = list(level)
        for place in risen:
            join_lakes(lakes, place, mask.shape)
        floods = {}
        for place in risen:
            lake = lakes[place]
            _, around = floods.setdefault(id(lake), (lake, set()))
            around.update(*(wet.get(beside, ()) for beside in neighbours(place, mask.shape)))
        for lake, around in floods.values():
            if around:
                wet.update(dict.fromkeys(lake, around))
                for place in lake:
                    del lakes[place]
    return wet


def join_lakes(lakes, place, shape):
    """Add a place to `lakes` (place to all places of its lake) and join what it connects."""
    lakes[place] = [place]
    for beside in neighbours(place, shape):
        if beside in lakes and lakes[beside] is not lakes[place]:
            small, large = sorted((lakes[place], lakes[beside]), key=len)
            large.extend(small)
            lakes.update(dict.fromkeys(small, large))


def landscape(rng, shape, blurs=0):
    """Different heights 1, 1⅛, 1¼, ... for all pixels: noise, the smoother the more blurs."""
    noise = rng.random(shape)
    for _ in range(blurs):
        noise = sum(np.roll(noise, step, (0, 1)) for step in (*EIGHT, (0, 0))) / 9
    return 1 + noise.ravel().argsort().argsort().reshape(shape) / 8


def one_is_nearest(places, mask):
    """Whether no pixel of the mask is equally far from the two places nearest to it."""
    pixels = np.argwhere(mask)[:, np.newaxis]
    nearest = np.sort(((pixels - places) ** 2).sum(axis=2), axis=1)[:, :2]
    return len(places) == 1 or bool(np.all(nearest[:, 0] < nearest[:, 1]))


def far_enough(place, places):
    """Whether a place is none of the others, and beside none of them."""
    return bool(np.all(np.abs(places - place).sum(axis=1) >= 2))


def marker_places(rng, mask, number):
    """Random places in the mask, none beside another, of which each pixel has one nearest."""
    places = np.empty((0, 2), np.int64)
    for place in rng.permutation(np.argwhere(mask)):
        more = np.vstack([places, place])
        if far_enough(place, places) and one_is_nearest(more, mask):
            places = more
        if len(places) == number:
            break
    return places


def with_springs(rng, elevation, mask, number):
    """Inputs with up to so many different markers in the mask, each in a pit below 1."""
    places = tuple(marker_places(rng, mask, number).T)
    markers = np.zeros(mask.shape, np.int64)
    markers[places] = rng.choice(np.arange(2, 100), len(places[0]), replace=False)
    pits = elevation.copy()
    pits[places] = np.arange(len(places[0])) - number
    return {"elevation": pits, "markers": markers, "mask": mask}


def everywhere(shape):
    """A mask that hides nothing."""
    return np.ones(shape, bool)


@cache
def touching_coins():
    """Three coins of the photograph's second row, pushed together until they touch; 25 × 63."""
    strip = photograph("coins")[100:150, 78:232]
    columns = np.r_[0:43, 58:96, 109:154]
    return strip[::2, columns[::2]].astype(np.float64)


@cache
def distance_to_background():
    """How far each pixel of the touching coins is from the nearest pixel that is no coin."""
    dark = np.argwhere(touching_coins() <= 107)
    places = np.argwhere(np.ones_like(touching_coins()))
    squares = ((places[:, np.newaxis] - dark) ** 2).sum(axis=2).min(axis=1)
    return np.sqrt(squares).astype(np.float32).reshape(touching_coins().shape)


def coin_springs(labels):
    """A marker in the middle of each coin: the pixel that is farthest from the background."""
    distance, markers = distance_to_background(), np.zeros((25, 63), np.int64)
    for label, columns in zip(labels, (range(20), range(21, 40), range(41, 63)), strict=True):
        place = distance[:, columns].argmax()
        markers[:, columns.start : columns.stop].flat[place] = label
    return markers


def steepness():
    """The squared gradient of the touching coins, by differences of the pixels on either side."""
    down, right = np.gradient(touching_coins())
    return 4 * (down**2 + right**2)


@task("watershed(elevation: float[H, W], markers: int[H, W], mask: bool[H, W]) -> int[H, W]")
class Watershed:
    """
    Basins of a landscape that is flooded from marked pixels.

    A pixel of `markers` that is not 0 is a spring, and its positive number is its water's label.
    The water of all springs rises together. Again and again, of all pixels that have a flooded
    pixel above, below, left or right of them (4 neighbours), the lowest one is flooded, and gets
    the label of such a neighbour. Only pixels where `mask` is true are ever flooded. Return each
    pixel's label; 0 outside of the mask and where no water arrives. No line is left between
    basins: every pixel that water reaches has a label.

    Springs lie inside of the mask, and no neighbour of a spring is lower than it; several may
    have the same label. Labels need not be 1, 2, 3. Where two floods meet on a ridge or on a
    plateau, either may take the pixels between them; both are right.
    """

    reference = solutions.watershed

    def complaint(labels, expected, elevation, markers, mask):
        if labels.shape != expected.shape:
            return f"returned shape {labels.shape}, expected {expected.shape}."
        possible = possible_labels(elevation, markers, mask)
        wrong = [
            place
            for place, label in np.ndenumerate(labels)
            if label not in possible.get(place, {0})
        ]
        if not wrong:
            return None
        first = wrong[0]
        right = " or ".join(map(str, sorted(possible.get(first, {0}))))
        return (
            f"{len(wrong)} of {labels.size} pixels have a label that no flooding gives them. "
            f"First at {first}: got {labels[first]}, expected {right}."
        )

    rule = holds(complaint)

    @check(points=2)
    def landscapes(rng):
        """Random heights, rough and smooth, with basins that have no marker of their own."""
        for blurs, shape, number in ((1, (14, 19), 4), (0, (12, 9), 3), (2, (16, 23), 6)):
            mask = everywhere(shape)
            inputs = with_springs(rng, landscape(rng, shape, blurs), mask, number)
            yield case(f"{number} markers in a random landscape", **inputs)
        inputs = with_springs(rng, landscape(rng, (11, 15), 1), everywhere((11, 15)), 4)
        inputs["elevation"] -= 10
        yield case("heights above and below 0", **inputs)
        inputs = with_springs(rng, landscape(rng, (17, 10), 1), everywhere((17, 10)), 4)
        # Not in Fortran order: scikit-image 0.26 floods a copy then, and returns the markers.
        strided = {n: read_only(np.repeat(a, 2, axis=1)[:, ::2])[::-1] for n, a in inputs.items()}
        yield case("read-only, strided arrays", **strided)

    @check(points=1)
    def few_pixels(rng):
        """Profiles of one row, labels that occur twice, and no marker at all."""
        heights = np.array([[0, 2, 5, 3, 1, 4, 6, 2, 0]], np.float64)
        markers = np.zeros((1, 9), np.int64)
        one, other = (int(label) for label in rng.choice(np.arange(3, 60), 2, replace=False))
        markers[0, [0, 8]] = one, other
        row = {"elevation": heights, "markers": markers, "mask": everywhere((1, 9))}
        yield case("a basin without marker behind the lower pass", **row)
        column = {name: array.T[::-1] for name, array in row.items()}
        yield case("the same as a column, upside down", **column)
        yield case("no marker", **row | {"markers": np.zeros_like(markers)})
        yield case("one marker", **row | {"markers": np.where(markers == one, one, 0)})
        twice = with_springs(rng, landscape(rng, (9, 8), blurs=1), everywhere((9, 8)), 5)
        ids = np.unique(twice["markers"])[1:]
        twice["markers"][twice["markers"] == ids[0]] = ids[-1]
        yield case("a label that two markers have", **twice)
        heights = np.where(np.tri(5) > 0, 5.0, 1.0) + 4 * np.eye(5)
        markers = np.zeros((5, 5), np.int64)
        markers[0, 4], markers[4, 0] = one, other
        heights[markers > 0] = 0
        ridge = {"elevation": heights, "markers": markers, "mask": everywhere((5, 5))}
        yield case("a ridge along the diagonal", **ridge)
        full = rng.integers(1, 9, (3, 4))
        yield case("nothing but markers", elevation=np.zeros((3, 4)), markers=full, mask=full > 0)

    @check(points=2)
    def masks(rng):
        """Winding masks, islands without a marker, and rooms that touch at a corner."""
        for shape, number in (((13, 21), 6), ((18, 14), 5)):
            heights = landscape(rng, shape, blurs=1)
            mask = heights > np.quantile(heights, 0.3)
            inputs = with_springs(rng, landscape(rng, shape, blurs=1), mask, number)
            yield case("a random mask", **inputs)
        corner = np.zeros((8, 9), bool)
        corner[:4, :4] = corner[4:, 4:] = True
        inputs = with_springs(rng, landscape(rng, (8, 9)), corner, 1)
        yield case("two rooms that touch at a corner", **inputs)
        wall = everywhere((6, 9))
        wall[:, 4] = False
        inputs = with_springs(rng, landscape(rng, (6, 9)), wall & (np.arange(9) < 4), 2)
        yield case("a dry room behind a wall", **inputs | {"mask": wall})

    @check(points=1)
    def coins(rng):
        """Coins that touch: by the distance to the background (listing 6.2), and by gradient."""
        labels = rng.choice(np.arange(1, 30), 4, replace=False)
        markers = coin_springs(labels[:3])
        coin = touching_coins() > 107
        distance = -distance_to_background().astype(np.float64)
        yield case("three touching coins", elevation=distance, markers=markers, mask=coin)
        markers = markers.copy()
        markers[0, :] = labels[3]
        steep = np.where(markers > 0, 0.0, steepness())
        yield case(
            "the coins and their background, by gradient",
            elevation=steep,
            markers=markers,
            mask=everywhere(coin.shape),
        )

    @misconception
    def nearest_marker(elevation, markers, mask):
        """
        Every pixel gets the label of the nearest marker; the elevation is not looked at.

        Right is the label of the water that arrives first as it rises: a far basin reaches over
        a plain, and a near one stops at its ridge. You cut half-way between the markers.
        Example: in the heights 0, 9, 1, 1, 1, 0 with markers 1 and 2 at the ends, the third
        pixel lies behind the ridge and gets 2; you give it 1, which is nearer.
        """
        places = np.argwhere(markers)
        if not len(places):
            return np.zeros_like(markers)
        pixels = np.stack(np.indices(mask.shape), axis=-1)[..., np.newaxis, :]
        nearest = ((pixels - places) ** 2).sum(axis=-1).argmin(axis=-1)
        return np.where(mask, markers[tuple(places[nearest].transpose(2, 0, 1))], 0)

    @misconception
    def in_rings(elevation, markers, mask):
        """
        The water spreads in rings, one step in all directions at a time, whatever the heights.

        Right is that the lowest pixel on the edge of the water is flooded next: the edge is a
        queue ordered by elevation, not by arrival.
        Example: in the heights 0, 9, 1, 1, 1, 0 with markers 1 and 2 at the ends, the third
        pixel gets 2, which comes at level 1; you give it 1, which is only two steps away.
        """
        labels = markers.copy()
        edge = deque(map(tuple, np.argwhere(markers)))
        while edge:
            place = edge.popleft()
            for beside in neighbours(place, labels.shape):
                if mask[beside] and not labels[beside]:
                    labels[beside] = labels[place]
                    edge.append(beside)
        return labels

    @misconception
    def heights_added_up(elevation, markers, mask):
        """
        The heights along a path are added up, as the lengths of roads are.

        Right is that water comes by the path whose highest pixel is lowest; the rest of the path
        may be long. You flood the pixel with the least sum next, as Dijkstra's algorithm does.
        Example: in the heights 0, 2, 2, 2, 1, 3, 0 with markers 1 and 2 at the ends, the water
        comes to the height 1 over 2, 2, 2 before any passes the 3, so it gets 1. You compare
        2 + 2 + 2 + 1 = 7 with 3 + 1 = 4, and give it 2.
        """
        return flood(elevation, markers, mask, urgency=lambda height, so_far: so_far + height)

    @misconception
    def mask_ignored(elevation, markers, mask):
        """
        The mask is ignored: pixels outside of it have labels.

        Right is 0 where the mask is false, and water does not flow through there.
        Example: one marker, and a mask that ends beside it: everything beyond is 0. You flood
        the whole image.
        """
        return solutions.watershed(elevation, markers, np.ones_like(mask))

    @misconception
    def masked_afterwards(elevation, markers, mask):
        """
        The mask is applied only after the flooding, so that water flows through what it excludes.

        Right is that water never enters a pixel outside of the mask: what it could reach only
        through there stays 0. You flood everything, and then erase.
        Example: one row with the mask 1, 0, 1 and a marker on the left gives 5, 0, 0; you
        return 5, 0, 5.
        """
        return np.where(mask, solutions.watershed(elevation, markers, np.ones_like(mask)), 0)

    @misconception
    def eight_neighbours(elevation, markers, mask):
        """
        The water also flows diagonally.

        Right are four neighbours, above, below, left and right; you take eight, and water slips
        through ridges that are one pixel wide and slanting.
        Example: in the heights (0, 9 / 9, 1) with the mask (1, 0 / 0, 1), a marker at the 0
        floods that pixel alone; you flood the 1 as well.
        """
        return flood(elevation, markers, mask, steps=EIGHT)

    @misconception
    def line_between_basins(elevation, markers, mask):
        """
        A line of zeros is left between the basins.

        Right is that every pixel that water reaches has a label; a pixel between two basins
        goes to one of them. In scikit-image that is `watershed_line=False`, its default.
        Example: the heights 0, 5, 0 with markers 1 and 2 at the ends give 1, 1, 2 or 1, 2, 2;
        you return 1, 0, 2.
        """
        labels, dry, arrival = markers.copy(), ~mask, count()
        springs = map(tuple, np.argwhere(markers))
        edge = [(elevation[p], next(arrival), p, labels[p]) for p in springs]
        heapify(edge)
        while edge:
            _, _, place, label = heappop(edge)
            if dry[place] or (labels[place] and not markers[place]):
                continue
            beside = list(neighbours(place, labels.shape))
            if {labels[b] for b in beside} <= {0, label}:
                labels[place] = label
            else:
                dry[place] = True
            for b in beside:
                if not dry[b] and not labels[b]:
                    heappush(edge, (elevation[b], next(arrival), b, label))
        return labels

    @misconception
    def flooded_from_the_peaks(elevation, markers, mask):
        """
        The landscape is upside down: the highest pixel is flooded first.

        Right is that the lowest pixel on the edge of the water is flooded next. Listing 6.2 of
        the course text passes −D because its markers are the peaks of D; `elevation` here has
        the sign already.
        Example: in the heights 0, 1, 1, 9, 3, 0 with markers 1 and 2 at the ends, the 3 lies
        behind the ridge and gets 2; your water climbs the ridge from the left and gives it 1.
        """
        return solutions.watershed(-elevation, markers, mask)

    @misconception
    def steepest_descent(elevation, markers, mask):
        """
        Every pixel gets the label of its lowest neighbour, so basins without a marker stay 0.

        Right is that a basin without a marker is flooded over its lowest pass. You let rain run
        downhill from each pixel, and where it ends beside no marker you give up.
        Example: the heights 0, 2, 1 with a marker 1 on the left give 1, 1, 1; you return
        1, 1, 0.
        """
        labels = markers.copy()
        places = map(tuple, np.argwhere(mask & (markers == 0)).tolist())
        for place in sorted(places, key=elevation.__getitem__):
            inside = [b for b in neighbours(place, mask.shape) if mask[b]]
            lowest = min([place, *inside], key=elevation.__getitem__)
            labels[place] = labels[lowest]
        return labels

    @misconception
    def markers_overwritten(elevation, markers, mask):
        """
        A marker's pixel can be flooded from a neighbouring marker, and loses its label.

        Right is that a spring keeps its label: write all markers into the result before the
        flooding begins, and give labels only to pixels that have none.
        Example: two pixels of height 0 with markers 1 and 2 stay 1, 2; you return 1, 1.
        """
        labels = np.zeros_like(markers)
        edge = [(elevation[p], markers[p], p) for p in map(tuple, np.argwhere(markers))]
        heapify(edge)
        while edge:
            _, label, place = heappop(edge)
            if labels[place]:
                continue
            labels[place] = label
            for beside in neighbours(place, labels.shape):
                if mask[beside] and not labels[beside]:
                    heappush(edge, (elevation[beside], label, beside))
        return labels

    @misconception
    def renumbered(elevation, markers, mask):
        """
        The labels are renumbered 1, 2, 3, ... instead of those of the markers.

        Right is the number that stands in `markers`, whatever it is.
        Example: markers 7 and 40 label their basins 7 and 40; you return 1 and 2.
        """
        labels = solutions.watershed(elevation, markers, mask)
        return np.searchsorted(np.unique(markers[markers > 0]), labels) + (labels > 0)

    @counterexamples
    def small_landscapes(draw):
        shape = (draw.integer(1, 3), draw.integer(1, 5))
        markers = draw.array("int64", shape, 0, 3)
        mask = draw.array("bool", shape, 0, 1)
        elevation = draw.array("int64", shape, 1, 9).astype(np.float64)
        markers[~mask] = 0
        places = np.argwhere(markers)
        if len(places) and not one_is_nearest(places, np.ones_like(mask)):
            markers[tuple(places[1:].T)] = 0
        elevation[markers > 0] = 0
        return {"elevation": elevation, "markers": markers, "mask": mask}

    @workload(sizes=(16, 32, 64))
    def hills(rng, size):
        """A square landscape of that side with eight markers."""
        shape = (size, size)
        return with_springs(rng, landscape(rng, shape, blurs=2), everywhere(shape), 8)

    @illustration
    def pictures(expected, yours, elevation, markers, mask):
        low, high = elevation.min(), elevation.max()
        yield drawing("Elevation", 255 * (elevation - low) / max(high - low, 1e-9))
        yield drawing("Markers", np.where(markers > 0, 255, 0))
        yield from side_by_side(expected, yours, int(markers.max()))


# Sliding windows


def cut(image, size, corners):
    """The windows of that size at the given top left corners."""
    windows = [image[top : top + size, left : left + size] for top, left in corners]
    return np.array(windows).reshape(-1, size, size)


def starts(length, size, stride):
    """Where the windows along one axis begin."""
    return range(0, length - size + 1, stride)


@task("sliding_windows(image: float[H, W], size: int, stride: int) -> float[n, size, size]")
class SlidingWindows:
    """
    All square windows of an image that lie inside it, in the order in which one reads.

    A window is `size` pixels high and wide. Windows begin at the rows 0, stride, 2·stride, ...
    and at the columns 0, stride, 2·stride, ..., as long as they fit: there are
    ⌊(H − size) / stride⌋ + 1 of them below each other and ⌊(W − size) / stride⌋ + 1 side by
    side. Return them row by row: first those of the top row, from left to right. `size` is at
    most H and W; the rest that no window covers is left out.
    """

    reference = solutions.sliding_windows

    @check(points=1)
    def whole_images(rng):
        """Windows whose strides cover the image exactly."""
        for (rows, columns), size, stride in (((7, 11), 3, 2), ((6, 4), 2, 2), ((5, 8), 3, 1)):
            image = rng.normal(size=(rows, columns))
            yield case(
                f"{rows} × {columns}, size {size}, stride {stride}",
                image=image,
                size=size,
                stride=stride,
            )
        image = np.repeat(rng.normal(size=(9, 6)), 2, axis=1)[::-1, ::2].T
        yield case("a read-only, strided image", image=read_only(image), size=3, stride=3)

    @check(points=1)
    def rests_at_the_border(rng):
        """Strides that leave a rest, windows as large as the image, windows of one pixel."""
        for (rows, columns), size, stride in (
            ((8, 13), 3, 2),
            ((9, 6), 2, 4),
            ((7, 12), 4, 3),
            ((5, 5), 5, 2),
            ((3, 9), 3, 7),
            ((4, 5), 1, 2),
            ((4, 7), 2, 9),
        ):
            image = rng.normal(size=(rows, columns))
            yield case(
                f"{rows} × {columns}, size {size}, stride {stride}",
                image=image,
                size=size,
                stride=stride,
            )

    @misconception
    def partial_windows(image, size, stride):
        """
        Windows that stick out over the right or lower border are returned too, filled with zeros.

        Right are only the windows that lie inside: they begin at most at H − size and W − size.
        Example: in a row of 5 pixels, windows of size 3 with stride 2 begin at 0 and 2; you add
        one that begins at 4 and holds a single pixel.
        """
        padded = np.pad(image, (0, size))
        tops, lefts = (range(0, length, stride) for length in image.shape)
        return cut(padded, size, [(top, left) for top in tops for left in lefts])

    @misconception
    def last_window_filled_up(image, size, stride):
        """
        A last window sticks out over the right or lower border, filled with zeros.

        Right are only the windows that lie inside: ⌊(H − size) / stride⌋ + 1 below each other, the
        quotient rounded down; yours is rounded up.
        Example: in a row of 6 pixels, windows of size 3 with stride 2 begin at 0 and 2; you add
        one that begins at 4 and holds two pixels.
        """
        padded = np.pad(image, (0, stride))
        tops, lefts = (range(0, n - size + stride, stride) for n in image.shape)
        return cut(padded, size, [(top, left) for top in tops for left in lefts])

    @misconception
    def last_window_moved_in(image, size, stride):
        """
        A last window is moved in to end at the border, whatever the stride.

        Right is that windows begin at multiples of the stride, and what is left over at the
        border is left out.
        Example: in a row of 6 pixels, windows of size 3 with stride 2 begin at 0 and 2; you add
        one that begins at 3.
        """
        tops, lefts = (
            sorted({*starts(length, size, stride), length - size}) for length in image.shape
        )
        return cut(image, size, [(top, left) for top in tops for left in lefts])

    @misconception
    def column_by_column(image, size, stride):
        """
        The windows come column by column.

        Right is row by row: the second window lies to the right of the first. In loops, the one
        over the rows is the outer one.
        Example: 2 × 2 pixels 1, 2 / 3, 4 in windows of size 1 are 1, 2, 3, 4; you return
        1, 3, 2, 4.
        """
        tops, lefts = (starts(length, size, stride) for length in image.shape)
        return cut(image, size, [(top, left) for left in lefts for top in tops])

    @misconception
    def stride_ignored(image, size, stride):
        """
        The stride is ignored: windows begin at every pixel.

        Right is that they begin at 0, stride, 2·stride, ... in both directions.
        Example: in a row of 5 pixels, windows of size 3 with stride 2 begin at 0 and 2; yours
        begin at 0, 1 and 2.
        """
        return solutions.sliding_windows(image, size, 1)

    @misconception
    def stride_along_rows_only(image, size, stride):
        """
        The stride is used from left to right only; downwards, windows begin at every row.

        Right is that they begin at 0, stride, 2·stride, ... in both directions.
        Example: 3 × 3 pixels in windows of size 1 with stride 2 are 2 · 2 = 4 windows; you
        return 3 · 2 = 6.
        """
        tops, lefts = starts(len(image), size, 1), starts(image.shape[1], size, stride)
        return cut(image, size, [(top, left) for top in tops for left in lefts])

    @misconception
    def side_by_side_tiles(image, size, stride):
        """
        The step from window to window is their size, not the stride.

        Right is that windows begin at 0, stride, 2·stride, ...; they may overlap or leave gaps.
        Example: in a row of 6 pixels, windows of size 3 with stride 1 begin at 0, 1, 2 and 3;
        yours begin at 0 and 3.
        """
        return solutions.sliding_windows(image, size, size)

    @misconception
    def last_place_left_out(image, size, stride):
        """
        The last place where a window fits is left out.

        Right is that a window may begin at H − size itself: `range(0, H − size + 1, stride)`.
        Example: in a row of 5 pixels, windows of size 3 with stride 2 begin at 0 and 2; yours
        begin at 0 only.
        """
        tops, lefts = (range(0, length - size, stride) for length in image.shape)
        return cut(image, size, [(top, left) for top in tops for left in lefts])

    @misconception
    def windows_transposed(image, size, stride):
        """
        Rows and columns are exchanged inside of each window.

        Right is windows[n, y, x] = image[top + y, left + x]; you return windows[n, x, y].
        Example: the window 1, 2 / 3, 4 comes back as 1, 3 / 2, 4.
        """
        return solutions.sliding_windows(image, size, stride).transpose(0, 2, 1)

    @counterexamples
    def small_images(draw):
        image = draw.array("int64", ((1, 4), (1, 4)), 0, 9).astype(np.float64)
        size = draw.integer(1, min(image.shape))
        return {"image": image, "size": size, "stride": draw.integer(1, 3)}

    @workload(sizes=(32, 128, 512))
    def patches(rng, size):
        """A square image of that side in windows of 8 × 8 pixels that overlap by half."""
        return {"image": rng.random((size, size)), "size": 8, "stride": 4}


# Scores of classes


def softmax_over(scores, axis):
    """Softmax over the given axis or axes."""
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def at_labels(maps, labels):
    """The value of each pixel in the map of its label."""
    return np.take_along_axis(maps, labels[np.newaxis], axis=0)[0]


def far_apart(rng, shape):
    """Scores about 1000, −1000 and 0, a third of the pixels each, with differences below 5."""
    levels = rng.permutation(np.resize([1000, -1000, 0], shape[1] * shape[2]))
    spread = eighths(rng, -2, 2, shape)
    return np.clip(levels.reshape(shape[1:]) + spread, -1000, 1000)


@task("pixel_softmax(scores: float[K, H, W]) -> float[K, H, W]")
class PixelSoftmax:
    """
    The probability of each class at each pixel.

    P[k, i, j] = exp(s[k, i, j]) / Σ exp(s[k′, i, j]) over the classes k′: at every pixel, the
    probabilities of the K classes sum to 1. They must be right for all scores up to ±1000, also
    where one pixel has large scores and another one small ones.
    """

    reference = solutions.pixel_softmax

    def largest_magnitude(scores):
        """What exp(s − log Σ exp(s)) subtracts, though its own result is at most 1."""
        return max(1.0, float(np.abs(scores).max()))

    rule = close(scale=largest_magnitude)

    @check(points=1)
    def moderate_scores(rng):
        """Scores of a few units, for one to five classes."""
        for shape in ((3, 5, 7), (2, 6, 4), (5, 1, 3), (4, 6, 1)):
            yield case(f"scores of shape {shape}", scores=rng.normal(scale=2, size=shape))
        yield case("a single class", scores=rng.normal(size=(1, 3, 4)))
        scores = rng.normal(scale=2, size=(5, 3, 8))[:, :, ::2].transpose(2, 0, 1)[:, ::-1]
        yield case("read-only, strided scores", scores=read_only(scores))

    @check(points=1)
    def large_scores(rng):
        """Scores up to ±1000: of all pixels, of some, and with differences of 2000."""
        yield case("scores near 1000, −1000 and 0", scores=far_apart(rng, (3, 4, 5)))
        low = eighths(rng, -1000, -996, (4, 3, 5))
        yield case("all scores near −1000", scores=low)
        yield case("all scores near 1000", scores=eighths(rng, 996, 1000, (2, 5, 3)))
        either = rng.choice([-1000.0, 1000.0], (3, 4, 6))
        yield case("nothing but −1000 and 1000", scores=either)

    @misconception
    def over_the_whole_array(scores):
        """
        The probabilities of all pixels together sum to 1, not those of each pixel.

        Right is to divide by the sum over the classes of the same pixel, `axis=0`; you divide by
        the sum over everything.
        Example: two classes with scores 0 at two pixels have the probabilities 0.5; you return
        0.25.
        """
        return softmax_over(scores, None)

    @misconception
    def over_rows(scores):
        """
        The softmax runs down the rows of each map, not over the classes.

        Right is `axis=0`, the axis of the K classes; you use the axis of the rows.
        Example: two classes with scores 0 on one row have the probabilities 0.5; you return 1.
        """
        return softmax_over(scores, 1)

    @misconception
    def over_columns(scores):
        """
        The softmax runs along the last axis, the columns, not over the classes.

        Right is `axis=0`, the axis of the K classes. The last axis is the classes' only where
        channels come last.
        Example: two classes with scores 0 on four columns have the probabilities 0.5; you return
        0.25.
        """
        return softmax_over(scores, 2)

    @misconception
    def over_each_map(scores):
        """
        The softmax runs over the pixels of each map, not over the classes of each pixel.

        Right is that the K probabilities of one pixel sum to 1; yours sum to 1 over a map.
        Example: two classes with scores 0 at four pixels have the probabilities 0.5; you return
        0.25.
        """
        return softmax_over(scores, (1, 2))

    @misconception
    def overflow(scores):
        """
        Large scores overflow: exp(1000) is infinite, and ∞ / ∞ is NaN.

        Subtract the largest score of the pixel first. That divides numerator and denominator by
        the same number, and the largest exponential is then exp(0) = 1.
        Example: scores 1000 and 1000 have the probabilities 0.5 and 0.5; you return NaN.
        """
        exponentials = np.exp(scores)
        return exponentials / exponentials.sum(axis=0)

    @misconception
    def largest_of_all_subtracted(scores):
        """
        The largest score of the whole image is subtracted, not that of each pixel.

        A pixel whose scores are far below it then has exp(s) = 0 for all classes, and 0 / 0 is
        NaN. Right is to subtract the maximum over the classes, pixel by pixel.
        Example: scores (1000, 1000) at one pixel and (0, 0) at another have the probability 0.5
        everywhere; you return NaN at the second.
        """
        exponentials = np.exp(scores - scores.max())
        return exponentials / exponentials.sum(axis=0)

    @misconception
    def scores_clipped(scores):
        """
        The scores are clipped against overflow, and what lies beyond becomes equal.

        Right is to subtract the largest score of the pixel: no difference is lost.
        Example: scores 1000 and 998 have the probabilities 0.881 and 0.119; clipped to 50 and 50
        they get 0.5 and 0.5.
        """
        return softmax_over(np.clip(scores, -50, 50), 0)

    @misconception
    def sigmoids(scores):
        """
        Each class has its own sigmoid; the classes do not compete.

        Right is exp(s) / Σ exp(s) over the classes. Sigmoids are for classes that may be true
        together, and need not sum to 1.
        Example: scores 0, 0, 0 have the probabilities 1/3 each; you return 0.5 each.
        """
        return 0.5 * (1 + np.tanh(scores / 2))

    @misconception
    def not_divided(scores):
        """
        The division by the sum over the classes is missing.

        Right is exp(s) / Σ exp(s); you return exp(s − max), which is 1 at the largest score.
        Example: scores 0 and 0 have the probabilities 0.5 and 0.5; you return 1 and 1.
        """
        return np.exp(scores - scores.max(axis=0))

    @misconception
    def logarithms(scores):
        """
        These are the logarithms of the probabilities.

        Right is exp(s) / Σ exp(s); you return s − log Σ exp(s), the log-softmax.
        Example: scores 0 and 0 have the probabilities 0.5 and 0.5; you return −0.693 twice.
        """
        shifted = scores - scores.max(axis=0)
        return shifted - np.log(np.exp(shifted).sum(axis=0))

    @misconception
    def powers_of_two(scores):
        """
        The base of the powers is 2, not e.

        Right is exp(s) / Σ exp(s); you compute 2^s / Σ 2^s.
        Example: scores 1 and 0 have the probabilities 0.731 and 0.269; you return 0.667 and
        0.333.
        """
        powers = 2.0 ** (scores - scores.max(axis=0))
        return powers / powers.sum(axis=0)

    @counterexamples
    def small_scores(draw):
        scores = draw.array("int64", ((1, 3), (1, 2), (1, 3)), -2, 2)
        return {"scores": scores * draw.choice([1.0, 500.0])}

    @workload(sizes=(16, 64, 256))
    def eight_classes(rng, size):
        """The scores of 8 classes on a square of that side."""
        return {"scores": rng.normal(scale=3, size=(8, size, size))}


@task("pixel_cross_entropy(scores: float[K, H, W], labels: int[H, W]) -> float")
class PixelCrossEntropy:
    """
    The cross-entropy of an image's true classes under a network's scores, summed over its pixels.

    L = −Σ log P[labels[i, j], i, j] over all pixels (i, j), in nats, with the softmax P over the
    classes of each pixel. `labels` holds the true class of each pixel, 0 to K − 1. The sum is
    not divided by the number of pixels. Scores up to ±1000 must give the right finite loss: a
    class that is 2000 below the best one costs 2000.
    """

    reference = solutions.pixel_cross_entropy

    def sum_of_magnitudes(scores, labels):
        return float(np.abs(scores).max(axis=0).sum() + np.log(len(scores)) * labels.size)

    rule = close(scale=sum_of_magnitudes)

    @check(points=2)
    def moderate_scores(rng):
        """Scores of a few units: random labels, absent classes, a single class or pixel."""
        for shape in ((3, 5, 7), (4, 6, 2), (2, 1, 9)):
            labels = rng.integers(0, shape[0], shape[1:])
            yield case(
                f"scores of shape {shape}",
                scores=rng.normal(scale=2, size=shape),
                labels=labels,
            )
        scores = rng.normal(scale=2, size=(5, 4, 3))
        yield case("one class everywhere", scores=scores, labels=np.full((4, 3), 3))
        single = rng.normal(scale=2, size=(3, 1, 1))
        yield case("one pixel", scores=single, labels=rng.integers(0, 3, (1, 1)))
        labels = np.zeros((2, 3), np.int64)
        yield case("a single class", scores=rng.normal(size=(1, 2, 3)), labels=labels)
        scores = rng.normal(scale=2, size=(7, 3, 5)).transpose(1, 2, 0)[:, ::-1]
        labels = np.asfortranarray(rng.integers(0, 3, (5, 7)))
        yield case("read-only, strided arrays", scores=read_only(scores), labels=read_only(labels))

    @check(points=1)
    def large_scores(rng):
        """Scores up to ±1000, with true classes that are most and least probable."""
        labels = rng.integers(0, 3, (4, 5))
        labels[:, 0] = 0, 1, 2, 0
        scores = np.full((3, 4, 5), -1000.0)
        np.put_along_axis(scores, (labels[np.newaxis] + 1) % 3, 1000.0, axis=0)
        scores[:, 1:, 1:] = far_apart(rng, (3, 3, 4))
        yield case("some true classes 2000 below the best", scores=scores, labels=labels)
        low = eighths(rng, -1000, -996, (4, 3, 5))
        yield case("scores near −1000", scores=low, labels=rng.integers(0, 4, (3, 5)))
        high = eighths(rng, 996, 1000, (2, 4, 3))
        yield case("scores near 1000", scores=high, labels=rng.integers(0, 2, (4, 3)))
        certain = np.where(np.arange(3)[:, np.newaxis, np.newaxis] == labels, 1000.0, -1000.0)
        yield case("every true class certain", scores=certain, labels=labels)

    @misconception
    def mean_over_pixels(scores, labels):
        """
        The loss is the mean over the pixels, not their sum.

        Right is −Σ log P over all pixels, as the course text's third formula has it; you divide
        by H · W.
        Example: two classes with scores 0 at four pixels cost 4 · 0.693 = 2.773; you return
        0.693.
        """
        return solutions.pixel_cross_entropy(scores, labels) / labels.size

    @misconception
    def logarithm_of_scores(scores, labels):
        """
        The logarithm is taken of the scores themselves, without softmax.

        Right is −Σ log P with P = exp(s) / Σ exp(s); scores are no probabilities, may be
        negative, and have no logarithm then.
        Example: one pixel with scores 2 and 2 costs log 2 = 0.693; you return −log 2 = −0.693.
        """
        return float(-np.log(at_labels(scores, labels)).sum())

    @misconception
    def sign_missing(scores, labels):
        """
        The minus sign is missing: the loss is negative.

        Right is −Σ log P; the logarithm of a probability is never above 0.
        Example: one pixel with scores 0 and 0 costs 0.693; you return −0.693.
        """
        return -solutions.pixel_cross_entropy(scores, labels)

    @misconception
    def bits(scores, labels):
        """
        The logarithm has the base 2: these are bits, not nats.

        Right is the natural logarithm, `np.log`.
        Example: one pixel with scores 0 and 0 costs 0.693 nats; you return 1.
        """
        return solutions.pixel_cross_entropy(scores, labels) / np.log(2)

    @misconception
    def scores_summed(scores, labels):
        """
        The scores of the true classes are summed as if they were log-probabilities.

        Right is −Σ (s − log Σ exp(s)): the log-softmax is missing. (`nll_loss` of PyTorch wants
        log-probabilities, `cross_entropy` wants scores.)
        Example: one pixel with scores 2 and 2 costs 0.693; you return −2.
        """
        return float(-at_labels(scores, labels).sum())

    @misconception
    def probabilities_summed(scores, labels):
        """
        The logarithm is missing: the probabilities themselves are summed.

        Right is −Σ log P; you return −Σ P.
        Example: one pixel with scores 0 and 0 costs 0.693; you return −0.5.
        """
        return float(-at_labels(solutions.pixel_softmax(scores), labels).sum())

    @misconception
    def all_classes_summed(scores, labels):
        """
        The logarithms of all classes are summed, not only the one of the true class.

        Right is −Σ_k y_k log P_k, where y_k is 1 for the pixel's label and 0 for the others.
        Example: one pixel with scores 0 and 0 costs 0.693; you return 2 · 0.693 = 1.386.
        """
        shifted = scores - scores.max(axis=0)
        return float((np.log(np.exp(shifted).sum(axis=0)) - shifted).sum())

    @misconception
    def softmax_over_the_image(scores, labels):
        """
        The softmax runs over the whole image, not over the classes of each pixel.

        Right is to divide by the sum over the classes of the same pixel, `axis=0`.
        Example: two classes with scores 0 at two pixels cost 2 · log 2 = 1.386; you return
        2 · log 4 = 2.773.
        """
        shifted = scores - scores.max()
        return float((np.log(np.exp(shifted).sum()) - at_labels(shifted, labels)).sum())

    @misconception
    def overflow(scores, labels):
        """
        Large scores overflow: exp(1000) is infinite, and the loss is not finite.

        Right is log Σ exp(s) = m + log Σ exp(s − m) with the largest score m of the pixel.
        Example: one pixel with scores 1000 and 1000 costs 0.693; you return NaN.
        """
        exponentials = np.exp(scores)
        probabilities = exponentials / exponentials.sum(axis=0)
        return float(-np.log(at_labels(probabilities, labels)).sum())

    @misconception
    def logarithm_of_zero(scores, labels):
        """
        The probability is computed first and is 0 for unlikely classes; its logarithm is infinite.

        Right is s − m − log Σ exp(s − m): take the logarithm of the sum alone, never of a
        probability.
        Example: one pixel with scores −1000 and 1000 and the label 0 costs 2000; you return ∞.
        """
        probabilities = solutions.pixel_softmax(scores)
        return float(-np.log(at_labels(probabilities, labels)).sum())

    @misconception
    def probabilities_clipped(scores, labels):
        """
        The probabilities are clipped before the logarithm, so that no pixel costs more than 16.1.

        Right is s − m − log Σ exp(s − m), which needs no clipping. (Keras clips probabilities
        to 1e-7; use its losses with `from_logits=True`.)
        Example: one pixel with scores −1000 and 1000 and the label 0 costs 2000; you return
        −log 1e-7 = 16.1.
        """
        probabilities = np.clip(solutions.pixel_softmax(scores), 1e-7, 1 - 1e-7)
        return float(-np.log(at_labels(probabilities, labels)).sum())

    @counterexamples
    def small_scores(draw):
        classes, rows, columns = draw.integer(1, 3), draw.integer(1, 2), draw.integer(1, 2)
        scores = draw.array("int64", (classes, rows, columns), -2, 2)
        return {
            "scores": scores * draw.choice([1.0, 500.0]),
            "labels": draw.array("int64", (rows, columns), 0, classes - 1),
        }

    @workload(sizes=(16, 64, 256))
    def eight_classes(rng, size):
        """The scores of 8 classes on a square of that side."""
        scores = rng.normal(scale=3, size=(8, size, size))
        return {"scores": scores, "labels": rng.integers(0, 8, (size, size))}


@task("segment_classes(scores: float[K, H, W]) -> int[H, W]")
class SegmentClasses:
    """
    The most probable class of each pixel.

    class[i, j] = argmax of s[k, i, j] over the classes k = 0, ..., K − 1. Where several classes
    have the largest score, each of them is right.
    """

    reference = solutions.segment_classes

    def complaint(classes, expected, scores):
        if classes.shape != expected.shape:
            return f"returned shape {classes.shape}, expected {expected.shape}."
        if outside := sorted({*classes.ravel().tolist()} - {*range(len(scores))}):
            return f"returned the class {outside[0]}; there are 0 to {len(scores) - 1}."
        reached, best = at_labels(scores, classes), scores.max(axis=0)
        places = np.argwhere(reached < best)
        if not len(places):
            return None
        first = tuple(places[0].tolist())
        return (
            f"{len(places)} of {classes.size} pixels have a class that is not the best. First at "
            f"{first}: got class {classes[first]} with the score {reached[first]:g}, expected "
            f"class {expected[first]} with {best[first]:g}."
        )

    rule = holds(complaint)

    @check(points=1)
    def random_scores(rng):
        """Positive and negative scores for two to eight classes."""
        for shape in ((3, 5, 7), (8, 6, 4), (2, 1, 9)):
            yield case(f"scores of shape {shape}", scores=eighths(rng, -12, 12, shape))
        scores = eighths(rng, -40, 40, (5, 4, 8))[:, ::-1, ::2].transpose(1, 0, 2)
        yield case("read-only, strided scores", scores=read_only(scores))

    @check(points=1)
    def ties_and_extremes(rng):
        """Ties, scores of ±1000, negative scores only, classes that never win."""
        yield case("negative scores only", scores=eighths(rng, -20, -1, (4, 5, 3)))
        yield case("many ties", scores=rng.integers(0, 3, (5, 4, 6)).astype(np.float64))
        yield case("near 1000, −1000 and 0", scores=far_apart(rng, (3, 6, 5)))
        scores = eighths(rng, -5, 5, (4, 3, 6))
        scores[[0, 2]] -= 20
        yield case("two classes that are nowhere best", scores=scores)
        yield case("a single class", scores=eighths(rng, -5, 5, (1, 3, 4)))
        ladder = rng.permutation(np.arange(4.0)).reshape(4, 1, 1)
        yield case("one pixel", scores=ladder)

    @misconception
    def least_probable(scores):
        """
        This is the least probable class.

        Right is argmax, the class with the largest score; you take argmin.
        Example: the scores 1, 5, 2 belong to class 1; you return class 0.
        """
        return scores.argmin(axis=0)

    @misconception
    def classes_from_one(scores):
        """
        The classes are counted from 1.

        Right is the index k, from 0 to K − 1; you return 1 to K.
        Example: the scores 1, 5, 2 belong to class 1; you return class 2.
        """
        return scores.argmax(axis=0) + 1

    @misconception
    def largest_magnitude(scores):
        """
        The class with the largest magnitude is taken, be it negative.

        Right is the largest score; a large negative score means a small probability.
        Example: the scores 1, −5, 2 belong to class 2; you return class 1.
        """
        return np.abs(scores).argmax(axis=0)

    @misconception
    def search_from_zero(scores):
        """
        The search for the largest score begins at 0: where all scores are negative, class 0 wins.

        Right is to begin with the first class's score, or with −∞.
        Example: the scores −3, −1, −2 belong to class 1; you return class 0.
        """
        return np.where((scores > 0).any(axis=0), scores.argmax(axis=0), 0)

    @misconception
    def softmax_overflows(scores):
        """
        The scores go through exp first, and large ones become infinite and then NaN.

        Right is argmax of the scores themselves: softmax keeps their order and is not needed.
        Example: the scores 998, 1000 belong to class 1; you compare NaN with NaN and return 0.
        """
        exponentials = np.exp(scores)
        return (exponentials / exponentials.sum(axis=0)).argmax(axis=0)

    @misconception
    def maxima(scores):
        """
        These are the largest scores, rounded, not the classes that have them.

        Right is `argmax`, the index k of the largest score; you return `max`.
        Example: the scores 1, 5, 2 belong to class 1; you return 5.
        """
        return np.rint(scores.max(axis=0))

    @misconception
    def mean_class(scores):
        """
        The classes are averaged by their probabilities and rounded.

        Right is the class of the largest score. Class numbers are names: half-way between 0 and 2
        there is no class 1.
        Example: the scores 5, 0, 5.5 belong to class 2; you return 1.
        """
        probabilities = softmax_over(scores, 0)
        return np.rint(np.tensordot(np.arange(len(scores)), probabilities, axes=1))

    @counterexamples
    def small_scores(draw):
        scores = draw.array("int64", ((1, 3), (1, 2), (1, 2)), -3, 3)
        return {"scores": scores * draw.choice([1.0, 300.0])}

    @workload(sizes=(16, 64, 256))
    def eight_classes(rng, size):
        """The scores of 8 classes on a square of that side."""
        return {"scores": eighths(rng, -12, 12, (8, size, size))}

    @illustration
    def pictures(expected, yours, scores):
        yield from side_by_side(expected, yours, len(scores) - 1)


@task("mask_from_logits(logits: float[H, W]) -> bool[H, W]")
class MaskFromLogits:
    """
    The pixels that belong to the object with a probability above one half.

    mask[i, j] is true where σ(l) > 0.5, with σ(l) = 1 / (1 + exp(−l)) of the pixel's logit l. A
    logit of exactly 0 has the probability 0.5, which is not above it: false.
    """

    reference = solutions.mask_from_logits

    @check(points=1)
    def random_logits(rng):
        """Logits of either sign, many of them between −1 and 1."""
        for shape in ((7, 11), (1, 30), (12, 5)):
            logits = eighths(rng, -1, 2, shape) + 1 / 16
            yield case(f"logits of shape {shape}", logits=logits)
        logits = (eighths(rng, -1, 1, (9, 16)) + 1 / 16)[::-1, ::2].T
        yield case("read-only, strided logits", logits=read_only(logits))

    @check(points=1)
    def zeros_and_extremes(rng):
        """Logits of exactly 0, close to it, and of ±1000."""
        few = rng.permutation(np.array([0.0, 0.0, -0.0, 0.25, 0.5, 1.0, -0.25, -1.0, 0.0, 2.0]))
        yield case("some logits are 0", logits=few.reshape(2, 5))
        wide = np.resize([-1000.0, -100.0, -0.01, 0.01, 0.4, 100.0, 1000.0], 54)
        yield case("from −1000 to 1000", logits=rng.permutation(wide).reshape(6, 9))
        yield case("only negative", logits=eighths(rng, -900, -1, (3, 4)))
        yield case("only positive", logits=eighths(rng, 1, 900, (4, 3)))

    @misconception
    def logits_above_half(logits):
        """
        The logits are compared with 0.5, not the probabilities.

        Right is σ(l) > 0.5, that is l > 0. Listing 6.4 of the course text writes `out_x > 0.5`
        for logits; that asks for a probability above σ(0.5) = 0.62.
        Example: the logit 0.25 has the probability 0.56 and is true; you return false.
        """
        return logits > 0.5

    @misconception
    def one_half_included(logits):
        """
        A probability of exactly one half counts as the object.

        Right is σ(l) > 0.5 with strict `>`: a logit of 0 is false.
        Example: the logits −1, 0, 1 give false, false, true; you return false, true, true.
        """
        return logits >= 0

    @misconception
    def inverted(logits):
        """
        The mask is inverted: true is where the object is not.

        Right is true where σ(l) > 0.5.
        Example: the logits −1, 1 give false, true; you return true, false.
        """
        return logits < 0

    @misconception
    def exponential_overflows(logits):
        """
        Large logits overflow in exp(l) / (1 + exp(l)): ∞ / ∞ is NaN, and NaN > 0.5 is false.

        Right is true for every positive logit; write 1 / (1 + exp(−l)), or compare l with 0.
        Example: the logit 1000 is true; you return false.
        """
        exponentials = np.exp(logits)
        return exponentials / (1 + exponentials) > 0.5

    @misconception
    def sigmoid_twice(logits):
        """
        The sigmoid is applied twice, or to probabilities: everything is above one half.

        Right is σ(l) > 0.5. Since σ(l) is positive, σ(σ(l)) is always above 0.5.
        Example: the logit −1 gives σ = 0.27 and false; you compare σ(0.27) = 0.57 and return
        true.
        """
        return np.ones_like(logits, bool)

    @misconception
    def above_the_mean(logits):
        """
        The logits are compared with their mean over the image.

        Right is σ(l) > 0.5, that is l > 0, whatever the other pixels have.
        Example: the logits 1, 3 are both true; their mean is 2, and you return false, true.
        """
        return logits > logits.mean()

    @counterexamples
    def small_logits(draw):
        halves = draw.array("int64", ((1, 3), (1, 3)), -4, 4) / 4
        return {"logits": halves * draw.choice([1.0, 1000.0])}

    @workload(sizes=(64, 256, 1024))
    def a_map(rng, size):
        """The logits of a square image of that side, none of them near 0."""
        sides = rng.integers(0, 2, (size, size)) - 0.5
        return {"logits": sides * (1 + rng.random((size, size)))}

    @illustration
    def pictures(expected, yours, logits):
        yield drawing("Logits", np.clip(128 + 32 * logits, 0, 255))
        yield from side_by_side(expected.astype(int), yours.astype(int), 1)


@task("center_crop(image: float[C, H, W], height: int, width: int) -> float[C, height, width]")
class CenterCrop:
    """
    The central part of an image, of the given height and width.

    It begins at the row ⌊(H − height) / 2⌋ and at the column ⌊(W − width) / 2⌋, rounded down:
    where the margin is odd, one more row is cut off below than above, and one more column on the
    right. So U-Net's target of 388 × 388 pixels is taken from its input of 572 × 572. `height` is
    at most H and `width` at most W.
    """

    reference = solutions.center_crop

    @check(points=1)
    def even_margins(rng):
        """Margins that can be halved, U-Net's among them."""
        for (channels, rows, columns), height, width in (
            ((3, 10, 15), 4, 9),
            ((1, 7, 12), 5, 2),
            ((2, 9, 6), 1, 4),
        ):
            yield case(
                f"{rows} × {columns} to {height} × {width}",
                image=rng.normal(size=(channels, rows, columns)),
                height=height,
                width=width,
            )
        strip = rng.normal(size=(1, 572, 12))
        yield case("U-Net's 572 rows to 388", image=strip, height=388, width=8)
        image = rng.normal(size=(14, 2, 9)).transpose(1, 2, 0)[:, ::-1]
        yield case("a read-only, strided image", image=read_only(image), height=5, width=8)

    @check(points=1)
    def odd_margins(rng):
        """Margins that cannot be halved, crops as large as the image, crops of one pixel."""
        for (channels, rows, columns), height, width in (
            ((3, 10, 14), 5, 7),
            ((2, 8, 6), 7, 1),
            ((2, 9, 13), 8, 10),
            ((1, 6, 11), 6, 4),
            ((3, 12, 5), 1, 5),
            ((2, 5, 7), 5, 7),
        ):
            yield case(
                f"{rows} × {columns} to {height} × {width}",
                image=rng.normal(size=(channels, rows, columns)),
                height=height,
                width=width,
            )

    @misconception
    def rounded_up(image, height, width):
        """
        The offset is rounded up instead of down.

        Right is ⌊(H − height) / 2⌋, `(H - height) // 2`; you begin one pixel later where the
        margin is odd.
        Example: 2 of 5 columns begin at ⌊3 / 2⌋ = 1; yours begin at 2.
        """
        _, rows, columns = image.shape
        top, left = (rows - height + 1) // 2, (columns - width + 1) // 2
        return image[:, top : top + height, left : left + width]

    @misconception
    def rounded_to_even(image, height, width):
        """
        The offset is rounded with `round`, which goes to the nearest even number from one half.

        Right is ⌊(H − height) / 2⌋; `round(1.5)` is 2, `round(2.5)` is 2 as well.
        Example: 2 of 5 columns begin at ⌊1.5⌋ = 1; yours begin at 2.
        """
        _, rows, columns = image.shape
        top, left = round((rows - height) / 2), round((columns - width) / 2)
        return image[:, top : top + height, left : left + width]

    @misconception
    def difference_of_halves(image, height, width):
        """
        Half of the image minus half of the crop, each rounded down, is not half of the margin.

        Right is ⌊(H − height) / 2⌋; you compute ⌊H / 2⌋ − ⌊height / 2⌋, which is one more where H
        is even and height is odd.
        Example: 3 of 6 columns begin at ⌊3 / 2⌋ = 1; yours begin at 3 − 1 = 2.
        """
        _, rows, columns = image.shape
        top, left = rows // 2 - height // 2, columns // 2 - width // 2
        return image[:, top : top + height, left : left + width]

    @misconception
    def top_left(image, height, width):
        """
        The crop is taken from the top left corner, not from the centre.

        Right is that it begins at ⌊(H − height) / 2⌋ and ⌊(W − width) / 2⌋; yours begins at 0.
        Example: 1 of 3 columns begins at 1, in the middle; yours begins at 0.
        """
        return image[:, :height, :width]

    @misconception
    def whole_margin_above(image, height, width):
        """
        The whole margin is cut off above and on the left: it is not halved.

        Right is the offset ⌊(H − height) / 2⌋; you begin at H − height.
        Example: 1 of 3 columns begins at 1, in the middle; yours begins at 2.
        """
        _, rows, columns = image.shape
        return image[:, rows - height :, columns - width :]

    @misconception
    def same_margin_on_both_sides(image, height, width):
        """
        The same margin is cut off on both sides, so that an odd one leaves a pixel too many.

        Right is `image[:, top:top + height, left:left + width]`; you end at H − top, which is
        height + 1 rows where H − height is odd.
        Example: 2 of 5 columns are the columns 1 and 2; you return 1, 2 and 3.
        """
        _, rows, columns = image.shape
        top, left = (rows - height) // 2, (columns - width) // 2
        return image[:, top : rows - top, left : columns - left]

    @misconception
    def height_and_width_exchanged(image, height, width):
        """
        Height and width are exchanged.

        Right is `height` rows and `width` columns: the axes are channels, rows, columns.
        Example: height 1 and width 3 give one row of three columns; you return three rows of
        one column.
        """
        return solutions.center_crop(image, width, height)

    @misconception
    def row_offset_for_both(image, height, width):
        """
        The offset of the rows is used for the columns too.

        Right is ⌊(W − width) / 2⌋ for the columns; you begin at ⌊(H − height) / 2⌋ there.
        Example: 3 of 3 rows and 1 of 5 columns begin at row 0 and column 2; yours begin at
        column 0.
        """
        offset = (image.shape[1] - height) // 2
        return image[:, offset : offset + height, offset : offset + width]

    @misconception
    def scaled(image, height, width):
        """
        The whole image is scaled down instead of being cropped.

        Right is a part of the image at its own size: neighbours stay neighbours. You take rows
        and columns at equal distances from all over it.
        Example: 2 of 6 columns are the columns 2 and 3; you return 0 and 3.
        """
        _, rows, columns = image.shape
        chosen_rows = np.arange(height) * rows // height
        return image[:, chosen_rows][:, :, np.arange(width) * columns // width]

    @counterexamples
    def small_images(draw):
        shape = (draw.integer(1, 2), draw.integer(1, 4), draw.integer(1, 4))
        image = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
        return {
            "image": image,
            "height": draw.integer(1, shape[1]),
            "width": draw.integer(1, shape[2]),
        }

    @illustration
    def pictures(expected, yours, image, height, width):
        low, high = image.min(), image.max()
        for title, pixels in (("Input", image), ("Expected", expected), ("Yours", yours)):
            shade = 255 * (np.nan_to_num(pixels[0]) - low) / max(high - low, 1e-9)
            yield drawing(title, np.clip(shade, 0, 255))
