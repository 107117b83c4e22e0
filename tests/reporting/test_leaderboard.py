"""Speed ratios that can be believed, their mean, and places with ties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_class import timed

from benchharness.outcomes import TimingStatus
from benchharness.reporting.leaderboard import Speed, geometric_mean, places, verified_speed

RATIOS = st.floats(0.01, 100)
SPEEDS = st.builds(lambda r, w: Speed(r, r / w, r * w), RATIOS, st.floats(1, 2))


def test_a_verified_timing_has_a_speed() -> None:
    assert verified_speed(timed(2.0)) == Speed(2.0, 1.88, 2.12)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": TimingStatus.NOISY},
        {"status": TimingStatus.TAMPERED},
        {"verified_calls": 0},
        {"speed_ratio": None},
        {"speed_ratio_ci95": None},
        {"speed_ratio_ci95": (0.0, 3.0)},
        {"speed_ratio_ci95": (1.0, math.inf)},
    ],
)
def test_what_cannot_be_believed_has_none(changes: dict[str, object]) -> None:
    assert verified_speed(timed(2.0, **changes)) is None


def test_mean_of_twice_and_half_is_one() -> None:
    mean = geometric_mean([Speed(2.0, 1.9, 2.1), Speed(0.5, 0.45, 0.55)])
    assert mean.ratio == pytest.approx(1.0)


@given(SPEEDS, st.integers(1, 6))
def test_mean_of_equal_speeds_narrows_with_the_root_of_their_number(speed: Speed, n: int) -> None:
    mean = geometric_mean([speed] * n)
    width = math.log(speed.high / speed.low) / math.sqrt(n)
    assert math.log(mean.high / mean.low) == pytest.approx(width, abs=1e-9)


def test_overlapping_intervals_share_a_place() -> None:
    assert places([Speed(2.0, 1.9, 2.1), Speed(1.95, 1.85, 2.05), Speed(1.0, 0.9, 1.1)]) == [
        1,
        1,
        3,
    ]


def test_touching_intervals_are_a_tie() -> None:
    assert places([Speed(2.0, 1.9, 2.1), Speed(1.8, 1.7, 1.9)]) == [1, 1]


@given(st.lists(SPEEDS, min_size=1, max_size=20))
def test_somebody_is_first(speeds: list[Speed]) -> None:
    assert min(places(speeds)) == 1


@given(st.lists(SPEEDS, min_size=1, max_size=20), st.randoms())
def test_places_do_not_depend_on_the_order(speeds: list[Speed], rng) -> None:
    shuffled = rng.sample(speeds, len(speeds))
    found = dict(zip(shuffled, places(shuffled), strict=True))
    assert [found[speed] for speed in speeds] == places(speeds)
