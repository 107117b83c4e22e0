"""Files to start from: a submission, an assignment, a suite."""

from __future__ import annotations

import keyword
import shlex
from pathlib import Path

from benchharness.content import content_root
from benchharness.errors import UsageError, unwritable
from benchharness.reporting.starter import starter
from benchharness.reporting.statement import statement
from benchharness.suite.load import find_suite, load_suite

__all__ = ["new_statement", "new_submission", "new_suite"]


def new_submission(suite: str, output: str, backend: str | None = None) -> Path:
    """
    A file at `output` with the functions of the suite's tasks for students to write.

    It is the `starter.py` of the suite's folder, or, where there is none or a backend is named,
    generated from the tasks.

    Raises
    ------
    UsageError
        If there is no such suite, or `output` exists.
    """
    folder = find_suite(suite)
    by_hand = folder / "starter.py"
    if by_hand.is_file() and backend is None:
        return _write_new(Path(output), by_hand.read_text("utf-8"))
    command = f"pytest --bench --suite={shlex.quote(suite)} --submission={shlex.quote(output)}"
    return _write_new(Path(output), starter(load_suite(folder), backend or "numpy", command))


def new_statement(suite: str, output: str) -> Path:
    """
    The assignment in Markdown at `output`: the folder's `statement.md`, or else a generated one.

    Raises
    ------
    UsageError
        If there is no such suite, or `output` exists.
    """
    folder = find_suite(suite)
    by_hand = folder / "statement.md"
    if by_hand.is_file():
        return _write_new(Path(output), by_hand.read_text("utf-8"))
    return _write_new(Path(output), statement(load_suite(folder), shlex.quote(suite)))


def new_suite(name: str, parent: str) -> Path:
    """
    A folder `parent/name` with a suite of one task and its reference.

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
        raise unwritable(path, problem) from problem
    return path
