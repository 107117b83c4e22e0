"""How often a difference is claimed where there is none, and how often a true 5 % is seen."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from measuring import HERE, environment, folder, hogs, python, run, say
from results import Figure, Goal, Result
from timed import Bench

_REFERENCE = HERE / "suites" / "otsu_convolution" / "reference.py"
_SLOWDOWN = HERE / "peers" / "slowdown.py"
_CONDITIONS = {"quiet": 0, "beside a hog": 1}
_GOALS = {
    "A/A": Goal(0.01, "≤ 1 %", "share"),
    "+5 %": Goal(0.95, "≥ 95 %", "share", at_least=True),
}
_CLAIMED = re.compile(r"^(\w+): Mean .*x (slower|faster)$", re.MULTILINE)

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
            "pytest-benchmark": lambda: _pytest_benchmark(where),
            "pyperf": lambda: _pyperf(where),
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
    slowed = where / "slowed.py"
    lines = [f"{task.name} = slowed({task.name})" for task in bench.tasks]
    slowed.write_text("\n".join([_REFERENCE.read_text(), _SLOWDOWN.read_text(), *lines]))
    found = []
    for task in bench.tasks:
        for truth, file in (("A/A", _REFERENCE), ("+5 %", slowed)):
            timed = bench.time(file, task, task.workloads[0].sizes[0])
            timing = timed.timing
            found.append(
                {
                    "tool": "benchharness, quick",
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


def _pytest_benchmark(where: Path) -> list[Found]:
    base, again, slowed = (
        _pytest_benchmark_run(where / f"{name}.json", slowed=name == "slowed")
        for name in ("base", "again", "slowed")
    )
    return [
        {
            "tool": f"pytest-benchmark, two runs, {field}:5%",
            "truth": truth,
            "kernel": kernel,
            "claim": _beyond_five_percent(base[kernel][field], other[kernel][field]),
            "ratio": base[kernel][field] / other[kernel][field],
        }
        for truth, other in (("A/A", again), ("+5 %", slowed))
        for kernel in base
        for field in ("median", "min")
    ]


def _pytest_benchmark_run(file: Path, *, slowed: bool) -> dict[str, dict[str, float]]:
    options = ["-q", "-p", "no:benchharness", "-p", "no:cacheprovider"]
    command = python("-m", "pytest", *options, HERE / "peers" / "test_kernels.py")
    run([*command, f"--benchmark-json={file}"], file.parent, env=environment(SLOWED=_flag(slowed)))
    found = json.loads(file.read_text())["benchmarks"]
    return {one["params"]["name"]: one["stats"] for one in found}


def _beyond_five_percent(before_s: float, after_s: float) -> str:
    """The rule of `--benchmark-compare-fail=FIELD:5%`, asked in both directions."""
    if after_s > 1.05 * before_s:
        return "SLOWER"
    return "FASTER" if before_s > 1.05 * after_s else "none"


def _pyperf(where: Path) -> list[Found]:
    base, again, slowed = (
        _pyperf_run(where / f"pyperf_{name}.json", slowed=name == "slowed")
        for name in ("base", "again", "slowed")
    )
    found = []
    for truth, other in (("A/A", again), ("+5 %", slowed)):
        shown = run(python("-m", "pyperf", "compare_to", base, other), where)
        claims = {kernel: claim.upper() for kernel, claim in _CLAIMED.findall(shown)}
        for kernel in ("otsu_threshold", "convolve"):
            claim = claims.get(kernel, "none")
            found.append(
                {
                    "tool": "pyperf --fast, compare_to",
                    "truth": truth,
                    "kernel": kernel,
                    "claim": claim,
                }
            )
    return found


def _pyperf_run(file: Path, *, slowed: bool) -> Path:
    file.unlink(missing_ok=True)
    options = ["--fast", "--inherit-environ", "SLOWED", "-o", file]
    command = python(HERE / "peers" / "pyperf_kernels.py", *options)
    run(command, file.parent, env=environment(SLOWED=_flag(slowed)))
    return file


def _flag(slowed: bool) -> str:
    return "1" if slowed else "0"


# What that comes to


def _figures(found: list[Found]) -> list[Figure]:
    cells = defaultdict(list)
    for one in found:
        cells[one["tool"], one["condition"], one["truth"]].append(one)
    figures = []
    for (tool, condition, truth), results in cells.items():
        ours = tool.startswith("benchharness")
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


def interval(count: int, of: int) -> str:
    """Wilson's interval of a share."""
    z, share = 1.96, count / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * (share * (1 - share) / of + z**2 / (4 * of**2)) ** 0.5
    return f"{max(0, middle - half):.0%} to {min(1, middle + half):.0%}"


def _spread(results: list[Found]) -> str:
    ratios = [1 / one["ratio"] for one in results if one["ratio"]]
    return f"; submission / reference {min(ratios):.3f} to {max(ratios):.3f}" if ratios else ""


def _costs(found: list[Found]) -> list[Figure]:
    figures = []
    for condition in _CONDITIONS:
        ours = [one for one in found if one["condition"] == condition and "wall_s" in one]
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
