"""JSON that somebody else may have written: every value is asked for by its kind."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from benchharness.errors import UsageError

__all__ = ["COUNT", "INTERVAL", "NUMBER", "NUMBERS", "TEXT", "Kind", "Node", "parsed", "word_of"]

_Word = TypeVar("_Word", bound=StrEnum)
_LONGEST_SHOWN = 60
_ENDING = re.compile(r"[\w.+-]*\s*")
_REMEDY = "take the file as benchharness wrote it"


def parsed(text: str, name: str) -> Any:
    """
    The values that a JSON text holds; finite numbers only.

    Raises
    ------
    UsageError
        If it is not JSON, or not all of it is there; the text names the document.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as problem:
        fault = "ends too early" if _is_cut(text, problem) else "is not JSON"
        raise UsageError(
            f"{name}: {fault} (line {problem.lineno}, column {problem.colno}: {problem.msg}); "
            "copy it again, or run the grading again"
        ) from problem
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"{name}: cannot be read: {problem}; name another file") from problem


def _is_cut(text: str, problem: json.JSONDecodeError) -> bool:
    """Whether what is wrong is the end, or the beginning of a number or a word that is cut off."""
    if problem.msg.startswith("Unterminated"):
        return True
    ending = _ENDING.fullmatch(text, problem.pos) if problem.pos else not text.strip()
    return bool(ending)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document and the place where it stands, for messages."""

    value: Any
    document: str
    path: str = ""

    def __getitem__(self, key: str) -> Node:
        """What an object holds under a key that it must have."""
        held = self.object()
        if key not in held:
            raise UsageError(f"{self._child(None, key).where}: is missing; {_REMEDY}")
        return self._child(held[key], key)

    def get(self, key: str) -> Node | None:
        """What an object holds under a key; None where it has none, or null."""
        value = self.object().get(key)
        return None if value is None else self._child(value, key)

    def optional(
        self, kinds: Mapping[str, Kind], *, required: Sequence[str] = ()
    ) -> dict[str, Any]:
        """What an object holds under keys that it may have, each by its kind; null is nothing."""
        found = {}
        for key, value in self.object().items():
            if value is None or key not in kinds:
                continue
            is_right, read, becomes = kinds[key]
            if not is_right(value):
                found[key] = read(self._child(value, key))
            else:
                found[key] = value if becomes is None else becomes(value)
        for key in required:
            if key not in found:
                kinds[key].read(self[key])
        return found

    @property
    def where(self) -> str:
        """The document and the place in it."""
        return f"{self.document}: {self.path}" if self.path else self.document

    def object(self) -> dict[str, Any]:
        """The value as an object."""
        found: dict[str, Any] = (
            self.value if isinstance(self.value, dict) else self._refuse("an object")
        )
        return found

    def entries(self) -> tuple[tuple[str, Node], ...]:
        """An object's keys and what they hold."""
        return tuple((key, self._child(value, key)) for key, value in self.object().items())

    def items(self) -> tuple[Node, ...]:
        """The values of a list."""
        if not isinstance(self.value, list):
            self._refuse("a list")
        return tuple(
            Node(value, self.document, f"{self.path}[{number}]")
            for number, value in enumerate(self.value)
        )

    def text(self) -> str:
        """The value as a text."""
        return self.value if isinstance(self.value, str) else str(self._refuse("a text"))

    def number(self) -> float:
        """The value as a finite number, 0 or more."""
        kept: float = self._kept(_is_number, "a number, 0 or more")
        return kept

    def count(self) -> int:
        """The value as a whole number, 0 or more."""
        return int(self._kept(_is_count, "a whole number, 0 or more"))

    def truth(self) -> bool:
        """The value as true or false."""
        return bool(self._kept(lambda value: isinstance(value, bool), "true or false"))

    def numbers(self) -> tuple[float, ...]:
        """The value as a list of numbers."""
        if _are_numbers(self.value):
            return tuple(self.value)
        return tuple(item.number() for item in self.items())

    def interval(self) -> tuple[float, float]:
        """The value as two finite numbers; that of a small difference may begin below 0."""
        if not _are_two_finite(self.value):
            self._refuse("two numbers")
        low, high = self.value
        return low, high

    def word(self, words: type[_Word]) -> _Word:
        """The value as one of an enumeration's words."""
        try:
            return words(self.value)
        except ValueError:
            word: _Word = self._refuse(f"one of {' | '.join(words)}")
            return word

    def _child(self, value: Any, key: str) -> Node:
        return Node(value, self.document, f"{self.path}.{key}" if self.path else key)

    def _kept(self, is_right: Callable[[Any], bool], wanted: str) -> Any:
        return self.value if is_right(self.value) else self._refuse(wanted)

    def _refuse(self, wanted: str) -> Any:
        shown = repr(self.value)
        shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
        raise UsageError(f"{self.where}: must be {wanted}, got {shown}; {_REMEDY}")


def _is_number(value: Any) -> bool:
    return (type(value) is float and 0 <= value < math.inf) or _is_count(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_number, value))


def _are_two_finite(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_finite, value))


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


class Kind(NamedTuple):
    """
    A kind of value: what is right, what becomes of it, and how the rest is refused.

    Runs hold thousands of numbers and hardly one that is wrong: a place to name in a message is
    made for these only.
    """

    is_right: Callable[[Any], bool]
    read: Callable[[Node], Any]
    becomes: Callable[[Any], Any] | None = None


TEXT = Kind(_is_text, Node.text)
COUNT = Kind(_is_count, Node.count)
NUMBER = Kind(_is_number, Node.number)
NUMBERS = Kind(_are_numbers, Node.numbers, tuple)
INTERVAL = Kind(_are_two_finite, Node.interval, tuple)


def word_of(words: type[StrEnum]) -> Kind:
    """The kind of an enumeration's words."""
    known = {word.value: word for word in words}
    return Kind(
        lambda value: isinstance(value, str) and value in known,
        lambda node: node.word(words),
        known.__getitem__,
    )


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"it holds {constant}, and finite numbers only are allowed")
