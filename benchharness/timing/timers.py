"""Sleeps that end on time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["punctual_timers"]

_SLACK = Path("/proc/self/timerslack_ns")


@contextmanager
def punctual_timers() -> Iterator[None]:
    """
    Let short sleeps of this process end on time, not up to 50 µs later; yields nothing.

    Linux delays them to wake up less often. The grader sleeps while a worker comes to a stop,
    inside the window where the answer is large, and the delay would be noise in every sample.
    """
    try:
        before = _SLACK.read_text()
        _SLACK.write_text("1")
    except OSError:  # no such file outside Linux: sleeps stay as they are
        yield
        return
    try:
        yield
    finally:
        _SLACK.write_text(before)
