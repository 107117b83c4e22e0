"""Starter files for students and authors work at once, and overwrite nothing."""

import ast

import pytest
from tiny_suite import copy_tiny_suite

from benchharness.errors import UsageError
from benchharness.runner.starters import new_submission, new_suite
from benchharness.suite.load import bundled_suites, find_suite, load_suite


@pytest.mark.parametrize("name", bundled_suites())
def test_starter_defines_every_task_of_its_suite(name, tmp_path):
    path = new_submission(name, str(tmp_path / "submission.py"))

    body = ast.parse(path.read_text("utf-8")).body
    defined = {item.name for item in body if isinstance(item, ast.FunctionDef)}
    assert {task.name for task in load_suite(find_suite(name)).tasks} <= defined


def test_existing_submission_is_never_overwritten(tmp_path):
    path = tmp_path / "submission.py"
    path.write_text("my work")

    with pytest.raises(UsageError, match="exists already; remove it or name another with -o"):
        new_submission("thresholding", str(path))
    assert path.read_text() == "my work"


def test_suite_without_a_starter_says_so(tmp_path):
    copy_tiny_suite(tmp_path)

    with pytest.raises(UsageError, match=r"has no starter\.py; ask its author for one"):
        new_submission(str(tmp_path / "tiny"), str(tmp_path / "submission.py"))


def test_starter_that_cannot_be_written_says_why(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="cannot be written"):
        new_submission("thresholding", str(tmp_path / "file" / "submission.py"))


def test_new_suite_has_its_four_files(tmp_path):
    folder = new_suite("morphology", str(tmp_path))

    assert sorted(file.name for file in folder.iterdir()) == [
        "bench_morphology.py",
        "reference.py",
        "starter.py",
        "statement.md",
    ]


def test_new_suite_loads_under_its_name(tmp_path):
    suite = load_suite(new_suite("morphology", str(tmp_path)))

    assert (suite.name, [task.name for task in suite.tasks]) == ("morphology", ["negative"])


def test_nothing_of_the_template_is_left_in_a_new_suite(tmp_path):
    texts = [file.read_text("utf-8") for file in new_suite("morphology", str(tmp_path)).iterdir()]

    assert not any("TEMPLATE" in text for text in texts)


def test_existing_folder_is_never_touched(tmp_path):
    (tmp_path / "morphology").mkdir()

    with pytest.raises(UsageError, match="exists already; choose another name"):
        new_suite("morphology", str(tmp_path))
    assert not list((tmp_path / "morphology").iterdir())


@pytest.mark.parametrize("name", ["2d", "a b", "", "class", "../up", "a/b", "-x"])
def test_name_that_is_no_identifier_is_refused(name, tmp_path):
    with pytest.raises(UsageError, match="must be a Python identifier, such as morphology"):
        new_suite(name, str(tmp_path))
    assert not list(tmp_path.iterdir())
