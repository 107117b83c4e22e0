"""An earlier version of a submission: another file, or its own path at a git revision."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from benchharness.errors import HarnessError, UsageError
from benchharness.runner.git import Commit, Repository
from benchharness.runner.submission import MOST_BYTES, Staging, Submission
from benchharness.suite.task import Task
from benchharness.timing import QUICK

__all__ = ["EarlierVersion", "EarlierVersions"]

_NEW = "untracked, or called otherwise then; name its old place with REVISION:PATH"


@dataclass(frozen=True)
class EarlierVersion:
    """
    What a submission is compared with: what to call it, and from which difference on it counts.

    `submission` is None where there was none yet, and `problem` says so.
    """

    name: str
    margin: float
    submission: Submission | None = None
    problem: str = ""

    def gone(self, today: Submission, tasks: Iterable[Task]) -> list[str]:
        """The tasks that it speaks of, and today's submission does not."""
        return [
            task.name for task in tasks if _speaks(self.submission, task) > _speaks(today, task)
        ]

    def backend_for(self, task: Task, backend: str) -> str:
        """The backend in which it has a task: if it can be, the one of today's submission."""
        assert self.submission is not None
        own = self.submission.backends
        speaking = [b for b in own if self.submission.speaks_of(task.name, b)]
        return backend if backend in speaking or not own else (speaking or own)[0]


def _speaks(submission: Submission | None, task: Task) -> bool:
    if submission is None:
        return False
    return any(submission.speaks_of(task.name, backend) for backend in submission.backends)


class EarlierVersions:
    """
    What `--against` names, for each submission of a run.

    A path names one earlier version for all of them; a revision, each one's own past. Where both
    exist, the path is meant. A difference beyond the margin counts, by default the usual one.
    """

    def __init__(self, named: str, staging: Staging, margin: float | None = None) -> None:
        self._named, self._staging = named, staging
        self._margin = QUICK.margin if margin is None else margin
        if not named:
            raise UsageError("--against: name a file, a folder, a notebook or a git revision")
        self._shared = self._at_path(Path(named)) if os.path.exists(named) else None

    def of(self, path: Path) -> EarlierVersion:
        """
        The earlier version of the submission at `path`.

        Raises
        ------
        UsageError
            If there is no such file, folder or revision, or it cannot be read.
        """
        return self._shared or self._at_revision(path.resolve())

    def _at_path(self, path: Path) -> EarlierVersion:
        return EarlierVersion(self._named, self._margin, self._staging.take_in(path))

    def _at_revision(self, today: Path) -> EarlierVersion:
        try:
            repository = Repository(today if today.is_dir() else today.parent)
            commit, place = self._commit(repository, today)
            files = repository.files(commit, place, most_bytes=MOST_BYTES)
            version = EarlierVersion(str(commit), self._margin)
            if not files:
                return replace(version, problem=f"{place} is not in {commit}: {_NEW}")
            return replace(version, submission=self._taken_in(place.name or today.name, files))
        except UsageError as problem:
            raise UsageError(f"--against {self._named}: {problem}") from problem

    def _commit(self, repository: Repository, today: Path) -> tuple[Commit, PurePosixPath]:
        """The commit that is meant, and where the submission lay in it."""
        if commit := repository.commit(self._named):
            return commit, repository.place / ("" if today.is_dir() else today.name)
        revision, _, place_then = self._named.partition(":")
        if place_then and (commit := repository.commit(revision)):
            return commit, PurePosixPath(place_then)
        if repository.is_shallow:
            raise UsageError(
                "this clone is shallow and has no such revision; get the history with "
                "git fetch --unshallow (actions/checkout: fetch-depth: 0)"
            )
        raise UsageError(
            f"there is no such file or folder, and the repository of {today} has no such revision"
        )

    def _taken_in(self, name: str, files: dict[str, bytes]) -> Submission:
        """A snapshot of the files as they were, under the submission's name."""
        with tempfile.TemporaryDirectory(prefix="benchharness-") as folder:
            root = Path(folder, name)
            try:
                for place, content in files.items():
                    target = root / place if place else root
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                return self._staging.take_in(root)
            except OSError as problem:
                raise HarnessError(
                    f"{name}: cannot be copied to {folder}: {problem.strerror or problem}; "
                    "free some space there or set TMPDIR"
                ) from problem
            except UsageError as problem:
                told = str(problem).replace(str(root), f"{name} as it was")
                raise UsageError(told) from problem
