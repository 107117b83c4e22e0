"""Submissions with known points, and whose they are, for gradebooks."""

from __future__ import annotations

from benchharness.outcomes import (
    CheckVerdict,
    Graded,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Visibility,
)


def graded(
    name: str, score: float, most: float = 20.0, /, *, problem: str = "", **student: str
) -> Graded:
    """One submission with one task of one visible check and one that is shown later."""
    status = Status.PASSED if score == most else Status.FAILED
    checks = (
        CheckVerdict(
            "coins",
            status,
            score,
            most,
            message="" if status is Status.PASSED else "got 89, expected 107",
            misconception=None if status is Status.PASSED else "class_means_not_divided",
        ),
        CheckVerdict(
            "SECRET-CHECK",
            Status.FAILED,
            0.0,
            0.0,
            message="SECRET-MESSAGE",
            misconception="SECRET-MISCONCEPTION",
            visibility=Visibility.AFTER_DUE_DATE,
        ),
    )
    task = TaskVerdict(
        "thresholding", "otsu_threshold", "numpy", status, score, most, checks=checks
    )
    tasks = () if problem or not most else (task,)
    return Graded(name, student, SubmissionVerdict(name, f"{name}.py", "0" * 64, tasks), problem)
