"""What `--against` names: a path for all submissions, or a revision for each one's own past."""

import json
from pathlib import Path

import pytest
from repositories import commit, git
from tiny_suite import RIGHT, tiny_suite

from benchharness.errors import UsageError
from benchharness.runner.earlier import EarlierVersions
from benchharness.runner.submission import Staging

TASKS = {task.name: task for task in tiny_suite().tasks}
TORCH = 'BACKEND = "torch"\n'


@pytest.fixture
def staging():
    with Staging() as staging:
        yield staging


@pytest.fixture
def folder(tmp_path):
    """A repository with two versions of a submission."""
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, hw="old = 1", package____init__="old = 2")
    commit(tmp_path, hw="new = 1", package____init__="new = 2")
    return tmp_path


def sources(version):
    return [module.source for module in version.submission.modules]


def versions(named, staging):
    return EarlierVersions(str(named), staging)


def test_path_is_the_earlier_version_of_every_submission(folder, staging):
    (folder / "yesterday.py").write_text("y = 0")
    found = versions(folder / "yesterday.py", staging)
    assert found.of(folder / "hw.py") is found.of(folder / "package")
    assert sources(found.of(folder / "hw.py")) == [b"y = 0"]


def test_revision_is_each_submissions_own_past(folder, staging):
    found = versions("HEAD~1", staging)
    assert sources(found.of(folder / "hw.py")) == [b"old = 1"]
    assert sources(found.of(folder / "package")) == [b"old = 2"]


def test_relative_path_of_a_submission_is_found(folder, staging, monkeypatch):
    monkeypatch.chdir(folder)
    assert sources(versions("HEAD~1", staging).of(Path("hw.py"))) == [b"old = 1"]


def test_notebook_at_a_revision_is_read_as_one(folder, staging):
    cells = [{"cell_type": "code", "source": "%matplotlib inline\nx = 1"}]
    (folder / "lab.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
    commit(folder)
    (source,) = sources(versions("HEAD", staging).of(folder / "lab.ipynb"))
    assert b"x = 1" in source


def test_path_wins_over_a_revision_of_the_same_name(folder, staging, monkeypatch):
    monkeypatch.chdir(folder)
    git(folder, "branch", "hw.py", "HEAD~1")
    assert sources(versions("hw.py", staging).of(Path("hw.py"))) == [b"new = 1"]


def test_old_place_can_be_named(folder, staging):
    git(folder, "mv", "hw.py", "homework.py")
    commit(folder)
    version = versions("HEAD~1:hw.py", staging).of(folder / "homework.py")
    assert sources(version) == [b"new = 1"]


def test_submission_that_is_new_has_no_earlier_version_and_says_so(folder, staging):
    (folder / "untracked.py").write_text("")
    version = versions("HEAD~1", staging).of(folder / "untracked.py")
    assert version.submission is None
    assert version.problem.startswith("untracked.py is not in HEAD~1 (")
    assert "REVISION:PATH" in version.problem


def test_unknown_revision_is_refused(folder, staging):
    with pytest.raises(UsageError, match=r"--against HEAD~9: there is no such file or folder, "):
        versions("HEAD~9", staging).of(folder / "hw.py")


def test_shallow_clone_is_told_how_to_get_the_history(folder, staging, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    with pytest.raises(UsageError, match=r"shallow .* --unshallow \(.*fetch-depth: 0\)"):
        versions("HEAD~1", staging).of(clone / "shallow" / "hw.py")


def test_folder_that_held_no_program_is_told_by_its_name(folder, staging):
    commit(folder, lab__notes="")
    git(folder, "mv", "lab/notes.py", "lab/notes.txt")
    commit(folder)
    with pytest.raises(UsageError, match="--against HEAD: submission lab as it was: the folder"):
        versions("HEAD", staging).of(folder / "lab")


def test_empty_name_is_refused(staging):
    with pytest.raises(UsageError, match="--against: name a file, a folder, a notebook or"):
        versions("", staging)


def version_of(folder, staging, source):
    (folder / "earlier.py").write_text(source)
    return versions(folder / "earlier.py", staging).of(folder / "hw.py")


@pytest.mark.parametrize(("source", "backend"), [(RIGHT, "numpy"), (TORCH + RIGHT, "torch")])
def test_backend_is_the_one_that_the_earlier_version_has(folder, staging, source, backend):
    version = version_of(folder, staging, source)
    assert version.backend_for(TASKS["total"], "numpy") == backend


def test_tasks_that_only_the_earlier_version_speaks_of_are_gone(folder, staging):
    version = version_of(folder, staging, RIGHT)
    (folder / "hw.py").write_text("def total(values):\n    return sum(values)\n")
    today = staging.take_in(folder / "hw.py")
    assert version.gone(today, TASKS.values()) == ["negative"]
