"""
An assignment: what a course makes of its suites.

Which tasks count and for how many points, what students see of them, when they are due, what
being late takes off, and what being fast gives. `assignment_file` reads it from a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchharness.classroom.attempts import Attempts
from benchharness.classroom.final_score import FinalScore, final_score
from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedStep
from benchharness.classroom.toml_places import KeyPath, Places
from benchharness.classroom.toml_table import choices
from benchharness.outcomes import Graded, SubmissionVerdict, Visibility
from benchharness.runner.settings import Settings
from benchharness.suite.task import Check, Suite, Task

__all__ = ["FILE_NAME", "Assignment", "CheckSettings", "TaskSettings"]

FILE_NAME = "assignment.toml"


@dataclass(frozen=True)
class CheckSettings:
    """What changes at a check; None leaves what the suite says."""

    points: float | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True)
class TaskSettings:
    """
    What changes at a task; None leaves what the suite says.

    `points` scales the points of the checks, which keep their shares; `visibility` holds for all
    checks that name none of their own.
    """

    points: float | None = None
    visibility: Visibility | None = None
    forbidden: tuple[str, ...] | None = None
    checks: Mapping[str, CheckSettings] = field(default_factory=dict)
    speed: tuple[SpeedStep, ...] = ()

    def changed(self, task: Task) -> Task:
        """The task with these settings."""
        checks = tuple(self._changed(check) for check in task.checks)
        if self.points is not None:
            total = sum(check.points for check in checks)
            checks = tuple(
                replace(check, points=self.points * check.points / total) for check in checks
            )
        forbidden = task.forbidden if self.forbidden is None else self.forbidden
        return replace(task, checks=checks, forbidden=forbidden)

    def _changed(self, check: Check) -> Check:
        own = self.checks.get(check.name, CheckSettings())
        return replace(
            check,
            points=check.points if own.points is None else own.points,
            visibility=own.visibility or self.visibility or check.visibility,
        )


@dataclass(frozen=True)
class Assignment:
    """
    The settings of one assignment; without any, everything is as the suites say.

    `suites` are folders, `only` the tasks that count (None: all), `deadline` and `attempts` None
    where nothing is said of them, and `places` the lines of the file, for messages.
    """

    suites: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    tasks: Mapping[str, TaskSettings] = field(default_factory=dict)
    deadline: Deadline | None = None
    attempts: Attempts | None = None
    timeout_s: float | None = None
    memory_mib: int | None = None
    places: Places = field(default=Places(FILE_NAME), repr=False, compare=False)

    def apply_to(self, suites: Iterable[Suite]) -> list[Suite]:
        """
        The suites with the tasks that count, their points, visibility and forbidden names.

        Raises
        ------
        UsageError
            If the settings name a task or a check that there is not.
        """
        suites = list(suites)
        self._refuse_unknown(suites)
        chosen = (
            replace(suite, tasks=tuple(self._changed(task) for task in self._of(suite)))
            for suite in suites
        )
        return [suite for suite in chosen if suite.tasks]

    def settings(self, settings: Settings) -> Settings:
        """The settings of a run with the assignment's limits."""
        return replace(
            settings,
            timeout_s=settings.timeout_s if self.timeout_s is None else self.timeout_s,
            memory_mib=settings.memory_mib if self.memory_mib is None else self.memory_mib,
        )

    @property
    def of_scores(self) -> tuple[object, ...]:
        """What changes the points that checks have earned: when it was due, and steps of speed."""
        steps = tuple((name, task.speed) for name, task in self.tasks.items() if task.speed)
        return (self.deadline, steps) if self.deadline or steps else ()

    @property
    def counts_speed(self) -> bool:
        """Whether being fast gives points."""
        return any(task.speed for task in self.tasks.values())

    @property
    def changes_scores(self) -> bool:
        """Whether a submission's points are more than the sum of its checks."""
        return bool(self.of_scores)

    def final_score(self, graded: Graded) -> FinalScore:
        """
        The points of a submission, with what speed adds and what being late takes off.

        This is for staff. For a student, give it what students may see, `for_students(verdict)`:
        then nothing in it depends on a check that is shown later.
        """
        steps = {name: task.speed for name, task in self.tasks.items()}
        return final_score(graded, steps, self.deadline)

    def in_the_end(
        self, verdict: SubmissionVerdict, student: Mapping[str, str]
    ) -> SubmissionVerdict:
        """The verdict with its final points, and notes that explain them; see `final_score`."""
        if not self.changes_scores:
            return verdict
        final = self.final_score(Graded(verdict.name, dict(student), verdict))
        return replace(verdict, final=(final.score, final.max_score), notes=final.explanation)

    def _of(self, suite: Suite) -> list[Task]:
        return [task for task in suite.tasks if self.only is None or task.name in self.only]

    def _changed(self, task: Task) -> Task:
        return self.tasks[task.name].changed(task) if task.name in self.tasks else task

    def _refuse_unknown(self, suites: Sequence[Suite]) -> None:
        for index, name in enumerate(self.only or ()):
            self._task(suites, name, ("only", index))
        for name, settings in self.tasks.items():
            path = ("tasks", name)
            task = self._task(suites, name, path)
            names = [check.name for check in task.checks]
            for check in settings.checks:
                if check not in names:
                    text = f"no check of {name} has this name; {choices(check, names)}"
                    raise self.places.problem((*path, "checks", check), text)
            if settings.speed and not task.workloads:
                text = "the suite says nothing to time this task on; leave it out"
                raise self.places.problem((*path, "speed"), text)

    def _task(self, suites: Sequence[Suite], name: str, path: KeyPath) -> Task:
        """The one task of a name."""
        owners = [
            (suite.name, task) for suite in suites for task in suite.tasks if task.name == name
        ]
        if len(owners) == 1:
            return owners[0][1]
        if owners:
            both = " and ".join(suite for suite, _ in owners)
            text = f"{both} have a task {name}; leave one of these suites out"
        else:
            names = [task.name for suite in suites for task in suite.tasks]
            of = ", ".join(suite.name for suite in suites)
            text = f"no task of {of} is called {name}; {choices(name, names)}"
        raise self.places.problem(path, text)
