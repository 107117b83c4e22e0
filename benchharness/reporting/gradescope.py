"""Gradescope's `results.json`: one entry a check, with its status, points and visibility."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchharness.errors import UsageError
from benchharness.outcomes import CheckVerdict, Run, Status, SubmissionVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.leaderboard import geometric_mean, verified_speed
from benchharness.reporting.plain_text import one_line, running_text
from benchharness.reporting.students_view import (
    for_students,
    titled_checks,
    titled_tasks,
    without_hints,
)
from benchharness.reporting.terminal import explained

__all__ = [
    "pending_results",
    "results_text",
    "to_gradescope",
    "write_gradescope",
    "write_pending_results",
]

_BEGUN = "Grading has begun and has not come to an end. If this stays, ask the course staff."


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
    write_whole(path, results_text(run.submissions[0]))


def results_text(submission: SubmissionVerdict) -> str:
    """The text of Gradescope's `results.json`."""
    return _text(to_gradescope(submission))


def write_pending_results(path: Path, text: str = _BEGUN) -> None:
    """
    Write results for the time before there are any, whole or not at all.

    Gradescope takes what is there when the time is up; without a file it shows its own failure.
    """
    write_whole(path, _text(pending_results(text)))


def pending_results(text: str = _BEGUN) -> dict[str, Any]:
    """No points, and why: grading has begun, or what was handed in cannot be graded."""
    return {
        "score": 0,
        "output": running_text(text),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [],
    }


def to_gradescope(submission: SubmissionVerdict) -> dict[str, Any]:
    """
    The submission's verdicts in Gradescope's words.

    Each check goes with its visibility, which Gradescope keeps: while one is hidden it shows no
    sum of points either. So nothing that is not a check's own tells of it.
    """
    seconds = sum(check.seconds for task in submission.tasks for check in task.checks)
    results: dict[str, Any] = {
        "score": submission.score,
        "execution_time": round(seconds, 3),
        "test_name_format": "text",
        "test_output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [
            _test(number, title, check)
            for number, title, check in titled_checks(without_hints(submission))
        ],
    }
    if submission.notes:
        results["output"] = "\n".join(submission.notes)
        results["output_format"] = "text"
    if leaderboard := list(_leaderboard(submission)):
        results["leaderboard"] = leaderboard
    return results


def _test(number: str, title: str, check: CheckVerdict) -> dict[str, Any]:
    return {
        "number": number,
        "name": title,
        "score": check.score,
        "max_score": check.max_score,
        "status": "passed" if check.status == Status.PASSED else "failed",
        "visibility": check.visibility.value,
        "output": "" if check.status == Status.PASSED else f"{check.status}: {explained(check)}",
        "output_format": "text",
    }


def _leaderboard(submission: SubmissionVerdict) -> Iterator[dict[str, Any]]:
    """
    How many times as fast as the reference each task is, on the average of its workloads.

    Two digits: what lies closer together, noise could turn round. A task with a workload that was
    not timed well is left out, since the rest of its workloads would flatter it.
    """
    for title, task in titled_tasks(for_students(submission)):
        for device in dict.fromkeys(timing.device for timing in task.timings):
            timings = [timing for timing in task.timings if timing.device == device]
            speeds = [speed for timing in timings if (speed := verified_speed(timing))]
            if len(speeds) == len(timings):
                where = "" if device == "cpu" else f" on {one_line(device)}"
                yield {
                    "name": f"Speed of {title}{where} (reference: 1)",
                    "value": float(f"{geometric_mean(speeds).ratio:.2g}"),
                    "order": "desc",
                }


def _text(results: dict[str, Any]) -> str:
    return json.dumps(results, allow_nan=False) + "\n"
