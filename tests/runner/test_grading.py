"""One check on one submission: how it can end, and what a student is told."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_suite import MISSING, RAISES, RIGHT, WRONG, tiny_suite

from benchharness.outcomes import Picture, Status
from benchharness.runner.grader import Grader
from benchharness.runner.grading import TaskGrading
from benchharness.runner.settings import Settings
from benchharness.suite import case
from benchharness.suite.task import Check

SUITE = tiny_suite()
NEGATIVE, TOTAL = SUITE.tasks
SEED = 11


@pytest.fixture(scope="module")
def grader():
    with Grader(Settings(seed=SEED, timing="off", timeout_s=0.5), [SUITE]) as grader:
        yield grader


@pytest.fixture
def grading(grader, tmp_path):
    """A function that begins the grading of one task on a source."""
    begun = []

    def begin(source, task=NEGATIVE):
        path = tmp_path / "hw.py"
        path.write_text(source)
        begun.append(grader.take_in(path))
        return TaskGrading(SUITE, task, grader.attempt(begun[-1], "numpy"), grader.casebook)

    yield begin
    for submission in begun:
        grader.release(submission)


@pytest.fixture
def first(grading):
    """A function that grades the first check of one task on a source."""

    def grade(source, task=NEGATIVE):
        return grading(source, task).grade(task.checks[0])

    return grade


def body(lines):
    """A submission whose `negative` has this body."""
    return "import os\n\ndef negative(image):\n    " + lines.replace("\n", "\n    ") + "\n"


def test_right_answer_earns_the_points(first):
    verdict = first(RIGHT)

    assert (verdict.status, verdict.score, verdict.max_score) == (Status.PASSED, 2, 2)


ENDS = {
    "a wrong answer": ("return image", Status.FAILED, "values differ"),
    "an exception": ("return image[99]", Status.ERROR, "raised IndexError"),
    "no answer": ("255 - image", Status.FAILED, "returned None"),
    "not written": ("raise NotImplementedError", Status.ERROR, "is not written yet"),
    "exit": ("raise SystemExit(0)", Status.ERROR, "A function must return, not exit."),
    "an endless loop": ("while True: pass", Status.TIMEOUT, "did not end within 0.5 s"),
    "a dead process": ("os._exit(0)", Status.CRASHED, "A function must return, not end"),
    "no memory": ("return bytearray(10**12)", Status.MEMORY, "ran out of memory"),
    "another type": ("return object()", Status.FAILED, "returned object, which is no number"),
    "a generator": ("yield image", Status.FAILED, "it contains `yield`"),
    "changed input": ("image[:] = 255 - image\nreturn image", Status.FAILED, "in place"),
}


@pytest.mark.parametrize("lines, status, said", ENDS.values(), ids=ENDS)
def test_check_ends_in_its_status_and_says_why(lines, status, said, first):
    verdict = first(body(lines))

    assert (verdict.status, verdict.score) == (status, 0)
    assert said in verdict.message


def test_exception_is_placed_in_the_students_own_file(first):
    assert "(hw.py, line 3: `return image[10_000]`)" in first(RAISES).message


def test_missing_function_says_what_to_define_and_guesses_at_a_misspelling(first):
    verdict = first(MISSING)

    assert verdict.status == Status.MISSING
    assert verdict.message == (
        "is not defined. Define negative(image). There is `negtive`: is it misspelt?"
    )


def test_tensors_that_were_expected_are_told_how_to_be_had(tmp_path):
    torch = "try:\n    import torch\nexcept ImportError:\n    pass\n\n"
    path = tmp_path / "hw.py"
    path.write_text(f"{torch}def negative(image):\n    return image.permute(1, 0)\n")
    with Grader(Settings(seed=SEED, timing="off"), [SUITE]) as patient:
        attempt = patient.attempt(patient.take_in(path), "numpy")
        grading = TaskGrading(SUITE, NEGATIVE, attempt, patient.casebook)
        message = grading.grade(NEGATIVE.checks[0]).message

    assert message.endswith('To get tensors, write BACKEND = "torch" at the top of the file.')


def test_wrong_parameters_are_shown_beside_the_right_call(first):
    message = first("def negative(image, levels):\n    return image\n").message

    assert "cannot be called as negative(image)" in message
    assert "it is defined as negative(image, levels)" in message


IMPORTS = {
    "a module that is missing": ("import nothing_at_all", Status.ERROR, "No module named"),
    "a mistake in syntax": ("def negative(image:", Status.ERROR, "SyntaxError"),
    "exit": ("exit()", Status.ERROR, "it calls exit() when it is imported"),
    "an endless loop": ("while True: pass", Status.TIMEOUT, "did not end within 1.5 s"),
    "a dead process": ("import os; os._exit(0)", Status.CRASHED, "importing it"),
}


@pytest.mark.parametrize("line, status, said", IMPORTS.values(), ids=IMPORTS)
def test_submission_that_cannot_be_imported_says_why(line, status, said, first):
    verdict = first(f"{line}\n{RIGHT}")

    assert verdict.status == status
    assert said in verdict.message


def test_unknown_backend_ends_every_task_with_the_known_ones(first):
    verdict = first(f'BACKEND = "jax"\n{RIGHT}')

    assert verdict.status == Status.ERROR
    assert "BACKEND must be one of" in verdict.message


def test_printing_a_flood_does_no_harm(first):
    assert first(f"print('x' * 10**7)\n{RIGHT}").status == Status.PASSED


def test_misconception_is_named_and_explained(first):
    verdict = first(WRONG)

    assert verdict.misconception == "subtracted_from_256"
    assert verdict.explanation.startswith("The levels are subtracted from 256 instead of 255.")


def test_unknown_mistake_has_no_misconception(first):
    assert first(body("return image // 2")).misconception is None


def test_smallest_wrong_input_is_shown_with_both_answers(first):
    assert first(WRONG).counterexample == "image = [[0]]\nexpected [[255]]\ngot      [[0]]"


def test_smallest_input_that_raises_is_shown_with_the_exception(first):
    counterexample = first(RAISES).counterexample

    assert counterexample.startswith("image = [[0]]\nexpected [[255]]\nraised IndexError")


def test_message_says_how_many_cases_are_wrong_and_names_one(first):
    source = body("return 255 - image if image.shape != (2, 3) else image")

    assert first(source).message.startswith("1 of 2 cases are wrong. a white image: 6 of 6 values")


def test_command_to_run_just_this_again_finds_submission_suite_and_inputs(
    first, tmp_path, monkeypatch
):
    monkeypatch.chdir(SUITE.folder.parent)

    assert first(WRONG).rerun == (
        f"pytest --bench --submission={tmp_path / 'hw.py'} --suite=tiny "
        '--bench-seed 11 -k "negative and images"'
    )


def test_suite_that_stands_elsewhere_is_named_by_its_folder(first, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert f"--suite={SUITE.folder} " in first(WRONG).rerun


def test_pictures_are_drawn_of_the_first_wrong_case(first):
    (picture,) = first(WRONG).pictures

    assert isinstance(picture, Picture)
    assert (picture.title, picture.png[:4]) == ("Input", b"\x89PNG")


def test_hidden_check_keeps_its_visibility(grading):
    assert grading(WRONG).grade(NEGATIVE.checks[1]).visibility == "hidden"


def test_one_tasks_death_costs_another_nothing(grader, tmp_path):
    path = tmp_path / "hw.py"
    path.write_text(RIGHT.replace("return 255 - image", "__import__('os')._exit(0)"))
    submission = grader.take_in(path)

    statuses = [
        grader.grading(assignment).grade(assignment.task.checks[0]).status
        for assignment in grader.assignments(submission)
    ]

    assert statuses == [Status.CRASHED, Status.PASSED]


def test_task_that_died_twice_is_not_tried_again(grading):
    begun = grading(body("os._exit(0)"))
    verdicts = [begun.grade(NEGATIVE.checks[0]) for _ in range(3)]

    assert [verdict.status for verdict in verdicts] == 3 * [Status.CRASHED]
    assert verdicts[2].message.startswith("not run: this task had already ended twice that way.")


def test_right_task_is_fit_for_timing(grading):
    begun = grading(RIGHT)
    begun.grade(NEGATIVE.checks[0])

    assert begun.unfit_for_timing() is None


def test_death_in_a_hidden_check_is_not_told_in_the_next_one(grading):
    begun = grading(body("while True: pass"))
    hidden = NEGATIVE.checks[1]
    for _ in range(2):
        begun.grade(hidden)

    message = begun.grade(NEGATIVE.checks[0]).message

    assert message == "not run: this task had already ended twice that way."


def test_hidden_check_is_not_named_where_a_task_is_not_timed(grading):
    begun = grading("def negative(image):\n    return image\n")
    begun.grade(NEGATIVE.checks[1])

    assert begun.unfit_for_timing() == "not timed: wrong in a check that is shown later"


def test_wrong_task_is_not_timed_and_says_which_check_it_lost(grading):
    begun = grading(WRONG)
    begun.grade(NEGATIVE.checks[0])

    assert begun.unfit_for_timing() == "not timed: wrong in images"


def broken(cases):
    return Check("broken", 5, NEGATIVE.checks[0].visibility, "", cases)


def raising(rng):
    yield case("a case", image=np.zeros((1, 1), np.uint8))
    raise RuntimeError("mistake of the author")


def incomplete(rng):
    yield case("a case", picture=np.zeros((1, 1), np.uint8))


@pytest.mark.parametrize(
    "cases, said",
    [
        (raising, "RuntimeError in the suite tiny: mistake of the author"),
        (incomplete, "case 'a case': has the inputs picture; the signature says image"),
    ],
)
def test_mistake_of_the_suite_is_never_counted_against_the_submission(cases, said, grading):
    verdict = grading(RIGHT).grade(broken(cases))

    assert (verdict.status, verdict.score, verdict.max_score) == (Status.HARNESS_FAILED, 0, 0)
    assert verdict.message == f"suites/tiny: negative: check broken: {said}"


def test_reference_that_raises_is_ours_too(grading):
    def reference(image):
        raise ZeroDivisionError("reference")

    begun = grading(RIGHT, replace(NEGATIVE, reference=reference))

    assert begun.grade(NEGATIVE.checks[0]).status == Status.HARNESS_FAILED


def test_inputs_stay_as_the_suite_made_them(grading):
    """A submission that asks again gets the same numbers: nothing of it reaches the grader."""
    begun = grading(WRONG)

    assert begun.grade(NEGATIVE.checks[0]).message == begun.grade(NEGATIVE.checks[0]).message
