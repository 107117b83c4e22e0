"""Calls of known length as a pyperf user times them."""

import time

import pyperf


def spin(microseconds):
    end = time.perf_counter_ns() + 1000 * microseconds
    while time.perf_counter_ns() < end:
        pass


runner = pyperf.Runner()
for length in (20, 1000, 50_000):
    runner.bench_func(str(length), spin, length)
