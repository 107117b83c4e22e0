"""How far a class is: what a terminal shows, and what goes elsewhere."""

import io
import time

import pytest
from rich.console import Console

from benchharness.classroom.progress import shown
from benchharness.classroom.run import Step

STEPS = [Step("ann", None, 1, 2), Step("ben", None, 2, 2)]


def written(monkeypatch, *, terminal, timed):
    """What is written while two submissions take a while."""
    sink = io.StringIO()
    monkeypatch.setattr("sys.stdout", sink)
    console = Console(file=sink, force_terminal=terminal, width=100)

    def steps():
        for step in STEPS:
            time.sleep(0.15)  # longer than the bar takes to be drawn anew
            yield step

    assert list(shown(steps(), 2, console, lambda: timed)) == STEPS
    return sink.getvalue()


def test_terminal_shows_what_is_timed(monkeypatch):
    text = written(monkeypatch, terminal=True, timed="ann: otsu_threshold noise[256]: rounds")

    assert "timing ann: otsu_threshold noise[256]: rounds" in text


def test_markup_in_a_name_is_shown_as_it_is(monkeypatch):
    assert "timing [red]ann: total" in written(monkeypatch, terminal=True, timed="[red]ann: total")


def test_line_that_is_too_long_is_cut(monkeypatch):
    text = written(monkeypatch, terminal=True, timed="x" * 500)

    assert "x…" in text
    assert "x" * 100 not in text


@pytest.mark.parametrize("timed", ["", "ann: total"])
def test_elsewhere_there_is_a_line_a_submission_and_no_more(monkeypatch, timed):
    text = written(monkeypatch, terminal=False, timed=timed)

    assert text == "1 of 2: ann: graded before\n2 of 2: ben: graded before\n"


def test_terminal_says_nothing_of_timing_while_there_is_none(monkeypatch):
    assert "timing" not in written(monkeypatch, terminal=True, timed="")
