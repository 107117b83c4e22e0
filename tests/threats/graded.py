"""Grade a hostile or broken submission for real, beside a task that it does right."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from benchharness.outcomes import Run, TaskVerdict
from benchharness.runner.grader import grade
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite
from benchharness.suite.task import Suite

HISTOGRAM = """
import numpy as np
def grey_histogram(image):
    return np.bincount(image.ravel(), minlength=256) / image.size
"""
MIDPOINT = """
def midpoint_threshold(p1, p2):
    return (p1 + p2) / 2
"""
RIGHT = {"grey_histogram": HISTOGRAM, "midpoint_threshold": MIDPOINT}

WORKER = """
import sys
def worker():
    "The harness's own object in this process, found by walking up the frames."
    frame = sys._getframe()
    while frame:
        found = frame.f_locals.get("self")
        if type(found).__name__ == "Worker":
            return found
        frame = frame.f_back
"""
"""What a submission defines that wants to write to the channels by itself."""


def attacked(source: str) -> str:
    """The task that a submission attacks: the one that it defines, or the midpoint."""
    return "grey_histogram" if "def grey_histogram" in source else "midpoint_threshold"


def bystander(source: str) -> str:
    """The other one of the two tasks, which has to be graded as if nothing had happened."""
    return next(name for name in RIGHT if name != attacked(source))


def suite_of(*names: str) -> Suite:
    """The thresholding suite with these tasks alone, in this order."""
    whole = load_suite(find_suite("thresholding"))
    tasks = {task.name: task for task in whole.tasks}
    return replace(whole, tasks=tuple(tasks[name] for name in names))


def settings(**changes: object) -> Settings:
    """Settings that end a hanging submission soon."""
    usual = {"timing": "off", "timeout_s": 0.5, "memory_mib": 512, "seed": 5}
    return Settings(**{**usual, **changes})  # type: ignore[arg-type]


def run(path: Path, *tasks: str, **changes: object) -> Run:
    """The run of one submission on these tasks."""
    return grade([path], [suite_of(*tasks)], settings(**changes))


def verdicts(path: Path, *tasks: str, **changes: object) -> dict[str, TaskVerdict]:
    """What the submission at `path` got, by task."""
    found = run(path, *tasks, **changes).submissions[0].tasks
    return {verdict.task: verdict for verdict in found}


def judged(folder: Path, source: str, **changes: object) -> tuple[TaskVerdict, TaskVerdict]:
    """What the attacked task got, which goes first, and what the bystander got after it."""
    first, second = attacked(source), bystander(source)
    path = folder / "submission.py"
    path.write_text(source + RIGHT[second], encoding="utf-8")
    found = verdicts(path, first, second, **changes)
    return found[first], found[second]


def words(text: str) -> str:
    """A message without its line breaks, for looking up words in it."""
    return re.sub(r"\s+", " ", text)
