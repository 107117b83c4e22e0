"""How often the gate `--bench-fail-slower 5%` fails a submission that is as fast as it was."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from false_claims import interval
from measuring import HERE, folder, hogs, say
from results import Figure, Goal, Result
from timed import Bench, slowed_reference

_SUBMISSION = HERE / "suites" / "otsu_convolution" / "reference.py"
_CONDITIONS = {"quiet": 0, "beside a hog": 1}
_MARGIN = 0.05
_SLOWER = 0.10
_GOALS = {
    "A/A": Goal(0.01, "≤ 1 %", "share"),
    "+10 %": Goal(0.95, "≥ 95 %", "share", at_least=True),
}

Found = dict[str, Any]


def measure(*, quick: bool) -> Result:
    """What the gate says of a submission against itself, and against one that was 10 % faster."""
    rounds = 1 if quick else 12
    found: list[Found] = []
    with folder() as where, Bench("otsu_convolution") as bench:
        slowed = slowed_reference(bench.suite, where, _SLOWER)
        for condition, count in _CONDITIONS.items():
            with hogs(count):
                for number in range(rounds):
                    say(f"{condition}: round {number + 1} of {rounds}")
                    found += [{"condition": condition, **one} for one in _gates(bench, slowed)]
    return Result(
        title="The regression gate at 5 %",
        figures=tuple(_figures(found)),
        notes=(
            "Otsu's threshold on 512×512 and a 3×3 convolution on 256×256 in NumPy, each beside "
            "an earlier version of itself in the same rounds. A/A: the same file. +10 %: the same "
            "work, then idle turns of a loop for 10 % of the time that this call's work took. The "
            "gate fails where the whole 95 % interval lies beyond 5 %, and 0.5 % of the harness's "
            "own part of a call, and no noisy timing.",
        ),
        data={"results": found},
    )


def _gates(bench: Bench, slowed: Path) -> list[Found]:
    found = []
    for task in bench.tasks:
        for truth, file in (("A/A", _SUBMISSION), ("+10 %", slowed)):
            size = task.workloads[0].sizes[0]
            timed = bench.time(file, task, size, against=_SUBMISSION, margin=_MARGIN)
            against = timed.timing.against
            assert against is not None
            found.append(
                {
                    "truth": truth,
                    "kernel": task.name,
                    "fails": against.is_slower,
                    "comparison": str(against.comparison),
                    "ratio": against.speed_ratio,
                    "ci95": against.speed_ratio_ci95,
                    "status": str(against.status),
                    "message": against.message,
                    "rounds": against.rounds,
                    "raw_median_s": timed.timing.raw_median_s,
                    "null_median_s": timed.timing.null_median_s,
                    "wall_s": timed.wall_s,
                }
            )
    return found


def _figures(found: list[Found]) -> list[Figure]:
    cells = defaultdict(list)
    for one in found:
        cells[one["condition"], one["truth"]].append(one)
    return [_figure(*cell, results) for cell, results in cells.items()]


def _figure(condition: str, truth: str, results: list[Found]) -> Figure:
    of, count = len(results), sum(one["fails"] for one in results)
    undecided = sum(one["comparison"] in ("INCONCLUSIVE", "None") for one in results)
    noisy = sum(one["status"] != "ok" for one in results)
    ratios = [1 / one["ratio"] for one in results if one["ratio"]]
    spread = f"; now / then {min(ratios):.3f} to {max(ratios):.3f}" if ratios else ""
    fails = Counter({one["kernel"]: 0 for one in results})
    fails.update(one["kernel"] for one in results if one["fails"])
    by_kernel = ", ".join(f"{kernel} {number}" for kernel, number in fails.items())
    return Figure(
        f"{truth} fails the gate, {condition}",
        count / of,
        f"{count / of:.0%}",
        _GOALS[truth],
        f"{count} of {of} ({by_kernel}), 95 % interval {interval(count, of)}; {undecided} not "
        f"decided, {noisy} noisy{spread}; {median(one['wall_s'] for one in results):.1f} s a "
        "result",
    )
