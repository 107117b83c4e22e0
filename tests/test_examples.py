"""The example submissions end as they are meant to."""

import pytest

from benchharness.content import content_root
from benchharness.outcomes import Status
from benchharness.runner.grader import grade
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite

EXAMPLES = content_root() / "examples"


def graded(name):
    """The verdicts on one example, without timing."""
    suite = load_suite(find_suite("thresholding"))
    return grade([EXAMPLES / name], [suite], Settings(timing="off")).submissions[0]


def test_right_example_gets_full_marks():
    submission = graded("numpy_otsu.py")

    assert {task.task: task.message for task in submission.tasks if task.message} == {}
    assert submission.score == submission.max_score > 0


@pytest.fixture(scope="module")
def listing():
    """The verdicts on listing 6.1, by task."""
    return {task.task: task for task in graded("listing_6_1.py").tasks}


@pytest.mark.parametrize("task", ["between_class_variance", "otsu_threshold"])
def test_listing_fails_with_its_misconception(task, listing):
    lost = [check for check in listing[task].checks if check.status != Status.PASSED]

    assert listing[task].status == Status.FAILED
    assert {check.misconception for check in lost} == {"class_means_not_divided"}


def test_listing_gets_89_on_the_coins_where_107_is_right(listing):
    messages = [check.message for check in listing["otsu_threshold"].checks]

    assert any("coins: got 89, expected 107" in message for message in messages)


def test_listing_keeps_the_points_of_its_histogram(listing):
    assert listing["grey_histogram"].status == Status.PASSED
