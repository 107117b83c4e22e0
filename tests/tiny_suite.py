"""The tiny suite in tests/tiny, and submissions to it that end in known ways."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchharness.suite.load import load_suite
from benchharness.suite.task import Suite

__all__ = ["MISSING", "POINTS", "RAISES", "RIGHT", "WRONG", "copy_tiny_suite", "tiny_suite"]

POINTS = 4

RIGHT = """
def negative(image):
    return 255 - image


def total(values):
    return sum(values)
"""

WRONG = RIGHT.replace("255 - image", "(256 - image.astype(int)) % 256")
RAISES = RIGHT.replace("255 - image", "image[10_000]")
MISSING = "def negtive(image):\n    return 255 - image\n"


def tiny_suite() -> Suite:
    """The suite as it stands."""
    return load_suite(_FOLDER)


def copy_tiny_suite(folder: Path, name: str = "tiny") -> Path:
    """A copy of the suite under `folder`, called `name`."""
    target = folder / name
    shutil.copytree(_FOLDER, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "bench_tiny.py").rename(target / f"bench_{name}.py")
    return target


_FOLDER = Path(__file__).with_name("tiny")
