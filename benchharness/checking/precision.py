"""The same inputs in another precision, wherever arrays stand in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchharness.suite.task import Inputs

__all__ = ["has_singles", "in_double", "in_single"]


def in_single(inputs: Inputs) -> Inputs:
    """The inputs rounded to float32, as PyTorch and TensorFlow compute."""
    return {name: _with(value, np.float64, np.float32) for name, value in inputs.items()}


def in_double(inputs: Inputs) -> Inputs:
    """The same numbers in float64, as the reference computes."""
    return {name: _with(value, np.float32, np.float64) for name, value in inputs.items()}


def has_singles(inputs: Inputs) -> bool:
    """Whether an array among them is in float32, so that it could be in float64 as well."""
    return any(map(_is_single, inputs.values()))


def _is_single(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_is_single, value))
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def _with(value: Any, old: type, new: type) -> Any:
    """The value with its arrays of one dtype turned into another, in their layout."""
    if isinstance(value, np.ndarray):
        return value.astype(new, order="K") if value.dtype == old else value
    if isinstance(value, (list, tuple)):
        return type(value)(_with(item, old, new) for item in value)
    return value
