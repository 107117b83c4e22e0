"""What every benchmark needs: commands in fresh processes, measures in turn, a busy machine."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = [
    "HERE",
    "RIGHT",
    "ROOT",
    "descendants",
    "environment",
    "folder",
    "hogs",
    "in_turn",
    "memory_bytes",
    "python",
    "run",
    "say",
    "seconds",
    "two_cores",
]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RIGHT = {
    "numpy": ROOT / "examples" / "numpy_otsu.py",
    "torch": ROOT / "suites" / "thresholding" / "accepted" / "pytorch.py",
}
"""A right submission to the suite `thresholding` in each backend."""

_LIMIT_S = 600
_UNUSUAL = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTEST_ADDOPTS", "COLUMNS")
_HOG = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


def python(*arguments: object) -> list[str]:
    """A command line of the interpreter that runs the benchmarks."""
    return [sys.executable, *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of a usual user: nothing that keeps Python from caching bytecode."""
    usual = {name: value for name, value in os.environ.items() if name not in _UNUSUAL}
    return usual | more


def run(
    command: list[str],
    cwd: Path,
    *,
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> str:
    """What a command prints; RuntimeError if it ends otherwise than expected."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LIMIT_S,
    )
    if done.returncode not in codes:
        shown = " ".join(command)
        raise RuntimeError(f"{shown}: ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def seconds(
    command: list[str],
    cwd: Path,
    *,
    env: Mapping[str, str] | None = None,
    codes: tuple[int, ...] = (0,),
) -> float:
    """How long a command takes in a fresh process, from its start to its end."""
    start = time.perf_counter()
    run(command, cwd, env=env, codes=codes)
    return time.perf_counter() - start


def in_turn(
    repetitions: int, measures: Mapping[str, Callable[[], float]], *, seed: int = 0
) -> dict[str, list[float]]:
    """Every measure once a round, in an order that is new in each round."""
    order, rng = list(measures), random.Random(seed)
    found: dict[str, list[float]] = {name: [] for name in order}
    for repetition in range(repetitions):
        say(f"round {repetition + 1} of {repetitions}")
        rng.shuffle(order)
        for name in order:
            found[name].append(measures[name]())
    return found


@contextmanager
def hogs(count: int) -> Iterator[None]:
    """Processes that keep a core busy each; they end with the block, and with this process."""
    with ExitStack() as stack:
        for _ in range(count):
            hog = subprocess.Popen(python("-I", "-c", _HOG), env=environment())
            stack.callback(hog.wait)
            stack.callback(hog.kill)
        yield


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found, waiting = [], [pid]
    while waiting:
        try:
            tasks = list(Path(f"/proc/{waiting.pop()}/task").glob("*/children"))
            children = [int(child) for task in tasks for child in task.read_text().split()]
        except OSError:  # it has ended meanwhile
            continue
        found += children
        waiting += children
    return found


def memory_bytes(pids: Iterable[int]) -> int:
    """The proportional memory (PSS) of processes together."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        pss = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
        total += 1024 * int(pss.split()[1])
    return total


@contextmanager
def two_cores() -> Iterator[None]:
    """This process and its children on two cores at most."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder outside of any project, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        yield Path(name)


def say(text: str) -> None:
    """Show what is being done."""
    print(f"  {text}", file=sys.stderr, flush=True)
