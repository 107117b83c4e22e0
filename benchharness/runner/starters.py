"""Starter files for students and for authors of suites."""

from __future__ import annotations

import keyword
from pathlib import Path

from benchharness.content import content_root
from benchharness.errors import UsageError
from benchharness.suite.load import find_suite

__all__ = ["new_submission", "new_suite"]


def new_submission(suite: str, output: str) -> Path:
    """
    The suite's starter file, copied to `output`.

    Raises
    ------
    UsageError
        If there is no such suite, it has no starter file, or `output` exists.
    """
    starter = find_suite(suite) / "starter.py"
    if not starter.is_file():
        raise UsageError(f"suite {suite!r} has no starter.py; ask its author for one")
    return _write_new(Path(output), starter.read_text("utf-8"))


def new_suite(name: str, parent: str) -> Path:
    """
    A folder `parent/name` with a suite of one task, its reference, statement and starter file.

    Raises
    ------
    UsageError
        If the name is no identifier or the folder exists.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"suite name {name!r}: must be a Python identifier, such as morphology")
    folder = Path(parent) / name
    if folder.exists():
        raise UsageError(f"{folder}: exists already; choose another name")
    template = content_root() / "suites" / "template"
    for source in sorted(template.iterdir()):
        if source.is_file():
            target = folder / source.name.replace("template", name).removesuffix(".in")
            _write_new(target, source.read_text("utf-8").replace("TEMPLATE", name))
    return folder


def _write_new(path: Path, text: str) -> Path:
    if path.exists():
        raise UsageError(f"{path}: exists already; remove it or name another with -o")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be written: {problem.strerror}") from problem
    return path
