"""Moodle: the offline grading worksheet that an instructor downloaded, filled in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchharness.errors import UsageError
from benchharness.outcomes import CheckVerdict, Graded, Status, TaskVerdict
from benchharness.reporting.badges import status_badge
from benchharness.reporting.evidence import misconception_name
from benchharness.reporting.files import write_whole
from benchharness.reporting.gradebook import (
    Filled,
    Key,
    Place,
    fill,
    key,
    name_key,
    number_in,
    points_of,
)
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import counted, format_points, format_score
from benchharness.reporting.sheet import Sheet, read_sheet
from benchharness.reporting.students_view import for_students, later_line

__all__ = ["fill_moodle", "write_moodle"]

_DELIMITERS = ",;\t"
_PARTICIPANT = re.compile(r"(?P<word>\D*\D)(?P<number>\d+)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_SIGNATURE = "Graded automatically"
_LONGEST_COMMENT = 1500
_ENGLISH = "set the language to English in Moodle, and download the worksheet again"


def write_moodle(
    source: Path, target: Path, class_: Iterable[Graded], *, comments: bool = False
) -> Filled:
    """
    Fill grades, and comments if asked for, into a grading worksheet that Moodle made.

    Raises
    ------
    UsageError
        If the file is no grading worksheet, or its columns cannot be told for certain.
    """
    filled = fill_moodle(read_sheet(source, _DELIMITERS), class_, comments=comments)
    write_whole(target, filled.text)
    return filled


def fill_moodle(sheet: Sheet, class_: Iterable[Graded], *, comments: bool = False) -> Filled:
    """
    The worksheet with its grades filled in, and who was left out.

    Points become a share of the worksheet's maximum grade. Comments name what a student may see
    of each task; a comment that somebody wrote is kept.
    """
    columns = _columns(sheet)
    if comments and columns.comments is None:
        raise UsageError(
            f"{sheet.name}: has no column `Feedback comments`; allow feedback comments in the "
            f"assignment's settings, {_ENGLISH}"
        )

    def cells(graded: Graded, place: Place) -> dict[int, str]:
        most = "" if columns.most is None else sheet.cell(place.row, columns.most)
        written = {columns.grade: points_of(graded, most)}
        if comments and columns.comments is not None:
            there = sheet.cell(place.row, columns.comments)
            if not there.strip() or there.startswith(_SIGNATURE):
                written[columns.comments] = _comment(graded)
        return written

    return fill(sheet, _places(sheet, columns), class_, _keys, cells)


@dataclass(frozen=True)
class _Columns:
    """Which column of the worksheet holds what; `most` is the maximum grade."""

    identifier: int
    grade: int
    most: int | None
    name: int | None = None
    email: int | None = None
    may_change: int | None = None
    comments: int | None = None


def _columns(sheet: Sheet) -> _Columns:
    header = [cell.strip().casefold() for cell in sheet.row(0)] if len(sheet) else []
    if "identifier" in header:
        return _english_columns(sheet, header)
    return _columns_by_their_look(sheet, len(header))


def _english_columns(sheet: Sheet, header: list[str]) -> _Columns:
    def at(title: str) -> int | None:
        return header.index(title) if title in header else None

    if "grade" not in header or "last modified (grade)" not in header:
        raise UsageError(
            f"{sheet.name}: has no columns `Grade` and `Last modified (grade)`; in Moodle allow "
            "the offline grading worksheet among the assignment's feedback types, and download it"
        )
    if "scale" in header:
        raise UsageError(
            f"{sheet.name}: the assignment is graded by a scale of words; let it be graded by "
            "points in Moodle"
        )
    return _Columns(
        identifier=header.index("identifier"),
        grade=header.index("grade"),
        most=at("maximum grade"),
        name=at("full name"),
        email=at("email address"),
        may_change=at("grade can be changed"),
        comments=at("feedback comments"),
    )


def _columns_by_their_look(sheet: Sheet, width: int) -> _Columns:
    """
    The columns in another language: told by what stands in them and by Moodle's order.

    The first column is a word with everybody's number, the second one the name; the maximum grade
    is one number in all rows, and the grade stands before it.
    """
    most = [n for n in range(3, width) if _is_most(sheet, n)]
    numbered = {
        found["word"] if (found := _PARTICIPANT.fullmatch(sheet.cell(row, 0).strip())) else None
        for row in _rows(sheet)
    }
    if len(most) != 1 or len(numbered) != 1 or None in numbered:
        raise UsageError(
            f"{sheet.name}: is no grading worksheet of Moodle, or its columns cannot be told in "
            f"this language; {_ENGLISH}"
        )
    emails = [n for n in range(1, most[0]) if _holds_emails(sheet, n)]
    return _Columns(
        identifier=0,
        grade=most[0] - 1,
        most=most[0],
        name=None if 1 in emails else 1,
        email=emails[0] if emails else None,
    )


def _is_most(sheet: Sheet, column: int) -> bool:
    """Whether a column holds the maximum grade, with the grades before it."""
    most = number_in(_same_in_all(sheet, column)) or 0.0
    grades = [cell for row in _rows(sheet) if (cell := sheet.cell(row, column - 1).strip())]
    numbers = [number for cell in grades if (number := number_in(cell)) is not None]
    return most > 0 and len(numbers) == len(grades) and all(0 <= n <= most for n in numbers)


def _holds_emails(sheet: Sheet, column: int) -> bool:
    cells = [cell for row in _rows(sheet) if (cell := sheet.cell(row, column).strip())]
    return bool(cells) and all(map(_EMAIL.fullmatch, cells))


def _same_in_all(sheet: Sheet, column: int) -> str:
    """What all rows say in a column; empty where they differ."""
    said = {sheet.cell(row, column).strip() for row in _rows(sheet)}
    return said.pop() if len(said) == 1 else ""


def _rows(sheet: Sheet) -> list[int]:
    return [row for row in range(1, len(sheet)) if any(sheet.row(row))]


def _places(sheet: Sheet, columns: _Columns) -> Iterator[Place]:
    def said(row: int, column: int | None) -> str:
        return "" if column is None else sheet.cell(row, column).strip()

    for row in _rows(sheet):
        participant = said(row, columns.identifier)
        number = _PARTICIPANT.fullmatch(participant)
        keys = (
            *key("participant", number["number"] if number else participant),
            *key("email", said(row, columns.email)),
            *name_key(said(row, columns.name)),
        )
        is_locked = said(row, columns.may_change).casefold() == "no"
        locked = "Moodle does not let its grade be changed" if is_locked else ""
        yield Place(row, one_line(said(row, columns.name) or participant), keys, locked)


def _keys(student: Mapping[str, str]) -> Iterator[Key]:
    yield from key("participant", student.get("participant"))
    yield from key("email", student.get("email"))
    yield from name_key(student.get("name"))


def _comment(graded: Graded) -> str:
    """What a student may see of each task that lost points, as HTML, which Moodle expects."""
    shown = for_students(graded.verdict)
    score, most = format_points(shown.score), format_points(shown.max_score)
    lines = [f"{_SIGNATURE}: {score} of {most} points.", later_line(graded.verdict)]
    lost = [task for task in shown.tasks if task.status != Status.PASSED]
    for number, task in enumerate(lost):
        if sum(map(len, lines)) > _LONGEST_COMMENT:
            lines.append(f"{counted(len(lost) - number, 'more task')} lost points.")
            break
        lines.append(_task_line(task))
    return "<br>".join(html.escape(line) for line in lines if line)


def _task_line(task: TaskVerdict) -> str:
    points = format_score(task.score, task.max_score)
    lost = [check for check in task.checks if check.status != Status.PASSED]
    reasons = dict.fromkeys(map(_reason, lost))
    return f"{one_line(task.task)}: {points} ({', '.join(reasons)})"


def _reason(check: CheckVerdict) -> str:
    if check.misconception:
        return misconception_name(check.misconception)
    return status_badge(check.status).word
