"""One check of one task on one submission: asked, judged, explained."""

from __future__ import annotations

import shlex
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

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
from benchharness.content import content_root
from benchharness.errors import HarnessError
from benchharness.outcomes import CheckVerdict, Curve, Picture, Status, worst_status
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
        self._counterexamples: dict[Status, CaseResult | None] = {}

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
            text = f"{type(problem).__name__} in {self._where(problem)}: {problem}"
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
                warnings.warn(f"{self._where(problem)}: counterexamples: {problem}", stacklevel=2)
                self._counterexamples[status] = None
        return self._counterexamples[status]

    def _search(self, status: Status) -> CaseResult | None:
        def result_of(inputs: Inputs) -> CaseResult:
            return self._result(question(self.task, Case("", inputs), self.attempt.backend))

        def is_wrong(inputs: Inputs) -> bool:
            result = result_of(inputs)
            if result.status in _ABNORMAL:
                raise StopIteration
            return result.status == status

        seed = self.casebook.seed
        inputs = smallest_counterexample(self.task, is_wrong, seed=seed, seconds=_SEARCH_S)
        result = result_of(inputs) if inputs is not None else None
        # An answer that changes from call to call has no smallest case.
        return result if result is not None and result.status == status else None

    def _shown(self, result: CaseResult) -> str:
        has_answer = result.status == Status.FAILED and result.answer is not None
        got = f"got      {shown_value(result.answer)}" if has_answer else result.complaint
        shown = shown_inputs(self.task, result.case)
        return f"{shown}\nexpected {shown_value(result.expected)}\n{got}"

    def _drawn(self, results: Sequence[CaseResult]) -> tuple[Picture | Curve, ...]:
        try:
            return pictures(self._drawings(results))
        except Exception as problem:  # the verdict stands without pictures
            warnings.warn(f"{self._where(problem)}: illustration: {problem}", stacklevel=2)
            return ()

    def _where(self, problem: Exception) -> str:
        """The line of the suite or the reference that an exception comes from."""
        ours = (self.suite.folder, self.task.reference_file.parent)
        frames = [
            f"{Path(frame.filename).name}, line {frame.lineno}"
            for frame in traceback.extract_tb(problem.__traceback__)
            if Path(frame.filename).parent in ours
        ]
        return frames[-1] if frames else f"the suite {self.suite.name}"

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
        submission = shlex.quote(self.attempt.submission.path)
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
