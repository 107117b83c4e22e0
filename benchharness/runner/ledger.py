"""Verdicts and timings as they come in, in any order, put together into submissions and tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchharness.outcomes import (
    CheckVerdict,
    Curve,
    Picture,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    worst_status,
)

__all__ = ["Entry", "Ledger"]


@dataclass(frozen=True)
class Entry:
    """One check or one timing of one task of one submission."""

    submission: str
    path: str
    sha256: str
    suite: str
    task: str
    backend: str
    check: CheckVerdict | None = None
    timing: Timing | None = None
    advice: str = ""


@dataclass
class Ledger:
    """Everything that a run has found so far."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Write down one result."""
        self.entries.append(entry)

    def submissions(self) -> tuple[SubmissionVerdict, ...]:
        """The verdicts, in the order in which submissions and tasks first came up."""
        grouped: dict[tuple[str, str, str], dict[tuple[str, str, str], list[Entry]]] = {}
        for entry in self.entries:
            tasks = grouped.setdefault((entry.submission, entry.path, entry.sha256), {})
            tasks.setdefault((entry.suite, entry.task, entry.backend), []).append(entry)
        return tuple(
            SubmissionVerdict(*head, tasks=tuple(_task(*key, e) for key, e in tasks.items()))
            for head, tasks in grouped.items()
        )


def _task(suite: str, task: str, backend: str, entries: Iterable[Entry]) -> TaskVerdict:
    """A task's verdict: the points of its checks, and the status of the worst of them."""
    entries = list(entries)
    checks = tuple(entry.check for entry in entries if entry.check)
    timings = tuple(entry.timing for entry in entries if entry.timing)
    status = worst_status([check.status for check in checks])
    telling = next((check for check in checks if check.status == status), None)
    return TaskVerdict(
        suite=suite,
        task=task,
        backend=backend,
        status=status,
        score=round(sum(check.score for check in checks), 9),
        max_score=round(sum(check.max_score for check in checks), 9),
        message=telling.message if telling and status != Status.PASSED else "",
        summary=_advice(entries) if status != Status.FORBIDDEN else "",
        checks=checks,
        timings=timings,
        pictures=_pictures(checks),
    )


def _advice(entries: Iterable[Entry]) -> str:
    """What a look through the source said of the task."""
    return next((entry.advice for entry in entries if entry.advice), "")


def _pictures(checks: Iterable[CheckVerdict]) -> tuple[Picture | Curve, ...]:
    """The pictures of the first check that went wrong, or of the first that has some."""
    drawn = [check for check in checks if check.pictures]
    drawn.sort(key=lambda check: check.status == Status.PASSED)
    return drawn[0].pictures if drawn else ()
