"""Weak: tasks with the faults that an audit has to find, and one without."""

import numpy as np

from benchharness.suite import (
    case,
    check,
    counterexamples,
    holds,
    misconception,
    reference,
    task,
    workload,
)

solutions = reference(__file__)


@task("double(values: float[N]) -> float[N]")
class Double:
    """Every value twice as large: a sound task."""

    reference = solutions.double
    forbidden = ("numpy.add",)

    @check()
    def random_values(rng):
        """Values of either sign."""
        yield case("nine values", values=rng.normal(size=9))
        yield case("four values", values=rng.normal(size=4))

    @misconception
    def squared(values):
        """The values are squared instead of doubled."""
        return values**2

    @counterexamples
    def few_values(draw):
        return {"values": draw.array("float64", ((1, 2),), -3, 3)}


@task("halve(value: float) -> float")
class Halve:
    """Half of the value: its only cases are 0 and 2, where several mistakes are right."""

    reference = solutions.halve

    @check()
    def two_numbers(rng):
        """Zero and two."""
        yield case("zero", value=0.0)
        yield case("two", value=2.0)

    @misconception
    def one_less_from_two_on(value):
        """From 2 on, 1 is subtracted instead of dividing by 2."""
        return value - 1 if value >= 2 else value / 2

    @misconception
    def added(value):
        """The value is added to itself."""
        return value + value

    @misconception
    def doubled(value):
        """The value is doubled, as the one above has it in other words."""
        return 2 * value


@task("is_even(number: int) -> bool")
class IsEven:
    """Whether a number is even: each check asks for one answer only."""

    reference = solutions.is_even

    @check()
    def even_numbers(rng):
        """Even numbers."""
        yield case("an even number", number=2 * int(rng.integers(1, 50)))


@task("largest(values: float[N]) -> float")
class Largest:
    """The largest value; the rule complains of everybody."""

    reference = solutions.largest

    def nothing_is_right(answer, expected, values):
        return "wrong, whatever it is."

    rule = holds(nothing_is_right)

    @check()
    def random_values(rng):
        """Random values."""
        yield case("random values", values=rng.normal(size=5))


@task("mean(values: float[N]) -> float")
class Mean:
    """The mean, judged too strictly for float32, and by chance."""

    reference = solutions.mean

    def exactly(answer, expected, values):
        return None if answer == expected else f"got {answer}, expected {expected}."

    rule = holds(exactly)

    @check()
    def random_values(rng):
        """Random values, of which the number changes."""
        yield case("random values", values=rng.normal(size=int(rng.integers(1, 9))))
        yield case("other values", values=rng.normal(size=8) + np.pi)


@task("last(values: float[N]) -> float")
class Last:
    """The last value: its workloads go further than its checks."""

    reference = solutions.last

    @check()
    def few_values(rng):
        """Three values and four."""
        yield case("three values", values=rng.normal(size=3))
        yield case("four values", values=rng.normal(size=4))

    @workload(sizes=(3, 50, 200))
    def many_values(rng, size):
        return {"values": rng.random(size)}


@task("count(values: float[N]) -> int")
class Count:
    """How many values there are: the workload is another function's."""

    reference = solutions.count

    @check()
    def few_values(rng):
        """Three values and four."""
        yield case("three values", values=rng.normal(size=3))
        yield case("four values", values=rng.normal(size=4))

    @workload(sizes=(3,))
    def many_values(rng, size):
        return {"numbers": rng.random(size)}
