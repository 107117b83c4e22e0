"""What a class did, counted while its submissions go by: a few numbers of each are kept."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from benchharness.outcomes import CheckVerdict, Graded, Status, TaskVerdict, worst_status
from benchharness.reporting.leaderboard import Speed, verified_speed
from benchharness.reporting.plain_text import clip, one_line, running_text

__all__ = ["NOT_READ", "Board", "ClassTally", "Row", "TaskTally", "Trait", "Workload", "tally"]

NOT_READ = "not_read"
"""Stands where a submission's status would, if it could not be read."""

_LONGEST_REASON = 400
_MESSAGES_KEPT = 3
_NAMES_OF_STUDENTS = (
    "name",
    "login",
    "github",
    "email",
    "id",
    "participant",
    "canvas_id",
    "anonymous_id",
)


class Trait(NamedTuple):
    """
    Something that can be said of a submission, and of how many: what the table is filtered by.

    `kind` is "status" (of the whole submission), "late", "ended" (a task, with its status),
    "misconception" or "unrecognised" (a wrong answer that is no known misconception's).
    """

    kind: str
    suite: str = ""
    task: str = ""
    name: str = ""


class Workload(NamedTuple):
    """What is timed: one of a task's workloads on a device."""

    suite: str
    task: str
    name: str
    device: str


@dataclass(frozen=True, slots=True)
class Row:
    """One submission as the table of the class shows it; `traits` number `ClassTally.traits`."""

    name: str
    student: str
    contact: str
    score: float
    max_score: float
    status: str
    problem: str
    by_suite: Mapping[str, float]
    traits: tuple[int, ...]

    @property
    def percent(self) -> float | None:
        """The score in percent; None where there was nothing to earn."""
        return 100 * self.score / self.max_score if self.max_score else None


@dataclass
class TaskTally:
    """How the class did one task; what the harness failed on is not counted."""

    judged: int = 0
    passed: int = 0
    score: float = 0.0
    max_score: float = 0.0


@dataclass
class Board:
    """Verified speed ratios of one workload at one size, each with its row's number."""

    size: int
    rows: array[int] = field(default_factory=lambda: array("L"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def add(self, row: int, speed: Speed) -> None:
        """Write down the speed of one row."""
        self.rows.append(row)
        self.values.extend((speed.ratio, speed.low, speed.high))

    def __iter__(self) -> Iterator[tuple[int, Speed]]:
        values = iter(self.values)
        return zip(self.rows, map(Speed, values, values, values), strict=True)


@dataclass
class ClassTally:
    """What is known of the class so far."""

    rows: list[Row] = field(default_factory=list)
    traits: dict[Trait, int] = field(default_factory=dict)
    tasks: dict[tuple[str, str], TaskTally] = field(default_factory=dict)
    suite_points: dict[str, float] = field(default_factory=dict)
    harness_messages: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    boards: dict[Workload, Board] = field(default_factory=dict)

    def in_order(self) -> list[Row]:
        """The rows by name, numbers in names by their size."""
        return sorted(self.rows, key=lambda row: (_natural(row.name), row.name))

    def holders(self) -> dict[Trait, list[Row]]:
        """The rows that each trait is true of, by name."""
        found: list[list[Row]] = [[] for _ in self.traits]
        for row in self.in_order():
            for number in row.traits:
                found[number].append(row)
        return dict(zip(self.traits, found, strict=True))

    def add(self, graded: Graded) -> None:
        """Count one submission."""
        verdict = graded.verdict
        by_task: dict[tuple[str, str], list[TaskVerdict]] = {}
        for task in () if graded.problem else verdict.tasks:
            by_task.setdefault((task.suite, task.task), []).append(task)
        status = NOT_READ if graded.problem else graded.status.value
        traits = {Trait("status", name=status)}
        if graded.student.get("late") == "yes":
            traits.add(Trait("late"))
        for key, verdicts in by_task.items():
            traits.update(self._count(key, verdicts))
            self._write_speeds(key, verdicts)
        student, contact = _student(graded.student)
        self.rows.append(
            Row(
                name=graded.name,
                student=student,
                contact=contact,
                score=verdict.score,
                max_score=verdict.max_score,
                status=status,
                problem=clip(running_text(graded.problem), _LONGEST_REASON),
                by_suite=self._suite_scores(by_task),
                traits=tuple(sorted(map(self._number, traits))),
            )
        )

    def _count(self, key: tuple[str, str], verdicts: list[TaskVerdict]) -> set[Trait]:
        """One task of one submission, in all backends that it was written for."""
        status = worst_status([verdict.status for verdict in verdicts])
        checks = [check for verdict in verdicts for check in verdict.checks]
        task = self.tasks.setdefault(key, TaskTally())
        if status is not Status.HARNESS_FAILED:
            task.judged += 1
            task.passed += status is Status.PASSED
            task.score += sum(verdict.score for verdict in verdicts)
            task.max_score += sum(verdict.max_score for verdict in verdicts)
        traits = {Trait("misconception", *key, c.misconception) for c in checks if c.misconception}
        if status is Status.FAILED and not traits:
            traits.add(Trait("unrecognised", *key))
        if status is not Status.PASSED:
            traits.add(Trait("ended", *key, status.value))
        if failures := _failures_of_the_harness(verdicts, checks):
            self._keep_messages(key, failures)
            traits.add(Trait("ended", *key, Status.HARNESS_FAILED.value))
            traits.add(Trait("status", name=Status.HARNESS_FAILED.value))
        return traits

    def _number(self, trait: Trait) -> int:
        return self.traits.setdefault(trait, len(self.traits))

    def _keep_messages(self, key: tuple[str, str], messages: list[str]) -> None:
        kept = self.harness_messages.setdefault(key, [])
        for message in messages:
            text = clip(running_text(message), _LONGEST_REASON)
            if text and text not in kept and len(kept) < _MESSAGES_KEPT:
                kept.append(text)

    def _suite_scores(
        self, by_task: Mapping[tuple[str, str], list[TaskVerdict]]
    ) -> dict[str, float]:
        scores: dict[str, float] = {}
        points: dict[str, float] = {}
        for (suite, _), verdicts in by_task.items():
            scores[suite] = scores.get(suite, 0) + sum(verdict.score for verdict in verdicts)
            points[suite] = points.get(suite, 0) + sum(verdict.max_score for verdict in verdicts)
        for suite, most in points.items():
            self.suite_points[suite] = max(most, self.suite_points.get(suite, 0))
        return scores

    def _write_speeds(self, key: tuple[str, str], verdicts: list[TaskVerdict]) -> None:
        """The speed at the largest size of each workload; the faster of several backends."""
        found: dict[Workload, tuple[int, Speed]] = {}
        for verdict in verdicts:
            for timing in verdict.timings if verdict.status is Status.PASSED else ():
                if speed := verified_speed(timing):
                    workload = Workload(*key, timing.workload, timing.device)
                    candidate = (timing.size or 0, speed)
                    best = found.setdefault(workload, candidate)
                    if (candidate[0], speed.ratio) > (best[0], best[1].ratio):
                        found[workload] = candidate
        for workload, (size, speed) in found.items():
            board = self.boards.setdefault(workload, Board(size))
            if size > board.size:
                board = self.boards[workload] = Board(size)
            if size == board.size:
                board.add(len(self.rows), speed)


def tally(graded: Iterable[Graded]) -> ClassTally:
    """The class counted; each submission is let go as soon as it is."""
    found = ClassTally()
    for submission in graded:
        found.add(submission)
    return found


def _failures_of_the_harness(
    verdicts: Iterable[TaskVerdict], checks: Iterable[CheckVerdict]
) -> list[str]:
    """What was said of each failure that is ours, also beside a worse one that is theirs."""
    outcomes: tuple[CheckVerdict | TaskVerdict, ...] = (*checks, *verdicts)
    return [outcome.message for outcome in outcomes if outcome.status is Status.HARNESS_FAILED]


def _natural(name: str) -> str:
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), name.casefold())


def _student(student: Mapping[str, str]) -> tuple[str, str]:
    """Who handed in, and what else the staff has to know: who of that name it is, and if late."""
    known = [one_line(student[key]) for key in _NAMES_OF_STUDENTS if student.get(key)]
    who, contact = (*known, "", "")[:2]
    late = "handed in late" if student.get("late") == "yes" else ""
    return who, ", ".join(filter(None, (contact, late)))
