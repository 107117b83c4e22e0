"""What a command costs: wall and processor seconds of all that it starts."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from measuring import descendants, run

__all__ = ["TICK_S", "Spent", "processor_s", "spent"]

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
"""The unit in which the kernel counts processor time."""

_LOOK_S = 0.1


@dataclass(frozen=True)
class Spent:
    """What a command printed, and what it cost together with everything that it started."""

    printed: str
    wall_s: float
    processor_s: float


def spent(command: list[str], cwd: Path, *, env: Mapping[str, str] | None = None) -> Spent:
    """
    A command in a fresh process, and its cost; RuntimeError as `run` raises it.

    Processor time is that of the processes that somebody waited for, or what was seen of all of
    them ten times a second, whichever is more: nobody waits for our workers.
    """
    ended, seen = threading.Event(), dict[int, float]()
    others = {os.getpid(), *descendants(os.getpid())}

    def watch() -> None:
        while not ended.wait(_LOOK_S):
            for pid in set(descendants(os.getpid())) - others:
                seen[pid] = max(seen.get(pid, 0.0), processor_s(pid))

    watcher = threading.Thread(target=watch)
    before_s, start = _waited_for_s(), time.perf_counter()
    watcher.start()
    try:
        printed = run(command, cwd, env=env)
        wall_s = time.perf_counter() - start
    finally:
        ended.set()
        watcher.join()
    return Spent(printed, wall_s, max(_waited_for_s() - before_s, sum(seen.values())))


def _waited_for_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def processor_s(pid: int, *, with_ended: bool = False) -> float:
    """What a process has used of processors, on demand with its children that have ended."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return 0.0
    return TICK_S * sum(map(int, facts[11 : 15 if with_ended else 13]))
