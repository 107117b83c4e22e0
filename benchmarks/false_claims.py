"""How often a difference is claimed where there is none, and how often a true 5 % is seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from measuring import HERE, folder, hogs, say
from peers.timers import TRUTHS, Claim, pyperf, pytest_benchmark
from results import Figure, Goal, Result
from timed import Bench, slowed_reference

_REFERENCE = HERE / "suites" / "otsu_convolution" / "reference.py"
_OURS = "benchharness, quick"
_CONDITIONS = {"quiet": 0, "beside a hog": 1}
_GOALS = {
    "A/A": Goal(0.01, "≤ 1 %", "share"),
    "+5 %": Goal(0.95, "≥ 95 %", "share", at_least=True),
}

Found = dict[str, Any]


def measure(*, quick: bool) -> Result:
    """Claims of ours and of the peers on identical and on 5 % slower work, quiet and busy."""
    rounds = {"benchharness": 25, "pytest-benchmark": 10, "pyperf": 2}
    if quick:
        rounds = {"benchharness": 2, "pytest-benchmark": 1, "pyperf": 1}
    found: list[Found] = []
    with folder() as where, Bench("otsu_convolution") as bench:
        tools: dict[str, Callable[[], list[Found]]] = {
            "benchharness": lambda: _ours(bench, where),
            "pytest-benchmark": lambda: _facts(pytest_benchmark(where)),
            "pyperf": lambda: _facts(pyperf(where, "--fast")),
        }
        for condition, count in _CONDITIONS.items():
            with hogs(count):
                for number, tool in _schedule(rounds):
                    say(f"{condition}: {tool}, round {number}")
                    found += [{"condition": condition, **one} for one in tools[tool]()]
    return Result(
        title="False claims, and true differences seen",
        figures=tuple(_figures(found)),
        notes=(
            "Otsu's threshold on 512×512 and a 3×3 convolution on 256×256 in NumPy. A/A: the "
            "submission is the reference itself, and a claim is FASTER or SLOWER. +5 %: the same "
            "work, then idle turns of a loop for 5 % of the time that this call's work took; seen "
            "is SLOWER.",
            "pytest-benchmark: two runs in fresh processes, their medians (or minima) more than "
            "5 % apart, either way for A/A. pyperf: two runs with `--fast`, then `pyperf "
            "compare_to`. A threshold of 5 % sees a true 5 % half of the time at best.",
        ),
        data={"results": found},
    )


def _schedule(rounds: dict[str, int]) -> list[tuple[int, str]]:
    """Every tool's rounds, spread evenly over the same stretch of time."""
    turns = [
        ((number + 0.5) / count, number + 1, tool)
        for tool, count in rounds.items()
        for number in range(count)
    ]
    return [(number, tool) for _, number, tool in sorted(turns)]


# What the tools claim


def _ours(bench: Bench, where: Path) -> list[Found]:
    slowed = slowed_reference(bench.suite, where, 0.05)
    found = []
    for task in bench.tasks:
        for truth, file in zip(TRUTHS, (_REFERENCE, slowed), strict=True):
            timed = bench.time(file, task, task.workloads[0].sizes[0])
            timing = timed.timing
            found.append(
                {
                    "tool": _OURS,
                    "truth": truth,
                    "kernel": task.name,
                    "claim": str(timing.comparison),
                    "ratio": timing.speed_ratio,
                    "ci95": timing.speed_ratio_ci95,
                    "status": str(timing.status),
                    "message": timing.message,
                    "rounds": timing.rounds,
                    "calls": timing.calls,
                    "measured_s": timed.measured_s,
                    "wall_s": timed.wall_s,
                }
            )
    return found


def _facts(claims: list[Claim]) -> list[Found]:
    return [asdict(claim) for claim in claims]


# What that comes to


def _figures(found: list[Found]) -> list[Figure]:
    cells = defaultdict(list)
    for one in found:
        cells[one["tool"], one["condition"], one["truth"]].append(one)
    figures = []
    for (tool, condition, truth), results in cells.items():
        ours = tool == _OURS
        claims = ("FASTER", "SLOWER") if truth == "A/A" else ("SLOWER",)
        count = sum(one["claim"] in claims for one in results)
        goal = _GOALS[truth]
        figures.append(
            Figure(
                f"{truth} {'claimed' if truth == 'A/A' else 'seen'}, {condition}, {tool}",
                count / len(results),
                f"{count / len(results):.0%}",
                goal if ours else None,
                f"{count} of {len(results)}, 95 % interval {interval(count, len(results))}"
                + (_spread(results) if ours else ""),
            )
        )
    return [*figures, *_costs(found)]


def interval(count: int, of: int, *, digits: int = 0) -> str:
    """Wilson's interval of a share."""
    z, share = 1.96, count / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * (share * (1 - share) / of + z**2 / (4 * of**2)) ** 0.5
    return f"{max(0, middle - half):.{digits}%} to {min(1, middle + half):.{digits}%}"


def _spread(results: list[Found]) -> str:
    ratios = [1 / one["ratio"] for one in results if one["ratio"]]
    return f"; submission / reference {min(ratios):.3f} to {max(ratios):.3f}" if ratios else ""


def _costs(found: list[Found]) -> list[Figure]:
    figures = []
    for condition in _CONDITIONS:
        ours = [one for one in found if (one["tool"], one["condition"]) == (_OURS, condition)]
        measured = [one["measured_s"] for one in ours]
        wall = [one["wall_s"] for one in ours]
        figures.append(
            Figure(
                f"measured seconds a variant, {condition}, benchharness",
                median(measured),
                f"{median(measured):.2f} s",
                Goal(1.0, "≤ 1 s", "s"),
                f"{min(measured):.2f} to {max(measured):.2f} s; with workers, inputs, both "
                f"variants, null calls and judging {median(wall):.1f} s a result",
            )
        )
    return figures
