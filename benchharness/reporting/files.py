"""Results in files that are whole or absent, whatever interrupts the writing."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchharness.errors import HarnessError

__all__ = ["add_to", "write_whole"]


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """
    Put a text, or its parts, at `path`: the old file stays until the new one is complete.

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
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as problem:
        raise HarnessError(
            f"{path}: cannot be written: {problem.strerror or problem}; "
            "free some space or name another place"
        ) from problem


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
