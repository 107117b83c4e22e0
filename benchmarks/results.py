"""Results of benchmarks: figures beside their goals, as JSON and as tables."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchharness.runner.machine import this_machine, versions
from benchharness.timing.noise import load_average

__all__ = ["Figure", "Goal", "Result", "tables", "write"]

_SCHEMA = "benchharness.benchmark/1"
_PACKAGES = ("numpy", "torch", "pytest", "pytest-benchmark", "pyperf")


@dataclass(frozen=True)
class Goal:
    """
    A bound for a figure; `said` is how a table writes it.

    `unit` is "s", "share" (of 1) or nothing, for what is counted.
    """

    bound: float
    said: str
    unit: str
    at_least: bool = False

    def reached(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def amount(self, difference: float) -> str:
        """A difference from the bound in words."""
        if self.unit == "share":
            return f"{100 * difference:.2g} percentage points"
        return f"{difference:{'.0f' if difference >= 10 else '.2g'}} {self.unit}".rstrip()


@dataclass(frozen=True)
class Figure:
    """One measured number: in words for the table, as a value, and what it should be."""

    what: str
    value: float
    shown: str
    goal: Goal | None = None
    detail: str = ""

    def verdict(self) -> str:
        """Reached, or missed by how much; a dash where there is nothing to reach."""
        if self.goal is None:
            return "–"
        if self.goal.reached(self.value):
            return "reached"
        return f"**missed** by {self.goal.amount(abs(self.value - self.goal.bound))}"


@dataclass(frozen=True)
class Result:
    """What one benchmark found; `data` holds every single measurement."""

    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)


def write(
    name: str, result: Result, path: Path, *, command: str, quick: bool, seconds: float
) -> None:
    """Write a result with what it was measured on, when and how."""
    facts = {
        "schema": _SCHEMA,
        "name": name,
        "title": result.title,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "quick": quick,
        "seconds": round(seconds, 1),
        "machine": {key: value for key, value in asdict(this_machine()).items() if key != "name"},
        "versions": versions(_installed()),
        "load": load_average(),
        "figures": [
            {
                "what": figure.what,
                "value": figure.value,
                "shown": figure.shown,
                "goal": figure.goal.said if figure.goal else None,
                "verdict": figure.verdict(),
                "detail": figure.detail,
            }
            for figure in result.figures
        ],
        "notes": list(result.notes),
        "data": result.data,
    }
    path.write_text(json.dumps(facts, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _installed() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def tables(files: Iterable[Path]) -> str:
    """Every result on file as one Markdown page."""
    pages = [_page(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return "\n".join(["# Benchmarks", "", "`python benchmarks/run_all.py` measures all.", *pages])


def _page(facts: dict[str, Any]) -> str:
    machine = facts["machine"]
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB"
    software = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    rows = [
        (f["what"], f["shown"], f["goal"] or "–", f["verdict"], f["detail"])
        for f in facts["figures"]
    ]
    lines = [
        "",
        f"## {facts['title']}",
        "",
        f"{facts['created']}, {facts['seconds']:.0f} s: `{facts['command']}`  ",
        f"{machine['cpu']}, {machine['cores']} cores, {memory}, {machine['os']}; {software}; "
        f"load {facts['load'] or 0:.1f}",
        "",
        *_table(("figure", "measured", "goal", "", "detail"), rows),
    ]
    if facts["quick"]:
        lines[3:3] = ["", "*A quick try with few repetitions: no result to quote.*"]
    for note in facts["notes"]:
        lines += ["", note]
    return "\n".join([*lines, ""])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {row} |" for row in body),
    ]
