"""The report of a run as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchharness.outcomes import Run
from benchharness.reporting.evidence import Image
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.run_facts import run_facts
from benchharness.reporting.submission_page import SubmissionPage, submission_page
from benchharness.reporting.templates import asset, render

__all__ = ["render_report", "write_report"]


@dataclass(frozen=True)
class Page:
    """What the templates lay out beside the facts of the run."""

    title: str
    submissions: tuple[SubmissionPage, ...]
    pictures: tuple[Image, ...]


def write_report(run: Run, path: Path) -> None:
    """Writes the run's report to `path`, whole or not at all."""
    write_whole(path, render_report(run))


def render_report(run: Run) -> str:
    """The run's report as HTML, for students: what is to be shown later is not in it."""
    return render("report.html", page=_page(run), facts=run_facts(run), style=asset("report.css"))


def _page(run: Run) -> Page:
    submissions = tuple(
        submission_page(f"s{number}", submission)
        for number, submission in enumerate(run.submissions, start=1)
    )
    return Page(_title(run), submissions, _different_pictures(submissions))


def _different_pictures(submissions: Iterable[SubmissionPage]) -> tuple[Image, ...]:
    """Each picture once: many cases show the same one."""
    tasks = [task for submission in submissions for task in submission.tasks]
    shown = [image for task in tasks for image in task.images]
    shown += [image for task in tasks for each in task.findings for image in each.images]
    return tuple({image.name: image for image in shown}.values())


def _title(run: Run) -> str:
    if len(run.submissions) == 1:
        return f"Report on {one_line(run.submissions[0].name)}"
    return f"Report on {len(run.submissions)} submissions"
