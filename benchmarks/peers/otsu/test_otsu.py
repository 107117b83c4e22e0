"""The assignment as a pytest file: a check is a test, worth four points."""

import otsu
import pytest
from cases import EXPECTED, images

if otsu.BACKEND == "torch":
    from torch import from_numpy


def sent(image):
    """An image as the submission takes it."""
    return from_numpy(image.copy()) if otsu.BACKEND == "torch" else image


@pytest.mark.parametrize("check", EXPECTED)
def test_otsu_threshold(check):
    for number, image in enumerate(images(check)):
        assert otsu.otsu_threshold(sent(image)) == EXPECTED[check][number]
