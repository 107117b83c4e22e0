"""What docs/assignment.md shows is valid as it stands there, and its table names every key."""

import re

import pytest

from benchharness.classroom.assignment_file import load_assignment
from benchharness.content import content_root
from benchharness.errors import UsageError
from benchharness.suite.load import load_suites

PAGE = (content_root() / "docs" / "assignment.md").read_text("utf-8")


@pytest.fixture
def assignment(tmp_path):
    """The settings that the page shows."""
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "assignment.toml"
    path.write_text(example, "utf-8")
    return load_assignment(path)


def test_example_fits_the_suite_that_it_names(assignment):
    suites, _ = load_suites(assignment.suites)

    (suite,) = assignment.apply_to(suites)

    assert [task.name for task in suite.tasks] == list(assignment.only)
    assert {task.name: task.points for task in suite.tasks}["otsu_threshold"] == pytest.approx(6)


def test_example_sets_all_that_the_table_names(assignment):
    """So that it shows how each is written."""
    unset = [name for name, value in vars(assignment).items() if value in (None, (), {})]

    assert unset == []


def test_message_that_the_page_shows_is_what_one_gets(assignment, tmp_path):
    path = tmp_path / "assignment.toml"
    text = path.read_text("utf-8").replace("points = 4", "points = -1")
    path.write_text(text, "utf-8")
    (message,) = re.findall(r"`(assignment\.toml, line.*)`", PAGE)

    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        load_assignment(path)
