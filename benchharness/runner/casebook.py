"""The cases of a run's checks with their expected answers: made once for all submissions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchharness.checking.kinds import WrongKind, fit, refuse_wrong_inputs
from benchharness.errors import SuiteError
from benchharness.runner.attempt import doubles, for_backend
from benchharness.runner.streams import stream
from benchharness.sandbox.process import call_message
from benchharness.suite.task import Case, Check, Suite, Task
from benchharness.worker.codec import Packed

__all__ = ["Casebook", "Question", "question"]


@dataclass(frozen=True)
class Question:
    """
    One case as it is put to a submission: the request, and the reference's answer to it.

    The case's inputs are the numbers that the submission sees, in float64.
    """

    case: Case
    expected: Any
    message: Packed


class Casebook:
    """
    Every check's questions under one seed.

    Everybody gets the same inputs, so neither they nor the reference's answers are computed again
    for the next submission; the arrays are read-only, so that nothing can change them between.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._questions: dict[tuple[str, Task, Check, bool], tuple[Question, ...]] = {}

    def questions(
        self, suite: Suite, task: Task, check: Check, backend: str
    ) -> tuple[Question, ...]:
        """The questions of one check, in the precision that the backend computes in."""
        key = (suite.name, task, check, backend == "numpy")
        if key not in self._questions:
            rng = stream(self.seed, suite.name, task.name, check.name)
            questions = tuple(question(task, c, backend) for c in check.cases(rng))
            if not questions:
                raise SuiteError("it yields no case, so everybody would pass; yield case(...)")
            self._questions[key] = questions
        return self._questions[key]


def question(task: Task, case: Case, backend: str) -> Question:
    """
    A case as it is put to a submission of a backend.

    Raises
    ------
    SuiteError
        If the case's inputs or the reference's answer are not what the signature says: that would
        cost students points which they have earned.
    """
    refuse_wrong_inputs(task.signature, case.inputs, case.label)
    sent = for_backend(backend, case.inputs)
    exact = replace(case, inputs=doubles(sent))
    expected = task.expected(exact.inputs)
    try:
        fit(task.signature.result, expected)
    except WrongKind as problem:
        raise SuiteError(f"case {case.label!r}: the reference {problem}") from problem
    for value in (*exact.inputs.values(), expected):
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return Question(exact, expected, call_message(task.name, task.arguments(sent)))
