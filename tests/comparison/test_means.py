"""Geometric means over workloads, growth, and the roofline."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_runs import run, task, timing, written

from benchharness.comparison.roofline import placement
from benchharness.comparison.whole import compare_files
from benchharness.outcomes import Ceilings
from benchharness.timing.student import t_quantile


@pytest.mark.parametrize(
    "freedom, expected", [(1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (30, 2.04227)]
)
def test_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert t_quantile(0.95, freedom) == pytest.approx(expected, abs=1e-5)


def mean_of(folder: Path, *ratios: float):
    tasks = [task(timing(ratio=r), name=f"task{n}") for n, r in enumerate(ratios)]
    comparison = compare_files(written(folder, [run(*tasks)]))
    return comparison.reference_means.get(0)


def test_mean_of_a_half_and_two_is_one(tmp_path: Path) -> None:
    assert mean_of(tmp_path, 0.5, 2.0).ratio.value == pytest.approx(1)


def test_mean_over_workloads_that_disagree_is_uncertain(tmp_path: Path) -> None:
    apart = mean_of(tmp_path, 0.5, 2.0, 1.0)
    alike = mean_of(tmp_path / "alike", 1.0, 1.01, 0.99)
    assert apart.ratio.half_width > 5 * alike.ratio.half_width


def test_more_workloads_do_not_hide_what_a_launch_has_in_common(tmp_path: Path) -> None:
    assert mean_of(tmp_path, *[1.0] * 50).ratio.half_width > 0.05


def test_mean_of_one_workload_is_not_told(tmp_path: Path) -> None:
    assert mean_of(tmp_path, 2.0) is None


def test_every_workload_counts_once_however_many_sizes_it_has(tmp_path: Path) -> None:
    many = task(*(timing(size, 4.0) for size in (1, 2, 3, 4)), name="many")
    comparison = compare_files(written(tmp_path, [run(many, task(timing(ratio=1.0)))]))
    assert comparison.reference_means[0].ratio.value == pytest.approx(2)


def test_growth_is_the_exponent_of_the_times(tmp_path: Path) -> None:
    timings = [timing(size, median_s=1e-6 * size**2) for size in (10, 100, 1000)]
    (growth,) = compare_files(written(tmp_path, [run(task(*timings))])).growth
    assert growth.law.exponent.value == pytest.approx(2)


def test_few_operations_a_byte_are_bound_by_memory() -> None:
    place = placement(timing(data_bytes=8000, operations=1000.0), Ceilings(10e9, 50e9))
    assert place.is_memory_bound
    assert place.roof_flop_per_s == pytest.approx(10e9 / 8)
    assert place.share == pytest.approx(1e6 / 1.25e9)


def test_many_operations_a_byte_are_bound_by_arithmetic() -> None:
    place = placement(timing(data_bytes=8000, operations=8e6), Ceilings(10e9, 50e9))
    assert not place.is_memory_bound
    assert place.roof_flop_per_s == 50e9


@pytest.mark.parametrize(
    "changes", [{"operations": None}, {"data_bytes": None}, {"median_s": 0.0}]
)
def test_what_is_not_known_is_not_placed(changes) -> None:
    known = {"data_bytes": 8000, "operations": 1000.0, **changes}
    assert placement(timing(ratio=1.0, **known), Ceilings(10e9, 50e9)) is None
