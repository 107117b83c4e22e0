"""Growth as coordinates and words: what stands where, and what the sentence claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchharness.outcomes import Timing, TimingStatus
from benchharness.reporting.growth import growth_plots

SIZES = (64, 256, 1024)


def timed(size: int, median_s: float, reference_s: float, workload: str = "photograph") -> Timing:
    return Timing(
        workload=workload,
        device="cpu",
        status=TimingStatus.OK,
        size=size,
        median_s=median_s,
        ci95_s=(0.99 * median_s, 1.01 * median_s),
        reference_median_s=reference_s,
        reference_ci95_s=(0.99 * reference_s, 1.01 * reference_s),
    )


def quadratic_beside_linear(sizes=SIZES) -> list[Timing]:
    return [timed(size, 1e-9 * size**2, 1e-8 * size) for size in sizes]


def series(timings: list[Timing]):
    (plot,) = growth_plots(timings)
    return {series.kind: series for series in plot.series}


def test_the_sentence_says_how_both_grow_and_over_which_sizes() -> None:
    (plot,) = growth_plots(quadratic_beside_linear())
    assert plot.sentence == (
        "From 64 to 1024, time grows like size^2.00 (1.9 to 2.1); "
        "the reference’s like size^1.00 (0.9 to 1.1)."
    )


def test_narrow_intervals_are_told_with_two_decimals() -> None:
    (plot,) = growth_plots(quadratic_beside_linear((16, 512, 16384)))
    assert "size^2.00 (1.96 to 2.04)" in plot.sentence


def test_a_time_that_falls_has_a_negative_exponent() -> None:
    (plot,) = growth_plots([timed(size, 1 / size, 1e-3) for size in SIZES])
    assert "size^−1.00 (−1.1 to −0.9)" in plot.sentence


def test_without_a_reference_the_sentence_is_about_the_submission_alone() -> None:
    timings = [replace(t, reference_median_s=None) for t in quadratic_beside_linear()]
    (plot,) = growth_plots(timings)
    assert plot.sentence == "From 64 to 1024, time grows like size^2.00 (1.9 to 2.1)."


@pytest.mark.parametrize("sizes", [(), (64,), (64, 64)])
def test_fewer_than_two_sizes_have_no_plot(sizes) -> None:
    assert growth_plots(quadratic_beside_linear(sizes)) == ()


def test_without_intervals_there_is_no_plot() -> None:
    assert growth_plots([replace(t, ci95_s=None) for t in quadratic_beside_linear()]) == ()


def test_each_workload_has_a_plot_of_its_own() -> None:
    timings = [timed(n, n, n, workload) for n in SIZES for workload in ("noise", "photograph")]
    assert [plot.title for plot in growth_plots(timings)] == [
        "noise: time per call against size",
        "photograph: time per call against size",
    ]


def test_devices_are_told_apart() -> None:
    timings = quadratic_beside_linear()
    timings += [replace(timing, device="cuda:0") for timing in timings]
    assert [plot.title.partition(":")[0] for plot in growth_plots(timings)] == [
        "photograph",
        "photograph on cuda",
    ]


def test_points_on_a_power_law_lie_on_its_line() -> None:
    submission = series(quadratic_beside_linear())["submission"]
    line = submission.line
    slope = (line.y2 - line.y1) / (line.x2 - line.x1)
    heights = [line.y1 + slope * (point.x - line.x1) for point in submission.points]
    assert [point.y for point in submission.points] == pytest.approx(heights, abs=0.05)


def test_larger_sizes_stand_right_and_longer_times_above() -> None:
    first, _, last = series(quadratic_beside_linear())["submission"].points
    assert last.x > first.x
    assert last.y < first.y


def test_a_point_lies_within_its_interval() -> None:
    timings = [
        replace(t, ci95_s=(t.median_s / 2, 3 * t.median_s)) for t in quadratic_beside_linear()
    ]
    assert all(p.high < p.y < p.low for p in series(timings)["submission"].points)


@pytest.mark.parametrize("extreme", [1e-9, 1e-6, 1.0, 1e6])
def test_everything_is_on_the_canvas(extreme: float) -> None:
    timings = [*quadratic_beside_linear(), timed(4096, extreme, 1e-3)]
    (plot,) = growth_plots(timings)
    points = [point for side in plot.series for point in side.points]
    lines = [side.line for side in plot.series]
    assert all(0 <= x <= 100 for x in (*(p.x for p in points), *(line.x1 for line in lines)))
    heights = [y for p in points for y in (p.y, p.low, p.high)]
    assert all(0 <= y <= plot.axis_y for y in (*heights, *(line.y2 for line in lines)))


def test_labels_of_close_sizes_do_not_stand_upon_each_other() -> None:
    (plot,) = growth_plots(quadratic_beside_linear((64, 65, 66, 4096)))
    assert [line.label for line in plot.sizes] == ["64", "4096"]


def test_a_noisy_measurement_is_marked_and_explained() -> None:
    timings = quadratic_beside_linear()
    timings[1] = replace(timings[1], status=TimingStatus.NOISY)
    (plot,) = growth_plots(timings)
    assert [point.is_noisy for point in plot.series[1].points] == [False, True, False]
    assert plot.has_noisy


def test_a_size_that_could_not_be_timed_is_left_out() -> None:
    failed = Timing("photograph", "cpu", TimingStatus.FAILED, "no time left", size=4096)
    assert growth_plots([*quadratic_beside_linear(), failed]) == growth_plots(
        quadratic_beside_linear()
    )


def test_the_description_tells_the_numbers() -> None:
    (plot,) = growth_plots(quadratic_beside_linear((64, 256)))
    assert plot.description == (
        "submission at 64: 4.10 µs [4.06, 4.14]; submission at 256: 65.5 µs [64.9, 66.2]; "
        "reference at 64: 640 ns [634, 646]; reference at 256: 2.56 µs [2.53, 2.59]"
    )
