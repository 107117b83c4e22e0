"""A line that grading processes write and the one that began them reads: what is being timed."""

from __future__ import annotations

import mmap
from collections.abc import Callable

from benchharness.reporting.plain_text import one_line

__all__ = ["Notice"]

_SIZE, _LONGEST_NAME = 512, 30


class Notice:
    """
    A line in memory that this process shares with its forks; "" while there is nothing to say.

    One place is enough, since one measurement runs at a time on a machine. Reader and writer wait
    for nobody, so a line may be read while it changes: it is for a person to glance at.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def of(self, name: str) -> Callable[[str], None]:
        """What to tell of one submission; with "" its line goes, unless another's has come."""

        start = f"{one_line(name)[:_LONGEST_NAME]}: "

        def tell(what: str) -> None:
            if what:
                self._write(start + what)
            elif self.read().startswith(start):
                self._write("")

        return tell

    def read(self) -> str:
        """The line."""
        return self._memory[:].rstrip(b"\0").decode("utf-8", "ignore")

    def _write(self, line: str) -> None:
        self._memory[:] = line.encode("utf-8", "replace")[:_SIZE].ljust(_SIZE, b"\0")
