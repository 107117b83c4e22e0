"""
docs/source-mistakes.md tells the truth: what it prints in bold is computed here, its names exist.

The function named like a row (b1, n2, ...) computes the numbers that stand in bold in that row, in
their order, from what is printed and from what is right.
"""

import re
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pytest

from benchharness.suite.load import bundled_suites, find_suite, load_suite
from benchharness.suite.photographs import photograph

PAGE = Path(__file__).resolve().parents[2] / "docs" / "source-mistakes.md"
LEVELS = np.arange(256)
PHOTOGRAPHS = ("coins", "camera", "page", "text", "clock_motion", "moon")
FIGURE_6_21 = np.array([[6, 4], [10, -20.5], [-201, 8]])
FIGURE_6_22 = np.array([[4, -2, -6], [0, -10, 12], [8, 6, 10]])


# Formulas that several rows need


def otsu(image, *, divided):
    """Otsu's threshold with the class means divided by their probabilities, or as printed."""
    p = np.bincount(image.ravel(), minlength=256) / image.size
    mean = LEVELS @ p
    variances = []
    for t in LEVELS:
        variance = 0.0
        for members in (slice(t + 1), slice(t + 1, None)):
            share, moment = p[members].sum(), LEVELS[members] @ p[members]
            if share > 0:
                variance += share * ((moment / share if divided else moment) - mean) ** 2
        variances.append(variance)
    return np.argmax(variances)


def left_by_kmeans(*, drawn_anew):
    """The sum of squared distances after 20 iterations on 300 pixels in three groups."""
    rng = np.random.RandomState(0)
    colours = np.repeat([[40, 60, 200], [220, 120, 40], [90, 200, 90]], 100, axis=0)
    pixels = colours + rng.randint(-15, 16, size=(300, 3))
    for iteration in range(20):
        if drawn_anew or iteration == 0:
            centroids = rng.randint(0, 255, size=(3, 3)).astype(float)
        labels = ((pixels[:, np.newaxis] - centroids) ** 2).sum(axis=2).argmin(axis=1)
        for k in np.unique(labels):
            centroids[k] = pixels[labels == k].mean(axis=0)
    return ((pixels - centroids[labels]) ** 2).sum()


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum()


def largest_of_pairs(*row):
    return np.reshape(row, (-1, 2)).max(axis=1)


def shown(value):
    """A value as the page writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, np.ndarray)):
        return f"({', '.join(map(shown, value))})"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{round(float(value), 3):g}"
    return text.replace("-", "−").replace("inf", "∞")


# The book


def b1():
    counts = np.bincount(photograph("coins").ravel(), minlength=256)
    return counts.sum(), f"{(counts / 256).sum():.1f}"


def b2():
    images = [photograph(name) for name in PHOTOGRAPHS]
    return [otsu(image, divided=divided) for image in images for divided in (False, True)]


def b3():
    p = np.bincount([0, 0, 100, 200], minlength=256) / 4
    return LEVELS[1:101] @ p[1:101] - LEVELS[:101] @ p[:101], p[1:101].sum(), p[:101].sum()


def b4():
    return [(photograph("coins") == 150).sum()]


def b5():
    cluster = np.array([[200, 100, 0], [100, 100, 0]])
    return cluster.sum(axis=0), cluster.mean(axis=0)


def b6():
    return left_by_kmeans(drawn_anew=True), left_by_kmeans(drawn_anew=False)


def b7():
    centroids = np.random.randint(0, 255, size=(1, 3))
    centroids[0] = np.mean([[0, 0, 0], [255, 255, 255]], axis=0)
    return 255 / 2, centroids[0, 0]


def b9():
    levels = np.array([0, 0, 9])
    return np.mean(levels), abs(levels - np.mean(levels)).sum(), abs(levels - 0).sum()


def b10():
    labels = np.array([[0, 1], [2, 2]])
    return len(np.unique(labels) - 1), len(np.unique(labels)) - 1


def b11():
    return [f"{(photograph('coins') <= 107).mean():.0%}".replace("%", " %")]


def b13():
    return [sigmoid(0.5)]


def b16():
    n, k, stride = 2, 3, 2
    return (n - 1) * stride + k, (n - 1) * stride - 2 * 1 + k + 1


def b17():
    column = FIGURE_6_21.max(axis=0).argmin()
    return FIGURE_6_21[1, column], FIGURE_6_21[2, column]


def b18():
    return FIGURE_6_22.min(axis=1).max(), FIGURE_6_22.max(axis=0).min()


def b19():
    pennies = np.array([[1, -1], [-1, 1]])
    return pennies.min(axis=1).max(), pennies.max(axis=0).min()


def b20():
    def f(x, y):
        return x**2 - y**2

    return f(1, 0), f(0, 1), f(0, 0)


def b21():
    return f"{shown(round(log(0.001) + log(1 - 0.001), 1))}", -log(4)


def b22():
    return -log(0.9), -log(1 - 0.1), -log(1 - 0.9)


def b23():
    return -log(0.5) - log(1 - 0.5), abs(log(1 - 0))


def b24():
    logit = -2.0
    slope = -sigmoid(logit)
    return sigmoid(logit), sigmoid(logit + slope), sigmoid(logit - slope)


def b25():
    return -log(1 - 0.1), -log(0.1)


def b26():
    return log(0.5), log(0.9)


def b27():
    return [-log(0.1)]


def b28():
    return [sum((inputs + 1) * outputs for inputs, outputs in pairwise([100, 150, 300, 784]))]


def b30():
    slopes = sigmoid(np.linspace(-3, 3, 256))
    return [slopes.sum() / slopes.mean()]


def b31():
    fake = np.float32(1) / (np.float32(1) + np.exp(np.float32(-20)))
    with np.errstate(divide="ignore"):
        return np.log(np.float32(1) - fake), -np.logaddexp(0, 20)


def b32():
    return -log(sigmoid(0)), -log(softmax(np.zeros(10))[0])


def b33():
    return [range(1000)[-1]]


# The lecture notes


def n1():
    m, kernel = np.arange(1, 10).reshape(3, 3), np.ones((2, 2))
    return (m[1:, 1:] * kernel).sum(), (m[:2, :2] * kernel).sum()


def n2():
    return 4 / 8, 4 / 2


def n3():
    return list(np.arange(0, 5 - 2 + 1, 1.5))


def n6():
    return sigmoid(0), 1 - sigmoid(0)


def n8():
    return [1 + np.sqrt(4) * 0.5]


def n9():
    image = np.array([[1, 3], [5, 7]])
    difference = image - image.mean()
    return difference, difference.mean(), image.mean()


# The course of three labs


def l1():
    w, x, bias = np.array([2, 3]), np.array([4, 5]), 1
    return (w + x).sum() + bias, w @ x + bias


def l2():
    return (24 - 5) // 2 + 1, 24 - 5 + 1


def l3():
    image, kernel = np.array([[1, 2], [3, 4]]), np.array([[1, 0], [0, 0]])
    return (image * kernel[::-1, ::-1]).sum(), (image * kernel).sum()


def l4():
    return 2 * 5 + 1, 2 + 5 + 1


def l5():
    x, weights = np.array([1, 2]), np.array([3, 5])
    return (x[1] * weights).sum(), x @ weights


def l6():
    inputs = 24 // 2 // 2 * (24 // 2 // 2) * 64
    return inputs * 256, inputs


def l7():
    return [(1 - np.tanh(np.linspace(-5, 5, 1001)) ** 2).max()]


def l8():
    return list(1 - np.tanh([-2.0, 2.0]) ** 2)


def l9():
    scores = np.array([-2.0, -1.0])
    return *softmax(scores), *softmax(np.maximum(scores, 0))


def l11():
    return 1000 * 100, 1000 * 100 / 50_000


def l14():
    slopes = sigmoid(np.linspace(-5, 5, 1001)) * (1 - sigmoid(np.linspace(-5, 5, 1001)))
    return slopes.max(), f"{1e6 * slopes.max() ** 10:.2f}"


def l15():
    return (
        largest_of_pairs(9, 0, 0, 0),
        largest_of_pairs(0, 9, 0, 0),
        largest_of_pairs(9, 9, 0, 0, 0, 0, 0, 0),
    )


# The DCGAN thesis


def t1():
    return [np.logaddexp(0, 3.0) - label * 3.0 for label in (1.0, 0.9)]


def t3():
    return max(0.2 * -1, -1), max(0, -1)


def t5():
    return [100 * 100 * 100]


def t6():
    return [5 * 5 * 3 * 64]


def t8():
    return [64 * 2**layer for layer in range(5)]


def t10():
    return [128 * 128 * 3]


# The page


@cache
def rows():
    """The cells of each row by its number: printed, right, what it does."""
    table_rows = re.findall(r"(?m)^\| ([BNLT]\d+) \| (.*) \|$", PAGE.read_text(encoding="utf-8"))
    assert len({number for number, _ in table_rows}) == len(table_rows)
    return {number: cells.split(" | ") for number, cells in table_rows}


def bold(number):
    return re.findall(r"\*\*(.+?)\*\*", " ".join(rows()[number]))


def computations():
    return {name.upper(): f for name, f in globals().items() if re.fullmatch(r"[bnlt]\d+", name)}


@cache
def misconceptions():
    """The names of each bundled task's misconceptions."""
    suites = [load_suite(find_suite(name)) for name in bundled_suites()]
    return {task.name: {m.name for m in task.misconceptions} for s in suites for task in s.tasks}


@pytest.mark.parametrize("number", computations())
def test_the_page_prints_the_numbers_that_are_computed(number):
    assert bold(number) == [shown(value) for value in computations()[number]()]


def test_no_other_row_shows_a_number_in_bold():
    assert [number for number in rows() if bold(number) and number not in computations()] == []


def test_every_row_has_all_its_cells():
    assert {len(cells) for cells in rows().values()} == {3}


@pytest.mark.parametrize("number", [number for number, cells in rows().items() if "→" in cells[2]])
def test_the_misconceptions_that_a_row_points_to_exist(number):
    _, _, pointed_to = rows()[number][2].partition("→")
    named = re.findall(r"`(\w+)`: `(\w+)`", pointed_to)
    assert named
    assert [(task, name) for task, name in named if name not in misconceptions()[task]] == []


@pytest.mark.parametrize("source", "BNLT")
def test_the_rows_of_a_source_are_numbered_without_a_gap(source):
    numbers = [int(number[1:]) for number in rows() if number[0] == source]
    assert numbers == list(range(1, len(numbers) + 1))
