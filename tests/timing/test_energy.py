"""
The energy phase on simulated meters and a simulated clock: no second passes for real.

The GPUs are simulated at NVML's boundary (`simulated_nvml`): the power of every load is known, so
the joules of a call are too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count, pairwise

import numpy as np
import pytest

from benchharness.timing import EnergySettings, GpuMeter, NotMeasured, consumption
from benchharness.timing.energy import tick_of

from .simulated_nvml import Clock, GpuLoad, a100, devices_of, geforce, mig_a100, vgpu

SETTINGS = EnergySettings()


@pytest.fixture
def clock():
    return Clock()


def meter_of(gpu):
    return GpuMeter(devices_of(gpu)[-1])


def loads_on(gpu, *, submission_w=200.0, reference_w=300.0, **changes):
    """Calls of 10 ms, at 2 and at 3 joules."""
    return (
        GpuLoad("submission", gpu, 0.01, submission_w, **changes),
        GpuLoad("reference", gpu, 0.01, reference_w, **changes),
    )


def consumed(gpu, loads=None, *, settings=SETTINGS, seed=1, tell=lambda what: None):
    submission, reference = loads or loads_on(gpu)
    return consumption(
        meter_of(gpu),
        submission,
        reference,
        settings,
        np.random.default_rng(seed),
        clock=gpu.clock,
        sleep=gpu.clock.sleep,
        tell=tell,
    )


# -- the figures -------------------------------------------------------------------------------


@pytest.mark.parametrize("tick_s", [0.1, 0.02, 0.001])
def test_joules_of_a_call_are_found_whatever_the_counters_tick(clock, tick_s):
    found = consumed(a100(clock, tick_s=tick_s))

    assert found.submission.value == pytest.approx(2.0, rel=0.005)
    assert found.reference.value == pytest.approx(3.0, rel=0.005)


def test_true_joules_lie_in_the_interval(clock):
    found = consumed(a100(clock))

    assert found.submission.low <= 2.0 <= found.submission.high
    assert found.ratio.low <= 1.5 <= found.ratio.high


def test_ratio_above_one_means_that_the_submission_uses_less(clock):
    assert consumed(a100(clock)).ratio.value == pytest.approx(1.5, rel=0.005)


def test_idle_power_is_told_and_taken_off_in_the_net_energy(clock):
    found = consumed(a100(clock, idle_w=50.0))

    assert found.idle_power_w == pytest.approx(50.0, rel=0.02)
    assert found.submission_net_j == pytest.approx(2.0 - 0.5, rel=0.01)


def test_power_of_the_submission_is_its_blocks_average(clock):
    assert consumed(a100(clock)).power_w == pytest.approx(200.0, rel=0.005)


def test_scatter_between_blocks_widens_the_interval(clock):
    gpu = a100(clock)
    quiet = consumed(gpu, loads_on(gpu))
    noisy = consumed(gpu, loads_on(gpu, noise=1.5))

    assert noisy.submission.half_width > 2 * quiet.submission.half_width


def test_longer_calls_leave_the_edges_less_certain(clock):
    gpu = a100(clock)
    short = consumed(gpu, loads_on(gpu))
    long = consumed(gpu, loads_on(gpu, calls_a_burst=30))

    assert long.submission.half_width > 3 * short.submission.half_width


@dataclass
class Uneven:
    """A load whose power is another one in each block."""

    load: GpuLoad
    factor: Callable[[], float]

    def __post_init__(self):
        self.name, self.watts = self.load.name, self.load.watts

    def begin(self):
        self.load.watts = self.watts * self.factor()
        self.load.begin()

    def run(self):
        return self.load.run()

    def end(self):
        self.load.end()


def test_board_that_draws_more_from_block_to_block_costs_both_sides_the_same(clock):
    gpu = a100(clock)
    leaks = count()
    loads = loads_on(gpu, submission_w=200.0, reference_w=200.0)

    found = consumed(gpu, tuple(Uneven(load, lambda: 1.05 ** next(leaks)) for load in loads))

    assert found.ratio.value == pytest.approx(1.0, abs=0.01)


def test_intervals_miss_the_truth_about_as_often_as_they_say():
    missed = 0
    for seed in range(200):
        gpu = a100(Clock(), tick_s=0.01)
        rng = np.random.default_rng(seed)
        loads = loads_on(gpu, submission_w=200.0, reference_w=200.0)
        uneven = (Uneven(load, lambda rng=rng: rng.lognormal(0, 0.05)) for load in loads)
        settings = EnergySettings(window_s=0.4, ticks=20, idle_s=0.2, settle_s=0.02)
        ratio = consumed(gpu, tuple(uneven), settings=settings, seed=seed).ratio
        missed += not ratio.low <= 1.0 <= ratio.high

    assert 3 <= missed <= 17  # 5 % are 10; 3 and 17 lie two and a half deviations away


def test_call_longer_than_many_ticks_is_measured(clock):
    gpu = a100(clock)
    submission = GpuLoad("submission", gpu, 1.5, 200.0)
    reference = GpuLoad("reference", gpu, 1.5, 300.0)

    found = consumed(gpu, (submission, reference))

    assert found.submission.value == pytest.approx(300.0, rel=0.05)
    assert found.submission.low < 300.0 < found.submission.high


def test_reference_on_another_device_is_left_out(clock):
    gpu = a100(clock)
    found = consumed(gpu, (loads_on(gpu)[0], None))

    assert (found.reference, found.ratio) == (None, None)
    assert found.submission.value == pytest.approx(2.0, rel=0.005)


# -- the protocol ------------------------------------------------------------------------------


def test_blocks_come_in_the_order_abba(clock):
    blocks = consumed(a100(clock)).blocks

    assert [b.load for b in blocks] == ["submission", "reference", "reference", "submission"]


@pytest.mark.parametrize(("tick_s", "least_s"), [(0.02, 5.0), (0.1, 5.0), (0.2, 10.0)])
def test_blocks_last_five_seconds_and_fifty_ticks(clock, tick_s, least_s):
    blocks = consumed(a100(clock, tick_s=tick_s)).blocks

    assert all(block.seconds >= least_s - 1e-9 for block in blocks)


def test_settings_make_blocks_shorter(clock):
    settings = replace(SETTINGS, window_s=0.5, ticks=20)

    assert consumed(a100(clock, tick_s=0.02), settings=settings).window_s < 1.0


def test_blocks_begin_and_end_on_a_tick(clock):
    found = consumed(a100(clock))

    for block in found.blocks:
        assert block.seconds == pytest.approx(round(block.seconds / 0.1) * 0.1, abs=0.011)
        assert max(block.late_s) <= 0.011


def test_every_load_is_begun_and_ended_once_a_block(clock):
    gpu = a100(clock)
    loads = loads_on(gpu)
    consumed(gpu, loads)

    assert [(load.began, load.ended) for load in loads] == [(2, 2), (2, 2)]


def test_gaps_between_blocks_are_random(clock):
    def gaps(seed):
        spans = consumed(a100(Clock()), seed=seed).trace.spans
        return [span.from_s for span in spans]

    assert gaps(1) != gaps(2)


def test_warm_board_is_given_time_to_cool(clock):
    gpu = a100(clock)
    loads = loads_on(gpu, warms_c=0.1)
    cooling = Cooling(gpu)
    begun = []
    for load in loads:
        load.begin = lambda: begun.append(gpu.temperature_c)

    consumption(
        meter_of(gpu), *loads, SETTINGS, np.random.default_rng(1),
        clock=clock, sleep=cooling.sleep,
    )  # fmt: skip

    assert len(begun) == 4
    assert max(begun) <= 40.0 + 2.0 + 0.5


@dataclass
class Cooling:
    """A board that loses 10 degrees a second while nothing runs."""

    gpu: object
    slept: float = field(default=0.0)

    def sleep(self, seconds):
        self.gpu.clock.sleep(seconds)
        self.gpu.temperature_c = max(40.0, self.gpu.temperature_c - 10 * seconds)


def test_board_that_stays_warm_is_waited_for_ten_seconds_at_most(clock):
    gpu = a100(clock)
    found = consumed(gpu, loads_on(gpu, warms_c=0.1))
    spans = [span for span in found.trace.spans if span.what != "idle"]

    gaps = [later.from_s - earlier.to_s for earlier, later in pairwise(spans)]
    assert all(10.0 < gap < 11.5 for gap in gaps)


def test_what_is_being_done_is_told(clock):
    told = []
    consumed(a100(clock), tell=told.append)

    assert told[0] == "energy: idle power"
    assert told[2] == "energy: block 2 of 4, reference"


def test_trace_says_which_load_ran_when(clock):
    trace = consumed(a100(clock)).trace
    names = [span.what for span in trace.spans]
    second = trace.spans[2]
    during = [
        power
        for time_s, power in zip(trace.t_s, trace.power_w, strict=True)
        if second.from_s < time_s < second.to_s
    ]

    assert names == ["idle", "submission", "reference", "reference", "submission"]
    assert set(during) == {300.0}


def test_trace_says_when_the_clocks_were_held_down(clock):
    spans = consumed(a100(clock, reasons=0x4)).trace.spans

    assert spans[-1].what == "power cap" and spans[-1].to_s - spans[-1].from_s > 20


def test_tick_is_found_by_polling(clock):
    assert tick_of(meter_of(a100(clock, tick_s=0.1)), clock, clock.sleep) == pytest.approx(
        0.1, abs=0.001
    )


# -- the cross-check ---------------------------------------------------------------------------


def test_sensor_that_agrees_with_the_counter_is_no_matter(clock):
    found = consumed(a100(clock))

    assert found.cross_check == pytest.approx(1.0, abs=0.02)
    assert found.notes == ()


def test_sensor_that_disagrees_by_over_ten_percent_is_told(clock):
    found = consumed(a100(clock, sensor_gain=1.3))

    assert found.cross_check == pytest.approx(1.3, abs=0.02)
    assert "130 % of what the counter says" in found.notes[0]


def test_board_without_a_sensor_of_power_is_measured_without_the_check(clock):
    gpu = a100(clock, fields={}, unsupported=frozenset({"power usage"}))
    found = consumed(gpu)

    assert found.cross_check is None
    assert found.submission.value == pytest.approx(2.0, rel=0.005)


def test_method_names_counter_and_sensor(clock):
    method = consumed(geforce(clock)).method

    assert "NVML's energy counter of NVIDIA GeForce RTX 4090" in method
    assert "nvmlDeviceGetPowerUsage, 1 s average" in method


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("board", "reason"),
    [(vgpu, "does not support it"), (mig_a100, "other MIG instances may be at work")],
)
def test_board_without_a_counter_of_its_own_is_refused(clock, board, reason):
    with pytest.raises(NotMeasured, match=reason):
        meter_of(board(clock))


def test_counter_that_never_moves_is_refused(clock):
    with pytest.raises(NotMeasured, match="stands still"):
        consumed(a100(clock, stuck_at=0.0))


def test_counter_that_sticks_in_between_is_refused(clock):
    with pytest.raises(NotMeasured, match="stands still"):
        consumed(a100(clock, stuck_at=12.0))


def test_counter_that_is_reset_is_refused(clock):
    with pytest.raises(NotMeasured, match="went backwards, it was reset"):
        consumed(a100(clock, reset_at=6.0))


def test_counter_that_moves_too_seldom_is_refused(clock):
    gpu = a100(clock)
    loads = loads_on(gpu)
    meter = Coarse(meter_of(gpu), clock)

    with pytest.raises(NotMeasured, match="fewer than 20"):
        consumption(
            meter, *loads, SETTINGS, np.random.default_rng(1), clock=clock, sleep=clock.sleep
        )


@dataclass
class Coarse:
    """A counter that moves every 0.1 s at first, and every 1.5 s from the fifth second on."""

    meter: GpuMeter
    clock: Clock
    name: str = "a coarse counter"
    shown: tuple = (-1, 0.0)

    def read_j(self):
        tick = int(self.clock.now / (0.1 if self.clock.now < 5 else 1.5))
        if tick != self.shown[0]:
            self.shown = (tick, self.meter.read_j())
        return self.shown[1]

    def power_w(self):
        return None

    def clock_mhz(self):
        return None

    def temperature_c(self):
        return None

    def event_reasons(self):
        return frozenset()


def test_board_that_is_lost_in_between_is_refused(clock):
    with pytest.raises(NotMeasured, match="fell off the bus"):
        consumed(a100(clock, lost_at=10.0))


def test_load_is_ended_when_the_board_is_lost(clock):
    gpu = a100(clock, lost_at=10.0)
    loads = loads_on(gpu)
    with pytest.raises(NotMeasured, match="lost"):
        consumed(gpu, loads)

    assert [load.began - load.ended for load in loads] == [0, 0]
