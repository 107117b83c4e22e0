"""The line that a long measurement shows on a terminal."""

import pytest

from benchharness.reporting.timing_progress import TimingProgress, time_left


class Hand:
    """A clock that somebody turns."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def hand():
    return Hand()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds left"),
        (44, "about 40 s left"),
        (89, "about 90 s left"),
        (100, "about 2 min left"),
        (3540, "about 59 min left"),
        (3599, "about 1 h 0 min left"),
        (9000, "about 2 h 30 min left"),
    ],
)
def test_time_left_is_told_in_round_words(seconds, words):
    assert time_left(seconds) == words


def test_first_timing_promises_no_time(hand):
    progress = TimingProgress(12, hand)
    progress.begin(1, "otsu photograph[512]")

    assert progress.line("rounds", 200) == (
        "timing 1 of 12  ────────────  otsu photograph[512]: rounds"
    )


def test_time_left_comes_from_the_timings_that_are_over(hand):
    progress = TimingProgress(4, hand)
    progress.begin(1, "first")
    hand.now = 60.0
    progress.end()
    progress.begin(2, "second")
    hand.now = 90.0

    assert "timing 2 of 4  ━━━─────────  about 2 min left" in progress.line("rounds", 200)


def test_timing_that_takes_longer_than_usual_does_not_turn_time_back(hand):
    progress = TimingProgress(2, hand)
    progress.begin(1, "first")
    hand.now = 20.0
    progress.end()
    progress.begin(2, "second")
    hand.now = 100.0

    assert "a few seconds left" in progress.line("rounds", 200)


def test_line_is_cut_to_the_terminals_width(hand):
    progress = TimingProgress(2, hand)
    progress.begin(1, "a long name")

    assert progress.line("rounds", 30) == "timing 1 of 2  ────────────  …"
