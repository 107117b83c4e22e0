"""Canvas: the gradebook that an instructor exported, with one assignment's grades filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchharness.errors import UsageError
from benchharness.outcomes import Graded
from benchharness.reporting.files import write_whole
from benchharness.reporting.gradebook import Filled, Key, Place, fill, key, name_key, points_of
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.sheet import Sheet, read_sheet

__all__ = ["fill_canvas", "write_canvas"]

_DELIMITERS = ",;"
_TITLE_WITH_ID = re.compile(r"(?P<title>.*?)\s*\((?P<id>\d+)\)\s*", re.DOTALL)
_READ_ONLY = re.compile(r"read\s+only")
_POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_NOT_TO_BE_CHANGED = {
    "ex": "is excused in Canvas",
    "n/a": "is not assigned this in Canvas",
}


def write_canvas(source: Path, target: Path, assignment: str, class_: Iterable[Graded]) -> Filled:
    """
    Fill one assignment's grades into a gradebook that Canvas exported.

    Raises
    ------
    UsageError
        If the file is no gradebook of Canvas, or has no such assignment.
    """
    filled = fill_canvas(read_sheet(source, _DELIMITERS), assignment, class_)
    write_whole(target, filled.text)
    return filled


def fill_canvas(sheet: Sheet, assignment: str, class_: Iterable[Graded]) -> Filled:
    """
    The gradebook with the assignment's column filled in, and who was left out.

    Points become a share of the points that Canvas knows for the assignment. `assignment` is its
    title, or the number in brackets after it.
    """
    header = [cell.strip() for cell in sheet.row(0)] if len(sheet) else []
    section = _last_identity_column(header, sheet.name)
    column = _column(header, section, assignment, sheet.name)
    possible = _points_possible(sheet, column)
    return fill(
        sheet,
        _places(sheet, header, column),
        class_,
        _keys,
        lambda graded, _: {column: points_of(graded, possible)},
    )


def _last_identity_column(header: Sequence[str], name: str) -> int:
    is_canvas = header[:2] == ["Student", "ID"] or header[:3] == ["LastName", "FirstName", "ID"]
    if not is_canvas or "Section" not in header:
        raise UsageError(
            f"{name}: is no gradebook of Canvas: its first row must begin with Student,ID and "
            "hold Section; export one under Grades, Export"
        )
    return header.index("Section")


def _column(header: Sequence[str], section: int, assignment: str, name: str) -> int:
    """The assignment's column: by the number in brackets, else by the title."""
    wanted = _squeezed(assignment)
    titles = {
        number: parts
        for number in range(section + 1, len(header))
        if (parts := _TITLE_WITH_ID.fullmatch(header[number]))
    }
    by_id = [n for n, parts in titles.items() if parts["id"] == wanted]
    by_title = [
        n
        for n, parts in titles.items()
        if wanted in (_squeezed(header[n]), _squeezed(parts["title"]))
    ]
    found = by_id or by_title
    if len(found) == 1:
        return found[0]
    known = ", ".join(one_line(header[n]) for n in titles)
    count = "several columns" if found else "no column"
    raise UsageError(
        f"{name}: assignment {assignment!r}: {count} of that title or number; "
        f"name one of: {known or 'none is there: make the assignment in Canvas first'}"
    )


def _points_possible(sheet: Sheet, column: int) -> str:
    """The cell that says how many points Canvas gives for the assignment."""
    for row in range(1, len(sheet)):
        if "Points Possible" in sheet.cell(row, 0):
            possible = sheet.cell(row, column)
            if _READ_ONLY.search(possible):
                title = one_line(sheet.cell(0, column))
                raise UsageError(f"{sheet.name}: column {title!r} is read only; name another one")
            return possible
    return ""


def _places(sheet: Sheet, header: Sequence[str], column: int) -> Iterator[Place]:
    columns = {title: number for number, title in reversed(list(enumerate(header)))}
    for row in range(1, len(sheet)):
        is_about_students = "Points Possible" not in sheet.cell(row, 0) and not all(
            _POSTING.fullmatch(cell) for cell in sheet.row(row)
        )
        if is_about_students:
            said = {title: sheet.cell(row, number) for title, number in columns.items()}
            name = said.get("Student") or f"{said.get('FirstName')} {said.get('LastName')}"
            keys = (
                *key("canvas_id", said["ID"]),
                *key("id", said.get("SIS User ID")),
                *key("login", said.get("SIS Login ID")),
                *name_key(name),
            )
            locked = _NOT_TO_BE_CHANGED.get(sheet.cell(row, column).strip().casefold(), "")
            yield Place(row, one_line(name), keys, locked)


def _keys(student: Mapping[str, str]) -> Iterator[Key]:
    yield from key("canvas_id", student.get("canvas_id"))
    yield from key("id", student.get("id"))
    yield from key("login", student.get("login"))
    yield from key("login", student.get("email"))
    yield from name_key(student.get("name"))


def _squeezed(title: str) -> str:
    return " ".join(title.split()).casefold()
