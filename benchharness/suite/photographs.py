"""scikit-image's bundled photographs, read without importing scikit-image."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchharness.errors import SuiteError

__all__ = ["photograph"]


@cache
def photograph(name: str) -> np.ndarray[Any, Any]:
    """
    A grey photograph of scikit-image's data folder, uint8 of shape (H, W), read-only.

    Raises
    ------
    SuiteError
        If scikit-image is not installed or bundles no such file.
    """
    from PIL import Image

    spec = importlib.util.find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise SuiteError(f"photograph {name!r}: install scikit-image")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    for suffix in (".png", ".tif", ".jpg"):
        path = folder / f"{name}{suffix}"
        if path.is_file():
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("L"), dtype=np.uint8)
            pixels.flags.writeable = False
            return pixels
    raise SuiteError(f"photograph {name!r}: scikit-image bundles no such file in {folder}")
