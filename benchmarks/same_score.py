"""The same submission graded again and again on a busy machine: is it the same score?"""

from __future__ import annotations

import os
from collections import Counter

from measuring import ROOT, hogs, say
from results import Figure, Goal, Result

from benchharness.runner.grader import grade
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite

_SUBMISSIONS = ("numpy_otsu.py", "listing_6_1.py")


def measure(*, quick: bool) -> Result:
    """How many different scores a right and a wrong submission get beside a hog on each core."""
    suites = [load_suite(find_suite("thresholding"))]
    repetitions, cores = (3 if quick else 30), len(os.sched_getaffinity(0))
    scores = {name: [] for name in _SUBMISSIONS}
    verdicts = {name: Counter() for name in _SUBMISSIONS}
    with hogs(cores):
        for repetition in range(repetitions):
            say(f"round {repetition + 1} of {repetitions}")
            paths = [ROOT / "examples" / name for name in _SUBMISSIONS]
            run = grade(paths, suites, Settings(timing="off"))
            for submission in run.submissions:
                scores[submission.name].append(submission.score)
                statuses = (f"{c.name} {c.status}" for t in submission.tasks for c in t.checks)
                verdicts[submission.name][", ".join(statuses)] += 1
    return Result(
        title="The same score on a busy machine",
        figures=tuple(
            Figure(
                f"different scores of {name}, graded {repetitions} times",
                len(set(found)),
                str(len(set(found))),
                Goal(1, "1", ""),
                f"scores {sorted(set(found))}; {len(verdicts[name])} different set(s) of verdicts",
            )
            for name, found in scores.items()
        ),
        notes=(
            f"{cores} processes that never rest beside the grader, one a core; a fresh seed each "
            "time.",
        ),
        data={"scores": scores, "verdicts": {n: dict(found) for n, found in verdicts.items()}},
    )
