"""Why an answer is wrong: the misconception whose answers are the submission's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchharness.checking.judge import judge, same_answer
from benchharness.outcomes import Status
from benchharness.suite.task import Case, Misconception, Task

__all__ = ["CaseResult", "matching_misconceptions", "shown_inputs", "shown_value"]

_SHOWN_ELEMENTS = 36
_SHOWN_TEXT = 600


@dataclass(frozen=True)
class CaseResult:
    """What a submission did with one case; `complaint` is empty where the answer is right."""

    case: Case
    status: Status
    complaint: str = ""
    answer: Any = None
    expected: Any = None


def matching_misconceptions(task: Task, results: Sequence[CaseResult]) -> list[Misconception]:
    """
    The misconceptions that explain every answer: wrong where it is wrong, right where it is right.

    A single wrong answer may fit several; the caller prefers the one that fits more checks.
    """
    answered = [r for r in results if r.status in (Status.PASSED, Status.FAILED)]
    if len(answered) < len(results) or all(r.status == Status.PASSED for r in answered):
        return []
    ordered = sorted(answered, key=lambda result: result.status == Status.PASSED)
    return [m for m in task.misconceptions if all(_explains(task, m, r) for r in ordered)]


def _explains(task: Task, misconception: Misconception, result: CaseResult) -> bool:
    inputs = result.case.inputs
    try:
        with np.errstate(all="ignore"):
            variant = misconception.variant(*task.arguments(inputs))
    except Exception:  # a wrong variant may break where the submission did not
        return False
    if result.status == Status.FAILED:
        return same_answer(task, inputs, variant, result.answer)
    return judge(task, inputs, variant, result.expected) is None


def shown_inputs(task: Task, case: Case) -> str:
    """A case's inputs, a line each, as a student can type them."""
    lines = (f"{p.name} = {shown_value(case.inputs[p.name])}" for p in task.signature.parameters)
    return "\n".join(lines)


def shown_value(value: Any) -> str:
    """A value as short text; a long sparse array as its entries that are not zero."""
    if not isinstance(value, np.ndarray):
        text = repr(value)
    elif value.size <= _SHOWN_ELEMENTS:
        text = str(value.tolist())
    else:
        text = _sparse(value) or f"an array of shape {value.shape}"
    return text if len(text) <= _SHOWN_TEXT else text[:_SHOWN_TEXT] + " …"


def _sparse(array: np.ndarray[Any, Any]) -> str:
    places = np.argwhere(array != 0)
    if array.ndim != 1 or len(places) > _SHOWN_ELEMENTS:
        return ""
    entries = ", ".join(f"{int(i)}: {array[i]:.6g}" for (i,) in places)
    return f"zeros({array.size}) except {{{entries}}}"
