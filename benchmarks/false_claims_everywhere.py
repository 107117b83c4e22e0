"""False claims on the whole catalogue: every reference beside itself, at every timed size."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from false_claims import interval
from measuring import hogs, say
from results import Figure, Goal, Result
from timed import Bench

from benchharness.errors import HarnessError
from benchharness.suite.load import bundled_suites, load_suites

_COMPARISONS, _COMPARISONS_QUICK = 200, 8
"""In each condition; 200 take about 25 minutes for both on two quiet cores."""

_CONDITIONS = {"quiet": 0, "beside a hog": 1}
_FALSE = ("FASTER", "SLOWER")
_UNDISPUTED = {"same": "SAME", "inconclusive": "inconclusive", "none": "without a ratio"}

Found = dict[str, Any]


class Cell(NamedTuple):
    """One workload at one size."""

    suite: str
    task: str
    workload: str
    size: int


def measure(*, quick: bool, comparisons: int | None = None) -> Result:
    """What is claimed of references timed beside themselves, quiet and beside a hog."""
    cells = _catalogue()
    plan = _plan(cells, comparisons or (_COMPARISONS_QUICK if quick else _COMPARISONS))
    found: list[Found] = []
    for condition, count in _CONDITIONS.items():
        with hogs(count):
            for number, one in enumerate(_compared(plan), start=1):
                found.append({"condition": condition, **one})
                say(f"{condition}: {number} of {len(plan)}: {_said(one)}")
    return Result(
        title="False claims on the whole catalogue",
        figures=tuple(_figures(found)),
        notes=(
            f"{len(plan)} comparisons a condition over {len(set(plan))} of the {len(cells)} "
            f"timed workloads and sizes of the {len({cell.suite for cell in cells})} bundled "
            "suites. The submission is the reference's own file, in NumPy; `quick`, with new "
            "workers and a new seed each time. A claim is FASTER or SLOWER, whether the timing "
            "is noisy or not. Without a ratio are calls below the harness's own resolution.",
        ),
        data={
            "suites": {
                f"{suite}, {condition}": _shares(of_both)
                for (suite, condition), of_both in _by_suite(found)
            },
            "results": found,
        },
    )


def _catalogue() -> list[Cell]:
    suites, broken = load_suites(bundled_suites())
    assert not broken, broken
    return [
        Cell(suite.name, task.name, workload.name, size)
        for suite in suites
        for task in suite.tasks
        for workload in task.workloads
        for size in workload.sizes
    ]


def _plan(cells: list[Cell], comparisons: int) -> list[Cell]:
    """That many of the cells: all of them as often as they fit, then some, spread evenly."""
    passes, rest = divmod(comparisons, len(cells))
    return cells * passes + [cells[turn * len(cells) // rest] for turn in range(rest)]


def _compared(plan: list[Cell]) -> Iterator[Found]:
    for name, cells in groupby(plan, key=lambda cell: cell.suite):
        with Bench(name) as bench:
            for cell in cells:
                yield _result(bench, cell)


def _result(bench: Bench, cell: Cell) -> Found:
    """One comparison, or why there is none."""
    task = next(task for task in bench.tasks if task.name == cell.task)
    workload = next(one for one in task.workloads if one.name == cell.workload)
    start = time.perf_counter()
    try:
        timed = bench.time(task.reference_file, task, cell.size, workload=workload)
    except (HarnessError, OSError) as problem:
        wall_s = time.perf_counter() - start
        nothing: Found = dict.fromkeys(("claim", "ratio", "ci95", "measured_s"))
        why = {"status": "failed", "message": str(problem), "wall_s": wall_s}
        return cell._asdict() | nothing | why
    timing = timed.timing
    return cell._asdict() | {
        "claim": timing.comparison and str(timing.comparison),
        "ratio": timing.speed_ratio,
        "ci95": timing.speed_ratio_ci95,
        "status": str(timing.status),
        "message": timing.message,
        "median_s": timing.median_s,
        "null_median_s": timing.null_median_s,
        "contaminated_share": timing.contaminated_share,
        "rounds": timing.rounds,
        "calls": timing.calls,
        "measured_s": timed.measured_s,
        "wall_s": timed.wall_s,
    }


def _said(one: Found) -> str:
    where = f"{one['suite']} {one['task']} {one['workload']} {one['size']}"
    ratio = f" {one['ratio']:.3f}" if one["ratio"] else ""
    return f"{where}: {one['claim'] or one['status']}{ratio}, {one['wall_s']:.1f} s"


# What that comes to


def _by_suite(found: list[Found]) -> Iterator[tuple[tuple[str, str], list[Found]]]:
    def place(one: Found) -> tuple[str, str]:
        return one["suite"], one["condition"]

    for key, of_both in groupby(sorted(found, key=place), key=place):
        yield key, list(of_both)


def _shares(results: list[Found]) -> Found:
    ratios = _ratios(results)
    measured = [one["measured_s"] for one in results if one["measured_s"] is not None]
    counts = Counter(_kind(one) for one in results)
    return {
        "comparisons": len(results),
        **{kind: counts[kind] for kind in ("false", "failed", *_UNDISPUTED)},
        "ratios": (min(ratios), max(ratios)) if ratios else None,
        "measured_s": median(measured) if measured else None,
        "wall_s": median(one["wall_s"] for one in results),
    }


def _kind(one: Found) -> str:
    if one["status"] in ("failed", "tampered"):
        return "failed"
    if one["claim"] is None:
        return "none"
    return "false" if one["claim"] in _FALSE else str(one["claim"]).lower()


def _figures(found: list[Found]) -> Iterator[Figure]:
    yield _count("false", "false claims, quiet and beside a hog", found)
    for condition in _CONDITIONS:
        results = [one for one in found if one["condition"] == condition]
        yield _count("false", f"false claims, {condition}", results)
        yield _count("failed", f"failed timings, {condition}", results)
        for kind, said in _UNDISPUTED.items():
            yield _share(kind, f"{said}, {condition}", results)
        if compared := [one for one in results if one["ci95"]]:
            yield _missing(f"95 % intervals without 1, {condition}", compared)
        if measured := [one for one in results if one["measured_s"] is not None]:
            yield _seconds("measured_s", f"measured seconds a variant, {condition}", measured)
        yield _seconds("wall_s", f"wall seconds a result, {condition}", results)


def _count(kind: str, what: str, results: list[Found]) -> Figure:
    """How often something happened that never should, and where."""
    of, alike = len(results), [one for one in results if _kind(one) == kind]
    detail = f"{_over(results)}, 95 % interval {interval(len(alike), of, digits=1)}"
    if kind == "false" and (ratios := _ratios(results)):
        detail += f"; reference / itself {min(ratios):.3f} to {max(ratios):.3f}"
    listed = "".join(f"; {_said(one)} ({one['ci95'] or one['message']})" for one in alike)
    return Figure(what, len(alike), str(len(alike)), Goal(0, "0", ""), detail + listed)


def _share(kind: str, what: str, results: list[Found]) -> Figure:
    alike = [one for one in results if _kind(one) == kind]
    noisy = sum(one["status"] == "noisy" for one in alike)
    share = len(alike) / len(results)
    detail = f"{len(alike)} {_over(results)}, {noisy} of them noisy"
    return Figure(what, share, f"{share:.0%}", detail=detail)


def _missing(what: str, compared: list[Found]) -> Figure:
    """How often an interval does not hold the true ratio; 5 % where its confidence is true."""
    of, count = len(compared), sum(not one["ci95"][0] <= 1 <= one["ci95"][1] for one in compared)
    detail = f"{count} of {of}, 95 % interval {interval(count, of)}; 5 % are to be expected"
    return Figure(what, count / of, f"{count / of:.0%}", detail=detail)


def _seconds(key: str, what: str, results: list[Found]) -> Figure:
    typical, longest = median(one[key] for one in results), max(results, key=lambda one: one[key])
    return Figure(
        what,
        typical,
        f"{typical:.2f} s",
        Goal(1.0, "≤ 1 s", "s") if key == "measured_s" else None,
        f"median; at most {longest[key]:.2f} s ({longest['task']}, {longest['size']})",
    )


def _over(results: list[Found]) -> str:
    cells = {tuple(one[field] for field in Cell._fields) for one in results}
    return f"of {len(results)} comparisons over {len(cells)} workloads"


def _ratios(results: list[Found]) -> list[float]:
    return [one["ratio"] for one in results if one["ratio"]]
