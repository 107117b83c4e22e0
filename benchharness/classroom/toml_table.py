"""A TOML file for people to edit: each value asked for by key and kind, mistakes told by line."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchharness.classroom.toml_places import KeyPath, Places, key_lines
from benchharness.errors import UsageError

__all__ = ["Table", "choices", "read_toml"]

_MOST_POINTS = 1e6
_MOST_SHOWN = 60
_MOMENT = "2026-11-22T23:59:00+01:00"
_AT_LINE = re.compile(r"(?P<text>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)")


class Table:
    """
    One table of a TOML file.

    What is not there is None, or empty; what is there and wrong raises UsageError.
    """

    def __init__(self, content: Mapping[str, Any], places: Places, path: KeyPath = ()) -> None:
        self.places = places
        self._content, self._path = content, path

    def problem(self, key: str, message: str) -> UsageError:
        """A mistake at one of the table's keys."""
        return self.places.problem((*self._path, key), message)

    def refuse_others(self, *known: str) -> None:
        """Every key of the table has to be among these."""
        for key in self._content:
            if key not in known:
                raise self.problem(key, f"unknown key; {choices(key, known)}")

    def above_0(self, key: str) -> float | None:
        """A number above 0."""
        number = self._number(key)
        if number is not None and not 0 < number <= _MOST_POINTS:
            rule = "above 0" if not number > 0 else f"above 0 and at most {_MOST_POINTS:.0f}"
            raise self._wrong(key, f"a number {rule}")
        return number

    def within(self, key: str, low: float, high: float) -> float | None:
        """A number in low..high."""
        number = self._number(key)
        if number is not None and not low <= number <= high:
            raise self._wrong(key, f"a number in {low:g}..{high:g}")
        return number

    def whole(self, key: str) -> int | None:
        """A whole number above 0."""
        value = self._content.get(key)
        if value is None or (type(value) is int and 0 < value <= _MOST_POINTS):
            return value
        raise self._wrong(key, "a whole number above 0")

    def word(self, key: str, words: Iterable[str]) -> str | None:
        """One of some words."""
        value, words = self._content.get(key), tuple(words)
        if value is not None and value not in words:
            raise self._wrong(key, f"one of {', '.join(words)}")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """An array of texts, none of them twice."""
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._wrong(key, "an array of texts in quotation marks")
        for index, item in enumerate(value):
            path = (*self._path, key, index)
            if not isinstance(item, str):
                text = f"must hold texts in quotation marks, got {_shown(item)}"
                raise self.places.problem(path, text)
            if item in value[:index]:
                raise self.places.problem(path, f"names {_shown(item)} twice")
        return tuple(value)

    def item_problem(self, key: str, index: int, message: str) -> UsageError:
        """A mistake in an item of an array."""
        return self.places.problem((*self._path, key, index), message)

    def moment(self, key: str) -> datetime | None:
        """A date with its time and time zone."""
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime):
            raise self._wrong(key, f"a date with its time, such as {_MOMENT}, not quoted")
        if value.tzinfo is None:
            raise self._wrong(key, f"a time with its zone, such as {_MOMENT}")
        return value

    def table(self, key: str) -> Table | None:
        """A table in this table."""
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(key, "a table")
        return Table(value, self.places, (*self._path, key))

    def tables(self) -> dict[str, Table]:
        """The table's values by key, all of them tables."""
        found = {key: self.table(key) for key in self._content}
        return {key: table for key, table in found.items() if table is not None}

    def array_of_tables(self, key: str) -> tuple[Table, ...]:
        """Several tables under one key."""
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, "an array of tables: [{ ... }, { ... }]")
        path = (*self._path, key)
        return tuple(Table(item, self.places, (*path, i)) for i, item in enumerate(value))

    def _number(self, key: str) -> float | None:
        value = self._content.get(key)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and (not is_number or math.isnan(value)):
            raise self._wrong(key, "a number")
        return value

    def _wrong(self, key: str, rule: str) -> UsageError:
        return self.problem(key, f"must be {rule}, got {_shown(self._content[key])}")


def read_toml(path: Path) -> Table:
    """
    The outermost table of a TOML file.

    Raises
    ------
    UsageError
        If it cannot be read or is no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path.name}: is not UTF-8; save it as UTF-8 text") from problem
    try:
        content = tomllib.loads(text)
    except ValueError as problem:
        raise UsageError(_not_toml(path.name, text, str(problem))) from problem
    return Table(content, Places(path.name, key_lines(text)))


def choices(word: str, words: Iterable[str]) -> str:
    """What somebody may have meant who wrote an unknown word."""
    words = tuple(words)
    near = difflib.get_close_matches(word, words, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(words)}"


def _not_toml(file: str, text: str, complaint: str) -> str:
    """What `tomllib` complains about, with the line in front; the end is the last line's."""
    match = _AT_LINE.fullmatch(complaint)
    if match is None:
        return f"{file}: is no TOML: {complaint}"
    line = match["line"] or len(text.rstrip().splitlines())
    return f"{file}, line {line}: is no TOML: {match['text']}"


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else "an array"
    if isinstance(value, (str, bool)):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
