"""Quantities in three digits and a fitting unit."""

from __future__ import annotations

import pytest

from benchharness.reporting.quantities import (
    counted,
    format_bytes,
    format_ratio,
    format_score,
    format_seconds,
    format_si,
)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "0 ns"),
        (12.3e-9, "12.3 ns"),
        (4.1e-6, "4.10 µs"),
        (0.9999e-3, "1.00 ms"),
        (0.0812, "81.2 ms"),
        (9.999, "10.0 s"),
        (1234.0, "1,234 s"),
    ],
)
def test_a_duration_takes_the_unit_that_reads_best(seconds: float, expected: str) -> None:
    assert format_seconds(seconds) == expected


def test_an_interval_shares_the_unit_of_its_duration() -> None:
    assert format_seconds(1.0e-3, (0.95e-3, 1.04e-3)) == "1.00 ms [0.95, 1.04]"


def test_a_ratio_carries_its_interval() -> None:
    assert format_ratio(0.97, (0.95, 0.99)) == "0.97× [0.95, 0.99]"


def test_a_tiny_ratio_keeps_three_digits() -> None:
    assert format_ratio(0.001234) == "0.00123×"


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (3_200_000, "3.05 MiB"), (2**35, "32.0 GiB")],
)
def test_memory_is_told_in_binary_units(count: int, expected: str) -> None:
    assert format_bytes(count) == expected


def test_points_have_no_needless_decimals() -> None:
    assert format_score(6.5, 12.0) == "6.5 / 12"


def test_a_noun_follows_its_number() -> None:
    assert (counted(1, "check"), counted(2, "check")) == ("1 check", "2 checks")


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.23e-3, "J", "1.23 mJ"),
        (48.1e9, "FLOP/s", "48.1 GFLOP/s"),
        (0.9999, "W", "1.00 W"),
        (0.0, "J", "0 nJ"),
    ],
)
def test_a_quantity_takes_the_prefix_that_reads_best(
    value: float, unit: str, expected: str
) -> None:
    assert format_si(value, unit) == expected


def test_a_quantity_and_its_interval_share_a_prefix() -> None:
    assert format_si(1.2e-3, "J", (0.9e-3, 1.5e-3)) == "1.20 mJ [0.90, 1.50]"
