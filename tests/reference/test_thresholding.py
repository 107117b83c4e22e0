"""The reference solutions of thresholding against their laws, brute force and scikit-image."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra import numpy as arrays
from skimage.filters import threshold_multiotsu, threshold_otsu

from benchharness.content import content_root
from benchharness.suite import photograph
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "thresholding.py", "thresholding_reference")

LEVELS = np.arange(256)
OTSU = {"coins": 107, "camera": 102, "page": 157, "text": 109, "clock_motion": 174, "moon": 87}

images = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8))
levels = strategies.integers(0, 255)


@strategies.composite
def images_of_few_levels(draw):
    """An image with at most six different levels, so that all divisions can be tried."""
    present = draw(strategies.lists(levels, min_size=1, max_size=6))
    shape = draw(arrays.array_shapes(min_dims=2, max_dims=2, max_side=6))
    return draw(arrays.arrays(np.uint8, shape, elements=strategies.sampled_from(present)))


def total_variance(histogram):
    return ((LEVELS - LEVELS @ histogram) ** 2) @ histogram


def within_class_variance(image, t):
    classes = (image[image <= t], image[image > t])
    return sum(pixels.var() * pixels.size for pixels in classes if pixels.size) / image.size


def best_variance(image, classes):
    """The largest between-class variance of all divisions, by trying them."""
    histogram = solutions.grey_histogram(image)
    candidates = sorted({*np.unique(image).tolist(), 0, 1, 2, 255})
    divisions = combinations(candidates, classes - 1)
    return max(solutions.class_variance(histogram, division) for division in divisions)


@given(images)
def test_histogram_is_a_probability(image):
    histogram = solutions.grey_histogram(image)
    assert histogram.min() >= 0
    assert histogram.sum() == pytest.approx(1)


@given(images)
def test_histogram_does_not_depend_on_where_pixels_stand(image):
    turned = np.rot90(image)
    assert np.array_equal(solutions.grey_histogram(image), solutions.grey_histogram(turned))


@given(images, levels)
def test_histogram_counts_each_level(image, level):
    share = solutions.grey_histogram(image)[level]
    assert share == np.count_nonzero(image == level) / image.size


@pytest.mark.parametrize(
    "image",
    [np.zeros((0, 3), np.uint8), np.zeros(4, np.uint8), np.zeros((2, 2))],
    ids=["empty", "one axis", "float64"],
)
def test_what_is_no_grey_image_is_refused(image):
    with pytest.raises(
        ValueError, match=r"image must be a non-empty uint8 array of shape \(H, W\)"
    ):
        solutions.grey_histogram(image)


@given(images, levels, levels)
def test_valley_lies_between_the_peaks_and_is_lowest_there(image, one, other):
    histogram = solutions.grey_histogram(image)
    p1, p2 = sorted((one, other))
    t = solutions.valley_threshold(histogram, p1, p2)
    assert p1 <= t <= p2
    assert histogram[t] == min(histogram[p1 : p2 + 1])


@pytest.mark.parametrize(("p1", "p2"), [(9, 8), (-1, 8), (8, 256)])
def test_peaks_outside_of_the_scale_or_exchanged_are_refused(p1, p2):
    with pytest.raises(ValueError, match="0 <= p1 <= p2 <= 255"):
        solutions.valley_threshold(np.ones(256) / 256, p1, p2)


@given(levels, levels)
def test_midpoint_is_equally_far_from_both_peaks(p1, p2):
    t = solutions.midpoint_threshold(p1, p2)
    assert t - p1 == p2 - t


@given(images, levels)
def test_binary_image_is_white_exactly_up_to_the_threshold(image, t):
    binary = solutions.binarize(image, t)
    assert binary.dtype == np.uint8
    assert set(np.unique(binary)) <= {0, 255}
    assert np.array_equal(binary == 255, image <= t)


@given(images, levels)
def test_between_and_within_class_variance_add_up_to_the_total(image, t):
    histogram = solutions.grey_histogram(image)
    parts = solutions.between_class_variance(histogram, t) + within_class_variance(image, t)
    assert parts == pytest.approx(total_variance(histogram), abs=1e-7)


@given(images, strategies.integers(0, 254))
def test_between_class_variance_does_not_see_a_negative(image, t):
    histogram = solutions.grey_histogram(image)
    mirrored = solutions.between_class_variance(histogram[::-1], 254 - t)
    assert mirrored == pytest.approx(solutions.between_class_variance(histogram, t), abs=1e-7)


@given(images)
def test_an_empty_class_makes_the_variance_zero(image):
    histogram = solutions.grey_histogram(image)
    assert solutions.between_class_variance(histogram, int(image.max())) == pytest.approx(0)
    if image.min() > 0:
        assert solutions.between_class_variance(histogram, int(image.min()) - 1) == pytest.approx(
            0
        )


def test_between_class_variance_of_the_worked_example():
    histogram = np.zeros(256)
    histogram[[100, 200]] = 0.25, 0.75
    assert solutions.between_class_variance(histogram, 150) == pytest.approx(1875)


@given(images)
def test_no_level_separates_better_than_otsus(image):
    histogram = solutions.grey_histogram(image)
    best = max(solutions.between_class_variance(histogram, t) for t in range(256))
    t = solutions.otsu_threshold(image)
    assert solutions.between_class_variance(histogram, t) == pytest.approx(best, abs=1e-9)


@given(arrays.arrays(np.uint8, (5, 5), elements=strategies.integers(0, 100)), levels)
def test_brightening_an_image_moves_otsus_threshold_along(image, more):
    shift = min(more, 155)
    if image.min() < image.max():
        brighter = solutions.otsu_threshold(image + np.uint8(shift))
        assert brighter == solutions.otsu_threshold(image) + shift


@pytest.mark.parametrize("name", OTSU)
def test_otsu_on_a_photograph_is_the_known_threshold(name):
    assert solutions.otsu_threshold(photograph(name)) == OTSU[name]


@pytest.mark.parametrize("name", OTSU)
def test_otsu_on_a_photograph_agrees_with_scikit_image(name):
    assert solutions.otsu_threshold(photograph(name)) == threshold_otsu(photograph(name))


@given(images_of_few_levels(), strategies.sampled_from([2, 3, 4]))
def test_multi_otsu_reaches_the_best_of_all_divisions(image, classes):
    thresholds = solutions.multi_otsu(image, classes)
    reached = solutions.class_variance(solutions.grey_histogram(image), thresholds)
    assert reached == pytest.approx(best_variance(image, classes), abs=1e-7)


@given(images, strategies.integers(2, 6))
def test_multi_otsu_returns_increasing_levels(image, classes):
    thresholds = solutions.multi_otsu(image, classes)
    assert thresholds.shape == (classes - 1,)
    assert np.all(np.diff(thresholds) > 0)
    assert 0 <= thresholds[0] <= thresholds[-1] <= 255


@given(images)
def test_multi_otsu_of_two_classes_is_otsu(image):
    histogram = solutions.grey_histogram(image)
    (multi,) = solutions.multi_otsu(image, 2)
    single = solutions.otsu_threshold(image)
    assert solutions.between_class_variance(histogram, multi) == pytest.approx(
        solutions.between_class_variance(histogram, single), abs=1e-9
    )


@given(images)
def test_another_class_never_lowers_the_variance(image):
    histogram = solutions.grey_histogram(image)
    two, three, four = (
        solutions.class_variance(histogram, solutions.multi_otsu(image, classes))
        for classes in (2, 3, 4)
    )
    assert two <= three + 1e-9
    assert three <= four + 1e-9


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("name", OTSU)
def test_multi_otsu_on_a_photograph_agrees_with_scikit_image(name, classes):
    theirs = threshold_multiotsu(photograph(name), classes)
    assert solutions.multi_otsu(photograph(name), classes).tolist() == theirs.tolist()


@pytest.mark.parametrize("classes", [1, 257])
def test_impossible_numbers_of_classes_are_refused(classes):
    with pytest.raises(ValueError, match="classes must be 2 to 256"):
        solutions.multi_otsu(np.zeros((2, 2), np.uint8), classes)


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "thresholding.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "itertools", "typing", "numpy"}
