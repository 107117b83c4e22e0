"""Otsu's threshold and a 3×3 convolution: the work on which false claims are counted."""

import numpy as np

from benchharness.suite import case, check, equal, reference, task, workload

solutions = reference(__file__)


def two_bands(rng, size):
    """A square grey image of dark and bright grains: levels 0 to 63, and 128 to 191."""
    grains = np.frombuffer(rng.bytes(size * size), dtype=np.uint8)
    return (grains & 0b1011_1111).reshape(size, size)


@task("otsu_threshold(image: uint8[H, W]) -> int")
class OtsuThreshold:
    """The grey level that divides an image with the largest between-class variance."""

    reference = solutions.otsu_threshold
    rule = equal()

    @check(points=1)
    def an_image(rng):
        """One image of two bands of levels."""
        yield case("two bands", image=two_bands(rng, 64))

    @workload(sizes=(512,))
    def bands(rng, size):
        """A square image of that side."""
        return {"image": two_bands(rng, size)}


@task("convolve(image: float[H, W], kernel: float[3, 3]) -> float[H, W]")
class Convolve:
    """The cross-correlation of an image with a 3×3 kernel, edges padded by 0."""

    reference = solutions.convolve

    @check(points=1)
    def an_image(rng):
        """One random image."""
        yield case("noise", image=rng.random((16, 16)), kernel=rng.random((3, 3)))

    @workload(sizes=(256,))
    def noise(rng, size):
        """A square image of that side."""
        return {"image": rng.random((size, size)), "kernel": rng.random((3, 3))}
