"""Results in files that are whole or absent, whatever interrupts the writing."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchharness.errors import HarnessError, unwritable

__all__ = ["add_to", "ends_with", "write_whole"]


def write_whole(path: Path, text: str | Iterable[str], *, at_once: bool = True) -> None:
    """
    Put a text, or its parts, at `path`: the old file stays until the new one is complete.

    It is on the disk when this returns, unless `at_once` is false: then a machine that loses its
    power soon after may come back without it.

    Raises
    ------
    HarnessError
        If it cannot be written: no space, no permission, no such folder to make.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.writelines([text] if isinstance(text, str) else text)
                file.flush()
                if at_once:
                    os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as problem:
        raise unwritable(path, problem) from problem


def ends_with(path: Path, text: str) -> bool:
    """Whether there is a file at `path` with `text` at its end."""
    end = text.encode("utf-8")
    try:
        with path.open("rb") as file:
            file.seek(-len(end), os.SEEK_END)
            return file.read() == end
    except OSError:  # there is none, or it is shorter
        return False


def add_to(path: Path, text: str) -> None:
    """
    Add `text` to the end of a file that a service gave us to add to.

    Raises
    ------
    HarnessError
        If it cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as problem:
        raise HarnessError(
            f"{path}: cannot be written: {problem.strerror or problem}; "
            "is it the file that the service named?"
        ) from problem
