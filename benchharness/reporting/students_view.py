"""What a student may see of a submission: nothing of a check that is to be shown later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from benchharness.outcomes import (
    CheckVerdict,
    SubmissionVerdict,
    TaskVerdict,
    Visibility,
    worst_status,
)
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import counted

__all__ = [
    "for_students",
    "later_line",
    "shown_later",
    "titled_checks",
    "titled_tasks",
    "without_hints",
]

_KEPT_BACK = "Details are shown later."


def for_students(submission: SubmissionVerdict) -> SubmissionVerdict:
    """
    The submission as its student may see it.

    Checks that are not `visible` are left out, with their points, and so is what would tell how
    they ended: the task's status and message, and its timings, since only what passes every check
    is timed.
    """
    return replace(submission, tasks=tuple(_tasks(submission.tasks)))


def shown_later(submission: SubmissionVerdict) -> tuple[CheckVerdict, ...]:
    """The checks that `for_students` leaves out."""
    return tuple(check for task in submission.tasks for check in task.checks if _is_later(check))


def later_line(submission: SubmissionVerdict) -> str:
    """How many checks are shown later, as a sentence; empty where there are none."""
    later = len(shown_later(submission))
    verb = "is" if later == 1 else "are"
    return f"{counted(later, 'check')} {verb} shown later." if later else ""


def without_hints(submission: SubmissionVerdict) -> SubmissionVerdict:
    """The submission with all its checks, where those shown at once tell nothing of the others."""
    return replace(submission, tasks=tuple(map(_without_hints, submission.tasks)))


def titled_tasks(submission: SubmissionVerdict) -> Iterator[tuple[str, TaskVerdict]]:
    """
    Every task with its title: `otsu_threshold`.

    It names the backend where that is not NumPy, and the suite where there are several.
    """
    has_suites = len({task.suite for task in submission.tasks}) > 1
    for task in submission.tasks:
        suite = f"{one_line(task.suite)}: " if has_suites else ""
        backend = "" if task.backend == "numpy" else f" [{one_line(task.backend)}]"
        yield f"{suite}{one_line(task.task)}{backend}", task


def titled_checks(submission: SubmissionVerdict) -> Iterator[tuple[str, str, CheckVerdict]]:
    """Every check with its number and its title: `2.1`, `otsu_threshold: coins`."""
    for place, (title, task) in enumerate(titled_tasks(submission), start=1):
        for number, check in enumerate(task.checks, start=1):
            yield f"{place}.{number}", f"{title}: {one_line(check.name)}", check


def _tasks(tasks: Iterable[TaskVerdict]) -> Iterator[TaskVerdict]:
    for task in map(_without_hints, tasks):
        later = [check for check in task.checks if _is_later(check)]
        shown = [check for check in task.checks if not _is_later(check)]
        if not later:
            yield task
        elif shown:
            yield _without(task, shown, later)


def _without(
    task: TaskVerdict, shown: Sequence[CheckVerdict], later: Sequence[CheckVerdict]
) -> TaskVerdict:
    status = worst_status([check.status for check in shown])
    return replace(
        task,
        status=status,
        score=_less(task.score, [check.score for check in later]),
        max_score=_less(task.max_score, [check.max_score for check in later]),
        message=next((check.message for check in shown if check.status == status), ""),
        checks=tuple(shown),
        timings=(),
        pictures=next((check.pictures for check in shown if check.pictures), ()),
    )


def _without_hints(task: TaskVerdict) -> TaskVerdict:
    later = [check for check in task.checks if _is_later(check)]
    if not later:
        return task
    shown = [check for check in task.checks if not _is_later(check)]
    checks = (
        check if _is_later(check) else replace(check, message=_retold(check.message, shown, later))
        for check in task.checks
    )
    return replace(task, checks=tuple(checks))


def _retold(message: str, shown: Sequence[CheckVerdict], later: Sequence[CheckVerdict]) -> str:
    """A message without what it repeats of a check that is shown later."""
    told = {check.message for check in shown}
    for check in later:
        if check.message and check.message not in told:
            message = message.replace(check.message, _KEPT_BACK)
    return message


def _less(points: float, later: Sequence[float]) -> float:
    return max(round(points - sum(later), 9), 0.0)


def _is_later(check: CheckVerdict) -> bool:
    return check.visibility is not Visibility.VISIBLE
