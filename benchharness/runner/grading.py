"""One check of one task on one submission: asked, judged, explained."""

from __future__ import annotations

import shlex
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from benchharness.checking.explain import (
    CaseResult,
    matching_misconceptions,
    shown_inputs,
    shown_value,
)
from benchharness.checking.judge import judge, oversized
from benchharness.checking.kinds import WrongKind, fit
from benchharness.checking.shrink import smallest_counterexample
from benchharness.errors import HarnessError
from benchharness.outcomes import CheckVerdict, Status, worst_status
from benchharness.runner.attempt import Attempt, Unusable
from benchharness.runner.casebook import Casebook, Question, question
from benchharness.runner.drawing import pictures
from benchharness.suite.task import (
    Case,
    Check,
    Drawing,
    Histogram,
    Inputs,
    Misconception,
    Suite,
    Task,
)

__all__ = ["TaskGrading"]

_ABNORMAL = (Status.TIMEOUT, Status.MEMORY, Status.CRASHED, Status.TAMPERED)
_MOST_ABNORMAL = 2
_SEARCH_S = 1.0


class TaskGrading:
    """
    One task of one submission in one backend, check by check, in any order.

    What is learned from one check helps the next: which misconception fits, which small input
    goes wrong, how often the worker has died.
    """

    def __init__(self, suite: Suite, task: Task, attempt: Attempt, casebook: Casebook) -> None:
        self.suite, self.task, self.attempt = suite, task, attempt
        self.casebook = casebook
        self._fitting: Counter[str] = Counter()
        self._graded: list[CheckVerdict] = []
        self._abnormal: list[CheckVerdict] = []
        self._is_drawn = False
        self._counterexamples: dict[tuple[Status, str | None], str | None] = {}

    def grade(self, check: Check) -> CheckVerdict:
        """The verdict of one check; a mistake of the suite ends in `harness_failed`."""
        start = time.perf_counter()
        try:
            verdict = self._grade(check)
        except Unusable as problem:
            verdict = self._verdict(check, problem.status, str(problem))
        except HarnessError as problem:
            verdict = self._harness_failed(check, str(problem))
        except Exception as problem:
            text = f"{type(problem).__name__} in the suite or the reference: {problem}"
            verdict = self._harness_failed(check, text)
        self._graded.append(verdict)
        return replace(verdict, seconds=time.perf_counter() - start)

    def unfit_for_timing(self) -> str | None:
        """Why there is no point in timing the task: an answer was wrong. None if there is."""
        lost = [verdict.name for verdict in self._graded if verdict.status != Status.PASSED]
        return f"not timed: wrong in {', '.join(lost)}" if lost else None

    def _grade(self, check: Check) -> CheckVerdict:
        if len(self._abnormal) >= _MOST_ABNORMAL:
            last = self._abnormal[-1]
            text = f"not run: this task had already ended twice that way. {last.message}"
            return self._verdict(check, last.status, text)
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
        drawn = pictures(self._drawings(results))
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
        if answer.status != Status.PASSED:
            return CaseResult(case, answer.status, answer.message, None, expected)
        complaint = judge(self.task, case.inputs, answer.value, expected)
        status = Status.FAILED if complaint else Status.PASSED
        kept = None if oversized(answer.value, expected) else answer.value
        return CaseResult(case, status, complaint or "", kept, expected)

    def _explained(
        self, check: Check, status: Status, results: Sequence[CaseResult]
    ) -> CheckVerdict:
        wrong = [result for result in results if result.status != Status.PASSED]
        worst = next(result for result in wrong if result.status == status)
        share = f"{len(wrong)} of {len(results)} cases are wrong. " if len(results) > 1 else ""
        misconception = self._misconception(results)
        return replace(
            self._verdict(check, status, f"{share}{worst.case.label}: {worst.complaint}"),
            misconception=misconception.name if misconception else None,
            explanation=misconception.explanation if misconception else None,
            counterexample=self._counterexample(status, misconception),
            rerun=self._rerun(check),
        )

    def _misconception(self, results: Sequence[CaseResult]) -> Misconception | None:
        fitting = matching_misconceptions(self.task, results)
        self._fitting.update(m.name for m in fitting)
        return max(fitting, key=lambda m: self._fitting[m.name], default=None)

    def _counterexample(self, status: Status, misconception: Misconception | None) -> str | None:
        """The simplest input that goes wrong in the same way; searched for once for each way."""
        if status not in (Status.FAILED, Status.ERROR):
            return None
        key = (status, misconception.name if misconception else None)
        if key not in self._counterexamples:
            self._counterexamples[key] = self._search(status)
        return self._counterexamples[key]

    def _search(self, status: Status) -> str | None:
        def result_of(inputs: Inputs) -> CaseResult:
            return self._result(question(self.task, Case("", inputs), self.attempt.backend))

        def is_wrong(inputs: Inputs) -> bool:
            result = result_of(inputs)
            if result.status in _ABNORMAL:
                raise StopIteration
            return result.status == status

        seed = self.casebook.seed
        inputs = smallest_counterexample(self.task, is_wrong, seed=seed, seconds=_SEARCH_S)
        if inputs is None:
            return None
        result = result_of(inputs)
        if result.status != status:  # an answer that changes from call to call
            return None
        got = (
            result.complaint
            if status == Status.ERROR or result.answer is None
            else f"got      {shown_value(result.answer)}"
        )
        shown = shown_inputs(self.task, result.case)
        return f"{shown}\nexpected {shown_value(result.expected)}\n{got}"

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
            if np.shape(yours) == np.shape(expected):
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
        where = f"suites/{self.suite.name}: {self.task.name}: check {check.name}: {text}"
        return replace(self._verdict(check, Status.HARNESS_FAILED, where), max_score=0)

    def _rerun(self, check: Check) -> str:
        submission = self.attempt.submission.path
        return (
            f"pytest --bench --submission {shlex.quote(submission)} --suite {self.suite.name} "
            f'--bench-seed {self.casebook.seed} -k "{self.task.name} and {check.name}"'
        )
