"""JUnit XML of one submission: suites as test suites, checks as test cases."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from benchharness.outcomes import CheckVerdict, Status, SubmissionVerdict, TaskVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import one_line, plain
from benchharness.reporting.students_view import for_students
from benchharness.reporting.terminal import explained

__all__ = ["to_junit", "write_junit"]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (Status.FAILED, Status.MISSING, Status.FORBIDDEN)


def write_junit(submission: SubmissionVerdict, path: Path, *, for_staff: bool = False) -> None:
    """Write a submission's checks as JUnit XML, whole or not at all."""
    write_whole(path, to_junit(submission, for_staff=for_staff))


def to_junit(submission: SubmissionVerdict, *, for_staff: bool = False) -> str:
    """
    The submission's checks as JUnit XML; those that are shown later only for staff.

    A wrong answer is a failure, whatever kept an answer from coming is an error, and where the
    harness failed the check counts as skipped.
    """
    shown = submission if for_staff else for_students(submission)
    tasks = [task for task in shown.tasks if task.checks]
    root = ET.Element("testsuites", {"name": _text(one_line(shown.name)), **_counts(tasks)})
    for suite in dict.fromkeys(task.suite for task in tasks):
        root.append(_suite(suite, [task for task in tasks if task.suite == suite]))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _suite(name: str, tasks: Sequence[TaskVerdict]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": _text(one_line(name)), **_counts(tasks)})
    suite.set("skipped", str(_count(tasks, (Status.HARNESS_FAILED,))))
    properties = ET.SubElement(suite, "properties")
    for word in ("score", "max_score"):
        points = round(sum(getattr(task, word) for task in tasks), 9)
        ET.SubElement(properties, "property", {"name": word, "value": f"{points:g}"})
    for task in tasks:
        suite.extend(_case(task, check) for check in task.checks)
    return suite


def _case(task: TaskVerdict, check: CheckVerdict) -> ET.Element:
    backend = "" if task.backend == "numpy" else f" [{one_line(task.backend)}]"
    case = ET.Element(
        "testcase",
        {
            "classname": _text(f"{one_line(task.suite)}.{one_line(task.task)}{backend}"),
            "name": _text(one_line(check.name)),
            "time": f"{check.seconds:.6f}",
        },
    )
    if check.status is not Status.PASSED:
        case.append(_outcome(check))
    return case


def _outcome(check: CheckVerdict) -> ET.Element:
    message = _text(one_line(check.message))
    if check.status is Status.HARNESS_FAILED:
        return ET.Element("skipped", {"message": message})
    kind = "failure" if check.status in _FAILURES else "error"
    outcome = ET.Element(kind, {"type": check.status.value, "message": message})
    outcome.text = _text(explained(check))
    return outcome


def _counts(tasks: Sequence[TaskVerdict]) -> dict[str, str]:
    """The attributes that a suite and all suites together have."""
    errors = [s for s in Status if s not in (*_FAILURES, Status.PASSED, Status.HARNESS_FAILED)]
    seconds = sum(check.seconds for task in tasks for check in task.checks)
    return {
        "tests": str(_count(tasks, tuple(Status))),
        "failures": str(_count(tasks, _FAILURES)),
        "errors": str(_count(tasks, errors)),
        "time": f"{seconds:.6f}",
    }


def _count(tasks: Sequence[TaskVerdict], statuses: Sequence[Status]) -> int:
    return sum(check.status in statuses for task in tasks for check in task.checks)


def _text(text: str) -> str:
    """A text of characters that XML 1.0 allows."""
    return _NO_XML.sub("\ufffd", plain(text))
