"""Axes by letter: what a TensorFlow submission sees where the suite has channels first."""

import numpy as np
import pytest

from benchharness.suite.layout import axes_in, from_order_of, to_order_of
from benchharness.suite.signature import Array, Signature


def kind(text):
    """A kind as a signature spells it."""
    return Signature.parse(f"f() -> {text}").result


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("float[N, C, H, W]", "N H W C"),
        ("float[N, O, H', W']", "N H' W' O"),
        ("float[K, H, W]", "H W K"),
        ("float[C, height, width]", "height width C"),
        ("int[N, C, H/size, W/size]", "N H/size W/size C"),
        ("float[R, C, height, width]", "R height width C"),
        ("float[O, C, k, l]", "k l C O"),
        ("float[C, O, k, l]", "k l O C"),
        ("uint8[H, W, 3]", "H W 3"),
        ("float[n, size, size]", "n size size"),
        ("float[N, K]", "N K"),
        ("int[K, K]", "K K"),
        ("float[K, 3]", "K 3"),
        ("float[H, W]", "H W"),
    ],
)
def test_tensorflow_has_channels_last(written, seen):
    assert " ".join(axes_in("tensorflow", kind(written))) == seen


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_other_backends_have_the_written_order(backend):
    assert axes_in(backend, kind("float[O, C, k, l]")) == ("O", "C", "k", "l")


def test_axes_move_with_their_values():
    x = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)

    seen = to_order_of("tensorflow", kind("int[N, C, H, W]"), x)

    assert seen.shape == (2, 4, 5, 3)
    assert seen[1, 2, 3, 0] == x[1, 0, 2, 3]


@pytest.mark.parametrize("text", ["float[N, C, H, W]", "float[O, C, k, l]"])
def test_there_and_back_again(text):
    x = np.random.default_rng(3).normal(size=(2, 3, 4, 5))

    back = from_order_of("tensorflow", kind(text), to_order_of("tensorflow", kind(text), x))

    np.testing.assert_array_equal(back, x)


def test_arrays_inside_tuples_and_lists_move_too():
    pair, maps = kind("(float[K, H, W], int)"), kind("list[float[C, H, W]]")
    x = np.zeros((2, 3, 4))

    assert to_order_of("tensorflow", pair, (x, 1))[0].shape == (3, 4, 2)
    assert to_order_of("tensorflow", maps, [x])[0].shape == (3, 4, 2)


def test_nested_lists_of_an_answer_count_as_an_array():
    answer = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]  # H = 1, W = 3, K = 2

    assert from_order_of("tensorflow", kind("float[K, H, W]"), answer).shape == (2, 1, 3)


@pytest.mark.parametrize(
    "answer", [None, 3, "word", [[1], [2, 3]], np.zeros(4), {"a": 1}, [["a"]]], ids=repr
)
def test_an_answer_of_another_kind_stays_as_it_is(answer):
    assert from_order_of("tensorflow", Array("float", ("C", "H", "W")), answer) is answer
