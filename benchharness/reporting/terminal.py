"""A run on the terminal: what a student has to understand in ten seconds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchharness.outcomes import (
    CheckVerdict,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    Visibility,
)
from benchharness.reporting.energy_words import device_in_words, energy_in_words, unmeasured
from benchharness.reporting.gpu_words import gpu_in_words
from benchharness.reporting.plain_text import clip, no_orders, plain
from benchharness.reporting.quantities import format_points, format_ratio, format_seconds
from benchharness.reporting.regressions import against_in_words

__all__ = ["Line", "explained", "failure_text", "summary"]

_WIDTH = 96
_MESSAGE_LIMIT = 1_500


@dataclass(frozen=True)
class Line:
    """One line for the terminal, and whether it is good news, bad news or neither."""

    text: str
    good: bool | None = None
    bold: bool = False


def failure_text(check: CheckVerdict, *, again: bool = False) -> str:
    """
    Why one check was lost: what came, where it differs, why, the smallest case, how to rerun.

    `again` is for a misconception that was explained at another check of the task.
    """
    if check.visibility != Visibility.VISIBLE:
        return "This check's details are shown later."
    return explained(check, again=again)


def explained(check: CheckVerdict, *, again: bool = False) -> str:
    """The same whatever the check's visibility, for receivers that keep that themselves."""
    parts = [_wrapped(clip(check.message, _MESSAGE_LIMIT))]
    name = (check.misconception or "").replace("_", " ")
    if again:
        parts.append(f"Why: {name}, as explained above.")
    elif check.explanation:
        parts.append(f"Why: {name}\n" + textwrap.indent(check.explanation, "  "))
    if check.counterexample and not again:
        parts.append("Smallest case found:\n" + textwrap.indent(check.counterexample, "  "))
    if check.rerun:
        parts.append(f"Run just this again:\n  {check.rerun}")
    return no_orders(plain("\n\n".join(parts)))


def summary(run: Run) -> Iterator[Line]:
    """Score for each task, the first thing to mend, then the timings against the reference."""
    for submission in run.submissions:
        yield from _submission(submission)
    if any(task.timings for s in run.submissions for task in s.tasks):
        yield from _timings(run)
    layers = ", ".join(run.isolation.layers) or "none"
    yield Line(f"sandbox: {run.isolation.tier} ({layers}); seed {run.seed}")


def _submission(submission: SubmissionVerdict) -> Iterator[Line]:
    score, most = format_points(submission.score), format_points(submission.max_score)
    perfect = all(task.status == Status.PASSED for task in submission.tasks)
    heading = f"{plain(submission.path)}: {score} of {most} points ({submission.percent:.0f} %)"
    yield Line(heading, good=perfect, bold=True)
    untouched = _untouched_suites(submission.tasks)
    shown = [task for task in submission.tasks if task.suite not in untouched]
    width = max((len(_label(task)) for task in shown), default=0)
    by_story = groupby(shown, key=lambda task: (task.status, task.message))
    for (status, message), group in by_story:
        tasks = list(group)
        for task in tasks:
            points = f"{format_points(task.score)}/{format_points(task.max_score)}"
            good = None if status == Status.HARNESS_FAILED else status == Status.PASSED
            yield Line(f"  {status.replace('_', ' '):<14} {_label(task):<{width}}  {points}", good)
        if message and status != Status.PASSED:
            yield from _told(tasks, message)

    for suite, tasks in untouched.items():
        points = format_points(sum(task.max_score for task in tasks))
        text = f"{suite}: none of its {len(tasks)} tasks is defined  0/{points}"
        yield Line(f"  {Status.MISSING:<14} {text}", False)


def _untouched_suites(tasks: Sequence[TaskVerdict]) -> dict[str, list[TaskVerdict]]:
    """The tasks of suites that a submission has nothing of, where it has something of others."""
    suites: dict[str, list[TaskVerdict]] = {}
    for task in tasks:
        suites.setdefault(task.suite, []).append(task)
    untouched = {
        suite: theirs
        for suite, theirs in suites.items()
        if all(task.status == Status.MISSING for task in theirs)
    }
    return untouched if len(untouched) < len(suites) else {}


def _told(tasks: list[TaskVerdict], message: str) -> Iterator[Line]:
    """What went wrong in tasks that share one story, in three lines at most."""
    visible = [
        check
        for check in tasks[0].checks
        if check.visibility == Visibility.VISIBLE and check.status == tasks[0].status
    ]
    text = visible[0].message if visible else "its details are shown later."
    because = visible[0].explanation if visible else None
    for line in _wrapped(no_orders(clip(plain(text), 400))).splitlines()[:3]:
        yield Line(f"            {line}")
    if because:
        first = because.partition("\n\n")[0].replace("\n", " ")
        for line in _wrapped(f"Why: {first}").splitlines():
            yield Line(f"            {line}", bold=True)


def _label(task: TaskVerdict) -> str:
    backend = "" if task.backend == "numpy" else f" [{task.backend}]"
    return f"{task.task}{backend}"


def _timings(run: Run) -> Iterator[Line]:
    yield Line("")
    yield Line("time per call, and speed beside the reference (above 1× is faster)", bold=True)
    for submission in run.submissions:
        rows = [(task, timing) for task in submission.tasks for timing in task.timings]
        if rows:
            yield Line(f"  {plain(submission.path)}")
        before = None
        for task, timing in rows:
            workload = f"{_label(task)} {_workload(timing)}"
            yield Line(f"    {workload:<42} {_measured(timing)}")
            if told := gpu_in_words(timing):
                yield Line(f"      {told}")
            if energy := energy_in_words(timing):
                yield Line(f"      energy {energy}")
            if timing.throttled:
                yield Line(f"      {device_in_words(timing)}")
            if timing.against and timing.against != before:
                yield Line(f"      against {against_in_words(timing.against)}")
            before = timing.against
        for reason in unmeasured(timing for _, timing in rows):
            yield Line(f"    {plain(reason)}")


def _workload(timing: Timing) -> str:
    name = f"{timing.workload}[{timing.size}]" if timing.size else timing.workload
    return name if timing.device == "cpu" else f"{name} on {timing.device}"


def _measured(timing: Timing) -> str:
    if timing.median_s is None:
        return f"{timing.status}: {plain(timing.message)}"
    text = f"{format_seconds(timing.median_s):>9}"
    if timing.speed_ratio is not None:
        text += f"   {format_ratio(timing.speed_ratio, timing.speed_ratio_ci95)}"
    if timing.comparison:
        text += f" {timing.comparison.lower()}"
    if timing.status == "ok":
        return text
    why = "" if timing.speed_ratio is not None else f": {plain(timing.message)}"
    return f"{text}   {timing.status}{why}"


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )
