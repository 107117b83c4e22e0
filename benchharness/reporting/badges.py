"""Statuses as a reader meets them: never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchharness.outcomes import Status, TimingStatus, worst_status

__all__ = ["Badge", "status_badge", "submission_badge", "timing_badge"]


@dataclass(frozen=True)
class Badge:
    """A status told three ways: a word, a symbol, and a tone that the style sheet colours."""

    word: str
    symbol: str
    tone: str


_NOTHING_JUDGED = Badge("nothing judged", "○", "doubt")
_BADGES = {
    Status.PASSED: Badge("passed", "✓", "good"),
    Status.FAILED: Badge("failed", "✗", "bad"),
    Status.ERROR: Badge("error", "✗", "bad"),
    Status.TIMEOUT: Badge("timeout", "✗", "bad"),
    Status.MEMORY: Badge("out of memory", "✗", "bad"),
    Status.CRASHED: Badge("crashed", "✗", "bad"),
    Status.MISSING: Badge("missing", "○", "bad"),
    Status.FORBIDDEN: Badge("forbidden", "⊘", "bad"),
    Status.TAMPERED: Badge("tampered", "⊘", "bad"),
    Status.HARNESS_FAILED: Badge("harness failed", "?", "doubt"),
}
_TIMING_BADGES = {
    TimingStatus.OK: Badge("steady", "✓", "good"),
    TimingStatus.NOISY: Badge("noisy", "?", "doubt"),
    TimingStatus.TAMPERED: Badge("tampered", "⊘", "bad"),
    TimingStatus.FAILED: Badge("failed", "✗", "bad"),
}
_INTERFERED = (Status.TAMPERED, Status.FORBIDDEN)


def status_badge(status: Status) -> Badge:
    """How a check or a task ended."""
    return _BADGES[status]


def timing_badge(status: TimingStatus) -> Badge:
    """Whether a timing can be believed."""
    return _TIMING_BADGES[status]


def submission_badge(statuses: Sequence[Status]) -> Badge:
    """How a submission stands: all passed, how many did not, or what overshadows both."""
    if not statuses:
        return _NOTHING_JUDGED
    worst = worst_status(list(statuses))
    if worst in (*_INTERFERED, Status.HARNESS_FAILED):
        return _BADGES[worst]
    missed = sum(status is not Status.PASSED for status in statuses)
    return (
        Badge(f"{missed} not passed", "✗", "bad") if missed else Badge("all passed", "✓", "good")
    )
