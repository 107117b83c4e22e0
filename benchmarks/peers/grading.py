"""Submissions graded by one grader: how long it takes, in how much memory, with what outcome."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from measuring import descendants, environment, folder, memory_bytes
from peers.graders import (
    Benchharness,
    BenchharnessNotebooks,
    Check50,
    Command,
    Grader,
    GradescopeUtils,
    Pytest,
    Submissions,
)
from peers.notebook_graders import Nbgrader, Otter

__all__ = ["OURS", "PEERS", "Graded", "grade"]

OURS = (Benchharness(), BenchharnessNotebooks())
PEERS = (GradescopeUtils(), Check50(), Pytest(), Otter(), Nbgrader())

_LIMIT_S = 600
_EVERY_S = 0.25


@dataclass
class Peak:
    """The most memory that the processes below this one had together."""

    bytes: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.ended.wait(_EVERY_S):
            self.bytes = max(self.bytes, memory_bytes(descendants(os.getpid())))


@dataclass(frozen=True)
class Graded:
    """What came of some submissions."""

    seconds: float
    peak_bytes: int
    left_bytes: int
    """The size of all files that were left, reports and what they quote."""
    exit_codes: list[int | None]
    """None for a process that had to be killed at the limit."""
    reported_s: list[float]
    """When the reports of submissions came, in increasing order."""
    points: dict[str, float | None]


def grade(
    grader: Grader, submissions: Submissions, *, jobs: int, limit_s: float = _LIMIT_S
) -> Graded:
    """Grade in a fresh folder; laying out the assignment and reading the points is not timed."""
    with folder() as where:
        lanes = grader.lay_out(where, submissions, jobs)
        laid_out = _size(where)
        with _peak() as peak, ThreadPoolExecutor(len(lanes)) as pool:
            start, started_at = time.perf_counter(), time.time()
            codes = list(pool.map(lambda lane: [_run(each, limit_s) for each in lane], lanes))
            seconds = time.perf_counter() - start
        return Graded(
            seconds=seconds,
            peak_bytes=peak.bytes,
            left_bytes=_size(where) - laid_out,
            exit_codes=[code for lane in codes for code in lane],
            reported_s=sorted(
                report.stat().st_mtime - started_at
                for report in (grader.report(where, name) for name in submissions)
                if report.exists()
            ),
            points={name: grader.points(where, name) for name in submissions},
        )


@contextmanager
def _peak() -> Iterator[Peak]:
    peak = Peak()
    watcher = threading.Thread(target=peak.watch)
    watcher.start()
    try:
        yield peak
    finally:
        peak.ended.set()
        watcher.join()


def _run(command: Command, limit_s: float) -> int | None:
    """A command's exit code; at the limit it is killed with all that it started."""
    with (command.cwd / "terminal.txt").open("wb") as terminal:
        process = subprocess.Popen(
            command.arguments,
            cwd=command.cwd,
            env=environment(**command.environment),
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
        try:
            return process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            for each in (process.pid, *descendants(process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()
            return None


def _size(where: Path) -> int:
    return sum(file.stat().st_size for file in where.rglob("*") if file.is_file())
