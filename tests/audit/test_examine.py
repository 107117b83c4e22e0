"""An audit finds what is wrong with a task, and nothing where nothing is."""

from pathlib import Path

import pytest

from benchharness.audit import examine
from benchharness.audit.examine import Examiner
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.suite.load import load_suite

SUITE = load_suite(Path(__file__).with_name("weak"))
TASKS = {task.name: task for task in SUITE.tasks}


@pytest.fixture(scope="module")
def audited():
    """A function that audits one task of the weak suite."""
    with Grader(Settings(seed=0, timing="off"), []) as grader:
        examiner = Examiner(grader, seeds=4, backends=("numpy",))
        yield lambda name: examiner.examine(SUITE, TASKS[name])


def the_problem(found, start):
    """The one problem that begins like this."""
    (problem,) = (problem for problem in found.problems if problem.startswith(start))
    return problem


def test_sound_task_has_no_problem(audited):
    assert audited("double").problems == ()


def test_counts_what_was_tried(audited):
    found = audited("double")

    assert (found.suite, found.task, found.points, found.seeds) == ("weak", "double", 1, 4)
    assert found.misconceptions == 1
    assert found.stubs > 10
    assert found.accepted == ("loops.py (numpy)",)


def test_says_what_could_not_be_tried(audited):
    untried, unseen = audited("double").notes

    assert untried == (
        "not tried: accepted/needs_more.py: No module named 'a_library_that_nobody_has'"
    )
    assert unseen.startswith("double forbids numpy.add, which is not always seen: ")


def test_times_a_grading(audited):
    assert audited("double").grading_s > 0


def test_mutants_of_a_sound_task_are_killed(audited):
    found = audited("double")

    assert found.killed == found.mutants > 1
    assert found.survivors == ()


def test_surviving_mutant_is_reported(audited):
    survivors = audited("halve").survivors

    assert "return value // 2" in [mutant.becomes for mutant in survivors]


def test_entry_of_equivalent_mutants_that_is_out_of_date_is_reported(audited):
    problem = the_problem(audited("halve"), "equivalent_mutants.toml")

    assert problem == (
        "equivalent_mutants.toml: 'return value / 3' -> 'return value / 2': "
        "is no mutant of the reference; remove it"
    )


def test_misconception_that_passes_is_reported(audited):
    problem = the_problem(audited("halve"), "misconception one_less_from_two_on, float64")

    assert problem.endswith("seed 0: passes every check")


def test_misconception_that_is_taken_for_another_is_reported(audited):
    problem = the_problem(audited("halve"), "misconception doubled, float64")

    assert problem.endswith("is taken for added in check two_numbers")


def test_constant_that_earns_points_is_reported(audited):
    problem = the_problem(audited("is_even"), "stub, returns True")

    assert problem.endswith("earns even_numbers (seed 0)")


def test_reference_that_fails_its_own_check_is_reported(audited):
    (problem,) = audited("largest").problems

    assert problem.startswith("the reference does not pass check random_values as numpy (seed 0)")


def test_rule_that_is_too_strict_for_float32_is_reported(audited):
    (problem,) = audited("mean").problems

    assert problem.startswith("the reference does not pass check random_values as torch")


def test_right_submission_that_loses_points_is_reported(audited):
    problem = the_problem(audited("halve"), "accepted/wrong.py")

    assert problem.startswith("accepted/wrong.py: loses two_numbers (seed 0): failed: ")


def test_right_submission_that_is_wrong_on_a_workload_is_reported(audited):
    problem = the_problem(audited("last"), "accepted/few_alone.py")

    assert problem.startswith(
        "accepted/few_alone.py: workload many_values, size 200 (seed 0): failed: got 0"
    )


def test_right_submission_that_timing_would_ask_in_float64_is_told_of(audited):
    found = audited("last")

    assert "timed in float64: accepted/in_double.py: last fails in float32" in found.notes
    assert not any("in_double" in problem for problem in found.problems)


def test_submission_that_takes_long_is_not_tried_on_larger_inputs(audited):
    assert not any("slow.py" in problem for problem in audited("last").problems)


def test_workload_whose_inputs_are_not_the_tasks_is_reported(audited):
    problem = the_problem(audited("count"), "workload")

    assert problem.startswith("workload many_values, size 3 (seed 0): SuiteError: case ")


def test_right_submissions_can_be_tried_under_more_seeds(audited, monkeypatch):
    tried = set()
    original = examine.Casebook

    def remember(seed):
        tried.add(seed)
        return original(seed)

    monkeypatch.setattr(examine, "Casebook", remember)
    with Grader(Settings(seed=0, timing="off"), []) as grader:
        examiner = Examiner(grader, seeds=2, backends=("numpy",), mutate=False, right_seeds=5)
        examiner.examine(SUITE, TASKS["double"])

    assert tried == {0, 1, 2, 3, 4}
