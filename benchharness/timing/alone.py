"""One measurement at a time on a machine, and nobody who grades beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no flock; measurements there may disturb each other
    fcntl = None  # type: ignore[assignment]

__all__ = ["alone_on_this_machine", "beside_others", "holding_workers"]

_GATE, _FLOOR = "benchharness-gate.lock", "benchharness-timing.lock"
_WORKERS = "benchharness-workers.lock"


@contextmanager
def alone_on_this_machine() -> Iterator[None]:
    """
    Wait until no other grader of any user measures or grades here, and keep others waiting.

    Two measurements at once would share caches and cores; each would time the other.
    """
    with _held(_GATE, exclusively=True), _held(_FLOOR, exclusively=True):
        yield


@contextmanager
def beside_others() -> Iterator[None]:
    """Grade beside others who grade, but beside nobody who measures."""
    with _held(_GATE, exclusively=False):  # who waits to measure goes first
        pass
    with _held(_FLOOR, exclusively=False):
        yield


@contextmanager
def holding_workers() -> Iterator[None]:
    """
    Wait until no other grader of a class here holds the workers that time a task.

    They are dozens, and while one grader measures, those of others would only take memory. Who
    waits here may hold no other lock of a machine.
    """
    with _held(_WORKERS, exclusively=True):
        yield


@contextmanager
def _held(name: str, *, exclusively: bool) -> Iterator[None]:
    """A lock of this machine, shared with others unless it is to be held exclusively."""
    if fcntl is None:
        yield
        return
    path = Path(tempfile.gettempdir()) / name
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError:  # a folder that cannot be written: nobody else can lock there either
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if exclusively else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)
