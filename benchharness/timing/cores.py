"""Which core to measure on, and staying there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from benchharness.timing.noise import probe_s

__all__ = ["on_one_core", "quietest_core"]

_PROBES = 20


@contextmanager
def on_one_core(workers: Iterable[int] = ()) -> Iterator[int | None]:
    """
    Hold the grader and the worker processes on one core; yields it, or None where that cannot be.

    Only one of them runs at a time. Spread over cores, each worker has a wake-up of its own,
    between 5 and 50 µs by where the scheduler put it, and keeps it for a whole measurement: two
    copies of the same code then differ by up to 10 %, which no statistic can see.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    core = quietest_core()
    processes = (0, *workers)
    before = {process: os.sched_getaffinity(process) for process in processes}
    try:
        for process in processes:
            os.sched_setaffinity(process, {core})
        yield core
    finally:
        for process, cores in before.items():
            _restore(process, cores)


def quietest_core() -> int:
    """The core, of those that this process may use, on which a fixed probe takes the least."""
    allowed = os.sched_getaffinity(0)
    try:
        return min(allowed, key=_probe_on)
    finally:
        os.sched_setaffinity(0, allowed)


def _probe_on(core: int) -> float:
    os.sched_setaffinity(0, {core})
    return sum(probe_s() for _ in range(_PROBES))


def _restore(process: int, cores: set[int]) -> None:
    try:
        os.sched_setaffinity(process, cores)
    except ProcessLookupError:
        return  # a worker that was killed meanwhile has no core to give back
