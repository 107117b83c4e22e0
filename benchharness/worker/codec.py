"""
Values as typed bytes in shared memory: how arguments reach a worker and answers come back.

A message is `header | tree | padding | array data`. The tree is a small tagged encoding of None,
bool, int, float, str, list, tuple and dict; arrays stand in it as dtype, shape, strides and an
offset into the data behind it. Reading believes nothing: every length is checked against the
bytes that are there, so a hostile writer can produce a `CodecError` and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

__all__ = ["CodecError", "Packed", "TooLarge", "Unsupported", "message_bytes", "pack", "unpack"]

_ALIGNMENT = 64
_MAX_DEPTH = 12
_MAX_ITEMS = 200_000
_MAX_DIMENSIONS = 16
_MAX_LENGTH = 2**40
_HEADER = struct.Struct("<QQ")

_WIDTHS = {
    "int": (8, 16, 32, 64),
    "uint": (8, 16, 32, 64),
    "float": (16, 32, 64),
    "complex": (64, 128),
}
_DTYPES = (
    np.dtype("bool"),
    *(np.dtype(f"{kind}{bits}") for kind, widths in _WIDTHS.items() for bits in widths),
)
_DTYPE_CODES = {dtype: code for code, dtype in enumerate(_DTYPES)}
_NONE, _BOOL, _INT, _FLOAT, _STR, _ARRAY, _LIST, _TUPLE, _DICT = range(9)
_INT64 = struct.Struct("<q")
_FLOAT64 = struct.Struct("<d")
_LENGTH = struct.Struct("<I")


class CodecError(Exception):
    """The bytes are no message of this format."""


class Unsupported(Exception):
    """A value has a type that cannot travel; the text names the type."""


class TooLarge(Exception):
    """A value does not fit into the memory that is shared for it."""


@dataclass(frozen=True)
class Packed:
    """A value ready to be copied into shared memory: the tree, the arrays and their places."""

    head: bytes
    blocks: tuple[tuple[int, np.ndarray[Any, Any]], ...]
    total_bytes: int

    def write(self, buffer: memoryview) -> None:
        """Copy the message to the start of `buffer`; TooLarge if it does not fit."""
        if self.total_bytes > len(buffer):
            raise TooLarge(f"{self.total_bytes} bytes do not fit into {len(buffer)}")
        buffer[: len(self.head)] = self.head
        for array, target in self.read_back(buffer):
            target[...] = array

    def read_back(
        self, buffer: memoryview
    ) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """Each array of the message, beside the view of `buffer` that it is written to."""
        for offset, array in self.blocks:
            place = offset + _lowest(array)
            yield array, np.ndarray(array.shape, array.dtype, buffer, place, array.strides)


def pack(value: object, *, keep_strides: bool = False) -> Packed:
    """
    A value as a message; with `keep_strides` the reader sees arrays laid out as they are here.

    Raises
    ------
    Unsupported
        If a type cannot travel, an int exceeds 64 bits, or a structure is too deep or too long.
    """
    tree = bytearray()
    arrays: list[tuple[int, np.ndarray[Any, Any]]] = []
    _put(tree, value, arrays, keep_strides, 0)
    position = _aligned(_HEADER.size + len(tree))
    blocks = []
    for place, array in arrays:
        tree[place : place + 8] = _INT64.pack(position + _lowest(array))
        blocks.append((position, array))
        position = _aligned(position + _extent(array))
    head = _HEADER.pack(len(tree), position) + bytes(tree)
    return Packed(head, tuple(blocks), position)


def unpack(buffer: memoryview, *, trusted: bool = False) -> Any:
    """
    The value of the message at the start of `buffer`; its arrays are views into `buffer`.

    Arrays are read-only, and no larger than the message, unless the writer is `trusted`: then
    they can be written to, and may repeat their bytes as broadcast arrays do.

    Raises
    ------
    CodecError
        If anything in it points outside of `buffer` or is not of this format.
    """
    if len(buffer) < _HEADER.size:
        raise CodecError("shorter than its header")
    tree_bytes, total = _HEADER.unpack_from(buffer)
    if not _HEADER.size + tree_bytes <= total <= len(buffer):
        raise CodecError("lengths disagree")
    return _Reader(buffer[:total], tree_bytes, trusted).value(0)


def message_bytes(buffer: memoryview) -> int:
    """How long the message at the start of `buffer` says it is."""
    return int(_HEADER.unpack_from(buffer)[1])


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT


def _steps(array: np.ndarray[Any, Any]) -> list[int]:
    """From the first to the last element of each axis, in bytes."""
    return [int(s) * (n - 1) for s, n in zip(array.strides, array.shape, strict=True) if n]


def _lowest(array: np.ndarray[Any, Any]) -> int:
    """How far the first element lies behind the lowest address of the array, in bytes."""
    return -sum(step for step in _steps(array) if step < 0)


def _extent(array: np.ndarray[Any, Any]) -> int:
    """Bytes from the lowest address of the array to the end of its highest element."""
    if array.size == 0:
        return 0
    return int(array.itemsize) + sum(map(abs, _steps(array)))


def _put(
    tree: bytearray,
    value: object,
    arrays: list[tuple[int, np.ndarray[Any, Any]]],
    keep_strides: bool,
    depth: int,
) -> None:
    if depth > _MAX_DEPTH:
        raise Unsupported(f"a structure nested more than {_MAX_DEPTH} deep")
    if value is None:
        tree.append(_NONE)
    elif isinstance(value, (bool, np.bool_)):
        tree += bytes((_BOOL, bool(value)))
    elif isinstance(value, (int, np.integer)):
        _put_int(tree, int(value))
    elif isinstance(value, (float, np.floating)):
        tree.append(_FLOAT)
        tree += _FLOAT64.pack(float(value))
    elif isinstance(value, str):
        encoded = value.encode("utf-8", "replace")
        tree.append(_STR)
        tree += _LENGTH.pack(len(encoded)) + encoded
    elif isinstance(value, np.ndarray):
        _put_array(tree, value, arrays, keep_strides)
    elif isinstance(value, (list, tuple, dict)):
        _put_items(tree, value, arrays, keep_strides, depth)
    else:
        raise Unsupported(type(value).__qualname__)


def _put_int(tree: bytearray, value: int) -> None:
    if not -(2**63) <= value < 2**63:
        raise Unsupported("an int of more than 64 bits")
    tree.append(_INT)
    tree += _INT64.pack(value)


def _put_array(
    tree: bytearray,
    array: np.ndarray[Any, Any],
    arrays: list[tuple[int, np.ndarray[Any, Any]]],
    keep_strides: bool,
) -> None:
    array = np.asarray(array)
    code = _DTYPE_CODES.get(array.dtype.newbyteorder("="))
    if code is None:
        raise Unsupported(f"an array of dtype {array.dtype}")
    if not keep_strides or array.dtype != _DTYPES[code]:
        array = np.ascontiguousarray(array, dtype=_DTYPES[code]).reshape(array.shape)
    tree += bytes((_ARRAY, code, array.ndim))
    tree += struct.pack(f"<{2 * array.ndim}q", *array.shape, *array.strides)
    arrays.append((len(tree), array))
    tree += bytes(8)


def _put_items(
    tree: bytearray,
    value: list[object] | tuple[object, ...] | dict[object, object],
    arrays: list[tuple[int, np.ndarray[Any, Any]]],
    keep_strides: bool,
    depth: int,
) -> None:
    items: list[object] = list(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise Unsupported("a dict with keys that are not strings")
        items = [part for pair in value.items() for part in pair]
    if len(items) > _MAX_ITEMS:
        raise Unsupported(f"a {type(value).__name__} of {len(items)} items; use an array")
    tree.append(
        _DICT if isinstance(value, dict) else _TUPLE if isinstance(value, tuple) else _LIST
    )
    tree += _LENGTH.pack(len(items))
    for item in items:
        _put(tree, item, arrays, keep_strides, depth + 1)


class _Reader:
    """Walks a tree once, with a budget of items, and never past the end of the buffer."""

    def __init__(self, buffer: memoryview, tree_bytes: int, trusted: bool) -> None:
        self.buffer = buffer
        self.position = _HEADER.size
        self.end = _HEADER.size + tree_bytes
        self.trusted = trusted
        self.budget = 2 * _MAX_ITEMS
        self.bytes_left = len(buffer)

    def take(self, count: int) -> memoryview:
        start, stop = self.position, self.position + count
        if count < 0 or stop > self.end:
            raise CodecError("the tree ends early")
        self.position = stop
        return self.buffer[start:stop]

    def value(self, depth: int) -> Any:
        self.budget -= 1
        if depth > _MAX_DEPTH or self.budget < 0:
            raise CodecError("too deep or too long")
        tag = self.take(1)[0]
        if tag == _NONE:
            return None
        if tag == _BOOL:
            return self.take(1)[0] != 0
        if tag == _INT:
            return _INT64.unpack(self.take(8))[0]
        if tag == _FLOAT:
            return _FLOAT64.unpack(self.take(8))[0]
        if tag == _STR:
            return str(self.take(self.length()), "utf-8", "replace")
        if tag == _ARRAY:
            return self.array()
        if tag in (_LIST, _TUPLE, _DICT):
            return self.items(tag, depth)
        raise CodecError(f"unknown tag {tag}")

    def length(self) -> int:
        return int(_LENGTH.unpack(self.take(4))[0])

    def items(self, tag: int, depth: int) -> list[Any] | tuple[Any, ...] | dict[str, Any]:
        values = [self.value(depth + 1) for _ in range(self.length())]
        if tag != _DICT:
            return tuple(values) if tag == _TUPLE else values
        keys = values[::2]
        if len(values) % 2 or not all(type(key) is str for key in keys):
            raise CodecError("a dict needs string keys")
        return dict(zip(keys, values[1::2], strict=True))

    def array(self) -> np.ndarray[Any, Any]:
        code, ndim = self.take(2)
        if code >= len(_DTYPES) or ndim > _MAX_DIMENSIONS:
            raise CodecError("unknown dtype or too many dimensions")
        numbers = struct.unpack(f"<{2 * ndim + 1}q", self.take(16 * ndim + 8))
        shape, strides, offset = numbers[:ndim], numbers[ndim:-1], numbers[-1]
        dtype = _DTYPES[code]
        if any(not 0 <= length <= _MAX_LENGTH for length in shape):
            raise CodecError("an impossible length")
        self.bytes_left -= prod(shape) * dtype.itemsize
        if self.bytes_left < 0 and not self.trusted:
            raise CodecError("arrays larger than the message")
        if prod(shape) == 0:
            return np.empty(shape, dtype)
        reach = [(stride * (length - 1)) for stride, length in zip(strides, shape, strict=True)]
        low = offset + sum(step for step in reach if step < 0)
        high = offset + sum(step for step in reach if step > 0) + dtype.itemsize
        if low < self.end or high > len(self.buffer):
            raise CodecError("an array lies outside of the message")
        array: np.ndarray[Any, Any] = np.ndarray(shape, dtype, self.buffer, offset, strides)
        array.flags.writeable = self.trusted and not self.buffer.readonly
        return array
