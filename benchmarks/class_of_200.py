"""A class of 200: its pace beside a fresh pytest a submission, its memory, and being killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path
from statistics import median

from measuring import (
    HERE,
    RIGHT,
    ROOT,
    descendants,
    environment,
    folder,
    memory_bytes,
    python,
    run,
    say,
    seconds,
    two_cores,
)
from results import Figure, Goal, Result

_SUITE = "thresholding"
_WRONG = ROOT / "examples" / "listing_6_1.py"
_ENDLESS = "def binarize(image, threshold):\n    while True:\n        pass\n"


def measure(*, quick: bool) -> Result:
    """Submissions a minute, the peak memory of all processes, and grades after kills."""
    students, kills, alone = (20, 3, 2) if quick else (200, 50, 8)
    data: dict[str, object] = {}
    figures = []
    with folder() as where, two_cores():
        for backend in ("numpy", "torch"):
            handed_in = _class_of(students, RIGHT[backend], where / backend)
            took_s, peak_bytes = _graded(handed_in, where / f"out_{backend}")
            plain_s = [_plain_s(RIGHT[backend], where) for _ in range(alone)]
            data[backend] = {"class_s": took_s, "plain_s": plain_s, "peak_bytes": peak_bytes}
            figures += _pace(backend, students, took_s, median(plain_s), peak_bytes)
        mixed = _class_of(students, RIGHT["numpy"], where / "mixed", wrong_every=7)
        equal, killed = _killed(mixed, where, kills)
        data["killed"] = {"times": killed, "equal": equal}
    figures.append(
        Figure(
            f"grades.csv after {killed} kills, equal to the undisturbed one",
            float(equal),
            "equal, byte for byte" if equal else "**different**",
            Goal(1, "equal", "", at_least=True),
            "SIGKILL to the whole process group at random moments, then the same command; a class "
            "that ends is compared, and another begun",
        )
    )
    return Result(
        title=f"A class of {students}: `benchharness grade`, suite `{_SUITE}`, without timing",
        figures=tuple(figures),
        notes=(
            "From the start of the command to its end, two cores, the strictest sandbox to be "
            "had, pages and files included. The plain test file (`peers/test_plain.py`) "
            "asks the same cases in a fresh process a submission, one after the other, without a "
            "sandbox. Peak memory sums the proportional shares (PSS) of all processes.",
        ),
        data=data,
    )


def _class_of(students: int, source: Path, where: Path, *, wrong_every: int = 0) -> Path:
    """A folder of submissions that differ in a comment; some of them wrong or endless."""
    where.mkdir()
    text, wrong = source.read_text("utf-8"), _WRONG.read_text("utf-8")
    for number in range(students):
        is_wrong = wrong_every and number % wrong_every == 0
        body = wrong if is_wrong else _ENDLESS if wrong_every and number == 1 else text
        file = where / f"student_{number:03d}.py"
        file.write_text(f"{body}\n# {number}\n", encoding="utf-8")
    return where


def _command(handed_in: Path, out: Path) -> list[str]:
    arguments = ("grade", handed_in, "-o", out, "--suite", _SUITE, "--jobs", 2, "--timeout", 1)
    return python("-m", "benchharness.cli", *arguments, "--seed", 1)


def _graded(handed_in: Path, out: Path) -> tuple[float, int]:
    start = time.perf_counter()
    process = subprocess.Popen(
        _command(handed_in, out), env=environment(), stdout=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory_bytes([process.pid, *descendants(process.pid)]))
        time.sleep(0.25)
    took_s = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"benchharness grade ended with {process.returncode}")
    return took_s, peak


def _plain_s(submission: Path, where: Path) -> float:
    shutil.copy(HERE / "peers" / "test_plain.py", where)
    command = python("-m", "pytest", "-q", "-p", "no:benchharness", "test_plain.py")
    return seconds(command, where, env=environment(SUBMISSION=str(submission)))


def _pace(
    backend: str, students: int, took_s: float, plain_s: float, peak_bytes: int
) -> list[Figure]:
    times = plain_s * students / took_s
    return [
        Figure(
            f"{students} {backend} submissions, beside a fresh pytest each",
            times,
            f"{times:.1f} times as fast",
            Goal(40, "at least 40 times", "", at_least=True),
            f"{60 * students / took_s:.0f} a minute, {1e3 * took_s / students:.0f} ms each; "
            f"a fresh pytest takes {plain_s:.2f} s",
        ),
        Figure(
            f"peak memory of all processes, {backend}",
            peak_bytes / 2**20,
            f"{peak_bytes / 2**20:.0f} MiB",
        ),
    ]


def _killed(handed_in: Path, where: Path, kills: int) -> tuple[bool, int]:
    """
    Whether classes that were killed so often in all have the grades of one that was not.

    A class that ends in spite of it is looked at, and another begun.
    """
    run(_command(handed_in, where / "undisturbed"), where)
    grades = (where / "undisturbed" / "grades.csv").read_bytes()
    rng, times, classes, equal = random.Random(1), 0, 1, True
    while times < kills:
        out = where / f"killed_{classes}"
        process = subprocess.Popen(
            _command(handed_in, out),
            env=environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(timeout=rng.uniform(0.5, 4.0))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            times += 1
            say(f"kill {times} of {kills}, class {classes}")
        else:
            equal &= (out / "grades.csv").read_bytes() == grades
            classes += 1
    run(_command(handed_in, where / f"killed_{classes}"), where)
    equal &= (where / f"killed_{classes}" / "grades.csv").read_bytes() == grades
    return equal, times
