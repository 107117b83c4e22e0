"""How far a long measurement is: one line with a bar, the time left, and what is being done."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import fmean

__all__ = ["TimingProgress", "time_left"]

_BAR = 12


class TimingProgress:
    """
    The timings of a run, one after the other, and what to tell a person of them.

    How long the rest will take is told as soon as one of them is over: they differ by what they
    time, but the protocol takes about as long for each.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._clock = total, clock
        self._durations: list[float] = []
        self._number, self._name, self._began = 0, "", clock()

    def begin(self, number: int, name: str) -> None:
        """A timing begins, the `number`th counted from 1."""
        self._number, self._name, self._began = number, name, self._clock()

    def end(self) -> None:
        """The timing is over."""
        self._durations.append(self._clock() - self._began)

    def line(self, what: str, width: int) -> str:
        """What is being done, no longer than `width` letters."""
        done = (self._number - 1) / self._total
        filled = round(_BAR * done)
        left = self._left_s()
        parts = [
            f"timing {self._number} of {self._total}",
            "━" * filled + "─" * (_BAR - filled),
            *([time_left(left)] if left is not None else []),
            f"{self._name}: {what}",
        ]
        line = "  ".join(parts)
        return line if len(line) <= width else f"{line[: max(0, width - 1)]}…"

    def _left_s(self) -> float | None:
        if not self._durations:
            return None
        usual = fmean(self._durations)
        current = max(0.0, usual - (self._clock() - self._began))
        return current + usual * (self._total - self._number)


def time_left(seconds: float) -> str:
    """A time in words that promise no more than is known: `about 4 min left`."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min left"
    hours, minutes = divmod(minutes, 60)
    return f"about {hours} h {minutes} min left"
