"""A line of the terminal that comes and goes while pytest writes its own."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import Any

import pytest

__all__ = ["StatusLine", "is_terminal"]


def is_terminal() -> bool:
    """Whether somebody watches who can be shown such a line."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and os.name == "posix"


class StatusLine:
    """A line below the one that pytest is writing, and nothing is left of it in the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_shown = False

    @property
    def width(self) -> int:
        """How many letters fit."""
        return self._config.get_terminal_writer().fullwidth - 1

    def show(self, text: str) -> None:
        """Write the line, in place of what it said before."""
        self._write(f"{'' if self._is_shown else chr(10)}\r\x1b[2K{text}")
        self._is_shown = True

    def remove(self) -> None:
        """Go back to where pytest was writing."""
        if self._is_shown:
            writer = self._config.get_terminal_writer()
            column = writer.width_of_current_line % writer.fullwidth + 1
            self._write(f"\r\x1b[2K\x1b[1A\x1b[{column}G")
            self._is_shown = False

    def _write(self, codes: str) -> None:
        capture: Any = self._config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            self._config.get_terminal_writer().flush()
            sys.stdout.write(codes)
            sys.stdout.flush()
