"""
Small inputs of a task, the simplest first: where a submission's smallest mistake is looked for.

They are drawn once for a run and put to every submission in the same order, so that the smallest
counterexample depends on the answers alone, not on the machine's speed or on who came before.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchharness.suite.task import Inputs, Task

__all__ = ["Draw", "small_inputs"]

_DRAWN = 200
_MOST_NUMBERS = 2_000
_STEPS = (1.0, 0.5, 0.25, 0.0)
Axis = int | tuple[int, int]


class Draw:
    """
    What a suite's `@counterexamples` function draws its inputs with.

    With a `reach` near 0 numbers stay close to the simplest one of their range: 0, or else the end
    that is nearer to 0; with 1 the whole range is drawn from.
    """

    def __init__(self, rng: np.random.Generator, reach: float) -> None:
        self._rng = rng
        self._reach = reach
        self._numbers_left = _MOST_NUMBERS

    def integer(self, low: int, high: int) -> int:
        """An integer in low..high, both included."""
        return int(self._integers(low, high, 1)[0])

    def number(self, low: float, high: float) -> float:
        """A float in low..high, mostly a whole number or a simple fraction."""
        return float(self._numbers(low, high, 1)[0])

    def choice(self, values: Sequence[Any]) -> Any:
        """One of the values."""
        self._count(1)
        return values[int(self._rng.integers(len(values)))]

    def array(
        self, dtype: str, shape: Sequence[Axis], low: float, high: float
    ) -> np.ndarray[Any, Any]:
        """An array with values in low..high; an axis may be a range such as (1, 4)."""
        lengths = [axis if isinstance(axis, int) else self.integer(*axis) for axis in shape]
        draw = self._numbers if np.dtype(dtype).kind == "f" else self._integers
        return draw(low, high, int(np.prod(lengths))).astype(dtype).reshape(lengths)

    def _integers(self, low: float, high: float, count: int) -> np.ndarray[Any, Any]:
        self._count(count)
        start, end = self._range(int(low), int(high))
        return self._rng.integers(int(np.floor(start)), int(np.ceil(end)) + 1, count)

    def _numbers(self, low: float, high: float, count: int) -> np.ndarray[Any, Any]:
        self._count(count)
        values = self._rng.uniform(*self._range(low, high), count)
        step = _STEPS[int(self._rng.integers(len(_STEPS)))]
        if step:
            values = np.clip(np.round(values / step) * step, low, high)
        return values.astype(np.float32).astype(np.float64)

    def _range(self, low: float, high: float) -> tuple[float, float]:
        """The part of low..high within reach, and at least a step of 1 to either side."""
        simplest = min(max(0, low), high)
        below = max(self._reach * (simplest - low), min(1, simplest - low))
        above = max(self._reach * (high - simplest), min(1, high - simplest))
        return simplest - below, simplest + above

    def _count(self, numbers: int) -> None:
        """Give up on a function that draws for ever, as a loop may that waits for a rare value."""
        self._numbers_left -= numbers
        if self._numbers_left < 0:
            raise _TooMany


class _TooMany(Exception):
    """More numbers were drawn than a small input has."""


def small_inputs(task: Task, rng: np.random.Generator) -> list[Inputs]:
    """Different small inputs of a task, the simplest first; none if its suite draws none."""
    draw_inputs = task.counterexamples
    if draw_inputs is None:
        return []
    drawn: dict[bytes, Inputs] = {}
    for number in range(_DRAWN):
        try:
            inputs = draw_inputs(Draw(rng, (number / _DRAWN) ** 3))
        except _TooMany:
            continue
        drawn.setdefault(pickle.dumps(inputs), inputs)
    return sorted(drawn.values(), key=_complexity)


def _complexity(inputs: Inputs) -> tuple[int, float]:
    """Fewer numbers first, then smaller ones."""
    numbers = np.concatenate([np.ravel(number) for number in _numbers(list(inputs.values()))])
    return numbers.size, float(np.abs(numbers).sum())


def _numbers(value: Any) -> Iterator[Any]:
    """The numbers and arrays in a nested value; a word counts as one."""
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers(item)
    else:
        yield 1.0 if isinstance(value, str) else np.asarray(value, dtype=np.float64)
