"""What a run was made on, from what the operating system says of itself."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchharness import __version__
from benchharness.outcomes import Machine

__all__ = ["this_machine", "versions"]


def this_machine() -> Machine:
    """Name, system, processor, cores that this process may use, and memory."""
    return Machine(
        name=platform.node(),
        os=f"{platform.system()} {platform.release()}",
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _all_cores(),
        memory_bytes=_memory_bytes(),
    )


def versions(frameworks: dict[str, str]) -> dict[str, str]:
    """Python, benchharness and the frameworks that were used."""
    return {"python": platform.python_version(), "benchharness": __version__, **frameworks}


def _all_cores() -> int:
    return os.cpu_count() or 1


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return 0
