"""
What is compared with what: sides, and the cells that they are compared in.

A cell is a workload at one size. A side is one submission in one backend on one device of one
machine with one set of versions; runs of the same side are its launches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchharness.comparison.sources import Source
from benchharness.outcomes import Machine, Run, SubmissionVerdict, TaskVerdict, Timing
from benchharness.reporting.plain_text import one_line

__all__ = ["Cell", "Facets", "Launch", "Row", "Side", "baseline_sides", "nearest", "rows", "sides"]

_ALWAYS = ("benchharness", "python", "numpy")
_FRAMEWORK = {"torch": ("torch",), "tensorflow": ("tensorflow",)}
_ON_GPU = ("driver", "cuda")


class Cell(NamedTuple):
    """A workload of a task at one size."""

    suite: str
    task: str
    workload: str
    size: int | None


class Facets(NamedTuple):
    """What makes a side, the most telling first."""

    submission: str
    backend: str
    device: str
    machine: str
    sha256: str
    software: tuple[tuple[str, str], ...]
    group: str


class Launch(NamedTuple):
    """One timing of a side in a cell, and the number of the run that it comes from."""

    run: int
    timing: Timing


class Row(NamedTuple):
    """One timing with everything that it belongs to."""

    run: int
    submission: SubmissionVerdict
    task: TaskVerdict
    timing: Timing
    side: int

    @property
    def cell(self) -> Cell:
        """The workload and its size."""
        return Cell(self.task.suite, self.task.task, self.timing.workload, self.timing.size)


@dataclass(frozen=True)
class Side:
    """One thing that is compared, with its launches in each cell."""

    number: int
    label: str
    facets: Facets
    machine: Machine
    runs: tuple[int, ...]
    cells: dict[Cell, list[Launch]] = field(repr=False)


def rows(sources: Sequence[Source]) -> tuple[Row, ...]:
    """Every timing of every run, with the number of the side that it belongs to."""
    machines = _machine_names([source.run.machine for source in sources])
    numbers: dict[Facets, int] = {}
    found = []
    for run, source in enumerate(sources):
        known: dict[tuple[str, str, str], int] = {}
        for submission, task, timing in _timings(source.run):
            key = (submission.name, task.backend, timing.device)
            if key not in known:
                facets = _facets(source, machines[run], submission, task, timing)
                known[key] = numbers.setdefault(facets, len(numbers))
            found.append(Row(run, submission, task, timing, known[key]))
    return tuple(found)


def sides(sources: Sequence[Source], found: Iterable[Row]) -> tuple[Side, ...]:
    """The sides that the rows belong to, each with a label that tells it from the others."""
    machines = _machine_names([source.run.machine for source in sources])
    first: dict[int, Row] = {}
    runs: dict[int, dict[int, None]] = defaultdict(dict)
    cells: dict[int, dict[Cell, list[Launch]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        first.setdefault(row.side, row)
        runs[row.side][row.run] = None
        cells[row.side][row.cell].append(Launch(row.run, row.timing))
    facets = [
        _facets(sources[row.run], machines[row.run], row.submission, row.task, row.timing)
        for row in first.values()
    ]
    labels = _labels(facets)
    return tuple(
        Side(
            number=side,
            label=labels[n],
            facets=facets[n],
            machine=sources[row.run].run.machine,
            runs=tuple(runs[side]),
            cells=dict(cells[side]),
        )
        for n, (side, row) in enumerate(first.items())
    )


def baseline_sides(
    found: Sequence[Side], sources: Sequence[Source], wanted: str | None
) -> tuple[Side, ...]:
    """
    The sides that the others are compared with; none where no side is called `wanted`.

    `wanted` is the name of a run, a folder, a machine, a submission, a backend, a device or a
    side's label. Without it, they are the sides of what was named first on the command line, of
    its first run, or the very first side: of these the first that leaves something to compare.
    """
    if wanted is not None:
        return tuple(side for side in found if wanted in _names(side, sources))
    named_first = tuple(side for side in found if side.facets.group == sources[0].group)
    of_first_run = tuple(side for side in found if 0 in side.runs)
    few = (chosen for chosen in (named_first, of_first_run) if len(chosen) < len(found))
    return next(few, tuple(found[:1]))


def nearest(side: Side, candidates: Sequence[Side]) -> Side | None:
    """The candidate that a side has most in common with: submission before backend, and so on."""
    able = [other for other in candidates if side.cells.keys() & other.cells.keys()]

    def likeness(other: Side) -> tuple[bool, ...]:
        return tuple(a == b for a, b in zip(side.facets, other.facets, strict=True))

    return max(able, key=likeness, default=None)


def _timings(run: Run) -> Iterator[tuple[SubmissionVerdict, TaskVerdict, Timing]]:
    for submission in run.submissions:
        for task in submission.tasks:
            for timing in task.timings:
                yield submission, task, timing


def _facets(
    source: Source, machine: str, submission: SubmissionVerdict, task: TaskVerdict, timing: Timing
) -> Facets:
    run = source.run
    names = (*_ALWAYS, *_FRAMEWORK.get(task.backend, ()))
    if timing.device != "cpu":
        names += _ON_GPU
    versions = ((name, run.versions[name]) for name in names if name in run.versions)
    software = (*versions, ("system", run.machine.os), ("isolation", run.isolation.tier))
    return Facets(
        submission.name,
        task.backend,
        timing.device,
        machine,
        submission.sha256,
        software,
        source.group,
    )


def _machine_names(machines: Sequence[Machine]) -> list[str]:
    """Each machine's name, with what tells it from others of the same name."""
    kinds: dict[str, dict[tuple[object, ...], int]] = defaultdict(dict)
    keys = [_hardware(machine) for machine in machines]
    for machine, key in zip(machines, keys, strict=True):
        kinds[machine.name].setdefault(key, len(kinds[machine.name]) + 1)
    return [
        one_line(machine.name)
        if len(kinds[machine.name]) == 1
        else f"{one_line(machine.name)} #{kinds[machine.name][key]}"
        for machine, key in zip(machines, keys, strict=True)
    ]


def _hardware(machine: Machine) -> tuple[object, ...]:
    gpus = tuple(str(gpu.get("uuid", gpu.get("name"))) for gpu in machine.gpus)
    return machine.cpu, machine.cores, machine.memory_bytes, gpus


def _labels(facets: Sequence[Facets]) -> list[str]:
    """The facets that differ, and where the run came from where these do not tell sides apart."""
    told = [n for n in range(4) if len({facet[n] for facet in facets}) > 1] or [0]
    labels = [" · ".join(one_line(str(facet[n])) for n in told) for facet in facets]
    counts = Counter(labels)
    labels = [
        f"{label} ({one_line(facet.group)})" if counts[label] > 1 else label
        for label, facet in zip(labels, facets, strict=True)
    ]
    counts = Counter(labels)
    return [
        f"{label} #{n}" if counts[label] > 1 else label for n, label in enumerate(labels, start=1)
    ]


def _names(side: Side, sources: Sequence[Source]) -> set[str]:
    submission, backend, device, machine, *_ = side.facets
    runs = (sources[run].name for run in side.runs)
    group, host = side.facets.group, side.machine.name
    return {side.label, submission, backend, device, machine, host, group, *runs}
