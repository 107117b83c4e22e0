"""The reference solutions of segmentation against their laws and independent libraries."""

import numpy as np
import pytest
from hypothesis import assume, given, strategies
from hypothesis.extra import numpy as arrays
from scipy import ndimage
from scipy.cluster.vq import kmeans2
from scipy.special import expit, log_softmax, softmax
from skimage.segmentation import watershed
from skimage.util import crop, view_as_windows

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "segmentation.py", "segmentation_reference")

SEEDS = range(20)

colours = arrays.arrays(np.uint8, (4, 5, 3))
shapes = arrays.array_shapes(min_dims=3, max_dims=3, max_side=5)
moderate = strategies.floats(-30, 30, width=32)
scores_of_pixels = arrays.arrays(np.float64, shapes, elements=moderate)
images = arrays.arrays(
    np.float64, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=moderate
)


def drawn_clusters(seed, clusters=3):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (9, 13, 3), dtype=np.uint8)
    return image, rng.uniform(0, 255, (clusters, 3))


def cost(image, labels, centroids):
    """What Lloyd's algorithm lowers: the squared distances to the own centroid."""
    return ((image - centroids[labels]) ** 2).sum()


def drawn_landscape(seed, open_share=1.0):
    """Different heights, a mask, and three springs that are lower than everything else."""
    rng = np.random.default_rng(seed)
    heights = 10.0 + rng.permutation(14 * 11).reshape(14, 11)
    mask = rng.random((14, 11)) < open_share
    springs = rng.choice(np.flatnonzero(mask), 3, replace=False)
    markers = np.zeros((14, 11), np.int64)
    markers.flat[springs] = 4, 30, 7
    heights.flat[springs] = 0, 1, 2
    return heights, markers, mask


def drawn_scores(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(scale=3, size=(4, 5, 7)), rng.integers(0, 4, (5, 7))


# kmeans_colors


@pytest.mark.parametrize("seed", SEEDS)
def test_kmeans_agrees_with_scipy(seed):
    image, centroids = drawn_clusters(seed)
    labels, moved = solutions.kmeans_colors(image, centroids, 4)
    theirs, their_labels = kmeans2(
        image.reshape(-1, 3).astype(float), centroids, iter=4, minit="matrix"
    )
    assert np.array_equal(labels.ravel(), their_labels)
    np.testing.assert_allclose(moved, theirs)


def test_kmeans_of_the_worked_example():
    image = np.array([[[0, 0, 0], [30, 0, 0], [50, 0, 0], [200, 0, 0]]], np.uint8)
    start = np.array([[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]])
    labels, _ = solutions.kmeans_colors(image, start, 1)
    assert labels.tolist() == [[0, 1, 1, 1]]
    labels, moved = solutions.kmeans_colors(image, start, 2)
    assert labels.tolist() == [[0, 0, 1, 1]]
    assert moved[:, 0].tolist() == [15, 125]


@given(colours, strategies.integers(1, 4))
def test_another_iteration_never_raises_the_cost(image, iterations):
    centroids = np.array([[20.0, 40.0, 60.0], [120.0, 90.0, 30.0], [200.0, 210.0, 90.0]])
    before = cost(image, *solutions.kmeans_colors(image, centroids, iterations))
    after = cost(image, *solutions.kmeans_colors(image, centroids, iterations + 1))
    assert after <= before * (1 + 1e-12) + 1e-9


@given(colours)
def test_iterations_can_be_done_one_by_one(image):
    centroids = np.array([[30.0, 10.0, 200.0], [180.0, 60.0, 90.0]])
    labels, moved = solutions.kmeans_colors(image, centroids, 2)
    _, first = solutions.kmeans_colors(image, centroids, 1)
    again, second = solutions.kmeans_colors(image, first, 1)
    assert np.array_equal(labels, again)
    assert np.array_equal(moved, second)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_of_the_centroids_only_renames_the_labels(seed):
    image, centroids = drawn_clusters(seed)
    labels, moved = solutions.kmeans_colors(image, centroids, 3)
    renamed, turned = solutions.kmeans_colors(image, centroids[[2, 0, 1]], 3)
    assert np.array_equal(np.array([2, 0, 1])[renamed], labels)
    np.testing.assert_allclose(turned, moved[[2, 0, 1]])


def test_an_empty_cluster_stays_where_it_was_last():
    levels = np.array([120, 130, 170], np.uint8)
    image = np.repeat(levels, 3).reshape(1, 3, 3)
    start = np.repeat([80.0, 170.0, 180.0], 3).reshape(3, 3)
    labels, moved = solutions.kmeans_colors(image, start, 3)
    assert labels.tolist() == [[0, 0, 2]]
    assert moved[1].tolist() == [150, 150, 150]


def test_kmeans_leaves_the_given_centroids_alone():
    image, centroids = drawn_clusters(0)
    before = centroids.copy()
    solutions.kmeans_colors(image, centroids, 2)
    assert np.array_equal(centroids, before)


def test_no_iteration_is_refused():
    image, centroids = drawn_clusters(0)
    with pytest.raises(ValueError, match="iterations must be at least 1, got 0"):
        solutions.kmeans_colors(image, centroids, 0)


# watershed


@pytest.mark.parametrize("open_share", [1.0, 0.7])
@pytest.mark.parametrize("seed", SEEDS)
def test_watershed_of_different_heights_agrees_with_scikit_image(seed, open_share):
    heights, markers, mask = drawn_landscape(seed, open_share)
    theirs = watershed(heights, markers, mask=mask, connectivity=1)
    assert np.array_equal(solutions.watershed(heights, markers, mask), theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_water_reaches_exactly_what_is_connected_to_a_spring(seed):
    heights, markers, mask = drawn_landscape(seed, 0.6)
    ponds, _ = ndimage.label(mask)
    reached = np.isin(ponds, ponds[markers > 0])
    assert np.array_equal(solutions.watershed(heights, markers, mask) > 0, reached)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_basin_is_connected(seed):
    heights, markers, mask = drawn_landscape(seed, 0.8)
    basins = solutions.watershed(heights, markers, mask)
    for label in (4, 30, 7):
        assert ndimage.label(basins == label)[1] == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_order_of_the_heights_matters(seed):
    heights, markers, mask = drawn_landscape(seed, 0.8)
    basins = solutions.watershed(heights, markers, mask)
    assert np.array_equal(solutions.watershed(heights**3 - 50, markers, mask), basins)


@pytest.mark.parametrize("seed", SEEDS)
def test_turning_a_landscape_turns_its_basins(seed):
    heights, markers, mask = drawn_landscape(seed, 0.8)
    basins = solutions.watershed(heights, markers, mask)
    turned = solutions.watershed(heights.T[::-1], markers.T[::-1], mask.T[::-1])
    assert np.array_equal(turned, basins.T[::-1])


def test_no_spring_no_water():
    heights, markers, mask = drawn_landscape(0)
    assert not solutions.watershed(heights, np.zeros_like(markers), mask).any()


def test_a_basin_without_spring_fills_over_its_lower_pass():
    heights = np.array([[0.0, 2, 5, 3, 1, 4, 6, 2, 0]])
    markers = np.array([[1, 0, 0, 0, 0, 0, 0, 0, 2]])
    basins = solutions.watershed(heights, markers, np.ones_like(markers, bool))
    assert basins[0, :6].tolist() == [1] * 6
    assert basins[0, 7:].tolist() == [2, 2]


# sliding_windows


@given(images, strategies.integers(1, 9), strategies.integers(1, 5))
def test_windows_are_those_of_scikit_image(image, size, stride):
    assume(size <= min(image.shape))
    theirs = view_as_windows(image, size, stride).reshape(-1, size, size)
    assert np.array_equal(solutions.sliding_windows(image, size, stride), theirs)


@given(images, strategies.integers(1, 4))
def test_windows_that_touch_can_be_laid_back(image, size):
    rows, columns = (length // size for length in image.shape)
    assume(rows and columns)
    windows = solutions.sliding_windows(image, size, size)
    laid = windows.reshape(rows, columns, size, size).transpose(0, 2, 1, 3)
    covered = image[: rows * size, : columns * size]
    assert np.array_equal(laid.reshape(covered.shape), covered)


def test_windows_larger_than_the_image_are_refused():
    with pytest.raises(ValueError, match="window shape cannot be larger"):
        solutions.sliding_windows(np.zeros((3, 4)), 4, 1)


# pixel_softmax, pixel_cross_entropy, segment_classes, mask_from_logits


@given(scores_of_pixels)
def test_softmax_agrees_with_scipy(scores):
    np.testing.assert_allclose(
        solutions.pixel_softmax(scores), softmax(scores, axis=0), rtol=1e-12
    )


@given(scores_of_pixels)
def test_probabilities_of_a_pixel_sum_to_one(scores):
    np.testing.assert_allclose(solutions.pixel_softmax(scores).sum(axis=0), 1)


@given(scores_of_pixels, strategies.floats(-900, 900))
def test_a_constant_added_to_a_pixel_changes_no_probability(scores, constant):
    shifted = scores.copy()
    shifted[:, 0, 0] += constant
    expected = solutions.pixel_softmax(scores)
    np.testing.assert_allclose(solutions.pixel_softmax(shifted), expected, atol=1e-11)


def test_softmax_is_finite_for_pixels_far_apart():
    scores = np.array([[[1000.0, -1000.0, 1000.0]], [[1000.0, -1000.0, -1000.0]]])
    assert solutions.pixel_softmax(scores).tolist() == [[[0.5, 0.5, 1]], [[0.5, 0.5, 0]]]


@pytest.mark.parametrize("seed", SEEDS)
def test_cross_entropy_agrees_with_scipy(seed):
    scores, labels = drawn_scores(seed)
    rows, columns = np.indices(labels.shape)
    expected = -log_softmax(scores, axis=0)[labels, rows, columns].sum()
    assert solutions.pixel_cross_entropy(scores, labels) == pytest.approx(expected)


def test_cross_entropy_agrees_with_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    scores, labels = drawn_scores(3)
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(scores)[None], torch.tensor(labels)[None], reduction="sum"
    )
    assert solutions.pixel_cross_entropy(scores, labels) == pytest.approx(theirs.item())


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_of_two_halves_add_up(seed):
    scores, labels = drawn_scores(seed)
    halves = (
        solutions.pixel_cross_entropy(scores[..., :3], labels[:, :3]),
        solutions.pixel_cross_entropy(scores[..., 3:], labels[:, 3:]),
    )
    assert sum(halves) == pytest.approx(solutions.pixel_cross_entropy(scores, labels))


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    loss = solutions.pixel_cross_entropy(np.zeros((3, 2, 5)), np.ones((2, 5), np.int64))
    assert loss == pytest.approx(10 * np.log(3))


def test_an_unlikely_class_costs_its_distance_to_the_best():
    scores = np.array([-1000.0, 1000.0]).reshape(2, 1, 1)
    assert solutions.pixel_cross_entropy(scores, np.zeros((1, 1), np.int64)) == 2000


@given(scores_of_pixels)
def test_no_class_has_a_larger_score_than_the_chosen_one(scores):
    chosen = solutions.segment_classes(scores)
    reached = np.take_along_axis(scores, chosen[np.newaxis], axis=0)[0]
    assert np.array_equal(reached, scores.max(axis=0))


@given(arrays.arrays(np.float64, (3, 4), elements=strategies.integers(-4000, 4000)))
def test_mask_is_where_the_probability_is_above_one_half(eighths):
    logits = eighths / 8
    assert np.array_equal(solutions.mask_from_logits(logits), expit(logits) > 0.5)


# center_crop


@given(scores_of_pixels, strategies.data())
def test_crop_agrees_with_scikit_image(image, data):
    height = data.draw(strategies.integers(1, image.shape[1]))
    width = data.draw(strategies.integers(1, image.shape[2]))
    margins = [
        ((have - keep) // 2, have - keep - (have - keep) // 2)
        for have, keep in zip(image.shape[1:], (height, width), strict=True)
    ]
    theirs = crop(image, [(0, 0), *margins])
    assert np.array_equal(solutions.center_crop(image, height, width), theirs)


def test_crop_of_u_nets_target_begins_at_92():
    rows, columns = np.indices((572, 572))
    target = solutions.center_crop((1000 * rows + columns)[np.newaxis], 388, 388)
    assert target.shape == (1, 388, 388)
    assert target[0, 0, 0] == 92_092
    assert target[0, -1, -1] == 479_479


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "segmentation.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "heapq", "itertools", "typing", "numpy"}
