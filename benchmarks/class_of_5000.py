"""A class of 5,000 in one run: is its end as fast as its beginning, does memory stay the same?"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from browser import openings
from classes import command, hand_in, numpy_sources
from costs import TICK_S, processor_s
from measuring import HERE, descendants, environment, folder, memory_bytes, say, two_cores
from results import Figure, Goal, Result

_SUITE = HERE / "suites" / "otsu_five_checks"
_STUDENTS = {False: 5000, True: 60}
_LOOKS = 100
"""How often memory is looked at while the class is graded."""

_PARTS = {"10 %": 0.1, "50 %": 0.5, "100 %": 1.0}


@dataclass(frozen=True)
class _Look:
    """What there was when so many submissions were done."""

    done: int
    memory_bytes: int
    processor_s: float
    temporary_files: int


@dataclass(frozen=True)
class _Course:
    """How a run went: a moment for each submission, and a look now and then."""

    moments_s: tuple[float, ...]
    looks: tuple[_Look, ...]
    summaries_s: float
    peak_of_summaries_bytes: int


def measure(*, quick: bool, students: int | None = None) -> Result:
    """Time per submission, memory and files along a class; how fast its page opens."""
    students = students or _STUDENTS[quick]
    with folder() as where, two_cores():
        handed_in = hand_in(numpy_sources(), students, where / "class")
        out, temporary = where / "out", where / "tmp"
        temporary.mkdir()
        course = _graded(command(handed_in, out, "--suite", _SUITE), students, temporary)
        left_behind = _files(temporary)
        sizes = {path.name: path.stat().st_size for path in out.iterdir() if path.is_file()}
        sizes["submissions"] = sum(_sizes(out / "submissions"))
        opened = openings(out / "index.html", 3 if quick else 10)
    return Result(
        title=f"A class of {students:,}: `benchharness grade --jobs 2`, suite `{_SUITE.name}`",
        figures=(
            _pace(course),
            _work(course),
            *_memory(course, students),
            Figure(
                "temporary files at 10 %, 50 %, 100 % and afterwards",
                left_behind,
                " · ".join(str(look.temporary_files) for look in _at_parts(course, students))
                + f" · {left_behind}",
                Goal(0, "0 afterwards", ""),
            ),
            Figure(
                "size of OUT",
                sum(sizes.values()),
                f"{sum(sizes.values()) / 1e6:.0f} MB",
                detail=_listed(sizes, students),
            ),
            Figure(
                "grades.csv, grades.json and the page, made in",
                course.summaries_s,
                f"{course.summaries_s:.1f} s",
                detail=f"at most {course.peak_of_summaries_bytes / 2**20:.0f} MiB meanwhile",
            ),
            *_opening(opened),
        ),
        notes=(
            "From the first line that the command prints to the last one, two cores, the "
            "strictest sandbox to be had, without timing. Every submission is another file; of "
            "ten, six are right in three ways, and the others wrong, raise or end their process. "
            "A tenth's time is the median of its ten parts. Memory is the proportional share "
            "(PSS) of all processes, the median of the looks around the moment.",
        ),
        data={
            "moments_s": course.moments_s[:: max(1, students // 500)],
            "looks": [astuple(look) for look in course.looks],
            "sizes": sizes,
            **opened,
        },
    )


def _graded(grade: Sequence[str], students: int, temporary: Path) -> _Course:
    moments, looks, peak = [], [], 0
    every = max(1, students // _LOOKS)
    process = subprocess.Popen(
        grade, env=environment(TMPDIR=str(temporary)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if not line.startswith(f"{len(moments) + 1} of {students}: "):
            continue
        moments.append(time.perf_counter())
        if len(moments) % every == 0:
            everybody = [process.pid, *descendants(process.pid)]
            used_s = sum(processor_s(pid, with_ended=True) for pid in everybody)
            looks.append(_Look(len(moments), memory_bytes(everybody), used_s, _files(temporary)))
        if len(moments) % (10 * every) == 0:
            say(f"{len(moments)} of {students}")
        if len(moments) == students:
            break
    while process.poll() is None:
        peak = max(peak, memory_bytes([process.pid, *descendants(process.pid)]))
        time.sleep(0.05)
    summaries_s = time.perf_counter() - moments[-1]
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"benchharness grade ended with {process.returncode}")
    return _Course(
        tuple(moment - moments[0] for moment in moments), tuple(looks), summaries_s, peak
    )


def _work(course: _Course) -> Figure:
    """Processor time, which says more than time on a machine that is not left alone."""
    tenth = max(1, len(course.looks) // 10)
    edges = [course.looks[place] for place in (0, tenth, -1 - tenth, -1)]
    begin, end = (
        max(after.processor_s - before.processor_s, TICK_S) / (after.done - before.done)
        for before, after in (edges[:2], edges[2:])
    )
    return Figure(
        "processor time per submission, last tenth beside the first",
        end / begin - 1,
        f"{100 * (end / begin - 1):+.1f} %",
        detail=f"{1e3 * begin:.0f} ms, then {1e3 * end:.0f} ms",
    )


def _pace(course: _Course) -> Figure:
    tenths = _seconds_each(course.moments_s)
    change = tenths[-1] / tenths[0] - 1
    return Figure(
        "time per submission, last tenth beside the first",
        change,
        f"{100 * change:+.1f} %",
        Goal(0.1, "at most +10 %", "share"),
        f"{', '.join(f'{1e3 * tenth:.0f}' for tenth in tenths)} ms in each tenth; "
        f"{60 * len(course.moments_s) / course.moments_s[-1]:.0f} submissions a minute",
    )


def _seconds_each(moments_s: Sequence[float]) -> list[float]:
    """Seconds for one submission in each tenth of the class."""
    edges = [round(place * (len(moments_s) - 1) / 100) for place in range(101)]
    parts = [
        (moments_s[end] - moments_s[begin]) / (end - begin) if end > begin else None
        for begin, end in pairwise(edges)
    ]
    tenths = [[part for part in parts[n : n + 10] if part is not None] for n in range(0, 100, 10)]
    return [median(tenth) for tenth in tenths if tenth]


def _memory(course: _Course, students: int) -> Iterator[Figure]:
    looks = _at_parts(course, students)
    for part, look in zip(_PARTS, looks, strict=True):
        mib = look.memory_bytes / 2**20
        yield Figure(f"memory of all processes at {part}", look.memory_bytes, f"{mib:.0f} MiB")
    change = looks[-1].memory_bytes / looks[0].memory_bytes - 1
    shown = f"{100 * change:+.1f} %"
    yield Figure("memory at 100 % beside 10 %", change, shown, Goal(0.1, "at most +10 %", "share"))


def _at_parts(course: _Course, students: int) -> list[_Look]:
    """The typical look around each part of the class: of the tenth of it that ends there."""
    found = []
    for part in _PARTS.values():
        around = [k for k in course.looks if part - 0.1 <= k.done / students <= part]
        looks = around or [min(course.looks, key=lambda k: abs(k.done - part * students))]
        found.append(
            _Look(
                round(part * students),
                round(median(look.memory_bytes for look in looks)),
                looks[-1].processor_s,
                round(mean(look.temporary_files for look in looks)),
            )
        )
    return found


def _opening(opened: dict[str, list[float]]) -> Iterator[Figure]:
    titles = {"with_script": "", "without_script": ", JavaScript off"}
    for name, title in titles.items():
        values = opened[name]
        yield Figure(
            f"its page open in Chromium{title}",
            median(values),
            f"{median(values):.2f} s",
            Goal(2.0, "< 2 s", "s"),
            f"{min(values):.2f} to {max(values):.2f} s, n = {len(values)}",
        )


def _listed(sizes: dict[str, int], students: int) -> str:
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:3]
    listed = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in largest)
    return f"{sum(sizes.values()) / students / 1e3:.0f} kB a submission: {listed}"


def _files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def _sizes(folder: Path) -> Iterable[int]:
    return (path.stat().st_size for path in folder.rglob("*") if path.is_file())
