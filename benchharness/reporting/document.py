"""JSON that somebody else may have written: every value is asked for by its kind."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from benchharness.errors import UsageError

__all__ = ["Node", "parsed"]

_Word = TypeVar("_Word", bound=StrEnum)
_LONGEST_SHOWN = 60
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
        is_cut = not text[problem.pos :].strip() or problem.msg.startswith("Unterminated")
        fault = "ends too early" if is_cut else "is not JSON"
        raise UsageError(
            f"{name}: {fault} (line {problem.lineno}, column {problem.colno}: {problem.msg}); "
            "copy it again, or run the grading again"
        ) from problem
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"{name}: cannot be read: {problem}; name another file") from problem


@dataclass(frozen=True)
class Node:
    """One value of a document and the place where it stands, for messages."""

    value: Any
    document: str
    path: str = ""

    def __getitem__(self, key: str) -> Node:
        """What an object holds under a key that it must have."""
        found = self._child(self.object().get(key), key)
        if key not in self.value:
            raise UsageError(f"{found.where}: is missing; {_REMEDY}")
        return found

    def get(self, key: str) -> Node | None:
        """What an object holds under a key; None where it has none, or null."""
        value = self.object().get(key)
        return None if value is None else self._child(value, key)

    @property
    def where(self) -> str:
        """The document and the place in it."""
        return f"{self.document}: {self.path}" if self.path else self.document

    def object(self) -> dict[str, Any]:
        """The value as an object."""
        kept: dict[str, Any] = self._kept(lambda value: isinstance(value, dict), "an object")
        return kept

    def entries(self) -> tuple[tuple[str, Node], ...]:
        """An object's keys and what they hold."""
        return tuple((key, self._child(value, key)) for key, value in self.object().items())

    def items(self) -> tuple[Node, ...]:
        """The values of a list."""
        self._kept(lambda value: isinstance(value, list), "a list")
        return tuple(
            Node(value, self.document, f"{self.path}[{number}]")
            for number, value in enumerate(self.value)
        )

    def text(self) -> str:
        """The value as a text."""
        return str(self._kept(lambda value: isinstance(value, str), "a text"))

    def number(self) -> float:
        """The value as a finite number, 0 or more."""
        kept: float = self._kept(_is_number, "a number, 0 or more")
        return kept

    def count(self) -> int:
        """The value as a whole number, 0 or more."""
        return int(self._kept(_is_count, "a whole number, 0 or more"))

    def numbers(self) -> tuple[float, ...]:
        """The value as a list of numbers."""
        return tuple(item.number() for item in self.items())

    def interval(self) -> tuple[float, float]:
        """The value as two numbers."""
        low, high = self.numbers() if len(self.items()) == 2 else self._refuse("two numbers")
        return low, high

    def word(self, words: type[_Word]) -> _Word:
        """The value as one of an enumeration's words."""
        choice = " | ".join(words)
        return words(self._kept(lambda value: value in list(words), f"one of {choice}"))

    def _child(self, value: Any, key: str) -> Node:
        return Node(value, self.document, f"{self.path}.{key}" if self.path else key)

    def _kept(self, is_right: Callable[[Any], bool], wanted: str) -> Any:
        return self.value if is_right(self.value) else self._refuse(wanted)

    def _refuse(self, wanted: str) -> Any:
        shown = repr(self.value)
        shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
        raise UsageError(f"{self.where}: must be {wanted}, got {shown}; {_REMEDY}")


def _is_number(value: Any) -> bool:
    return _is_count(value) or (isinstance(value, float) and math.isfinite(value) and value >= 0)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"it holds {constant}, and finite numbers only are allowed")
