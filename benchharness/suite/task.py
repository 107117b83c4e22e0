"""What a suite says: tasks with their checks, workloads and misconceptions, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchharness.outcomes import Visibility
from benchharness.suite.rules import Rule
from benchharness.suite.signature import Signature

__all__ = [
    "Case",
    "Check",
    "Drawing",
    "Histogram",
    "Inputs",
    "Misconception",
    "Suite",
    "Task",
    "Workload",
]

Inputs = Mapping[str, Any]

_ACCEPTED = {"torch": "pytorch", "tensorflow": "tensorflow"}


@dataclass(frozen=True)
class Case:
    """
    One set of arguments, with the words that name it in a message: "on coins".

    Right is the reference's answer or, where the case is to be `refused`, to raise ValueError.
    """

    label: str
    inputs: Inputs
    refused: bool = False


@dataclass(frozen=True)
class Check:
    """A group of cases that earns points together."""

    name: str
    points: float
    visibility: Visibility
    description: str
    cases: Callable[[np.random.Generator], Iterable[Case]]


@dataclass(frozen=True)
class Workload:
    """
    Inputs of growing size to time a submission on.

    `operations` says how many additions, multiplications, comparisons and function values the
    task's definition needs at a size, where that can be counted honestly.
    """

    name: str
    sizes: tuple[int, ...]
    inputs: Callable[[np.random.Generator, int], Inputs]
    operations: Callable[[int], float] | None = None


@dataclass(frozen=True)
class Misconception:
    """A wrong variant that students write, and what to tell who wrote it."""

    name: str
    summary: str
    explanation: str
    variant: Callable[..., Any]


@dataclass(frozen=True)
class Drawing:
    """A grey picture for the report: pixels in 0..255, shape (H, W)."""

    title: str
    pixels: np.ndarray[Any, Any]


@dataclass(frozen=True)
class Histogram:
    """Heights over the 256 levels for the report, with named vertical marks."""

    title: str
    heights: np.ndarray[Any, Any]
    marks: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Task:
    """One function that students write, and everything that is known about it."""

    signature: Signature
    statement: str
    reference: Callable[..., Any]
    rule: Rule
    checks: tuple[Check, ...]
    workloads: tuple[Workload, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    counterexamples: Callable[..., Inputs] | None = None
    illustration: Callable[..., Iterable[Drawing | Histogram]] | None = None
    forbidden: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's name, which names the task."""
        return self.signature.name

    @property
    def points(self) -> float:
        """What the task is worth: the sum of its checks."""
        return sum(check.points for check in self.checks)

    @property
    def reference_file(self) -> Path:
        """The file that defines the reference; it is all that a timed reference sees."""
        return Path(self.reference.__code__.co_filename)

    def arguments(self, inputs: Inputs) -> tuple[Any, ...]:
        """The inputs in the order of the signature."""
        return tuple(inputs[parameter.name] for parameter in self.signature.parameters)

    def expected(self, inputs: Inputs) -> Any:
        """The reference's answer."""
        return self.reference(*self.arguments(inputs))


@dataclass(frozen=True)
class Suite:
    """A folder of tasks that belong together; `conventions` hold for all of them."""

    name: str
    title: str
    folder: Path
    tasks: tuple[Task, ...]
    conventions: str = ""

    def accepted_in(self, backend: str) -> Path | None:
        """The right submission beside the suite that is written in `backend`, if there is one."""
        name = _ACCEPTED.get(backend)
        file = self.folder / "accepted" / f"{name}.py"
        return file if name and file.is_file() else None
