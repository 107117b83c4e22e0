"""One check of one task on one submission: asked, judged, explained."""

from __future__ import annotations

import shlex
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from benchharness.checking.explain import (
    CaseResult,
    matching_misconceptions,
    shown_inputs,
    shown_value,
)
from benchharness.checking.judge import judge, oversized
from benchharness.checking.kinds import WrongKind, fit
from benchharness.content import content_root
from benchharness.outcomes import (
    CheckVerdict,
    Curve,
    Picture,
    Status,
    Visibility,
    worst_status,
)
from benchharness.runner.attempt import Answer, Unusable
from benchharness.runner.casebook import Casebook, Question
from benchharness.runner.drawing import pictures
from benchharness.runner.mistakes import described, in_check, place
from benchharness.suite.layout import from_order_of, to_order_of
from benchharness.suite.task import (
    Check,
    Drawing,
    Histogram,
    Misconception,
    Suite,
    Task,
)
from benchharness.worker.codec import Packed

__all__ = ["Respondent", "TaskGrading"]

_ABNORMAL = (Status.TIMEOUT, Status.MEMORY, Status.CRASHED, Status.TAMPERED, Status.FORBIDDEN)
_MOST_ABNORMAL = 2


class Respondent(Protocol):
    """Who is asked: a submission's functions in one backend, wherever they run."""

    backend: str

    @property
    def path(self) -> str:
        """What to show as the submission's path."""

    def refuse_missing(self, task: Task) -> None:
        """Raise Unusable unless the task's function can be called."""

    def call(self, task: Task, message: Packed) -> Answer:
        """The answer to one request, or what went wrong."""


class TaskGrading:
    """
    One task of one submission in one backend, check by check, in any order.

    What is learned from one check helps the next: which misconception fits, which small input
    goes wrong, how often the worker has died.
    """

    def __init__(self, suite: Suite, task: Task, attempt: Respondent, casebook: Casebook) -> None:
        self.suite, self.task, self.attempt = suite, task, attempt
        self.casebook = casebook
        self._fitting: Counter[str] = Counter()
        self._graded: list[CheckVerdict] = []
        self._abnormal: list[CheckVerdict] = []
        self._forbidden: str | None = None
        self._is_drawn = False
        self._counterexamples: dict[Status, CaseResult | None] = {}

    def grade(self, check: Check) -> CheckVerdict:
        """The verdict of one check; a mistake of the suite ends in `harness_failed`."""
        start = time.perf_counter()
        try:
            verdict = self._grade(check)
        except Unusable as problem:
            verdict = self._verdict(check, problem.status, str(problem))
        except Exception as problem:
            verdict = self._harness_failed(check, described(self.suite, self.task, problem))
        self._graded.append(verdict)
        return replace(verdict, seconds=time.perf_counter() - start)

    def unfit_for_timing(self) -> str | None:
        """Why there is no point in timing the task: an answer was wrong. None if there is."""
        lost = [verdict for verdict in self._graded if verdict.status != Status.PASSED]
        shown = [verdict.name for verdict in lost if verdict.visibility == Visibility.VISIBLE]
        told = ", ".join(shown) or "a check that is shown later"
        return f"not timed: wrong in {told}" if lost else None

    def _grade(self, check: Check) -> CheckVerdict:
        if len(self._abnormal) >= _MOST_ABNORMAL:
            last = self._abnormal[-1]
            told = last.message if last.visibility == Visibility.VISIBLE else ""
            text = f"not run: this task had already ended twice that way. {told}".rstrip()
            return self._verdict(check, last.status, text)
        if self._forbidden:  # it may have kept what it got that way
            return self._verdict(check, Status.FORBIDDEN, self._forbidden)
        self.attempt.refuse_missing(self.task)
        backend = self.attempt.backend
        questions = self.casebook.questions(self.suite, self.task, check, backend)
        results = list(self._results(questions))
        status = worst_status([result.status for result in results])
        if status == Status.PASSED:
            verdict = self._verdict(check, status, "")
        else:
            verdict = self._explained(check, status, results)
        if status in _ABNORMAL:
            self._abnormal.append(verdict)
        if status == Status.PASSED and self._is_drawn:
            return verdict
        drawn = self._drawn(results)
        self._is_drawn |= bool(drawn)
        return replace(verdict, pictures=drawn)

    def _results(self, questions: Iterable[Question]) -> Iterable[CaseResult]:
        for asked in questions:
            result = self._result(asked)
            yield result
            if result.status in _ABNORMAL:
                return

    def _result(self, asked: Question) -> CaseResult:
        case, expected = asked.case, asked.expected
        answer = self.attempt.call(self.task, asked.message)
        if "NotImplementedError" in answer.raised:  # whatever it is asked
            raise Unusable(answer.status, answer.message)
        if answer.status == Status.FORBIDDEN:
            self._forbidden = answer.message
        if case.refused:
            answer = _judged_refusal(answer)
        if case.refused or answer.status != Status.PASSED:
            value = self._kept(answer, None) if answer.status == Status.FAILED else None
            return CaseResult(case, answer.status, answer.message, value, expected)
        backend = self.attempt.backend
        complaint = judge(self.task, case.inputs, answer.value, expected, backend)
        status = Status.FAILED if complaint else Status.PASSED
        return CaseResult(case, status, complaint or "", self._kept(answer, expected), expected)

    def _kept(self, answer: Answer, expected: Any) -> Any:
        """The answer in the suite's order of axes; None if it is far too large to be kept."""
        if oversized(answer.value, expected):
            return None
        return from_order_of(self.attempt.backend, self.task.signature.result, answer.value)

    def _explained(
        self, check: Check, status: Status, results: Sequence[CaseResult]
    ) -> CheckVerdict:
        wrong = [result for result in results if result.status != Status.PASSED]
        worst = next(result for result in wrong if result.status == status)
        share = f"{len(wrong)} of {len(results)} cases are wrong. " if len(results) > 1 else ""
        share = "" if status == Status.FORBIDDEN else share
        smallest = self._smallest(status)
        misconception = self._misconception([*results, smallest] if smallest else results)
        return replace(
            self._verdict(check, status, f"{share}{worst.case.label}: {worst.complaint}"),
            misconception=misconception.name if misconception else None,
            explanation=misconception.explanation if misconception else None,
            counterexample=self._shown(smallest) if smallest else None,
            rerun=self._rerun(check),
        )

    def _misconception(self, results: Sequence[CaseResult]) -> Misconception | None:
        """The one that explains all answers, that to the smallest wrong case included."""
        fitting = matching_misconceptions(self.task, results)
        self._fitting.update(m.name for m in fitting)
        return max(fitting, key=lambda m: self._fitting[m.name], default=None)

    def _smallest(self, status: Status) -> CaseResult | None:
        """The simplest input that goes wrong in the same way, searched for once for each way."""
        if status not in (Status.FAILED, Status.ERROR):
            return None
        if status not in self._counterexamples:
            try:
                self._counterexamples[status] = self._search(status)
            except Exception as problem:  # the verdict stands without it
                warnings.warn(f"{self._place(problem)}: counterexamples: {problem}", stacklevel=2)
                self._counterexamples[status] = None
        return self._counterexamples[status]

    def _search(self, status: Status) -> CaseResult | None:
        """The first of the small questions that ends in this way, and does so again."""
        small = self.casebook.small_questions(self.suite, self.task, self.attempt.backend)
        for asked in small:
            result = self._result(asked)
            if result.status in _ABNORMAL:
                return None
            if result.status == status:
                # An answer that changes from call to call has no smallest case.
                return result if self._result(asked).status == status else None
        return None

    def _shown(self, result: CaseResult) -> str:
        has_answer = result.status == Status.FAILED and result.answer is not None
        got = f"got      {self._shown_answer(result.answer)}" if has_answer else result.complaint
        shown = shown_inputs(self.task, result.case, self.attempt.backend)
        return f"{shown}\nexpected {self._shown_answer(result.expected)}\n{got}"

    def _shown_answer(self, answer: Any) -> str:
        kind = self.task.signature.result
        return shown_value(to_order_of(self.attempt.backend, kind, answer))

    def _drawn(self, results: Sequence[CaseResult]) -> tuple[Picture | Curve, ...]:
        try:
            return pictures(self._drawings(results))
        except Exception as problem:  # the verdict stands without pictures
            warnings.warn(f"{self._place(problem)}: illustration: {problem}", stacklevel=2)
            return ()

    def _drawings(self, results: Sequence[CaseResult]) -> tuple[Drawing | Histogram, ...]:
        """The first wrong case that can be drawn, or the first one at all."""
        if self.task.illustration is None:
            return ()
        for result in sorted(results, key=lambda result: result.status == Status.PASSED):
            kind = self.task.signature.result
            try:
                yours, expected = fit(kind, result.answer), fit(kind, result.expected)
            except WrongKind:
                continue
            if _shapes(yours) == _shapes(expected):
                return tuple(self.task.illustration(expected, yours, **result.case.inputs))
        return ()

    def _verdict(self, check: Check, status: Status, message: str) -> CheckVerdict:
        return CheckVerdict(
            name=check.name,
            status=status,
            score=check.points if status == Status.PASSED else 0,
            max_score=check.points,
            message=message,
            visibility=check.visibility,
        )

    def _harness_failed(self, check: Check, text: str) -> CheckVerdict:
        """Ours to mend: it takes the check's points out of the score instead of losing them."""
        told = in_check(self.suite, self.task, check, text)
        return replace(self._verdict(check, Status.HARNESS_FAILED, told), max_score=0)

    def _place(self, problem: Exception) -> str:
        return place(self.suite, self.task, problem)

    def _rerun(self, check: Check) -> str:
        submission = shlex.quote(self.attempt.path)
        return (
            f"pytest --bench --submission={submission} --suite={shlex.quote(self._suite_found())} "
            f'--bench-seed {self.casebook.seed} -k "{self.task.name} and {check.name}"'
        )

    def _suite_found(self) -> str:
        """What `--suite` finds this suite by: its name if it is bundled, else its folder."""
        name, folder = self.suite.name, self.suite.folder
        if folder == (content_root() / "suites" / name).resolve():
            return name
        here = Path.cwd()
        return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)


def _shapes(value: Any) -> Any:
    """The shapes of the arrays in a fitted answer, in its own structure."""
    return (
        [_shapes(item) for item in value] if isinstance(value, (list, tuple)) else np.shape(value)
    )


def _judged_refusal(answer: Answer) -> Answer:
    """The answer to inputs that are to be refused: right is ValueError and nothing else."""
    if "ValueError" in answer.raised:
        return Answer(Status.PASSED)
    if answer.status == Status.PASSED:
        text = f"returned {shown_value(answer.value)}; these inputs must raise ValueError."
        return replace(answer, status=Status.FAILED, message=text)
    if answer.status == Status.ERROR:
        return replace(answer, message=f"{answer.message} These inputs must raise ValueError.")
    return answer
