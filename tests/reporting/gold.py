"""Files that an export has to equal, byte for byte; UPDATE_GOLD=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

GOLD = Path(__file__).parent.parent / "gold"


def assert_gold(text: str, name: str) -> None:
    """Compare with a file of tests/gold."""
    if os.environ.get("UPDATE_GOLD"):
        (GOLD / name).write_bytes(text.encode("utf-8"))
    assert text == (GOLD / name).read_bytes().decode("utf-8")
