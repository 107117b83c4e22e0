"""What a submission is worth in the end: its checks, its speed, and how late it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchharness.classroom.lateness import Deadline
from benchharness.classroom.speed_points import SpeedPoints, SpeedStep, speed_points
from benchharness.outcomes import Graded
from benchharness.reporting.quantities import format_points, format_score
from benchharness.reporting.students_view import titled_tasks

__all__ = ["FinalScore", "final_score"]


@dataclass(frozen=True)
class FinalScore:
    """
    The points of a submission, and how they come about, sentence by sentence.

    score = (raw + speed) · (1 − late_percent / 100)

    `raw` is what its checks earned of `raw_max`, `speed` what its timings added, `taken_off` what
    being late costs. Points for speed that could not be judged are missing in `max_score`.
    """

    raw: float
    raw_max: float
    speed: tuple[SpeedPoints, ...]
    late_percent: float
    taken_off: float
    score: float
    max_score: float
    explanation: tuple[str, ...]

    @property
    def percent(self) -> float:
        """The score as a percentage; 0 where nothing could be earned."""
        return 100 * self.score / self.max_score if self.max_score else 0.0


def final_score(
    graded: Graded, steps: Mapping[str, Sequence[SpeedStep]], deadline: Deadline | None
) -> FinalScore:
    """The points of a submission, with steps of speed by task and a time when it was due."""
    raw, raw_max = graded.verdict.score, graded.verdict.max_score
    speed = tuple(
        each
        for title, task in titled_tasks(graded.verdict)
        for each in speed_points(title, task, steps.get(task.task, ()))
    )
    lateness = deadline.lateness(graded.student) if deadline else None
    late_percent = lateness.percent if lateness else 0.0
    earned = raw + sum(each.points for each in speed)
    taken_off = round(earned * late_percent / 100, 9)
    score = round(earned - taken_off, 9)
    max_score = round(raw_max + sum(each.max_points for each in speed), 9)
    less = f", {format_points(taken_off)} taken off for being late" if taken_off else ""
    return FinalScore(
        raw=raw,
        raw_max=raw_max,
        speed=speed,
        late_percent=late_percent,
        taken_off=taken_off,
        score=score,
        max_score=max_score,
        explanation=(
            f"Checks: {format_score(raw, raw_max)} points.",
            *(each.sentence for each in speed),
            *([lateness.sentence] if lateness else []),
            f"In the end: {format_score(score, max_score)} points{less}.",
        ),
    )
