"""Kinds in words that a student understands, in the order of axes that a backend has."""

import pytest

from benchharness.reporting.kinds import annotation, in_words, items_of_their_own
from benchharness.suite.signature import Signature


def kind_of(text):
    return Signature.parse(f"f() -> {text}").result


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("int", "int"),
        ("uint8[H, W]", "uint8, shape (H, W)"),
        ("float[256]", "float, shape (256,)"),
        ("(int, int)", "tuple (int, int)"),
        ("(row: int, value: float)", "tuple (row: int, value: float)"),
        ("list[dict]", "list of dict"),
        ("list[float[H, W]]", "list of arrays (float, shape (H, W))"),
        ("list[(int, int, int)]", "list of tuples (int, int, int)"),
        ("list[list[int]]", "list of lists of int"),
    ],
)
def test_kind_is_put_into_words(kind, words):
    assert in_words(kind_of(kind), "numpy") == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("float[N, C, H, W]", "float, shape (N, H, W, C)"),
        ("float[O, C, k, l]", "float, shape (k, l, C, O)"),
        ("float[H, W]", "float, shape (H, W)"),
        ("list[float[C, H, W]]", "list of arrays (float, shape (H, W, C))"),
    ],
)
def test_shapes_have_tensorflows_order(kind, words):
    assert in_words(kind_of(kind), "tensorflow") == words


@pytest.mark.parametrize(
    ("kind", "backend", "type_name"),
    [
        ("bool", "torch", "bool"),
        ("int[N]", "numpy", "np.ndarray"),
        ("int[N]", "torch", "torch.Tensor"),
        ("int[N]", "tensorflow", "tf.Tensor"),
        ("(int, float[N])", "numpy", "tuple"),
        ("list[float[N]]", "numpy", "list"),
    ],
)
def test_types_are_plain(kind, backend, type_name):
    assert annotation(kind_of(kind), backend) == type_name


def test_arrays_of_a_tuple_are_told_one_by_one():
    items = items_of_their_own(kind_of("(labels: int[N], float)"))

    assert [name for name, _ in items] == ["labels", "item 1"]


def test_tuple_of_numbers_is_told_at_once():
    assert items_of_their_own(kind_of("(row: int, value: float)")) == ()
