"""What the options of a run say, checked; what is wrong with one is a UsageError that names it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from benchharness.errors import UsageError
from benchharness.pytest_plugin import xdist
from benchharness.runner.settings import Settings

__all__ = ["is_github_told", "least_score", "settings", "tolerated_slowdown"]


def is_github_told(config: pytest.Config) -> bool:
    """Whether this is a step of a workflow on GitHub that wants to be told of findings."""
    wanted = config.option.bench_github
    if wanted not in ("auto", "off"):
        raise UsageError(f"--bench-github must be auto or off; got {wanted!r}")
    is_there = os.environ.get("GITHUB_ACTIONS") == "true" and not xdist.is_worker(config)
    return is_there and wanted == "auto"


def least_score(config: pytest.Config) -> float:
    """The least score in percent that ends a run well; 0 where none is asked for."""
    text = config.option.bench_min_score
    percent: float = _number("--bench-min-score", text or "0", float)
    if not 0 <= percent <= 100:
        raise UsageError(f"--bench-min-score must lie in 0..100, got {text}")
    return percent


def tolerated_slowdown(config: pytest.Config) -> float | None:
    """How much slower than before is no failure, as a share; None where it never is one."""
    text = config.option.bench_fail_slower
    if text is None:
        return None
    percent: float = _number("--bench-fail-slower", text.strip().removesuffix("%"), float)
    if not 0 < percent <= 1000:
        raise UsageError(f"--bench-fail-slower must lie in (0, 1000] percent, got {text}")
    if config.option.bench_against is None:
        raise UsageError(
            "--bench-fail-slower: there is nothing to compare with; name an earlier version "
            "with --against PATH_OR_REVISION"
        )
    if _is_timing_off(config) or config.option.bench_timing == "off":
        raise UsageError(
            "--bench-fail-slower: nothing is timed under -n, with --bench-timing off or with "
            "--benchmark-disable; leave that out"
        )
    return percent / 100


def settings(config: pytest.Config) -> Settings:
    """How the grader is to work."""
    option = config.option
    seed = xdist.handed_seed(config)
    if seed is None and option.bench_seed is not None:
        seed = _number("--bench-seed", option.bench_seed, int)
    values = {
        "timing": "off" if _is_timing_off(config) else option.bench_timing,
        "device": option.bench_device,
        "sandbox": option.bench_sandbox,
        "timeout_s": _number("--bench-timeout", option.bench_timeout, float),
        "memory_mib": _number("--bench-memory", option.bench_memory, int),
    }
    return Settings(**values) if seed is None else Settings(seed=seed, **values)


def _is_timing_off(config: pytest.Config) -> bool:
    """Whether there is to be no timing, whatever `--bench-timing` says."""
    disabled = getattr(config.option, "benchmark_disable", False)
    enabled = getattr(config.option, "benchmark_enable", False)
    return xdist.is_distributed(config) or (disabled and not enabled)


def _number(option: str, text: str, kind: type[int] | type[float]) -> Any:
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise UsageError(f"{option} takes {wanted}, got {text!r}") from None
