"""The reference losses and metrics against their laws, SciPy and PyTorch."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra import numpy as arrays
from scipy.special import log_expit, rel_entr, xlogy
from scipy.special import softmax as scipy_softmax
from scipy.stats import entropy

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "losses.py", "losses_reference")

moderate = strategies.floats(-20, 20, width=32)
numbers = arrays.arrays(np.float64, strategies.integers(1, 12), elements=moderate)
tables = arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=moderate,
)
slopes = strategies.floats(0, 1, exclude_max=True)
shares = strategies.floats(0, 1)


@strategies.composite
def pairs(draw, elements=moderate, dtype=np.float64):
    """Two arrays of the same length."""
    length = draw(strategies.integers(1, 12))
    one, other = (draw(arrays.arrays(dtype, length, elements=elements)) for _ in range(2))
    return one, other


@strategies.composite
def distributions(draw, rows=1, count=2, least=0):
    """Tables of equal shape whose rows are probabilities, multiples of a small fraction."""
    classes = draw(strategies.integers(1, 6))
    found = []
    for _ in range(count):
        counts = draw(
            arrays.arrays(
                np.int64, (rows, classes), elements=strategies.integers(least, 5)
            ).filter(lambda array: (array.sum(axis=1) > 0).all())
        )
        found.append(counts / counts.sum(axis=1, keepdims=True))
    return found


@strategies.composite
def boxes(draw):
    """top, left, bottom, right in whole numbers; the box may be empty."""
    corner = draw(arrays.arrays(np.int64, 2, elements=strategies.integers(-5, 5)))
    sides = draw(arrays.arrays(np.int64, 2, elements=strategies.integers(0, 6)))
    return np.concatenate([corner, corner + sides]) / 1.0


labels = strategies.integers(0, 3)
decisions = strategies.integers(0, 1)


# relu and leaky_relu


@given(numbers)
def test_relu_and_its_mirror_image_add_up_to_the_size(x):
    assert np.array_equal(solutions.relu(x) + solutions.relu(-x), np.abs(x))


@given(numbers)
def test_relu_keeps_what_is_positive_already(x):
    once = solutions.relu(x)
    assert np.array_equal(solutions.relu(once), once)


@given(numbers, slopes)
def test_leaky_relu_lies_between_relu_and_the_identity(x, alpha):
    expected = np.where(x > 0, x, alpha * x)
    assert np.array_equal(solutions.leaky_relu(x, alpha), expected)


@given(numbers)
def test_leaky_relu_without_leak_is_relu(x):
    assert np.array_equal(solutions.leaky_relu(x, 0.0), solutions.relu(x))


# minmax_normalize and neuron


@given(tables, moderate, strategies.floats(0.5, 20))
def test_minmax_normalisation_can_be_undone(pixels, low, extent):
    normalised = solutions.minmax_normalize(pixels, low, low + extent)
    assert low + extent * normalised == pytest.approx(pixels, abs=1e-9)


def test_minmax_normalisation_sends_the_ends_of_the_scale_to_0_and_1():
    ends = solutions.minmax_normalize(np.array([[16.0, 71.0, 236.0]]), 16.0, 236.0)
    assert ends.tolist() == [[0.0, 0.25, 1.0]]


@given(pairs(), moderate)
def test_neuron_is_linear_in_its_inputs(inputs, bias):
    x, w = inputs
    doubled = solutions.neuron(2 * x, w, bias) - bias
    assert doubled == pytest.approx(2 * (solutions.neuron(x, w, bias) - bias), abs=1e-9)


def test_neuron_multiplies_where_the_course_prints_a_sum():
    x, w = np.array([1.0, 2.0]), np.array([3.0, -4.0])
    assert solutions.neuron(x, w, 0.5) == -4.5


def test_neuron_refuses_weights_of_another_length():
    with pytest.raises(ValueError, match="mismatch"):
        solutions.neuron(np.ones(3), np.ones(2), 0.0)


# softmax


@given(tables)
def test_softmax_agrees_with_scipy(scores):
    assert solutions.softmax(scores) == pytest.approx(scipy_softmax(scores, axis=1), abs=1e-15)


@given(tables)
def test_softmax_rows_are_probabilities(scores):
    probabilities = solutions.softmax(scores)
    assert probabilities.min() >= 0
    assert probabilities.sum(axis=1) == pytest.approx(1)


@given(tables, strategies.sampled_from([-1000, 1000]))
def test_constant_shift_leaves_softmax_unchanged(scores, shift):
    shifted = solutions.softmax(scores + shift)
    assert shifted == pytest.approx(solutions.softmax(scores), abs=1e-12)


def test_softmax_is_finite_in_rows_of_very_different_height():
    scores = np.array([[1000.0, 1000.0], [-1000.0, -1000.0], [1000.0, -1000.0]])
    assert solutions.softmax(scores).tolist() == [[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]]


# Cross-entropies


@given(distributions(rows=3))
def test_cross_entropy_agrees_with_scipy(drawn):
    probabilities, targets = drawn
    expected = -xlogy(targets, probabilities).sum(axis=1).mean()
    ours = solutions.categorical_cross_entropy(probabilities, targets)
    assert ours == pytest.approx(expected)


@given(distributions(rows=2, least=1))
def test_no_prediction_is_better_than_the_targets_themselves(drawn):
    probabilities, targets = drawn
    ours = solutions.categorical_cross_entropy(probabilities, targets)
    assert ours >= solutions.categorical_cross_entropy(targets, targets) - 1e-12


@given(distributions(rows=3, least=1), strategies.integers(2, 4))
def test_repeating_a_batch_leaves_the_cross_entropy_unchanged(drawn, times):
    repeated = [np.tile(array, (times, 1)) for array in drawn]
    ours = solutions.categorical_cross_entropy(*drawn)
    assert solutions.categorical_cross_entropy(*repeated) == pytest.approx(ours)


def test_cross_entropy_of_an_excluded_true_class_is_infinite():
    one_hot = np.eye(2)
    assert solutions.categorical_cross_entropy(one_hot, one_hot[::-1]) == math.inf


@given(pairs(), arrays.arrays(np.float64, 12, elements=shares))
def test_sigmoid_cross_entropy_agrees_with_scipy(drawn, soft):
    logits, _ = drawn
    y = soft[: len(logits)]
    expected = -y * log_expit(logits) - (1 - y) * log_expit(-logits)
    ours = solutions.sigmoid_cross_entropy_with_logits(logits, y)
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_sigmoid_cross_entropy_agrees_with_torch():
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    rng = np.random.default_rng(5)
    logits, y = rng.normal(0, 5, 200), rng.random(200)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.from_numpy(logits), torch.from_numpy(y), reduction="none"
    )
    ours = solutions.sigmoid_cross_entropy_with_logits(logits, y)
    assert ours == pytest.approx(theirs.numpy(), rel=1e-9)


@given(numbers, shares)
def test_sigmoid_cross_entropy_does_not_care_which_class_is_called_1(logits, y):
    exchanged = solutions.sigmoid_cross_entropy_with_logits(-logits, np.full_like(logits, 1 - y))
    ours = solutions.sigmoid_cross_entropy_with_logits(logits, np.full_like(logits, y))
    assert exchanged == pytest.approx(ours, rel=1e-9, abs=1e-12)


def test_sigmoid_cross_entropy_is_exact_for_huge_logits():
    logits, y = np.array([1000.0, 1000.0, -1000.0, -1000.0]), np.array([1.0, 0.0, 1.0, 0.25])
    losses = solutions.sigmoid_cross_entropy_with_logits(logits, y)
    assert losses.tolist() == [0.0, 1000.0, 1000.0, 250.0]


@pytest.mark.parametrize("logit", [20.0, 30.0, 40.0])
def test_sigmoid_cross_entropy_keeps_the_digits_of_a_tiny_loss(logit):
    (loss,) = solutions.sigmoid_cross_entropy_with_logits(np.array([logit]), np.array([1.0]))
    assert loss == pytest.approx(math.log1p(math.exp(-logit)), rel=1e-14)


@given(tables, strategies.integers(0, 5))
def test_cross_entropy_of_a_softmax_over_two_classes_is_the_sigmoids(scores, seed):
    difference = scores[:, 0]
    y = np.random.default_rng(seed).random(len(scores))
    probabilities = solutions.softmax(np.stack([difference, np.zeros_like(difference)], axis=1))
    ours = solutions.categorical_cross_entropy(probabilities, np.stack([y, 1 - y], axis=1))
    losses = solutions.sigmoid_cross_entropy_with_logits(difference, y)
    assert ours == pytest.approx(losses.mean(), rel=1e-6)


# localization_loss


def localisation(rng):
    """A batch of five examples with four classes."""
    probabilities = solutions.softmax(rng.normal(size=(5, 4)))
    return probabilities, np.eye(4)[rng.integers(4, size=5)], *rng.normal(size=(2, 5, 4))


@given(strategies.integers(0, 99), strategies.floats(0, 5), strategies.floats(0, 5))
def test_localization_loss_is_the_weighted_sum_of_both_losses(seed, alpha, beta):
    batch = localisation(np.random.default_rng(seed))
    classes, places = (solutions.localization_loss(*batch, *w) for w in ((1.0, 0.0), (0.0, 1.0)))
    weighted = solutions.localization_loss(*batch, alpha, beta)
    assert weighted == pytest.approx(alpha * classes + beta * places)


def test_localization_loss_of_one_example_is_the_books_first_formula():
    p, y = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    s, t = np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 1, 2, 4]])
    expected = 2 * math.log(2) + 0.5 * 5
    assert solutions.localization_loss(p, y, s, t, 2.0, 0.5) == pytest.approx(expected)


def test_localization_loss_of_a_batch_is_the_mean_over_its_examples():
    batch = localisation(np.random.default_rng(1))
    single = [
        solutions.localization_loss(*(array[n : n + 1] for array in batch), 1.5, 0.5)
        for n in range(5)
    ]
    assert solutions.localization_loss(*batch, 1.5, 0.5) == pytest.approx(np.mean(single))


# mean_squared_error and mean_absolute_error


@given(pairs())
def test_mean_squared_error_is_variance_plus_squared_bias(drawn):
    prediction, target = drawn
    error = prediction - target
    expected = error.var() + error.mean() ** 2
    ours = solutions.mean_squared_error(prediction, target)
    assert ours == pytest.approx(expected, abs=1e-9)


@given(pairs())
def test_mean_errors_do_not_care_which_series_is_the_forecast(drawn):
    one, other = drawn
    for error in (solutions.mean_squared_error, solutions.mean_absolute_error):
        assert error(one, other) == error(other, one)


@given(pairs())
def test_mean_absolute_error_is_at_most_the_root_mean_square(drawn):
    root = math.sqrt(solutions.mean_squared_error(*drawn))
    assert solutions.mean_absolute_error(*drawn) <= root * (1 + 1e-12)


def test_mean_errors_of_the_worked_example():
    errors, zeros = np.array([1.0, -2.0, 4.0]), np.zeros(3)
    assert solutions.mean_squared_error(errors, zeros) == pytest.approx(7)
    assert solutions.mean_absolute_error(errors, zeros) == pytest.approx(7 / 3)


# Divergences


@given(distributions())
def test_kl_divergence_agrees_with_scipy(drawn):
    p, q = (table[0] for table in drawn)
    assert solutions.kl_divergence(p, q) == pytest.approx(rel_entr(p, q).sum(), abs=1e-12)


@given(distributions(least=1))
def test_kl_divergence_agrees_with_scipys_relative_entropy(drawn):
    p, q = (table[0] for table in drawn)
    assert solutions.kl_divergence(p, q) == pytest.approx(entropy(p, q), abs=1e-12)


@given(distributions())
def test_kl_divergence_is_not_negative(drawn):
    p, q = (table[0] for table in drawn)
    assert solutions.kl_divergence(p, q) >= -1e-12


@given(distributions(count=1))
def test_kl_divergence_of_a_distribution_from_itself_is_zero(drawn):
    p = drawn[0][0]
    assert solutions.kl_divergence(p, p) == 0


def test_kl_divergence_is_infinite_only_where_q_excludes_what_p_allows():
    p, q = np.array([0.5, 0.5, 0.0]), np.array([1.0, 0.0, 0.0])
    assert solutions.kl_divergence(p, q) == math.inf
    assert solutions.kl_divergence(q, p) == pytest.approx(math.log(2))


def test_kl_divergence_does_not_overflow_for_a_tiny_q():
    tiny = 5e-324
    divergence = solutions.kl_divergence(np.array([1.0, 0.0]), np.array([tiny, 1.0]))
    assert divergence == pytest.approx(-math.log(tiny))


def test_gaussian_kl_agrees_with_torch():
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    rng = np.random.default_rng(3)
    mu, log_variance = rng.normal(0, 2, (2, 7, 5))
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(torch.tensor(mu), torch.tensor(np.exp(log_variance / 2))),
        torch.distributions.Normal(0.0, 1.0),
    )
    expected = theirs.sum(dim=1).mean().item()
    assert solutions.gaussian_kl(mu, log_variance) == pytest.approx(expected)


@given(tables, strategies.integers(0, 99))
def test_gaussian_kl_is_not_negative(mu, seed):
    log_variance = np.random.default_rng(seed).normal(size=mu.shape)
    assert solutions.gaussian_kl(mu, log_variance) >= 0


def test_gaussian_kl_of_the_standard_gaussian_is_zero():
    assert solutions.gaussian_kl(np.zeros((3, 2)), np.zeros((3, 2))) == 0


def test_gaussian_kl_keeps_its_digits_near_the_standard_gaussian():
    log_variance = np.full((1, 1), 1e-6)
    series = (1e-12 / 2 + 1e-18 / 6) / 2
    assert solutions.gaussian_kl(np.zeros((1, 1)), log_variance) == pytest.approx(series, rel=1e-3)


# box_iou


def covered_cells(box):
    """The unit squares that a box of whole numbers covers."""
    top, left, bottom, right = box.astype(int)
    return {(y, x) for y in range(top, bottom) for x in range(left, right)}


@given(boxes(), boxes())
def test_box_iou_is_the_share_of_the_covered_cells(a, b):
    cells_a, cells_b = covered_cells(a), covered_cells(b)
    union = cells_a | cells_b
    expected = len(cells_a & cells_b) / len(union) if union else 0.0
    assert solutions.box_iou(a, b) == pytest.approx(expected)


@given(boxes(), boxes(), strategies.floats(0.01, 100))
def test_box_iou_does_not_see_the_unit_of_length(a, b, unit):
    assert solutions.box_iou(unit * a, unit * b) == pytest.approx(solutions.box_iou(a, b))


def test_box_iou_of_boxes_apart_in_both_directions_is_zero():
    a, b = np.array([0.0, 0, 2, 3]), np.array([5.0, 4, 9, 6])
    assert solutions.box_iou(a, b) == 0


def test_box_iou_of_two_empty_boxes_is_zero():
    point = np.full(4, 3.0)
    assert solutions.box_iou(point, point) == 0


# confusion_matrix and f1_score


@given(pairs(labels, np.int64))
def test_confusion_matrix_counts_every_pair(drawn):
    actual, predicted = drawn
    expected = np.zeros((5, 5), np.int64)
    np.add.at(expected, (actual, predicted), 1)
    assert np.array_equal(solutions.confusion_matrix(actual, predicted, 5), expected)


@given(pairs(labels, np.int64))
def test_confusion_matrix_has_the_actual_classes_in_its_rows(drawn):
    actual, predicted = drawn
    table = solutions.confusion_matrix(actual, predicted, 4)
    assert table.sum(axis=1).tolist() == np.bincount(actual, minlength=4).tolist()
    assert table.sum(axis=0).tolist() == np.bincount(predicted, minlength=4).tolist()


@given(pairs(decisions, np.int64))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(drawn):
    actual, predicted = drawn
    hits = np.count_nonzero(actual & predicted)
    if hits:
        precision, recall = hits / predicted.sum(), hits / actual.sum()
        harmonic = 2 / (1 / precision + 1 / recall)
        assert solutions.f1_score(actual, predicted) == pytest.approx(harmonic)


@given(pairs(decisions, np.int64))
def test_f1_is_1_exactly_where_positives_are_found_without_a_mistake(drawn):
    actual, predicted = drawn
    perfect = bool(actual.any()) and np.array_equal(actual, predicted)
    assert (solutions.f1_score(actual, predicted) == 1) == perfect


@pytest.mark.parametrize(
    ("actual", "predicted"),
    [([0, 0], [0, 0]), ([1, 1], [0, 0]), ([0, 0], [1, 1]), ([1, 0], [0, 1])],
    ids=["nothing of either", "nothing called positive", "nothing positive", "never both"],
)
def test_f1_is_zero_where_it_is_undefined_or_nothing_is_found(actual, predicted):
    assert solutions.f1_score(np.array(actual), np.array(predicted)) == 0


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "losses.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "typing", "numpy"}
