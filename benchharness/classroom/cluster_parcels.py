"""What travels to a cluster: the suites and the settings of a class, and submissions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchharness.content import content_root
from benchharness.errors import SuiteError, UsageError
from benchharness.outcomes import Visibility
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging, Submission
from benchharness.suite.load import load_suite
from benchharness.suite.task import Suite, Task

__all__ = ["PackedClass", "PackedSuite", "PackedTask", "Parcel", "pack_class", "pack_submission"]

_MAX_BYTES = 64 * 2**20
_LEFT_OUT = ("accepted", "__pycache__")


@dataclass(frozen=True)
class PackedTask:
    """A task of a suite by its name, with what an assignment may have changed at it."""

    name: str
    checks: tuple[tuple[str, float, Visibility], ...]
    forbidden: tuple[str, ...]

    def applied_to(self, task: Task) -> Task:
        """The task as the class has it."""
        found = {check.name: check for check in task.checks}
        checks = (
            replace(found[name], points=points, visibility=visibility)
            for name, points, visibility in self.checks
        )
        return replace(task, checks=tuple(checks), forbidden=self.forbidden)


@dataclass(frozen=True)
class PackedSuite:
    """
    A suite to be loaded elsewhere.

    A suite that comes with benchharness has no files: it is there already, and `digest` tells
    whether it is the same. `shown` is the folder as messages name it.
    """

    name: str
    shown: str
    digest: str
    files: Mapping[str, bytes]
    tasks: tuple[PackedTask, ...]

    def unpacked(self, folder: Path) -> Suite:
        """
        The suite, with its files in `folder/NAME` unless it is there already.

        Raises
        ------
        SuiteError
            If it cannot be loaded here, or what is here is another suite of that name.
        """
        home = folder / self.name if self.files else content_root() / "suites" / self.name
        _write(self.files, home)
        suite = load_suite(home)
        if not self.files and _digest(suite) != self.digest:
            raise SuiteError(f"the bundled suite {self.name} differs from the client's")
        found = {task.name: task for task in suite.tasks}
        tasks = tuple(task.applied_to(found[task.name]) for task in self.tasks)
        return replace(suite, folder=Path(self.shown) if self.files else home, tasks=tasks)


@dataclass(frozen=True)
class PackedClass:
    """What all verdicts of a class depend on beside the submission."""

    suites: tuple[PackedSuite, ...]
    settings: Settings

    def unpacked_suites(self, folder: Path) -> list[Suite]:
        """The suites, those that do not come with benchharness written under `folder`."""
        return [suite.unpacked(folder / str(n)) for n, suite in enumerate(self.suites)]


@dataclass(frozen=True)
class Parcel:
    """A submission that was taken in, with its staged files."""

    submission: Submission
    files: Mapping[str, bytes]

    def staged(self, staging: Staging) -> Submission:
        """The same submission, staged here."""
        folder = staging.folder()
        _write(self.files, folder)
        for inside in folder.rglob("*"):
            inside.chmod(0o755 if inside.is_dir() else 0o644)
        return replace(self.submission, folder=folder)


def pack_class(suites: Iterable[Suite], settings: Settings) -> PackedClass:
    """
    Suites and settings, ready to travel.

    Raises
    ------
    UsageError
        If the folder of a suite is too large for that.
    """
    return PackedClass(tuple(_packed(suite) for suite in suites), settings)


def pack_submission(submission: Submission) -> Parcel:
    """A submission with its bytes, as they were staged."""
    inside = [path for path in submission.folder.rglob("*") if path.is_file()]
    return Parcel(submission, _contents(inside, submission.folder))


def _packed(suite: Suite) -> PackedSuite:
    is_bundled = suite.folder == (content_root() / "suites" / suite.name).resolve()
    here = Path.cwd()
    is_below = suite.folder.is_relative_to(here)
    return PackedSuite(
        name=suite.name,
        shown=str(suite.folder.relative_to(here) if is_below else suite.folder),
        digest=_digest(suite),
        files={} if is_bundled else _files_of(suite),
        tasks=tuple(_packed_task(task) for task in suite.tasks),
    )


def _packed_task(task: Task) -> PackedTask:
    checks = tuple((check.name, check.points, check.visibility) for check in task.checks)
    return PackedTask(task.name, checks, task.forbidden)


def _files_of(suite: Suite) -> dict[str, bytes]:
    """The folder of a suite; a reference that stands elsewhere is laid beside the suite's file."""
    size = sum(path.stat().st_size for path in _paths_in(suite.folder))
    if size > _MAX_BYTES:
        raise UsageError(
            f"suite {suite.folder}: holds {size >> 20} MiB, of which {_MAX_BYTES >> 20} can be "
            "sent to a cluster; give the suite a folder of its own, and leave data out of it"
        )
    files = _contents(_paths_in(suite.folder), suite.folder)
    for file in {task.reference_file for task in suite.tasks}:
        if not file.is_relative_to(suite.folder):
            files["reference.py"] = file.read_bytes()
    return files


def _contents(paths: Iterable[Path], folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _paths_in(folder: Path) -> list[Path]:
    """The files of a suite, but hidden ones and those that a grader does not need."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(p.startswith(".") or p in _LEFT_OUT for p in parts):
            found.append(path)
    return found


def _digest(suite: Suite) -> str:
    files = {*suite.folder.glob("bench_*.py"), *(task.reference_file for task in suite.tasks)}
    digest = hashlib.sha256()
    for content in sorted(file.read_bytes() for file in files):
        digest.update(b"%d\0" % len(content) + content)
    return digest.hexdigest()


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
