"""
Wrong submissions that deceive, exit, hang or flood: what each grader gives them.

    python benchmarks/run_all.py hostile_everywhere
    python benchmarks/hostile_everywhere.py --only otter       a look at one of them

The graders have to be installed first: see peers/install.py. One that is missing is left out.
The submissions, `peers/otsu/hostile/`, run without a sandbox in everybody else's grader.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from measuring import say, two_cores
from peers.graders import FORMS, POINTS, Grader, GraderError
from peers.grading import OURS, PEERS, grade
from results import Figure, Goal, Result

_PATIENCE_S = 20
_LIMIT_S = 120
_RIGHT = FORMS / "right" / "numpy_.py"
_HOSTILE = tuple(
    FORMS / "hostile" / f"{name}.py"
    for name in (
        "expected_on_the_stack",
        "expected_rewritten",
        "equal_to_everything",
        "array_equal_to_everything",
        "exits",
        "endless",
        "deaf_to_signals",
        "floods",
    )
)
_QUICK = (_HOSTILE[0], _HOSTILE[4])


@dataclass(frozen=True)
class Outcome:
    """What a grader made of a submission."""

    grader: str
    submission: str
    points: float | None
    exit_code: int | None
    seconds: float
    left_bytes: int

    @property
    def shown(self) -> str:
        if self.exit_code is None:
            return "hangs"
        if self.points is None:
            return f"no report, exit code {self.exit_code}"
        left = f", leaves {self.left_bytes / 1e6:.0f} MB" if self.left_bytes > 1e7 else ""
        return f"{self.points:g}{left}"


def measure(*, quick: bool, only: Collection[str] = ()) -> Result:
    """The points of every hostile submission, ours with the goal of none."""
    graders = [OURS[0], *(peer for peer in PEERS if not only or peer.name in only)]
    submissions = (_RIGHT, *(_QUICK if quick else _HOSTILE))
    outcomes: list[Outcome] = []
    remarks = []
    with two_cores(), ThreadPoolExecutor(2) as pool:
        tried = [pool.submit(_outcomes, grader, submissions) for grader in graders]
        for each in tried:
            try:
                outcomes += each.result()
            except GraderError as error:
                say(str(error))
                remarks.append(f"**Left out:** {error}")
    return Result(
        title="Submissions that deceive, exit, hang or flood: points of 20, everywhere",
        figures=tuple(_figure(file, outcomes) for file in submissions),
        notes=(
            *remarks,
            "Measured are the points that `benchharness grade` gives, in its sandbox; what the "
            "others give, without one, stands in the detail. The submissions "
            "(`peers/otsu/hostile/`) know how these test files name what they expect. check50, "
            "nbgrader and benchharness are told to allow 2 s for a check, a cell, a call; the "
            f"others know no limit. Whoever is not done {_PATIENCE_S} s after the time that a "
            "right submission takes is killed, and hangs.",
        ),
        data={"outcomes": [asdict(outcome) for outcome in outcomes]},
    )


def _outcomes(grader: Grader, submissions: Sequence[Path]) -> list[Outcome]:
    """What a grader makes of each; the first is right, and tells how long it takes."""
    if problem := grader.missing():
        raise GraderError(problem)
    right, *hostile = submissions
    found = [_outcome(grader, right, _LIMIT_S)]
    limit_s = _LIMIT_S if grader in OURS else _PATIENCE_S + found[0].seconds
    return found + [_outcome(grader, file, limit_s) for file in hostile]


def _outcome(grader: Grader, file: Path, limit_s: float) -> Outcome:
    say(f"{grader.name}: {_words(file)}")
    graded = grade(grader, {"student": file.read_text(encoding="utf-8")}, jobs=1, limit_s=limit_s)
    points = graded.points["student"]
    if points is None and grader in OURS:
        raise RuntimeError(f"benchharness gave no verdict on {file.name}")
    return Outcome(
        grader=grader.name,
        submission=file.stem,
        points=points,
        exit_code=graded.exit_codes[0],
        seconds=graded.seconds,
        left_bytes=graded.left_bytes,
    )


def _words(file: Path) -> str:
    """What a submission says of itself."""
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or file.stem


def _figure(file: Path, outcomes: Sequence[Outcome]) -> Figure:
    of_file = {each.grader: each for each in outcomes if each.submission == file.stem}
    ours = of_file.pop(OURS[0].name)
    right = file is _RIGHT
    return Figure(
        f"right: {_words(file)}" if right else _words(file),
        float(ours.points or 0),
        f"{ours.shown} of {POINTS}",
        Goal(POINTS, f"{POINTS}", "points", at_least=True) if right else Goal(0, "0", "points"),
        ", ".join(f"{name}: {outcome.shown}" for name, outcome in of_file.items()),
    )


def main() -> int:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(
        description="Grade hostile submissions with benchharness and with its peers.",
        epilog="example: python benchmarks/hostile_everywhere.py --only otter",
    )
    one = f"beside this one, and no other: {', '.join(names)}"
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=one)
    parser.add_argument("--quick", action="store_true", help="few submissions, to try")
    options = parser.parse_args()
    result = measure(quick=options.quick, only=options.only or ())
    for figure in result.figures:
        print(f"{figure.what}: {figure.shown} {figure.verdict()} ({figure.detail})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
