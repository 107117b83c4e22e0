"""A class graded twice, on a quiet machine and on a busy one: are the grades the same?"""

from __future__ import annotations

import csv
import os
import time
from contextlib import nullcontext
from pathlib import Path

from classes import SUITE, command, hand_in, numpy_sources
from measuring import RIGHT, environment, folder, hogs, run, say, two_cores
from results import Figure, Goal, Result

_ASSIGNMENT = f"""
suites = ["{SUITE}"]
only = ["binarize"]

[tasks.binarize]
speed = [{{ ratio = 0.2, points = 2 }}, {{ ratio = 0.01, points = 1 }}]
"""
_SLOW = """

_fast = binarize


def binarize(image, threshold):
    for _ in range(20):
        result = _fast(image, threshold)
    return result
"""
"""Twenty times as much work: no speed near one of the assignment's steps."""


def measure(*, quick: bool) -> Result:
    """Whether `grades.csv` of a class is the same on a quiet and on a busy machine."""
    students, timed = (10, 2) if quick else (100, 6)
    right = RIGHT["numpy"].read_text("utf-8")
    with folder() as where, two_cores():
        plain = hand_in(numpy_sources(), students, where / "plain")
        fast_and_slow = hand_in((right, right + _SLOW), timed, where / "timed")
        (where / "assignment.toml").write_text(_ASSIGNMENT)
        speed = ("--timing", "quick", "--assignment", where / "assignment.toml")
        classes = {
            f"{students} submissions, without timing": _grades(plain, "--suite", SUITE),
            f"{timed} submissions, with points for speed": _grades(fast_and_slow, *speed),
        }
    return Result(
        title="The same grades on a quiet and on a busy machine",
        figures=tuple(_figure(what, found) for what, found in classes.items()),
        notes=(
            f"`benchharness grade --jobs 2`, suite `{SUITE}`, the same seed in two new folders; "
            "first nothing else runs, then a process that never rests on each core. The "
            "submissions are right in several ways, wrong, raise or end their process. With "
            "timing, half of them are about as fast as the reference and half do their work "
            "twenty times; points are given from 0.01 and from 0.2 of the reference's speed on.",
        ),
        data=classes,
    )


def _grades(handed_in: Path, *options: object) -> dict[str, dict[str, object]]:
    """The text of `grades.csv` and the seconds that it took, quiet and busy."""
    found = {}
    for name, others in (("quiet", nullcontext()), ("busy", hogs(len(os.sched_getaffinity(0))))):
        say(f"{handed_in.name}: {name}")
        out = handed_in.with_name(f"{handed_in.name}_{name}")
        start = time.perf_counter()
        env = environment(TMPDIR=str(handed_in.parent))  # and graders beside it hold up nothing
        with others:
            run(command(handed_in, out, *options), handed_in.parent, env=env, codes=(0, 3))
        seconds = time.perf_counter() - start
        text = (out / "grades.csv").read_text("utf-8")
        found[name] = {"seconds": seconds, "grades": text}
    return found


def _figure(what: str, found: dict[str, dict[str, object]]) -> Figure:
    quiet, busy = (str(found[name]["grades"]).splitlines() for name in ("quiet", "busy"))
    different = sum(before != after for before, after in zip(quiet, busy, strict=True))
    scores = {row["score"] for row in csv.DictReader(quiet)}
    return Figure(
        f"{what}: rows that differ",
        different,
        "none, equal byte for byte" if quiet == busy else f"**{different}**",
        Goal(0, "equal, byte for byte", ""),
        f"{len(scores)} different scores; {found['quiet']['seconds']:.0f} s quiet, "
        f"{found['busy']['seconds']:.0f} s busy",
    )
