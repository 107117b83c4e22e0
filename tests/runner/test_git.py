"""Files of a repository at a revision, whatever its settings would have git run."""

from pathlib import PurePosixPath

import pytest
from repositories import commit, git

from benchharness.errors import UsageError
from benchharness.runner.git import Commit, Repository

PLENTY = 2**20


@pytest.fixture
def folder(tmp_path):
    """A repository with two versions of two files."""
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, hw="old", work__part="old part")
    commit(tmp_path, hw="new", work__part="new part")
    return tmp_path


def at(folder, revision, path):
    repository = Repository(folder)
    found = repository.commit(revision)
    return repository.files(found, PurePosixPath(path), most_bytes=PLENTY)


def test_file_at_a_revision_is_found(folder):
    assert at(folder, "HEAD~1", "hw.py") == {"": b"old"}


def test_folder_at_a_revision_is_found_by_places_under_it(folder):
    assert at(folder, "HEAD~1", "work") == {"part.py": b"old part"}


def test_whole_repository_is_found_at_its_top(folder):
    assert set(at(folder, "HEAD", ".")) == {"hw.py", "work/part.py"}


def test_nothing_is_found_where_there_was_nothing(folder):
    commit(folder, later="now")
    assert at(folder, "HEAD~1", "later.py") == {}


def test_name_is_no_pattern(folder):
    assert at(folder, "HEAD", "h*.py") == {}


def test_empty_file_keeps_its_neighbours_apart(folder):
    commit(folder, work__empty="", work__zero="last")
    assert at(folder, "HEAD", "work")["zero.py"] == b"last"


def test_place_of_the_folder_counts_from_the_top(folder):
    assert Repository(folder / "work").place == PurePosixPath("work")


@pytest.mark.parametrize("revision", ["HEAD~9", "--help", "nothing", "", "HEAD:hw.py", "a\0b"])
def test_what_names_no_commit_is_none(folder, revision):
    assert Repository(folder).commit(revision) is None


def test_tag_and_short_sha_name_commits(folder):
    git(folder, "tag", "v1", "HEAD~1")
    sha = git(folder, "rev-parse", "v1")
    repository = Repository(folder)
    assert repository.commit("v1").sha == repository.commit(sha[:8]).sha == sha


def test_commit_is_called_as_it_was_named_and_by_its_sha():
    assert str(Commit("HEAD~1", "0123456789abcdef")) == "HEAD~1 (0123456)"
    assert str(Commit("01234567", "0123456789abcdef")) == "0123456"


def test_links_of_a_tree_are_left_out(folder):
    (folder / "work" / "link.py").symlink_to("/etc/passwd")
    commit(folder)
    assert set(at(folder, "HEAD", "work")) == {"part.py"}


def test_size_is_bounded_before_anything_is_read(folder):
    repository = Repository(folder)
    found = repository.commit("HEAD")
    with pytest.raises(UsageError, match=r"hw\.py at HEAD .*: larger than 0 MiB"):
        repository.files(found, PurePosixPath("hw.py"), most_bytes=2)


def test_folder_outside_of_a_repository_is_refused(tmp_path):
    with pytest.raises(UsageError, match="lies in no git repository; name an earlier file"):
        Repository(tmp_path)


def test_machine_without_git_is_told(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(UsageError, match="there is no git here; install it"):
        Repository(folder)


def test_hook_of_another_repository_does_not_lead_astray(folder, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert at(folder, "HEAD~1", "hw.py") == {"": b"old"}


def test_no_program_of_the_repositorys_settings_is_run(folder):
    mark = folder / "ran"
    program = f"sh -c 'touch {mark}; cat'"
    (folder / ".gitattributes").write_text("* filter=evil diff=evil\n")
    commit(folder)
    for key in ("filter.evil.smudge", "diff.evil.textconv", "core.pager", "core.fsmonitor"):
        git(folder, "config", key, program)
    mark.unlink(missing_ok=True)

    assert at(folder, "HEAD~1", "hw.py") == {"": b"new"}
    assert not mark.exists()


def test_nothing_is_fetched_for_a_clone_that_is_partial(folder, tmp_path_factory):
    git(folder, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("clone")
    options = ("--quiet", "--filter=blob:none", "--no-checkout")
    git(clone, "clone", *options, folder.as_uri(), "partial")

    with pytest.raises(UsageError, match=r"not in this clone .*; clone without --filter"):
        at(clone / "partial", "HEAD~1", "hw.py")


def test_shallow_clone_knows_that_it_is_one(folder, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth=1", folder.as_uri(), "shallow")
    assert Repository(clone / "shallow").is_shallow
    assert not Repository(folder).is_shallow
