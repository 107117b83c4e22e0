"""Sleeps that end on time while a measurement lasts."""

from pathlib import Path

import pytest

from benchharness.timing.timers import punctual_timers

SLACK = Path("/proc/self/timerslack_ns")

pytestmark = pytest.mark.skipif(not SLACK.exists(), reason="this system has no timer slack")


def test_timers_have_no_slack_inside():
    with punctual_timers():
        assert int(SLACK.read_text()) == 1


def test_slack_is_what_it_was_afterwards():
    before = SLACK.read_text()
    with pytest.raises(ZeroDivisionError), punctual_timers():
        1 / 0  # noqa: B018
    assert SLACK.read_text() == before


def test_system_without_the_file_measures_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr("benchharness.timing.timers._SLACK", tmp_path / "none" / "timerslack_ns")
    with punctual_timers():
        pass
    assert not (tmp_path / "none").exists()
