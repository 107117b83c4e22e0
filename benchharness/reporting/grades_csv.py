"""`grades.csv` and `grades.json`: everybody's points, for course staff and their programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchharness.outcomes import Graded, SubmissionVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import plain
from benchharness.reporting.sheet import safe_cell

__all__ = ["Grades"]

_HEADER = ("submission", "score", "max_score", "percent", "status")
_SCHEMA_NAME = "benchharness.grades/1"


class Grades:
    """Everybody's points in both files; a submission is let go as soon as it is added."""

    def __init__(self, suites: Sequence[str]) -> None:
        self._suites = suites
        self._table = io.StringIO()
        self._writer = csv.writer(self._table, lineterminator="\n")
        self._writer.writerow((*_HEADER, *map(_cell, suites)))
        self._rows: list[str] = []

    def add(self, graded: Graded) -> None:
        """Add one submission."""
        points = _points_by_suite(graded.verdict)
        self._rows.append(json.dumps(_row(graded, points, self._suites), allow_nan=False))
        if not graded.not_counted:
            self._writer.writerow(_cells(graded, points, self._suites))

    def each(self, class_: Iterable[Graded]) -> Iterator[Graded]:
        """The same submissions; each is added as it passes."""
        for graded in class_:
            self.add(graded)
            yield graded

    def as_csv(self) -> str:
        """
        A row a submission that counts, and a column a suite: empty where nothing of it was judged.
        """
        return self._table.getvalue()

    def as_json(self) -> str:
        """The same as JSON, with what is known of the student and a submission's problem."""
        rows = ",\n".join(self._rows)
        return f'{{"schema": "{_SCHEMA_NAME}", "submissions": [\n{rows}\n]}}\n'

    def write(self, folder: Path) -> None:
        """Write `grades.csv` and `grades.json`, each whole or not at all."""
        write_whole(folder / "grades.csv", self.as_csv())
        write_whole(folder / "grades.json", self.as_json())


def _cells(graded: Graded, points: dict[str, float], suites: Sequence[str]) -> tuple[str, ...]:
    verdict = graded.verdict
    return (
        _cell(graded.name),
        _number(verdict.score),
        _number(verdict.max_score),
        _number(verdict.percent, 2),
        graded.status.value,
        *("" if suite not in points else _number(points[suite]) for suite in suites),
    )


def _row(graded: Graded, points: dict[str, float], suites: Sequence[str]) -> dict[str, Any]:
    return {
        "submission": graded.name,
        "student": dict(graded.student),
        "score": graded.verdict.score,
        "max_score": graded.verdict.max_score,
        "percent": round(graded.verdict.percent, 2),
        "status": graded.status.value,
        "problem": graded.problem,
        "not_counted": graded.not_counted,
        "suites": {suite: points[suite] for suite in suites if suite in points},
    }


def _points_by_suite(verdict: SubmissionVerdict) -> dict[str, float]:
    points: dict[str, float] = {}
    for task in verdict.tasks:
        points[task.suite] = round(points.get(task.suite, 0.0) + task.score, 9)
    return points


def _cell(text: str) -> str:
    return safe_cell(" ".join(plain(text).split()))


def _number(value: float, decimals: int = 4) -> str:
    """A number without needless decimals, never in scientific notation."""
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return text or "0"
