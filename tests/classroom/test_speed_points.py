"""Points for speed: noise costs nobody one, and gives nobody one for a wrong answer."""

import pytest

from benchharness.classroom.speed_points import SpeedStep, speed_points
from benchharness.outcomes import Status, TaskVerdict, Timing, TimingStatus

STEP = SpeedStep(ratio=0.5, points=2)


def timing(low, high, *, workload="noise", size=1024, status=TimingStatus.OK):
    return Timing(
        workload,
        "cpu",
        status,
        size=size,
        verified_calls=100,
        speed_ratio=(low + high) / 2,
        speed_ratio_ci95=(low, high),
    )


def unsteady(size=1024, status=TimingStatus.NOISY, workload="noise"):
    return Timing(workload, "cpu", status, size=size)


def judged(*timings, status=Status.PASSED, steps=(STEP,)):
    task = TaskVerdict("thresholding", "otsu_threshold", "numpy", status, 3, 3, timings=timings)
    return speed_points("otsu_threshold", task, steps)


def points(*timings, **options):
    """What one step gives, and of how much."""
    (given,) = judged(*timings, **options)
    return given.points, given.max_points


def test_upper_end_of_the_interval_decides():
    assert points(timing(0.30, 0.50)) == (2, 2)


def test_step_is_missed_where_the_whole_interval_stays_below():
    assert points(timing(0.30, 0.4999)) == (0, 2)


def test_steps_add_up():
    steps = (STEP, SpeedStep(1.0, 3), SpeedStep(2.0, 4))

    assert [each.points for each in judged(timing(0.9, 1.1), steps=steps)] == [2, 3, 0]


def test_largest_size_decides():
    assert points(timing(0.1, 0.2, size=8), timing(0.6, 0.7, size=64)) == (2, 2)
    assert points(timing(0.1, 0.2, size=64), timing(0.6, 0.7, size=8)) == (0, 2)


def test_smaller_size_decides_where_the_largest_is_noisy():
    assert points(timing(0.1, 0.2, size=8), unsteady(size=64)) == (0, 2)


def test_every_workload_has_to_reach_the_ratio():
    assert points(timing(0.6, 0.7), timing(0.1, 0.2, workload="grains")) == (0, 2)


def test_workload_without_a_steady_timing_costs_nothing_beside_another():
    assert points(timing(0.6, 0.7), unsteady(workload="grains")) == (2, 2)


@pytest.mark.parametrize("timings", [(), (unsteady(),), (timing(0.1, 9, status="noisy"),)])
def test_noisy_or_absent_timing_neither_gives_nor_costs(timings):
    assert points(*timings) == (0, 0)


def test_failure_of_the_harness_neither_gives_nor_costs():
    assert points(status=Status.HARNESS_FAILED) == (0, 0)


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIMEOUT, Status.MISSING])
def test_task_that_is_not_passed_gets_no_points_for_speed(status):
    assert points(status=status) == (0, 2)


@pytest.mark.parametrize("status", [TimingStatus.FAILED, TimingStatus.TAMPERED])
def test_one_timing_that_failed_or_tampered_costs_the_points(status):
    assert points(timing(2, 3, size=8), unsteady(size=64, status=status)) == (0, 2)


@pytest.mark.parametrize(
    "timings, options, sentence",
    [
        ((timing(0.8, 0.86),), {}, "2 / 2 points (noise at 1024: 0.83× [0.80, 0.86])."),
        ((timing(0.1, 0.2),), {}, "0 / 2 points (noise at 1024: 0.15× [0.10, 0.20])."),
        (
            (timing(2, 3), timing(0.1, 0.2, workload="grains")),
            {},
            "0 / 2 points (grains at 1024: 0.15× [0.10, 0.20]).",
        ),
        (
            (),
            {"status": Status.FAILED},
            "0 / 2 points (only a task without mistakes is timed).",
        ),
        (
            (unsteady(status=TimingStatus.FAILED),),
            {},
            "0 / 2 points (a timed call failed).",
        ),
        (
            (unsteady(status=TimingStatus.TAMPERED),),
            {},
            "0 / 2 points (the measurement was tampered with).",
        ),
        (
            (unsteady(),),
            {},
            "2 points neither given nor lost (no timing was steady enough).",
        ),
        ((), {}, "2 points neither given nor lost (it was not timed)."),
    ],
)
def test_sentence_says_what_decided(timings, options, sentence):
    (given,) = judged(*timings, **options)

    assert given.sentence == f"Speed of otsu_threshold, 0.5× the reference's: {sentence}"


def test_widening_an_interval_never_costs_a_point():
    narrow, wide = points(timing(0.49, 0.51)), points(timing(0.1, 2.0))

    assert narrow == wide == (2, 2)
