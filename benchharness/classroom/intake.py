"""
What was handed in, one submission after another, each where it can be taken in or refused.

What is one submission, and what a class of them
------------------------------------------------
- A `.py` file or a notebook is one submission.
- A folder or an archive (`.zip`, `.tar`, `.tar.gz`, `.tgz`) that is **named alone** is a class,
  unless `__init__.py` lies at its top. Its folders, Python files, notebooks and archives are one
  submission each, named after them; its other files are nobody's. The downloads of Moodle, Canvas,
  Gradescope and clones from GitHub are known by their names: see `places`. An archive whose only
  entry is a folder is that folder.
- Where **several paths** are named, each is one submission. Everything in a class is, too.
- One submission is all Python files in its folder; where it has none, its only notebook; where it
  has none either, the archives in it are opened, but no archives in those.

Hidden files, `__MACOSX` and `__pycache__` are never looked at.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchharness.classroom.archives import OF_A_CLASS, archive_suffix, open_archive
from benchharness.classroom.naming import plain, safe_file_name, same_file, unique_names
from benchharness.classroom.places import Bundle, bundles, is_download, title_of, work_suffix
from benchharness.classroom.trees import ArchiveTree, FolderTree, Tree, files_under
from benchharness.classroom.writing import MAX_BYTES, Allowance, writing
from benchharness.errors import UsageError
from benchharness.runner.notebook import MAX_NOTEBOOK_BYTES, SUFFIX

__all__ = ["HandedIn", "Intake", "handed_in"]

_WORK = {".py": MAX_BYTES, SUFFIX: MAX_NOTEBOOK_BYTES}
_REMEDY = {".py": "leave data out of it", ".ipynb": "clear its outputs and save it again"}
_WANTED = "hand in a .py file, a notebook or a zip of them"


@dataclass(frozen=True)
class HandedIn:
    """One submission of a class as it came: where it lies now, whose it is, or what is wrong."""

    name: str
    path: Path | None
    student: Mapping[str, str]
    problem: str = ""


def handed_in(paths: Sequence[Path], scratch: Path, *, leave_out: Iterable[Path] = ()) -> Intake:
    """
    The submissions at some paths, listed now and unpacked one by one as they are asked for.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders and archives: see above.
    scratch : Path
        A folder of ours. What has to be unpacked goes to `scratch/NAME`, which may be removed
        when that submission is graded. Nothing is written elsewhere.
    leave_out : iterable of Path
        What is no submission though it may lie among them, such as the folder of the results.

    Raises
    ------
    UsageError
        If a path does not exist, or a class cannot be read or holds no submission.
    HarnessError
        If `scratch` cannot be written; also later, from the iterator.
    """
    return Intake(paths, scratch, leave_out)


@dataclass(frozen=True)
class _Found:
    """A submission in the listing: how it wants to be called, and how to get it."""

    title: str
    key: str
    student: Mapping[str, str]
    bring: Callable[[Path, Allowance], Path]


class Intake(Iterator[HandedIn]):
    """The submissions of a class by name, in order; the archive they come from is open."""

    def __init__(
        self, paths: Sequence[Path], scratch: Path, leave_out: Iterable[Path] = ()
    ) -> None:
        with writing(scratch):
            scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = scratch
        self._open = ExitStack()
        try:
            found = self._list(paths, [scratch, *leave_out])
        except BaseException:
            self._open.close()
            raise
        names = unique_names([(one.title, one.key) for one in found])
        order = sorted(zip(names, found, strict=True), key=lambda pair: same_file(pair[0]))
        self._waiting = deque(order)

    def __len__(self) -> int:
        """How many are still to come."""
        return len(self._waiting)

    def __next__(self) -> HandedIn:
        if not self._waiting:
            self.close()
            raise StopIteration
        name, found = self._waiting.popleft()
        folder = self._scratch / name
        try:
            _clear(folder)
            allowance = Allowance()
            path = _gradable(found.bring(folder, allowance), folder, allowance)
        except UsageError as problem:
            _clear(folder)
            return HandedIn(name, None, found.student, str(problem))
        except OSError as problem:  # of reading; trouble with writing is a HarnessError
            return HandedIn(name, None, found.student, _unreadable(problem))
        return HandedIn(name, path, found.student)

    def close(self) -> None:
        """Let go of the archive."""
        self._open.close()

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _list(self, paths: Sequence[Path], leave_out: Iterable[Path]) -> list[_Found]:
        if not paths:
            raise UsageError("no submission is named; name files, folders or archives")
        for path in paths:
            if not os.path.lexists(path):
                raise UsageError(f"submission {path}: there is no such file or folder")
        different = list(dict.fromkeys(Path(os.path.abspath(path)) for path in paths))
        if len(different) == 1 and (tree := self._class_at(different[0], leave_out)):
            found = [_from_bundle(tree, bundle) for bundle in bundles(tree)]
            if not found:
                raise UsageError(f"{different[0]}: holds no submission; {_WANTED}")
            return found
        return _each(different)

    def _class_at(self, path: Path, leave_out: Iterable[Path]) -> Tree | None:
        """The listing of a class, where a path that is named alone is one."""
        tree: Tree
        try:
            if path.is_dir():
                tree = FolderTree(path, leave_out)
            elif archive_suffix(path.name):
                archive = open_archive(path, self._scratch, OF_A_CLASS)
                tree = _entrance(ArchiveTree(self._open.enter_context(archive)))
            else:
                return None
        except OSError as problem:
            raise UsageError(f"{path}: {_unreadable(problem)}") from problem
        return None if "__init__.py" in tree.entries else tree


def _entrance(tree: ArchiveTree) -> ArchiveTree:
    """Where the submissions lie: in the archive, or in its only folder."""
    return tree if is_download(tree) else tree.unwrapped()


def _each(paths: Sequence[Path]) -> list[_Found]:
    """Every path is one submission; what they are called does not depend on where they lie."""
    above = os.path.commonpath([path.parent for path in paths])
    return [
        _Found(
            title_of(path.name), path.relative_to(above).as_posix(), {}, partial(_in_place, path)
        )
        for path in paths
    ]


def _in_place(path: Path, folder: Path, allowance: Allowance) -> Path:
    return path


def _from_bundle(tree: Tree, bundle: Bundle) -> _Found:
    def bring(folder: Path, allowance: Allowance) -> Path:
        if bundle.problem:
            raise UsageError(bundle.problem)
        return tree.bring(bundle.entries, folder, allowance)

    return _Found(bundle.title, bundle.key, bundle.student, bring)


def _gradable(path: Path, folder: Path, allowance: Allowance) -> Path:
    """The file or folder of a submission to take in; archives are opened into `folder`."""
    if path.is_symlink() or not path.is_dir():
        if path.is_symlink() or not path.is_file() or not archive_suffix(path.name):
            return _checked(path)
        return _opened([path], folder, allowance)
    files = files_under(path, Allowance())
    archives = [path.joinpath(*way) for way in files if archive_suffix(way[-1])]
    if archives and not any(work_suffix(way[-1]) in _WORK for way in files):
        return _opened(archives, folder, allowance)
    return _work_in(path, files)


def _opened(archives: Sequence[Path], folder: Path, allowance: Allowance) -> Path:
    """The submission that is in the archives of a student."""
    root = folder / "opened"
    for number, path in enumerate(archives):
        with open_archive(path, folder) as archive:
            tree = ArchiveTree(archive)
            if is_download(_entrance(tree)):
                raise UsageError(
                    f"{plain(path.name)}: looks like the download of a whole class; name it alone"
                )
            places = {entry: safe_file_name(entry, work_suffix(entry)) for entry in tree.entries}
            tree.bring(places, root / str(number), allowance)
        if path.is_relative_to(folder):
            path.unlink()
    return _work_in(root, files_under(root, Allowance()))


def _work_in(folder: Path, files: Sequence[tuple[str, ...]]) -> Path:
    """The submission in a folder: the innermost folder of its Python files, or its notebook."""
    kinds = [work_suffix(way[-1]) for way in files]
    if ".py" in kinds:
        inmost = os.path.commonpath([Path(*way[:-1]) for way in files])
        only = len(files) == 1 and files[0][-1] != "__init__.py"
        return folder.joinpath(*files[0]) if only else folder / inmost
    if kinds.count(".ipynb") == 1:
        return _checked(folder.joinpath(*files[kinds.index(".ipynb")]))
    if ".ipynb" in kinds:
        raise UsageError(f"holds {kinds.count('.ipynb')} notebooks and no .py file; hand in one")
    if any(map(archive_suffix, kinds)):
        raise UsageError("holds an archive in an archive; pack the files themselves")
    raise UsageError(f"holds no .py file or notebook; {_WANTED}")


def _checked(path: Path) -> Path:
    """A single file, if it can be taken in."""
    shown, suffix = plain(path.name), path.suffix
    if path.is_symlink():
        raise UsageError(f"{shown}: is a symbolic link; hand in the file itself")
    if not path.is_file() or suffix not in _WORK:
        raise UsageError(f"{shown}: is no .py file, notebook, folder or archive; {_WANTED}")
    if path.stat().st_size > _WORK[suffix]:
        raise UsageError(f"{shown}: is larger than {_WORK[suffix] >> 20} MiB; {_REMEDY[suffix]}")
    return path


def _unreadable(problem: OSError) -> str:
    return f"cannot be read: {problem.strerror or problem}; check its permissions"


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
