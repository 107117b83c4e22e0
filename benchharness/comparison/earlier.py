"""Sides beside earlier versions of their submissions, which ran in the same rounds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchharness.comparison.sides import Cell
from benchharness.comparison.summaries import Spread, spread_of
from benchharness.comparison.whole import Comparison
from benchharness.comparison.words import tally
from benchharness.outcomes import Against, TimingStatus
from benchharness.reporting.plain_text import one_line
from benchharness.timing.statistics import Comparison as Outcome

__all__ = ["Earlier", "beside_earlier"]


@dataclass(frozen=True)
class Earlier:
    """
    A side in a cell beside one earlier version of its submission.

    `ratio` is the earlier version's time over the side's: above 1 is faster than before. `outcome`
    is what all launches agree on; where they do not, or say nothing, it is None.
    """

    cell: Cell
    side: int
    version: str
    time_s: Spread | None
    ratio: Spread | None
    outcome: Outcome | None
    verdict: str


def beside_earlier(comparison: Comparison) -> Iterator[Earlier]:
    """Every side in every cell that an earlier version ran beside, cell by cell."""
    found: dict[tuple[Cell, int], dict[str, list[Against]]] = {}
    for row in comparison.rows:
        if against := row.timing.against:
            versions = found.setdefault((row.cell, row.side), defaultdict(list))
            versions[against.version].append(against)
    order = {cell: place for place, cell in enumerate(comparison.cells)}
    for cell, side in sorted(found, key=lambda where: (order[where[0]], where[1])):
        for version, launches in found[cell, side].items():
            yield _earlier(cell, side, version, launches)


def _earlier(cell: Cell, side: int, version: str, found: Sequence[Against]) -> Earlier:
    outcomes = Counter(_outcome(against) for against in found)
    return Earlier(
        cell=cell,
        side=side,
        version=one_line(version),
        time_s=spread_of([(against.median_s, against.ci95_s) for against in found]),
        ratio=spread_of([(against.speed_ratio, against.speed_ratio_ci95) for against in found]),
        outcome=next(iter(outcomes)) if len(outcomes) == 1 else None,
        verdict=_verdict(found, outcomes),
    )


def _verdict(found: Sequence[Against], outcomes: Counter[Outcome | None]) -> str:
    """What the launches say, and what speaks against relying on it or why they say nothing."""
    only = next(iter(outcomes)) if len(found) == 1 else None
    text = only.value if only else tally(outcomes)
    doubts = dict.fromkeys(
        against.status.value for against in found if against.status not in (TimingStatus.OK, None)
    )
    reasons = dict.fromkeys(against.message for against in found if not _outcome(against))
    told = "; ".join(one_line(reason) for reason in reasons if reason)
    return ": ".join(filter(None, (f"{text} ({', '.join(doubts)})" if doubts else text, told)))


def _outcome(against: Against) -> Outcome | None:
    return next((one for one in Outcome if one.value == against.comparison), None)
