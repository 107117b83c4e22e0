"""What the words of a suite make of a class, and the mistakes of an author that they refuse."""

import numpy as np
import pytest

from benchharness.errors import SuiteError
from benchharness.outcomes import Visibility
from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    equal,
    histogram,
    illustration,
    maximise,
    misconception,
    reference,
    task,
    workload,
)
from benchharness.suite.rules import Best, Close, Equal


def double(x):
    return 2 * x


def a_check(rng):
    """Any number."""
    yield case("one", x=1)


def page(**content):
    """A class that a suite's author could have written."""
    return type("Double", (), {"reference": double, "checked": check()(a_check)} | content)


def build(signature="double(x: float) -> float", **content):
    return task(signature)(page(**content))


def test_task_takes_its_name_from_the_signature():
    assert build().name == "double"


def test_statement_is_the_docstring_of_the_class():
    assert build(__doc__="Twice the number.").statement == "Twice the number."


def test_points_of_a_task_are_the_sum_of_its_checks():
    assert build(another=check(points=2.5)(a_check)).points == 3.5


def test_check_is_described_by_its_first_line():
    assert check()(a_check).description == "Any number."


def test_visibility_becomes_a_word_of_the_outcomes():
    assert check(visibility="after_due_date")(a_check).visibility is Visibility.AFTER_DUE_DATE


def test_misconception_keeps_its_explanation_and_its_first_line():
    @misconception
    def tripled(x):
        """
        Three times the number.

        Twice is right.
        """
        return 3 * x

    assert tripled.summary == "Three times the number."
    assert tripled.explanation == "Three times the number.\n\nTwice is right."


def test_counterexamples_and_illustration_are_found_by_their_marks():
    @counterexamples
    def small(draw):
        return {"x": draw.integer(0, 3)}

    @illustration
    def pictures(expected, yours, x):
        yield drawing("Input", np.zeros((2, 2)))

    built = build(small=small, pictures=pictures)

    assert (built.counterexamples, built.illustration) == (small, pictures)


def test_histogram_keeps_the_names_of_its_marks():
    assert histogram("Levels", np.zeros(256), yours=3.0).marks == (("yours", 3.0),)


@pytest.mark.parametrize("result", ["int", "bool", "str", "uint8[H, W]", "list[(int, bool)]"])
def test_what_is_counted_is_compared_exactly(result):
    assert build(f"double(x: float) -> {result}").rule == Equal()


@pytest.mark.parametrize("result", ["float", "float[N]", "float32[N]", "(a: int, b: float)"])
def test_what_is_measured_is_compared_up_to_rounding(result):
    assert build(f"double(x: float) -> {result}").rule == Close()


def test_rule_of_the_class_stands():
    rule = maximise(lambda answer, **_: 0.0, name="height")

    assert isinstance(build(rule=rule).rule, Best)


def test_equal_may_be_asked_of_floats():
    assert build(rule=equal()).rule == Equal()


def mistakes():
    """A name for each mistake, what makes it, and what the message has to say."""
    yield "no check", lambda: build(checked=None), "double: has no check; mark a function"
    yield "no reference", lambda: build(reference=None), "reference must be a function, got None"
    yield "reference is no function", lambda: build(reference=3), "set `reference = solutions"
    yield "signature", lambda: build("double(x) -> float"), "Double: signature"
    yield "rule", lambda: build(rule=1e-6), "rule must come from close(), equal()"
    yield "points 0", lambda: check(points=0)(a_check), "check a_check: points must be above 0"
    yield "points negative", lambda: check(points=-1)(a_check), "points must be above 0, got -1"
    yield "points NaN", lambda: check(points=float("nan"))(a_check), "points must be above 0"
    yield (
        "visibility",
        lambda: check(visibility="secret")(a_check),
        "visibility must be one of visible, hidden, after_due_date, after_published; got 'secret'",
    )
    yield (
        "no sizes",
        lambda: workload(sizes=())(a_check),
        "workload a_check: sizes must be positive",
    )
    yield "size 0", lambda: workload(sizes=(8, 0))(a_check), "sizes must be positive, got (8, 0)"
    yield (
        "no docstring",
        lambda: misconception(double),
        "misconception double: has no docstring; write what to tell the student",
    )


@pytest.mark.parametrize(
    "build_wrongly, message", [pytest.param(*m[1:], id=m[0]) for m in mistakes()]
)
def test_mistake_is_named_with_its_rule_and_remedy(build_wrongly, message):
    with pytest.raises(SuiteError) as caught:
        build_wrongly()

    assert message in str(caught.value)


@pytest.mark.parametrize("tolerance", [0, 1, 10, -1e-6, float("nan")])
def test_tolerance_outside_its_range_is_refused(tolerance):
    with pytest.raises(SuiteError, match=r"double: tolerance must lie in \(0, 1\), got"):
        build(rule=close(tolerance=tolerance))


def test_reference_beside_the_suite_is_found(tmp_path):
    (tmp_path / "reference.py").write_text("answer = 42\n")

    assert reference(str(tmp_path / "bench_mine.py")).answer == 42


def test_reference_of_a_copied_bundled_suite_is_the_projects(tmp_path):
    folder = tmp_path / "thresholding"
    folder.mkdir()

    assert callable(reference(str(folder / "bench_thresholding.py")).otsu_threshold)


def test_missing_reference_says_where_to_write_it(tmp_path):
    with pytest.raises(SuiteError, match=r"no reference found; write .*reference\.py"):
        reference(str(tmp_path / "bench_mine.py"))
