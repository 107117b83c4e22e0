"""Files to start from: what stands in the suite's folder wins, and nothing is overwritten."""

import pytest
from tiny_suite import copy_tiny_suite

from benchharness.errors import UsageError
from benchharness.runner.starters import new_statement, new_submission, new_suite
from benchharness.suite.load import load_suite


@pytest.fixture
def tiny(tmp_path):
    """A folder with a suite, to be called by its path."""
    return copy_tiny_suite(tmp_path)


def test_submission_is_generated_from_the_suite(tiny, tmp_path):
    path = new_submission(str(tiny), str(tmp_path / "submission.py"))

    assert "def negative(image: np.ndarray) -> np.ndarray:\n" in path.read_text("utf-8")


def test_submission_is_for_the_backend_that_is_named(tiny, tmp_path):
    path = new_submission(str(tiny), str(tmp_path / "submission.py"), "torch")

    assert '\nBACKEND = "torch"\n' in path.read_text("utf-8")


def test_submission_says_how_it_is_graded(tiny, tmp_path):
    path = new_submission(str(tiny), str(tmp_path / "my work.py"))

    command = f"    pytest --bench --suite={tiny} --submission='{tmp_path}/my work.py'\n"
    assert command in path.read_text("utf-8")


def test_starter_file_of_the_suite_wins(tiny, tmp_path):
    (tiny / "starter.py").write_text("# by hand\n")

    path = new_submission(str(tiny), str(tmp_path / "submission.py"))
    assert path.read_text("utf-8") == "# by hand\n"


def test_submission_for_a_named_backend_is_generated_all_the_same(tiny, tmp_path):
    (tiny / "starter.py").write_text("# by hand\n")

    path = new_submission(str(tiny), str(tmp_path / "submission.py"), "numpy")
    assert "def negative" in path.read_text("utf-8")


def test_statement_is_generated_from_the_suite(tiny, tmp_path):
    path = new_statement(str(tiny), str(tmp_path / "statement.md"))

    assert "## 1. `negative(image)` (3 points)\n" in path.read_text("utf-8")


def test_statement_of_the_suite_wins(tiny, tmp_path):
    (tiny / "statement.md").write_text("By hand.\n")

    path = new_statement(str(tiny), str(tmp_path / "week 1.md"))
    assert path.read_text("utf-8") == "By hand.\n"


def test_existing_statement_is_never_overwritten(tiny, tmp_path):
    (tmp_path / "statement.md").write_text("my notes")

    with pytest.raises(UsageError, match="exists already; remove it or name another with -o"):
        new_statement(str(tiny), str(tmp_path / "statement.md"))


def test_existing_submission_is_never_overwritten(tmp_path):
    path = tmp_path / "submission.py"
    path.write_text("my work")

    with pytest.raises(UsageError, match="exists already; remove it or name another with -o"):
        new_submission("thresholding", str(path))
    assert path.read_text() == "my work"


def test_starter_that_cannot_be_written_says_why(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="cannot be written"):
        new_submission("thresholding", str(tmp_path / "file" / "submission.py"))


def test_new_suite_is_two_files(tmp_path):
    folder = new_suite("morphology", str(tmp_path))

    assert {file.name for file in folder.iterdir()} == {"bench_morphology.py", "reference.py"}


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
