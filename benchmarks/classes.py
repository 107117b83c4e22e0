"""Classes to grade: what students handed in, and the command that grades them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from measuring import RIGHT, ROOT, python

__all__ = ["SUITE", "command", "hand_in", "numpy_sources"]

SUITE = "thresholding"
_RAISES = "def binarize(image, threshold):\n    return image[10_000]\n"
_CRASHES = "import os\n\n\ndef binarize(image, threshold):\n    os._exit(0)\n"


def numpy_sources() -> tuple[str, ...]:
    """Submissions in NumPy that end in all usual ways: mostly right, in several styles."""
    accepted = ROOT / "suites" / SUITE / "accepted"
    styles = [RIGHT["numpy"], accepted / "single_precision.py", accepted / "with_scikit_image.py"]
    right = [path.read_text("utf-8") for path in styles]
    wrong = (ROOT / "examples" / "listing_6_1.py").read_text("utf-8")
    return (*right, wrong, right[0], _RAISES, *right[:2], wrong, _CRASHES)


def hand_in(sources: Sequence[str], students: int, where: Path) -> Path:
    """A folder with a file a student: the sources in turn, each different in a comment."""
    where.mkdir()
    width = len(str(students - 1))
    for number, source in enumerate(islice(cycle(sources), students)):
        file = where / f"student_{number:0{width}}.py"
        file.write_text(f"{source}\n# {number}\n", encoding="utf-8")
    return where


def command(handed_in: Path, out: Path, *more: object) -> list[str]:
    """`benchharness grade` on two cores with a seed of its own."""
    arguments = ("grade", handed_in, "-o", out, "--jobs", 2, "--seed", 1)
    return python("-m", "benchharness.cli", *arguments, *more)
