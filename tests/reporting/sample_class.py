"""A small class with every kind of ending, ready for the staff's page."""

from __future__ import annotations

from dataclasses import replace

from sample_run import HOSTILE, INJECTIONS, hidden_check, hostile_submission, sample_run

from benchharness.outcomes import (
    CheckVerdict,
    Graded,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
)
from benchharness.suite.load import find_suite, load_suite
from benchharness.suite.task import Suite

ATTACK = HOSTILE + " ".join(INJECTIONS)
OURS = "suites/thresholding: multi_otsu: check photographs: no memory for a worker"
UNREADABLE = "is no zip file: hand in a .py file, a notebook or a folder"


def sample_suites() -> list[Suite]:
    """The suite that the class was judged on."""
    return [load_suite(find_suite("thresholding"))]


def facts() -> Run:
    """When, where and with which seed."""
    return replace(sample_run(), submissions=())


def sample_class() -> list[Graded]:
    """Ten submissions; `anna`, `ben` and `chen` pass all, and cannot be told apart in speed."""
    return [
        student("anna", speed=2.0),
        student("ben", speed=1.95),
        student("chen", speed=1.9),
        student("dora", speed=0.4),
        student("emil", wrong=("class_means_not_divided",)),
        student("finn", wrong=("class_means_not_divided", None)),
        student("gus", status=Status.TIMEOUT),
        harness_failed("hana"),
        unread("ivan"),
        Graded("kate", {"name": ATTACK, "email": ATTACK}, hostile_submission()),
    ]


def student(
    name: str,
    *,
    speed: float | None = None,
    wrong: tuple[str | None, ...] = (),
    status: Status = Status.FAILED,
    timing: Timing | None = None,
) -> Graded:
    """One who did two tasks, the first one right and the second one as it is asked for."""
    checks = tuple(
        CheckVerdict(f"check_{n}", Status.FAILED, 0, 1, misconception=slug)
        for n, slug in enumerate(wrong)
    )
    passed = not wrong and status is Status.FAILED
    timings = (timing or timed(speed),) if passed and (timing or speed) else ()
    tasks = (
        task("grey_histogram", Status.PASSED, 2, 2),
        task(
            "otsu_threshold",
            Status.PASSED if passed else status,
            3 if passed else 1,
            3,
            checks=checks,
            timings=timings,
        ),
    )
    return graded(name, *tasks)


def harness_failed(name: str) -> Graded:
    """One whom the harness failed on a task where they were wrong as well."""
    ours = CheckVerdict("photographs", Status.HARNESS_FAILED, 0, 0, OURS)
    theirs = CheckVerdict("plateaus", Status.FAILED, 0, 1)
    return graded(name, task("multi_otsu", Status.FAILED, 0, 1, checks=(ours, theirs)))


def hidden(name: str) -> Graded:
    """One with a check that students see later."""
    return graded(name, task("otsu_threshold", Status.FAILED, 0, 1, checks=(hidden_check(),)))


def unread(name: str, problem: str = UNREADABLE) -> Graded:
    """One who handed in what nobody can read."""
    return Graded(name, {"name": name.title()}, SubmissionVerdict(name, name, ""), problem)


def graded(name: str, *tasks: TaskVerdict) -> Graded:
    """One with these tasks."""
    who = {"name": name.title(), "email": f"{name}@example.org"}
    return Graded(name, who, SubmissionVerdict(name, f"{name}.py", "", tasks))


def task(name: str, status: Status, score: float, max_score: float, **more) -> TaskVerdict:
    """One task of the suite."""
    return TaskVerdict("thresholding", name, "numpy", status, score, max_score, **more)


def timed(ratio: float, *, size: int = 512, **changes) -> Timing:
    """A verified timing, whose interval is 6 % to either side."""
    timing = Timing(
        "photograph",
        "cpu",
        TimingStatus.OK,
        size=size,
        calls=100,
        verified_calls=100,
        median_s=1e-3 / ratio,
        speed_ratio=ratio,
        speed_ratio_ci95=(ratio * 0.94, ratio * 1.06),
    )
    return replace(timing, **changes)
