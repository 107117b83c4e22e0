"""What an assignment makes of suites and of a run's settings."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.classroom.assignment import Assignment, CheckSettings, TaskSettings
from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedStep
from benchharness.errors import UsageError
from benchharness.outcomes import Graded, Status, SubmissionVerdict, TaskVerdict, Visibility
from benchharness.runner.settings import Settings
from benchharness.suite import case, check, task, workload
from benchharness.suite.task import Suite


def any_number(rng):
    """Any number."""
    yield case("one", x=1.0)


def ones(rng, size):
    return {"x": 1.0}


def unchanged(x):
    return x


def a_task(name, /, forbidden=(), **content):
    """A task named `name` with these checks and workloads."""
    page = type(name.title(), (), {"reference": unchanged, "forbidden": forbidden} | content)
    return task(f"{name}(x: float) -> float")(page)


def named(name, **options):
    """A check of that name."""
    return replace(check(**options)(any_number), name=name)


double = a_task(
    "double",
    forbidden=("numpy.add",),
    coins=named("coins", points=1),
    moon=named("moon", points=3, visibility="hidden"),
    ones=workload(sizes=(4,))(ones),
)
half = a_task("half", coins=named("coins", points=2))
third = a_task("third", coins=named("coins", points=2))
DUE = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBERS = Suite("numbers", "Numbers", Path("numbers"), (double, half))
PARTS = Suite("parts", "Parts", Path("parts"), (third,))


def applied(**settings):
    """The task `double` with settings."""
    (suite, _) = Assignment(tasks={"double": TaskSettings(**settings)}).apply_to([NUMBERS, PARTS])
    return suite.tasks[0]


def points(task):
    return [check.points for check in task.checks]


def visibility(task):
    return [check.visibility.value for check in task.checks]


def test_assignment_without_settings_changes_nothing():
    assert Assignment().apply_to([NUMBERS, PARTS]) == [NUMBERS, PARTS]


def test_tasks_that_are_not_named_are_left_out_and_keep_their_order():
    (suite,) = Assignment(only=("half", "double")).apply_to([NUMBERS, PARTS])

    assert [task.name for task in suite.tasks] == ["double", "half"]


def test_suite_without_a_task_is_left_out():
    assert Assignment(only=("third",)).apply_to([NUMBERS, PARTS]) == [PARTS]


def test_points_of_a_task_scale_its_checks():
    assert points(applied(points=10)) == [2.5, 7.5]


def test_points_of_a_check_replace_the_suites():
    assert points(applied(checks={"coins": CheckSettings(points=5)})) == [5, 3]


def test_points_of_checks_are_shares_where_the_task_has_points():
    assert points(applied(points=4, checks={"coins": CheckSettings(points=1.5)})) == pytest.approx(
        [4 / 3, 8 / 3]
    )


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_checks_of_a_task_add_up_to_its_points(total, of_one):
    changed = applied(points=total, checks={"moon": CheckSettings(points=of_one)})

    assert changed.points == pytest.approx(total, rel=1e-12)


def test_visibility_of_a_task_holds_for_all_its_checks():
    changed = applied(visibility=Visibility.AFTER_DUE_DATE)

    assert visibility(changed) == ["after_due_date", "after_due_date"]


def test_visibility_of_a_check_goes_before_that_of_its_task():
    shown = {"moon": CheckSettings(visibility=Visibility.VISIBLE)}

    assert visibility(applied(visibility=Visibility.HIDDEN, checks=shown)) == ["hidden", "visible"]


@pytest.mark.parametrize("names", [(), ("cv2", "skimage.filters")])
def test_forbidden_names_replace_the_suites(names):
    assert applied(forbidden=names).forbidden == names


def test_forbidden_names_of_the_suite_stay_where_nothing_is_said():
    assert applied(points=2).forbidden == ("numpy.add",)


def test_suites_themselves_are_not_changed():
    applied(points=100, visibility=Visibility.HIDDEN, forbidden=())

    assert (NUMBERS.tasks[0].points, NUMBERS.tasks[0].forbidden) == (4, ("numpy.add",))


@pytest.mark.parametrize(
    "assignment, suites, message",
    [
        (
            Assignment(only=("half", "duoble")),
            [NUMBERS],
            "only: no task of numbers is called duoble; did you mean double?",
        ),
        (
            Assignment(tasks={"quarter_of_it": TaskSettings(points=1)}),
            [NUMBERS, PARTS],
            "tasks.quarter_of_it: no task of numbers, parts is called quarter_of_it; "
            "there are: double, half, third",
        ),
        (
            Assignment(tasks={"double": TaskSettings(checks={"mon": CheckSettings()})}),
            [NUMBERS],
            "tasks.double.checks.mon: no check of double has this name; did you mean moon?",
        ),
        (
            Assignment(tasks={"half": TaskSettings(speed=(SpeedStep(1, 1),))}),
            [NUMBERS],
            "tasks.half.speed: the suite says nothing to time this task on; leave it out",
        ),
        (
            Assignment(tasks={"half": TaskSettings(points=1)}),
            [NUMBERS, replace(NUMBERS, name="copy")],
            "tasks.half: numbers and copy have a task half; leave one of these suites out",
        ),
    ],
)
def test_name_that_is_not_in_the_suites_is_refused(assignment, suites, message):
    with pytest.raises(UsageError, match=f"^assignment.toml: {re.escape(message)}$"):
        assignment.apply_to(suites)


def test_task_without_a_workload_may_have_other_settings():
    (suite,) = Assignment(tasks={"half": TaskSettings(points=5)}).apply_to([NUMBERS])

    assert suite.tasks[1].points == 5


def test_limits_of_the_assignment_replace_those_of_the_run():
    run = Settings(seed=5, timing="off")

    changed = Assignment(timeout_s=3, memory_mib=512).settings(run)

    assert changed == Settings(seed=5, timing="off", timeout_s=3, memory_mib=512)


def test_limits_of_the_run_stay_where_nothing_is_said():
    run = Settings(seed=5, timeout_s=3, memory_mib=512)

    assert Assignment().settings(run) == run


def test_final_score_uses_the_deadline_and_the_steps_of_each_task():
    assignment = Assignment(
        tasks={"double": TaskSettings(speed=(SpeedStep(1, 2),))},
        deadline=Deadline(DUE, percent_per_day=50),
    )
    late = {"submitted": "2026-11-23T00:00:00+00:00"}
    tasks = (TaskVerdict("numbers", "double", "numpy", Status.FAILED, 3, 4),)
    graded = Graded("ann", late, SubmissionVerdict("ann", "ann.py", "", tasks))

    final = assignment.final_score(graded)

    assert (final.score, final.max_score, final.late_percent) == (1.5, 6, 50)
