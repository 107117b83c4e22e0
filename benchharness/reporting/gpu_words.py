"""What a timing on a GPU says beside its time, in words for a terminal and a page."""

from __future__ import annotations

from benchharness.outcomes import Timing
from benchharness.reporting.plain_text import one_line
from benchharness.reporting.quantities import format_seconds

__all__ = ["gpu_in_words"]

_BACKENDS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "numpy": "NumPy"}


def gpu_in_words(timing: Timing) -> str:
    """The GPU's own time for a call, and what the reference ran in and on; or nothing."""
    parts = []
    if timing.device_median_s is not None:
        parts.append(f"{format_seconds(timing.device_median_s)} by the GPU’s own clock")
    if timing.reference_device is not None:
        backend = one_line(timing.reference_backend or "")
        device = one_line(timing.reference_device)
        told = f"reference: {_BACKENDS.get(backend, backend)} on {device}"
        if timing.reference_device_median_s is not None:
            told += f", {format_seconds(timing.reference_device_median_s)} by its clock"
        parts.append(told)
    return "; ".join(parts)
