"""
The order of an array's axes in each backend.

A suite and its reference are written in one order, channels first, as NumPy and PyTorch have it.
TensorFlow has channels last, and kernels with their channels last: which axes these are is read
from the letters of the signature.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchharness.suite.signature import Array, Kind, Listing, Record

__all__ = ["axes_in", "from_order_of", "to_order_of"]

_CHANNELS = frozenset("CKO")


def axes_in(backend: str, kind: Array) -> tuple[str, ...]:
    """
    The axes of an array as a submission of the backend sees them.

    TensorFlow: `[N, C, H, W]` is `[N, H, W, C]`, `[K, H, W]` is `[H, W, K]`; the kernels
    `[O, C, k, l]` and `[C, O, k, l]` are `[k, l, C, O]` and `[k, l, O, C]`. All else stays.
    """
    return tuple(kind.axes[axis] for axis in _order(backend, kind))


def to_order_of(backend: str, kind: Kind, value: Any) -> Any:
    """A value of the suite with its arrays as a submission of the backend sees them (views)."""
    return _reordered(kind, value, backend, inverse=False)


def from_order_of(backend: str, kind: Kind, answer: Any) -> Any:
    """An answer of the backend as the suite writes it; what is not of the kind stays as it is."""
    return _reordered(kind, answer, backend, inverse=True)


def _order(backend: str, kind: Array) -> tuple[int, ...]:
    """Which axis of the suite's order stands at each place of the backend's."""
    axes, count = kind.axes, len(kind.axes)
    if backend != "tensorflow" or count < 3 or axes[-3] not in _CHANNELS:
        return tuple(range(count))
    if count > 3 and axes[-4] in _CHANNELS:
        return (*range(count - 4), count - 2, count - 1, count - 3, count - 4)
    return (*range(count - 3), count - 2, count - 1, count - 3)


def _reordered(kind: Kind, value: Any, backend: str, *, inverse: bool) -> Any:
    if isinstance(kind, Array):
        order = _order(backend, kind)
        if order == tuple(range(len(order))):
            return value
        array = _as_array(value)
        if array is None or array.ndim != len(order):
            return value
        return array.transpose(np.argsort(order) if inverse else order)
    if isinstance(kind, Record) and _is_sequence(value) and len(value) == len(kind.items):
        pairs = zip(kind.items, value, strict=True)
        return tuple(_reordered(item, v, backend, inverse=inverse) for (_, item), v in pairs)
    if isinstance(kind, Listing) and _is_sequence(value):
        return [_reordered(kind.item, v, backend, inverse=inverse) for v in value]
    return value


def _is_sequence(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _as_array(value: Any) -> np.ndarray[Any, Any] | None:
    """An array, or nested lists of numbers that make one."""
    if isinstance(value, np.ndarray):
        return value
    if not _is_sequence(value):
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None
