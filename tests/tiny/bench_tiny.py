"""Tiny: two tasks that take no time, for the tests of what is built around a suite."""

import numpy as np

from benchharness.suite import (
    case,
    check,
    counterexamples,
    drawing,
    illustration,
    misconception,
    reference,
    task,
    workload,
)

solutions = reference(__file__)


@task("negative(image: uint8[H, W]) -> uint8[H, W]")
class Negative:
    """The image with dark and bright exchanged."""

    reference = solutions.negative

    @check(points=2)
    def images(rng):
        """Small images."""
        yield case("a random image", image=rng.integers(0, 256, (4, 6), dtype=np.uint8))
        yield case("a white image", image=np.full((2, 3), 255, np.uint8))

    @check(points=1, visibility="hidden")
    def black(rng):
        """A black image."""
        yield case("a secret black image", image=np.zeros((2, 2), np.uint8))

    @misconception
    def subtracted_from_256(image):
        """
        The levels are subtracted from 256 instead of 255.

        There are 256 levels, and the brightest is 255.
        """
        return (256 - image.astype(np.int64)).astype(np.uint8)

    @counterexamples
    def small(draw):
        return {"image": draw.array("uint8", ((1, 2), (1, 2)), 0, 255)}

    @workload(sizes=(8,))
    def noise(rng, size):
        return {"image": rng.integers(0, 256, (size, size), dtype=np.uint8)}

    @illustration
    def pictures(expected, yours, image):
        yield drawing("Input", image)


@task("total(values: float[N]) -> float")
class Total:
    """The sum of the values."""

    reference = solutions.total

    @check(points=1)
    def sums(rng):
        """Random values."""
        yield case("random values", values=rng.normal(size=9))
