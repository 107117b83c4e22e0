"""What `benchharness doctor` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from benchharness.reporting.quantities import format_bytes, format_seconds
from benchharness.runner.doctor import Examination, GpuExamination

__all__ = ["as_json", "as_text"]

_REMEDIES = {
    "user-namespace": "allow unprivileged user namespaces "
    "(Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0)",
    "mount-namespace": "comes with user namespaces",
    "network-namespace": "comes with user namespaces",
    "pid-namespace": "comes with user namespaces",
    "landlock": "needs Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK",
    "seccomp": "needs Linux with CONFIG_SECCOMP_FILTER on x86-64 or aarch64",
    "cgroup": "run under `systemd-run --user --scope -p Delegate=yes`, or as root",
    "rlimits": "needs a POSIX system",
}
_PACKAGES = {
    "torch": "pip install torch",
    "tensorflow": "pip install tensorflow-cpu",
    "pytest-benchmark": "pip install 'pytest-benchmark>=5.2,<6'",
    "nvidia-ml-py": "pip install nvidia-ml-py",
}


def as_json(examination: Examination) -> str:
    """The examination for programs."""
    return json.dumps(asdict(examination), indent=2)


def as_text(examination: Examination) -> str:
    """The examination for a person: each thing that is there, or how to get it."""
    return "\n".join(_lines(examination))


def _lines(examination: Examination) -> Iterator[str]:
    machine = examination.machine
    yield f"machine    {machine.name}: {machine.cpu}, {machine.cores} cores, " + (
        f"{format_bytes(machine.memory_bytes)}, {machine.os}"
    )
    yield "           " + ", ".join(f"{k} {v}" for k, v in examination.versions.items())
    for name, version in examination.packages.items():
        yield _row("packages", name, version, _PACKAGES.get(name, f"pip install {name}"))
    yield from _sandbox_lines(examination)
    clock = examination.clock
    yield f"clock      resolution {format_seconds(clock.resolution_s)}, " + (
        f"a reading costs {format_seconds(clock.overhead_s)}"
    )
    quiet = "quiet" if clock.probe_spread < 0.05 else "noisy: timings need longer to be decided"
    load = "" if clock.load_1min is None else f", load {clock.load_1min:.2f}"
    yield f"noise      a fixed probe spreads by {100 * clock.probe_spread:.1f} % ({quiet}){load}"
    yield _row(
        "energy",
        "processor",
        examination.processor_energy,
        f"{examination.processor_energy_problem}",
    )
    for found in examination.gpus:
        yield from _gpu_lines(found)
    for backend, names in examination.timed_on.items():
        if names:
            yield _row("timed on", backend, ", ".join(names), "")
    for problem in examination.timing_problems:
        yield f"timed on   no GPU: {problem}"
    if examination.gpu_problem:
        yield f"gpu        {'' if examination.gpus else 'none: '}{examination.gpu_problem}"


def _sandbox_lines(examination: Examination) -> Iterator[str]:
    isolation = examination.isolation
    if isolation is None:
        yield f"sandbox    does not work: {examination.sandbox_problem}"
        return
    start = format_seconds(examination.worker_start_s or 0.0)
    yield f"sandbox    tier {isolation.tier}; a confined worker starts in {start}"
    for layer in isolation.layers:
        yield _row("sandbox", layer, "works", "")
    for layer, reason in isolation.missing:
        yield _row("sandbox", layer, None, f"{reason}; {_REMEDIES[layer]}")


def _gpu_lines(found: GpuExamination) -> Iterator[str]:
    gpu = found.gpu
    facts = (
        gpu.memory_bytes and format_bytes(gpu.memory_bytes),
        gpu.power_limit_w and f"{gpu.power_limit_w:g} W",
        gpu.driver and f"driver {gpu.driver}",
        gpu.cuda and f"CUDA {gpu.cuda}",
        gpu.uuid,
    )
    yield f"gpu        {gpu.index}: {gpu.name}: {', '.join(fact for fact in facts if fact)}"
    for name, works in found.sensors.items():
        yield _row("gpu", name, works, "")
    for name, reason in found.missing.items():
        yield _row("gpu", name, None, reason.removeprefix(f"{name}: "))


def _row(topic: str, name: str, found: str | None, remedy: str) -> str:
    return f"{topic:<10} {name:<18} {found or f'missing: {remedy}'}"
