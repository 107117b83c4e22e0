"""Right answers to the tasks of the weak suite."""

import numpy as np


def double(values):
    """Every value twice as large."""
    return 2 * values


def halve(value):
    """Half of the value."""
    return value / 2


def is_even(number):
    """Whether the number is even."""
    return number % 2 == 0


def largest(values):
    """The largest value."""
    return float(np.max(values))


def mean(values):
    """The mean of the values."""
    return float(np.mean(values))


def last(values):
    """The last value."""
    return float(values[-1])


def count(values):
    """How many values there are."""
    return len(values)
