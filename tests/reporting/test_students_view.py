"""What a student may see: nothing that tells of a check which is shown later."""

from dataclasses import replace

import pytest
from sample_run import HIDDEN_WORDS, hidden_check, right_submission, wrong_submission

from benchharness.outcomes import Status, Timing, TimingStatus, Visibility
from benchharness.reporting.students_view import (
    for_students,
    later_line,
    shown_later,
    titled_checks,
    titled_tasks,
    without_hints,
)

LATER = [Visibility.HIDDEN, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED]


def submission_with(*checks, **changes):
    """A submission of one task with the given checks after a visible one that was passed."""
    task = right_submission().tasks[0]
    checks = (task.checks[0], *checks)
    status = checks[-1].status
    task = replace(
        task,
        status=status,
        score=sum(check.score for check in checks),
        max_score=sum(check.max_score for check in checks),
        message=checks[-1].message,
        checks=checks,
        **changes,
    )
    return replace(right_submission(), tasks=(task,))


def test_submission_without_later_checks_stays_as_it_is():
    assert for_students(right_submission()) == right_submission()


@pytest.mark.parametrize("visibility", LATER)
def test_nothing_is_left_of_a_check_that_is_shown_later(visibility):
    shown = for_students(submission_with(hidden_check(visibility)))

    assert not any(word in repr(shown) for word in HIDDEN_WORDS)


def test_points_of_a_later_check_are_left_out():
    shown = for_students(wrong_submission())

    assert (shown.score, shown.max_score) == (6.5, wrong_submission().max_score - 1)


def test_points_that_no_check_gave_stay():
    task = replace(submission_with(hidden_check()).tasks[0], score=5.0, max_score=6.0)
    shown = for_students(replace(right_submission(), tasks=(task,)))

    assert (shown.score, shown.max_score) == (5.0, 5.0)


def test_status_does_not_tell_that_a_later_check_was_lost():
    (task,) = for_students(submission_with(hidden_check())).tasks

    assert (task.status, task.message) == (Status.PASSED, "")


def test_timings_do_not_tell_that_later_checks_were_passed():
    timed = (Timing("coins", "cpu", TimingStatus.OK, speed_ratio=1.0),)
    (task,) = for_students(submission_with(hidden_check(), timings=timed)).tasks

    assert task.timings == ()


def test_task_with_later_checks_only_is_left_out():
    task = replace(right_submission().tasks[0], checks=(hidden_check(),))

    assert for_students(replace(right_submission(), tasks=(task,))).tasks == ()


def test_visible_check_does_not_repeat_what_a_later_one_found():
    check = replace(
        hidden_check(), visibility=Visibility.VISIBLE, message=f"not run. {HIDDEN_WORDS[1]}"
    )
    shown = without_hints(submission_with(replace(check, name="after"), hidden_check()))

    assert shown.tasks[0].checks[1].message == "not run. Details are shown later."
    assert shown.tasks[0].checks[2] == hidden_check()


def test_message_that_visible_checks_share_with_later_ones_stays():
    missing = replace(hidden_check(), message="is not defined.")
    visible = replace(missing, name="after", visibility=Visibility.VISIBLE)
    shown = for_students(submission_with(visible, missing))

    assert shown.tasks[0].checks[1].message == "is not defined."


def test_later_checks_are_counted_in_a_sentence():
    assert later_line(right_submission()) == ""
    assert later_line(wrong_submission()) == "1 check is shown later."
    assert later_line(submission_with(hidden_check(), hidden_check())).startswith("2 checks are")


def test_later_checks_are_found():
    assert shown_later(wrong_submission()) == (hidden_check(),)


def test_checks_are_numbered_by_task():
    numbers = [number for number, _, _ in titled_checks(right_submission())]

    assert numbers[:5] == ["1.1", "1.2", "1.3", "2.1", "2.2"]


def test_titles_name_the_suite_where_there_are_several():
    tasks = right_submission().tasks[:2]
    both = replace(right_submission(), tasks=(tasks[0], replace(tasks[0], suite="pooling")))

    titles = [title for title, _ in titled_tasks(both)]
    assert titles == ["thresholding: grey_histogram", "pooling: grey_histogram"]


def test_titles_name_the_backend_where_it_is_not_numpy():
    task = replace(right_submission().tasks[0], backend="torch")

    titles = [t for _, t, _ in titled_checks(replace(right_submission(), tasks=(task,)))]
    assert titles[0] == "grey_histogram [torch]: coins"
