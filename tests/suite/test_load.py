"""Suites found by name and path; the mistakes in one are named, and the others still work."""

import textwrap

import pytest
from tiny_suite import copy_tiny_suite

from benchharness.content import content_root
from benchharness.errors import SuiteError, UsageError
from benchharness.suite.load import bundled_suites, find_suite, load_suite

REFERENCE = "def double(x):\n    return 2 * x\n"
BENCH = '''
"""Doubling."""
from benchharness.suite import case, check, close, misconception, reference, task
solutions = reference(__file__)

@task("double(x: float) -> float")
class Double:
    reference = solutions.double

    @check(points=1)
    def numbers(rng):
        yield case("a number", x=rng.normal())
'''


@pytest.fixture
def folder(tmp_path):
    """A suite that works."""
    folder = tmp_path / "suites" / "doubling"
    folder.mkdir(parents=True)
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "bench_doubling.py").write_text(BENCH)
    return folder


def rewrite(folder, old, new):
    """The suite's file with a mistake in it."""
    file = folder / "bench_doubling.py"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return folder


def refused(folder):
    """The message with which the suite is refused."""
    with pytest.raises(SuiteError) as caught:
        load_suite(folder)
    return str(caught.value)


def test_suite_is_named_after_its_folder(folder):
    assert load_suite(folder).name == "doubling"


def test_title_is_the_first_line_of_the_file(folder):
    assert load_suite(folder).title == "Doubling"


def test_tasks_are_those_of_the_file(folder):
    assert [task.name for task in load_suite(folder).tasks] == ["double"]


def test_every_bundled_suite_loads():
    assert [load_suite(find_suite(name)).name for name in bundled_suites()] == bundled_suites()


def test_bundled_suite_is_found_by_name():
    assert find_suite("thresholding") == content_root() / "suites" / "thresholding"


def test_suite_is_found_by_path(folder):
    assert find_suite(str(folder)) == folder


def test_copy_of_a_bundled_suite_works_without_its_reference(tmp_path):
    """An instructor copies the folder, and the project's reference still answers."""
    source = content_root() / "suites" / "thresholding" / "bench_thresholding.py"
    target = tmp_path / "thresholding"
    target.mkdir()
    (target / source.name).write_text(source.read_text())

    assert load_suite(target).tasks


@pytest.mark.parametrize("name", ["treshholding", "template", ".", ""])
def test_unknown_suite_is_answered_with_the_bundled_names(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match=r"suite .*: no bundled suite .* are: .*thresholding"):
        find_suite(name)


def test_two_bench_files_are_one_too_many(folder):
    (folder / "bench_other.py").write_text(BENCH)

    assert refused(folder).endswith("doubling: needs exactly one bench_*.py, has 2")


def test_syntax_error_names_the_file(folder):
    rewrite(folder, "class Double:", "class Double")

    assert refused(folder).startswith("suites/doubling/bench_doubling.py: SyntaxError")


def test_file_that_raises_names_file_line_and_exception(folder):
    rewrite(folder, "class Double:", "class Double:\n    1 / 0")

    assert refused(folder) == (
        "suites/doubling/bench_doubling.py, line 8: ZeroDivisionError: division by zero"
    )


def test_file_without_a_task_says_what_to_write(folder):
    (folder / "bench_doubling.py").write_text("x = 1\n")

    assert "defines no task; write a class under @task(...)" in refused(folder)


def test_mistake_in_a_task_names_file_and_task(folder):
    rewrite(folder, "@check(points=1)", "@check(points=0)")

    assert refused(folder) == (
        "suites/doubling/bench_doubling.py: check Double.numbers: points must be above 0, got 0"
    )


def test_task_without_check_names_file_class_and_task(folder):
    rewrite(folder, "@check(points=1)", "")

    assert refused(folder).startswith(
        "suites/doubling/bench_doubling.py: Double: double: has no check; "
    )


def test_wrong_tolerance_names_file_task_rule_and_remedy(folder):
    rewrite(
        folder, "reference = solutions", "rule = close(tolerance=10)\n    reference = solutions"
    )

    assert refused(folder) == (
        "suites/doubling/bench_doubling.py: Double: double: tolerance must lie in (0, 1), got 10; "
        "float32 tasks use about 1e-6"
    )


def test_task_defined_twice_is_refused(folder):
    file = folder / "bench_doubling.py"
    file.write_text(
        BENCH
        + BENCH.partition("solutions = reference(__file__)")[2].replace(
            "class Double", "class Again"
        )
    )

    assert "double: is defined twice; give each task its own name" in refused(folder)


def test_missing_reference_says_where_to_write_it(folder):
    (folder / "reference.py").unlink()

    assert f"no reference found; write {folder / 'reference.py'}" in refused(folder)


def test_reference_with_other_parameters_is_refused(folder):
    (folder / "reference.py").write_text("def double(y):\n    return 2 * y\n")

    assert "double: reference takes (y); the signature says (x)" in refused(folder)


MISCONCEPTION = """
    @misconception
    def tripled({parameter}):
        {docstring}
        return 3

    @check(points=1)"""


def with_misconception(folder, **parts):
    text = MISCONCEPTION.format(**parts).lstrip("\n")
    return rewrite(folder, "    @check(points=1)", text)


def test_misconception_with_other_parameters_is_refused(folder):
    with_misconception(folder, parameter="y", docstring='"""Three times the number."""')

    assert "misconception tripled takes (y); the signature says (x)" in refused(folder)


def test_misconception_without_docstring_is_refused(folder):
    with_misconception(folder, parameter="x", docstring="pass")

    assert refused(folder) == (
        "suites/doubling/bench_doubling.py: misconception Double.tripled: has no docstring; "
        "write what to tell the student"
    )


def test_one_broken_suite_leaves_another_usable(folder, tmp_path):
    rewrite(folder, "class Double:", "class Double")
    refused(folder)

    assert load_suite(copy_tiny_suite(tmp_path)).tasks


def test_folder_of_another_name_needs_no_other_file_name(tmp_path):
    folder = tmp_path / "week-1 thresholds"
    folder.mkdir()
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "bench_anything.py").write_text(textwrap.dedent(BENCH))

    assert load_suite(folder).name == "week-1 thresholds"
