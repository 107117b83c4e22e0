"""Points for speed, judged so that noise costs nobody one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchharness.outcomes import Status, TaskVerdict, Timing, TimingStatus
from benchharness.reporting.leaderboard import Speed, verified_speed
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_points, format_ratio, format_score

__all__ = ["SpeedPoints", "SpeedStep", "speed_points"]


@dataclass(frozen=True)
class SpeedStep:
    """Points for being at least so many times as fast as the reference."""

    ratio: float
    points: float


@dataclass(frozen=True)
class SpeedPoints:
    """What one step gave of what it could give, and why, in a sentence."""

    points: float
    max_points: float
    sentence: str


@dataclass(frozen=True)
class _Timed:
    """The speed that decides about a workload, with the size at which it was measured."""

    timing: Timing
    speed: Speed

    def __str__(self) -> str:
        size = "" if self.timing.size is None else f" at {self.timing.size}"
        ratio = format_ratio(self.speed.ratio, (self.speed.low, self.speed.high))
        return f"{one_line(self.timing.workload)}{size}: {ratio}"


def speed_points(
    title: str, task: TaskVerdict, steps: Iterable[SpeedStep]
) -> tuple[SpeedPoints, ...]:
    """
    What a task's speed is worth.

    A step is reached when the upper end of the speed ratio's 95 % interval reaches its ratio, in
    every workload, at the largest size that was timed steadily. It is missed when a workload
    stays below it, when a timed call failed, or when an answer was wrong, so that there was
    nothing to time. Otherwise the timing is noisy or absent: the step's points are left out of
    the maximum as well.
    """
    timed = _decisive(task.timings)
    slowest = min(timed, key=lambda each: each.speed.high, default=None)
    missed, undecided = _lost(task), "" if slowest else _nothing_timed(task)

    def judged(step: SpeedStep) -> SpeedPoints:
        name = f"Speed of {title}, {step.ratio:g}× the reference's"
        if missed or slowest:
            is_reached = not missed and slowest is not None and slowest.speed.high >= step.ratio
            points = step.points if is_reached else 0.0
            reason = missed or str(slowest)
            score = format_score(points, step.points)
            return SpeedPoints(points, step.points, f"{name}: {score} points ({reason}).")
        left_out = f"{format_points(step.points)} points neither given nor lost"
        return SpeedPoints(0.0, 0.0, f"{name}: {left_out} ({undecided}).")

    return tuple(map(judged, steps))


def _decisive(timings: Sequence[Timing]) -> list[_Timed]:
    """The largest steady size of each workload on each device."""
    found: dict[tuple[str, str], _Timed] = {}
    for timing in sorted(timings, key=lambda timing: timing.size or 0):
        if speed := verified_speed(timing):
            found[timing.workload, timing.device] = _Timed(timing, speed)
    return list(found.values())


def _lost(task: TaskVerdict) -> str:
    """Why a task gets no points for speed whatever its timings say; empty if they decide."""
    if task.status not in (Status.PASSED, Status.HARNESS_FAILED):
        return "only a task without mistakes is timed"
    if any(timing.status is TimingStatus.TAMPERED for timing in task.timings):
        return "the measurement was tampered with"
    if any(timing.status is TimingStatus.FAILED for timing in task.timings):
        return "a timed call failed"
    return ""


def _nothing_timed(task: TaskVerdict) -> str:
    return "no timing was steady enough" if task.timings else "it was not timed"
