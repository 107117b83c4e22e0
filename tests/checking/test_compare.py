"""Where two arrays differ, how much is allowed, and how a difference reads."""

import numpy as np
import pytest

from benchharness.checking.compare import compare, rounding

EPS = float(np.finfo(np.float32).eps)


def test_equal_arrays_do_not_differ():
    assert compare(np.arange(6.0), np.arange(6.0)) is None


def test_nan_agrees_with_nan():
    assert compare(np.array([np.nan]), np.array([np.nan])) is None


def test_nan_agrees_with_nothing_else():
    assert compare(np.array([1.0]), np.array([np.nan]), tolerance=0.5)
    assert compare(np.array([np.nan]), np.array([1.0]), tolerance=0.5)


def test_infinity_must_be_met_exactly():
    assert compare(np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf])) is None
    assert compare(np.array([np.inf]), np.array([-np.inf]), tolerance=0.5)
    assert compare(np.array([np.inf]), np.array([1e308]), tolerance=0.5)


def test_infinity_does_not_widen_what_is_allowed_elsewhere():
    assert compare(np.array([np.inf, 1.0]), np.array([np.inf, 2.0]), tolerance=1e-6)


def test_difference_up_to_the_tolerance_is_allowed():
    assert compare(np.array([100.0]), np.array([101.0]), tolerance=0.01) is None
    assert compare(np.array([100.0]), np.array([101.1]), tolerance=0.01)


def test_scale_is_the_largest_magnitude_unless_given():
    assert compare(np.array([-100.0, 1.0]), np.array([-100.0, 2.0]), tolerance=0.01) is None
    assert compare(np.array([1.0]), np.array([2.0]), tolerance=0.01, scale=100.0) is None


def test_without_tolerance_every_bit_counts():
    assert compare(np.array([1.0]), np.array([np.nextafter(1.0, 2.0)]))


def test_count_size_and_worst_place_are_told():
    expected, got = np.zeros((2, 3)), np.array([[0.0, 0.5, 0.0], [0.0, 0.0, -7.0]])

    difference = compare(expected, got)

    assert (difference.count, difference.size, difference.worst) == (2, 6, (1, 2))


def test_nan_is_worse_than_any_number():
    difference = compare(np.zeros(3), np.array([0.0, np.nan, 1e300]))

    assert difference.worst == (1,)


def test_difference_reads_as_a_sentence():
    difference = compare(np.full((2, 32), 0.5), np.full((2, 32), 0.5) + 0.31 * np.eye(2, 32))

    assert str(difference) == (
        "2 of 64 values differ (3.1 %). Worst at (0, 0): got 0.81, expected 0.5."
    )


def test_what_was_allowed_is_told():
    difference = compare(np.array([1.0, 2.0]), np.array([1.0, 3.0]), tolerance=1e-6)

    assert str(difference).endswith("Worst at 1: got 3, expected 2, allowed 2e-06.")


def test_single_number_has_no_place():
    assert str(compare(np.asarray(107), np.asarray(89))) == "got 89, expected 107."


def test_rounding_leaves_room_for_float32_and_none_for_float16():
    assert 4 * EPS < rounding(256) < 100 * EPS


@pytest.mark.parametrize("elements", [1, 100, 10_000, 1_000_000])
def test_sum_in_float32_stays_within_rounding(elements):
    values = np.random.default_rng(elements).uniform(0, 1, elements)
    exact, single = np.sum(values), values.astype(np.float32).sum(dtype=np.float32)

    assert compare(exact, np.float64(single), tolerance=rounding(elements)) is None
