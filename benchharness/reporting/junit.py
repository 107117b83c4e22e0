"""JUnit XML of a class for its staff: submissions as test suites, checks as test cases."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchharness.outcomes import CheckVerdict, Graded, Status, TaskVerdict
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import one_line, plain
from benchharness.reporting.terminal import explained

__all__ = ["junit", "write_junit"]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (Status.FAILED, Status.MISSING, Status.FORBIDDEN)
_ERRORS = tuple(s for s in Status if s not in (*_FAILURES, Status.PASSED, Status.HARNESS_FAILED))


def write_junit(class_: Iterable[Graded], path: Path) -> None:
    """Write a class as JUnit XML, whole or not at all; the submissions are gone through once."""
    write_whole(path, junit(class_))


def junit(class_: Iterable[Graded]) -> Iterator[str]:
    """
    A class as JUnit XML, a submission at a time: all checks of those that count, hidden ones too.

    A wrong answer is a failure, whatever kept an answer from coming is an error, and where the
    harness failed the check counts as skipped. A task that could not be looked at is one case.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="benchharness">\n'
    for graded in class_:
        if not graded.not_counted:
            suite = _suite(graded)
            ET.indent(suite, level=1)
            yield f"  {ET.tostring(suite, 'unicode')}\n"
    yield "</testsuites>\n"


def _suite(graded: Graded) -> ET.Element:
    verdict = graded.verdict
    cases = [(task, check) for task in verdict.tasks for check in task.checks or [_whole(task)]]
    checks = [check for _, check in cases]
    name = _text(one_line(graded.name))
    suite = ET.Element(
        "testsuite",
        {
            "name": name,
            "tests": str(len(checks)),
            "failures": str(_count(checks, _FAILURES)),
            "errors": str(_count(checks, _ERRORS)),
            "skipped": str(_count(checks, (Status.HARNESS_FAILED,))),
            "time": f"{sum(check.seconds for check in checks):.6f}",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for word, points in (("score", verdict.score), ("max_score", verdict.max_score)):
        ET.SubElement(properties, "property", {"name": word, "value": f"{points:g}"})
    suite.extend(_case(name, task, check) for task, check in cases)
    return suite


def _whole(task: TaskVerdict) -> CheckVerdict:
    """A task that has come to no check, as one."""
    return CheckVerdict("whole task", task.status, task.score, task.max_score, task.message)


def _case(name: str, task: TaskVerdict, check: CheckVerdict) -> ET.Element:
    backend = "" if task.backend == "numpy" else f" [{one_line(task.backend)}]"
    case = ET.Element(
        "testcase",
        {
            "classname": _text(f"{name}.{one_line(task.suite)}.{one_line(task.task)}{backend}"),
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


def _count(checks: Sequence[CheckVerdict], statuses: Sequence[Status]) -> int:
    return sum(check.status in statuses for check in checks)


def _text(text: str) -> str:
    """A text of characters that XML 1.0 allows."""
    return _NO_XML.sub("\ufffd", plain(text))
