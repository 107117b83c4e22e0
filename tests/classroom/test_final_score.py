"""The points in the end: checks, speed, and how late it came."""

from datetime import UTC, datetime

import pytest

from benchharness.classroom.final_score import final_score
from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedStep
from benchharness.outcomes import (
    CheckVerdict,
    Graded,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
    Visibility,
)
from benchharness.reporting.students_view import for_students

DEADLINE = Deadline(datetime(2026, 11, 22, tzinfo=UTC), percent_per_day=10)
A_DAY_LATE = {"submitted": "2026-11-22T20:00:00Z"}
STEPS = {"otsu_threshold": (SpeedStep(0.5, 2),)}
FAST = Timing(
    "noise",
    "cpu",
    TimingStatus.OK,
    verified_calls=9,
    speed_ratio=0.8,
    speed_ratio_ci95=(0.7, 0.9),
)


def graded(*tasks, **student):
    return Graded("ann", student, SubmissionVerdict("ann", "ann.py", "", tasks))


def task(name="otsu_threshold", score=6.0, timings=(FAST,), **changes):
    status = Status.PASSED if score == 6 else Status.FAILED
    return TaskVerdict("thresholding", name, "numpy", status, score, 6, timings=timings, **changes)


def test_score_without_settings_is_that_of_the_checks():
    final = final_score(graded(task(score=4), task("binarize")), {}, None)

    assert (final.score, final.max_score, final.taken_off) == (10, 12, 0)
    assert final.explanation == ("Checks: 10 / 12 points.", "In the end: 10 / 12 points.")


def test_speed_adds_to_the_score_and_to_the_maximum():
    final = final_score(graded(task(), task("binarize")), STEPS, None)

    assert (final.raw, final.score, final.max_score) == (12, 14, 14)


def test_speed_that_is_not_known_is_left_out_of_the_maximum():
    final = final_score(graded(task(timings=())), STEPS, None)

    assert (final.score, final.max_score, final.percent) == (6, 6, 100)


def test_being_late_takes_its_share_of_checks_and_speed():
    final = final_score(graded(task(), **A_DAY_LATE), STEPS, DEADLINE)

    assert final.taken_off == 0.8
    assert (final.score, final.max_score) == (7.2, 8)


def test_explanation_goes_through_checks_speed_lateness_and_the_end():
    assert final_score(graded(task(), **A_DAY_LATE), STEPS, DEADLINE).explanation == (
        "Checks: 6 / 6 points.",
        "Speed of otsu_threshold, 0.5× the reference's: 2 / 2 points (noise: 0.80× [0.70, 0.90]).",
        "Handed in 20 h after the due date: 1 started day at 10 % a day, 10 % off.",
        "In the end: 7.2 / 8 points, 0.8 taken off for being late.",
    )


def test_task_of_two_backends_earns_its_speed_in_each():
    both = [task(), TaskVerdict("s", "otsu_threshold", "torch", Status.FAILED, 0, 6)]

    final = final_score(graded(*both), STEPS, None)

    assert [(each.points, each.max_points) for each in final.speed] == [(2, 2), (0, 2)]
    assert final.speed[1].sentence.startswith("Speed of s: otsu_threshold [torch], 0.5×")


def test_nothing_to_earn_is_zero_percent():
    assert final_score(graded(), {}, None).percent == 0


@pytest.mark.parametrize("is_right", [True, False])
def test_what_students_see_does_not_depend_on_a_check_that_is_shown_later(is_right):
    hidden = CheckVerdict(
        "secret",
        Status.PASSED if is_right else Status.FAILED,
        4.0 * is_right,
        4,
        visibility=Visibility.HIDDEN,
    )
    shown = CheckVerdict("coins", Status.PASSED, 2, 2)
    whole = graded(task(score=2 + hidden.score, checks=(shown, hidden)), **A_DAY_LATE)

    final = final_score(Graded("ann", whole.student, for_students(whole.verdict)), STEPS, DEADLINE)

    assert final.explanation == (
        "Checks: 2 / 2 points.",
        "Speed of otsu_threshold, 0.5× the reference's: 2 points neither given nor lost "
        "(it was not timed).",
        "Handed in 20 h after the due date: 1 started day at 10 % a day, 10 % off.",
        "In the end: 1.8 / 2 points, 0.2 taken off for being late.",
    )
