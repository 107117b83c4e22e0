"""
Timings in pytest-benchmark's table, JSON, storage and `compare`.

pytest-benchmark has no public way to take durations that were measured elsewhere, so two private
names of its fixture are used here and nowhere else (`_make_stats`, `_mode`; versions 5.2 to 5).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

from benchharness.outcomes import Timing

__all__ = ["show"]

_DEVICE = ("energy_j", "energy_ratio", "power_w", "clock_mhz", "temperature_c", "throttled")


def show(session: Any, item: Any, timing: Timing) -> None:
    """
    Enter a timing into a pytest-benchmark session, the reference beside the submission.

    Parameters
    ----------
    session : pytest_benchmark.session.BenchmarkSession
    item : pytest.Item
        The item that timed; its node id names the benchmark.
    timing : Timing
        Its samples are entered in seconds a call, net of the null call.
    """
    if session.disabled or session.skip:
        return
    null_s, reference_null_s = timing.null_median_s or 0.0, timing.reference_null_median_s or 0.0
    _enter(session, item, timing, "", timing.samples_s, null_s)
    _enter(session, item, timing, "::reference", timing.reference_samples_s, reference_null_s)


def _enter(
    session: Any, item: Any, timing: Timing, suffix: str, samples: tuple[float, ...], null_s: float
) -> None:
    net = [sample - null_s for sample in samples if sample > null_s]
    if not net:
        return
    fixture: Any = BenchmarkFixture(  # type: ignore[no-untyped-call]
        item,
        add_stats=session.benchmarks.append,
        logger=session.logger,
        warner=item.warn,
        disabled=False,
        **session.options,
    )
    fixture._mode = "benchharness"
    submission = item.nodeid.partition("::")[0].rpartition("/")[2]
    fixture.name = f"{submission}::{item.parent.name}::{item.name}{suffix}"
    fixture.fullname = f"{item.nodeid}{suffix}"
    fixture.group = f"{item.parent.name}::{item.name}"
    fixture.extra_info.update(
        {
            "device": timing.device,
            "status": timing.status.value,
            "speed_ratio": timing.speed_ratio,
            "speed_ratio_ci95": timing.speed_ratio_ci95,
            "verified_calls": timing.verified_calls,
        }
    )
    device = {name: getattr(timing, name) for name in _DEVICE}
    fixture.extra_info.update({name: found for name, found in device.items() if found is not None})
    if timing.against:
        fixture.extra_info["against"] = asdict(timing.against)
    stats = fixture._make_stats(1)
    for duration in net:
        stats.update(duration)
