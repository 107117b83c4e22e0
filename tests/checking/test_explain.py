"""The misconception that explains a submission's answers, and inputs shown to a student."""

import numpy as np
import pytest

from benchharness.checking.explain import (
    CaseResult,
    matching_misconceptions,
    shown_inputs,
    shown_value,
)
from benchharness.checking.judge import judge
from benchharness.outcomes import Status
from benchharness.suite import case, check, misconception, task


@task("mean(values: float[N]) -> float")
class MEAN:
    """The mean."""

    def reference(values):
        return float(np.mean(values))

    @check()
    def never_drawn(rng):
        yield

    @misconception
    def summed(values):
        """The sum."""
        return float(np.sum(values))

    @misconception
    def one_less(values):
        """Divided by N - 1."""
        return float(np.sum(values) / (len(values) - 1))


def results(answer, *cases):
    """What the grader knows after a function has answered some cases."""
    found = []
    for values in map(np.array, cases):
        inputs = {"values": values}
        expected, given = MEAN.reference(values), answer(values)
        complaint = judge(MEAN, inputs, given, expected) or ""
        status = Status.FAILED if complaint else Status.PASSED
        found.append(CaseResult(case("", **inputs), status, complaint, given, expected))
    return found


def names(found):
    return [m.name for m in matching_misconceptions(MEAN, found)]


def test_misconception_with_the_same_answers_is_found():
    assert names(results(np.sum, [1.0, 2.0], [3.0, 5.0, 4.0])) == ["summed"]


def test_single_case_may_fit_several():
    assert names(results(np.sum, [1.0, 3.0])) == ["summed", "one_less"]


def test_misconception_must_be_right_where_the_submission_is_right():
    """(1, -1) has sum 0 and mean 0: a sum passes there, and must still be named."""
    assert names(results(np.sum, [1.0, -1.0], [1.0, 2.0, 3.0])) == ["summed"]


def test_submission_that_is_right_where_the_misconception_is_wrong_has_another_mistake():
    def wrong_for_three(values):
        return np.sum(values) if len(values) == 3 else np.mean(values)

    assert names(results(wrong_for_three, [1.0, 2.0], [1.0, 2.0, 3.0])) == []


def test_right_answers_need_no_explanation():
    assert names(results(np.mean, [1.0, 2.0])) == []


def test_no_answers_need_no_explanation():
    assert names([]) == []


def test_case_without_an_answer_leaves_everything_open():
    found = results(np.sum, [1.0, 2.0, 3.0])
    crashed = CaseResult(case("", values=np.ones(3)), Status.CRASHED)

    assert names([*found, crashed]) == []


def test_misconception_that_breaks_is_no_explanation():
    """One value: N - 1 is 0, and the variant raises where the submission did not."""
    assert names(results(lambda values: 7.0, [1.0])) == []


def test_rounding_does_not_hide_a_misconception():
    assert names(results(lambda v: np.float64(np.float32(v.sum())), [0.1, 0.2, 0.4])) == ["summed"]


def test_inputs_are_shown_in_the_order_of_the_signature():
    @task("f(b: int, a: float[N]) -> int")
    class F:
        def reference(b, a):
            return b

        @check()
        def never_drawn(rng):
            yield

    assert shown_inputs(F, case("", a=np.array([0.5, 1.0]), b=3)) == "b = 3\na = [0.5, 1.0]"


def test_long_sparse_array_is_shown_by_its_entries():
    heights = np.zeros(256)
    heights[[10, 20]] = 0.25, 0.75

    assert shown_value(heights) == "zeros(256) except {10: 0.25, 20: 0.75}"


@pytest.mark.parametrize("array", [np.ones(256), np.ones((16, 16))])
def test_large_array_is_shown_by_its_shape(array):
    assert shown_value(array) == f"an array of shape {array.shape}"


def test_long_text_is_cut():
    assert len(shown_value("a" * 10_000)) < 1_000
