"""Classroom 50: one submission's `result.json`, release text and step outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchharness.errors import UsageError
from benchharness.outcomes import CheckVerdict, Status, SubmissionVerdict
from benchharness.reporting.files import add_to, write_whole
from benchharness.reporting.github_actions import to_step_summary
from benchharness.reporting.quantities import format_points
from benchharness.reporting.students_view import for_students, shown_later, titled_checks

__all__ = ["Identity", "identity_from", "scale_of", "to_classroom50", "write_classroom50"]

_SCHEMA_NAME = "classroom50/result/v1"
_TYPES = ("individual", "group", "team")
_HUNDREDTHS = 100
_LONGEST_BODY = 100_000


@dataclass(frozen=True)
class Identity:
    """Which submission is graded, as Classroom 50's runner says it."""

    classroom: str
    assignment: str
    assignment_type: str
    owner: str
    submission: str
    commit: str
    release: str
    review: str


def identity_from(environment: Mapping[str, str]) -> Identity:
    """
    What the runner of Classroom 50 says in environment variables.

    Raises
    ------
    UsageError
        If one is missing or cannot be.
    """

    def said(*names: str) -> str:
        found = (environment.get(name, "").strip() for name in names)
        return next(filter(None, found), "")

    identity = Identity(
        classroom=said("CLASSROOM"),
        assignment=said("ASSIGNMENT"),
        assignment_type=said("ASSIGNMENT_TYPE") or "individual",
        owner=said("OWNER", "USERNAME"),
        submission=said("SUBMISSION_TAG"),
        commit=said("COMMIT_URL"),
        release=said("RELEASE_URL"),
        review=said("REVIEW_URL", "COMMIT_URL"),
    )
    _refuse_incomplete(identity)
    return identity


def write_classroom50(
    submission: SubmissionVerdict,
    environment: Mapping[str, str],
    folder: Path,
    *,
    count_hidden: bool = False,
) -> None:
    """
    Write `result.json` and `release-body.md`, and add to the file that `GITHUB_OUTPUT` names.

    Raises
    ------
    UsageError
        If this does not run under Classroom 50's runner.
    """
    identity, now = identity_from(environment), datetime.now(UTC)
    result = to_classroom50(submission, identity, now, count_hidden=count_hidden)
    summary = _summary(result, scale_of(submission))
    body = to_step_summary(submission, most_bytes=_LONGEST_BODY)
    write_whole(folder / "result.json", json.dumps(result, indent=2) + "\n")
    write_whole(folder / "release-body.md", f"{body}\n{summary}\n")
    if outputs := environment.get("GITHUB_OUTPUT"):
        passed = all(test["passed"] for test in result["tests"])
        status = "success" if passed else "failure"
        add_to(Path(outputs), f"status={status}\nsummary={summary}\n")


def to_classroom50(
    submission: SubmissionVerdict,
    identity: Identity,
    when: datetime,
    *,
    count_hidden: bool = False,
) -> dict[str, Any]:
    """
    The submission in Classroom 50's words; points are multiplied by `scale_of` and rounded.

    Everybody who sees the student's repository sees this file. So checks that are shown later are
    left out, points included, unless `count_hidden` asks for them as one entry without a name.
    """
    scale = scale_of(submission)
    shown = for_students(submission)
    tests = [_test(title, [check], scale) for _, title, check in titled_checks(shown)]
    if count_hidden and (later := shown_later(submission)):
        tests.append(_test("checks that are shown later", later, scale))
    score, most = _whole_points(submission if count_hidden else shown, scale=scale)
    return {
        "schema": _SCHEMA_NAME,
        **asdict(identity),
        "datetime": when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": score,
        "max-score": most,
        "tests": tests,
    }


def scale_of(submission: SubmissionVerdict) -> int:
    """
    What points are multiplied by, since Classroom 50 takes whole numbers only.

    That is 1 where every check gives whole points, else 100. It rests on what could be earned,
    not on what was, so that it is one for a whole class.
    """
    most = [check.max_score for task in submission.tasks for check in task.checks]
    return 1 if all(float(points).is_integer() for points in most) else _HUNDREDTHS


def _summary(result: Mapping[str, Any], scale: int) -> str:
    """The points in one line, with what their whole numbers stand for."""
    score, most = result["score"], result["max-score"]
    points = f"{format_points(score / scale)} of {format_points(most / scale)} points"
    if scale == 1:
        return points
    return f"{points} (here {score} of {most}: points must be whole, so {scale} stand for one)"


def _refuse_incomplete(identity: Identity) -> None:
    missing = [name for name, text in vars(identity).items() if not text]
    if missing:
        raise UsageError(
            f"classroom50: the runner's variables do not say: {', '.join(missing)}; run this as "
            "the autograder.py of a Classroom 50 assignment, or set CLASSROOM, ASSIGNMENT, OWNER, "
            "SUBMISSION_TAG, COMMIT_URL and RELEASE_URL"
        )
    if not identity.submission.startswith("submit/"):
        raise UsageError(
            f"classroom50: SUBMISSION_TAG must begin with submit/, got {identity.submission!r}; "
            "let the runner set it"
        )
    if identity.assignment_type not in _TYPES:
        raise UsageError(
            f"classroom50: ASSIGNMENT_TYPE must be one of {' | '.join(_TYPES)}, "
            f"got {identity.assignment_type!r}; let the runner set it"
        )


def _test(title: str, checks: Sequence[CheckVerdict], scale: int) -> dict[str, Any]:
    score, most = _whole_points(*checks, scale=scale)
    return {
        "test-name": title,
        "passed": all(check.status is Status.PASSED for check in checks),
        "score": score,
        "max-score": most,
    }


def _whole_points(*parts: SubmissionVerdict | CheckVerdict, scale: int) -> tuple[int, int]:
    """Points earned and to be earned, as whole numbers, the former no more than the latter."""
    most = round(sum(part.max_score for part in parts) * scale)
    return min(round(sum(part.score for part in parts) * scale), most), most
