"""
The energy phase of a workload, with simulated workers, a simulated meter and a simulated clock.

What blocks and counters do is tested in `tests/timing/test_energy.py`; here is what becomes of it
in a timing, and what is done with the submission's calls.
"""

import sys
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pytest
from timing.simulated import Machine, SimulatedVariant
from timing.simulated_nvml import Clock, SimulatedNvml, a100, uuid

from benchharness.errors import HarnessError
from benchharness.outcomes import Throttling, Timing, TimingStatus, Trace
from benchharness.runner.energy import Supply, with_energy
from benchharness.runner.sensors import meter_of, watched, with_readings
from benchharness.timing import EnergySettings, NotMeasured, Observed, Range

SHORT = EnergySettings(window_s=0.2, ticks=20, idle_s=0.1, settle_s=0.02, gap_s=0.01)
TIMING = Timing("photograph", "cpu", TimingStatus.OK, median_s=1e-3, raw_median_s=1e-3)
TIMING = replace(TIMING, reference_raw_median_s=2e-3)


@dataclass
class SimulatedMeter:
    """50 W all the time, counted every millisecond; warm, with a sensor that agrees."""

    machine: Machine
    name: str = "a simulated counter"

    def read_j(self):
        return 50.0 * int(self.machine.now * 1000 + 1e-6) / 1000

    def power_w(self):
        return 50.0

    def clock_mhz(self):
        return 1500.0

    def temperature_c(self):
        return 60.0

    def event_reasons(self):
        return frozenset()


@pytest.fixture
def machine():
    return Machine()


def sides(machine, submission_s=1e-3, reference_s=2e-3):
    return (
        SimulatedVariant("submission", machine, submission_s),
        SimulatedVariant("reference", machine, reference_s),
    )


def measured(machine, variants=None, *, timing=TIMING, verify=lambda *_: None, meter=None):
    numbers = count()
    submission, reference = variants or sides(machine)

    def sleep(seconds):
        machine.now += seconds

    return with_energy(
        timing,
        meter or SimulatedMeter(machine),
        submission,
        reference,
        Supply(lambda: next(numbers), lambda _: 100, verify),
        np.random.default_rng(1),
        settings=SHORT,
        clock=machine.clock,
        sleep=sleep,
    )


def test_timing_gets_the_joules_of_both_sides(machine):
    timing = measured(machine)

    assert timing.energy_j == pytest.approx(0.05, rel=0.05)
    assert timing.energy_reference_j == pytest.approx(0.10, rel=0.05)
    assert timing.energy_ratio_ci95[0] <= timing.energy_ratio <= timing.energy_ratio_ci95[1]


def test_timing_says_how_it_was_measured(machine):
    details = measured(machine).energy

    assert details.method == "a simulated counter"
    assert details.blocks == 4
    assert details.window_s >= 0.2
    assert details.idle_power_w == pytest.approx(50.0, rel=0.05)


def test_timing_gets_power_clock_temperature_and_trace(machine):
    timing = measured(machine)

    assert timing.power_w == pytest.approx(50.0, rel=0.05)
    assert (timing.clock_mhz, timing.temperature_c) == (1500.0, 60.0)
    assert timing.trace.power_w


def test_net_energy_that_drowns_in_the_idle_power_is_left_out_and_said(machine):
    energy = measured(machine, sides(machine, 1e-3, 1e-3)).energy

    assert energy.net_j is None or energy.net_j < 1e-3
    if energy.net_j is None:
        assert "cannot be told from the idle device" in energy.note


def test_reference_on_another_device_leaves_its_fields_empty(machine):
    timing = measured(machine, (sides(machine)[0], None))

    assert timing.energy_j is not None
    assert (timing.energy_reference_j, timing.energy_ratio) == (None, None)


def test_share_of_the_harness_is_said_where_calls_are_short(machine):
    timing = measured(machine, timing=replace(TIMING, median_s=0.7e-3))

    assert "31% of the time the harness was at work" in timing.energy.note


def test_share_of_the_harness_is_not_worth_a_word_where_calls_are_long(machine):
    assert "harness" not in measured(machine).energy.note


def test_counter_that_stands_still_leaves_the_reason_in_place_of_a_number(machine):
    meter = SimulatedMeter(machine)
    meter.read_j = lambda: 0.0

    timing = measured(machine, meter=meter)

    assert timing.energy_j is None
    assert "stands still" in dict(timing.not_measured)["energy"]


def test_answers_are_judged_after_their_block_with_the_worker_suspended(machine):
    variants = sides(machine)
    awake = []

    measured(machine, variants, verify=lambda *_: awake.append(variants[0].awake))

    assert set(awake) == {False}


def test_hundred_answers_of_a_block_are_judged(machine):
    timing = measured(machine)

    assert timing.energy.verified_calls == 200
    assert timing.energy.calls > 300


def test_all_answers_are_judged_where_there_are_few(machine):
    variants = sides(machine, 0.05, 0.05)
    timing = measured(
        machine, variants, timing=replace(TIMING, raw_median_s=0.05, reference_raw_median_s=0.05)
    )

    assert timing.energy.verified_calls == variants[0].calls


def test_answers_belong_to_their_inputs(machine):
    wrong = []

    def verify(arguments, answer):
        wrong.extend([] if answer == ("answer to", arguments) else [answer])

    measured(machine, verify=verify)

    assert wrong == []


def test_wrong_answer_fails_the_timing(machine):
    timing = measured(machine, verify=lambda *_: "got 3, expected 4")

    assert timing.status == TimingStatus.FAILED
    assert timing.message == "a call of the energy phase: got 3, expected 4"
    assert timing.energy_j is None


def test_submission_that_fails_ends_the_phase_with_its_status(machine):
    variants = sides(machine)
    variants[0].fails_at = 150

    assert (
        measured(machine, variants).message == "a call of the energy phase: it raised ValueError"
    )


def test_reference_that_fails_is_the_harnesss_fault(machine):
    variants = sides(machine)
    variants[1].fails_at = 150

    with pytest.raises(HarnessError, match="reference: it raised ValueError"):
        measured(machine, variants)


def test_answers_that_are_remembered_are_noticed(machine):
    timing = measured(machine, timing=replace(TIMING, raw_median_s=4e-3))

    assert timing.energy_j is None
    assert "answers were remembered" in dict(timing.not_measured)["energy"]


def test_machine_that_got_faster_for_both_is_no_remembering(machine):
    slow = replace(TIMING, raw_median_s=2e-3, reference_raw_median_s=4e-3)

    assert measured(machine, timing=slow).energy_j is not None


def test_every_worker_of_a_rotation_takes_its_turn(machine):
    class Turns(SimulatedVariant):
        resumed = 0

        def resume(self):
            self.resumed += 1
            super().resume()

    submission = Turns("submission", machine, 1e-3)
    submission.awake = False
    numbers = count()

    with_energy(
        TIMING,
        SimulatedMeter(machine),
        submission,
        None,
        Supply(lambda: next(numbers), lambda _: 100, lambda *_: None),
        np.random.default_rng(1),
        settings=replace(SHORT, window_s=3.0, pairs=1),
        clock=machine.clock,
        sleep=lambda seconds: setattr(machine, "now", machine.now + seconds),
    )

    assert submission.resumed >= 6


def test_large_inputs_are_few():
    numbers = count()

    pool = Supply(lambda: next(numbers), lambda _: 30 * 2**20, lambda *_: None).pool()

    assert len(pool) == 2


@pytest.fixture
def boards(monkeypatch):
    """Two simulated boards, one kind."""
    clock = Clock()
    found = [a100(clock, 1), a100(clock, 2)]
    monkeypatch.setitem(sys.modules, "pynvml", SimulatedNvml(found))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,0")
    return found


@pytest.fixture
def no_driver(monkeypatch):
    """The package without a driver."""
    library = SimulatedNvml(fails="NVML_ERROR_LIBRARY_NOT_FOUND")
    monkeypatch.setitem(sys.modules, "pynvml", library)


def test_meter_of_a_gpu_is_the_board_that_cuda_means(boards):
    boards[1].unsupported |= {"energy"}

    with pytest.raises(NotMeasured, match="energy"), meter_of("cuda:0"):
        pass


def test_meter_is_found_by_the_uuid_before_the_number(boards):
    boards[1].unsupported |= {"energy"}

    with meter_of("cuda:0", uuid(1)) as meter:
        assert "NVML's energy counter" in meter.name


def test_gpu_without_a_driver_has_no_meter_and_says_why(no_driver):
    with pytest.raises(NotMeasured, match="install the driver"), meter_of("cuda:0"):
        pass


def test_rounds_on_a_gpu_are_watched(boards):
    boards[0].reasons = 0x40

    with watched("cuda:1") as with_sensors:
        pass  # the rounds; one reading is made however short they are
    timing = with_sensors(replace(TIMING, device="cuda:1"))

    assert (timing.clock_mhz, timing.throttled) == (1410.0, True)


def test_rounds_on_a_gpu_without_a_driver_say_why_nothing_was_read(no_driver):
    with watched("cuda:0") as with_sensors:
        timing = with_sensors(TIMING)

    assert "install the driver" in dict(timing.not_measured)["sensors"]


def test_rounds_on_the_cpu_are_not_watched(boards):
    with watched("cpu") as with_sensors:
        assert with_sensors(TIMING) is TIMING


def test_readings_of_the_rounds_become_part_of_the_timing():
    observed = Observed(
        readings=3,
        power_w=Range(200.0, 190.0, 210.0),
        sm_mhz=Range(1410.0, 1400.0, 1410.0),
        throttled=True,
        reasons=(Throttling("power brake", 0.5),),
        trace=Trace((0.0,), (200.0,)),
        not_measured=(("temperature_c", "no sensor"), ("memory_mhz", "no sensor")),
    )

    timing = with_readings(TIMING, observed)

    assert (timing.power_w, timing.clock_mhz, timing.throttled) == (200.0, 1410.0, True)
    assert timing.throttle_reasons == (Throttling("power brake", 0.5),)
    assert timing.not_measured == (("temperature_c", "no sensor"),)


def test_device_that_was_lost_is_said():
    timing = with_readings(TIMING, Observed(lost="power: the GPU is lost"))

    assert timing.not_measured == (("sensors", "power: the GPU is lost"),)
