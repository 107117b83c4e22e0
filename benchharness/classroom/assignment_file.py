"""The settings of an assignment from its `assignment.toml`; see docs/assignment.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchharness.classroom.assignment import (
    FILE_NAME,
    Assignment,
    CheckSettings,
    TaskSettings,
)
from benchharness.classroom.attempts import COUNTED, Attempts
from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedStep
from benchharness.classroom.toml_table import Table, choices, read_toml
from benchharness.content import content_root
from benchharness.errors import UsageError
from benchharness.outcomes import Visibility
from benchharness.runner.settings import Settings
from benchharness.suite.load import bundled_suites, find_suite

__all__ = ["assignment_for", "load_assignment"]

_MOST_GRACE = timedelta(days=7)
_MINUTE = timedelta(minutes=1)


def load_assignment(path: Path) -> Assignment:
    """
    The settings in an `assignment.toml`; `apply_to` compares them with the suites.

    Raises
    ------
    UsageError
        If it cannot be read, or something in it cannot be meant: the text names line and key.
    """
    file = read_toml(path)
    file.refuse_others("suites", "only", "due", "late", "attempts", "limits", "tasks")
    for key in ("suites", "only"):
        if file.texts(key) == ():
            raise file.problem(key, "is empty; leave it out")
    only = file.texts("only")
    return Assignment(
        suites=_suites(file, path.resolve().parent),
        only=only,
        tasks=_tasks(file, only),
        deadline=_deadline(file),
        attempts=_attempts(file),
        places=file.places,
        **_limits(file),
    )


def assignment_for(path: Path | None, suites: Sequence[str]) -> Assignment:
    """The settings at `path`, or those beside the one suite that is named; else none at all."""
    if path is None and len(suites) == 1:
        beside = find_suite(suites[0]) / FILE_NAME
        path = beside if beside.is_file() else None
    return Assignment() if path is None else load_assignment(path)


def _suites(file: Table, folder: Path) -> tuple[str, ...]:
    """The folders of the suites: named from the file's own folder, bundled, or that folder."""
    names = file.texts("suites")
    if not names:
        if not _is_suite(folder):
            example = 'name them: suites = ["thresholding"]'
            raise file.problem("suites", f"there is no suite in the file's own folder; {example}")
        return (str(folder),)
    found = []
    for index, name in enumerate(names):
        places = (folder / name, content_root() / "suites" / name)
        suite = next((place for place in places if _is_suite(place)), None)
        if suite is None:
            text = f"no folder with a bench_*.py, and no bundled suite, is called {name}; "
            raise file.item_problem("suites", index, text + choices(name, bundled_suites()))
        found.append(str(suite))
    return tuple(found)


def _is_suite(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("bench_*.py"))


def _deadline(file: Table) -> Deadline | None:
    due, late = file.moment("due"), file.table("late")
    if late is None:
        return Deadline(due) if due else None
    late.refuse_others("percent_per_day", "max_percent", "grace_minutes")
    if due is None:
        raise file.problem("late", "needs `due`: late after which time?")
    percent_per_day = late.within("percent_per_day", 0, 100)
    if percent_per_day is None:
        raise late.problem("percent_per_day", "is missing; how much does a day take off?")
    max_percent = late.within("max_percent", 0, 100)
    grace = late.within("grace_minutes", 0, _MOST_GRACE / _MINUTE)
    return Deadline(
        due,
        percent_per_day,
        100.0 if max_percent is None else max_percent,
        (grace or 0) * _MINUTE,
    )


def _attempts(file: Table) -> Attempts | None:
    table = file.table("attempts")
    if table is None:
        return None
    table.refuse_others("count", "most")
    return Attempts(table.word("count", COUNTED) or Attempts.count, table.whole("most"))


def _limits(file: Table) -> dict[str, Any]:
    table = file.table("limits")
    if table is None:
        return {}
    table.refuse_others("timeout_s", "memory_mib")
    limits: dict[str, Any] = {
        "timeout_s": table.above_0("timeout_s"),
        "memory_mib": table.whole("memory_mib"),
    }
    limits = {key: value for key, value in limits.items() if value is not None}
    for key, value in limits.items():
        try:
            Settings(**{key: value})
        except UsageError as problem:
            raise table.problem(key, str(problem)) from problem
    return limits


def _tasks(file: Table, only: tuple[str, ...] | None) -> dict[str, TaskSettings]:
    table = file.table("tasks")
    found = {}
    for name, settings in table.tables().items() if table else ():
        if table and only is not None and name not in only:
            raise table.problem(name, "is not among the tasks of `only`, so that it cannot count")
        found[name] = _task_settings(settings)
    return found


def _task_settings(table: Table) -> TaskSettings:
    table.refuse_others("points", "visibility", "forbidden", "checks", "speed")
    checks = table.table("checks")
    return TaskSettings(
        points=table.above_0("points"),
        visibility=_visibility(table),
        forbidden=_forbidden(table),
        checks=(
            {name: _check_settings(check) for name, check in checks.tables().items()}
            if checks
            else {}
        ),
        speed=tuple(_step(step) for step in table.array_of_tables("speed")),
    )


def _check_settings(table: Table) -> CheckSettings:
    table.refuse_others("points", "visibility")
    return CheckSettings(table.above_0("points"), _visibility(table))


def _visibility(table: Table) -> Visibility | None:
    word = table.word("visibility", Visibility)
    return None if word is None else Visibility(word)


def _forbidden(table: Table) -> tuple[str, ...] | None:
    names = table.texts("forbidden")
    for index, name in enumerate(names or ()):
        if not all(part.isidentifier() for part in name.split(".")):
            example = "must be a dotted name such as torch.nn.functional.conv2d"
            raise table.item_problem("forbidden", index, f'{example}, got "{name}"')
    return names


def _step(table: Table) -> SpeedStep:
    table.refuse_others("ratio", "points")
    ratio, points = table.above_0("ratio"), table.above_0("points")
    if ratio is None or points is None:
        missing = "ratio" if ratio is None else "points"
        raise table.problem(missing, "is missing: write { ratio = 0.5, points = 2 }")
    return SpeedStep(ratio, points)
