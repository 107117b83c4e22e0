"""How the grader waits for a worker to stand still."""

from __future__ import annotations

import pytest

from benchharness.errors import SandboxError
from benchharness.sandbox import process


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses_s: list[float] = []

    def perf_counter(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(process, "time", clock)
    return clock


@pytest.mark.parametrize("stands_still_s", [0.0, 100e-6, 0.01, 3.0])
def test_stop_is_seen_soon_after_it_happened(clock, stands_still_s):
    process._wait_until(lambda: clock.now_s >= stands_still_s)
    assert clock.now_s - stands_still_s <= max(21e-6, 0.1 * stands_still_s)


def test_worker_that_waits_for_the_core_is_left_alone_with_it(clock):
    process._wait_until(lambda: clock.now_s >= 3.0)
    assert len(clock.pauses_s) < 150
    assert clock.pauses_s == sorted(clock.pauses_s)


def test_worker_that_never_stops_is_given_up(clock):
    with pytest.raises(SandboxError, match="could not be stopped within 60 s"):
        process._wait_until(lambda: False)
    assert 60 <= clock.now_s <= 67
