"""A comparison as CSV and JSON for other programs: one row a timing, units in the names."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from benchharness.comparison.roofline import placement
from benchharness.comparison.sides import Row
from benchharness.comparison.verdicts import Verdict
from benchharness.comparison.whole import Comparison
from benchharness.outcomes import Against, Timing
from benchharness.reporting.files import write_whole
from benchharness.timing.statistics import Comparison as Outcome
from benchharness.timing.statistics import Estimate, needed_time

__all__ = ["COLUMNS", "SCHEMA_NAME", "as_json", "records", "write_csv", "write_json"]

SCHEMA_NAME = "benchharness.comparison/1"
_OF_TIMING = (
    "median_s",
    "reference_median_s",
    "speed_ratio",
    "device_median_s",
    "energy_j",
    "energy_reference_j",
    "energy_ratio",
    "power_w",
    "clock_mhz",
    "temperature_c",
    "throttled",
    "peak_memory_bytes",
    "contaminated_share",
    "calls",
    "verified_calls",
    "rounds",
    "data_bytes",
    "operations",
)
_INTERVALS = {
    "median_s": "ci95_s",
    "reference_median_s": "reference_ci95_s",
    "speed_ratio": "speed_ratio_ci95",
    "energy_ratio": "energy_ratio_ci95",
}
COLUMNS = (
    *("run", "created", "machine", "cpu", "gpu", "submission", "sha256", "suite", "task"),
    *("backend", "device", "workload", "size", "side", "task_status", "status", "comparison"),
    "needs_times_longer",
    *chain.from_iterable(
        (name, f"{name}_low", f"{name}_high") if name in _INTERVALS else (name,)
        for name in _OF_TIMING
    ),
    *("earlier", "earlier_status", "earlier_message", "earlier_median_s"),
    *("earlier_speed_ratio", "earlier_speed_ratio_low", "earlier_speed_ratio_high"),
    "earlier_verdict",
    *("intensity_flop_per_byte", "attained_flop_per_s", "roof_flop_per_s", "share_of_roof"),
    *("baseline", "verdict", "against_baseline", "against_baseline_low", "against_baseline_high"),
    *("basis", "runs_needed", "doubts"),
)


def write_csv(comparison: Comparison, path: Path) -> None:
    """Writes a row for each timing to `path`, whole or not at all; what is unknown is empty."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(records(comparison))
    write_whole(path, text.getvalue())


def write_json(comparison: Comparison, path: Path) -> None:
    """Writes the comparison to `path`, whole or not at all."""
    text = json.dumps(as_json(comparison), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(path, text + "\n")


def as_json(comparison: Comparison) -> dict[str, Any]:
    """
    The comparison as plain JSON values: `pandas.DataFrame(document["rows"])` is the table.

    Times in seconds, energy in joules, power in watts, memory in bytes; finite numbers only.
    """
    labels = {side.number: side.label for side in comparison.sides}
    return {
        "schema": SCHEMA_NAME,
        "margin": comparison.margin,
        "runs": [
            {
                "name": source.name,
                "path": str(source.path),
                "created": source.run.created,
                "machine": source.run.machine.name,
                "seed": source.run.seed,
            }
            for source in comparison.sources
        ],
        "problems": list(comparison.problems),
        "sides": [
            {
                "side": side.label,
                "runs": [comparison.sources[run].name for run in side.runs],
                "speed_ratio": _of_mean(comparison, side.number),
            }
            for side in comparison.sides
        ],
        "pairs": [
            {
                "side": pair.pairing.side.label,
                "baseline": pair.pairing.baseline.label,
                "basis": pair.pairing.basis.value,
                "differences": list(pair.pairing.differences),
                "mean": _estimate(pair.mean.ratio) if pair.mean else None,
                "verdict": pair.mean.comparison if pair.mean else None,
                "workloads": pair.mean.workloads if pair.mean else 0,
            }
            for pair in comparison.pairs
        ],
        "growth": [
            {
                "side": labels[growth.side],
                "suite": growth.cell.suite,
                "task": growth.cell.task,
                "workload": growth.cell.workload,
                "exponent": _estimate(growth.law.exponent),
                "coefficient_s": growth.law.coefficient_s,
            }
            for growth in comparison.growth
        ],
        "rows": list(records(comparison)),
    }


def records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """A record with all columns for each timing, in the order of the runs."""
    labels = {side.number: side.label for side in comparison.sides}
    pairs = {
        pair.pairing.side.number: (pair.pairing.baseline.label, pair.pairing.basis.value)
        for pair in comparison.pairs
    }
    for row in comparison.rows:
        verdict = comparison.verdicts.get((row.side, row.cell))
        baseline, basis = pairs.get(row.side, (None, None))
        found = {
            **_place(comparison, row),
            "side": labels[row.side],
            **_measured(row.timing),
            **_placed(comparison, row),
            "baseline": baseline if verdict else None,
            "basis": basis if verdict else None,
            **_decided(verdict),
        }
        yield {column: _finite(found.get(column)) for column in COLUMNS}


def _place(comparison: Comparison, row: Row) -> dict[str, Any]:
    source = comparison.sources[row.run]
    machine = source.run.machine
    return {
        "run": source.name,
        "created": source.run.created,
        "machine": machine.name,
        "cpu": machine.cpu,
        "gpu": ", ".join(str(gpu.get("name", "unnamed")) for gpu in machine.gpus) or None,
        "submission": row.submission.name,
        "sha256": row.submission.sha256,
        "suite": row.task.suite,
        "task": row.task.task,
        "backend": row.task.backend,
        "device": row.timing.device,
        "workload": row.timing.workload,
        "size": row.timing.size,
        "task_status": row.task.status.value,
    }


def _measured(timing: Timing) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(timing, name) for name in _OF_TIMING}
    for name, interval in _INTERVALS.items():
        low, high = getattr(timing, interval) or (None, None)
        found |= {f"{name}_low": low, f"{name}_high": high}
    return {
        **found,
        **_beside_earlier(timing.against),
        "status": timing.status.value,
        "comparison": timing.comparison,
        "needs_times_longer": _needs(timing),
    }


def _beside_earlier(against: Against | None) -> dict[str, Any]:
    if against is None:
        return {}
    low, high = against.speed_ratio_ci95 or (None, None)
    return {
        "earlier": against.version,
        "earlier_status": against.status.value if against.status else None,
        "earlier_message": against.message or None,
        "earlier_median_s": against.median_s,
        "earlier_speed_ratio": against.speed_ratio,
        "earlier_speed_ratio_low": low,
        "earlier_speed_ratio_high": high,
        "earlier_verdict": against.comparison,
    }


def _needs(timing: Timing) -> float | None:
    """How many times longer an inconclusive ratio to the reference has to be measured."""
    if timing.comparison != Outcome.INCONCLUSIVE or not timing.speed_ratio:
        return None
    if timing.speed_ratio_ci95 is None:
        return None
    return round(needed_time(Estimate(timing.speed_ratio, *timing.speed_ratio_ci95), 0.02), 1)


def _placed(comparison: Comparison, row: Row) -> dict[str, Any]:
    ceilings = comparison.sources[row.run].run.machine.ceilings.get(row.timing.device)
    if (place := placement(row.timing, ceilings)) is None:
        return {}
    return {
        "intensity_flop_per_byte": place.intensity,
        "attained_flop_per_s": place.attained_flop_per_s,
        "roof_flop_per_s": place.roof_flop_per_s,
        "share_of_roof": place.share,
    }


def _decided(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return {}
    low, high = (verdict.ratio.low, verdict.ratio.high) if verdict.ratio else (None, None)
    return {
        "verdict": verdict.comparison.value if verdict.comparison else None,
        "against_baseline": verdict.ratio.value if verdict.ratio else None,
        "against_baseline_low": low,
        "against_baseline_high": high,
        "runs_needed": verdict.runs_needed,
        "doubts": "; ".join(verdict.doubts) or None,
    }


def _of_mean(comparison: Comparison, side: int) -> dict[str, Any] | None:
    mean = comparison.reference_means.get(side)
    return _estimate(mean.ratio) if mean else None


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {
        "value": _finite(estimate.value),
        "low": _finite(estimate.low),
        "high": _finite(estimate.high),
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
