"""Files of a git repository as they were at a revision, read and never checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from benchharness.errors import UsageError

__all__ = ["Commit", "Repository"]

_LIMIT_S = 60.0
_SHORT = 7
_OPTIONS = ("--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false")
"""
The repository may be a student's, and its settings name programs. Only objects are read here, by
commands that run no filter, hook, pager or text conversion, and nothing is fetched.
"""
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
)
"""What a hook, in which this may run, sets to name its own repository."""


class _Refused(Exception):
    """What git said, in one line."""


@dataclass(frozen=True)
class Commit:
    """A revision as it was named, and the commit that it is."""

    revision: str
    sha: str

    def __str__(self) -> str:
        short = self.sha[:_SHORT]
        return short if self.sha.startswith(self.revision) else f"{self.revision} ({short})"


@dataclass(frozen=True)
class _Entry:
    """A file of a tree: its place from the repository's top, its object, its size."""

    path: PurePosixPath
    blob: str
    size: int


class Repository:
    """
    The git repository that holds a folder; `place` is the folder's, from the repository's top.

    Raises
    ------
    UsageError
        If there is none, git refuses to read it, or there is no git.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._git("rev-parse", "--show-toplevel")  # which a repository without files refuses
            prefix = self._git("rev-parse", "--show-prefix")
        except _Refused as refusal:
            if "dubious ownership" in str(refusal):
                raise UsageError(
                    f"{folder}: git reads no repository of another user; allow it with "
                    f"git config --global --add safe.directory '{folder}'"
                ) from refusal
            raise UsageError(
                f"{folder}: lies in no git repository; name an earlier file or folder"
            ) from refusal
        self.place = PurePosixPath(os.fsdecode(prefix.removesuffix(b"\n")))

    def commit(self, revision: str) -> Commit | None:
        """The commit that a revision names; None if it names none here."""
        if revision.startswith("-"):
            return None
        try:
            sha = self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        except (_Refused, ValueError):  # a name with a NUL cannot even be asked for
            return None
        return Commit(revision, sha.decode("ascii").strip())

    @property
    def is_shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == b"true"

    def files(self, commit: Commit, path: PurePosixPath, *, most_bytes: int) -> dict[str, bytes]:
        """
        The ordinary files at and under a path at a commit, by their place under it.

        `path` counts from the repository's top; a file itself has the empty place. Empty where
        there was nothing.

        Raises
        ------
        UsageError
            If they are larger than `most_bytes`, or this clone has them not.
        """
        try:
            entries = [each for each in self._tree(commit, path) if _is_inside(each.path, path)]
            if sum(entry.size for entry in entries) > most_bytes:
                raise UsageError(f"{path} at {commit}: larger than {most_bytes >> 20} MiB")
            contents = self._contents(entries)
        except _Refused as refusal:
            raise UsageError(
                f"{path} at {commit}: is not in this clone ({refusal}); clone without --filter"
            ) from refusal
        places = ["/".join(entry.path.parts[len(path.parts) :]) for entry in entries]
        return dict(zip(places, contents, strict=True))

    def _tree(self, commit: Commit, path: PurePosixPath) -> Iterator[_Entry]:
        """The ordinary files among the entries: no links, no other repositories."""
        where = ["--", str(path)] if path.parts else []
        listing = self._git("ls-tree", "-r", "-l", "-z", "--full-tree", commit.sha, *where)
        for line in listing.split(b"\0")[:-1]:
            facts, _, name = line.partition(b"\t")
            mode, _, blob, size = facts.decode("ascii").split()
            if mode in ("100644", "100755"):
                yield _Entry(PurePosixPath(os.fsdecode(name)), blob, int(size))

    def _contents(self, entries: Sequence[_Entry]) -> list[bytes]:
        asked = "".join(f"{entry.blob}\n" for entry in entries).encode("ascii")
        told = self._git("cat-file", "--batch", given=asked)
        contents, at = [], 0
        for entry in entries:
            start = told.index(b"\n", at) + 1
            if told[at:start].split()[1:2] != [b"blob"]:
                raise _Refused("an object is missing")
            contents.append(told[start : start + entry.size])
            at = start + entry.size + 1
        return contents

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        """What git prints."""
        environment = {k: v for k, v in os.environ.items() if k not in _ELSEWHERE}
        try:
            done = subprocess.run(
                ["git", *_OPTIONS, "-C", str(self._folder), *arguments],
                input=given,
                capture_output=True,
                env=environment | _ENVIRONMENT,
                timeout=_LIMIT_S,
            )
        except FileNotFoundError as problem:
            raise UsageError(
                "there is no git here; install it, or name an earlier file or folder"
            ) from problem
        except subprocess.TimeoutExpired as problem:
            raise UsageError(
                f"{self._folder}: git did not answer within {_LIMIT_S:g} s; "
                "name an earlier file or folder"
            ) from problem
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().split("\n")
            fatal = (line for line in lines if line.startswith("fatal: "))
            raise _Refused(next(fatal, lines[0]).removeprefix("fatal: "))
        return done.stdout


def _is_inside(found: PurePosixPath, path: PurePosixPath) -> bool:
    """Whether it lies at or under the path, also where a tree was made by hand to lead astray."""
    below = found.parts[len(path.parts) :]
    return found.parts[: len(path.parts)] == path.parts and not {"..", ".git"} & set(below)
