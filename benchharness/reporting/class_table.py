"""The table of all submissions: its rows as data and as text, and what it can be filtered by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from benchharness.outcomes import Status
from benchharness.reporting.badges import Badge, status_badge
from benchharness.reporting.class_tally import NOT_READ, ClassTally, Row, Trait
from benchharness.reporting.evidence import misconception_name
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_points, format_score

__all__ = [
    "STANDINGS",
    "Link",
    "Option",
    "OptionGroup",
    "Part",
    "PlainRow",
    "SuiteColumn",
    "Table",
    "class_table",
    "link_to",
    "standing_badge",
]

STANDINGS = (
    Status.HARNESS_FAILED.value,
    NOT_READ,
    Status.TAMPERED.value,
    Status.FORBIDDEN.value,
    Status.CRASHED.value,
    Status.MEMORY.value,
    Status.TIMEOUT.value,
    Status.ERROR.value,
    Status.FAILED.value,
    Status.MISSING.value,
    Status.PASSED.value,
)
"""How a submission can stand, what the staff has to look at first before the rest."""

_NOT_READ_BADGE = Badge("not read", "✗", "bad")
_ROWS_A_PART = 200
_STATUS, _MISCONCEPTION = "Status", "Misconception"
_UNRECOGNISED = "Wrong, and no known misconception"


@dataclass(frozen=True)
class Link:
    """A submission's name, where its page lies, and whose it is."""

    name: str
    href: str
    student: str


@dataclass(frozen=True)
class SuiteColumn:
    """A suite's column: its name, and the most that anybody could earn."""

    name: str
    points: str


@dataclass(frozen=True)
class Option:
    """Something to filter by: a trait's number, and what it says of how many."""

    trait: int
    text: str


@dataclass(frozen=True)
class OptionGroup:
    """Traits of one kind."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class PlainRow:
    """A row for readers without JavaScript."""

    link: Link
    contact: str
    score: str
    percent: str
    badge: Badge
    suites: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Some of the rows, which a reader without JavaScript opens at once."""

    span: str
    rows: tuple[PlainRow, ...]


@dataclass(frozen=True)
class Table:
    """All submissions, twice: `data` for the script that filters and sorts, `parts` without it."""

    count: int
    suites: tuple[SuiteColumn, ...]
    groups: tuple[OptionGroup, ...]
    data: Markup
    parts: tuple[Part, ...]


def class_table(tally: ClassTally, suites: Sequence[str]) -> Table:
    """The table, with a column for each of these suites that somebody was judged on."""
    rows = tally.in_order()
    judged = [suite for suite in suites if suite in tally.suite_points]
    return Table(
        count=len(rows),
        suites=tuple(
            SuiteColumn(one_line(suite), format_points(tally.suite_points[suite]))
            for suite in judged
        ),
        groups=_option_groups(tally, suites),
        data=_data(rows, judged),
        parts=tuple(_part(rows, first, judged) for first in range(0, len(rows), _ROWS_A_PART)),
    )


def link_to(row: Row) -> Link:
    """The way to the page of one submission, from the folder that the class's page lies in."""
    folder = quote(row.name, safe="", errors="replace")
    return Link(one_line(row.name), f"submissions/{folder}/report.html", row.student)


def standing_badge(standing: str) -> Badge:
    """How a submission stands: a status, or that it could not be read."""
    return _NOT_READ_BADGE if standing == NOT_READ else status_badge(Status(standing))


def _option_groups(tally: ClassTally, suites: Sequence[str]) -> tuple[OptionGroup, ...]:
    """All that the table can be filtered by: statuses, misconceptions, how tasks ended."""
    labels = [_STATUS, _MISCONCEPTION, _UNRECOGNISED, *map(_task_label, suites)]
    groups: dict[str, list[tuple[tuple[int, str], Option]]] = {label: [] for label in labels}
    for trait, rows in tally.holders().items():
        label, text, rank = _words(trait, len(rows))
        option = Option(tally.traits[trait], f"{text} ({len(rows):,})")
        groups.setdefault(label, []).append(((rank, text), option))
    return tuple(
        OptionGroup(label, tuple(option for _, option in sorted(found, key=lambda f: f[0])))
        for label, found in groups.items()
        if found
    )


def _words(trait: Trait, count: int) -> tuple[str, str, int]:
    """A trait's group, its text, and its rank within the group."""
    task = one_line(trait.task)
    if trait.kind == "status":
        return _STATUS, standing_badge(trait.name).word, STANDINGS.index(trait.name)
    if trait.kind == "late":
        return _STATUS, "handed in late", len(STANDINGS)
    if trait.kind == "misconception":
        return _MISCONCEPTION, f"{misconception_name(trait.name)}, {task}", -count
    if trait.kind == "unrecognised":
        return _UNRECOGNISED, task, -count
    return _task_label(trait.suite), f"{task}: {standing_badge(trait.name).word}", 0


def _task_label(suite: str) -> str:
    return f"Tasks of {one_line(suite)}"


def _part(rows: Sequence[Row], first: int, suites: Sequence[str]) -> Part:
    shown = rows[first : first + _ROWS_A_PART]
    return Part(
        span=f"{first + 1:,} to {first + len(shown):,}",
        rows=tuple(_plain_row(row, suites) for row in shown),
    )


def _plain_row(row: Row, suites: Sequence[str]) -> PlainRow:
    scores = (row.by_suite.get(suite) for suite in suites)
    return PlainRow(
        link=link_to(row),
        contact=row.contact,
        score=format_score(row.score, row.max_score),
        percent="–" if row.percent is None else f"{row.percent:.1f} %",
        badge=standing_badge(row.status),
        suites=tuple("–" if score is None else format_points(score) for score in scores),
    )


def _data(rows: Sequence[Row], suites: Sequence[str]) -> Markup:
    """The rows as JSON that can stand in a script element: no tag, comment or entity in it."""
    badges = [standing_badge(standing) for standing in STANDINGS]
    data = {
        "badges": [[badge.word, badge.symbol, badge.tone] for badge in badges],
        "rows": [_values(row, suites) for row in rows],
    }
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _values(row: Row, suites: Sequence[str]) -> list[object]:
    """One row in the order of the script's columns."""
    link = link_to(row)
    scores = (row.by_suite.get(suite) for suite in suites)
    return [
        link.name,
        row.student,
        round(row.score, 2),
        None if row.percent is None else round(row.percent, 1),
        STANDINGS.index(row.status),
        *(None if score is None else round(score, 2) for score in scores),
        link.href,
        row.contact,
        round(row.max_score, 2),
        row.traits,
    ]
