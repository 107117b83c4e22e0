"""How much work a workload is, from its definition: bytes in and out, and operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from benchharness.outcomes import Timing
from benchharness.suite.task import Inputs, Task, Workload

__all__ = ["data_bytes", "with_work"]

_SINGLE_BYTES = 4


def with_work(timing: Timing, task: Task, workload: Workload, size: int) -> Timing:
    """The timing with the bytes and, where the workload counts them, the operations of a call."""
    inputs = workload.inputs(np.random.default_rng(size), size)
    return replace(
        timing,
        data_bytes=data_bytes(task, inputs),
        operations=float(workload.operations(size)) if workload.operations else None,
    )


def data_bytes(task: Task, inputs: Inputs) -> int:
    """
    The size of the inputs and of the answer, every float in single precision.

    It is the least that has to be moved: what a function writes in between is its own doing.
    """
    return sum(map(_bytes, (*task.arguments(inputs), task.expected(inputs))))


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        is_float = np.issubdtype(value.dtype, np.floating)
        return value.size * (_SINGLE_BYTES if is_float else value.itemsize)
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, Iterable):
        return sum(map(_bytes, value))
    return _SINGLE_BYTES
