"""What the class got wrong: task by task, by misconception, and what is not its own doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchharness.outcomes import Status
from benchharness.reporting.class_table import (
    STANDINGS,
    Link,
    Option,
    link_to,
    standing_badge,
)
from benchharness.reporting.class_tally import NOT_READ, ClassTally, Row, TaskTally, Trait
from benchharness.reporting.evidence import misconception_name
from benchharness.reporting.plain_text import one_line, running_text
from benchharness.reporting.quantities import counted
from benchharness.suite.task import Suite

__all__ = [
    "Examples",
    "HarnessFailure",
    "MisconceptionRow",
    "TaskRow",
    "Unread",
    "examples",
    "harness_failures",
    "misconceptions",
    "tasks",
    "unread",
]

_MOST_EXAMPLES = 5


@dataclass(frozen=True)
class Examples:
    """The first few submissions of which something is true, and how many more there are."""

    links: tuple[Link, ...]
    more: int


@dataclass(frozen=True)
class HarnessFailure:
    """A task on which the harness failed: for whom, and what it said."""

    task: str
    suite: str
    submissions: Option
    messages: tuple[str, ...]
    examples: Examples


@dataclass(frozen=True)
class Unread:
    """A submission that could not be read, and why."""

    link: Link
    contact: str
    reason: str


@dataclass(frozen=True)
class TaskRow:
    """How the class did one task."""

    task: str
    suite: str
    passed: str
    percent: str
    share: float
    mean: str
    endings: tuple[Option, ...]
    unrecognised: Option | None


@dataclass(frozen=True)
class MisconceptionRow:
    """A misconception of the class: how many share it, and what it is."""

    name: str
    task: str
    suite: str
    submissions: Option
    percent: str
    summary: str
    examples: Examples


def tasks(tally: ClassTally, suites: Sequence[Suite]) -> tuple[TaskRow, ...]:
    """A row for each task that somebody was judged on, in the order of the suites."""
    holders = tally.holders()
    known = [(suite.name, task.name) for suite in suites for task in suite.tasks]
    return tuple(
        _task_row(key, tally.tasks[key], tally, holders)
        for key in dict.fromkeys((*known, *tally.tasks))
        if key in tally.tasks
    )


def misconceptions(tally: ClassTally, suites: Sequence[Suite]) -> tuple[MisconceptionRow, ...]:
    """The misconceptions of the class, the most frequent first."""
    summaries = {
        (suite.name, task.name, misconception.name): misconception.summary
        for suite in suites
        for task in suite.tasks
        for misconception in task.misconceptions
    }
    found = [(t, rows) for t, rows in tally.holders().items() if t.kind == "misconception"]
    found.sort(key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        MisconceptionRow(
            name=misconception_name(trait.name),
            task=one_line(trait.task),
            suite=one_line(trait.suite),
            submissions=Option(tally.traits[trait], f"{len(rows):,}"),
            percent=_percent(len(rows), len(tally.rows)),
            summary=running_text(summaries.get(trait[1:], "")),
            examples=examples(rows),
        )
        for trait, rows in found
    )


def harness_failures(tally: ClassTally) -> tuple[HarnessFailure, ...]:
    """Where the harness failed, the task with the most submissions first."""
    found = [
        (trait, rows)
        for trait, rows in tally.holders().items()
        if trait.kind == "ended" and trait.name == Status.HARNESS_FAILED
    ]
    found.sort(key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        HarnessFailure(
            task=one_line(trait.task),
            suite=one_line(trait.suite),
            submissions=Option(tally.traits[trait], counted(len(rows), "submission")),
            messages=tuple(tally.harness_messages[trait.suite, trait.task]),
            examples=examples(rows),
        )
        for trait, rows in found
    )


def unread(tally: ClassTally) -> tuple[Unread, ...]:
    """The submissions that could not be read, by name."""
    rows = tally.holders().get(Trait("status", name=NOT_READ), [])
    return tuple(Unread(link_to(row), row.contact, row.problem) for row in rows)


def examples(rows: Iterable[Row]) -> Examples:
    """The first few of these rows."""
    rows = list(rows)
    shown = tuple(map(link_to, rows[:_MOST_EXAMPLES]))
    return Examples(shown, len(rows) - len(shown))


def _task_row(
    key: tuple[str, str],
    task: TaskTally,
    tally: ClassTally,
    holders: Mapping[Trait, Sequence[Row]],
) -> TaskRow:
    suite, name = key
    endings = (Trait("ended", *key, standing) for standing in STANDINGS)
    unrecognised = Trait("unrecognised", *key)
    return TaskRow(
        task=one_line(name),
        suite=one_line(suite),
        passed=f"{task.passed:,} of {task.judged:,}",
        percent=_percent(task.passed, task.judged),
        share=round(100 * task.passed / task.judged, 1) if task.judged else 0.0,
        mean=_percent(task.score, task.max_score),
        endings=tuple(
            Option(
                tally.traits[trait], f"{standing_badge(trait.name).word} {len(holders[trait]):,}"
            )
            for trait in endings
            if trait in holders
        ),
        unrecognised=Option(tally.traits[unrecognised], f"{len(holders[unrecognised]):,}")
        if unrecognised in holders
        else None,
    )


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
