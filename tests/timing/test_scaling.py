"""The power law against closed forms, NumPy's fit, and simulated times of a known growth."""

import math

import numpy as np
import pytest

from benchharness.timing.scaling import fit_power_law

SIZES = (256, 1024, 4096)


def measured(sizes, times_s, relative=0.02):
    """Sizes and times with intervals of the given half-width, as the fit takes them."""
    intervals = [(t * math.exp(-relative), t * math.exp(relative)) for t in times_s]
    return sizes, times_s, intervals


@pytest.mark.parametrize("exponent", [0.0, 1.0, 1.5, 3.0])
def test_times_on_a_power_law_give_its_exponent(exponent):
    law = fit_power_law(*measured(SIZES, [3e-9 * n**exponent for n in SIZES]))
    assert law.exponent.value == pytest.approx(exponent)


def test_times_on_a_power_law_give_the_times_back():
    law = fit_power_law(*measured(SIZES, [3e-9 * n**2 for n in SIZES]))
    assert law.time_s(1024) == pytest.approx(3e-9 * 1024**2)


def test_equal_intervals_give_the_unweighted_fit():
    times = [1e-4, 3e-3, 7e-2]
    law = fit_power_law(*measured(SIZES, times))
    slope, _ = np.polyfit(np.log(SIZES), np.log(times), 1)
    assert law.exponent.value == pytest.approx(slope)


def test_a_wide_interval_weighs_less():
    times = [1e-4, 1e-4 * 16, 1e-4 * 16**2 * 3]
    sizes, times, intervals = measured(SIZES, times)
    doubtful = [*intervals[:2], (times[2] / 5, times[2] * 5)]
    equal, unequal = (fit_power_law(sizes, times, i) for i in (intervals, doubtful))
    assert 2 < unequal.exponent.value < equal.exponent.value


def test_wide_intervals_give_a_wide_interval():
    times = [3e-9 * n**2 for n in SIZES]
    narrow, wide = (fit_power_law(*measured(SIZES, times, r)).exponent for r in (0.01, 0.8))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_sizes_further_apart_give_a_narrower_interval():
    near, far = (
        fit_power_law(*measured(sizes, [3e-9 * n**2 for n in sizes])).exponent
        for sizes in [(64, 128, 256), (64, 512, 4096)]
    )
    assert far.high - far.low == pytest.approx((near.high - near.low) / 3)


def test_two_sizes_give_the_slope_between_them():
    law = fit_power_law(*measured((10, 1000), (1e-3, 5.0)))
    assert law.exponent.value == pytest.approx(math.log(5000) / math.log(100))


def test_two_sizes_have_the_uncertainty_of_the_measurement_alone():
    law = fit_power_law(*measured((10, 1000), (1e-3, 5.0), relative=0.3))
    one = math.hypot(0.3 / 1.959964, 0.1)
    assert law.exponent.half_width * law.exponent.value == pytest.approx(
        1.959964 * math.sqrt(2) * one / math.log(100)
    )


@pytest.mark.parametrize("bend", [0.6, -0.6])
def test_where_the_times_bend_the_interval_holds_the_exponents_between_neighbours(bend):
    times = [1e-4, 1e-4 * 4 ** (2 + bend), 1e-4 * 4**4]
    exponent = fit_power_law(*measured(SIZES, times)).exponent
    assert exponent.low < 2 - abs(bend)
    assert exponent.high > 2 + abs(bend)


def test_times_that_bend_have_a_wider_interval_than_times_on_a_line():
    straight, bent = (
        fit_power_law(*measured(SIZES, [1e-4, middle, 1e-4 * 4**4])).exponent
        for middle in (1e-4 * 4**2, 1e-4 * 4**2.5)
    )
    assert bent.high - bent.low > 2 * (straight.high - straight.low)


def test_overhead_of_a_call_makes_the_exponent_smaller():
    law = fit_power_law(*measured(SIZES, [1e-4 + 1e-9 * n**2 for n in SIZES]))
    assert law.exponent.value < 1.9


@pytest.mark.parametrize("sizes", [SIZES, (256, 4096), (64, 128, 256, 512, 1024)])
def test_the_interval_covers_the_true_exponent_nineteen_times_in_twenty(sizes):
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(1000):
        errors = rng.uniform(0.005, 0.05, len(sizes))
        noise = np.exp(rng.normal(0, np.hypot(errors, 0.1)))
        times = 1e-9 * np.square(sizes) * noise
        intervals = np.transpose([times * np.exp(-1.96 * errors), times * np.exp(1.96 * errors)])
        exponent = fit_power_law(sizes, times, intervals).exponent
        covered += exponent.low <= 2 <= exponent.high
    assert covered / 1000 >= 0.935


@pytest.mark.parametrize(
    ("sizes", "times"), [((), ()), ((512,), (1e-3,)), ((512, 512), (1e-3, 1.1e-3))]
)
def test_fewer_than_two_distinct_sizes_have_no_law(sizes, times):
    assert fit_power_law(*measured(sizes, times)) is None


def test_a_time_whose_interval_reaches_zero_is_left_out():
    sizes, times, intervals = measured((64, *SIZES), [1e-6, *(3e-9 * n**2 for n in SIZES)])
    law = fit_power_law(sizes, times, [(-1e-6, 3e-6), *intervals[1:]])
    assert law == fit_power_law(sizes[1:], times[1:], intervals[1:])


def test_a_law_knows_the_sizes_that_it_was_fitted_to():
    law = fit_power_law(*measured((4096, 256), (1e-2, 1e-4)))
    assert (law.smallest, law.largest) == (256, 4096)
