"""The assignment for gradescope-utils: a check is a weighted test."""

import unittest

from cases import EXPECTED, images
from gradescope_utils.autograder_utils.decorators import weight
from otsu import otsu_threshold


class TestOtsuThreshold(unittest.TestCase):
    def agrees(self, check):
        for number, image in enumerate(images(check)):
            self.assertEqual(otsu_threshold(image), EXPECTED[check][number])

    @weight(4)
    def test_bright_objects(self):
        """Fewer bright pixels than dark ones"""
        self.agrees("bright_objects")

    @weight(4)
    def test_dark_objects(self):
        """Fewer dark pixels than bright ones"""
        self.agrees("dark_objects")

    @weight(4)
    def test_faint_contrast(self):
        """Levels that overlap"""
        self.agrees("faint_contrast")

    @weight(4)
    def test_wide_images(self):
        """Images of a few rows"""
        self.agrees("wide_images")

    @weight(4)
    def test_views(self):
        """Transposed, mirrored, thinned images"""
        self.agrees("views")
