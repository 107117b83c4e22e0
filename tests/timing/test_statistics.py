"""
The estimates against closed forms, and against simulated noise whose truth is known.

The simulations stand for what no machine offers: noise of a known kind around a known ratio.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from benchharness.timing.statistics import (
    Comparison,
    Estimate,
    Samples,
    bootstrap,
    bootstrap_ratio,
    compare,
    compare_strictly,
    is_resolved,
    needed_time,
    net_margin,
    net_median,
    resolution,
    speed_ratio,
)

from .simulated import noisy_samples


def samples(submission, reference, null=0.0):
    overhead = np.broadcast_to(np.asarray(null, float), np.shape(submission))
    return Samples(np.asarray(submission, float), np.asarray(reference, float), overhead, overhead)


def test_net_median_is_the_median_less_the_null_median():
    assert net_median(samples([5.0, 7.0, 6.0], [1, 1, 1], null=[1, 2, 9])) == 4.0


def test_speed_ratio_is_above_one_where_the_submission_is_faster():
    assert speed_ratio(samples([2.0] * 5, [4.0] * 5)) == 2.0


def test_speed_ratio_is_net_of_the_null_calls():
    assert speed_ratio(samples([3.0] * 5, [5.0] * 5, null=1.0)) == 2.0


def test_speed_ratio_pairs_the_rounds():
    slow_spell = np.array([1, 1, 1, 10, 10], float)
    assert speed_ratio(samples(2 * slow_spell, 3 * slow_spell)) == pytest.approx(1.5)


def test_speed_ratio_of_swapped_samples_is_the_inverse():
    drawn = noisy_samples(np.random.default_rng(3), rounds=101, submission_s=2e-3)
    assert speed_ratio(drawn) * speed_ratio(drawn.swapped()) == pytest.approx(1)


def test_one_preempted_round_does_not_move_the_speed_ratio():
    assert speed_ratio(samples([1.0] * 4 + [100.0], [1.0] * 5)) == 1.0


def test_a_submission_as_short_as_a_null_call_has_no_finite_ratio():
    assert speed_ratio(samples([1.0] * 5, [2.0] * 5, null=1.0)) == math.inf


def test_bootstrap_of_equal_samples_has_no_width():
    estimate = bootstrap(net_median, samples([3.0] * 20, [3.0] * 20), seed=0)
    assert (estimate.low, estimate.value, estimate.high) == (3.0, 3.0, 3.0)


def test_bootstrap_repeats_with_its_seed():
    drawn = noisy_samples(np.random.default_rng(5), rounds=40)
    assert bootstrap_ratio(drawn, seed=7) == bootstrap_ratio(drawn, seed=7)


def test_bootstrap_differs_between_seeds():
    drawn = noisy_samples(np.random.default_rng(5), rounds=40)
    assert bootstrap_ratio(drawn, seed=7) != bootstrap_ratio(drawn, seed=8)


def test_bootstrap_interval_of_a_median_agrees_with_the_binomial_order_statistics():
    values = np.random.default_rng(2).normal(10, 1, 201)
    estimate = bootstrap(net_median, samples(values, values), seed=0)
    ranks = stats.binom(201, 0.5).ppf([0.025, 0.975]).astype(int)
    low, high = np.sort(values)[ranks]
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.05)


def test_a_higher_confidence_gives_a_wider_interval():
    drawn = noisy_samples(np.random.default_rng(5), rounds=40)
    wide = bootstrap_ratio(drawn, seed=7, confidence=0.99)
    assert wide.half_width > bootstrap_ratio(drawn, seed=7).half_width


def share_of_intervals_without_1(processes, told, spread):
    """How many of 200 intervals leave out the truth, where processes differ for their lives."""
    rng = np.random.default_rng(5)
    missed = 0
    for seed in range(200):
        sides = []
        for _ in range(2):
            lives = np.tile(1 + rng.normal(0, spread, processes), 15)
            sides.append(lives * (1 + rng.normal(0, 0.03, lives.size)) * 1e-3)
        null = rng.normal(1e-5, 1e-7, sides[0].size)
        drawn = Samples(*sides, null, null, processes=told)
        ratio = bootstrap_ratio(drawn, seed=seed)
        missed += not ratio.low <= 1 <= ratio.high
    return missed / 200


@pytest.mark.parametrize("processes", [3, 6, 12])
def test_interval_covers_the_luck_of_processes(processes):
    assert share_of_intervals_without_1(processes, told=processes, spread=0.02) <= 0.06


def test_interval_of_equal_processes_leaves_the_truth_out_as_often_as_it_says():
    assert 0.01 <= share_of_intervals_without_1(12, told=12, spread=0.0) <= 0.09


def test_interval_over_rounds_alone_would_not():
    assert share_of_intervals_without_1(6, told=1, spread=0.02) > 0.2


def test_interval_of_equal_processes_is_not_far_too_wide():
    rng, null = np.random.default_rng(2), np.full(90, 1e-5)
    times_as_wide = []
    for seed in range(40):
        sides = [rng.normal(1e-3, 3e-5, null.size) for _ in range(2)]
        by_process = bootstrap_ratio(Samples(*sides, null, null, processes=6), seed=seed)
        over_rounds = bootstrap_ratio(Samples(*sides, null, null), seed=seed)
        times_as_wide.append(by_process.half_width / over_rounds.half_width)
    assert 1.0 < np.mean(times_as_wide) < 1.5


def test_a_process_is_resampled_with_all_of_its_rounds():
    steady = np.tile([1.0, 3.0], 10)
    found = bootstrap(
        net_median, Samples(steady, steady, *(np.zeros(20),) * 2, processes=2), seed=0
    )
    widening = math.sqrt(2) * 12.7062 / 1.95996
    assert (found.low, found.high) == pytest.approx((2 - widening, 2 + widening), rel=1e-5)


def test_processes_that_are_alike_by_chance_do_not_narrow_the_interval():
    dealt = np.sort(np.random.default_rng(0).lognormal(0, 0.2, 240))
    of_one = Samples(dealt, dealt, np.zeros(240), np.zeros(240))
    over_rounds = bootstrap(net_median, of_one, seed=0)
    over_processes = bootstrap(net_median, replace(of_one, processes=12), seed=0)
    assert over_processes.low < over_rounds.low < over_rounds.high < over_processes.high


def test_fewer_rounds_than_processes_have_an_interval():
    few = Samples(*(np.array([1.0, 1.1, 1.2, 1.3, 1.4]),) * 2, *(np.zeros(5),) * 2, processes=6)
    found = bootstrap(net_median, few, seed=0)
    assert found.low < found.value == 1.2 < found.high


@pytest.mark.parametrize(
    ("low", "high", "comparison", "strictly"),
    [
        (1.04, 1.10, Comparison.FASTER, Comparison.FASTER),
        (0.90, 0.96, Comparison.SLOWER, Comparison.SLOWER),
        (1.03, 1.10, Comparison.FASTER, Comparison.INCONCLUSIVE),
        (0.90, 0.97, Comparison.SLOWER, Comparison.INCONCLUSIVE),
        (0.99, 1.01, Comparison.SAME, Comparison.SAME),
        (0.99, 1.03, Comparison.INCONCLUSIVE, Comparison.INCONCLUSIVE),
        (0.95, 0.99, Comparison.INCONCLUSIVE, Comparison.INCONCLUSIVE),
        (0.90, 1.10, Comparison.INCONCLUSIVE, Comparison.INCONCLUSIVE),
        (1.03, 1.27, Comparison.FASTER, Comparison.INCONCLUSIVE),
        (0.75, 0.97, Comparison.SLOWER, Comparison.INCONCLUSIVE),
        (1.50, 6.00, Comparison.FASTER, Comparison.INCONCLUSIVE),
    ],
)
def test_comparison_needs_the_whole_interval_and_a_strict_one_more(
    low, high, comparison, strictly
):
    ratio = Estimate((low + high) / 2, low, high)
    assert compare(ratio, margin=0.02) is comparison
    assert compare_strictly(ratio, margin=0.02) is strictly


def test_exact_intervals_claim_under_once_in_500_times_that_identical_code_differs():
    rng = np.random.default_rng(0)
    processes, repeats = 12, 20_000
    logs = rng.normal(0, 0.2, (repeats, processes))  # what each process makes of the same code
    error = logs.std(axis=1, ddof=1) / math.sqrt(processes)
    reach = stats.t.ppf(0.975, processes - 1) * error
    centres = logs.mean(axis=1)
    found = np.exp(np.stack([centres, centres - reach, centres + reach], axis=1)).tolist()

    def claimed(rule):
        verdicts = [rule(Estimate(*edges), 0.02) for edges in found]
        return 1 - verdicts.count(Comparison.INCONCLUSIVE) / repeats

    assert claimed(compare_strictly) < 0.002 < 0.02 < claimed(compare)


def test_a_lump_of_rounds_on_one_side_does_not_narrow_the_interval_there():
    lumped = np.array([1.0] * 30 + [1.3] * 29 + [1.01])
    ratio = bootstrap_ratio(Samples(np.ones(60), lumped, *(np.zeros(60),) * 2), seed=0)
    assert ratio.high > 1.2
    assert ratio.value / ratio.low == pytest.approx(ratio.high / ratio.value)


def test_comparison_is_the_mirror_image_for_the_other_side():
    faster = Estimate(1.05, 1.021, 1.08)
    slower = Estimate(1 / 1.05, 1 / 1.08, 1 / 1.021)
    assert compare(faster, 0.02) is Comparison.FASTER
    assert compare(slower, 0.02) is Comparison.SLOWER
    narrow, mirrored = Estimate(1.05, 1.03, 1.08), Estimate(1 / 1.05, 1 / 1.08, 1 / 1.03)
    assert compare_strictly(narrow, 0.02) is Comparison.FASTER
    assert compare_strictly(mirrored, 0.02) is Comparison.SLOWER


def test_the_margin_of_long_calls_is_the_margin():
    assert net_margin(samples([2.0] * 5, [3.0] * 5), 0.02) == 0.02


def test_the_margin_of_short_calls_has_room_for_the_time_of_the_harness():
    mostly_harness = samples([1.1] * 5, [1.2] * 5, null=1.0)
    assert net_margin(mostly_harness, 0.02) == pytest.approx(0.02 + 0.005 * 10)


def test_the_margin_is_the_same_seen_from_the_other_side():
    one_short = samples([1.5] * 5, [4.0] * 5, null=1.0)
    assert net_margin(one_short, 0.02) == net_margin(one_short.swapped(), 0.02)


def test_calls_as_short_as_null_calls_have_no_finite_margin():
    assert net_margin(samples([1.0] * 5, [5.0] * 5, null=1.0), 0.02) == math.inf


def test_needed_time_grows_with_the_square_of_the_missing_precision():
    assert needed_time(Estimate(1.0, 0.94, 1.04), margin=1.0) == pytest.approx((0.06 / 0.5) ** 2)


def test_needed_time_of_a_difference_leaves_room_to_1():
    wide = Estimate(1.1**2, 1.05, 1.491)
    assert needed_time(wide, margin=0.02) == pytest.approx((0.281 / (1.1**2 - 1.1)) ** 2)


def test_needed_time_of_a_ratio_on_the_edge_is_unlimited():
    assert needed_time(Estimate(1.02, 1.0, 1.04), margin=0.02) == math.inf


def test_resolution_is_the_interquartile_range_of_the_null_calls():
    assert resolution(np.arange(101.0)) == 50.0


@pytest.mark.parametrize(
    ("net", "resolved"),
    [
        (Estimate(3.0, 2.5, 3.5), True),
        (Estimate(1.0, 0.9, 1.1), False),
        (Estimate(3.0, -0.1, 6.0), False),
    ],
)
def test_a_net_time_is_resolved_above_the_spread_of_the_null_calls(net, resolved):
    assert is_resolved(net, null=np.linspace(0, 4, 101)) is resolved


@pytest.mark.parametrize("submission_s", [20e-6, 1e-3])
@pytest.mark.parametrize("rounds", [20, 80])
def test_the_interval_covers_the_true_ratio_nineteen_times_in_twenty(submission_s, rounds):
    rng = np.random.default_rng(11)
    reference_s = 1.5 * submission_s
    covered = 0
    for seed in range(400):
        drawn = noisy_samples(
            rng, rounds=rounds, submission_s=submission_s, reference_s=reference_s
        )
        ratio = bootstrap_ratio(drawn, seed=seed)
        covered += ratio.low <= 1.5 <= ratio.high
    assert covered / 400 >= 0.925


@pytest.mark.parametrize("seconds", [20e-6, 1e-3, 50e-3])
def test_the_net_median_reads_a_known_length(seconds):
    drawn = noisy_samples(np.random.default_rng(4), rounds=200, submission_s=seconds, noise=0.01)
    drawn = Samples(drawn.submission, drawn.reference, drawn.submission_null, drawn.reference_null)
    assert net_median(drawn) == pytest.approx(seconds, rel=0.05)
