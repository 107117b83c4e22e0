"""Calls of known length as a pytest-benchmark user times them."""

import time

import pytest


def spin(microseconds):
    end = time.perf_counter_ns() + 1000 * microseconds
    while time.perf_counter_ns() < end:
        pass


@pytest.mark.parametrize("microseconds", [20, 1000, 50_000])
def test_spin(benchmark, microseconds):
    benchmark(spin, microseconds)
