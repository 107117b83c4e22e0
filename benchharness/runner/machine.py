"""What a run was made on: what the operating system says of itself, and NVML of the GPUs."""

from __future__ import annotations

import contextlib
import os
import platform
from functools import cache
from pathlib import Path

from benchharness import __version__
from benchharness.outcomes import Machine
from benchharness.timing import NotMeasured, open_nvml

__all__ = ["forget", "this_machine", "versions"]

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


@cache
def this_machine() -> Machine:
    """Name, system, processor, cores that this process may use, memory, and GPUs: found once."""
    return Machine(
        name=platform.node(),
        os=f"{platform.system()} {platform.release()}",
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _all_cores(),
        memory_bytes=_memory_bytes(),
        gpus=_gpus(),
        governor=_governor(),
    )


def versions(frameworks: dict[str, str]) -> dict[str, str]:
    """Python, benchharness, the frameworks that were used, and the GPUs' driver."""
    ours = {"python": platform.python_version(), "benchharness": __version__}
    return {**ours, **_driver_versions(), **frameworks}


def _gpus() -> tuple[dict[str, object], ...]:
    """Every GPU, and every instance of MIG, that answers; `benchharness doctor` says of others."""
    found: list[dict[str, object]] = []
    with contextlib.suppress(NotMeasured), open_nvml() as nvml:
        for device in nvml.devices():
            with contextlib.suppress(NotMeasured):
                found.append(nvml.identity(device).facts())
    return tuple(found)


@cache
def _driver_versions() -> dict[str, str]:
    with contextlib.suppress(NotMeasured), open_nvml() as nvml:
        return nvml.versions()
    return {}


def forget() -> None:
    """Find it all anew when it is asked for next."""
    this_machine.cache_clear()
    _driver_versions.cache_clear()


def _all_cores() -> int:
    return os.cpu_count() or 1


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _governor() -> str | None:
    """How the kernel chooses the processor's clock; unknown on most virtual machines."""
    try:
        return _GOVERNOR.read_text().strip() or None
    except OSError:
        return None


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
