"""Whether one answer is right: the trusted side's word, from the task's rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchharness.checking.compare import compare, magnitude, rounding
from benchharness.checking.kinds import WrongKind, fit
from benchharness.suite.layout import from_order_of, to_order_of
from benchharness.suite.rules import Best, Close, Equal, Holds, Rule
from benchharness.suite.task import Inputs, Task

__all__ = ["judge", "oversized", "same_answer"]

_MANY_TIMES, _ALWAYS_FINE = 16, 4_000_000


def judge(
    task: Task, inputs: Inputs, answer: Any, expected: Any, backend: str = "numpy"
) -> str | None:
    """
    What is wrong with an answer, in words for a student; None if it is right.

    Shapes and places are named in the order of axes that the submission's backend has.

    Parameters
    ----------
    task : Task
    inputs : mapping
        The case's inputs, by parameter name.
    answer : object
        What came from the submission, decoded, in its order of axes; nothing about it is believed.
    expected : object
        The reference's answer to the same inputs.
    backend : str
    """
    if problem := oversized(answer, expected):
        return problem
    kind = task.signature.result
    try:
        got = fit(kind, answer)
    except WrongKind as wrong:
        return str(wrong)
    wanted = fit(kind, expected)
    rule = task.rule
    if isinstance(rule, Holds):
        return _text(rule.complaint(from_order_of(backend, kind, got), wanted, **inputs))
    if isinstance(rule, Best):
        return _worse_than_best(rule, inputs, from_order_of(backend, kind, got), wanted)
    wanted = to_order_of(backend, kind, wanted)
    if isinstance(rule, Equal):
        return _differing(wanted, got, 0.0, None)
    return _differing(wanted, got, _tolerance(rule, inputs), _scale(rule, inputs))


def oversized(answer: Any, expected: Any) -> str | None:
    """
    What is wrong with an answer of far too many values; None if it is worth a look.

    Half a gigabyte fits into a reply. Converted, compared with every misconception and kept for
    the report, it would take many times that from the grader.
    """
    arrived, wanted = _values(answer), _values(expected)
    if arrived <= _MANY_TIMES * wanted + _ALWAYS_FINE:
        return None
    return f"returned {arrived} values, expected {wanted}."


def _values(value: Any) -> int:
    if isinstance(value, (list, tuple)):
        return sum(map(_values, value))
    if isinstance(value, np.ndarray):
        return value.size
    return len(value) if isinstance(value, (str, dict)) else 1


def same_answer(task: Task, inputs: Inputs, one: Any, other: Any) -> bool:
    """
    Whether two answers are the same up to rounding, whether or not they are right.

    Both are in the suite's order of axes.
    """
    first, second = _fitted(task, one), _fitted(task, other)
    if first is None or type(first) is not type(second):
        return False
    scale = _scale(task.rule, inputs) if isinstance(task.rule, Close) else None
    if scale is not None:  # a wrong answer may be far larger than what a right one is made of
        scale = max(scale, _magnitude(first))
    return _differing(first, second, _tolerance(task.rule, inputs), scale) is None


def _magnitude(value: Any) -> float:
    """The largest finite magnitude in a fitted answer."""
    if isinstance(value, (tuple, list)):
        return max(map(_magnitude, value), default=0.0)
    if isinstance(value, str):
        return 0.0
    return magnitude(np.asarray(value, dtype=np.float64))


def _fitted(task: Task, answer: Any) -> Any:
    """The answer as the judge compares it, or as an array of numbers if it is of another kind."""
    try:
        return fit(task.signature.result, answer)
    except WrongKind:
        pass
    try:
        numbers = np.asarray(answer)
    except ValueError:  # rows of different lengths
        return None
    return numbers if numbers.dtype.kind in "biuf" else None


def _tolerance(rule: Rule, inputs: Inputs) -> float:
    if isinstance(rule, Close) and rule.tolerance is not None:
        return rule.tolerance
    return rounding(sum(map(_elements, inputs.values())))


def _elements(value: Any) -> int:
    """How many numbers an input has."""
    if isinstance(value, (list, tuple)):
        return sum(map(_elements, value))
    return value.size if isinstance(value, np.ndarray) else 0


def _scale(rule: Close | Best, inputs: Inputs) -> float | None:
    return float(rule.scale(**inputs)) if rule.scale else None


def _worse_than_best(rule: Best, inputs: Inputs, got: Any, wanted: Any) -> str | None:
    if isinstance(wanted, np.ndarray) and got.shape != wanted.shape:
        return _wrong_shape(wanted, got)
    if rule.allowed and (problem := _text(rule.allowed(got, **inputs))):
        return problem
    best = float(rule.objective(wanted, **inputs))
    reached = float(rule.objective(got, **inputs))
    scale = _scale(rule, inputs)
    slack = rounding(_terms(inputs)) * (abs(best) if scale is None else scale)
    if rule.sign * (reached - best) >= -slack:
        return None
    extreme = "largest" if rule.sign > 0 else "smallest"
    return (
        f"got {_listed(got)}, expected {_listed(wanted)}. Your {rule.name} is {reached:.6g}; "
        f"the {extreme} is {best:.6g}."
    )


def _terms(inputs: Inputs) -> int:
    """Terms that an objective adds up: the levels of a histogram, not the pixels behind it."""
    return min(256, sum(map(_elements, inputs.values())))


def _differing(wanted: Any, got: Any, tolerance: float, scale: float | None) -> str | None:
    if isinstance(wanted, (tuple, list)):
        return _differing_items(wanted, got, tolerance, scale)
    if isinstance(wanted, str):
        return None if got == wanted else f"got {got[:80]!r}, expected {wanted!r}."
    expected, actual = np.asarray(wanted), np.asarray(got)
    if expected.shape != actual.shape:
        return _wrong_shape(expected, actual)
    if expected.dtype.kind != "f":
        tolerance = 0.0
    difference = compare(expected, actual, tolerance=tolerance, scale=scale)
    return None if difference is None else str(difference)


def _differing_items(wanted: Any, got: Any, tolerance: float, scale: float | None) -> str | None:
    if len(wanted) != len(got):
        return f"returned {len(got)} items, expected {len(wanted)}."
    for position, (expected, actual) in enumerate(zip(wanted, got, strict=True)):
        if problem := _differing(expected, actual, tolerance, scale):
            return f"item {position}: {problem}"
    return None


def _wrong_shape(expected: np.ndarray[Any, Any], actual: np.ndarray[Any, Any]) -> str:
    hint = ""
    if expected.ndim > 1 and sorted(expected.shape) == sorted(actual.shape):
        hint = " The axes are in another order."
    return f"returned shape {actual.shape}, expected {expected.shape}.{hint}"


def _listed(value: Any) -> str:
    return str(value.tolist()) if isinstance(value, np.ndarray) else str(value)


def _text(complaint: object) -> str | None:
    return str(complaint) if complaint else None
