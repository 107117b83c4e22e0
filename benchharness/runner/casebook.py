"""The cases of a run's checks with their expected answers: made once for all submissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchharness.checking.kinds import WrongKind, fit, refuse_wrong_inputs
from benchharness.checking.precision import in_double, in_single
from benchharness.checking.smallest import small_inputs
from benchharness.errors import SuiteError
from benchharness.runner.attempt import for_backend
from benchharness.runner.streams import stream
from benchharness.sandbox.process import call_message
from benchharness.suite.task import Case, Check, Inputs, Suite, Task
from benchharness.worker.codec import Packed

__all__ = ["Casebook", "Question", "question"]


@dataclass(frozen=True)
class Question:
    """
    One case as it is put to a submission: the request, and the reference's answer to it.

    The case's inputs are the numbers that the submission sees, in float64 and in the suite's order
    of axes; there is no answer to a case that is to be refused.
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
        self._questions: dict[tuple[str, Task, Check, str], tuple[Question, ...]] = {}
        self._small: dict[tuple[str, Task, str], _Lazily] = {}

    def questions(
        self, suite: Suite, task: Task, check: Check, backend: str
    ) -> tuple[Question, ...]:
        """The questions of one check, as a submission of the backend sees them."""
        key = (suite.name, task, check, backend)
        if key not in self._questions:
            rng = stream(self.seed, suite.name, task.name, check.name)
            questions = tuple(question(task, c, backend) for c in check.cases(rng))
            if not questions:
                raise SuiteError("it yields no case, so everybody would pass; yield case(...)")
            self._questions[key] = questions
        return self._questions[key]

    def small_questions(self, suite: Suite, task: Task, backend: str) -> Sequence[Question]:
        """Small inputs beside those of the checks, the simplest first."""
        key = (suite.name, task, backend)
        if key not in self._small:
            inputs = small_inputs(task, stream(self.seed, suite.name, task.name))
            self._small[key] = _Lazily(task, inputs, backend)
        return self._small[key]


class _Lazily(Sequence[Question]):
    """Questions that are made when somebody first comes to them."""

    def __init__(self, task: Task, inputs: list[Inputs], backend: str) -> None:
        self._task, self._inputs, self._backend = task, inputs, backend
        self._made: list[Question] = []

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, place: Any) -> Any:
        while len(self._made) <= place < len(self._inputs):
            inputs = self._inputs[len(self._made)]
            self._made.append(question(self._task, Case("", inputs), self._backend))
        return self._made[place]


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
    seen = case.inputs if backend == "numpy" else in_single(case.inputs)
    exact = replace(case, inputs=in_double(seen))
    if case.refused:
        _require_refusal(task, exact)
    expected = None if case.refused else _answer(task, exact)
    for value in (*exact.inputs.values(), expected):
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    sent = for_backend(backend, task.signature, seen)
    return Question(exact, expected, call_message(task.name, task.arguments(sent)))


def _answer(task: Task, case: Case) -> Any:
    expected = task.expected(case.inputs)
    try:
        fit(task.signature.result, expected)
    except WrongKind as problem:
        raise SuiteError(f"case {case.label!r}: the reference {problem}") from problem
    return expected


def _require_refusal(task: Task, case: Case) -> None:
    try:
        task.expected(case.inputs)
    except ValueError:
        return
    raise SuiteError(
        f"case {case.label!r}: is to be refused, but the reference answers it; "
        "let it raise ValueError, or use case(...)"
    )
