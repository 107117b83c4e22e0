"""
How long `benchharness compare` takes over a hundred runs of five hundred timings each.

Ten made-up machines, ten launches on each, every workload of the catalogue, three submissions on
the CPU and one on a GPU. The files are as large as real ones: 150 samples a side of each timing.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from browser import openings
from measuring import environment, say
from results import Figure, Goal, Result

from benchharness.outcomes import (
    Ceilings,
    Isolation,
    Machine,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
)
from benchharness.reporting.run_json import run_text
from benchharness.suite.load import bundled_suites, load_suites
from benchharness.suite.task import Suite

__all__ = ["measure", "synthetic_runs"]

_RUNS, _TIMINGS, _SAMPLES = 100, 500, 150
_SIDES = (
    ("loops", "numpy", "cpu", 6.0),
    ("pytorch", "torch", "cuda:0", 0.08),
    ("vectorised", "numpy", "cpu", 1.0),
    ("pytorch", "torch", "cpu", 0.6),
)
_GOAL_S, _GOAL_BYTES, _GOAL_PAGE_BYTES, _GOAL_OPEN_S = 3.0, 500e6, 5e6, 1.0


def measure(*, quick: bool = False) -> Result:
    """Time and memory of the command, the size of its page, and how long it takes to open."""
    repetitions = 2 if quick else 8
    with tempfile.TemporaryDirectory() as folder:
        files = synthetic_runs(Path(folder), _RUNS, _TIMINGS)
        size = sum(file.stat().st_size for file in files)
        say(f"{len(files)} runs, {size / 1e6:.0f} MB")
        page = Path(folder) / "report.html"
        command = [sys.executable, "-m", "benchharness.cli", "compare", folder, "-o", str(page)]
        found: dict[str, list[float]] = {"seconds": [], "bytes": []}
        for _ in range(repetitions):
            seconds, memory = _run(command)
            found["seconds"].append(seconds)
            found["bytes"].append(memory)
        page_bytes = page.stat().st_size
        opened = openings(page, repetitions)["with_script"]
    seconds, memory = statistics.median(found["seconds"]), max(found["bytes"])
    open_s = statistics.median(opened)
    return Result(
        title="Comparing 100 runs of 500 timings",
        figures=(
            Figure(
                "`benchharness compare`, with the page",
                seconds,
                f"{seconds:.2f} s",
                Goal(_GOAL_S, f"< {_GOAL_S:g} s", "s"),
                _span(found["seconds"]),
            ),
            Figure(
                "memory at most",
                memory,
                f"{memory / 1e6:.0f} MB",
                Goal(_GOAL_BYTES, "< 500 MB", ""),
            ),
            Figure(
                "size of the page",
                page_bytes,
                f"{page_bytes / 1e6:.1f} MB",
                Goal(_GOAL_PAGE_BYTES, "< 5 MB", ""),
            ),
            Figure(
                "the page, open and its table filled",
                open_s,
                f"{open_s:.2f} s",
                Goal(_GOAL_OPEN_S, f"< {_GOAL_OPEN_S:g} s", "s"),
                _span(opened),
            ),
        ),
        notes=(
            f"{_RUNS} made-up runs, {size / 1e6:.0f} MB of JSON with {_SAMPLES} samples a side of "
            "each timing: ten machines with ten launches each. A fresh process each time, charts "
            "included. The page is opened from `file://` in a fresh window of a running Chromium, "
            "1280 pixels wide: until rows are in the table and two frames have been drawn.",
        ),
        data={**found, "open_s": opened, "page_bytes": page_bytes, "json_bytes": size},
    )


def synthetic_runs(folder: Path, runs: int, timings: int) -> list[Path]:
    """Files of made-up runs, the same ones each time; ten launches a machine."""
    suites, _ = load_suites(bundled_suites())
    rng = random.Random(runs)
    samples = ", ".join(f"{rng.lognormvariate(-7, 1):.17g}" for _ in range(_SAMPLES))
    files = []
    for number in range(runs):
        run = _synthetic_run(rng, suites, number, timings)
        text = run_text(run).replace('_s": []', f'_s": [{samples}]')
        files.append(folder / f"run_{number:03}" / "run.json")
        files[-1].parent.mkdir(parents=True)
        files[-1].write_text(text, encoding="utf-8")
    return files


def _synthetic_run(rng: random.Random, suites: Sequence[Suite], number: int, timings: int) -> Run:
    machine = number // 10
    drift = rng.lognormvariate(0, 0.05)
    speed = 1.15**machine * drift
    submissions: dict[str, list[TaskVerdict]] = {}
    left = timings
    for suite, task, found in _work(suites):
        for name, backend, device, factor in _SIDES:
            made = [
                _timing(rng, device, workload, size, number_of_sizes, factor, speed)
                for workload, size, number_of_sizes in found
            ][:left]
            left -= len(made)
            verdict = TaskVerdict(suite, task, backend, Status.PASSED, 3, 3, timings=tuple(made))
            submissions.setdefault(name, []).append(verdict)
    return Run(
        created=f"2025-03-{1 + number % 28:02}T09:26:53+00:00",
        versions={"python": "3.12.4", "benchharness": "0.1.0", "numpy": "2.1.0", "torch": "2.5.0"},
        machine=Machine(
            name=f"lab-{machine:02}",
            os="Linux 6.8.0",
            cpu="AMD EPYC 7763 64-Core Processor",
            cores=8,
            memory_bytes=33_554_432_000,
            gpus=({"name": "NVIDIA A10", "uuid": f"GPU-{machine}", "memory_bytes": 2**34},),
            governor="performance",
            ceilings={"cpu": Ceilings(12e9 * 1.1**-machine, 60e9 * 1.1**-machine)},
        ),
        isolation=Isolation("strict"),
        seed=7,
        submissions=tuple(
            SubmissionVerdict(name, f"{name}.py", name, tuple(tasks))
            for name, tasks in submissions.items()
        ),
    )


def _work(suites: Sequence[Suite]) -> Iterator[tuple[str, str, list[tuple[str, int, int]]]]:
    for suite in suites:
        for task in suite.tasks:
            found = [
                (workload.name, size, place)
                for workload in task.workloads
                for place, size in enumerate(workload.sizes)
            ]
            if found:
                yield suite.name, task.name, found


def _timing(
    rng: random.Random,
    device: str,
    workload: str,
    size: int,
    place: int,
    factor: float,
    speed: float,
) -> Timing:
    reference_s = 2e-5 * 7**place * speed
    median_s = reference_s * factor * rng.lognormvariate(0, 0.03) + (
        3e-5 if device != "cpu" else 0
    )
    ratio, width = reference_s / median_s, rng.uniform(1.005, 1.04)
    timing = Timing(
        workload,
        device,
        TimingStatus.OK if rng.random() < 0.98 else TimingStatus.NOISY,
        size=size,
        calls=600,
        verified_calls=600,
        rounds=_SAMPLES,
        median_s=median_s,
        ci95_s=(median_s / width, median_s * width),
        raw_median_s=median_s + 1e-5,
        null_median_s=1e-5,
        reference_median_s=reference_s,
        reference_ci95_s=(reference_s / width, reference_s * width),
        reference_raw_median_s=reference_s + 1e-5,
        reference_null_median_s=1e-5,
        speed_ratio=ratio,
        speed_ratio_ci95=(ratio / width, ratio * width),
        comparison="FASTER" if ratio > 1.1 else "SLOWER" if ratio < 0.9 else "INCONCLUSIVE",
        contaminated_share=0.02,
        data_bytes=4000 * 7**place,
        operations=9000.0 * 7**place,
    )
    if device == "cpu":
        return timing
    energy_j = median_s * 120
    return replace(timing, energy_j=energy_j, energy_ratio=1.4, power_w=120.0, clock_mhz=1400.0)


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of wall time, and the most memory that a process of it held, in bytes."""
    start = time.perf_counter()
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment(), **nowhere)
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - start
    if process.returncode or status:
        raise RuntimeError(f"{' '.join(command)}: exit status {status}")
    return took_s, usage.ru_maxrss * 1024.0


def _span(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} s, n = {len(values)}"
