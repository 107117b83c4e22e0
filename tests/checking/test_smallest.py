"""Small inputs: simple ones first, the same for everybody, never without an end."""

import numpy as np
import pytest

from benchharness.checking.smallest import Draw, small_inputs
from benchharness.suite import check, counterexamples, task


def drawing(draw_inputs):
    """A task whose counterexamples come from this function."""

    @task("f(values: int64[N], k: int) -> int")
    class F:
        def reference(values, k):
            return k

        @check()
        def never_drawn(rng):
            yield

        small = counterexamples(draw_inputs)

    return F


def values_and_k(draw):
    return {"values": draw.array("int64", ((1, 6),), 0, 255), "k": draw.choice([1, 2, 3])}


def inputs_of(draw_inputs, seed=1):
    return small_inputs(drawing(draw_inputs), np.random.default_rng(seed))


def test_fewer_numbers_come_first():
    sizes = [len(inputs["values"]) for inputs in inputs_of(values_and_k)]

    assert sizes == sorted(sizes)
    assert set(sizes) == {1, 2, 3, 4, 5, 6}


def test_smaller_numbers_come_first_among_as_many():
    single = [i["values"][0] + i["k"] for i in inputs_of(values_and_k) if len(i["values"]) == 1]

    assert single == sorted(single)
    assert single[0] <= 4


def test_large_numbers_are_drawn_too():
    assert max(inputs["values"].max() for inputs in inputs_of(values_and_k)) > 200


def test_no_input_comes_twice():
    drawn = [(i["values"].tobytes(), i["k"]) for i in inputs_of(values_and_k)]

    assert len(set(drawn)) == len(drawn) > 100


def test_same_seed_draws_the_same():
    first, second = inputs_of(values_and_k, seed=5), inputs_of(values_and_k, seed=5)

    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one["values"], other["values"])


def test_task_that_draws_nothing_has_no_small_inputs():
    @task("g(x: int) -> int")
    class G:
        def reference(x):
            return x

        @check()
        def never_drawn(rng):
            yield

    assert small_inputs(G, np.random.default_rng(1)) == []


def test_function_that_draws_for_ever_is_given_up():
    def never_content(draw):
        while draw.integer(0, 9) < 10:
            pass

    assert inputs_of(never_content) == []


@pytest.mark.parametrize("reach", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(("low", "high"), [(0, 255), (-9, 9), (3, 40), (-7, -2), (5, 5)])
def test_integers_stay_in_their_range(low, high, reach):
    draw = Draw(np.random.default_rng(3), reach)

    assert all(low <= draw.integer(low, high) <= high for _ in range(200))


@pytest.mark.parametrize("reach", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (-2.5, 2.5), (3, 40), (-7, -2), (1, 1)])
def test_numbers_stay_in_their_range(low, high, reach):
    draw = Draw(np.random.default_rng(3), reach)

    assert all(np.float32(low) <= draw.number(low, high) <= high for _ in range(200))


@pytest.mark.parametrize(
    ("low", "high", "near"),
    [(0, 255, {0, 1}), (-9, 9, {-1, 0, 1}), (3, 40, {3, 4}), (-7, -2, {-3, -2})],
)
def test_without_reach_integers_are_the_simplest_of_their_range(low, high, near):
    draw = Draw(np.random.default_rng(3), 0.0)

    assert {draw.integer(low, high) for _ in range(200)} == near


def test_numbers_are_exact_in_float32():
    draw = Draw(np.random.default_rng(3), 1.0)
    numbers = draw.array("float64", (500,), -3, 3)

    np.testing.assert_array_equal(numbers, numbers.astype(np.float32))


def test_arrays_have_the_dtype_and_the_shapes_asked_for():
    draw = Draw(np.random.default_rng(3), 0.5)
    images = [draw.array("float32", ((1, 2), 3), -1, 1) for _ in range(50)]

    assert {image.dtype for image in images} == {np.dtype("float32")}
    assert {image.shape for image in images} == {(1, 3), (2, 3)}
