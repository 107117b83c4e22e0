"""The bar of a command: on a terminal only, and gone at the end."""

from __future__ import annotations

import io

from rich.console import Console

from benchharness.reporting.progress import shown_on


def shown(*, is_terminal: bool) -> str:
    """What is written while 3 of 8 files are read."""
    file = io.StringIO()
    with shown_on(Console(file=file, force_terminal=is_terminal, width=100)) as tell:
        tell("reading", 0, 8)
        tell("reading", 3, 8)
    return file.getvalue()


def test_terminal_shows_what_is_done_and_how_much_of_it() -> None:
    text = shown(is_terminal=True)
    assert "reading" in text and "3/8" in text


def test_elsewhere_nothing_is_written() -> None:
    assert shown(is_terminal=False) == ""
