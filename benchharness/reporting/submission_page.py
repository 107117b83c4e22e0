"""One submission and its tasks, ready to lay out, without what students see later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchharness.outcomes import CheckVerdict, Status, SubmissionVerdict, TaskVerdict, Visibility
from benchharness.reporting.badges import Badge, status_badge, submission_badge
from benchharness.reporting.evidence import (
    CheckRow,
    Finding,
    Image,
    check_row,
    finding,
    has_findings,
    histograms,
    images,
    misconception_name,
)
from benchharness.reporting.growth import GrowthPlot, growth_plots
from benchharness.reporting.plain_text import one_line, running_text
from benchharness.reporting.plots import Histogram, IntervalPlot, ratio_plot, time_plot
from benchharness.reporting.quantities import counted, format_score
from benchharness.reporting.timing_table import TimingRow, speed_span, timing_row

__all__ = ["SubmissionPage", "TaskPage", "Trouble", "submission_page"]


@dataclass(frozen=True)
class TaskPage:
    """One task of one submission."""

    anchor: str
    name: str
    suite: str
    backend: str
    badge: Badge
    points: str
    is_open: bool
    speed: str
    summary: str
    message: str
    checks: tuple[CheckRow, ...]
    later: str
    findings: tuple[Finding, ...]
    images: tuple[Image, ...]
    histograms: tuple[Histogram, ...]
    plots: tuple[IntervalPlot, ...]
    growth: tuple[GrowthPlot, ...]
    timings: tuple[TimingRow, ...]


@dataclass(frozen=True)
class Trouble:
    """A task that did not pass, as the summary names it."""

    anchor: str
    task: str
    badge: Badge
    reason: str


@dataclass(frozen=True)
class SubmissionPage:
    """One submission: its line in the summary and its section."""

    anchor: str
    name: str
    path: str
    sha256: str
    badge: Badge
    points: str
    percent: str
    share: float
    tally: str
    notes: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    tasks: tuple[TaskPage, ...]


def submission_page(anchor: str, submission: SubmissionVerdict) -> SubmissionPage:
    """The submission as the page shows it; `anchor` is its place on the page."""
    statuses = [task.status for task in submission.tasks]
    tasks = tuple(
        _task_page(f"{anchor}-t{number}", task)
        for number, task in enumerate(submission.tasks, start=1)
    )
    return SubmissionPage(
        anchor=anchor,
        name=one_line(submission.name),
        path=one_line(submission.path),
        sha256=one_line(submission.sha256),
        badge=submission_badge(statuses),
        points=format_score(submission.score, submission.max_score),
        percent=f"{submission.percent:.3g} %",
        share=round(min(max(submission.percent, 0.0), 100.0), 1),
        tally=f"{statuses.count(Status.PASSED)} of {counted(len(statuses), 'task')} passed",
        notes=tuple(map(one_line, submission.notes)),
        troubles=tuple(
            Trouble(page.anchor, page.name, page.badge, _reason(task))
            for page, task in zip(tasks, submission.tasks, strict=True)
            if task.status is not Status.PASSED
        ),
        tasks=tasks,
    )


def _task_page(anchor: str, task: TaskVerdict) -> TaskPage:
    shown = [check for check in task.checks if check.visibility is Visibility.VISIBLE]
    later = [check for check in task.checks if check.visibility is not Visibility.VISIBLE]
    pictures = [p for p in task.pictures if not any(p in check.pictures for check in later)]
    plots = (ratio_plot(task.timings), time_plot(task.timings))
    return TaskPage(
        anchor=anchor,
        name=one_line(task.task),
        suite=one_line(task.suite),
        backend=one_line(task.backend),
        badge=status_badge(task.status),
        points=format_score(task.score, task.max_score),
        is_open=task.status is not Status.PASSED,
        speed=speed_span(task.timings),
        summary=running_text(task.summary),
        message=_task_message(task.message, shown, later),
        checks=tuple(check_row(check) for check in shown),
        later=_later_line(len(later)),
        findings=tuple(finding(check) for check in shown if has_findings(check)),
        images=images(pictures),
        histograms=histograms(pictures),
        plots=tuple(plot for plot in plots if plot),
        growth=growth_plots(task.timings),
        timings=tuple(timing_row(timing) for timing in task.timings),
    )


def _task_message(
    message: str, shown: Iterable[CheckVerdict], later: Iterable[CheckVerdict]
) -> str:
    """The task's message, unless a check says the same or is to be kept for later."""
    is_repeated = any(message == check.message for check in shown)
    return "" if is_repeated or _tells_of(message, later) else running_text(message)


def _tells_of(message: str, checks: Iterable[CheckVerdict]) -> bool:
    """Whether a task's message gives away what one of its checks found."""
    findings = (text for c in checks for text in (c.message, c.misconception, c.counterexample))
    return any(text in message for text in findings if text)


def _later_line(count: int) -> str:
    if not count:
        return ""
    return f"{counted(count, 'check')} {'is' if count == 1 else 'are'} shown later."


def _reason(task: TaskVerdict) -> str:
    """Why a task did not pass, in a few words: the misconceptions that students may see."""
    found = [
        misconception_name(check.misconception)
        for check in task.checks
        if check.visibility is Visibility.VISIBLE and check.misconception
    ]
    return ", ".join(dict.fromkeys(found))
