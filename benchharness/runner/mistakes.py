"""What is wrong with a suite itself, told in a line: nothing that a submission has done."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from pathlib import Path

from benchharness.errors import HarnessError
from benchharness.runner.casebook import Casebook
from benchharness.suite.task import Check, Suite, Task

__all__ = ["described", "in_check", "mistakes", "place"]


def mistakes(casebook: Casebook, asked: Iterable[tuple[Suite, Task, Check, str]]) -> list[str]:
    """
    What is wrong with checks, each as a submission of a backend sees it; a line each, told once.

    Their questions are made for that, and stay in the casebook.
    """
    found = []
    for suite, task, check, backend in asked:
        try:
            casebook.questions(suite, task, check, backend)
        except Exception as problem:
            told = " ".join(described(suite, task, problem).split())
            found.append(in_check(suite, task, check, told))
    return list(dict.fromkeys(found))


def in_check(suite: Suite, task: Task, check: Check, text: str) -> str:
    """A text with the check that it is about."""
    return f"suites/{suite.name}: {task.name}: check {check.name}: {text}"


def described(suite: Suite, task: Task, problem: Exception) -> str:
    """What an exception that a suite or its reference has raised says, and where."""
    if isinstance(problem, HarnessError):
        return str(problem)
    return f"{type(problem).__name__} in {place(suite, task, problem)}: {problem}"


def place(suite: Suite, task: Task, problem: Exception) -> str:
    """The line of the suite or the reference that an exception comes from."""
    ours = (suite.folder, task.reference_file.parent)
    frames = [
        f"{Path(frame.filename).name}, line {frame.lineno}"
        for frame in traceback.extract_tb(problem.__traceback__)
        if Path(frame.filename).parent in ours
    ]
    return frames[-1] if frames else f"the suite {suite.name}"
