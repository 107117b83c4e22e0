"""A table of delimited text, as another program wrote it: what is not changed stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchharness.errors import UsageError

__all__ = ["Sheet", "read_sheet", "safe_cell"]

_BYTE_ORDER_MARK = "\ufeff"
_LINE_END = re.compile(r"\r\n|\n|\r")
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_FORMULA = re.compile(r"[\t\r]|\s*[=+\-@]")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; numbers are to be written as numbers."""
    return f"'{text}" if _FORMULA.match(text) else text


def read_sheet(path: Path, delimiters: str) -> Sheet:
    """
    The table in a file.

    Raises
    ------
    UsageError
        If it cannot be read, is not UTF-8, or has a quote that is never closed.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror or problem}") from problem
    except UnicodeDecodeError as problem:
        raise UsageError(
            f"{path}: is not UTF-8 text: a spreadsheet may have saved it; "
            "download it again and name the file as it came"
        ) from problem
    return Sheet(text, str(path), delimiters)


class Sheet:
    """
    Rows of cells that can be read and set.

    Cells that are not set keep their bytes, quotes included; so do line ends, a byte order mark
    and the delimiter, which is the one of those allowed that gives the first row most cells.
    """

    def __init__(self, text: str, name: str, delimiters: str = ",;\t") -> None:
        self.name = name
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        body = text.removeprefix(_BYTE_ORDER_MARK)
        self.delimiter = max(delimiters, key=lambda sign: len(self._row(body, 0, sign)[0]))
        self._rows: list[list[str]] = []
        self._ends: list[str] = []
        place = 0
        while place < len(body):
            cells, place = self._row(body, place, self.delimiter)
            end = _LINE_END.match(body, place)
            self._rows.append(cells)
            self._ends.append(end.group() if end else "")
            place = end.end() if end else place

    def __len__(self) -> int:
        return len(self._rows)

    def __str__(self) -> str:
        lines = map(self.delimiter.join, self._rows)
        return self._mark + "".join(
            line + end for line, end in zip(lines, self._ends, strict=True)
        )

    def row(self, number: int) -> Sequence[str]:
        """What the cells of a row say."""
        return [_said(cell) for cell in self._rows[number]]

    def cell(self, row: int, column: int) -> str:
        """What a cell says; empty where the row is shorter."""
        cells = self._rows[row]
        return _said(cells[column]) if column < len(cells) else ""

    def set(self, row: int, column: int, text: str) -> None:
        """Let a cell say something else, quoted where it was quoted or has to be."""
        cells = self._rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        has_to_be = any(sign in text for sign in (self.delimiter, '"', "\n", "\r"))
        is_quoted = has_to_be or cells[column].startswith('"')
        cells[column] = '"' + text.replace('"', '""') + '"' if is_quoted else text

    def _row(self, text: str, place: int, delimiter: str) -> tuple[list[str], int]:
        """The cells, as they are written, of the row that begins at a place, and where it ends."""
        rest = re.compile(f"[^{delimiter}\r\n]*")
        cells = []
        while True:
            start = place
            if text.startswith('"', place):
                place = self._end_of_quoted(text, place)
            place = _end_of(rest, text, place)
            cells.append(text[start:place])
            if not text.startswith(delimiter, place):
                return cells, place
            place += len(delimiter)

    def _end_of_quoted(self, text: str, place: int) -> int:
        found = _QUOTED.match(text, place)
        if found:
            return found.end()
        line = len(_LINE_END.findall(text, 0, place)) + 1
        raise UsageError(
            f"{self.name}: line {line}: a quote is never closed: the file is cut off or was "
            "edited by hand; download it again"
        )


def _end_of(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _said(cell: str) -> str:
    quoted = _QUOTED.match(cell)
    if not quoted:
        return cell
    return quoted.group()[1:-1].replace('""', '"') + cell[quoted.end() :]
