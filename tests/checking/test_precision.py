"""Inputs in float32 and float64, wherever arrays stand."""

import numpy as np

from benchharness.checking.precision import has_singles, in_double, in_single


def test_float64_arrays_are_rounded_to_float32():
    assert in_single({"x": np.array([0.1])})["x"].dtype == np.float32


def test_doubles_are_the_numbers_that_were_seen():
    seen = in_single({"x": np.array([0.1])})

    assert in_double(seen)["x"][0] == np.float64(np.float32(0.1))


def test_arrays_inside_lists_and_tuples_are_rounded_too():
    inputs = in_single({"x": [np.array([0.1])], "y": (np.array([0.1]), 1)})

    assert inputs["x"][0].dtype == inputs["y"][0].dtype == np.float32


def test_other_dtypes_and_values_stay():
    inputs = {"image": np.zeros(2, np.uint8), "n": np.zeros(2, np.int64), "word": "a", "f": 0.1}

    assert all(in_single(inputs)[name] is value for name, value in inputs.items())


def test_layout_stays():
    transposed = np.zeros((3, 4)).T

    assert in_single({"x": transposed})["x"].flags.f_contiguous


def test_tells_whether_anything_is_in_float32():
    single, double = np.zeros(2, np.float32), np.zeros(2)

    assert has_singles({"n": 1, "x": [double, single]})
    assert not has_singles({"n": 1, "x": [double, np.zeros(2, np.uint8)]})
