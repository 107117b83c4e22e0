"""
How much a result moves from launch to launch, and what `benchharness compare` makes of it.

One and the same submission is timed in several launches, each with inputs of its own, and every
launch is compared with every other: whatever is claimed then is false.
"""

from __future__ import annotations

import itertools
import math
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from measuring import HERE, say
from results import Figure, Goal, Result

from benchharness.comparison.verdicts import Basis, evidence, verdicts
from benchharness.comparison.whole import Comparison, compare_files
from benchharness.outcomes import Timing, TimingStatus

__all__ = ["measure"]

_SUITE = "thresholding"
_SUBMISSION = HERE.parent / "suites" / _SUITE / "accepted" / "single_precision.py"
_MARGIN = 0.02
_CLAIMS = ("FASTER", "SLOWER")


def measure(*, quick: bool = False) -> Result:
    """The spread of ratios and times between launches, and the share of false claims."""
    with tempfile.TemporaryDirectory() as folder:
        files = [_launch(Path(folder) / f"{n}.json") for n in range(3 if quick else 6)]
        spreads = _spreads(compare_files([Path(folder)]))
        claims = _claims(files)
    ratio, time = (_root_mean_square(spreads[kind]) for kind in ("speed_ratio", "median_s"))
    by_ratios, by_times = claims[Basis.RATIOS], claims[Basis.TIMES]
    return Result(
        title="One submission from launch to launch",
        figures=(
            Figure(
                "standard deviation of a ratio to the reference",
                ratio,
                f"{100 * ratio:.1f} %",
                detail=f"{len(spreads['speed_ratio'])} workload sizes",
            ),
            Figure(
                "standard deviation of a time",
                time,
                f"{100 * time:.1f} %",
                detail=f"{len(spreads['median_s'])} workload sizes",
            ),
            _false("false claims of `compare`, by ratios, one launch a side", *by_ratios),
            _false("false claims of `compare`, by times, one launch a side", *by_times),
        ),
        notes=(
            f"{len(files)} launches of `{_SUBMISSION.name}` of the {_SUITE} suite, `quick`, each "
            "with a seed of its own; of the logarithms, steady timings only. Both kinds of "
            "claims are of the same machine.",
        ),
        data={"spreads": {kind: list(found) for kind, found in spreads.items()}},
    )


def _launch(path: Path) -> Path:
    say(path.name)
    command = [sys.executable, "-m", "pytest", "--bench", "-q", "-p", "no:cacheprovider"]
    options = ["--submission", str(_SUBMISSION), "--suite", _SUITE, "--bench-json", str(path)]
    page = ["--bench-html", str(path.with_suffix(".html"))]
    done = subprocess.run([*command, *options, *page], cwd=path.parent, capture_output=True)
    if not path.exists():
        raise RuntimeError(f"no timings: {done.stdout[-500:]!r} {done.stderr[-500:]!r}")
    return path


def _spreads(comparison: Comparison) -> dict[str, list[float]]:
    """Of every cell, the standard deviation of the logarithm over the launches."""
    found: dict[str, list[float]] = defaultdict(list)
    for side in comparison.sides:
        for launches in side.cells.values():
            steady = [one.timing for one in launches if one.timing.status is TimingStatus.OK]
            for kind in ("speed_ratio", "median_s"):
                logarithms = [math.log(value) for t in steady if (value := _value(t, kind))]
                if len(logarithms) >= 3:
                    found[kind].append(statistics.stdev(logarithms))
    return found


def _value(timing: Timing, kind: str) -> float | None:
    return timing.speed_ratio if kind == "speed_ratio" else timing.median_s


def _claims(files: Sequence[Path]) -> dict[Basis, tuple[int, int]]:
    """How many differences are claimed between any two launches, and of how many compared."""
    found = dict.fromkeys(Basis, (0, 0))
    for two in itertools.combinations(files, 2):
        for pair in compare_files(two).pairs:
            for basis in Basis:
                beside = replace(pair.pairing, basis=basis)
                made = verdicts(beside, evidence(beside.baseline, basis), _MARGIN)
                decided = [v.comparison in _CLAIMS for v in made if v.comparison]
                claimed, compared = found[basis]
                found[basis] = (claimed + sum(decided), compared + len(decided))
    return found


def _false(what: str, claimed: int, compared: int) -> Figure:
    share = claimed / max(compared, 1)
    goal = Goal(0.01, "at most 1 %", "share")
    return Figure(what, share, f"{claimed} of {compared}", goal)


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(statistics.fmean(value**2 for value in values)) if values else math.nan
