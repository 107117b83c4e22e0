"""
One task put to the test: is what is right accepted, and what is wrong rejected and named?

The reference, the misconceptions and the stubs are asked in this process; right submissions and
the reference's mutants run in the sandbox like any submission.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from benchharness.audit.equivalents import read_equivalents, stale
from benchharness.audit.mutants import Mutant, mutants
from benchharness.audit.on_workloads import on_workloads
from benchharness.audit.variant import Variant, remembered
from benchharness.outcomes import CheckVerdict, Status
from benchharness.runner.attempt import Attempt, Unusable
from benchharness.runner.casebook import Casebook
from benchharness.runner.grader import Grader
from benchharness.runner.grading import Respondent, TaskGrading
from benchharness.runner.submission import Submission
from benchharness.suite.signature import Array, Kind, Listing, Record
from benchharness.suite.task import Misconception, Suite, Task
from benchharness.worker.backends import BACKENDS
from benchharness.worker.watchable import unwatchable

__all__ = ["Examiner", "TaskAudit"]

_PRECISIONS = {"numpy": "float64", "torch": "float32"}
_MUTANT_SEEDS = 3
_MUTANT_CALL_S = 2.0
_MISSING_LIBRARY = re.compile(r"No module named '[\w.]+'")
_FAULTS = (Status.FAILED, Status.ERROR, Status.TIMEOUT, Status.MEMORY, Status.CRASHED)


@dataclass(frozen=True)
class TaskAudit:
    """
    What the audit of a task found.

    `problems` says what does not hold, a sentence each; `survivors` are the mutants that pass and
    are not listed as equivalent; `notes` says what could not be tried; `grading_s` is how long one
    right submission took, in seconds.
    """

    suite: str
    task: str
    points: float
    seeds: int
    misconceptions: int
    stubs: int
    accepted: tuple[str, ...]
    notes: tuple[str, ...]
    mutants: int
    killed: int
    equivalent: int
    survivors: tuple[Mutant, ...]
    grading_s: float
    problems: tuple[str, ...]


class Examiner:
    """Audits tasks one after the other, on the workers of one grader."""

    def __init__(
        self,
        grader: Grader,
        seeds: int,
        backends: Sequence[str],
        *,
        mutate: bool = True,
        right_seeds: int = 0,
    ) -> None:
        self._grader = grader
        self._seeds = range(seeds)
        self._further_seeds = range(seeds, right_seeds)
        self._backends = tuple(backends)
        self._mutate = mutate

    def examine(self, suite: Suite, task: Task) -> TaskAudit:
        """Everything that can be found out about one task."""
        trial = _Trial(suite, task, [Casebook(seed) for seed in self._seeds])
        problems = list(trial.reference())
        if problems:  # nothing else could be believed
            return _audit(trial, problems=tuple(problems))
        for misconception in trial.task.misconceptions:
            problems += trial.misconception(misconception)
        stubs = trial.stubs()
        for name, stub in stubs.items():
            problems += trial.stub(name, stub)
        accepted, untried = self._accepted(suite, task)
        lost, right = self._rejected(trial, accepted)
        timed = on_workloads(suite, trial.plain, right)
        problems += lost + timed.problems
        for attempt in accepted:
            attempt.close()
        grading_s = self._grading_s(trial)
        tried, killed, equivalent, survivors, stale_entries = self._mutants(trial)
        problems += stale_entries
        return _audit(
            trial,
            stubs=len(stubs),
            accepted=tuple(f"{Path(a.path).name} ({a.backend})" for a in accepted),
            notes=(*untried, *timed.in_double, *_unseen(task)),
            mutants=tried,
            killed=killed,
            equivalent=equivalent,
            survivors=survivors,
            grading_s=grading_s,
            problems=tuple(problems),
        )

    def _accepted(self, suite: Suite, task: Task) -> tuple[list[Attempt], list[str]]:
        """The right submissions beside the suite that define the task, and those to go without."""
        found, untried = [], []
        for path in sorted((suite.folder / "accepted").glob("*.py")):
            submission = self._grader.staging.take_in(path)
            for backend in submission.backends:
                if backend in self._backends and submission.speaks_of(task.name, backend):
                    attempt = self._attempt(submission, backend, task)
                    try:
                        defined = attempt.defines(task)
                    except Unusable as problem:
                        if missing := _MISSING_LIBRARY.search(str(problem)):
                            untried.append(f"not tried: accepted/{path.name}: {missing[0]}")
                            continue
                        defined = True  # to be reported like any other that fails
                    if defined:
                        found.append(attempt)
                    else:
                        attempt.close()
        return found, untried

    def _rejected(
        self, trial: _Trial, accepted: Sequence[Attempt]
    ) -> tuple[list[str], list[Attempt]]:
        """Where right submissions lose points, each of them once, and those that lose none."""
        problems, remaining = [], list(accepted)
        for casebook in chain(trial.casebooks, map(Casebook, self._further_seeds)):
            for attempt in list(remaining):
                if problem := trial.rejected(attempt, casebook):
                    problems.append(problem)
                    remaining.remove(attempt)
        return problems, remaining

    def _attempt(
        self, submission: Submission, backend: str, task: Task, call_s: float | None = None
    ) -> Attempt:
        limits = self._grader.settings.limits
        return Attempt(
            submission,
            backend,
            [task.name],
            lambda: self._grader.workers.new(backend, submission.folder),
            replace(limits, call_s=call_s) if call_s else limits,
            {task.name: task.forbidden} if task.forbidden else None,
        )

    def _grading_s(self, trial: _Trial) -> float:
        attempt = self._submitted(trial.task, trial.task.reference_file.read_text("utf-8"))
        try:
            graded = trial.graded(trial.task, attempt, trial.casebooks[0])
        finally:
            attempt.close()
        return sum(verdict.seconds for verdict in graded)

    def _mutants(self, trial: _Trial) -> tuple[int, int, int, tuple[Mutant, ...], list[str]]:
        """
        How many mutants there are, are killed and are equivalent; those that survive; and what is
        listed as equivalent though it is no mutant.
        """
        task = trial.task
        if not self._mutate:
            return 0, 0, 0, (), []
        source = task.reference_file.read_text("utf-8")
        equivalents = [e for e in read_equivalents(trial.suite.folder) if e.task == task.name]
        made = mutants(source, task.reference.__name__, guards=trial.has_refusals())
        surviving = [mutant for mutant in made if not self._is_killed(trial, mutant)]
        holes = tuple(
            m for m in surviving if not any(e.describes(task.name, m) for e in equivalents)
        )
        outdated = [
            f"equivalent_mutants.toml: {entry.original!r} -> {entry.becomes!r}: "
            "is no mutant of the reference; remove it"
            for entry in stale(equivalents, {task.name: made})
        ]
        killed = len(made) - len(surviving)
        return len(made), killed, len(surviving) - len(holes), holes, outdated

    def _is_killed(self, trial: _Trial, mutant: Mutant) -> bool:
        attempt = self._submitted(trial.task, mutant.source)
        plain = replace(trial.plain, misconceptions=())
        try:
            return all(
                any(
                    verdict.status in _FAULTS
                    for verdict in trial.verdicts(plain, attempt, casebook)
                )
                for casebook in trial.casebooks[:_MUTANT_SEEDS]
            )
        finally:
            attempt.close()

    def _submitted(self, task: Task, source: str) -> Attempt:
        """A reference's source, handed in."""
        with tempfile.TemporaryDirectory(prefix="benchharness-") as folder:
            path = Path(folder) / "reference.py"
            path.write_text(source, encoding="utf-8")
            submission = self._grader.staging.take_in(path)
        return self._attempt(submission, "numpy", task, call_s=_MUTANT_CALL_S)


class _Trial:
    """One task under a number of seeds."""

    def __init__(self, suite: Suite, task: Task, casebooks: list[Casebook]) -> None:
        self.suite, self.casebooks = suite, casebooks
        kept = [replace(m, variant=remembered(m.variant)) for m in task.misconceptions]
        self.task = replace(task, misconceptions=tuple(kept))
        self.plain = replace(self.task, counterexamples=None, illustration=None)

    def verdicts(
        self, task: Task, respondent: Respondent, casebook: Casebook
    ) -> Iterator[CheckVerdict]:
        """The verdicts of the task's checks, each when it is asked for."""
        grading = TaskGrading(self.suite, task, respondent, casebook)
        return (grading.grade(check) for check in task.checks)

    def graded(self, task: Task, respondent: Respondent, casebook: Casebook) -> list[CheckVerdict]:
        """The verdicts of all checks."""
        return list(self.verdicts(task, respondent, casebook))

    def has_refusals(self) -> bool:
        """Whether a check has inputs that are to be refused."""
        book, task = self.casebooks[0], self.plain
        return any(
            question.case.refused
            for check in task.checks
            for question in book.questions(self.suite, task, check, "numpy")
        )

    def reference(self) -> Iterator[str]:
        """What is wrong with the reference, in each backend's precision and order of axes."""
        for backend in BACKENDS:
            respondent = Variant("the reference", self.task.reference, backend)
            for casebook in self.casebooks:
                lost = _lost(self.graded(self.plain, respondent, casebook))
                if lost:
                    verdict = lost[0]
                    yield (
                        f"the reference does not pass check {verdict.name} as {backend} "
                        f"(seed {casebook.seed}): {verdict.status}: {verdict.message}"
                    )
                    return

    def misconception(self, misconception: Misconception) -> Iterator[str]:
        """What keeps a misconception from being rejected, and named, under every seed."""
        name = f"misconception {misconception.name}"
        for backend, precision in _PRECISIONS.items():
            respondent = Variant(name, misconception.variant, backend)
            first: list[str] | None = None
            for casebook in self.casebooks:
                where = f"{name}, {precision}, seed {casebook.seed}"
                with warnings.catch_warnings(record=True) as warned:
                    warnings.simplefilter("always")
                    task = self.task if first is None else self.plain
                    lost = _lost(self.graded(task, respondent, casebook))
                yield from (f"{where}: {w.message}" for w in warned if w.category is UserWarning)
                failed = [verdict.name for verdict in lost]
                if not failed:
                    yield f"{where}: passes every check"
                elif first is not None and failed != first:
                    yield f"{where}: fails {_listed(failed)}, under another seed {_listed(first)}"
                elif problem := _misnamed(misconception, lost):
                    yield f"{where}: {problem}"
                else:
                    first = failed
                    continue
                break

    def stubs(self) -> dict[str, Callable[..., Any]]:
        """Functions that know nothing: constants, their inputs, zeros of the right shape."""
        found: dict[str, Callable[..., Any]] = {
            "raises ValueError": _raise_value_error,
            "zeros of the right shape": lambda *given: self._filled(given, 0),
            "ones of the right shape": lambda *given: self._filled(given, 1),
        }
        for constant in (None, 0, 1, -1, 0.5, True, False, ""):
            found[f"returns {constant!r}"] = lambda *given, constant=constant: constant
        for position, parameter in enumerate(self.task.signature.parameters):
            found[f"returns {parameter.name}"] = lambda *given, p=position: given[p]
        for constant in self._constants():
            found[f"returns {constant!r}"] = lambda *given, constant=constant: constant
        return found

    def stub(self, name: str, function: Callable[..., Any]) -> Iterator[str]:
        """Which points a stub earns."""
        task = replace(self.plain, misconceptions=())
        respondent = Variant(name, function, "numpy")
        for casebook in self.casebooks:
            verdicts = self.graded(task, respondent, casebook)
            earned = [v.name for v in verdicts if v.status == Status.PASSED]
            if earned:
                yield f"stub, {name}: earns {_listed(earned)} (seed {casebook.seed})"
                return

    def rejected(self, attempt: Attempt, casebook: Casebook) -> str | None:
        """Where a right submission loses points under one seed; None if it loses none."""
        for verdict in _lost(self.graded(self.plain, attempt, casebook)):
            return (
                f"accepted/{Path(attempt.path).name}: loses {verdict.name} "
                f"(seed {casebook.seed}): {verdict.status}: {verdict.message}"
            )
        return None

    def _filled(self, given: tuple[Any, ...], value: float) -> Any:
        try:
            return _filled(self.task.reference(*given), value)
        except ValueError:
            return value

    def _constants(self) -> list[Any]:
        """The right answers themselves, where a task asks for a few numbers or a word."""
        if _has_array(self.task.signature.result):
            return []
        book, task = self.casebooks[0], self.plain
        return [
            question.expected
            for check in task.checks
            for question in book.questions(self.suite, task, check, "numpy")
            if not question.case.refused
        ]


def _audit(trial: _Trial, problems: tuple[str, ...], **found: Any) -> TaskAudit:
    nothing: dict[str, Any] = {
        "stubs": 0,
        "accepted": (),
        "notes": (),
        "mutants": 0,
        "killed": 0,
        "equivalent": 0,
        "survivors": (),
        "grading_s": 0.0,
    }
    return TaskAudit(
        suite=trial.suite.name,
        task=trial.task.name,
        points=trial.task.points,
        seeds=len(trial.casebooks),
        misconceptions=len(trial.task.misconceptions),
        problems=problems,
        **nothing | found,
    )


def _unseen(task: Task) -> Iterator[str]:
    """Which uses of what is forbidden nobody would notice."""
    for name in task.forbidden:
        if reason := unwatchable(name):
            yield f"{task.name} forbids {name}, which is not always seen: {reason}"


def _lost(verdicts: list[CheckVerdict]) -> list[CheckVerdict]:
    return [verdict for verdict in verdicts if verdict.status != Status.PASSED]


def _misnamed(misconception: Misconception, lost: list[CheckVerdict]) -> str | None:
    named = {verdict.name: verdict.misconception for verdict in lost if verdict.misconception}
    if not named:
        told = "; ".join(f"{verdict.name}: {verdict.message}" for verdict in lost)
        return f"is rejected but not recognised ({told})"
    for check, name in named.items():
        if name != misconception.name:
            return f"is taken for {name} in check {check}"
    return None


def _filled(answer: Any, value: float) -> Any:
    if isinstance(answer, (list, tuple)):
        return type(answer)(_filled(item, value) for item in answer)
    return np.full_like(answer, value) if isinstance(answer, np.ndarray) else value


def _has_array(kind: Kind) -> bool:
    if isinstance(kind, Record):
        return any(_has_array(item) for _, item in kind.items)
    return isinstance(kind, (Array, Listing))


def _raise_value_error(*given: Any) -> None:
    raise ValueError("a stub")


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"
