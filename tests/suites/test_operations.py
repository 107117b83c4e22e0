"""The operations that workloads claim, against definitions that count as they compute."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from benchharness.suite.load import bundled_suites, load_suites

COUNTED = [
    (suite.name, task.name, workload)
    for suite in load_suites(bundled_suites())[0]
    for task in suite.tasks
    for workload in task.workloads
    if workload.operations
]


def claimed(task: str, size: int) -> float:
    (count,) = [w.operations(size) for _, name, w in COUNTED if name == task]
    return count


class Tally:
    """A number that counts what is done to it."""

    def __init__(self, counts: list[None]) -> None:
        self.counts = counts

    def _done(self, _: object) -> Tally:
        self.counts.append(None)
        return self

    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = _done


def counted(compute: Callable[[Tally], object]) -> int:
    counts: list[None] = []
    compute(Tally(counts))
    return len(counts)


@pytest.mark.parametrize("suite, task, workload", COUNTED, ids=[f"{s}.{t}" for s, t, _ in COUNTED])
def test_operations_grow_with_size(suite, task, workload) -> None:
    counts = [workload.operations(size) for size in workload.sizes]
    assert counts[0] > 0 and counts == sorted(set(counts))


@pytest.mark.parametrize("size", [5, 8])
def test_correlation_multiplies_and_adds_under_every_position(size: int) -> None:
    def positions(x: Tally) -> None:
        for _ in itertools.product(range(size - 5 + 1), repeat=2):
            total = x * x
            for _ in range(24):
                total = total + x * x

    assert counted(positions) == claimed("cross_correlate2d", size) == claimed("convolve2d", size)


def test_convolutional_layer_starts_from_its_bias() -> None:
    size = 3

    def layer(x: Tally) -> None:
        for _ in itertools.product(range(2), range(16), range(size), range(size)):
            total = x
            for _ in itertools.product(range(8), range(3), range(3)):
                total = total + x * x

    assert counted(layer) == claimed("conv2d", size)


def test_transposed_layer_lays_every_value_on_the_result() -> None:
    size = 2

    def layer(x: Tally) -> None:
        for _ in itertools.product(range(2), range(16), range(size), range(size)):
            for _ in itertools.product(range(8), range(3), range(3)):
                x + x * x

    assert counted(layer) == claimed("conv_transpose2d", size)


def test_maximum_of_four_takes_three_comparisons() -> None:
    windows = (6 // 2) ** 2
    assert claimed("pool2d", 6) == 3 * windows
    assert claimed("max_pool_indices", 6) == 4 * 8 * 3 * windows


def test_mean_squared_error_subtracts_squares_and_adds() -> None:
    def loss(x: Tally) -> None:
        total = x
        for _ in range(7):
            total = total + (x - x) ** 2

    assert counted(loss) == claimed("mean_squared_error", 7)


def test_pyramid_averages_blocks_and_subtracts_the_repeated() -> None:
    size = 16

    def pyramid(x: Tally) -> None:
        for level in range(4):
            side = size >> level
            for _ in range((side // 2) ** 2):
                (x + x + x + x) / x
            for _ in range(side**2):
                x - x

    assert counted(pyramid) == claimed("laplacian_pyramid", size)
