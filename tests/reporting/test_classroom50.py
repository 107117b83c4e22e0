"""Classroom 50: what its runner and its collector accept, in whole points."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from gold import assert_gold
from sample_run import HIDDEN_WORDS, hostile_submission, right_submission, wrong_submission

from benchharness.errors import UsageError
from benchharness.outcomes import Status
from benchharness.reporting.classroom50 import (
    identity_from,
    scale_of,
    to_classroom50,
    write_classroom50,
)

ENVIRONMENT = {
    "CLASSROOM": "vision",
    "ASSIGNMENT": "otsu",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "jdoe",
    "USERNAME": "jdoe",
    "SUBMISSION_TAG": "submit/20250314T092653Z-1a2b3c4",
    "COMMIT_URL": "https://example.org/vision/otsu/commit/1a2b3c4",
    "RELEASE_URL": "https://example.org/vision/otsu/releases/tag/submit",
    "REVIEW_URL": "https://example.org/vision/otsu/compare/0...1a2b3c4",
}
WHEN = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)
TOP = {
    "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit",
    "release", "review", "datetime", "score", "max-score", "tests",
}  # fmt: skip


def result(submission, **options):
    return to_classroom50(submission, identity_from(ENVIRONMENT), WHEN, **options)


def assert_accepted(data):
    """The rules of schema classroom50/result/v1 and of the runner's own validation."""
    assert set(data) == TOP
    assert data["schema"] == "classroom50/result/v1"
    assert data["assignment_type"] in ("individual", "group", "team")
    assert data["submission"].startswith("submit/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", data["datetime"])
    assert all(
        isinstance(data[key], str) and data[key] for key in TOP - {"score", "max-score", "tests"}
    )
    for scored in (data, *data["tests"]):
        assert type(scored["score"]) is int and type(scored["max-score"]) is int
        assert 0 <= scored["score"] <= scored["max-score"]
    for test in data["tests"]:
        assert isinstance(test["test-name"], str) and test["test-name"]
        assert not re.search(r"[\x00-\x1f\x7f]", test["test-name"])
        assert type(test["passed"]) is bool


def test_result_equals_the_gold_file():
    assert_gold(json.dumps(result(wrong_submission()), indent=2) + "\n", "classroom50.json")


@pytest.mark.parametrize("make", [right_submission, wrong_submission, hostile_submission])
@pytest.mark.parametrize("count_hidden", [False, True])
def test_result_is_accepted(make, count_hidden):
    assert_accepted(result(make(), count_hidden=count_hidden))


def test_whole_points_stay_as_they_are():
    task = right_submission().tasks[0]
    checks = tuple(replace(check, score=2.0, max_score=2.0) for check in task.checks)
    whole = replace(
        right_submission(), tasks=(replace(task, score=6.0, max_score=6.0, checks=checks),)
    )

    assert scale_of(whole) == 1
    assert (result(whole)["score"], result(whole)["max-score"]) == (6, 6)


def test_fractions_become_hundredths():
    assert scale_of(right_submission()) == 100
    assert (result(right_submission())["score"], result(right_submission())["max-score"]) == (
        1200,
        1200,
    )


def test_scale_does_not_depend_on_what_was_earned():
    tasks = (
        replace(t, score=0.0, checks=tuple(replace(c, score=0.0) for c in t.checks))
        for t in right_submission().tasks
    )
    nothing = replace(right_submission(), tasks=tuple(tasks))

    assert scale_of(nothing) == scale_of(right_submission())


def test_later_checks_and_their_points_are_left_out():
    data = result(wrong_submission())

    assert not any(word in json.dumps(data) for word in HIDDEN_WORDS)
    assert (data["score"], data["max-score"]) == (650, 1100)


def test_later_checks_count_without_a_name_where_the_instructor_wants_it():
    data = result(wrong_submission(), count_hidden=True)

    assert not any(word in json.dumps(data) for word in HIDDEN_WORDS)
    assert (data["score"], data["max-score"]) == (650, 1200)
    assert data["tests"][-1] == {
        "test-name": "checks that are shown later", "passed": False, "score": 0, "max-score": 100,
    }  # fmt: skip


def test_time_is_told_in_utc():
    local = WHEN.astimezone(timezone(timedelta(hours=5, minutes=30)))
    data = to_classroom50(right_submission(), identity_from(ENVIRONMENT), local)

    assert data["datetime"] == "2025-03-14T09:26:53Z"


def test_older_runners_variables_are_understood():
    older = {
        k: v for k, v in ENVIRONMENT.items() if k not in ("OWNER", "REVIEW_URL", "ASSIGNMENT_TYPE")
    }
    identity = identity_from(older)

    assert (identity.owner, identity.assignment_type) == ("jdoe", "individual")
    assert identity.review == ENVIRONMENT["COMMIT_URL"]


@pytest.mark.parametrize("name", ["CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "RELEASE_URL"])
def test_missing_variable_is_refused(name):
    with pytest.raises(UsageError, match=r"classroom50: the runner's variables do not say: "):
        identity_from({**ENVIRONMENT, name: " "})


def test_nothing_but_what_the_runner_says_is_asked_for():
    with pytest.raises(UsageError, match=r"run this as the autograder\.py of a Classroom 50"):
        identity_from({})


@pytest.mark.parametrize(
    ("name", "value"), [("SUBMISSION_TAG", "v1.0"), ("ASSIGNMENT_TYPE", "pair")]
)
def test_variable_that_cannot_be_is_refused(name, value):
    with pytest.raises(UsageError, match=f"classroom50: {name} must .*, got '{value}'"):
        identity_from({**ENVIRONMENT, name: value})


def test_files_are_those_that_the_runner_looks_for(tmp_path):
    outputs = tmp_path / "outputs"
    outputs.write_text("before=1\n")
    write_classroom50(wrong_submission(), {**ENVIRONMENT, "GITHUB_OUTPUT": str(outputs)}, tmp_path)

    assert_accepted(json.loads((tmp_path / "result.json").read_text()))
    assert outputs.read_text().splitlines() == [
        "before=1",
        "status=failure",
        "summary=6.5 of 11 points (here 650 of 1100: points must be whole, so 100 stand for one)",
    ]


def test_release_text_says_what_the_whole_numbers_stand_for(tmp_path):
    write_classroom50(wrong_submission(), ENVIRONMENT, tmp_path)
    body = (tmp_path / "release-body.md").read_text()

    assert "(here 650 of 1100: points must be whole, so 100 stand for one)" in body
    assert not any(word in body for word in HIDDEN_WORDS)


def test_status_is_success_where_all_tests_passed(tmp_path):
    outputs = tmp_path / "outputs"
    write_classroom50(right_submission(), {**ENVIRONMENT, "GITHUB_OUTPUT": str(outputs)}, tmp_path)

    assert outputs.read_text().startswith("status=success\n")


def test_outputs_of_a_hostile_submission_are_two_lines(tmp_path):
    outputs = tmp_path / "outputs"
    write_classroom50(
        hostile_submission(), {**ENVIRONMENT, "GITHUB_OUTPUT": str(outputs)}, tmp_path
    )

    assert [line.partition("=")[0] for line in outputs.read_text().splitlines()] == [
        "status",
        "summary",
    ]


def test_failure_of_the_harness_takes_no_points():
    task = right_submission().tasks[3]
    check = replace(task.checks[0], status=Status.HARNESS_FAILED, score=0.0, max_score=0.0)
    ours = replace(task, score=0.0, max_score=0.0, checks=(check,))
    data = result(replace(right_submission(), tasks=(ours,)))

    assert (data["score"], data["max-score"]) == (0, 0)


def test_file_is_small_enough_for_the_collector(tmp_path):
    task = right_submission().tasks[0]
    many = replace(task, checks=task.checks * 2000)
    write_classroom50(replace(right_submission(), tasks=(many,)), ENVIRONMENT, tmp_path)

    assert (tmp_path / "result.json").stat().st_size < 10 * 2**20
