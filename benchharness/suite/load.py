"""Suites from folders: found by name or path, run once, and checked before anything else runs."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterable
from pathlib import Path

from benchharness.content import content_root
from benchharness.errors import SuiteError, UsageError
from benchharness.suite.authoring import load_module
from benchharness.suite.task import Suite, Task

__all__ = ["bundled_suites", "find_suite", "load_suite", "load_suites"]


def bundled_suites() -> list[str]:
    """The names of the suites that come with benchharness."""
    return sorted(file.parent.name for file in (content_root() / "suites").glob("*/bench_*.py"))


def find_suite(name_or_path: str) -> Path:
    """
    The folder of a suite, by bundled name or by path.

    Raises
    ------
    UsageError
        If there is no such suite.
    """
    for folder in (Path(name_or_path), content_root() / "suites" / name_or_path):
        if folder.is_dir() and any(folder.glob("bench_*.py")):
            return folder.resolve()
    names = ", ".join(bundled_suites())
    raise UsageError(
        f"suite {name_or_path!r}: no bundled suite and no folder with a bench_*.py; "
        f"bundled suites are: {names}"
    )


def load_suites(names: Iterable[str]) -> tuple[list[Suite], list[str]]:
    """
    The suites of these names or paths that can be used, and what is wrong with the others.

    Raises
    ------
    UsageError
        If there is no suite of a name, or none can be used.
    """
    suites, broken = [], []
    for name in names:
        try:
            suites.append(load_suite(find_suite(name)))
        except SuiteError as problem:
            broken.append(str(problem))
    if not suites:
        raise UsageError("no suite can be used. " + " ".join(broken))
    return suites, broken


def load_suite(folder: Path) -> Suite:
    """
    The suite that a folder defines in its `bench_NAME.py`.

    Raises
    ------
    SuiteError
        If the file does not run, defines no task, or a task breaks a rule.
    """
    files = sorted(folder.glob("bench_*.py"))
    if len(files) != 1:
        raise SuiteError(f"{folder}: needs exactly one bench_*.py, has {len(files)}")
    file = files[0]
    where = f"{folder.parent.name}/{folder.name}/{file.name}"
    try:
        module = load_module(file, f"benchharness_suite_{folder.name}")
    except SuiteError as problem:
        raise SuiteError(f"{where}: {problem}") from problem
    except Exception as problem:
        line = next(
            (
                f.lineno
                for f in reversed(traceback.extract_tb(problem.__traceback__))
                if f.filename == str(file)
            ),
            None,
        )
        place = f"{where}, line {line}" if line else where
        raise SuiteError(f"{place}: {type(problem).__name__}: {problem}") from problem
    tasks = tuple(value for value in vars(module).values() if isinstance(value, Task))
    if not tasks:
        raise SuiteError(f"{where}: defines no task; write a class under @task(...)")
    for task in tasks:
        _refuse_mistakes(where, task, [other.name for other in tasks])
    title, _, conventions = (inspect.getdoc(module) or folder.name).partition("\n")
    return Suite(folder.name, title.rstrip("."), folder, tasks, conventions.strip("\n"))


def _refuse_mistakes(where: str, task: Task, names: list[str]) -> None:
    if names.count(task.name) > 1:
        raise SuiteError(f"{where}: {task.name}: is defined twice; give each task its own name")
    wanted = [parameter.name for parameter in task.signature.parameters]
    for title, function in (
        ("reference", task.reference),
        *((f"misconception {m.name}", m.variant) for m in task.misconceptions),
    ):
        parameters = list(inspect.signature(function).parameters)
        if parameters != wanted:
            raise SuiteError(
                f"{where}: {task.name}: {title} takes ({', '.join(parameters)}); "
                f"the signature says ({', '.join(wanted)})"
            )
