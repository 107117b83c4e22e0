"""A suite's drawings as pictures for the report."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from benchharness.outcomes import Curve, Picture
from benchharness.suite.task import Drawing, Histogram

__all__ = ["pictures"]

_LONGEST_SIDE = 512


def pictures(drawings: Iterable[Drawing | Histogram]) -> tuple[Picture | Curve, ...]:
    """Drawings as PNG, at most 512 pixels a side; histograms as heights and marks."""
    return tuple(
        _picture(drawing) if isinstance(drawing, Drawing) else _curve(drawing)
        for drawing in drawings
    )


def _picture(drawing: Drawing) -> Picture:
    pixels = np.clip(np.nan_to_num(drawing.pixels), 0, 255).astype(np.uint8)
    step = max(1, -(-max(pixels.shape) // _LONGEST_SIDE))
    small = np.ascontiguousarray(pixels[::step, ::step])
    return Picture(drawing.title, _png(small.shape, small.tobytes()))


@lru_cache(maxsize=64)
def _png(shape: tuple[int, int], pixels: bytes) -> bytes:
    """Pixels as PNG; in a class most pictures are those of the submission before."""
    from PIL import Image

    file = io.BytesIO()
    image = Image.frombytes("L", shape[::-1], pixels)
    # Run lengths of filtered rows: a tenth of the time of `optimize=True`, at the same size.
    image.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return file.getvalue()


def _curve(histogram: Histogram) -> Curve:
    heights = np.nan_to_num(np.asarray(histogram.heights, dtype=np.float64), posinf=0, neginf=0)
    marks = tuple((name, float(at)) for name, at in histogram.marks if np.isfinite(at))
    return Curve(histogram.title, tuple(heights.tolist()), marks)
