"""What is said about the machine's quietness."""

import numpy as np
import pytest

from benchharness.timing.noise import CpuTimes, contaminated, probe_s, read_cpu_times, spread


def test_a_sample_that_waited_for_a_core_is_contaminated():
    flags = contaminated(np.array([0.5e-3]), np.array([1e-3]), np.zeros(4))
    assert flags.tolist() == [True]


def test_waiting_as_long_as_null_calls_do_is_no_contamination():
    flags = contaminated(np.array([10e-6]), np.array([20e-6]), np.full(4, 12e-6))
    assert flags.tolist() == [False]


def test_a_threaded_call_is_not_contaminated():
    flags = contaminated(np.array([-1e-3]), np.array([2e-3]), np.zeros(4))
    assert flags.tolist() == [False]


def test_spread_is_relative_to_the_median():
    assert spread(np.array([1.0, 2.0, 3.0])) == 0.5


def test_spread_of_a_clock_that_stands_still_is_zero():
    assert spread(np.zeros(5)) == 0.0


def test_the_probe_is_timed_by_the_given_clock():
    ticks = iter([1.0, 3.5])
    assert probe_s(lambda: next(ticks)) == 2.5


def test_cpu_times_come_from_the_first_line(tmp_path):
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 0 100 700 100 0 0 50 0 0\ncpu0 9 9 9 9 9 9 9 9 0 0\n")
    times = read_cpu_times(stat)
    assert (times.busy_s, times.idle_s, times.steal_s) == pytest.approx(
        (times.busy_s, 4 * times.busy_s, times.busy_s / 4)
    )


@pytest.mark.parametrize("text", ["", "cpu 1 2 3\n", "intr 1 2 3 4 5 6 7 8 9\n"])
def test_a_stat_file_of_another_form_gives_no_cpu_times(tmp_path, text):
    stat = tmp_path / "stat"
    stat.write_text(text)
    assert read_cpu_times(stat) is None


def test_a_machine_without_a_stat_file_has_no_cpu_times(tmp_path):
    assert read_cpu_times(tmp_path / "stat") is None


def test_shares_are_of_the_time_between_two_readings():
    earlier, later = CpuTimes(10, 1, 20), CpuTimes(13, 2, 26)
    assert later.shares_since(earlier) == (0.3, 0.1)


def test_no_time_between_two_readings_gives_no_shares():
    times = CpuTimes(10, 1, 20)
    assert times.shares_since(times) is None
