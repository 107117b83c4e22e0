"""A folder or an archive seen from above: its entries, and how to get some of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from benchharness.classroom.archives import Archive, Member
from benchharness.classroom.naming import plain
from benchharness.classroom.writing import MAX_BYTES, Allowance, write
from benchharness.errors import UsageError

__all__ = ["ArchiveTree", "FolderTree", "Tree", "files_under", "is_left_out"]

_LEFT_OUT = frozenset({"__pycache__", "__MACOSX", "node_modules", "Thumbs.db", "desktop.ini"})
_LINE = 2**16


def is_left_out(name: str) -> bool:
    """Whether a file or folder is nobody's work: hidden, or put there by a tool."""
    return name.startswith(".") or name in _LEFT_OUT


class Tree(Protocol):
    """What a listing of submissions lies in."""

    @property
    def name(self) -> str:
        """What the folder or archive is called."""

    @property
    def entries(self) -> Mapping[str, bool]:
        """The names at the top, and whether each is a folder."""

    def has(self, entry: str, inside: str) -> bool:
        """Whether a folder at the top holds something of this name."""

    def lines(self, entry: str) -> Iterator[str]:
        """A text file at the top, line by line, long lines cut short."""

    def bring(self, entries: Mapping[str, str], folder: Path, allowance: Allowance) -> Path:
        """
        Make some entries available, each under another name, as one submission.

        Parameters
        ----------
        entries : mapping of str to str
            Names at the top, and the names that they get.
        folder : Path
            Where files may be written.
        allowance : Allowance
            How much may be written.

        Returns
        -------
        Path
            The only entry, or a folder that holds them all.

        Raises
        ------
        UsageError
            If they are not as a submission should be.
        """


class FolderTree:
    """A folder; a single entry of it stays where it is."""

    def __init__(self, root: Path, leave_out: Iterable[Path] = ()) -> None:
        self.name = root.resolve().name
        self._root = root
        inside = [path.resolve() for path in leave_out]
        self.entries = {
            entry.name: entry.is_dir(follow_symlinks=False) or entry.is_symlink()
            for entry in os.scandir(root)
            if not is_left_out(entry.name)
            and not any(path.is_relative_to(os.path.realpath(entry.path)) for path in inside)
        }

    def has(self, entry: str, inside: str) -> bool:
        """Whether a folder at the top holds something of this name."""
        return os.path.lexists(self._root / entry / inside)

    def lines(self, entry: str) -> Iterator[str]:
        """A text file at the top, line by line, long lines cut short."""
        return _lines(_chunks(self._root / entry))

    def bring(self, entries: Mapping[str, str], folder: Path, allowance: Allowance) -> Path:
        """Make some entries available: see `Tree`."""
        if len(entries) == 1:
            return self._root.joinpath(*entries)
        together = folder / "submission"
        for entry, place in entries.items():
            allowance.take(files=1)
            write(_chunks(self._root / entry), together / place, allowance)
        return together


class ArchiveTree:
    """An archive, or what lies in the only folder at its top."""

    def __init__(self, archive: Archive, wrapper: str = "") -> None:
        self.name = wrapper or archive.name
        depth = 1 if wrapper else 0
        self._archive, self._depth = archive, depth
        self._members: dict[str, list[Member]] = {}
        self.entries: dict[str, bool] = {}
        for member in archive.members:
            if len(member.parts) > depth and not any(map(is_left_out, member.parts[: depth + 1])):
                top = member.parts[depth]
                is_folder = member.is_folder or len(member.parts) > depth + 1
                self._members.setdefault(top, []).append(member)
                self.entries[top] = self.entries.get(top, False) or is_folder

    def unwrapped(self) -> ArchiveTree:
        """What lies in the folder that holds everything, if there is one."""
        if [*self.entries.values()] == [True]:
            return ArchiveTree(self._archive, *self.entries)
        return self

    def has(self, entry: str, inside: str) -> bool:
        """Whether a folder at the top holds something of this name."""
        way = self._depth + 1
        return any(member.parts[way : way + 1] == (inside,) for member in self._members[entry])

    def lines(self, entry: str) -> Iterator[str]:
        """A text file at the top, line by line, long lines cut short."""
        return _lines(self._archive.chunks(self._members[entry][0]))

    def bring(self, entries: Mapping[str, str], folder: Path, allowance: Allowance) -> Path:
        """Make some entries available: see `Tree`."""
        root = folder if len(entries) == 1 else folder / "submission"
        chosen = []
        for entry, place in entries.items():
            for member in self._members[entry]:
                rest = member.parts[self._depth + 1 :]
                if not member.is_folder and not any(map(is_left_out, rest)):
                    chosen.append((member, (place, *rest)))
        if not chosen:
            raise UsageError("holds no files; hand in a .py file, a notebook or a zip of them")
        self._archive.unpack(chosen, root, allowance)
        return root.joinpath(*entries.values()) if len(entries) == 1 else root


def files_under(folder: Path, allowance: Allowance) -> list[tuple[str, ...]]:
    """
    The ways to the files in a folder, sorted, without links and what is nobody's work.

    Raises
    ------
    UsageError
        If they are more or larger than is allowed, or the folder cannot be read.
    """
    found = []

    def stop(problem: OSError) -> None:
        raise UsageError(f"cannot be read: {problem.strerror or problem}; check its permissions")

    for root, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not is_left_out(name)]
        for name in names:
            path = Path(root, name)
            state = path.lstat()
            if stat.S_ISREG(state.st_mode) and not is_left_out(name):
                allowance.take(files=1, size_bytes=state.st_size)
                found.append(path.relative_to(folder).parts)
    return sorted(found)


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of an ordinary file; a link or a device is refused before it is opened."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise UsageError(f"{plain(path.name)}: is no ordinary file; hand in the file itself")
    try:
        with path.open("rb") as content:
            while chunk := content.read(_LINE):
                yield chunk
    except OSError as problem:
        raise UsageError(
            f"{plain(path.name)}: cannot be read: {problem.strerror or problem}; "
            "check its permissions"
        ) from problem


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of UTF-8 text, at most `_LINE` bytes of each; no more than a submission's size."""
    allowance, rest = Allowance(size_bytes=MAX_BYTES), b""
    for chunk in chunks:
        allowance.take(size_bytes=len(chunk))
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line[:_LINE].decode(errors="replace") for line in whole)
        rest = rest[:_LINE]
    yield rest.decode(errors="replace")
