"""Values cross between grader and worker unchanged, and hostile bytes cannot hurt the reader."""

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchharness.worker.codec import CodecError, TooLarge, Unsupported, pack, unpack

DTYPES = st.sampled_from(["bool", "int8", "int64", "uint8", "float16", "float32", "float64"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


def crossed(value, *, keep_strides=False):
    message = pack(value, keep_strides=keep_strides)
    buffer = memoryview(bytearray(message.total_bytes))
    message.write(buffer)
    return unpack(buffer, trusted=keep_strides)


@given(VALUES)
def test_plain_values_arrive_as_they_left(value):
    assert crossed(value) == value


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)))
def test_arrays_arrive_with_shape_dtype_and_values(array):
    arrived = crossed([array])[0]
    assert arrived.dtype == array.dtype
    np.testing.assert_array_equal(arrived, array)


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a[::-1, ::2],
        lambda a: a.T,
        lambda a: np.asfortranarray(a),
        lambda a: a[1:, ::-3],
        lambda a: np.broadcast_to(a[0], a.shape),
    ],
)
def test_memory_layout_survives_when_asked_for(view):
    array = view(np.arange(60.0).reshape(6, 10))
    arrived = crossed(array, keep_strides=True)
    assert arrived.strides == array.strides
    np.testing.assert_array_equal(arrived, array)


def test_big_endian_arrays_arrive_as_native_numbers():
    array = np.arange(5, dtype=">i4")
    np.testing.assert_array_equal(crossed(array), array)


@pytest.mark.parametrize(
    "value", [2**64, object(), {1: 2}, np.array([object()]), np.array(["text"]), [0] * 300_000]
)
def test_what_no_task_returns_is_refused(value):
    with pytest.raises(Unsupported):
        pack(value)


def test_a_cyclic_list_is_refused():
    cyclic: list = []
    cyclic.append(cyclic)
    with pytest.raises(Unsupported, match="nested"):
        pack(cyclic)


def test_a_message_larger_than_its_memory_is_refused():
    with pytest.raises(TooLarge):
        pack(np.zeros(1000)).write(memoryview(bytearray(100)))


@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused_but_nothing_else(noise):
    with contextlib.suppress(CodecError):
        unpack(memoryview(bytearray(noise)))


@given(st.data())
def test_a_damaged_message_is_read_or_refused_but_nothing_else(data):
    message = pack(["text", {"a": np.arange(12.0).reshape(3, 4)}, (1, 2.5, None)])
    buffer = bytearray(message.total_bytes)
    message.write(memoryview(buffer))
    for _ in range(data.draw(st.integers(1, 4))):
        buffer[data.draw(st.integers(0, len(buffer) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CodecError):
        unpack(memoryview(buffer))


def test_an_array_that_claims_memory_behind_the_message_is_refused():
    message = pack(np.zeros(4))
    buffer = bytearray(message.total_bytes)
    message.write(memoryview(buffer))
    offset = 16 + 3 + 16
    struct.pack_into("<q", buffer, offset, message.total_bytes - 8)
    with pytest.raises(CodecError, match="outside"):
        unpack(memoryview(buffer))
