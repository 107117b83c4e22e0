"""An instructor's own gradebook filled in: who is who, what is written, what is left alone."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchharness.outcomes import Graded
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.sheet import Sheet

__all__ = [
    "Filled",
    "Key",
    "Place",
    "fill",
    "in_words",
    "key",
    "name_key",
    "number_in",
    "points_of",
]

Key = tuple[str, str]
"""One thing that tells who somebody is: what it is (`id`, `email`), and what it says."""

_NUMBER = re.compile(r"-?[0-9.,]+")


@dataclass(frozen=True)
class Place:
    """
    Somebody's row in a gradebook.

    `locked` says why its grade is not to be changed, if it is not.
    """

    row: int
    name: str
    keys: Sequence[Key]
    locked: str = ""


@dataclass(frozen=True)
class Filled:
    """
    A gradebook with grades filled in, and everybody whose grade was not.

    `nothing_graded` are names in the gradebook without a submission, `not_found` submissions
    without a name in the gradebook, `left` those that belong together and were left alone, each
    with the reason.
    """

    text: str
    written: int
    nothing_graded: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


def fill(
    sheet: Sheet,
    places: Iterable[Place],
    class_: Iterable[Graded],
    keys: Callable[[Mapping[str, str]], Iterable[Key]],
    cells: Callable[[Graded, Place], Mapping[int, str]],
) -> Filled:
    """
    Fill grades into the rows of those whom they belong to.

    A submission's keys are tried in their order; one that fits several rows, or none, says
    nothing. What could not be graded, and two submissions of one student, are left alone.

    Parameters
    ----------
    sheet : Sheet
        The gradebook, which is changed.
    places : iterable of Place
        Its rows, one for each student.
    class_ : iterable of Graded
        Everybody's submissions; they are gone through once.
    keys : function of what is known of a student
        Who it is, the surest first.
    cells : function of a Graded and its Place
        What to write into the columns of the row.
    """
    directory = _Directory(places)
    claims: dict[int, list[_Claim]] = defaultdict(list)
    not_found = []
    for graded in class_:
        place = directory.find(keys(graded.student))
        if place is None:
            not_found.append(one_line(graded.name))
        else:
            reason = place.locked or _reason_to_wait(graded)
            written = {} if reason else dict(cells(graded, place))
            claims[place.row].append(_Claim(one_line(graded.name), reason, written))
    left = []
    for row, (claim, *others) in sorted(claims.items()):
        if others:
            names = ", ".join(sorted(other.name for other in others))
            left.append((claim.name, f"belongs to the same student as {names}"))
        elif claim.reason:
            left.append((claim.name, claim.reason))
        for column, text in claim.cells.items() if not others else ():
            sheet.set(row, column, text)
    return Filled(
        text=str(sheet),
        written=len(claims) - len(left),
        nothing_graded=tuple(p.name for p in directory.places if p.row not in claims),
        not_found=tuple(not_found),
        left=tuple(left),
    )


def in_words(filled: Filled) -> Iterator[str]:
    """What was done, line by line: how many grades, and everybody who got none."""
    yield f"{filled.written} grades filled in"
    for name, reason in filled.left:
        yield f"left as it was: {name}: {reason}"
    for name in filled.not_found:
        yield f"not in the gradebook: {name}"
    for name in filled.nothing_graded:
        yield f"nothing handed in: {name}"


def key(kind: str, text: str | None) -> Iterator[Key]:
    """A key, unless there is nothing in it; case and needless spaces do not matter."""
    if said := " ".join(unicodedata.normalize("NFKC", text or "").casefold().split()):
        yield kind, said


def name_key(text: str | None) -> Iterator[Key]:
    """A name as a key: `Doe, Jane` and `Jane Doe` are the same."""
    for kind, said in key("name", (text or "").replace(",", " ")):
        yield kind, " ".join(sorted(said.split()))


def number_in(text: str) -> float | None:
    """The number that a cell holds, with a point or a comma before its decimals."""
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not any(sign.isdigit() for sign in text):
        return None
    whole, sign, decimals = text.replace(",", ".").rpartition(".")
    return float(whole.replace(".", "") + sign + decimals)


def points_of(graded: Graded, most: str) -> str:
    """
    A submission's points as a share of the most that the gradebook gives, if it says so.

    `most` is the gradebook's own cell: its decimal sign is used.
    """
    points = graded.verdict.score
    if scale := number_in(most):
        points = min(points / graded.verdict.max_score, 1.0) * scale
    return f"{points:.2f}".replace(".", "," if "," in most else ".")


@dataclass(frozen=True)
class _Claim:
    """What one submission wants written into its student's row, or why it does not."""

    name: str
    reason: str
    cells: Mapping[int, str]


class _Directory:
    """Everybody in the gradebook, to be found by any of their keys."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)
        self._found: dict[Key, list[Place]] = defaultdict(list)
        for place in self.places:
            for each in set(place.keys):
                self._found[each].append(place)

    def find(self, keys: Iterable[Key]) -> Place | None:
        for each in keys:
            places = self._found.get(each, ())
            if len(places) == 1:
                return places[0]
        return None


def _reason_to_wait(graded: Graded) -> str:
    if graded.problem:
        return f"could not be read: {one_line(graded.problem)}"
    return "" if graded.verdict.max_score > 0 else "nothing of it was graded"
