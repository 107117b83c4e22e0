"""What docs/suite-authors.md shows works as it stands there."""

import re
import shutil
import subprocess

import pytest

from benchharness.audit.report import is_sound
from benchharness.audit.run import AuditSettings, audit
from benchharness.content import content_root
from benchharness.runner.starters import new_suite
from benchharness.suite.load import load_suite


def blocks(language):
    """The page's fenced blocks in one language."""
    page = (content_root() / "docs" / "suite-authors.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.fixture
def suite(tmp_path):
    """The suite of one task that the page starts from, with the page's diff applied."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed: it applies the page's diff")
    folder = new_suite("images", str(tmp_path / "suites"))
    (diff,) = blocks("diff")
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=tmp_path, check=True)
    return load_suite(folder)


def test_diff_adds_a_task_in_two_files(suite):
    (diff,) = blocks("diff")

    assert diff.count("\n+++ ") == 2
    assert [task.name for task in suite.tasks] == ["negative", "mirrored"]


def test_added_task_is_sound(suite):
    settings = AuditSettings(seeds=2, backends=("numpy",), jobs=1)

    assert is_sound(list(audit([suite], settings)))
