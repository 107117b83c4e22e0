"""Why an answer is wrong: the misconception whose answers are the submission's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchharness.checking.judge import judge, same_answer
from benchharness.checking.precision import in_single
from benchharness.outcomes import Status
from benchharness.suite.layout import to_order_of
from benchharness.suite.task import Case, Inputs, Misconception, Task

__all__ = ["CaseResult", "matching_misconceptions", "shown_inputs", "shown_value"]

_SHOWN_ELEMENTS = 36
_SHOWN_TEXT = 600


@dataclass(frozen=True)
class CaseResult:
    """
    What a submission did with one case; `complaint` is empty where the answer is right.

    Inputs and answers are in the suite's order of axes, whatever the backend.
    """

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
    exact = result.case.inputs
    return _answers_alike(task, misconception, result, exact) or (
        result.status == Status.FAILED
        and _answers_alike(task, misconception, result, in_single(exact))
    )


def _answers_alike(
    task: Task, misconception: Misconception, result: CaseResult, inputs: Inputs
) -> bool:
    """Whether the variant does with the inputs what the submission did."""
    try:
        with np.errstate(all="ignore"):
            variant = misconception.variant(*task.arguments(inputs))
    except ValueError:
        return result.case.refused and result.status == Status.PASSED
    except Exception:  # a wrong variant may break where the submission did not
        return False
    if result.status == Status.FAILED:
        return same_answer(task, inputs, variant, result.answer)
    return (
        not result.case.refused
        and judge(task, result.case.inputs, variant, result.expected) is None
    )


def shown_inputs(task: Task, case: Case, backend: str = "numpy") -> str:
    """A case's inputs, a line each, as a student of the backend can type them."""
    return "\n".join(
        f"{p.name} = {shown_value(to_order_of(backend, p.kind, case.inputs[p.name]))}"
        for p in task.signature.parameters
    )


def shown_value(value: Any) -> str:
    """A value as short text; a long sparse array as its entries that are not zero."""
    text = _text(value)
    return text if len(text) <= _SHOWN_TEXT else text[:_SHOWN_TEXT] + " …"


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        short = str(value.tolist()) if value.size <= _SHOWN_ELEMENTS else _sparse(value)
        return short or f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        items = ", ".join(map(_text, value))
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return repr(value)


def _sparse(array: np.ndarray[Any, Any]) -> str:
    places = np.argwhere(array != 0)
    if array.ndim != 1 or len(places) > _SHOWN_ELEMENTS:
        return ""
    entries = ", ".join(f"{int(i)}: {array[i]:.6g}" for (i,) in places)
    return f"zeros({array.size}) except {{{entries}}}"
