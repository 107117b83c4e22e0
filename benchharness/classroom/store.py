"""
`OUT/results.sqlite`: what a class has got so far, one transaction a submission.

A row is complete and written before the next submission begins, so that a run which is ended at
any moment loses nothing but the submission that it was at. The system takes rows to the disk
together: where the machine itself loses its power, the last few may be gone, and are graded
again. The rows hold each submission's `run.json` with all checks, hidden ones included.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchharness.errors import HarnessError, UsageError, unwritable

try:
    import fcntl
except ImportError:  # Windows: two runs on one folder are left to SQLite's own locks
    fcntl = None  # type: ignore[assignment]

__all__ = ["Row", "Store"]

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (
    name TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    student TEXT NOT NULL,
    problem TEXT NOT NULL,
    score REAL NOT NULL,
    max_score REAL NOT NULL,
    status TEXT NOT NULL,
    run TEXT NOT NULL
) WITHOUT ROWID;
"""
_COLUMNS = "name, fingerprint, student, problem, score, max_score, status, run"


@dataclass(frozen=True)
class Row:
    """
    One submission as it was graded.

    `fingerprint` tells whether it has to be graded again, `run` is its `run.json`, whole.
    """

    name: str
    fingerprint: str
    student: dict[str, str]
    problem: str
    score: float
    max_score: float
    status: str
    run: str


class Store:
    """The database of one class; a context manager that keeps other runs out of its folder."""

    def __init__(self, folder: Path) -> None:
        """
        Open or create the database in a folder.

        Raises
        ------
        UsageError
            If another run has it open, what is there is no database of ours, or nobody can write
            there.
        HarnessError
            If the disk is full.
        """
        self.folder = folder
        path = folder / "results.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / ".lock").open("w")
        except OSError as problem:
            raise unwritable(folder, problem, "name another folder with -o") from problem
        _hold(self._lock.fileno(), folder)
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_SCHEMA)
            self._require_version(path)
        except sqlite3.DatabaseError as problem:
            self._lock.close()
            raise UsageError(
                f"{path}: is no database of benchharness ({problem}); "
                "move it away, or name another folder with -o"
            ) from problem

    def fact(self, name: str, default: str) -> str:
        """A fact of the class that stays, such as its seed: the first word about it counts."""
        with self._writing(name):
            self._database.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, default))
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,))
        value: str = found.fetchone()[0]
        return value

    def change(self, name: str, value: str) -> None:
        """Change a fact, whatever was said about it before."""
        with self._writing(name):
            self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def fingerprints(self) -> dict[str, str]:
        """What has been graded, by name."""
        return dict(self._database.execute("SELECT name, fingerprint FROM submissions"))

    def add(self, row: Row) -> None:
        """
        Write one submission down, in place of what was known of it.

        Raises
        ------
        HarnessError
            If it cannot be written, as on a full disk; what was there before still stands.
        """
        student = json.dumps(row.student, ensure_ascii=False, sort_keys=True)
        values = (
            row.name, row.fingerprint, student, row.problem, row.score, row.max_score, row.status,
            row.run,
        )  # fmt: skip
        with self._writing(row.name):
            self._database.execute(
                f"INSERT OR REPLACE INTO submissions ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)", values
            )

    def rows(self) -> Iterator[Row]:
        """Every submission, in the order of names, one at a time."""
        cursor = self._database.execute(f"SELECT {_COLUMNS} FROM submissions ORDER BY name")
        for name, fingerprint, student, *rest in cursor:
            yield Row(name, fingerprint, json.loads(student), *rest)

    def close(self) -> None:
        """Close the database and let others in."""
        self._database.close()
        self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_version(self, path: Path) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _SCHEMA_VERSION):
            raise UsageError(
                f"{path}: was written by another version of benchharness; "
                "name another folder with -o"
            )
        self._database.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
        except sqlite3.Error as problem:
            raise HarnessError(
                f"{self.folder / 'results.sqlite'}: {what} cannot be written: {problem}; free "
                "some space and start again: what was graded before is kept"
            ) from problem


def _hold(lock: int, folder: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise UsageError(
            f"{folder}: another run is grading into it; wait for it, or name another folder "
            "with -o"
        ) from problem
