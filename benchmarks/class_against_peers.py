"""
A class beside other graders: the same assignment, right submissions, two cores, one run.

    python benchmarks/run_all.py class_against_peers
    python benchmarks/class_against_peers.py --only otter      one of them again, the rest kept

The graders have to be installed first: see peers/install.py. One that is missing is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from measuring import HERE, say, two_cores
from peers.graders import FORMS, POINTS, Grader, GraderError
from peers.grading import OURS, PEERS, grade
from results import Figure, Goal, Result, write

from benchharness.audit.run import installed_backends

_STUDENTS = 200
_FEW_STUDENTS = {"numpy": 200, "torch": 40}
"""How many a grader gets that has a process for each, every one of which takes as long."""

_BATCHES = {"otter": 8, "nbgrader": 10}
"""How many submissions a process of a grader that takes seconds for each gets."""
_TIMES_AS_FAST = {"gradescope-utils": 10, "pytest": 40, "otter": 100, "nbgrader": 100}


@dataclass(frozen=True)
class Row:
    """One class, graded by one grader."""

    grader: str
    version: str
    backend: str
    jobs: int
    graded: int
    seconds: float
    a_minute: float
    extrapolated: bool
    peak_bytes: int


def measure(*, quick: bool, only: Collection[str] = (), kept: Iterable[Row] = ()) -> Result:
    """Submissions a minute of everybody, and how many times as many ours are."""
    graders = [one for one in (*OURS, *PEERS) if not only or one.name in only]
    rows = [row for row in kept if row.grader not in {one.name for one in graders}]
    remarks = [
        f"Kept from an earlier run: {name}." for name in dict.fromkeys(r.grader for r in rows)
    ]
    with two_cores():
        for grader in graders:
            try:
                rows += _rows(grader, quick=quick)
            except GraderError as error:
                say(str(error))
                remarks.append(f"**Left out:** {error}")
        for grader in graders:
            if grader in OURS:
                rows += [_class(grader, backend, 2, quick) for backend in _backends(grader)]
    return Result(
        title="A class beside other graders: five checks of one function, on two cores",
        figures=(*map(_pace, _slower(rows)), *_ratios(_slower(rows))),
        notes=(
            *remarks,
            "Right submissions to `suites/otsu_five_checks`, twenty comparisons each, and the "
            "same in every grader's own form (`peers/otsu/`). From the start of the commands to "
            "their end; benchharness with the strictest sandbox to be had and with all pages, "
            "the others without a sandbox. Every submission got 20 of 20 points from everybody.",
            "otter-grader and nbgrader get notebooks and are compared with benchharness on "
            "notebooks. They grade a batch in a process for each job; from when the reports of a "
            "few come follows what 200 would take. The others are a process for every submission. "
            "A ratio is to the peer's faster way. benchharness was measured before and after its "
            "peers, and the slower time counts.",
            "Peak memory sums the proportional shares (PSS) of all processes, looked at every "
            "0.25 s; what lives shorter may escape it.",
        ),
        data={"rows": [asdict(row) for row in rows]},
    )


def _rows(grader: Grader, *, quick: bool) -> list[Row]:
    """A grader's classes in each of its backends, one and two at a time."""
    if problem := grader.missing():
        raise GraderError(problem)
    found = []
    for backend in _backends(grader):
        if grader in OURS:
            found += [_class(grader, backend, 1, quick, count=1)]
            found += [_class(grader, backend, 2, quick)]
        else:
            found += [_class(grader, backend, jobs, quick) for jobs in (1, 2)]
    return found


def _backends(grader: Grader) -> list[str]:
    return [backend for backend in grader.backends if backend in installed_backends()]


def _class(grader: Grader, backend: str, jobs: int, quick: bool, *, count: int = 0) -> Row:
    """A class of right submissions, all of which must get full marks."""
    count = count or _count(grader, backend, jobs, quick=quick)
    right = (FORMS / "right" / f"{backend}_.py").read_text(encoding="utf-8")
    submissions = {f"s{number:03d}": f"{right}\n# {number}\n" for number in range(count)}
    graded = grade(grader, submissions, jobs=jobs)
    wrong = {name: points for name, points in graded.points.items() if points != POINTS}
    if wrong:
        raise GraderError(f"{grader.name} gave a right submission other than {POINTS}: {wrong}")
    extrapolated = grader.name in _BATCHES
    class_s = _class_s(graded.reported_s, jobs) if extrapolated else graded.seconds
    row = Row(
        grader=grader.name,
        version=grader.version(),
        backend=backend,
        jobs=jobs,
        graded=count,
        seconds=graded.seconds,
        a_minute=60 * (_STUDENTS if extrapolated else count) / class_s,
        extrapolated=extrapolated,
        peak_bytes=graded.peak_bytes,
    )
    say(f"{_words(row)}: {row.a_minute:.0f} a minute")
    return row


def _count(grader: Grader, backend: str, jobs: int, *, quick: bool) -> int:
    """A whole class two at a time, a fifth of it one at a time; a few where each takes seconds."""
    if grader.name in _BATCHES:
        return jobs * (2 if quick else _BATCHES[grader.name])
    students = _STUDENTS if grader in OURS else _FEW_STUDENTS[backend]
    students //= 20 if quick else 1
    return students if jobs == 2 else max(students // 5, 1)


def _class_s(reported_s: list[float], jobs: int) -> float:
    """What a class as long as ours would take, from when the reports of a few came."""
    first_s, last_s = reported_s[jobs - 1], reported_s[-1]
    return first_s + (last_s - first_s) / (len(reported_s) - jobs) * (_STUDENTS - jobs)


# What that comes to


def _slower(rows: list[Row]) -> list[Row]:
    """The slower one of two classes that were graded alike."""
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        alike = (row.grader, row.backend, row.jobs, row.graded)
        if alike not in found or row.a_minute < found[alike].a_minute:
            found[alike] = row
    return list(found.values())


def _words(row: Row) -> str:
    beside = "one at a time" if row.jobs == 1 else f"{row.jobs} jobs"
    many = "alone" if row.graded == 1 else beside
    return f"{row.grader} {row.version}, {row.backend}, {many}"


def _pace(row: Row) -> Figure:
    return Figure(
        _words(row),
        row.a_minute,
        f"{row.a_minute:.0f} a minute{', extrapolated' if row.extrapolated else ''}",
        detail=f"{row.graded} in {row.seconds:.1f} s; "
        f"peak memory {row.peak_bytes / 2**20:.0f} MiB",
    )


def _ratios(rows: list[Row]) -> Iterator[Figure]:
    """How many times as fast as each peer ours are, on the same kind of submission."""
    for peer in PEERS:
        ours = next(one.name for one in OURS if one.notebooks == peer.notebooks)
        for backend in peer.backends:
            pace = {(row.grader, row.jobs): row.a_minute for row in rows if row.backend == backend}
            theirs = {jobs: pace[peer.name, jobs] for jobs in (1, 2) if (peer.name, jobs) in pace}
            if theirs and (ours, 2) in pace:
                yield _ratio(peer, backend, pace[ours, 2], theirs)


def _ratio(peer: Grader, backend: str, ours: float, theirs: Mapping[int, float]) -> Figure:
    times = ours / max(theirs.values())
    least = _TIMES_AS_FAST.get(peer.name)
    goal = Goal(least, f"at least {least} times", "", at_least=True) if least else None
    beside = ", ".join(f"{ours / pace:.1f} times {jobs}" for jobs, pace in theirs.items())
    return Figure(
        f"benchharness beside {peer.name}, {backend}",
        times,
        f"{times:.1f} times as fast",
        goal,
        f"2 jobs beside the peer's: {beside}",
    )


def main() -> int:
    names = [one.name for one in (*OURS, *PEERS)]
    parser = argparse.ArgumentParser(
        description="Grade a class with benchharness and with its peers.",
        epilog="example: python benchmarks/class_against_peers.py --only otter --only nbgrader",
    )
    one = f"measure this one and keep what the others had: {', '.join(names)}"
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=one)
    parser.add_argument("--quick", action="store_true", help="few repetitions, to try")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results", metavar="FOLDER")
    options = parser.parse_args()
    file = options.output / "class_against_peers.json"
    start = time.perf_counter()
    kept = _kept(file, quick=options.quick) if options.only else []
    result = measure(quick=options.quick, only=options.only or (), kept=kept)
    seconds = time.perf_counter() - start
    command = f"python benchmarks/{' '.join([Path(sys.argv[0]).name, *sys.argv[1:]])}"
    options.output.mkdir(parents=True, exist_ok=True)
    write(file.stem, result, file, command=command, quick=options.quick, seconds=seconds)
    for figure in result.figures:
        print(f"{figure.what}: {figure.shown} {figure.verdict()} ({figure.detail})")
    return 0


def _kept(file: Path, *, quick: bool) -> list[Row]:
    """What an earlier run of the same kind measured."""
    if not file.exists():
        return []
    found = json.loads(file.read_text(encoding="utf-8"))
    return [Row(**row) for row in found["data"]["rows"]] if found["quick"] == quick else []


if __name__ == "__main__":
    sys.exit(main())
