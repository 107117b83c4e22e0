"""Cases that the definition demands to be refused: right is to raise ValueError."""

from dataclasses import replace

import numpy as np
import pytest

from benchharness.outcomes import Status
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.suite import case, check, misconception, refused, task
from benchharness.suite.task import Suite


def root(x):
    """The square root."""
    if x < 0:
        raise ValueError("x must not be negative")
    return float(np.sqrt(x))


@task("root(x: float) -> float")
class Root:
    """The square root of x; a negative x raises ValueError."""

    reference = root

    @check()
    def numbers(rng):
        """Numbers of either sign."""
        yield case("four", x=4.0)
        yield refused("minus one", x=-1.0)

    @misconception
    def of_the_magnitude(x):
        """A negative x gets the root of its magnitude."""
        return float(np.sqrt(abs(x)))


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return Suite("roots", "Roots", tmp_path_factory.mktemp("roots"), (Root,))


@pytest.fixture
def graded(suite, tmp_path):
    """A function that grades a body of `root`."""

    def grade(body, suite=suite):
        path = tmp_path / "hw.py"
        path.write_text(f"import math\n\ndef root(x):\n    {body}\n")
        with Grader(Settings(seed=1, timing="off"), [suite]) as grader:
            (assignment,) = grader.assignments(grader.take_in(path))
            return grader.grading(assignment).grade(assignment.task.checks[0])

    return grade


@pytest.mark.parametrize(
    "body",
    ["return math.sqrt(x)", "if x < 0: raise UnicodeError('no')\n    return x ** 0.5"],
    ids=["ValueError", "a kind of ValueError"],
)
def test_value_error_is_right(graded, body):
    assert graded(body).status == Status.PASSED


def test_an_answer_is_wrong(graded):
    verdict = graded("return abs(x) ** 0.5")

    assert verdict.status == Status.FAILED
    assert "minus one: returned 1.0; these inputs must raise ValueError." in verdict.message


def test_an_answer_is_explained_by_its_misconception(graded):
    assert graded("return abs(x) ** 0.5").misconception == "of_the_magnitude"


def test_another_exception_is_an_error(graded):
    verdict = graded("assert x >= 0\n    return x ** 0.5")

    assert verdict.status == Status.ERROR
    assert "raised AssertionError" in verdict.message
    assert verdict.message.endswith("These inputs must raise ValueError.")


def test_value_error_everywhere_is_no_answer(graded):
    assert graded("raise ValueError").status == Status.ERROR


def test_reference_that_answers_is_the_suites_mistake(graded, suite):
    lenient = replace(Root, reference=Root.misconceptions[0].variant)

    verdict = graded("return math.sqrt(x)", replace(suite, tasks=(lenient,)))

    assert verdict.status == Status.HARNESS_FAILED
    assert "minus one': is to be refused, but the reference answers it" in verdict.message
