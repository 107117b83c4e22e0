"""From `pytest --bench` to the first verdict on the terminal, in a process that starts cold."""

from __future__ import annotations

import importlib.util
import os
import pty
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from measuring import HERE, RIGHT, environment, folder, in_turn, python, two_cores
from results import Figure, Goal, Result

_GOALS_S = {"numpy": 1.0, "torch": 5.0}
_COLOURS = rb"(?:\x1b\[[\d;]*m)*"


def measure(*, quick: bool) -> Result:
    """Seconds to the first verdict, ours and a plain test file's, one submission a backend."""
    with folder() as where, two_cores():
        shutil.copy(HERE / "peers" / "test_plain.py", where)
        measures = {}
        for backend in RIGHT:
            file = RIGHT[backend].name
            shutil.copy(RIGHT[backend], where)
            bench = ["--bench", "--bench-timing", "off", "--suite", "thresholding"]
            ours = python("-m", "pytest", *bench, "--submission", file)
            plain = python("-m", "pytest", "-p", "no:benchharness", "test_plain.py")
            env = environment(SUBMISSION=str(where / file))
            measures[backend] = lambda c=ours, f=file: first_verdict_s(c, where, f)
            measures[f"{backend}_plain"] = lambda c=plain, e=env: first_verdict_s(
                c, where, "test_plain.py", e
            )
        in_turn(1, measures)  # fills caches of bytecode and files
        measures["torch_cold_disk"] = lambda: _cold_disk_s(measures["torch"])
        found = in_turn(2 if quick else 8, measures)
    return Result(
        title="Time from `pytest --bench` to the first verdict",
        figures=tuple(_figure(name, values) for name, values in found.items()),
        notes=(
            "A fresh process each time, `--bench-timing off`, a terminal, at most two cores, the "
            "examples of this repository, in turn with a plain test file of the same cases "
            "(`benchmarks/peers/test_plain.py`).",
        ),
        data=dict(found),
    )


def first_verdict_s(
    command: list[str], where: Path, file: str, env: dict[str, str] | None = None
) -> float:
    """Seconds from starting pytest until it shows the first verdict on `file`."""
    shown = re.compile(rb"\n" + re.escape(file.encode()) + rb" " + _COLOURS + rb"[.FEsxX]")
    ours, theirs = pty.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=where,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    seen, first_s = b"", None
    while more := _read(ours):
        seen += more
        if first_s is None and shown.search(seen):
            first_s = time.perf_counter() - start
    os.close(ours)
    if process.wait() != 0 or first_s is None:
        raise RuntimeError(f"{' '.join(command)}: {seen.decode(errors='replace')[-2000:]}")
    return first_s


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody holds the other end any more
        return b""


def _cold_disk_s(measure: Callable[[], float]) -> float:
    """The same after PyTorch's files have left the page cache."""
    spec = importlib.util.find_spec("torch")
    assert spec is not None and spec.origin is not None
    for file in Path(spec.origin).parent.rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
    return measure()


def _figure(name: str, values: list[float]) -> Figure:
    what = {
        "numpy": "a NumPy submission",
        "numpy_plain": "the plain test file, NumPy",
        "torch": "a PyTorch submission",
        "torch_plain": "the plain test file, PyTorch",
        "torch_cold_disk": "a PyTorch submission, PyTorch's files not in memory",
    }[name]
    goal = Goal(_GOALS_S[name], f"< {_GOALS_S[name]:g} s", "s") if name in _GOALS_S else None
    detail = f"{min(values):.2f} to {max(values):.2f} s, n = {len(values)}"
    return Figure(what, median(values), f"{median(values):.2f} s", goal, detail)
