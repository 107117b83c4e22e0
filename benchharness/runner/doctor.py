"""What this machine offers to benchharness, found by trying it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import itertools
import os
import statistics
import time
from dataclasses import dataclass

from benchharness.errors import HarnessError
from benchharness.outcomes import Isolation, Machine
from benchharness.runner.machine import this_machine, versions
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging
from benchharness.runner.workers import Workers
from benchharness.timing.noise import probe_s

__all__ = ["Clock", "Examination", "examine"]

_PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "tensorflow": "tensorflow tensorflow-cpu tensorflow-intel",
    "scikit-image": "scikit-image",
    "pytest-benchmark": "pytest-benchmark",
    "nvidia-ml-py": "nvidia-ml-py",
}


@dataclass(frozen=True)
class Clock:
    """The grader's clock and how steady the machine is, in seconds; spread relative."""

    resolution_s: float
    overhead_s: float
    probe_spread: float
    load_1min: float | None


@dataclass(frozen=True)
class Examination:
    """Everything that `benchharness doctor` reports."""

    machine: Machine
    versions: dict[str, str]
    packages: dict[str, str | None]
    isolation: Isolation | None
    sandbox_problem: str | None
    worker_start_s: float | None
    clock: Clock
    gpus: tuple[str, ...]
    gpu_problem: str | None


def examine() -> Examination:
    """Look at packages, start a confined worker, ask NVML, and time a fixed probe."""
    isolation, problem, start_s = _try_sandbox()
    gpus, gpu_problem = _gpus()
    return Examination(
        machine=this_machine(),
        versions=versions({}),
        packages={name: _version(names) for name, names in _PACKAGES.items()},
        isolation=isolation,
        sandbox_problem=problem,
        worker_start_s=start_s,
        clock=_clock(),
        gpus=gpus,
        gpu_problem=gpu_problem,
    )


def _version(names: str) -> str | None:
    for name in names.split():
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _try_sandbox() -> tuple[Isolation | None, str | None, float | None]:
    """What isolation a real worker reaches, and how long one more takes on a warm fork-server."""
    with Staging() as staging:
        workers = Workers(Settings(timing="off"), staging)
        try:
            workers.new("numpy", staging.folder()).close()
            start = time.perf_counter()
            workers.new("numpy", staging.folder()).close()
            return workers.isolation, None, time.perf_counter() - start
        except HarnessError as problem:
            return None, str(problem), None
        finally:
            workers.close()


def _clock() -> Clock:
    readings = [time.perf_counter() for _ in range(1001)]
    steps = [later - earlier for earlier, later in itertools.pairwise(readings)]
    probes = sorted(probe_s() for _ in range(100))
    quartiles = statistics.quantiles(probes, n=4)
    return Clock(
        resolution_s=time.get_clock_info("perf_counter").resolution,
        overhead_s=statistics.median(steps),
        probe_spread=(quartiles[2] - quartiles[0]) / quartiles[1],
        load_1min=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    )


def _gpus() -> tuple[tuple[str, ...], str | None]:
    """The names of the GPUs that NVML sees, or why there are none."""
    if importlib.util.find_spec("pynvml") is None:
        return (), "nvidia-ml-py is not installed: pip install nvidia-ml-py"
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as problem:
        return (), f"NVML: {problem}"
    try:
        handles = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
        return tuple(str(pynvml.nvmlDeviceGetName(handle)) for handle in handles), None
    finally:
        pynvml.nvmlShutdown()
