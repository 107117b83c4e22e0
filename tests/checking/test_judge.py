"""Right answers pass in every dtype and form; answers that are nearly right do not."""

import numpy as np
import pytest

from benchharness.checking.judge import judge, same_answer
from benchharness.suite import check, close, equal, holds, maximise, minimise, task

IMAGE = np.random.default_rng(3).normal(size=(5, 7))


def define(signature, function, **content):
    """A task whose reference is `function`."""

    @check()
    def never_drawn(rng):
        yield

    page = type("Page", (), {"reference": function, "never_drawn": never_drawn} | content)
    return task(signature)(page)


def smooth(image):
    return image + 0.25 * np.roll(image, 1, axis=1)


SMOOTH = define("smooth(image: float[H, W]) -> float[H, W]", smooth)
EXPECTED = smooth(IMAGE)
COUNT = define("count(image: float[H, W]) -> int", lambda image: 107)
MEAN = define("mean(image: float[H, W]) -> float", lambda image: float(image.mean()))
MASK = define("mask(image: float[H, W]) -> bool[H, W]", lambda image: image > 0)


def verdict(task, answer, image=IMAGE):
    return judge(task, {"image": image}, answer, task.reference(image))


RIGHT_ARRAYS = {
    "float64": EXPECTED,
    "float32": EXPECTED.astype(np.float32),
    "Fortran order": np.asfortranarray(EXPECTED),
    "a view with strides": np.repeat(EXPECTED, 2, axis=1)[:, ::2],
    "upside down twice": EXPECTED[::-1].copy()[::-1],
    "read-only": np.broadcast_to(EXPECTED, EXPECTED.shape),
    "nested lists": EXPECTED.tolist(),
    "nested tuples": tuple(map(tuple, EXPECTED.tolist())),
    "computed in float32": smooth(IMAGE.astype(np.float32)),
}


@pytest.mark.parametrize("answer", RIGHT_ARRAYS.values(), ids=RIGHT_ARRAYS)
def test_right_array_passes_in_every_form(answer):
    assert verdict(SMOOTH, answer) is None


def with_one(value):
    wrong = EXPECTED.copy()
    wrong[2, 3] = value
    return wrong


LARGEST = float(np.abs(EXPECTED).max())
ULP = float(np.spacing(np.float32(LARGEST)))
WRONG_ARRAYS = {
    "NaN": (with_one(np.nan), "got nan"),
    "inf": (with_one(np.inf), "got inf"),
    "all NaN": (np.full_like(EXPECTED, np.nan), "35 of 35 values differ"),
    "transposed": (EXPECTED.T, "The axes are in another order."),
    "off by a thousand ulp": (EXPECTED + 1000 * ULP, "35 of 35 values differ"),
    "one value off by a thousand ulp": (with_one(EXPECTED[2, 3] + 1000 * ULP), "1 of 35"),
    "float16": (EXPECTED.astype(np.float16), "values differ"),
    "computed in float16": (smooth(IMAGE.astype(np.float16)), "values differ"),
    "rounded to integers": (np.round(EXPECTED).astype(int), "values differ"),
    "zeros": (np.zeros_like(EXPECTED), "values differ"),
    "its input": (IMAGE, "values differ"),
    "one row to be broadcast": (EXPECTED[:1], "returned shape (1, 7), expected (5, 7)"),
    "a constant to be broadcast": (np.ones((1, 1)), "returned shape (1, 1)"),
    "an axis more": (EXPECTED[np.newaxis], "expected 2 axes"),
    "a number": (0.5, "returned a float, expected an array"),
    "truth values": (EXPECTED > 0, "values differ"),
    "complex numbers": (EXPECTED + 0j, "dtype complex128"),
    "strings": (EXPECTED.astype("U9"), "dtype <U9"),
    "a string": ("right", "returned a str"),
    "None": (None, "returned None"),
    "empty": (np.zeros((0, 0)), "returned shape (0, 0)"),
}


@pytest.mark.parametrize("answer, said", WRONG_ARRAYS.values(), ids=WRONG_ARRAYS)
def test_wrong_array_fails_and_says_why(answer, said):
    assert said in verdict(SMOOTH, answer)


@pytest.mark.parametrize(
    "answer",
    [107, 107.0, np.array(107), np.asarray(np.uint8(107)), np.array(107.0, np.float32)],
    ids=repr,
)
def test_right_integer_passes_in_every_form(answer):
    assert verdict(COUNT, answer) is None


@pytest.mark.parametrize("answer", [106, 107.0000001, -107, True, np.array([107]), "107", None])
def test_wrong_integer_fails(answer):
    assert verdict(COUNT, answer)


def test_wrong_integer_reads_short():
    assert verdict(COUNT, 89) == "got 89, expected 107."


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_right_mask_passes_as_zeros_and_ones(dtype):
    assert verdict(MASK, (IMAGE > 0).astype(dtype)) is None


def test_mask_of_other_numbers_fails():
    assert verdict(MASK, 255 * (IMAGE > 0))


def test_mask_with_one_pixel_wrong_fails():
    wrong = IMAGE > 0
    wrong[0, 0] ^= True

    assert "1 of 35 values differ" in verdict(MASK, wrong)


def test_mean_in_float32_passes():
    image = IMAGE + 10

    assert verdict(MEAN, np.asarray(image.astype(np.float32).mean()), image) is None


def test_infinite_right_answer_must_be_met():
    infinite = define("f(image: float[H, W]) -> float", lambda image: float("inf"))

    assert verdict(infinite, float("inf")) is None
    assert verdict(infinite, float("nan"))


def test_scale_of_the_rule_allows_what_cancels():
    """A difference of large numbers keeps the rounding of the large numbers."""

    def small(image):
        return float((image + 1e6).mean() - 1e6)

    told = define("f(image: float[H, W]) -> float", small, rule=close(scale=lambda image: 1e6))
    untold = define("f(image: float[H, W]) -> float", small)

    assert verdict(told, small(IMAGE) + 0.5) is None
    assert verdict(untold, small(IMAGE) + 0.5)


def test_tolerance_of_the_rule_is_kept():
    loose = define(
        "f(image: float[H, W]) -> float", lambda image: 100.0, rule=close(tolerance=0.1)
    )

    assert verdict(loose, 109.0) is None
    assert verdict(loose, 111.0)


def test_equal_forgives_floats_nothing():
    strict = define("f(image: float[H, W]) -> float", lambda image: 0.1, rule=equal())

    assert verdict(strict, 0.1) is None
    assert verdict(strict, float(np.float32(0.1)))


def height(level, image, **_):
    return float(image.ravel()[level])


def outside(level, image):
    return None if 0 <= level < image.size else f"got {level}, which is no place of the image."


PLATEAU = np.array([[1.0, 3.0, 3.0, 2.0, 3.0]])
HIGHEST = define(
    "highest(image: float[H, W]) -> int",
    lambda image: int(image.argmax()),
    rule=maximise(height, name="height", allowed=outside),
)
LOWEST = define(
    "lowest(image: float[H, W]) -> int",
    lambda image: int(image.argmin()),
    rule=minimise(height, name="height", allowed=outside),
)


@pytest.mark.parametrize("answer", [1, 2, 4, 4.0, np.array(2)])
def test_every_place_on_a_plateau_is_right(answer):
    assert verdict(HIGHEST, answer, PLATEAU) is None


def test_lower_place_is_told_both_heights():
    assert verdict(HIGHEST, 3, PLATEAU) == (
        "got 3, expected 1. Your height is 2; the largest is 3."
    )


def test_higher_place_is_wrong_where_the_lowest_is_asked():
    assert verdict(LOWEST, 0, PLATEAU) is None
    assert "the smallest is 1." in verdict(LOWEST, 3, PLATEAU)


@pytest.mark.parametrize("answer", [-1, 5, 10**9, 2**62])
def test_answer_that_may_not_be_tried_is_not_tried(answer):
    assert verdict(HIGHEST, answer, PLATEAU) == f"got {answer}, which is no place of the image."


def test_objective_of_nan_is_wrong():
    image = np.array([[1.0, np.nan, 2.0]])

    assert judge(HIGHEST, {"image": image}, 1, 2)


def test_suites_own_judgement_stands():
    sorts = define(
        "f(image: float[H, W]) -> float[N]",
        lambda image: np.sort(image.ravel()),
        rule=holds(lambda answer, expected, image: "is not sorted." if answer[0] > 0 else None),
    )

    assert verdict(sorts, -np.ones(3)) is None
    assert verdict(sorts, np.ones(3)) == "is not sorted."


def test_items_of_a_tuple_are_judged_one_by_one():
    pair = define(
        "f(image: float[H, W]) -> (row: int, value: float)", lambda image: (1, float(image.max()))
    )

    assert verdict(pair, [1.0, np.float32(IMAGE.max()).item()]) is None
    assert verdict(pair, (2, float(IMAGE.max()))).startswith("item 0: got 2, expected 1")


def test_list_of_another_length_fails():
    three = define("f(image: float[H, W]) -> list[int]", lambda image: [1, 2, 3])

    assert verdict(three, [1, 2]) == "returned 2 items, expected 3."


def test_word_must_be_the_same():
    word = define("f(image: float[H, W]) -> str", lambda image: "saddle")

    assert verdict(word, "saddle") is None
    assert verdict(word, "Saddle") == "got 'Saddle', expected 'saddle'."


def test_flood_of_values_is_refused_by_its_number():
    assert verdict(SMOOTH, np.zeros((3000, 3000), np.uint8)) == (
        "returned 9000000 values, expected 35."
    )


def test_same_answer_forgives_rounding_where_the_rule_does():
    inputs = {"image": IMAGE}

    assert same_answer(SMOOTH, inputs, EXPECTED, EXPECTED.astype(np.float32))
    assert not same_answer(COUNT, inputs, 1, 2)


def test_same_answer_asks_nothing_about_right_or_wrong():
    assert same_answer(SMOOTH, {"image": IMAGE}, EXPECTED + 1, EXPECTED + 1)


def test_answers_of_the_wrong_kind_are_never_the_same():
    assert not same_answer(COUNT, {"image": IMAGE}, "a", "a")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (2.0, np.float32(2), True),
        (np.ones((2, 2)), np.ones((2, 2)), True),
        (2.0, 3.0, False),
        (np.ones((2, 2)), np.ones((2, 3)), False),
        (None, None, False),
        ("word", "word", False),
        ([[1], [2, 3]], [[1], [2, 3]], False),
    ],
    ids=repr,
)
def test_answers_of_another_kind_are_the_same_where_their_numbers_are(one, other, same):
    halves = define("halves(values: float[N]) -> float[N]", lambda values: values / 2)
    assert same_answer(halves, {"values": np.ones(3)}, one, other) is same


TENSOR = define("turned(x: float[C, H, W]) -> float[C, H, W]", lambda x: 2 * x)
X = np.random.default_rng(5).normal(size=(2, 3, 4))


def tensorflow_verdict(answer):
    return judge(TENSOR, {"x": X}, answer, 2 * X, "tensorflow")


def test_tensorflow_answers_have_channels_last():
    assert tensorflow_verdict(2 * X.transpose(1, 2, 0)) is None


def test_channels_first_are_named_in_tensorflows_order():
    complaint = tensorflow_verdict(2 * X)

    assert complaint == (
        "returned shape (2, 3, 4), expected (3, 4, 2). The axes are in another order."
    )


def test_worst_place_is_named_in_tensorflows_order():
    answer = 2 * X.transpose(1, 2, 0)
    answer[2, 1, 0] += 1

    assert "Worst at (2, 1, 0)" in tensorflow_verdict(answer)


def test_large_wrong_answers_are_the_same_up_to_their_own_rounding():
    shares = define(
        "shares(values: float[N]) -> float[N]",
        lambda values: values,
        rule=close(scale=lambda values: 1.0),
    )
    wrong = np.array([4096.0, 1.0, 2.0])

    assert same_answer(shares, {"values": np.ones(3)}, wrong, wrong.astype(np.float32) + 1e-3)
