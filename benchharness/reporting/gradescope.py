"""Gradescope's `results.json`: one entry a check, with its status, points and visibility."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchharness.errors import UsageError
from benchharness.outcomes import CheckVerdict, Run, Status, SubmissionVerdict, TaskVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.terminal import explained

__all__ = ["to_gradescope", "write_gradescope"]


def write_gradescope(run: Run, path: Path) -> None:
    """
    Write the results of the run's one submission, whole or not at all.

    Raises
    ------
    UsageError
        If the run has several submissions: Gradescope's file is about one.
    """
    if len(run.submissions) != 1:
        raise UsageError(
            f"--bench-gradescope: is about one submission, this run has {len(run.submissions)}"
        )
    text = json.dumps(to_gradescope(run.submissions[0]), indent=2, allow_nan=False)
    write_whole(path, text + "\n")


def to_gradescope(submission: SubmissionVerdict) -> dict[str, Any]:
    """The submission's verdicts in Gradescope's words."""
    tests = [_test(task, check) for task in submission.tasks for check in task.checks]
    seconds = sum(check.seconds for task in submission.tasks for check in task.checks)
    return {
        "score": submission.score,
        "execution_time": round(seconds, 3),
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _test(task: TaskVerdict, check: CheckVerdict) -> dict[str, Any]:
    backend = "" if task.backend == "numpy" else f" [{task.backend}]"
    return {
        "name": f"{task.task}{backend}: {check.name}",
        "score": check.score,
        "max_score": check.max_score,
        "status": "passed" if check.status == Status.PASSED else "failed",
        "visibility": check.visibility.value,
        "output": "" if check.status == Status.PASSED else f"{check.status}: {explained(check)}",
        "output_format": "text",
    }
