"""Runs that pytest-xdist shares out among processes: which process this is, and the one seed."""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["hand_seed", "handed_seed", "is_distributed", "is_worker"]


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs a share of the items for another one, which reports."""
    return hasattr(config, "workerinput")


def is_distributed(config: pytest.Config) -> bool:
    """Whether several processes run the items, this one or its workers."""
    return bool(getattr(config.option, "numprocesses", None)) or is_worker(config)


def hand_seed(node: Any, seed: int) -> None:
    """Have a worker that is about to start draw the same inputs as this process."""
    node.workerinput["bench_seed"] = seed


def handed_seed(config: pytest.Config) -> int | None:
    """The seed that this worker was handed; None where it is no worker."""
    seed: int | None = getattr(config, "workerinput", {}).get("bench_seed")
    return seed
