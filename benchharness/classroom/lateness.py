"""When something was due, and what handing it in later takes off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchharness.reporting.quantities import counted

__all__ = ["Deadline", "Lateness", "submitted"]

_DAY = timedelta(days=1)
_UNITS = (("d", _DAY), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


@dataclass(frozen=True)
class Lateness:
    """How many percent of the points are taken off, and why, in a sentence."""

    percent: float
    sentence: str


@dataclass(frozen=True)
class Deadline:
    """
    When an assignment is due, and what each day takes off that is begun after the grace period.

    percent = min(percent_per_day · ⌈(submitted − due − grace) / 24 h⌉, max_percent)
    """

    due: datetime
    percent_per_day: float = 0.0
    max_percent: float = 100.0
    grace: timedelta = timedelta()

    def lateness(self, student: Mapping[str, str]) -> Lateness:
        """What the time of handing in takes off; nothing where it is not known."""
        time = submitted(student)
        if time is None:
            return Lateness(0.0, f"{_unknown(student)}: nothing is taken off.")
        late = time - self.due
        if late <= timedelta():
            return Lateness(0.0, "Handed in by the due date.")
        how_late = f"Handed in {_duration(late)} after the due date"
        if late <= self.grace:
            grace = _duration(self.grace)
            return Lateness(0.0, f"{how_late}, within the {grace} of grace: nothing is taken off.")
        days = -((self.grace - late) // _DAY)
        percent = min(days * self.percent_per_day, self.max_percent)
        if not percent:
            return Lateness(0.0, f"{how_late}: nothing is taken off.")
        grace = f" after {_duration(self.grace)} of grace" if self.grace else ""
        most = ", the most that is taken" if percent == self.max_percent else ""
        return Lateness(
            percent,
            f"{how_late}: {counted(days, 'started day')}{grace} at {self.percent_per_day:g} % a "
            f"day, {percent:g} % off{most}.",
        )


def submitted(student: Mapping[str, str]) -> datetime | None:
    """When something was handed in, if the place said so, with the time zone."""
    try:
        time = datetime.fromisoformat(student.get("submitted", ""))
    except ValueError:
        return None
    return time if time.tzinfo else None


def _unknown(student: Mapping[str, str]) -> str:
    if student.get("submitted"):
        return "The time of handing in cannot be read, or lacks its time zone"
    if student.get("late") == "yes":
        return "Marked as late, but when it was handed in is not known"
    return "When it was handed in is not known"


def _duration(span: timedelta) -> str:
    """A span in its two largest units: `1 d 3 h`."""
    parts = []
    for sign, unit in _UNITS:
        count, span = divmod(span, unit)
        parts.append(f"{count} {sign}" if count else "")
    first = next((place for place, part in enumerate(parts) if part), None)
    if first is None:
        return f"{max(1, int(span.total_seconds()))} s"
    return " ".join(filter(None, parts[first : first + 2]))
