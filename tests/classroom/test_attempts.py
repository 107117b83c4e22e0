"""Which of a student's submissions counts."""

import pytest

from benchharness.classroom.attempts import Attempts
from benchharness.outcomes import Graded, SubmissionVerdict


def attempt(called, percent, day=None, **student):
    """A submission on a day of November, with what it got."""
    student = student or {"id": "17"}
    if day:
        student["submitted"] = f"2026-11-{day:02}T12:00:00Z"
    return Graded(called, student, SubmissionVerdict(called, called, "")), percent


def counted(scores, *rule):
    left_out = Attempts(*rule).not_counted(scores)
    return [graded.name for graded, _ in scores if graded.name not in left_out]


THREE = [attempt("c", 50, day=1), attempt("a", 90, day=2), attempt("b", 70, day=3)]


@pytest.mark.parametrize("rule, name", [("first", "c"), ("last", "b"), ("best", "a")])
def test_one_attempt_counts_by_the_rule(rule, name):
    assert counted(THREE, rule) == [name]


@pytest.mark.parametrize("rule, name", [("first", "c"), ("last", "a"), ("best", "a")])
def test_attempts_after_the_most_are_left_out(rule, name):
    assert counted(THREE, rule, 2) == [name]


def test_best_is_looked_for_among_the_first_attempts_only():
    assert counted(THREE, "best", 1) == ["c"]


def test_first_of_equally_good_attempts_counts():
    assert counted([attempt("b", 90, day=1), attempt("a", 90, day=2)], "best") == ["b"]


@pytest.mark.parametrize("rule", ["first", "last", "best"])
def test_best_attempt_counts_where_a_time_is_not_known(rule):
    assert counted([*THREE, attempt("d", 95)], rule, 1) == ["d"]


def test_times_are_compared_across_zones():
    early = attempt("early", 1, id="17", submitted="2026-11-22T23:30:00+02:00")
    late = attempt("late", 0, id="17", submitted="2026-11-22T22:00:00+00:00")

    assert counted([late, early], "last") == ["late"]


def test_every_student_has_attempts_of_their_own():
    others = [attempt("d", 10, day=1, id="18"), attempt("e", 20, day=1, login="17")]

    assert counted([*THREE, *others], "last") == ["b", "d", "e"]


def test_namesakes_are_two_students():
    assert counted([attempt("a", 1, name="Ann"), attempt("b", 2, name="Ann")]) == ["a", "b"]


def test_student_who_is_not_known_has_one_attempt():
    assert counted([attempt("a", 1, day=1, late="yes"), attempt("b", 2, late="yes")]) == ["a", "b"]


def test_case_of_an_address_does_not_matter():
    both = [attempt("a", 1, day=1, email="A@x.org"), attempt("b", 2, day=2, email="a@x.org ")]

    assert counted(both, "last") == ["b"]


def test_reason_says_which_attempt_counts_and_why_others_do_not():
    assert Attempts("best", 2).not_counted(THREE) == {
        "c": "Does not count: the best attempt does, a.",
        "b": "Does not count: it is attempt 3; those after attempt 2 are left out.",
    }
