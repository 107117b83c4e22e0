"""
An earlier version of the submission in the rounds of the protocol, simulated.

It is one more side to compare with, and nothing that it does may cost the submission anything.
"""

import gc
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchharness.outcomes import TimingStatus
from benchharness.timing import Comparison, to_against

from .simulated import Machine, SimulatedVariant, measured, simulated_variants

WRONG = "3 of 64 values differ"


@pytest.fixture
def machine():
    return Machine()


def with_earlier(variants, **changes):
    return replace(variants, earlier=replace(variants.earlier, **changes))


def calls_of(machine, name):
    return [arguments for event, who, arguments in machine.log if (event, who) == ("call", name)]


def test_an_earlier_version_gets_the_same_inputs(machine):
    measured(simulated_variants(machine, earlier_s=1e-3), machine)
    assert calls_of(machine, "earlier") == calls_of(machine, "submission")


def test_the_ratio_is_the_earlier_time_over_todays(machine):
    variants = simulated_variants(machine, submission_s=1e-3, earlier_s=1.2e-3)
    against = measured(variants, machine).against
    assert against.speed_ratio.value == pytest.approx(1.2)
    assert against.comparison is Comparison.FASTER


def test_the_earlier_time_is_net_of_its_own_null_calls(machine):
    own = SimulatedVariant("earlier null", machine, 50e-6)
    variants = with_earlier(simulated_variants(machine, earlier_s=1e-3), null=own)
    assert measured(variants, machine).against.reference.net_median_s == pytest.approx(0.95e-3)


def test_without_an_earlier_version_nothing_is_said_of_one(machine):
    assert measured(simulated_variants(machine), machine).against is None


@pytest.mark.parametrize(("margin", "comparison"), [(0.02, "SLOWER"), (0.05, "SAME")])
def test_a_difference_within_the_margin_is_none(machine, margin, comparison):
    variants = simulated_variants(machine, submission_s=1.03e-3, earlier_s=1e-3, margin=margin)
    assert measured(variants, machine).against.comparison == comparison


def test_rounds_go_on_until_both_ratios_are_known():
    def rounds(**earlier):
        machine = Machine(noise=0.03)
        variants = simulated_variants(machine, submission_s=10e-3, reference_s=1e-3, **earlier)
        return measured(variants, machine).rounds

    assert rounds() == 5
    assert rounds(earlier_s=10e-3) > 5


def test_an_earlier_version_that_is_known_to_be_far_is_run_no_more(machine):
    machine.noise = 0.1
    variants = simulated_variants(machine, submission_s=1e-3, earlier_s=10e-3)
    result = measured(variants, machine)
    assert (result.against.rounds, result.against.comparison) == (5, Comparison.FASTER)
    assert result.rounds > 5


def test_an_undecided_ratio_says_how_much_more_time_it_needs(machine):
    machine.noise = 0.3
    variants = simulated_variants(machine, earlier_s=1e-3)
    against = measured(variants, machine, budget_s=0.05).against
    told = to_against(against, version="HEAD~1", margin=0.02)
    assert told.comparison == "INCONCLUSIVE" and "times more time" in told.message


def test_measuring_still_stops_at_the_budget(machine):
    machine.noise = 0.3
    variants = simulated_variants(machine, earlier_s=1e-3)
    result = measured(variants, machine, budget_s=0.1, precision=1e-6)
    assert 0.05 < result.samples.submission.sum() * result.calls_per_sample < 0.12


def test_what_an_earlier_version_takes_is_not_taken_from_the_cap(machine):
    machine.noise = 0.3
    changes = {"wall_s": 1.0, "warm_up_s": 0.02, "precision": 1e-6, "far": 1e9}
    alone = Machine(noise=0.3)
    expected = measured(simulated_variants(alone), alone, **changes).rounds
    variants = simulated_variants(machine, earlier_s=20e-3)
    assert measured(variants, machine, **changes).rounds >= 0.9 * expected


# An earlier version that goes wrong


def test_a_wrong_earlier_version_is_said_and_not_compared(machine):
    variants = with_earlier(
        simulated_variants(machine, earlier_s=1e-3), verify=lambda arguments, answer: WRONG
    )
    against = measured(variants, machine).against
    assert against.status is TimingStatus.FAILED and against.comparison is None
    assert against.message == f"the earlier version gives wrong answers: not compared ({WRONG})"


@pytest.mark.parametrize("fails_at", [1, 60])
@pytest.mark.parametrize("status", [TimingStatus.FAILED, TimingStatus.TAMPERED])
def test_an_earlier_version_that_fails_is_said_and_not_compared(machine, fails_at, status):
    variants = simulated_variants(machine, earlier_s=1e-3)
    variants.earlier.variant.fails_at, variants.earlier.variant.status = fails_at, status
    against = measured(variants, machine).against
    assert against.status is status
    assert against.message.startswith("the earlier version fails: not compared (")


class GoneVariant(SimulatedVariant):
    """A function whose process has ended itself."""

    def resume(self):
        raise ProcessLookupError


def gone(machine):
    variants = simulated_variants(machine, earlier_s=1e-3)
    return with_earlier(variants, variant=GoneVariant("earlier", machine, 1e-3))


def wrong(machine):
    variants = simulated_variants(machine, earlier_s=1e-3)
    return with_earlier(variants, verify=lambda arguments, answer: WRONG)


def failing(machine):
    variants = simulated_variants(machine, earlier_s=1e-3)
    variants.earlier.variant.fails_at = 60
    return variants


def endless(machine):
    return simulated_variants(machine, earlier_s=5.0)


@pytest.mark.parametrize("earlier", [gone, wrong, failing, endless])
def test_it_costs_the_submission_nothing(machine, earlier):
    result = measured(earlier(machine), machine)
    assert (result.status, result.comparison) == (TimingStatus.OK, Comparison.SAME)
    assert result.calls == result.verified_calls and result.rounds == 20


@pytest.mark.parametrize("earlier", [gone, wrong, failing, endless])
def test_it_is_called_no_more(machine, earlier):
    variants = earlier(machine)
    measured(variants, machine)
    assert len(calls_of(machine, "earlier")) < len(calls_of(machine, "submission"))
    assert not variants.earlier.variant.awake


def test_nothing_is_said_of_the_earlier_version_where_the_submission_fails(machine):
    variants = simulated_variants(machine, earlier_s=1e-3)
    result = measured(variants, machine, verify=lambda arguments, answer: WRONG)
    assert result.status is TimingStatus.FAILED and result.against is None


# Long calls


def test_an_earlier_call_that_is_too_long_is_made_once(machine):
    variants = simulated_variants(machine, earlier_s=2.0)
    against = measured(variants, machine).against
    assert variants.earlier.variant.calls == 1
    assert "one call of the earlier version takes about 2 s" in against.message


def test_a_call_that_has_become_too_long_is_still_compared(machine):
    variants = simulated_variants(machine, submission_s=3.0, earlier_s=0.1)
    result = measured(variants, machine)
    assert result.against.comparison is Comparison.SLOWER
    assert result.rounds == 5


def test_a_call_that_was_nearly_as_long_before_is_not_waited_for(machine):
    variants = simulated_variants(machine, submission_s=1.1, earlier_s=0.9)
    against = measured(variants, machine).against
    assert variants.submission.calls == 1 and "too long" in against.message


# Calls that are too short for a ratio


@pytest.mark.parametrize(
    ("submission_s", "earlier_s", "comparison"),
    [(1e-3, 0.2e-6, "SLOWER"), (0.2e-6, 1e-3, "FASTER")],
)
def test_a_call_that_was_or_is_too_short_is_still_compared(
    machine, submission_s, earlier_s, comparison
):
    machine.noise = 0.1
    variants = simulated_variants(machine, submission_s=submission_s, earlier_s=earlier_s)
    told = to_against(measured(variants, machine).against, version="v", margin=0.02)
    assert (told.comparison, told.speed_ratio) == (comparison, None)
    assert told.status is TimingStatus.OK and "below the resolution" in told.message


def test_two_calls_that_are_too_short_are_not_compared(machine):
    machine.noise = 0.1
    variants = simulated_variants(machine, submission_s=0.3e-6, earlier_s=0.2e-6)
    against = measured(variants, machine).against
    assert (against.status, against.comparison) == (TimingStatus.NOISY, None)


# How often a gate is wrong


@pytest.fixture
def frozen_heap():
    """Every measurement collects garbage; this keeps the test session's own heap out of that."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def simulated_gates(longer, measurements, *, noise=0.03, preemptions_per_s=20):
    """What a gate of 5 % says of submissions that take so many times as long as before."""
    said = Counter()
    for seed in range(measurements):
        machine = Machine(noise, preemptions_per_s, rng=np.random.default_rng(seed))
        variants = simulated_variants(
            machine, submission_s=longer * 1e-3, earlier_s=1e-3, margin=0.05
        )
        against = to_against(measured(variants, machine).against, version="v", margin=0.05)
        said[against.is_slower] += 1
    return said


@pytest.mark.usefixtures("frozen_heap")
def test_the_same_submission_never_fails_the_gate():
    assert simulated_gates(1.0, 100)[True] == 0


@pytest.mark.usefixtures("frozen_heap")
def test_a_slowdown_as_large_as_the_margin_seldom_fails_the_gate():
    assert simulated_gates(1.05, 25)[True] <= 2


@pytest.mark.usefixtures("frozen_heap")
def test_a_slowdown_by_ten_percent_fails_the_gate():
    assert simulated_gates(1.10, 60)[True] >= 57
