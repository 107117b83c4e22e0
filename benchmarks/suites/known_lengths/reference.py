"""Calls of known length."""

import time


def spin(microseconds, number):
    """The number, so many microseconds later by the monotonic clock."""
    end = time.perf_counter_ns() + 1000 * microseconds
    while time.perf_counter_ns() < end:
        pass
    return number
