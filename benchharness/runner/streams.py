"""Random streams that belong to a run's seed and to a place in it, whatever ran before."""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *place: str) -> np.random.Generator:
    """The generator of one place, such as a check, keyed by BLAKE2 of the seed and the names."""
    text = "\0".join((str(seed), *place)).encode()
    key = np.frombuffer(hashlib.blake2b(text, digest_size=16).digest(), dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
