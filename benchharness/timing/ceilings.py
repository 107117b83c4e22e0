"""
What this machine reaches at best with one thread: the roof over its timings.

It is measured in a process of its own, since the number of threads that NumPy's matrix product
uses is settled when it is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from benchharness.outcomes import Ceilings
from benchharness.timing.alone import alone_on_this_machine

__all__ = ["ceilings_of", "measured_ceilings"]

_ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB", "NUMEXPR")
}
_COPIED = 2**25
_SIDE = 1024
_SECONDS = 0.4
_PATIENCE_S = 60


def measured_ceilings() -> dict[str, Ceilings]:
    """The ceilings of this machine's processor, in about a second; none where they fail."""
    try:
        with alone_on_this_machine():
            done = subprocess.run(
                [sys.executable, "-m", "benchharness.timing.ceilings"],
                env={**os.environ, **_ONE_THREAD},
                capture_output=True,
                timeout=_PATIENCE_S,
                check=True,
            )
        return {"cpu": Ceilings(**json.loads(done.stdout))}
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}


def ceilings_of(*, seconds: float, copied: int = _COPIED, side: int = _SIDE) -> Ceilings:
    """
    The fastest copy and the fastest matrix product of single-precision numbers in this process.

    A copy of n numbers moves 8 n bytes, read and written; a product of two square matrices takes
    2 n³ operations. The fastest of many, since a ceiling is what the machine can do at best.
    """
    source, target = np.ones(copied, np.float32), np.zeros(copied, np.float32)
    matrix = np.ones((side, side), np.float32)
    product = np.zeros_like(matrix)
    copy_s = _fastest(lambda: np.copyto(target, source), seconds)
    matmul_s = _fastest(lambda: np.matmul(matrix, matrix, out=product), seconds)
    return Ceilings(
        copy_bytes_per_s=(source.nbytes + target.nbytes) / copy_s,
        matmul_flop_per_s=2 * side**3 / matmul_s,
    )


def _fastest(work: Callable[[], object], seconds: float) -> float:
    work()
    fastest, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest


if __name__ == "__main__":
    found = ceilings_of(seconds=_SECONDS)
    print(json.dumps(found.__dict__))
