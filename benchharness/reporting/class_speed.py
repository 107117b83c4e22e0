"""How fast the class is: the fastest and slowest of each workload, and a leaderboard a suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchharness.reporting.class_findings import Examples, examples
from benchharness.reporting.class_table import Link, link_to
from benchharness.reporting.class_tally import Board, ClassTally, Workload
from benchharness.reporting.leaderboard import Speed, geometric_mean, places
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import counted, format_ratio
from benchharness.suite.task import Suite

__all__ = ["Extreme", "Leaderboard", "Place", "WorkloadRow", "leaderboards", "workloads"]

_MOST_PLACES = 20


@dataclass(frozen=True)
class Extreme:
    """Who is fastest or slowest at a workload, ties included, and the outermost ratio."""

    ratio: str
    examples: Examples


@dataclass(frozen=True)
class WorkloadRow:
    """One workload at its largest size: how many were timed, the middle, and both ends."""

    workload: str
    task: str
    suite: str
    timed: str
    median: str
    fastest: Extreme
    slowest: Extreme


@dataclass(frozen=True)
class Place:
    """A line of a leaderboard; ties share a place."""

    place: str
    link: Link
    ratio: str


@dataclass(frozen=True)
class Leaderboard:
    """The fastest of those who have a verified ratio at every workload of a suite."""

    suite: str
    workloads: str
    ranked: str
    places: tuple[Place, ...]
    more: int


def workloads(tally: ClassTally, suites: Sequence[Suite]) -> tuple[WorkloadRow, ...]:
    """A row for each workload that somebody has a verified ratio at."""
    return tuple(
        _workload_row(tally, workload, board) for workload, board in _boards(tally, suites)
    )


def leaderboards(tally: ClassTally, suites: Sequence[Suite]) -> tuple[Leaderboard, ...]:
    """The leaderboard of each suite that was timed."""
    by_suite: dict[str, list[Board]] = {}
    for workload, board in _boards(tally, suites):
        by_suite.setdefault(workload.suite, []).append(board)
    return tuple(_leaderboard(tally, suite, boards) for suite, boards in by_suite.items())


def _boards(tally: ClassTally, suites: Sequence[Suite]) -> list[tuple[Workload, Board]]:
    """The boards, in the order of the suites and their tasks."""
    keys = [(suite.name, task.name) for suite in suites for task in suite.tasks]
    order = {key: n for n, key in enumerate(keys)}
    found = list(tally.boards.items())
    found.sort(key=lambda item: order.get(item[0][:2], len(order)))
    return found


def _workload_row(tally: ClassTally, workload: Workload, board: Board) -> WorkloadRow:
    entries = sorted(board, key=lambda entry: -entry[1].ratio)
    backwards = [(row, _inverse(speed)) for row, speed in reversed(entries)]
    size = f" {board.size}" if board.size else ""
    device = f" on {workload.device}" if workload.device != "cpu" else ""
    return WorkloadRow(
        workload=one_line(f"{workload.name}{size}{device}"),
        task=one_line(workload.task),
        suite=one_line(workload.suite),
        timed=f"{len(entries):,}",
        median=format_ratio(median(speed.ratio for _, speed in entries)),
        fastest=Extreme(_shown(entries[0][1]), _first(tally, entries)),
        slowest=Extreme(_shown(entries[-1][1]), _first(tally, backwards)),
    )


def _first(tally: ClassTally, entries: Sequence[tuple[int, Speed]]) -> Examples:
    """Those on the first place, the first of `entries` at their head."""
    ranks = places([speed for _, speed in entries])
    return examples(
        tally.rows[row] for (row, _), rank in zip(entries, ranks, strict=True) if rank == 1
    )


def _inverse(speed: Speed) -> Speed:
    return Speed(1 / speed.ratio, 1 / speed.high, 1 / speed.low)


def _leaderboard(tally: ClassTally, suite: str, boards: Sequence[Board]) -> Leaderboard:
    speeds: dict[int, list[Speed]] = {}
    for board in boards:
        for row, speed in board:
            speeds.setdefault(row, []).append(speed)
    means = {
        row: geometric_mean(found) for row, found in speeds.items() if len(found) == len(boards)
    }
    ranks = dict(zip(means, places(list(means.values())), strict=True))
    order = sorted(means, key=lambda row: (ranks[row], -means[row].ratio, tally.rows[row].name))
    taken = list(ranks.values())
    return Leaderboard(
        suite=one_line(suite),
        workloads=counted(len(boards), "workload"),
        ranked=counted(len(means), "submission"),
        places=tuple(
            Place(
                place=f"{ranks[row]}{'=' if taken.count(ranks[row]) > 1 else ''}",
                link=link_to(tally.rows[row]),
                ratio=_shown(means[row]),
            )
            for row in order[:_MOST_PLACES]
        ),
        more=max(0, len(order) - _MOST_PLACES),
    )


def _shown(speed: Speed) -> str:
    return format_ratio(speed.ratio, (speed.low, speed.high))
