"""The assignment for otter-grader: this file once for every check, with its name for CHECK."""

from cases import EXPECTED, images
from otter.test_files import test_case

OK_FORMAT = False
name = "CHECK"
points = 4


@test_case(points=4)
def test_otsu_threshold(otsu_threshold):
    check = "CHECK"
    for number, image in enumerate(images(check)):
        assert otsu_threshold(image) == EXPECTED[check][number]
