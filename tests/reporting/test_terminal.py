"""What a student reads on the terminal."""

from dataclasses import replace

import pytest
from sample_run import (
    HIDDEN_WORDS,
    hidden_check,
    hostile_submission,
    right_submission,
    sample_run,
    wrong_submission,
)

from benchharness.outcomes import CheckVerdict, Status, TaskVerdict, Throttling, Visibility
from benchharness.reporting.terminal import explained, failure_text, summary

LOST = CheckVerdict(
    "coins",
    Status.FAILED,
    0,
    1,
    message="coins: got 89, expected 107.",
    misconception="class_means_not_divided",
    explanation="The means are not divided.\n\nRight is u1 / p1.",
    counterexample="image = [[0]]\nexpected 0\ngot      9",
    rerun="pytest --bench -k coins",
)


def lines(*submissions):
    return list(summary(replace(sample_run(), submissions=submissions)))


def text(*submissions):
    return "\n".join(line.text for line in lines(*submissions))


def test_lost_check_is_told_in_order_of_use():
    assert failure_text(LOST) == (
        "coins: got 89, expected 107.\n\n"
        "Why: class means not divided\n"
        "  The means are not divided.\n\n"
        "  Right is u1 / p1.\n\n"
        "Smallest case found:\n"
        "  image = [[0]]\n"
        "  expected 0\n"
        "  got      9\n\n"
        "Run just this again:\n"
        "  pytest --bench -k coins"
    )


def test_what_was_explained_is_not_explained_again():
    again = failure_text(LOST, again=True)

    assert "Why: class means not divided, as explained above." in again
    assert "Right is u1 / p1." not in again


@pytest.mark.parametrize("visibility", set(Visibility) - {Visibility.VISIBLE}, ids=str)
def test_check_that_is_not_visible_keeps_everything_to_itself(visibility):
    assert failure_text(hidden_check(visibility)) == "This check's details are shown later."


def test_receiver_that_hides_checks_itself_gets_everything():
    assert HIDDEN_WORDS[1] in explained(hidden_check())


def test_message_as_long_as_a_flood_is_cut():
    assert len(failure_text(replace(LOST, message="x" * 10**6))) < 3_000


def test_score_comes_first():
    first = lines(right_submission())[0]

    assert (first.text, first.good, first.bold) == (
        "submissions/textbook.py: 12 of 12 points (100 %)",
        True,
        True,
    )


def test_wrong_submission_is_bad_news():
    assert lines(wrong_submission())[0].good is False


def test_each_task_has_its_status_and_points():
    assert "  failed         between_class_variance  0.5/2" in text(wrong_submission())


def test_reason_is_told_below_the_task():
    task = wrong_submission().tasks[5]
    told = text(
        replace(wrong_submission(), tasks=(replace(task, message=task.checks[0].message),))
    )

    assert "got 89, expected 107" in told.replace("\n            ", " ")
    assert "Why: Both class means are sums that were never divided" in told


def test_nothing_of_a_hidden_check_is_told():
    task = wrong_submission().tasks[5]
    submission = replace(wrong_submission(), tasks=(replace(task, checks=(hidden_check(),)),))

    assert not any(word in text(submission) for word in HIDDEN_WORDS)


def test_harness_failure_is_neither_good_nor_bad_news():
    task = replace(wrong_submission().tasks[0], status=Status.HARNESS_FAILED, message="our fault")
    told = lines(replace(wrong_submission(), tasks=(task,)))

    assert told[1].text.startswith("  harness failed")
    assert told[1].good is None


def test_timings_stand_below_with_their_ratio():
    told = text(right_submission())

    assert "time per call, and speed beside the reference (above 1× is faster)" in told
    assert "otsu_threshold photograph[512]" in told
    assert "0.97×" in told


def test_noisy_and_failed_timings_say_so():
    told = text(right_submission())

    assert "noisy" in told
    assert "failed: no time left" in told


def test_isolation_and_seed_close_the_summary():
    assert lines()[-1].text == (
        "sandbox: strict (user-namespace, network-namespace, landlock, seccomp, rlimits); "
        "seed 271828"
    )


def test_text_of_a_submission_cannot_move_the_cursor():
    hostile = hostile_submission()
    task = replace(hostile.tasks[0], suite="tiny", task="total", backend="numpy", timings=())
    told = text(replace(hostile, tasks=(task,)))

    assert "red" in told
    assert not any(character in told for character in "\x1b\x07\x08\x00\u202e")


def test_lines_stay_narrow():
    assert max(len(line.text) for line in lines(wrong_submission())) <= 110


def test_suites_that_nothing_was_handed_in_to_are_one_line_each():
    begun = right_submission()
    missing = TaskVerdict("losses", "relu", "numpy", Status.MISSING, 0, 2, "is not defined.")
    untouched = (missing, replace(missing, task="softmax"))

    told = text(replace(begun, tasks=(*begun.tasks, *untouched)))

    assert "  missing        losses: none of its 2 tasks is defined  0/4" in told.splitlines()
    assert "relu" not in told


def with_timing(**changes):
    """The right submission, whose first timing says more."""
    submission = right_submission()
    place = next(i for i, task in enumerate(submission.tasks) if task.timings)
    task = submission.tasks[place]
    timings = (replace(task.timings[0], **changes), *task.timings[1:])
    tasks = [*submission.tasks]
    tasks[place] = replace(task, timings=timings)
    return replace(submission, tasks=tuple(tasks))


def test_energy_stands_below_its_timing():
    assert "      energy 2.00 mJ a call, 1.50×" in text(
        with_timing(energy_j=2e-3, energy_ratio=1.5, energy_ratio_ci95=None)
    )


def test_reason_why_energy_is_absent_is_told():
    told = text(with_timing(not_measured=(("energy", "this machine shows no RAPL"),)))

    assert "    energy not measured: this machine shows no RAPL" in told


def test_clocks_that_heat_held_down_are_told():
    reasons = (Throttling("hardware thermal slowdown", 2.0),)
    told = text(with_timing(clock_mhz=900.0, throttled=True, throttle_reasons=reasons))

    assert "      900 MHz, THROTTLED: hardware thermal slowdown (2 s)" in told
