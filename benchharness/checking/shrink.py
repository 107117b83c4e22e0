"""The smallest input that a submission gets wrong, found by Hypothesis in the grader."""

from __future__ import annotations

import contextlib
import pickle
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from benchharness.suite.task import Inputs, Task

__all__ = ["Draw", "smallest_counterexample"]

_EXAMPLES = 300
Axis = int | tuple[int, int]


class Draw:
    """What a suite's `@counterexamples` function draws its inputs with."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """An integer in low..high, both included; shrinks towards low."""
        from hypothesis import strategies

        return int(self._draw(strategies.integers(low, high)))

    def number(self, low: float, high: float) -> float:
        """A float in low..high; shrinks towards simple numbers."""
        from hypothesis import strategies

        return float(self._draw(strategies.floats(low, high, width=32)))

    def choice(self, values: Sequence[Any]) -> Any:
        """One of the values; shrinks towards the first."""
        from hypothesis import strategies

        return self._draw(strategies.sampled_from(values))

    def array(
        self, dtype: str, shape: Sequence[Axis], low: float, high: float
    ) -> np.ndarray[Any, Any]:
        """An array with values in low..high; an axis may be a range such as (1, 4)."""
        lengths = [axis if isinstance(axis, int) else self.integer(*axis) for axis in shape]
        count = int(np.prod(lengths))
        if np.dtype(dtype).kind == "f":
            values: list[Any] = [self.number(low, high) for _ in range(count)]
        else:
            values = [self.integer(int(low), int(high)) for _ in range(count)]
        return np.array(values, dtype=dtype).reshape(lengths)


def smallest_counterexample(
    task: Task, is_wrong: Callable[[Inputs], bool], *, seed: int, seconds: float
) -> Inputs | None:
    """
    The simplest inputs for which `is_wrong` holds, as far as the time allows; None if none is.

    `is_wrong` may end the search early by raising `StopIteration`, when there is nobody left to
    ask; what was found so far stands.
    """
    if task.counterexamples is None:
        return None
    from hypothesis import HealthCheck, Phase, find, settings, strategies
    from hypothesis.errors import NoSuchExample

    found: list[Inputs] = []
    known: dict[bytes, bool] = {}
    end = time.monotonic() + seconds
    draw_inputs = task.counterexamples

    @strategies.composite
    def inputs(draw: Callable[[Any], Any]) -> Inputs:
        return draw_inputs(Draw(draw))

    def asked(candidate: Inputs) -> bool:
        nonlocal end
        try:
            return time.monotonic() < end and is_wrong(candidate)
        except StopIteration:
            end = 0.0
            return False

    def still_wrong(candidate: Inputs) -> bool:
        key = pickle.dumps(candidate)
        if key not in known:
            known[key] = asked(candidate)
            if known[key]:
                found.append(candidate)
        return known[key]

    with _no_files(), contextlib.suppress(NoSuchExample):
        find(
            inputs(),
            still_wrong,
            settings=settings(
                max_examples=_EXAMPLES,
                database=None,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
            random=random.Random(seed),
        )
    return min(found, key=_complexity, default=None)


@contextlib.contextmanager
def _no_files() -> Iterator[None]:
    """Keep what Hypothesis writes down out of the user's folder."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with tempfile.TemporaryDirectory(prefix="benchharness-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _complexity(inputs: Inputs) -> tuple[int, float]:
    """Fewer elements first, then smaller numbers."""
    arrays = [np.asarray(value, dtype=np.float64) for value in inputs.values()]
    return sum(a.size for a in arrays), sum(float(np.abs(a).sum()) for a in arrays)
