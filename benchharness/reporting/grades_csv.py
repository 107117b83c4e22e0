"""`grades.csv` and `grades.json`: everybody's points, for course staff and their programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchharness.outcomes import Graded, SubmissionVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import plain
from benchharness.reporting.sheet import safe_cell

__all__ = ["grades_csv", "grades_json", "write_grades_csv", "write_grades_json"]

_HEADER = ("submission", "score", "max_score", "percent", "status")
_SCHEMA_NAME = "benchharness.grades/1"


def write_grades_csv(class_: Iterable[Graded], suites: Sequence[str], path: Path) -> None:
    """Write `grades.csv`, whole or not at all; the submissions are gone through once."""
    write_whole(path, grades_csv(class_, suites))


def write_grades_json(class_: Iterable[Graded], suites: Sequence[str], path: Path) -> None:
    """Write `grades.json`, whole or not at all; the submissions are gone through once."""
    write_whole(path, grades_json(class_, suites))


def grades_csv(class_: Iterable[Graded], suites: Sequence[str]) -> str:
    """
    A row a submission that counts, and a column a suite: empty where nothing of it was judged.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow((*_HEADER, *map(_cell, suites)))
    for graded in class_:
        if graded.not_counted:
            continue
        verdict, points = graded.verdict, _points_by_suite(graded.verdict)
        writer.writerow(
            (
                _cell(graded.name),
                _number(verdict.score),
                _number(verdict.max_score),
                _number(verdict.percent, 2),
                graded.status.value,
                *("" if suite not in points else _number(points[suite]) for suite in suites),
            )
        )
    return table.getvalue()


def grades_json(class_: Iterable[Graded], suites: Sequence[str]) -> str:
    """The same as JSON, with what is known of the student and a submission's problem."""
    rows = ",\n".join(json.dumps(_row(graded, suites), allow_nan=False) for graded in class_)
    return f'{{"schema": "{_SCHEMA_NAME}", "submissions": [\n{rows}\n]}}\n'


def _row(graded: Graded, suites: Sequence[str]) -> dict[str, Any]:
    points = _points_by_suite(graded.verdict)
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
