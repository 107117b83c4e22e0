"""What a lab compares: two machines, CPU and GPU, energy, a throttled board, a hostile name."""

from __future__ import annotations

import math
import random
from pathlib import Path

from made_up_runs import around, machine, run, task, timing, written

from benchharness.outcomes import (
    Ceilings,
    Energy,
    Run,
    Span,
    Throttling,
    Timing,
    TimingStatus,
    Trace,
)

__all__ = ["ATTACK", "lab_run", "write_lab_runs"]

ATTACK = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>\u202e"
_SIZES = (64, 256, 1024)
_TASKS = {"conv2d": (40.0, 2.0), "pool2d": (0.75, 2.0), "softmax": (3.0, 1.0)}


def write_lab_runs(folder: Path) -> list[Path]:
    """Two folders of three launches each."""
    for name, speed in (("lab-a", 1.0), ("lab-b", 1.6)):
        runs = {f"{name}/{n}/run": lab_run(name, speed, seed=n) for n in range(3)}
        written(folder, runs)
    return [folder / "lab-a", folder / "lab-b"]


def lab_run(name: str, speed: float, *, seed: int, submission: str = "anna") -> Run:
    """One launch: three tasks at three sizes, in NumPy and PyTorch, on the CPU and the GPU."""
    rng = random.Random(f"{name} {seed}")
    tasks = []
    for kind, (operations, power) in _TASKS.items():
        cpu, gpu = [], []
        for size in _SIZES:
            work = 2e-8 * size**power * operations / speed * rng.lognormvariate(0, 0.03)
            counts = {"data_bytes": 8 * size**2, "operations": operations * size**2}
            noisy = {"status": TimingStatus.NOISY} if size == 64 and kind == "pool2d" else {}
            cpu.append(_timing(size, work + 1e-5, **counts, **noisy))
            gpu.append(_on_gpu(rng, size, work / 20 + 6e-5, throttled=name == "lab-b"))
        tasks += [
            task(*cpu, name=kind),
            task(*cpu, *gpu, name=kind, backend="torch"),
        ]
    gpus = ({"name": "NVIDIA A10", "memory_bytes": 2**34, "driver": "550.54", "uuid": name},)
    where = machine(
        name,
        gpus=gpus,
        governor="performance" if name == "lab-a" else "powersave",
        ceilings={"cpu": Ceilings(12e9 * speed, 60e9 * speed)},
    )
    return run(*tasks, on=where, seed=seed, submission=submission, torch="2.5.0")


def _timing(size: int, median_s: float, **changes: object) -> Timing:
    reference_s = 2e-8 * size**2 * 3
    ratio = reference_s / median_s
    return timing(
        size,
        ratio,
        median_s=median_s,
        ci95_s=around(median_s, 0.03),
        reference_median_s=reference_s,
        reference_ci95_s=around(reference_s, 0.02),
        speed_ratio_ci95=around(ratio, 0.04),
        **changes,
    )


def _on_gpu(rng: random.Random, size: int, median_s: float, *, throttled: bool) -> Timing:
    times = tuple(round(0.1 * n, 1) for n in range(120))
    busy = [20 <= n < 60 or 70 <= n < 110 for n in range(120)]
    held = throttled and size == 1024
    clocks = [
        (1100.0 if held and 85 <= n < 105 else 1695.0) if b else 210.0 for n, b in enumerate(busy)
    ]
    watts = [(140 + 6 * math.sin(n)) * (0.8 if c == 1100 else 1) if b else 22.0
             for n, (b, c) in enumerate(zip(busy, clocks, strict=True))]  # fmt: skip
    spans = [Span("idle", 0, 2), Span("submission", 2, 6), Span("reference", 7, 11)]
    if held:
        spans.append(Span("hardware thermal slowdown", 8.5, 10.5))
    energy_j = 140 * median_s * rng.lognormvariate(0, 0.02)
    return _timing(
        size,
        median_s,
        device="cuda:0",
        energy_j=energy_j,
        energy_reference_j=energy_j * 1.3,
        energy_ratio=1.3,
        energy_ratio_ci95=(1.25, 1.35),
        energy=Energy("NVML energy counter", 5.0, 4, 4000, 400, 0.1, uncertainty=0.05),
        power_w=140.0,
        clock_mhz=1695.0,
        temperature_c=61.0,
        throttled=held,
        throttle_reasons=(Throttling("hardware thermal slowdown", 2.0),) if held else (),
        trace=Trace(times, tuple(watts), tuple(clocks), tuple(45 + 0.2 * n for n in range(120)),
                    tuple(spans)),
    )  # fmt: skip
