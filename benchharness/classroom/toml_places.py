"""Where the keys of a TOML file stand, since `tomllib` does not tell: for messages about them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from benchharness.errors import UsageError

__all__ = ["KeyPath", "Places", "key_lines"]

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys from the top of a file to a value; a number stands for an item of an array."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(rf"{_BARE.pattern}|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_SCALAR = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")'
    r"|'''.*?'''(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}#\n]+",  # a number, a date or a word
    re.DOTALL,
)


@dataclass(frozen=True)
class Places:
    """The name of a TOML file, and the line on which each of its keys stands."""

    file: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def problem(self, path: KeyPath, message: str) -> UsageError:
        """A mistake at a key, with its line; what is missing is at the table that lacks it."""
        known = (self.lines.get(path[:length]) for length in range(len(path), 0, -1))
        line = next((line for line in known if line), None)
        where = f"{self.file}, line {line}" if line else self.file
        name = ".".join(_quoted(key) for key in path if isinstance(key, str))
        return UsageError(f"{where}: {name}: {message}")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line on which every key and every item of an array stands first, in valid TOML."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.lines


class _Scanner:
    """Goes through a text that `tomllib` has accepted, and so looks for no mistakes in it."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._tables_in: dict[KeyPath, int] = {}

    def scan(self) -> None:
        """Go through the whole text."""
        table: KeyPath = ()
        while not self._is_over():
            if self._takes("[["):
                table = self._header(starts_another=True)
            elif self._takes("["):
                table = self._header(starts_another=False)
            else:
                self._pair(table)

    def _header(self, *, starts_another: bool) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: a key of an array of tables stands for the last of them."""
        line = self._line()
        path: KeyPath = ()
        *outer, last = self._key()
        for key in outer:
            path = self._latest((*path, key))
            self.lines.setdefault(path, line)
        path = (*path, last)
        self.lines.setdefault(path, line)
        if starts_another:
            self._tables_in[path] = self._tables_in.get(path, 0) + 1
        path = self._latest(path)
        self.lines.setdefault(path, line)
        self._takes("]]" if starts_another else "]")
        return path

    def _latest(self, path: KeyPath) -> KeyPath:
        count = self._tables_in.get(path)
        return (*path, count - 1) if count else path

    def _pair(self, table: KeyPath) -> None:
        """`key = value`, where `a.b = 1` is a key of the table `a`."""
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._takes("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._takes("["):
            index = 0
            while not self._takes("]"):
                self.lines[*path, index] = self._line()
                self._value((*path, index))
                self._takes(",")
                index += 1
        elif self._takes("{"):
            while not self._takes("}"):
                self._pair(path)
                self._takes(",")
        else:
            self._match(_SCALAR)

    def _key(self) -> list[str]:
        """The parts of a key, without their dots and quotation marks."""
        parts = [self._match(_KEY)]
        while self._takes("."):
            parts.append(self._match(_KEY))
        return [tomllib.loads(f"key = {p}")["key"] if p[0] in "\"'" else p for p in parts]

    def _line(self) -> int:
        """The line of whatever comes next."""
        self._match(_BLANK)
        return self._text.count("\n", 0, self._at) + 1

    def _is_over(self) -> bool:
        self._match(_BLANK)
        return self._at == len(self._text)

    def _takes(self, sign: str) -> bool:
        """Whether this sign comes next; then it is passed."""
        self._match(_BLANK)
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) * found
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        if pattern is not _BLANK:
            self._match(_BLANK)
        found = pattern.match(self._text, self._at)
        assert found, "tomllib has accepted the text"
        self._at = found.end()
        return found[0]


def _quoted(key: str) -> str:
    return key if _BARE.fullmatch(key) else f'"{key}"'
