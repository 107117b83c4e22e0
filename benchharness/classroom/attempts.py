"""Which submission counts of a student who has handed in several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from benchharness.classroom.lateness import submitted
from benchharness.outcomes import Graded

__all__ = ["COUNTED", "Attempts"]

COUNTED = ("first", "last", "best")
_TELLING = ("id", "canvas_id", "login", "github", "email", "participant", "anonymous_id")


@dataclass(frozen=True)
class _Attempt:
    name: str
    time: datetime | None
    percent: float


@dataclass(frozen=True)
class Attempts:
    """
    Which attempt of a student counts, among the first `most` if there is such a bound.

    Where a student has an attempt whose time is not known, nobody can tell which came first or
    last, and the best of all counts.
    """

    count: str = "last"
    most: int | None = None

    def not_counted(self, scores: Iterable[tuple[Graded, float]]) -> dict[str, str]:
        """
        The submissions that do not count, by name, each with the reason in a sentence.

        `scores` are everybody's submissions with the percentage that each got in the end. Who is
        known only by a name, or not at all, has a single attempt: namesakes are two students.
        """
        students: dict[tuple[str, str] | str, list[_Attempt]] = defaultdict(list)
        for graded, percent in scores:
            attempt = _Attempt(graded.name, submitted(graded.student), percent)
            students[_identity(graded.student) or graded.name].append(attempt)
        return {
            name: reason
            for attempts in students.values()
            if len(attempts) > 1
            for name, reason in self._left_out(attempts)
        }

    def _left_out(self, attempts: list[_Attempt]) -> Iterable[tuple[str, str]]:
        in_order = sorted(attempts, key=lambda attempt: attempt.name)
        times = {attempt.name: attempt.time for attempt in attempts if attempt.time}
        rule = self.count
        if len(times) == len(attempts):
            in_order.sort(key=lambda attempt: times[attempt.name])
            eligible = in_order[: self.most]
        else:
            rule, eligible = "best", in_order
        if rule == "best":
            chosen = max(eligible, key=lambda attempt: attempt.percent)
        else:
            chosen = eligible[0 if rule == "first" else -1]
        for number, attempt in enumerate(in_order, start=1):
            if attempt not in eligible:
                reason = f"it is attempt {number}; those after attempt {self.most} are left out"
                yield attempt.name, f"Does not count: {reason}."
            elif attempt is not chosen:
                yield attempt.name, f"Does not count: the {rule} attempt does, {chosen.name}."


def _identity(student: Mapping[str, str]) -> tuple[str, str] | None:
    """What tells a student from all others, if the place has said it."""
    keys = ((kind, student.get(kind, "").strip().casefold()) for kind in _TELLING)
    return next(((kind, said) for kind, said in keys if said), None)
