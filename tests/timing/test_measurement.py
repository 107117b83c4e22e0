"""What is concluded from samples, and what of it reaches the results; samples are made up."""

import numpy as np
import pytest

from benchharness.outcomes import TimingStatus
from benchharness.timing import Comparison, Measurement, Noise, Samples, to_timing
from benchharness.timing.measurement import concluded

from .simulated import Machine, measured, simulated_variants


@pytest.fixture
def machine():
    return Machine()


def conclusion(submission, reference, *, null=0.0, **facts):
    """What is concluded from these samples, with a margin of 2 %."""
    overhead = np.broadcast_to(np.asarray(null, float), np.shape(submission))
    samples = Samples(np.asarray(submission, float), np.asarray(reference, float), *[overhead] * 2)
    measurement = Measurement(status=TimingStatus.OK, **facts)
    return concluded(measurement, samples, margin=0.02, seed=0)


def test_a_clear_difference_is_ok_and_compared():
    result = conclusion([2.0] * 20, [3.0] * 20)
    assert (result.status, result.comparison) == (TimingStatus.OK, Comparison.FASTER)


def test_an_inconclusive_ratio_says_how_much_more_time_it_needs():
    result = conclusion([1.0] * 20, np.linspace(0.9, 1.1, 20))
    assert result.comparison is Comparison.INCONCLUSIVE
    assert "times more time" in result.notes[-1]


def test_disturbed_samples_make_a_timing_noisy_but_keep_its_comparison():
    result = conclusion([2.0] * 20, [3.0] * 20, noise=Noise(contaminated_share=0.31))
    assert (result.status, result.comparison) == (TimingStatus.NOISY, Comparison.FASTER)


def test_a_few_disturbed_samples_do_not():
    result = conclusion([2.0] * 20, [3.0] * 20, noise=Noise(contaminated_share=0.30))
    assert result.status is TimingStatus.OK


def test_a_reference_below_resolution_leaves_no_ratio():
    result = conclusion([9.0] * 21, [3.0] * 21, null=np.linspace(0, 6, 21))
    assert result.speed_ratio is None
    assert result.message.startswith("the reference takes")


def test_a_ratio_without_an_upper_bound_is_not_claimed():
    result = conclusion([1.0] * 6 + [3.0] * 14, [5.0] * 20, null=1.0)
    assert result.speed_ratio is None
    assert "too close to the harness's own time" in result.message


def test_four_rounds_give_medians_but_no_interval():
    result = conclusion([2.0] * 4, [3.0] * 4)
    assert (result.submission.net_median_s, result.submission.ci95_s) == (2.0, None)


def test_a_conclusive_timing_row_carries_ratio_and_interval(machine):
    variants = simulated_variants(machine, submission_s=1e-3, reference_s=2e-3)
    timing = to_timing(measured(variants, machine), workload="w", size=7, device="cpu")
    assert timing.speed_ratio == pytest.approx(2.0)
    assert (timing.comparison, timing.status) == ("FASTER", "ok")


def test_a_failed_timing_row_carries_only_its_reason(machine):
    result = measured(simulated_variants(machine), machine, verify=lambda x, answer: "wrong")
    timing = to_timing(result, workload="w", device="cpu")
    assert (timing.status, timing.median_s) == ("failed", None)
    assert timing.message.endswith("wrong")
