"""Runs made up for comparisons: a few numbers say all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchharness.outcomes import (
    Against,
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
from benchharness.reporting.run_json import write_run

__all__ = ["against", "edited", "machine", "run", "task", "timing", "written"]


def timing(size: int = 64, ratio: float = 1.0, *, width: float = 0.01, **changes: Any) -> Timing:
    """A timing whose submission takes 1 ms / ratio, each interval so wide either way."""
    median_s = changes.pop("median_s", 1e-3 / ratio)
    values: dict[str, Any] = {
        "workload": "noise",
        "device": "cpu",
        "status": TimingStatus.OK,
        "size": size,
        "calls": 600,
        "verified_calls": 600,
        "rounds": 100,
        "median_s": median_s,
        "ci95_s": around(median_s, width),
        "reference_median_s": 1e-3,
        "reference_ci95_s": around(1e-3, width),
        "speed_ratio": ratio,
        "speed_ratio_ci95": around(ratio, width),
        "comparison": "SAME",
    }
    return Timing(**{**values, **changes})


def around(value: float, width: float) -> tuple[float, float]:
    return value / math.exp(width), value * math.exp(width)


def against(
    ratio: float, comparison: str | None, version: str = "HEAD~1", **changes: Any
) -> Against:
    """An earlier version that took 1 ms, and what its comparison came to."""
    return Against(
        **{
            "version": version,
            "status": TimingStatus.OK,
            "rounds": 100,
            "margin": 0.02,
            "median_s": 1e-3,
            "ci95_s": around(1e-3, 0.01),
            "speed_ratio": ratio,
            "speed_ratio_ci95": around(ratio, 0.01),
            "comparison": comparison,
            **changes,
        }
    )


def task(*timings: Timing, name: str = "otsu", backend: str = "numpy") -> TaskVerdict:
    """A task of a suite that was passed, with its timings."""
    return TaskVerdict("thresholding", name, backend, Status.PASSED, 3, 3, timings=timings)


def machine(name: str = "lab-1", **changes: Any) -> Machine:
    """A machine with measured ceilings."""
    values: dict[str, Any] = {
        "os": "Linux 6.8",
        "cpu": "EPYC",
        "cores": 8,
        "memory_bytes": 2**34,
        "ceilings": {"cpu": Ceilings(10e9, 50e9)},
    }
    return Machine(name, **{**values, **changes})


def run(
    *tasks: TaskVerdict,
    on: Machine | None = None,
    submission: str = "anna",
    seed: int = 7,
    sha256: str = "",
    **versions: str,
) -> Run:
    """One submission's run."""
    known = {"python": "3.12.4", "benchharness": "0.1.0", "numpy": "2.1.0", **versions}
    verdict = SubmissionVerdict(submission, f"{submission}.py", sha256 or submission, tasks)
    return Run(
        "2025-03-14T09:26:53+00:00",
        known,
        on or machine(),
        Isolation("strict"),
        seed,
        (verdict,),
    )


def written(folder: Path, runs: Iterable[Run] | dict[str, Run]) -> list[Path]:
    """The files of runs, called a.json, b.json, ... or by their names."""
    named = runs if isinstance(runs, dict) else dict(zip("abcdefghijkl", runs, strict=False))
    paths = []
    for name, one in named.items():
        paths.append(folder / f"{name}.json")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        write_run(one, paths[-1])
    return paths


def edited(path: Path, **changes: Any) -> Path:
    """The file with other values at its top."""
    document = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps(document))
    return path
