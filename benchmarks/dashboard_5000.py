"""The staff's page of a class of 5,000: how long it takes to make, its size, how fast it opens."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from statistics import median

from browser import openings
from measuring import folder, say
from results import Figure, Goal, Result

from benchharness.outcomes import (
    CheckVerdict,
    Graded,
    Isolation,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
)
from benchharness.reporting.dashboard import write_dashboard
from benchharness.runner.machine import this_machine, versions
from benchharness.suite.load import bundled_suites, find_suite, load_suite
from benchharness.suite.task import Suite, Task

_SUBMISSIONS = 5000
_GOAL_S = 2.0
_TIMED_SIZES = 2
_MISTAKES = (Status.FAILED, Status.ERROR, Status.MISSING, Status.TIMEOUT, Status.MEMORY)
_HOW_OFTEN = (70, 12, 12, 5, 1)


def measure(*, quick: bool) -> Result:
    """Seconds until the page of 5,000 submissions to all suites is open, and its size."""
    suites = [load_suite(find_suite(name)) for name in bundled_suites()]
    with folder() as where:
        page = where / "index.html"
        start = time.perf_counter()
        write_dashboard(synthetic_class(suites, _SUBMISSIONS), suites, _run(), page)
        making_s = time.perf_counter() - start
        start = time.perf_counter()
        for _ in synthetic_class(suites, _SUBMISSIONS):
            pass
        making_s -= time.perf_counter() - start
        size = page.stat().st_size
        say(f"{size / 1e6:.1f} MB, made in {making_s:.1f} s")
        found = openings(page, 3 if quick else 20)
    with_script, without = found["with_script"], found["without_script"]
    return Result(
        title="The staff's page of a class of 5,000",
        figures=(
            Figure(
                "open in Chromium",
                median(with_script),
                f"{median(with_script):.2f} s",
                Goal(_GOAL_S, f"< {_GOAL_S:g} s", "s"),
                _span(with_script),
            ),
            Figure(
                "open in Chromium, JavaScript off",
                median(without),
                f"{median(without):.2f} s",
                Goal(_GOAL_S, f"< {_GOAL_S:g} s", "s"),
                _span(without),
            ),
            Figure("size of the page", size, f"{size / 1e6:.1f} MB"),
            Figure("making the page", making_s, f"{making_s:.1f} s"),
        ),
        notes=(
            f"{_SUBMISSIONS:,} made-up submissions to {len(suites)} suites, "
            f"{sum(len(suite.tasks) for suite in suites)} tasks each. Opened from `file://` in a "
            "fresh window of a running browser, 1280 pixels wide: from the request until the rows "
            "are in the table and two frames have been drawn. Without JavaScript all rows are on "
            "the page, folded up in parts of 200: until they can be counted. Making the page "
            "includes the tally of all verdicts, not the verdicts.",
        ),
        data={**found, "bytes": size, "making_s": making_s},
    )


def synthetic_class(suites: Sequence[Suite], count: int) -> Iterator[Graded]:
    """A class with every kind of ending; the same one each time."""
    rng = random.Random(count)
    for number in range(count):
        name = f"student_{number:04}"
        student = {"name": f"Given{rng.randrange(900)} Family{number}", "id": str(10**6 + number)}
        if rng.random() < 0.002:
            problem = "is no zip file: hand in a .py file, a notebook or a folder"
            yield Graded(name, student, SubmissionVerdict(name, name, ""), problem)
            continue
        skill = rng.betavariate(4, 1.6)
        tasks = [
            _task(rng, suite, task, skill if rng.random() > 0.001 else None)
            for suite in suites
            for task in suite.tasks
        ]
        yield Graded(name, student, SubmissionVerdict(name, f"{name}.py", "", tuple(tasks)))


def _task(rng: random.Random, suite: Suite, task: Task, skill: float | None) -> TaskVerdict:
    """One task as somebody of this skill does it; as the harness fails on it, without one."""
    checks = []
    for check in task.checks:
        if skill is None:
            text = f"suites/{suite.name}: {task.name}: check {check.name}: no memory for a worker"
            checks.append(CheckVerdict(check.name, Status.HARNESS_FAILED, 0, 0, text))
        elif rng.random() < skill:
            points = check.points
            checks.append(CheckVerdict(check.name, Status.PASSED, points, points))
        else:
            status = rng.choices(_MISTAKES, _HOW_OFTEN)[0]
            names = [misconception.name for misconception in task.misconceptions]
            is_known = names and status is Status.FAILED and rng.random() < 0.7
            named = rng.choice(names) if is_known else None
            checks.append(CheckVerdict(check.name, status, 0, check.points, misconception=named))
    worst = next((c.status for c in checks if c.status is not Status.PASSED), Status.PASSED)
    return TaskVerdict(
        suite.name,
        task.name,
        "numpy",
        worst,
        sum(check.score for check in checks),
        sum(check.max_score for check in checks),
        checks=tuple(checks),
        timings=tuple(_timings(rng, task)) if worst is Status.PASSED else (),
    )


def _timings(rng: random.Random, task: Task) -> Iterator[Timing]:
    for workload in task.workloads:
        for size in workload.sizes[:_TIMED_SIZES]:
            ratio = rng.lognormvariate(0, 0.8)
            width = rng.uniform(1.01, 1.06)
            yield Timing(
                workload.name,
                "cpu",
                TimingStatus.OK if rng.random() < 0.98 else TimingStatus.NOISY,
                size=size,
                verified_calls=500,
                speed_ratio=ratio,
                speed_ratio_ci95=(ratio / width, ratio * width),
            )


def _run() -> Run:
    return Run("2025-03-14T09:26:53+00:00", versions({}), this_machine(), Isolation("strict"), 1)


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} s, n = {len(values)}"
