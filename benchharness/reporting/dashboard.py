"""
The class on one page for its staff: `index.html`, which needs nothing beside itself.

It shows all that was found, hidden checks too: keep it from students.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchharness.outcomes import Graded, Run
from benchharness.reporting.badges import Badge
from benchharness.reporting.class_findings import (
    HarnessFailure,
    MisconceptionRow,
    TaskRow,
    Unread,
    harness_failures,
    misconceptions,
    tasks,
    unread,
)
from benchharness.reporting.class_speed import Leaderboard, WorkloadRow, leaderboards, workloads
from benchharness.reporting.class_table import (
    STANDINGS,
    Option,
    Table,
    class_table,
    standing_badge,
)
from benchharness.reporting.class_tally import ClassTally, Trait, tally
from benchharness.reporting.distribution import Distribution, distribution
from benchharness.reporting.files import write_whole
from benchharness.reporting.quantities import counted
from benchharness.reporting.run_facts import run_facts
from benchharness.reporting.templates import asset, policy_hash, render
from benchharness.suite.task import Suite

__all__ = ["render_dashboard", "write_dashboard"]


@dataclass(frozen=True)
class Standing:
    """How many submissions stand like this."""

    badge: Badge
    submissions: Option


@dataclass(frozen=True)
class Page:
    """What the templates lay out beside the facts of the run."""

    title: str
    standings: tuple[Standing, ...]
    harness_failures: tuple[HarnessFailure, ...]
    unread: tuple[Unread, ...]
    scores: Distribution | None
    tasks: tuple[TaskRow, ...]
    misconceptions: tuple[MisconceptionRow, ...]
    leaderboards: tuple[Leaderboard, ...]
    workloads: tuple[WorkloadRow, ...]
    table: Table

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The parts that there is something to say in: their places on the page, their names."""
        parts = (
            ("harness", "Failures of the harness", self.harness_failures),
            ("unread", "Not read", self.unread),
            ("scores", "Scores", self.scores),
            ("tasks", "Tasks", self.tasks),
            ("misconceptions", "Misconceptions", self.misconceptions),
            ("speed", "Speed", self.workloads),
            ("submissions", "Submissions", True),
            ("machine", "Machine and isolation", True),
        )
        return tuple((place, name) for place, name, content in parts if content)


def write_dashboard(
    graded: Iterable[Graded], suites: Sequence[Suite], run: Run, path: Path
) -> None:
    """Writes the page to `path`, whole or not at all; see `render_dashboard`."""
    write_whole(path, render_dashboard(graded, suites, run))


def render_dashboard(graded: Iterable[Graded], suites: Sequence[Suite], run: Run) -> str:
    """
    The class's page as HTML, for the staff.

    Each submission is looked at once and let go; its own page is linked at
    `submissions/NAME/report.html`. The suites give the order of tasks and what a misconception
    means; `run` says when, where and with which seed, and needs no submissions in it.
    """
    script = asset("table.js") + asset("dashboard.js")
    return render(
        "dashboard.html",
        page=_page(tally(graded), suites),
        facts=run_facts(run),
        style=asset("report.css") + asset("dashboard.css"),
        script=script,
        script_hash=policy_hash(script),
    )


def _page(found: ClassTally, suites: Sequence[Suite]) -> Page:
    names = list(dict.fromkeys((*(suite.name for suite in suites), *found.suite_points)))
    percents = [row.percent for row in found.rows if not row.problem]
    return Page(
        title=f"Results of {counted(len(found.rows), 'submission')}",
        standings=_standings(found),
        harness_failures=harness_failures(found),
        unread=unread(found),
        scores=distribution([percent for percent in percents if percent is not None]),
        tasks=tasks(found, suites),
        misconceptions=misconceptions(found, suites),
        leaderboards=leaderboards(found, suites),
        workloads=workloads(found, suites),
        table=class_table(found, names),
    )


def _standings(found: ClassTally) -> tuple[Standing, ...]:
    counts = {trait: len(rows) for trait, rows in found.holders().items()}
    traits = (Trait("status", name=standing) for standing in STANDINGS)
    return tuple(
        Standing(standing_badge(trait.name), Option(found.traits[trait], f"{counts[trait]:,}"))
        for trait in traits
        if trait in counts
    )
