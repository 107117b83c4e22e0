"""Energy and sensors of a timing, as they are told."""

from dataclasses import replace

from benchharness.outcomes import Energy, Throttling, Timing, TimingStatus
from benchharness.reporting.energy_words import device_in_words, energy_in_words, unmeasured

TIMING = Timing("photograph", "cuda:0", TimingStatus.OK)
ENERGY = Energy("a counter", 5.0, 4, 1000, 200, 0.1, uncertainty=0.05)


def test_joules_stand_with_interval_and_ratio():
    timing = replace(
        TIMING, energy_j=2.0, energy=ENERGY, energy_ratio=1.5, energy_ratio_ci95=(1.4, 1.6)
    )

    assert energy_in_words(timing) == "2.00 J [1.90, 2.10] a call, 1.50× [1.40, 1.60]"


def test_wide_interval_stays_above_zero():
    timing = replace(TIMING, energy_j=2.0, energy=replace(ENERGY, uncertainty=3.0))

    assert energy_in_words(timing) == "2.00 J [0.50, 8.00] a call"


def test_joules_without_a_reference_stand_alone():
    assert energy_in_words(replace(TIMING, energy_j=2e-3)) == "2.00 mJ a call"


def test_energy_that_was_not_measured_is_never_zero():
    assert energy_in_words(TIMING) == ""


def test_sensors_are_told_with_their_units():
    timing = replace(TIMING, power_w=203.4, clock_mhz=1410.0, temperature_c=61.0)

    assert device_in_words(timing) == "203 W, 1410 MHz, 61 °C"


def test_throttling_is_told_with_its_seconds():
    reasons = (Throttling("power brake", 0.5), Throttling("power cap"))
    timing = replace(TIMING, throttled=True, throttle_reasons=reasons)

    assert device_in_words(timing) == "THROTTLED: power brake (0.5 s), power cap"


def test_power_cap_alone_is_no_throttling():
    timing = replace(TIMING, throttled=False, throttle_reasons=(Throttling("power cap"),))

    assert device_in_words(timing) == "clocks held down: power cap"


def test_reason_is_told_once_for_all_timings():
    timing = replace(TIMING, not_measured=(("energy", "no counter"),))

    assert unmeasured([timing, timing]) == ["energy not measured: no counter"]
