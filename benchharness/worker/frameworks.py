"""The three backends as a worker needs them: import, arguments in, answers out."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchharness.worker.codec import Unsupported

__all__ = ["from_backend", "preload", "to_backend"]

_NUMBERS = (int, float, np.number, np.bool_)

_LAZY = ("numpy.fft", "numpy.ma", "numpy.random")
"""What NumPy imports when it is first used: here once, instead of in every worker."""


def preload(backend: str) -> dict[str, str]:
    """Import what `backend` needs, without running an operation; the versions by name."""
    for module in _LAZY:
        importlib.import_module(module)
    versions = {"numpy": np.__version__}
    if backend != "numpy":
        versions[backend] = str(importlib.import_module(backend).__version__)
    return versions


def settle(backend: str) -> None:
    """What a fresh worker does once: a forked OpenMP pool would hang, so one thread it is."""
    if backend == "torch":
        sys.modules["torch"].set_num_threads(1)


def to_backend(backend: str) -> Callable[[Any], Any]:
    """A function that turns arrays into tensors of `backend`, wherever they stand in a value."""
    convert: Callable[[Any], Any] = {
        "numpy": _same,
        "torch": _torch_tensor,
        "tensorflow": _tensorflow_tensor,
    }[backend]
    if convert is _same:
        return _same

    def walk(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return convert(value)
        if isinstance(value, (list, tuple)):
            return type(value)(walk(item) for item in value)
        return value

    return walk


def _same(value: Any) -> Any:
    return value


def _torch_tensor(array: np.ndarray[Any, Any]) -> Any:
    if (
        not array.flags.c_contiguous
    ):  # PyTorch has no negative strides, and `view` wants none at all
        array = array.copy()
    return sys.modules["torch"].from_numpy(array)


def _tensorflow_tensor(array: np.ndarray[Any, Any]) -> Any:
    return sys.modules["tensorflow"].constant(array)


def from_backend(value: Any) -> Any:
    """
    An answer as plain NumPy arrays, numbers, strings, lists and tuples, computed to the end.

    Raises
    ------
    Unsupported
        If the answer, or a part of it, is of a type that no task asks for.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, np.generic):
        return np.asarray(value)
    if isinstance(value, np.ndarray):
        return np.asarray(np.ma.filled(value) if isinstance(value, np.ma.MaskedArray) else value)
    if kind in (list, tuple) or (isinstance(value, tuple) and hasattr(value, "_fields")):
        return _sequence(value)
    if kind is dict:
        return {key: from_backend(item) for key, item in value.items()}
    module = kind.__module__.partition(".")[0]
    if module == "torch" and isinstance(value, sys.modules["torch"].Tensor):
        return _from_torch(value)
    if module == "tensorflow" and hasattr(value, "numpy"):
        return np.asarray(value.numpy())
    raise Unsupported(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."))


def _sequence(value: Any) -> Any:
    if len(value) > 1000 and all(issubclass(kind, _NUMBERS) for kind in set(map(type, value))):
        return np.asarray(value)
    if len(value) > 16 and isinstance(value[0], list):
        table = np.array(value, dtype=object)
        if table.ndim > 1 and table.size > 1000:
            return np.asarray(value)
    return (tuple if isinstance(value, tuple) else list)(from_backend(item) for item in value)


def _from_torch(tensor: Any) -> np.ndarray[Any, Any]:
    torch = sys.modules["torch"]
    tensor = tensor.detach().cpu()
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.float()
    return np.asarray(tensor.resolve_conj().resolve_neg().numpy())
