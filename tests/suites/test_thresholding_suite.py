"""
The thresholding suite beyond its audit: right answers of many kinds, and listing 6.1 as printed.

Submissions are called in this process here; the sandbox has its own tests.
"""

from functools import cache

import numpy as np
import pytest
from skimage.filters import threshold_multiotsu, threshold_otsu

from benchharness.checking.judge import judge, same_answer
from benchharness.checking.kinds import fit
from benchharness.checking.precision import in_double
from benchharness.content import content_root
from benchharness.runner.attempt import for_backend
from benchharness.runner.streams import stream
from benchharness.suite.authoring import load_module
from benchharness.suite.load import find_suite, load_suite
from benchharness.suite.task import Histogram
from benchharness.worker.frameworks import from_backend, to_backend

SUITE = load_suite(find_suite("thresholding"))
TASKS = {task.name: task for task in SUITE.tasks}
SEEDS = range(25)
LEVELS = np.arange(256)


@cache
def cases(task_name, check_name, seed):
    """The cases of a check, each with its inputs and the right answer."""
    task = TASKS[task_name]
    (check,) = (check for check in task.checks if check.name == check_name)
    drawn = check.cases(stream(seed, SUITE.name, task.name, check.name))
    return [(case, task.expected(case.inputs)) for case in drawn]


def answers(task, check, seed, function):
    """What a function answers to each case of a check, as a worker would send it."""
    drawn = cases(task.name, check.name, seed)
    with np.errstate(all="ignore"):
        return [from_backend(function(*task.arguments(case.inputs))) for case, _ in drawn]


def complaints(task, check, seed, function):
    """What is wrong with a function's answers to a check's cases; empty if it earns the points."""
    drawn = cases(task.name, check.name, seed)
    judged = (
        judge(task, case.inputs, answer, expected)
        for (case, expected), answer in zip(
            drawn, answers(task, check, seed, function), strict=True
        )
    )
    return [complaint for complaint in judged if complaint]


def task_name_of(task):
    return task.name


@pytest.mark.parametrize(
    "name", ["valley_threshold", "midpoint_threshold", "between_class_variance", "otsu_threshold"]
)
def test_no_constant_earns_points(name):
    task = TASKS[name]
    for check in task.checks:
        for constant in range(256):
            assert complaints(task, check, 0, lambda *inputs, c=constant: c)


def last_minimiser(histogram, p1, p2):
    return int(p2 - np.argmin(histogram[p1 : p2 + 1][::-1]))


def moments_in_float32(histogram, t):
    """P1 mu1^2 + P2 mu2^2 - mu^2, which cancels badly, in the coarsest precision allowed."""
    p = histogram.astype(np.float32)
    s = LEVELS.astype(np.float32) * p
    sides = [(p[: t + 1].sum(), s[: t + 1].sum()), (p[t + 1 :].sum(), s[t + 1 :].sum())]
    return sum(total**2 / share for share, total in sides if share > 0) - s.sum() ** 2


def otsu_by_moments_in_float32(image):
    histogram = (np.bincount(image.ravel(), minlength=256) / image.size).astype(np.float32)
    p1, s1 = np.cumsum(histogram), np.cumsum(LEVELS.astype(np.float32) * histogram)
    tail = np.cumsum(histogram[::-1])[::-1]
    p2, s2 = np.append(tail[1:], np.float32(0)), s1[-1] - s1
    separation = s1**2 / np.maximum(p1, 1e-9) + s2**2 / np.maximum(p2, 1e-9)
    return np.argmax(np.where((p1 > 0) & (p2 > 0), separation, 0))


def last_maximiser(image):
    histogram = np.bincount(image.ravel(), minlength=256) / image.size
    variance = TASKS["between_class_variance"].reference
    best = max(range(256), key=lambda t: (round(variance(histogram, t), 9), t))
    return float(best)


def multi_otsu_from_the_bright_end(image, classes):
    """Ties go the other way: the image's negative, and its thresholds turned back."""
    thresholds = TASKS["multi_otsu"].reference(255 - image, classes)
    return sorted(254 - int(t) for t in thresholds)


RIGHT = {
    "np.histogram over 0..256": (
        "grey_histogram",
        lambda image: np.histogram(image, bins=256, range=(0, 256))[0] / image.size,
    ),
    "np.histogram over 0..255": (
        "grey_histogram",
        lambda image: np.histogram(image, bins=256, range=(0, 255), density=False)[0] / image.size,
    ),
    "a float32 histogram": (
        "grey_histogram",
        lambda image: (np.bincount(image.flat, minlength=256) / image.size).astype(np.float32),
    ),
    "the last minimiser": ("valley_threshold", last_minimiser),
    "the midpoint by distance": ("midpoint_threshold", lambda p1, p2: p1 + (p2 - p1) * 0.5),
    "truth values times 255": ("binarize", lambda image, threshold: (image <= threshold) * 255),
    "a float mask": ("binarize", lambda image, threshold: 255.0 * ~(image > threshold)),
    "a look-up table": (
        "binarize",
        lambda image, threshold: np.where(threshold >= LEVELS, 255, 0).astype(np.uint8)[image],
    ),
    "moments in float32": ("between_class_variance", moments_in_float32),
    "scikit-image's threshold": ("otsu_threshold", threshold_otsu),
    "Otsu by moments in float32": ("otsu_threshold", otsu_by_moments_in_float32),
    "the last maximiser, as a float": ("otsu_threshold", last_maximiser),
    "scikit-image's thresholds": ("multi_otsu", threshold_multiotsu),
    "ties broken towards white": ("multi_otsu", multi_otsu_from_the_bright_end),
}


@pytest.mark.parametrize("variant", RIGHT)
def test_right_answer_passes_however_it_is_computed(variant):
    name, function = RIGHT[variant]
    for seed in SEEDS:
        for check in TASKS[name].checks:
            assert complaints(TASKS[name], check, seed, function) == []


def example(name):
    return load_module(content_root() / "examples" / f"{name}.py", f"example_{name}")


def example_complaints(module, task, seed):
    """What the judge says of an example's function, called as a worker calls it."""
    tensors, function = to_backend(module.BACKEND), getattr(module, task.name)
    for check in task.checks:
        for case, _ in cases(task.name, check.name, seed):
            inputs = for_backend(module.BACKEND, task.signature, case.inputs)
            answer = from_backend(function(*(tensors(value) for value in task.arguments(inputs))))
            seen = in_double(inputs)
            complaint = judge(task, seen, answer, task.expected(seen))
            if complaint:
                yield f"{check.name}, {case.label}: {complaint}"


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize("task", SUITE.tasks, ids=task_name_of)
def test_right_example_passes(task):
    assert list(example_complaints(example("numpy_otsu"), task, seed=0)) == []


def test_listing_6_1_fails_where_the_book_errs():
    listing = example("listing_6_1")
    wrong = {
        name for name in TASKS if hasattr(listing, name)
        if any(example_complaints(listing, TASKS[name], seed=0))
    }  # fmt: skip
    assert wrong == {"binarize", "between_class_variance", "otsu_threshold"}


@pytest.mark.parametrize(
    ("name", "misconception"),
    [
        ("binarize", "strictly_below"),
        ("between_class_variance", "class_means_not_divided"),
        ("otsu_threshold", "class_means_not_divided"),
    ],
)
def test_listing_6_1_is_recognised(name, misconception):
    task, listing = TASKS[name], example("listing_6_1")
    (variant,) = (m.variant for m in task.misconceptions if m.name == misconception)
    photographs = task.checks[0]
    listed = answers(task, photographs, 0, getattr(listing, name))
    wrong = answers(task, photographs, 0, variant)
    for (case, _), one, other in zip(cases(name, photographs.name, 0), listed, wrong, strict=True):
        assert same_answer(task, case.inputs, one, other), case.label


@pytest.mark.parametrize("huge", [False, True], ids=["right", "huge"])
@pytest.mark.parametrize(
    "task", [task for task in SUITE.tasks if task.illustration], ids=task_name_of
)
def test_pictures_can_be_drawn_of_any_answer_of_the_right_kind(task, huge):
    case, expected = cases(task.name, task.checks[0].name, 0)[0]
    right = fit(task.signature.result, expected)
    yours = right * 0 + 2**62 if huge else right
    for picture in task.illustration(right, yours, **case.inputs):
        if isinstance(picture, Histogram):
            assert len(picture.heights) == 256
            assert all(0 <= place <= 255 for _, place in picture.marks)
        else:
            assert picture.pixels.min() >= 0
            assert picture.pixels.max() <= 255
