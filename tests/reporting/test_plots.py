"""Plots as coordinates: everything on the canvas, everything in its order."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchharness.outcomes import Curve, Timing, TimingStatus
from benchharness.reporting.plots import histogram, ratio_plot, time_plot

MEASURED = Timing(
    workload="photograph",
    device="cpu",
    status=TimingStatus.OK,
    size=512,
    median_s=1e-3,
    ci95_s=(0.9e-3, 1.1e-3),
    reference_median_s=2e-3,
    speed_ratio=2.0,
    speed_ratio_ci95=(1.8, 2.2),
)
UNMEASURED = Timing("photograph", "cpu", TimingStatus.FAILED)


@pytest.mark.parametrize("plot", [ratio_plot, time_plot])
def test_without_measurements_there_is_no_plot(plot) -> None:
    assert plot([]) is None
    assert plot([UNMEASURED]) is None


def test_a_faster_submission_stands_right_of_one() -> None:
    plot = ratio_plot([MEASURED])
    assert plot.rows[0].points[0].x > plot.unity_x


def test_a_point_lies_within_its_interval() -> None:
    point = ratio_plot([MEASURED]).rows[0].points[0]
    assert point.low < point.x < point.high


def test_equal_ratios_are_equal_steps() -> None:
    plot = ratio_plot([replace(MEASURED, speed_ratio=r) for r in (0.5, 1.0, 2.0)])
    half, one, twice = (row.points[0].x for row in plot.rows)
    assert twice - one == pytest.approx(one - half, abs=0.02)


def test_a_small_difference_looks_small() -> None:
    plot = ratio_plot([replace(MEASURED, speed_ratio=1.02, speed_ratio_ci95=(1.01, 1.03))])
    assert abs(plot.rows[0].points[0].x - plot.unity_x) < 2


@pytest.mark.parametrize("extreme", [1e-9, 1e-3, 1e3, 1e9])
def test_every_point_is_on_the_canvas(extreme: float) -> None:
    points = ratio_plot([MEASURED, replace(MEASURED, speed_ratio=extreme)]).rows
    assert all(0 <= row.points[0].x <= 100 for row in points)


@pytest.mark.parametrize("extreme", [1.0, 10.0, 1e3, 1e6, 1e9])
def test_an_axis_has_two_to_six_labels(extreme: float) -> None:
    plot = time_plot([MEASURED, replace(MEASURED, median_s=1e-9 * extreme)])
    assert 2 <= len(plot.ticks) <= 6


def test_a_negative_end_of_an_interval_stops_at_the_edge() -> None:
    point = time_plot([replace(MEASURED, ci95_s=(-1e-9, 1.1e-3))]).rows[0].points[-1]
    assert 0 <= point.low < point.x


def test_submission_and_reference_do_not_hide_each_other() -> None:
    same = replace(MEASURED, reference_median_s=MEASURED.median_s)
    reference, submission = time_plot([same]).rows[0].points
    assert abs(reference.y - submission.y) >= 8


def test_noisy_measurements_are_marked_and_explained() -> None:
    plot = ratio_plot([replace(MEASURED, status=TimingStatus.NOISY)])
    assert plot.rows[0].points[0].is_noisy
    assert plot.has_noisy


def test_the_description_tells_the_numbers() -> None:
    assert ratio_plot([MEASURED]).description == "photograph 512: 2.00× [1.80, 2.20]"


def test_the_peak_of_a_histogram_reaches_the_top() -> None:
    assert histogram(Curve("grey levels", (1.0, 4.0, 2.0))).outline == (
        "M0 100V75.00H1V0.00H2V50.00H3V100Z"
    )


@pytest.mark.parametrize("heights", [(), (0.0, 0.0), (math.nan, -1.0, math.inf)])
def test_a_histogram_without_sense_lies_flat(heights: tuple[float, ...]) -> None:
    assert not {"nan", "inf", "V0.00"} & set(
        histogram(Curve("grey levels", heights)).outline.replace("H", " H").split()
    )


@pytest.mark.parametrize("level", [-5.0, 300.0, math.inf, math.nan])
def test_a_threshold_out_of_range_stays_on_the_canvas(level: float) -> None:
    marks = histogram(Curve("grey levels", (1.0,) * 256, (("yours", level),))).marks
    assert 0 <= marks[0].x <= 100


def test_labels_of_close_thresholds_point_apart() -> None:
    curve = Curve("grey levels", (1.0,) * 256, (("expected", 107.0), ("yours", 89.0)))
    assert [mark.anchor for mark in histogram(curve).marks] == ["start", "end"]
