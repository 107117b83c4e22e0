"""Calls that take a known time: what is reported for them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from statistics import median

from measuring import HERE, environment, folder, hogs, python, run, say
from results import Figure, Goal, Result
from timed import Bench

_SUBMISSION = HERE / "suites" / "known_lengths" / "reference.py"
_LENGTHS_US = {20: 0.05, 1000: 0.02, 50_000: 0.02}
_NAMES = {20: "20 µs", 1000: "1 ms", 50_000: "50 ms"}


def measure(*, quick: bool) -> Result:
    """Reported over true time of calls of 20 µs, 1 ms and 50 ms, by us and by the peers."""
    repetitions = 1 if quick else 3
    conditions = {"quiet": 0, "beside a hog": 1}
    data = {}
    with folder() as where, Bench("known_lengths") as bench:
        for condition, count in conditions.items():
            with hogs(count):
                found = data[condition] = {"benchharness": [], "pytest-benchmark": []}
                for repetition in range(repetitions):
                    say(f"{condition}: round {repetition + 1} of {repetitions}")
                    found["benchharness"].append(_ours(bench))
                    found["pytest-benchmark"].append(_pytest_benchmark(where))
        if not quick:
            say("pyperf")
            data["quiet"]["pyperf --fast"] = [_pyperf(where)]
    return Result(
        title="Calls of known length",
        figures=tuple(
            figure
            for condition, tools in data.items()
            for tool, rounds in tools.items()
            for figure in _figures(condition, tool, rounds)
        ),
        notes=(
            "A function that spins until `perf_counter_ns` has moved by 20 µs, 1 ms or 50 ms: the "
            "median of the rounds' reported medians; ours is net of the null call.",
        ),
        data=data,
    )


def _ours(bench: Bench) -> dict[int, float]:
    (task,) = bench.tasks
    found = {}
    for length in _LENGTHS_US:
        timing = bench.time(_SUBMISSION, task, length).timing
        if timing.median_s is None:
            raise RuntimeError(f"known_lengths: {length} µs: {timing.status} {timing.message}")
        found[length] = timing.median_s / (length * 1e-6)
    return found


def _pytest_benchmark(where: Path) -> dict[int, float]:
    file = where / "spin.json"
    options = ["-q", "-p", "no:benchharness", "-p", "no:cacheprovider"]
    test = HERE / "peers" / "test_spin.py"
    run(python("-m", "pytest", *options, test, f"--benchmark-json={file}"), where)
    return {
        found["params"]["microseconds"]: found["stats"]["median"]
        / (found["params"]["microseconds"] * 1e-6)
        for found in json.loads(file.read_text())["benchmarks"]
    }


def _pyperf(where: Path) -> dict[int, float]:
    import pyperf

    file = where / "spin_pyperf.json"
    run(python(HERE / "peers" / "pyperf_spin.py", "--fast", "-o", file), where, env=environment())
    suite = pyperf.BenchmarkSuite.load(str(file))
    lengths = {int(found.get_name()): found for found in suite.get_benchmarks()}
    os.unlink(file)
    return {length: found.mean() / (length * 1e-6) for length, found in lengths.items()}


def _figures(condition: str, tool: str, rounds: list[dict[int, float]]) -> list[Figure]:
    figures = []
    for length, allowed in _LENGTHS_US.items():
        errors = [found[length] - 1 for found in rounds]
        goal = Goal(allowed, f"within {allowed:.0%}", "share") if tool == "benchharness" else None
        figures.append(
            Figure(
                f"{_NAMES[length]}, {condition}, {tool}",
                abs(median(errors)),
                f"{median(errors):+.2%}",
                goal,
                f"{min(errors):+.2%} to {max(errors):+.2%}, n = {len(errors)}",
            )
        )
    return figures
