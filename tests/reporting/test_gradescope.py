"""Gradescope's results.json: the right words, the right sums, the checks' visibility."""

import json
from dataclasses import replace

import pytest
from sample_run import right_submission, sample_run, wrong_submission

from benchharness.errors import UsageError
from benchharness.outcomes import Status, Visibility
from benchharness.reporting.gradescope import to_gradescope, write_gradescope

VISIBILITIES = {"visible", "hidden", "after_due_date", "after_published"}


@pytest.fixture
def tests():
    return to_gradescope(wrong_submission())["tests"]


def test_score_is_the_submissions():
    assert to_gradescope(wrong_submission())["score"] == wrong_submission().score


def test_sum_over_the_checks_is_the_score(tests):
    checks = [check for task in wrong_submission().tasks for check in task.checks]

    assert sum(test["score"] for test in tests) == sum(check.score for check in checks)
    assert sum(test["max_score"] for test in tests) == sum(check.max_score for check in checks)


def test_each_check_is_one_entry_named_after_task_and_check(tests):
    assert "otsu_threshold: coins" in [test["name"] for test in tests]
    assert len({test["name"] for test in tests}) == len(tests)


def test_backend_is_told_where_it_is_not_numpy():
    task = replace(right_submission().tasks[0], backend="torch")
    named = to_gradescope(replace(right_submission(), tasks=(task,)))["tests"]

    assert named[0]["name"] == "grey_histogram [torch]: coins"


def test_only_gradescopes_words_are_used(tests):
    assert {test["status"] for test in tests} <= {"passed", "failed"}
    assert {test["visibility"] for test in tests} <= VISIBILITIES


def test_visibility_is_left_to_gradescope(tests):
    hidden = next(test for test in tests if test["visibility"] == "after_due_date")

    assert "HIDDEN-MESSAGE" in hidden["output"]


def test_passed_check_says_nothing(tests):
    assert {test["output"] for test in tests if test["status"] == "passed"} == {""}


def test_lost_check_tells_why(tests):
    output = next(test for test in tests if test["name"] == "otsu_threshold: coins")["output"]

    assert output.startswith("failed: otsu_threshold: got 89, expected 107")
    assert "Smallest case found:" in output


def test_harness_failure_takes_no_points():
    task = right_submission().tasks[0]
    check = replace(task.checks[0], status=Status.HARNESS_FAILED, score=0, max_score=0)
    (entry,) = to_gradescope(replace(right_submission(), tasks=(replace(task, checks=(check,)),)))[
        "tests"
    ]

    assert (entry["score"], entry["max_score"]) == (0, 0)


def test_file_is_json_with_a_number_of_seconds(tmp_path):
    run = replace(sample_run(), submissions=(wrong_submission(),))
    write_gradescope(run, tmp_path / "results.json")

    results = json.loads((tmp_path / "results.json").read_text())
    assert isinstance(results["execution_time"], float)
    assert results["stdout_visibility"] == "hidden"


@pytest.mark.parametrize("submissions", [(), (right_submission(), wrong_submission())])
def test_run_of_other_than_one_submission_is_refused(submissions, tmp_path):
    run = replace(sample_run(), submissions=submissions)

    with pytest.raises(UsageError, match="is about one submission, this run has"):
        write_gradescope(run, tmp_path / "results.json")
    assert not list(tmp_path.iterdir())


def test_words_for_visibility_are_gradescopes():
    assert set(map(str, Visibility)) == VISIBILITIES
