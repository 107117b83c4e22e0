"""What the plugin costs a project that never says --bench: its import, and a whole empty run."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np
from measuring import folder, in_turn, python, run, seconds
from results import Figure, Result

_IMPORT = """
import pytest
from time import perf_counter
start = perf_counter()
import benchharness.pytest_plugin
print(perf_counter() - start)
"""
_NO_TESTS = 5


def measure(*, quick: bool) -> Result:
    """The plugin's import time, and what it adds to pytest in a folder without tests."""
    with folder() as empty:
        measures = {
            "import_s": lambda: float(run(python("-c", _IMPORT), empty)),
            "with_s": lambda: _empty_run_s(empty),
            "without_s": lambda: _empty_run_s(empty, "-p", "no:benchharness"),
        }
        in_turn(1, measures)  # fills caches of bytecode and files
        found = in_turn(5 if quick else 40, measures)
    added = np.subtract(found["with_s"], found["without_s"])
    low, high = _interval(added)
    without_s = median(found["without_s"])
    return Result(
        title="Cost of the plugin without --bench",
        figures=(
            Figure(
                "import of benchharness.pytest_plugin, pytest being there",
                median(found["import_s"]),
                f"{median(found['import_s']) * 1e3:.1f} ms",
            ),
            Figure(
                "added to a whole empty pytest run, median of pairs",
                float(np.median(added)),
                f"{np.median(added) * 1e3:+.1f} ms",
                detail=f"95 % interval {low * 1e3:+.1f} to {high * 1e3:+.1f} ms, "
                f"{len(added)} pairs, beside `-p no:benchharness`",
            ),
            Figure("an empty pytest run without it", without_s, f"{without_s * 1e3:.0f} ms"),
        ),
        data=dict(found),
    )


def _empty_run_s(where: Path, *options: str) -> float:
    return seconds(python("-m", "pytest", "-q", *options), where, codes=(_NO_TESTS,))


def _interval(differences: np.ndarray) -> tuple[float, float]:
    """The percentile bootstrap's interval of the median."""
    rng = np.random.default_rng(0)
    drawn = rng.choice(differences, size=(2000, len(differences)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(low), float(high)
