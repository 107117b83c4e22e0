"""The backends by name, without importing any."""

from __future__ import annotations

__all__ = ["BACKENDS"]

BACKENDS = ("numpy", "torch", "tensorflow")
