"""
Mutants that no input tells from the reference, as a suite's author lists them.

`equivalent_mutants.toml` beside the suite's file has one table for each:

    [[mutant]]
    task = "otsu_threshold"
    function = "_level_counts"      # where the mistake stands; left out, it is the task's name
    original = "..."                # the two statements, as the audit prints them
    becomes = "..."
    why = "an empty class has no pixels, so that its mean is multiplied by 0"

`read_equivalents(suite.folder)` reads it, `entry.describes(task.name, mutant)` matches one mutant,
and `stale(entries, {task.name: mutants})` returns the entries that match none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchharness.audit.mutants import Mutant
from benchharness.errors import SuiteError

__all__ = ["FILE_NAME", "Equivalent", "read_equivalents", "stale"]

FILE_NAME = "equivalent_mutants.toml"
_REQUIRED = ("task", "original", "becomes", "why")
_KEYS = (*_REQUIRED, "function")


@dataclass(frozen=True)
class Equivalent:
    """A mutation that changes no answer of a task, and the reason."""

    task: str
    function: str
    original: str
    becomes: str
    why: str

    def describes(self, task: str, mutant: Mutant) -> bool:
        """Whether it speaks of this mutant of the task's reference."""
        return (self.task, self.function, self.original, self.becomes) == (
            task,
            mutant.function,
            mutant.original,
            mutant.becomes,
        )


def read_equivalents(folder: Path) -> tuple[Equivalent, ...]:
    """
    The equivalent mutants that a suite's folder lists; none where it has no such file.

    Raises
    ------
    SuiteError
        If the file is no TOML, or an entry has an unknown, missing or empty key.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        return ()
    where = f"{folder.parent.name}/{folder.name}/{FILE_NAME}"
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SuiteError(f"{where}: is no TOML: {problem}") from problem
    entries = content.pop("mutant", [])
    listed = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if content or not listed:
        raise SuiteError(f"{where}: must hold tables under [[mutant]] and nothing else")
    return tuple(
        _equivalent(f"{where}: mutant {number}", entry) for number, entry in enumerate(entries, 1)
    )


def stale(
    entries: Iterable[Equivalent], mutants: Mapping[str, Iterable[Mutant]]
) -> tuple[Equivalent, ...]:
    """The entries that describe none of the mutants, which are given by task."""
    return tuple(
        entry
        for entry in entries
        if not any(entry.describes(entry.task, m) for m in mutants.get(entry.task, ()))
    )


def _equivalent(where: str, entry: dict[str, Any]) -> Equivalent:
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        raise SuiteError(
            f"{where}: has the unknown key {unknown[0]!r}; the keys are {', '.join(_KEYS)}"
        )
    for key in dict.fromkeys((*_REQUIRED, *entry)):
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise SuiteError(f"{where}: {key} must be a text that is not empty, got {value!r}")
    words = {key: value.strip() for key, value in entry.items()}
    return Equivalent(**{"function": words["task"], **words})
