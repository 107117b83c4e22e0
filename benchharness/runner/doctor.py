"""What this machine offers to benchharness, found by trying it."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchharness.errors import HarnessError
from benchharness.outcomes import Isolation, Machine
from benchharness.runner.devices import CPU, Devices
from benchharness.runner.machine import this_machine, versions
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging
from benchharness.runner.workers import Workers
from benchharness.sandbox.gpu import visible
from benchharness.timing import Gpu, NotMeasured, open_nvml, rapl_meter
from benchharness.timing.gpu_sensors import Device
from benchharness.timing.noise import probe_s
from benchharness.timing.nvml import Nvml
from benchharness.worker.devices import GPUS

__all__ = ["Clock", "Examination", "GpuExamination", "examine"]

_PACKAGES = {
    "numpy": "numpy",
    "torch": "torch",
    "tensorflow": "tensorflow tensorflow-cpu tensorflow-intel",
    "scikit-image": "scikit-image",
    "pytest-benchmark": "pytest-benchmark",
    "vl-convert-python": "vl-convert-python",
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
class GpuExamination:
    """One GPU: what it is, which sensors work, and why others do not."""

    gpu: Gpu
    sensors: dict[str, str]
    missing: dict[str, str]


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
    gpus: tuple[GpuExamination, ...]
    gpu_problem: str | None
    processor_energy: str | None
    processor_energy_problem: str | None
    timed_on: dict[str, tuple[str, ...]]
    timing_problems: tuple[str, ...]


def examine() -> Examination:
    """Look at packages, start a confined worker, ask NVML and RAPL, and time a fixed probe."""
    isolation, problem, start_s = _try_sandbox()
    gpus, gpu_problem = _gpus()
    energy, energy_problem = _processor_energy()
    timed_on, timing_problems = _timed_on()
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
        processor_energy=energy,
        processor_energy_problem=energy_problem,
        timed_on=timed_on,
        timing_problems=timing_problems,
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


def _gpus() -> tuple[tuple[GpuExamination, ...], str | None]:
    """The GPUs that NVML sees, each with its sensors; and what is wrong with the others."""
    found: list[GpuExamination] = []
    try:
        with open_nvml() as nvml:
            for device in nvml.devices():
                try:
                    found.append(_examined(nvml, device))
                except NotMeasured as problem:
                    nvml.problems.append(f"{device.name}: {problem}")
            problems = nvml.problems or ([] if found else ["NVML lists none"])
    except NotMeasured as problem:
        problems = [str(problem)]
    return tuple(found), "; ".join(problems) or None


def _examined(nvml: Nvml, device: Device) -> GpuExamination:
    asked: dict[str, Callable[[], object]] = {
        "energy": device.energy_j,
        "power": device.power_source,
        "clocks": device.sm_mhz,
        "temperature": device.temperature_c,
        "throttling": device.event_reasons,
        "time throttled": device.held_down_s,
    }
    works, missing = {}, {}
    for name, ask in asked.items():
        try:
            answer = ask()
        except NotMeasured as problem:
            missing[name] = str(problem)
        else:
            works[name] = answer if isinstance(answer, str) else "works"
    return GpuExamination(nvml.identity(device), works, missing)


def _timed_on() -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The GPUs that submissions are timed on, by backend, found by trying; and why not others."""
    if problem := visible()[1]:
        return {}, (problem,)
    settings = Settings()
    with Staging() as staging:
        workers = Workers(settings, staging)
        devices = Devices(settings, workers)
        try:
            found = {
                backend: tuple(device.name for device in devices.of(backend) if device != CPU)
                for backend in GPUS
                if _version(_PACKAGES.get(backend, backend))
            }
        except HarnessError as problem:
            return {}, (str(problem),)
        finally:
            workers.close()
    return found, tuple(devices.left_out)


def _processor_energy() -> tuple[str | None, str | None]:
    """What measures the processor's energy, or why nothing does."""
    try:
        return rapl_meter().name, None
    except NotMeasured as problem:
        return None, str(problem)
