"""A submission beside its earlier version, in words: then and now, and what a gate makes of it."""

from __future__ import annotations

from benchharness.outcomes import Against, Run, TimingStatus
from benchharness.reporting.plain_text import plain, running_text
from benchharness.reporting.quantities import counted, format_ratio, format_seconds

__all__ = ["against_in_words", "format_margin", "gate_in_words", "slower_in_words"]


def against_in_words(against: Against) -> str:
    """Then and now in a line: `HEAD~1 (0ac47d5): 1.20 ms then; 0.99× [0.98, 1.01] same`."""
    version = plain(against.version)
    if against.speed_ratio is None:
        known = [against.comparison.lower()] if against.comparison else []
        return ": ".join([version, *known, running_text(against.message)])
    then = f"{format_seconds(against.median_s)} then; " if against.median_s else ""
    ratio = format_ratio(against.speed_ratio, against.speed_ratio_ci95)
    verdict = (against.comparison or "").lower()
    told = running_text(against.message) if verdict == "inconclusive" else verdict
    text = f"{version}: {then}{ratio} {told}"
    return text if against.status is TimingStatus.OK else f"{text}   {against.status}"


def slower_in_words(against: Against) -> str:
    """Why a gate fails: how many times as long a call takes as it did, and what was allowed."""
    version = plain(against.version)
    if against.speed_ratio is None or against.margin is None:
        return f"a call was too short to be measured in {version}, and is no more"
    low, high = against.speed_ratio_ci95 or (against.speed_ratio, against.speed_ratio)
    longer = format_ratio(1 / against.speed_ratio, (1 / high, 1 / low))
    return (
        f"a call takes {longer} the time that it took in {version}; "
        f"allowed is {format_margin(against.margin)} more"
    )


def gate_in_words(run: Run, margin: float) -> str:
    """How many timings are slower than before, and of how many that could not be said."""
    timings = [timing for s in run.submissions for task in s.tasks for timing in task.timings]
    slower = sum(timing.against is not None and timing.against.is_slower for timing in timings)
    undecided = sum(not _is_decided(timing.against) for timing in timings)
    return (
        f"slower than before by more than {format_margin(margin)}: {slower} of "
        f"{counted(len(timings), 'timing')}; not decided: {undecided}"
    )


def format_margin(margin: float) -> str:
    """A margin as a percentage: `5 %`."""
    return f"{100 * margin:.3g} %"


def _is_decided(against: Against | None) -> bool:
    """Whether it is known that it is slower by more than the margin, or that it is not."""
    if against is None or against.status is not TimingStatus.OK:
        return False
    return against.comparison in ("FASTER", "SAME", "SLOWER")
