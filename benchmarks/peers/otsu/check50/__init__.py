"""The assignment for check50: a check is worth four points."""

import sys
from pathlib import Path

import check50
import check50.py

sys.path.append(str(Path(__file__).parent))  # check50 does not look beside this file

from cases import EXPECTED, images

TIMEOUT_S = 2


def agrees(check):
    otsu = check50.py.import_("otsu.py")
    for number, image in enumerate(images(check)):
        if otsu.otsu_threshold(image) != EXPECTED[check][number]:
            raise check50.Failure(f"wrong threshold of image {number + 1}")


@check50.check(timeout=TIMEOUT_S)
def bright_objects():
    """fewer bright pixels than dark ones"""
    agrees("bright_objects")


@check50.check(timeout=TIMEOUT_S)
def dark_objects():
    """fewer dark pixels than bright ones"""
    agrees("dark_objects")


@check50.check(timeout=TIMEOUT_S)
def faint_contrast():
    """levels that overlap"""
    agrees("faint_contrast")


@check50.check(timeout=TIMEOUT_S)
def wide_images():
    """images of a few rows"""
    agrees("wide_images")


@check50.check(timeout=TIMEOUT_S)
def views():
    """transposed, mirrored, thinned images"""
    agrees("views")
