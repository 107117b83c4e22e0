"""
The protocol with simulated variants on a simulated clock.

The variants are simulated because `Variant` is where the trusted side ends: what a real worker
may do is the sandbox's subject, what the protocol does with it is this one's.
"""

import gc
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchharness.errors import HarnessError
from benchharness.outcomes import TimingStatus
from benchharness.timing import Comparison, Rotation
from benchharness.timing.settings import QUICK, calls_per_sample

from .simulated import Machine, SimulatedVariant, measured, simulated_variants


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def variants(machine):
    return simulated_variants(machine)


def turns(machine):
    """Every turn as (variant, its inputs), in order."""
    found = []
    for event, name, arguments in machine.log:
        if event == "resume":
            found.append((name, []))
        elif event == "call":
            found[-1][1].append(arguments)
    return found


def rounds(machine, of=3):
    """Turns grouped into rounds."""
    all_turns = turns(machine)
    return [all_turns[start : start + of] for start in range(0, len(all_turns), of)]


@pytest.mark.parametrize(
    ("call_s", "k"),
    [
        ((0.5e-3, 0.5e-3), 4),
        ((1e-3, 1e-3), 3),
        ((40e-6, 40e-6), 50),
        ((2e-6, 2e-6), 100),
        ((20e-6, 1e-3), 20),
        ((5e-3, 5e-3), 3),
        ((10e-3, 10e-3), 2),
        ((15e-3, 15e-3), 1),
        ((1e-4, 1.0), 1),
    ],
)
def test_samples_last_two_milliseconds_and_never_more_than_twenty(call_s, k):
    assert calls_per_sample(call_s, QUICK) == k


def test_each_round_runs_every_variant_once(machine, variants):
    measured(variants, machine)
    assert all(
        {name for name, _ in turn} == {"submission", "reference", "null"}
        for turn in rounds(machine)
    )


def test_different_nulls_both_run(machine, variants):
    other = SimulatedVariant("other null", machine, 0.0)
    measured(replace(variants, reference_null=other), machine)
    assert len({name for name, _ in rounds(machine, of=4)[0]}) == 4


def test_all_variants_of_a_round_get_the_same_inputs(machine, variants):
    measured(variants, machine)
    for turn in rounds(machine):
        inputs = [given for _, given in turn]
        assert inputs[0] == inputs[1] == inputs[2]


def test_no_input_is_ever_repeated(machine, variants):
    measured(variants, machine)
    given = Counter(x for name, xs in turns(machine) if name == "submission" for x in xs)
    assert set(given.values()) == {1}


def test_the_order_changes_from_round_to_round(machine, variants):
    measured(variants, machine)
    orders = Counter(tuple(name for name, _ in turn) for turn in rounds(machine))
    assert len(orders) == 6


def test_a_variant_is_suspended_before_the_next_resumes(machine, variants):
    measured(variants, machine)
    events = [event for event, _, _ in machine.log if event != "call"]
    assert events == ["resume", "suspend"] * (len(events) // 2)


def test_every_timed_call_of_the_submission_is_verified(machine, variants):
    seen = []
    result = measured(variants, machine, verify=lambda x, answer: seen.append((x, answer)))
    assert len(seen) == result.calls == result.verified_calls
    assert all(answer == ("answer to", x) for x, answer in seen)


def test_calls_are_rounds_times_calls_per_sample(machine, variants):
    result = measured(variants, machine)
    assert result.calls == result.rounds * result.calls_per_sample


def test_verification_happens_while_every_worker_is_suspended(machine, variants):
    awake = []

    def verify(arguments, answer):
        awake.extend(variant.awake for variant in variants.distinct)

    measured(variants, machine, verify=verify)
    assert awake and not any(awake)


def test_a_wrong_answer_ends_the_measurement_as_failed(machine, variants):
    wrong = iter([None] * 30 + ["3 of 64 values differ"])
    result = measured(variants, machine, verify=lambda x, answer: next(wrong))
    assert result.status is TimingStatus.FAILED
    assert result.verified_calls == 30


def test_a_wrong_answer_is_reported_with_its_call_round_and_input(machine, variants):
    wrong = iter([None] * 30 + ["3 of 64 values differ"])
    result = measured(variants, machine, verify=lambda x, answer: next(wrong))
    assert result.message == "timed call 31 (round 11, input 1 of 3): 3 of 64 values differ"


def test_no_time_is_claimed_for_a_submission_that_failed(machine, variants):
    result = measured(variants, machine, verify=lambda x, answer: "wrong")
    assert result.submission is None and result.speed_ratio is None


@pytest.mark.parametrize("status", [TimingStatus.FAILED, TimingStatus.TAMPERED])
def test_a_call_without_an_answer_ends_the_measurement_with_its_status(machine, status):
    variants = simulated_variants(machine)
    variants.submission.fails_at, variants.submission.status = 50, status
    result = measured(variants, machine)
    assert result.status is status
    assert "it raised ValueError" in result.message


def test_a_submission_that_fails_is_suspended(machine, variants):
    variants.submission.fails_at = 50
    measured(variants, machine)
    assert not any(variant.awake for variant in variants.distinct)


def test_a_call_that_fails_while_warming_up_is_named_so(machine, variants):
    variants.submission.fails_at = 1
    assert measured(variants, machine).message == "warm-up call: it raised ValueError"


@pytest.mark.parametrize("name", ["reference", "submission_null"])
def test_a_failure_that_is_not_the_submissions_is_raised(machine, variants, name):
    getattr(variants, name).fails_at = 50
    with pytest.raises(HarnessError, match=r"(reference|null): it raised ValueError"):
        measured(variants, machine)


def test_a_quiet_machine_needs_twenty_rounds(machine, variants):
    assert measured(variants, machine).rounds == 20


def test_a_noisy_machine_needs_more(variants, machine):
    machine.noise = 0.05
    result = measured(variants, machine)
    assert result.rounds > 20


def test_measuring_stops_at_the_budget(machine, variants):
    machine.noise = 0.3
    result = measured(variants, machine, budget_s=0.1, precision=1e-6)
    measured_s = result.samples.submission.sum() * result.calls_per_sample
    assert 0.05 < measured_s < 0.12


def test_measuring_stops_at_the_wall_cap_and_says_so(machine, variants):
    machine.noise = 0.3
    result = measured(variants, machine, wall_s=0.2, warm_up_s=0.02, precision=1e-6)
    assert machine.now <= 0.2
    assert "stopped at the cap of 0.2 s" in result.notes


def test_a_call_longer_than_the_budget_gets_the_fewest_rounds(machine):
    variants = simulated_variants(machine, submission_s=0.6, reference_s=0.6)
    result = measured(variants, machine, wall_s=60.0)
    assert (result.rounds, result.calls_per_sample) == (5, 1)
    assert "only 5 rounds fitted into the time" in result.notes


def test_too_few_rounds_give_no_ratio_and_say_so(machine):
    variants = simulated_variants(machine, submission_s=2.0, reference_s=2.0)
    result = measured(variants, machine, wall_s=10.0, longest_call_s=9.0)
    assert result.status is TimingStatus.NOISY
    assert result.speed_ratio is None and "of at least 5 rounds" in result.message


def test_long_calls_are_warmed_up_only_once(machine):
    variants = simulated_variants(machine, submission_s=2.0, reference_s=2.0)
    result = measured(variants, machine, wall_s=10.0, longest_call_s=9.0)
    assert variants.submission.calls == result.calls + 1


def test_a_call_that_is_too_long_for_quick_timing_is_made_once(machine):
    variants = simulated_variants(machine, submission_s=2.0, reference_s=0.1)
    result = measured(variants, machine)
    assert variants.submission.calls == 1
    assert result.speed_ratio is None and "about 2 s" in result.message


def test_a_difference_of_twice_as_much_needs_few_rounds(machine):
    variants = simulated_variants(machine, submission_s=20e-3, reference_s=10e-3)
    result = measured(variants, machine)
    assert result.rounds == 5 and result.comparison is Comparison.SLOWER


class WarmingVariant(SimulatedVariant):
    """A function that gets faster with every call, as one does that compiles itself."""

    def call(self, arguments):
        self.call_s *= 0.9
        return super().call(arguments)


def test_twice_as_much_that_could_be_chance_is_measured_more_closely():
    results = []
    for seed in range(20):
        machine = Machine(noise=0.4, rng=np.random.default_rng(seed))
        variants = simulated_variants(machine, submission_s=20e-3, reference_s=4e-3)
        results.append(measured(variants, machine))
    early = [result for result in results if result.rounds <= 10]
    assert 0 < len(early) < len(results)
    assert all(result.comparison is Comparison.SLOWER for result in early)


def test_warming_up_without_end_is_noted(machine, variants):
    warming = replace(variants, submission=WarmingVariant("submission", machine, 20e-3))
    assert "not steady after warming up" in measured(warming, machine).notes


def test_a_noisy_machine_is_not_mistaken_for_warming_up(machine, variants):
    machine.noise = 0.1
    assert "not steady after warming up" not in measured(variants, machine).notes


@pytest.mark.parametrize("seconds", [20e-6, 1e-3, 50e-3])
def test_the_net_time_is_the_length_of_the_call(machine, seconds):
    variants = simulated_variants(machine, submission_s=seconds, reference_s=seconds)
    result = measured(variants, machine)
    assert result.submission.net_median_s == pytest.approx(seconds, rel=1e-6)


@pytest.mark.parametrize(
    ("submission_s", "reference_s", "waits_s"),
    [(20e-6, 20e-6, 20e-6), (3e-3, 1e-3, 1e-3), (1e-3, 3e-3, 1e-3), (50e-3, 60e-3, 5e-3)],
)
def test_a_null_call_waits_as_long_as_the_faster_call_works(
    machine, submission_s, reference_s, waits_s
):
    variants = simulated_variants(machine, submission_s=submission_s, reference_s=reference_s)
    measured(variants, machine)
    assert variants.submission_null.waits_s == pytest.approx(waits_s)


def test_the_raw_median_is_net_plus_null(machine, variants):
    side = measured(variants, machine).submission
    assert side.raw_median_s == pytest.approx(side.net_median_s + side.null_median_s)


def test_a_call_within_the_harness_noise_is_below_resolution(machine):
    machine.noise = 0.1
    variants = simulated_variants(machine, submission_s=0.2e-6, reference_s=20e-6)
    result = measured(variants, machine)
    assert result.status is TimingStatus.NOISY
    assert "below the resolution" in result.message and result.speed_ratio is None


def test_garbage_is_not_collected_during_rounds(machine, variants):
    collecting = []
    measured(variants, machine, verify=lambda x, answer: collecting.append(gc.isenabled()))
    assert not any(collecting) and gc.isenabled()


def test_mostly_disturbed_samples_make_the_timing_noisy(machine, variants):
    machine.preemptions_per_s = 700
    result = measured(variants, machine)
    assert result.noise.contaminated_share > 0.3
    assert result.status is TimingStatus.NOISY


def test_the_same_seed_gives_the_same_measurement():
    first, second = Machine(noise=0.05), Machine(noise=0.05)
    one = measured(simulated_variants(first), first)
    other = measured(simulated_variants(second), second)
    assert one.speed_ratio == other.speed_ratio and first.log == second.log


@pytest.fixture
def rotation(machine):
    return Rotation([SimulatedVariant(f"worker {n}", machine, 1e-3) for n in range(3)])


def test_each_turn_of_a_rotation_is_the_next_workers(machine, variants, rotation):
    measured(replace(variants, submission=rotation), machine)
    workers = [name for name, _ in turns(machine) if name.startswith("worker")]
    assert workers == [f"worker {turn % 3}" for turn in range(len(workers))]


def worker_turns(machine, result):
    """Whose turns the rotation's were: before the timed rounds, and in them."""
    workers = [name for name, _ in turns(machine) if name.startswith("worker")]
    untimed = len(workers) - result.rounds
    return workers[:untimed], workers[untimed:]


@pytest.mark.parametrize("call_s", [1e-3, 50e-3])
def test_every_process_that_is_timed_has_been_called_before(machine, variants, call_s):
    workers = [SimulatedVariant(f"worker {n}", machine, call_s) for n in range(12)]
    result = measured(replace(variants, submission=Rotation(workers)), machine)
    before, timed = worker_turns(machine, result)
    assert set(timed) <= set(before) == {worker.name for worker in workers}


def test_long_calls_are_of_few_processes(machine, variants):
    workers = [SimulatedVariant(f"worker {n}", machine, 0.4) for n in range(12)]
    rotation = Rotation(workers)
    result = measured(replace(variants, submission=rotation), machine)
    before, timed = worker_turns(machine, result)
    assert set(timed) == set(before) == {"worker 0", "worker 1", "worker 2"}
    assert result.samples.processes == rotation.processes == 3


class LateVariant(SimulatedVariant):
    """A function whose first call sets something up."""

    def call(self, arguments):
        self.machine.now += 0 if self.calls else 0.5
        call = super().call(arguments)
        return replace(call, wall_s=call.wall_s + (0.5 if self.calls == 1 else 0))


def test_a_long_first_call_costs_no_processes(machine, variants):
    workers = [LateVariant(f"worker {n}", machine, 1e-3) for n in range(12)]
    result = measured(replace(variants, submission=Rotation(workers)), machine)
    assert result.samples.processes == 12


def test_a_rotation_suspends_the_worker_that_it_resumed(machine, variants, rotation):
    measured(replace(variants, submission=rotation), machine)
    events = [(event, name) for event, name, _ in machine.log if event != "call"]
    pairs = zip(events[::2], events[1::2], strict=True)
    assert all(on == ("resume", name) for on, (_, name) in pairs)


def simulated_comparisons(ratio, measurements, *, noise=0.03, preemptions_per_s=20):
    """Outcomes of many simulated measurements whose true speed ratio is known."""
    outcomes = Counter()
    for seed in range(measurements):
        machine = Machine(noise, preemptions_per_s, rng=np.random.default_rng(seed))
        variants = simulated_variants(machine, submission_s=1e-3 / ratio, reference_s=1e-3)
        outcomes[measured(variants, machine).comparison] += 1
    return outcomes


@pytest.fixture
def frozen_heap():
    """Every measurement collects garbage; this keeps the test session's own heap out of that."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen_heap")
def test_identical_code_is_claimed_to_differ_in_under_one_of_a_hundred():
    outcomes = simulated_comparisons(1.0, 300)
    assert outcomes[Comparison.FASTER] + outcomes[Comparison.SLOWER] <= 3


@pytest.mark.usefixtures("frozen_heap")
def test_a_slowdown_by_five_percent_is_seen_nineteen_times_in_twenty():
    outcomes = simulated_comparisons(1 / 1.05, 100)
    assert outcomes[Comparison.SLOWER] >= 95
