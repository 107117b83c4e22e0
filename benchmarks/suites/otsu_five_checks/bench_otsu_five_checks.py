"""Otsu's threshold in five checks of four points: the work that is graded beside other graders."""

from pathlib import Path

from benchharness.suite import case, check, equal, reference, task
from benchharness.suite.authoring import load_module

solutions = reference(__file__)
cases = load_module(Path(__file__).with_name("cases.py"), "cases")


def images_of(name):
    """The cases of a check; the images are the same in every run, as the other graders' are."""
    for number, image in enumerate(cases.images(name)):
        yield case(f"image {number + 1}", image=image)


@task("otsu_threshold(image: uint8[H, W]) -> int")
class OtsuThreshold:
    """The grey level that divides an image with the largest between-class variance."""

    reference = solutions.otsu_threshold
    rule = equal()

    @check(points=4)
    def bright_objects(rng):
        """Fewer bright pixels than dark ones."""
        yield from images_of("bright_objects")

    @check(points=4)
    def dark_objects(rng):
        """Fewer dark pixels than bright ones."""
        yield from images_of("dark_objects")

    @check(points=4)
    def faint_contrast(rng):
        """Levels that overlap."""
        yield from images_of("faint_contrast")

    @check(points=4)
    def wide_images(rng):
        """Images of a few rows."""
        yield from images_of("wide_images")

    @check(points=4)
    def views(rng):
        """A transposed, a mirrored and a thinned image, and one in Fortran order."""
        yield from images_of("views")
