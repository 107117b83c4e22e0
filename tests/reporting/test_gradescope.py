"""Gradescope's results.json: the right words, the right sums, the checks' visibility."""

import json
from dataclasses import replace

import pytest
from gold import assert_gold
from sample_run import (
    HIDDEN_WORDS,
    hidden_check,
    hostile_submission,
    right_submission,
    sample_run,
    wrong_submission,
)

from benchharness.errors import UsageError
from benchharness.outcomes import Status, TimingStatus, Visibility
from benchharness.reporting.gradescope import (
    pending_results,
    to_gradescope,
    write_gradescope,
    write_pending_results,
)

VISIBILITIES = {"visible", "hidden", "after_due_date", "after_published"}
FORMATS = {"text", "simple_format", "html", "md", "ansi"}
# What the specification of results.json knows, and of which kind it is.
TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITIES,
    "stdout_visibility": VISIBILITIES,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": {"passed", "failed"},
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITIES,
    "extra_data": dict,
}
PLACE = {"name": str, "value": (int, float, str), "order": {"asc", "desc"}}


def assert_valid(results):
    """The rules of Gradescope's specification."""
    assert "score" in results or any("score" in test for test in results["tests"])
    assert_known(results, TOP)
    for test in results["tests"]:
        assert_known(test, TEST)
    for place in results.get("leaderboard", ()):
        assert set(place) >= {"name", "value"}
        assert_known(place, PLACE)


def assert_known(values, rules):
    for key, value in values.items():
        rule = rules[key]
        assert value in rule if isinstance(rule, set) else isinstance(value, rule)
        assert not isinstance(value, bool)


def timed(**changes):
    """The right submission with the one task that is timed well."""
    task = right_submission().tasks[6]
    task = replace(task, timings=tuple(replace(t, **changes) for t in task.timings))
    return replace(right_submission(), tasks=(task,))


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


def test_results_equal_the_gold_file():
    text = json.dumps(to_gradescope(wrong_submission()), indent=2)
    assert_gold(text + "\n", "gradescope.json")


@pytest.mark.parametrize("make", [right_submission, wrong_submission, hostile_submission])
def test_results_follow_the_specification(make):
    assert_valid(json.loads(json.dumps(to_gradescope(make()))))


def test_checks_are_numbered_by_task(tests):
    assert [test["number"] for test in tests[:4]] == ["1.1", "1.2", "1.3", "2.1"]


def test_what_is_hidden_stands_nowhere_but_in_its_own_test():
    results = to_gradescope(wrong_submission())
    results["tests"] = [t for t in results["tests"] if t["visibility"] == "visible"]

    assert not any(word in json.dumps(results) for word in HIDDEN_WORDS)


def test_no_text_tells_the_sum_of_points():
    results = to_gradescope(wrong_submission())

    assert "output" not in results


def test_visible_test_does_not_repeat_what_a_hidden_one_found():
    task = right_submission().tasks[0]
    last = replace(task.checks[0], status=Status.TIMEOUT, message=f"not run. {HIDDEN_WORDS[1]}")
    told = replace(right_submission(), tasks=(replace(task, checks=(hidden_check(), last)),))

    assert HIDDEN_WORDS[1] not in to_gradescope(told)["tests"][1]["output"]


def test_speed_is_on_the_leaderboard():
    assert to_gradescope(timed())["leaderboard"] == [
        {"name": "Speed of multi_otsu (reference: 1)", "value": 1.3, "order": "desc"}
    ]


def test_speed_of_several_workloads_is_their_geometric_mean():
    submission = timed()
    (timing,) = submission.tasks[0].timings
    twice = (replace(timing, speed_ratio=1.0), replace(timing, speed_ratio=4.0))
    submission = replace(submission, tasks=(replace(submission.tasks[0], timings=twice),))

    assert to_gradescope(submission)["leaderboard"][0]["value"] == 2.0


@pytest.mark.parametrize("status", set(TimingStatus) - {TimingStatus.OK})
def test_timing_that_is_not_sure_is_no_place_on_the_leaderboard(status):
    assert "leaderboard" not in to_gradescope(timed(status=status))


def test_timing_that_nobody_verified_is_no_place_on_the_leaderboard():
    assert "leaderboard" not in to_gradescope(timed(verified_calls=0))


def test_one_bad_workload_keeps_the_task_off_the_leaderboard():
    (task,) = [t for t in right_submission().tasks if t.task == "otsu_threshold"]

    assert {t.status for t in task.timings} > {TimingStatus.OK}
    assert "leaderboard" not in to_gradescope(replace(right_submission(), tasks=(task,)))


def test_leaderboard_does_not_tell_that_hidden_checks_were_passed():
    (task,) = timed().tasks
    hidden = replace(task.checks[0], visibility=Visibility.HIDDEN)
    submission = replace(timed(), tasks=(replace(task, checks=(*task.checks, hidden)),))

    assert "leaderboard" not in to_gradescope(submission)


def test_devices_have_a_leaderboard_each():
    (task,) = timed().tasks
    both = (task.timings[0], replace(task.timings[0], device="cuda:0"))
    submission = replace(timed(), tasks=(replace(task, timings=both),))

    names = [place["name"] for place in to_gradescope(submission)["leaderboard"]]
    assert names == [
        "Speed of multi_otsu (reference: 1)",
        "Speed of multi_otsu on cuda:0 (reference: 1)",
    ]


def test_pending_results_follow_the_specification():
    assert_valid(pending_results())


def test_pending_results_give_no_points_and_say_why():
    results = pending_results("Grading has begun.\x1b[31m")

    assert (results["score"], results["output"]) == (0, "Grading has begun.")
    assert results["visibility"] == "visible"


def test_pending_results_are_written_and_replaced(tmp_path):
    path = tmp_path / "results" / "results.json"
    write_pending_results(path)
    before = json.loads(path.read_text())
    write_gradescope(replace(sample_run(), submissions=(right_submission(),)), path)

    assert before["score"] == 0 and "has begun" in before["output"]
    assert json.loads(path.read_text())["score"] == 12.0
