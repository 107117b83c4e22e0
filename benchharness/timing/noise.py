"""How quiet the machine was while it measured: disturbed samples, a fixed probe, other load."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CpuTimes",
    "Noise",
    "contaminated",
    "load_average",
    "probe_s",
    "read_cpu_times",
    "spread",
]

FloatArray: TypeAlias = NDArray[np.float64]

_PROBE = np.linspace(0.0, 1.0, 4096)
_TOLERATED_WAIT = 0.02


@dataclass(frozen=True)
class Noise:
    """What disturbed a measurement; None where this machine cannot tell."""

    contaminated_share: float | None = None
    probe_spread: float | None = None
    steal_share: float | None = None
    busy_share: float | None = None
    load: float | None = None


@dataclass(frozen=True)
class CpuTimes:
    """Seconds that all cores together have spent since the machine started."""

    busy_s: float
    steal_s: float
    idle_s: float

    @property
    def total_s(self) -> float:
        """Seconds of all kinds."""
        return self.busy_s + self.steal_s + self.idle_s

    def shares_since(self, earlier: CpuTimes) -> tuple[float, float] | None:
        """The shares that were busy and stolen since then; None within one tick."""
        total = self.total_s - earlier.total_s
        if total <= 0:
            return None
        return (self.busy_s - earlier.busy_s) / total, (self.steal_s - earlier.steal_s) / total


def read_cpu_times(stat: Path = Path("/proc/stat")) -> CpuTimes | None:
    """The machine's CPU times from the first line of /proc/stat; None where there is none."""
    try:
        with stat.open() as lines:
            fields = lines.readline().split()
    except OSError:
        return None
    if len(fields) < 9 or fields[0] != "cpu":
        return None
    user, nice, system, idle, iowait, irq, softirq, steal = (
        int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[1:9]
    )
    return CpuTimes(
        busy_s=user + nice + system + irq + softirq, steal_s=steal, idle_s=idle + iowait
    )


def load_average() -> float | None:
    """Processes that wanted to run, averaged over the last minute; None where not counted."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def probe_s(clock: Callable[[], float] = time.perf_counter) -> float:
    """
    Seconds that a fixed piece of interpreter and array work takes now, about 0.1 ms.

    On a virtual machine the guest's own counters can all read 0 while its speed moves by 40 %;
    work that never changes is what sees it.
    """
    start = clock()
    total = 0
    for number in range(1000):
        total += number
    for _ in range(8):
        np.sqrt(_PROBE)
    return clock() - start


def spread(samples: FloatArray) -> float:
    """The interquartile range relative to the median; 0 where the median is."""
    low, middle, high = np.quantile(samples, [0.25, 0.5, 0.75])
    return float((high - low) / middle) if middle > 0 else 0.0


def contaminated(
    wait_s: FloatArray, cpu_s: FloatArray, null_wait_s: FloatArray
) -> NDArray[np.bool_]:
    """
    Which samples waited longer for a core than the harness makes a call wait: a flag, no filter.

    A sample is contaminated if wall > 1.02 cpu + overhead, wall - cpu being its wait. The
    overhead is what null calls wait at most, outliers aside: Tukey's upper fence, so that the
    ordinary jitter of a wake-up does not count as a disturbance.
    """
    low, high = np.quantile(null_wait_s, [0.25, 0.75])
    overhead = high + 1.5 * (high - low)
    return np.asarray(wait_s > _TOLERATED_WAIT * cpu_s + overhead)
