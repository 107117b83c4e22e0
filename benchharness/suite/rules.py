"""When an answer is right: the words in which a suite says it, judged by `checking`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Best",
    "Close",
    "Equal",
    "Holds",
    "Rule",
    "close",
    "equal",
    "holds",
    "maximise",
    "minimise",
]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Equal:
    """Right is what equals the reference's answer."""


@dataclass(frozen=True)
class Close:
    """Right is what differs from the reference by no more than rounding explains."""

    scale: Function | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Best:
    """Right is what reaches the reference's value of an objective, whichever answer does."""

    objective: Function
    name: str
    sign: int
    allowed: Function | None = None
    scale: Function | None = None


@dataclass(frozen=True)
class Holds:
    """Right is what a function of the suite has no complaint about."""

    complaint: Function


Rule = Equal | Close | Best | Holds


def equal() -> Equal:
    """The answer must equal the reference's: for integers, truth values, words, masks."""
    return Equal()


def close(*, scale: Function | None = None, tolerance: float | None = None) -> Close:
    """
    The answer must equal the reference's up to rounding.

    Parameters
    ----------
    scale : function of the task's inputs, optional
        The size of the numbers that are added up or cancel on the way to the answer. Without
        it, the largest magnitude in the reference's answer.
    tolerance : float, optional
        Relative to `scale`; in (0, 1). Without it, it follows from float32 and the number of
        elements of the inputs.
    """
    return Close(scale, tolerance)


def maximise(
    objective: Function,
    *,
    name: str,
    allowed: Function | None = None,
    scale: Function | None = None,
) -> Best:
    """
    Every answer that maximises an objective is right; ties and plateaus fail nobody.

    Parameters
    ----------
    objective : function (answer, **inputs) -> float
        What the answer has to make as large as the reference's answer does.
    name : str
        The objective's name in messages: "between-class variance".
    allowed : function (answer, **inputs) -> str or None, optional
        What is wrong with an answer that may not even be tried, such as a level outside 0..255.
    scale : function of the task's inputs, optional
        The size of the numbers that are added up or cancel on the way to the objective: answers
        that float32 cannot tell apart from the best one are right. Without it, the best value.
    """
    return Best(objective, name, +1, allowed, scale)


def minimise(
    objective: Function,
    *,
    name: str,
    allowed: Function | None = None,
    scale: Function | None = None,
) -> Best:
    """Every answer that minimises an objective is right; see `maximise`."""
    return Best(objective, name, -1, allowed, scale)


def holds(complaint: Function) -> Holds:
    """
    The suite's own judgement.

    Parameters
    ----------
    complaint : function (answer, expected, **inputs) -> str or None
        What is wrong with the answer, in words for a student; None if it is right.
    """
    return Holds(complaint)
