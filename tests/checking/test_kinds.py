"""Answers read as the kind that the signature promises, or what is wrong with their kind."""

import numpy as np
import pytest

from benchharness.checking.kinds import WrongKind, fit
from benchharness.suite.signature import Signature


def kind(text):
    return Signature.parse(f"f() -> {text}").result


def complaint(text, answer):
    """What is said of an answer of the wrong kind."""
    with pytest.raises(WrongKind) as caught:
        fit(kind(text), answer)
    return str(caught.value)


@pytest.mark.parametrize(
    "answer", [107, 107.0, np.array(107), np.array(107.0, np.float32), np.uint8(107)], ids=repr
)
def test_integer_may_come_in_every_form_of_a_whole_number(answer):
    assert fit(kind("int"), answer) == 107


@pytest.mark.parametrize("answer", [np.array(0.5), np.array(0.5, np.float16), np.float32(0.5)])
def test_float_may_come_as_a_0_d_array_or_a_numpy_scalar(answer):
    assert fit(kind("float"), answer) == 0.5


def test_float_may_come_as_an_integer():
    assert type(fit(kind("float"), 3)) is float


@pytest.mark.parametrize("answer", [True, np.array(True), 1, 1.0])
def test_truth_value_may_come_as_zero_or_one(answer):
    assert fit(kind("bool"), answer) is True


def test_two_is_no_truth_value():
    assert fit(kind("bool"), 2) is not True


@pytest.mark.parametrize(
    "answer", [[[1, 2], [3, 4]], ((1, 2), (3, 4)), np.array([[1, 2], [3, 4]])]
)
def test_array_may_come_as_nested_lists(answer):
    assert fit(kind("int[H, W]"), answer).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float32", "float64", "bool"])
def test_whole_numbers_of_every_dtype_become_int64(dtype):
    assert fit(kind("uint8[N]"), np.array([0, 1], dtype)).dtype == np.int64


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "bool"])
def test_numbers_of_every_dtype_become_float64(dtype):
    assert fit(kind("float[N]"), np.array([0, 1], dtype)).dtype == np.float64


def test_tuple_may_come_as_a_list():
    assert fit(kind("(row: int, value: float)"), [1, 4]) == (1, 4.0)


def test_tuple_of_numbers_may_come_as_an_array():
    assert fit(kind("(int, int)"), np.array([2, 3])) == (2, 3)


def test_list_of_arrays_may_come_as_one_array():
    fitted = fit(kind("list[float[N]]"), np.ones((2, 3)))

    assert [item.shape for item in fitted] == [(3,), (3,)]


def test_word_stands_for_itself():
    assert fit(kind("str"), "saddle") == "saddle"


WRONG = {
    ("int", None): "returned None, expected a single int. Does every path end in `return`?",
    ("float[H, W]", None): "returned None, expected an array float[H, W]",
    ("(int, float)", None): "returned None, expected a tuple (int, float)",
    ("list[int]", None): "returned None, expected a list list[int]",
    ("int", "107"): "returned a str, expected a single int.",
    ("int", 0.5): "returned 0.5, expected a whole number.",
    ("int", float("nan")): "returned nan, expected a whole number.",
    ("int", float("inf")): "returned inf, expected a whole number.",
    ("int", ((1, 2),)): "returned a tuple, expected a single int.",
    ("float", "nan"): "returned a str, expected a single float.",
    ("float[N]", 3.0): "returned a float, expected an array float[N].",
    ("float[N]", "abc"): "returned a str, expected an array float[N].",
    ("float[N]", (("a", "b"))): "returned a tuple that holds a str",
    ("float[H, W]", ((1.0,), (1.0, 2.0))): "its rows differ in length",
    ("str", 3): "returned an int, expected a str.",
    ("(int, float)", 3): "returned an int, expected a tuple (int, float).",
    ("(int, float)", (1, 2.0, 3)): "returned 3 values, expected 2: (int, float).",
    ("(row: int, value: float)", (0.5, 1.0)): "row: returned 0.5, expected a whole number.",
    ("(int, float)", (1, "a")): "value 2: returned a str, expected a single float.",
    ("list[int]", 3): "returned an int, expected a list.",
    ("list[int]", (1, 0.5)): "item 1: returned 0.5, expected a whole number.",
}


@pytest.mark.parametrize("text, answer", WRONG)
def test_wrong_kind_is_described_for_a_student(text, answer):
    assert WRONG[text, answer] in complaint(text, answer)


def test_array_is_no_single_number():
    said = complaint("int", np.zeros((1, 1)))

    assert said == "returned an array of shape (1, 1), expected a single int."


def test_array_with_another_number_of_axes_is_refused():
    said = complaint("float[H, W]", np.zeros(6))

    assert said == "returned an array of shape (6,), expected 2 axes: float[H, W]."


@pytest.mark.parametrize("dtype", ["complex128", "U3", "datetime64[s]", object])
def test_array_of_no_numbers_is_refused(dtype):
    assert "returned an array of dtype" in complaint("float[N]", np.zeros(2, dtype))


def test_fractions_among_whole_numbers_are_counted_and_placed():
    said = complaint("int[H, W]", np.array([[1.0, 2.0], [0.5, np.nan]]))

    assert said == "2 of 4 values are no whole numbers; at (1, 0) stands 0.5, expected int values."


def test_huge_whole_floats_do_not_wrap_around():
    assert fit(kind("int[N]"), np.array([1e300])).item() > 2**60


def test_huge_unsigned_integers_stay_positive():
    assert fit(kind("int[N]"), np.array([2**64 - 1], np.uint64)).item() > 0


def test_huge_float_is_a_whole_number():
    assert fit(kind("int"), 1e300) == int(1e300)
