"""`run.json`: a run as other programs read it, and its schema."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from benchharness.outcomes import CheckVerdict, Run, SubmissionVerdict, TaskVerdict, Timing
from benchharness.reporting.files import write_whole

__all__ = ["SCHEMA_NAME", "run_schema", "to_json", "write_run"]

SCHEMA_NAME = "benchharness.run/1"


def write_run(run: Run, path: Path) -> None:
    """Write `run.json`, whole or not at all."""
    text = json.dumps(to_json(run), indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(path, text + "\n")


@cache
def run_schema() -> dict[str, Any]:
    """The JSON Schema of `run.json`, as it is published with the package."""
    text = resources.files("benchharness.reporting").joinpath("run.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def to_json(run: Run) -> dict[str, Any]:
    """A run as plain JSON values; times in seconds, memory in bytes, finite numbers only."""
    return {
        "schema": SCHEMA_NAME,
        "created": run.created,
        "versions": run.versions,
        "machine": {**asdict(run.machine), "gpus": list(run.machine.gpus)},
        "isolation": {
            "tier": run.isolation.tier,
            "layers": list(run.isolation.layers),
            "missing": dict(run.isolation.missing),
        },
        "seed": run.seed,
        "submissions": [_submission(submission) for submission in run.submissions],
    }


def _submission(submission: SubmissionVerdict) -> dict[str, Any]:
    return {
        "name": submission.name,
        "path": submission.path,
        "sha256": submission.sha256,
        "score": submission.score,
        "max_score": submission.max_score,
        "tasks": [_task(task) for task in submission.tasks],
    }


def _task(task: TaskVerdict) -> dict[str, Any]:
    return {
        "suite": task.suite,
        "task": task.task,
        "backend": task.backend,
        "status": task.status.value,
        "score": task.score,
        "max_score": task.max_score,
        "message": task.message,
        "checks": [_check(check) for check in task.checks],
        "timings": [_timing(timing) for timing in task.timings],
    }


def _check(check: CheckVerdict) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status.value,
        "score": check.score,
        "max_score": check.max_score,
        "message": check.message,
        "misconception": check.misconception,
        "explanation": check.explanation,
        "counterexample": check.counterexample,
        "visibility": check.visibility.value,
        "seconds": check.seconds,
        "rerun": check.rerun,
    }


def _timing(timing: Timing) -> dict[str, Any]:
    """What was measured; a number that is absent or not finite is left out, never written as 0."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(timing).items()
        if value is not None and _finite(value)
    }


def _finite(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
