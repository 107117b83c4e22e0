"""What stands beside a measurement: the meter of its device, and the sensors of a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from benchharness.outcomes import Timing
from benchharness.timing import (
    GpuMeter,
    Meter,
    NotMeasured,
    Observed,
    Range,
    Watch,
    open_nvml,
    rapl_meter,
)
from benchharness.timing.gpu_sensors import Device

__all__ = ["meter_of", "watched", "with_readings"]

_NAMES = {
    "power_w": "power_w",
    "sm_mhz": "clock_mhz",
    "temperature_c": "temperature_c",
    "throttled": "throttled",
}
"""What results call the sensors."""


@contextmanager
def meter_of(device: str, uuid: object = None) -> Iterator[Meter]:
    """
    The energy meter of `cpu` or of `cuda:N`, whose UUID CUDA may have told.

    Raises
    ------
    NotMeasured
        If there is none that can be read; the text says why.
    """
    if device == "cpu":
        yield rapl_meter()
        return
    with _gpu(device, uuid) as gpu:
        yield GpuMeter(gpu)


@contextmanager
def watched(device: str, uuid: object = None) -> Iterator[Callable[[Timing], Timing]]:
    """
    Read a GPU's sensors as long as the block lasts; yields what adds them to a timing.

    The reason why they cannot be read is added where they cannot; the CPU has none to read.
    """
    if device == "cpu":
        yield lambda timing: timing
        return
    with ExitStack() as stack:
        try:
            watch = stack.enter_context(Watch(stack.enter_context(_gpu(device, uuid))))
        except NotMeasured as problem:
            why = ("sensors", str(problem))
            yield lambda timing: replace(timing, not_measured=(*timing.not_measured, why))
            return
        yield lambda timing: with_readings(timing, watch.observed())


@contextmanager
def _gpu(device: str, uuid: object) -> Iterator[Device]:
    with open_nvml() as nvml:
        index = int(device.partition(":")[2])
        yield nvml.for_cuda(index) if uuid is None else nvml.for_uuid(uuid)


def with_readings(timing: Timing, observed: Observed) -> Timing:
    """The timing with what the device's sensors said during its rounds."""
    missing = tuple((_NAMES[key], why) for key, why in observed.not_measured if key in _NAMES)
    lost = (("sensors", observed.lost),) if observed.lost else ()
    return replace(
        timing,
        power_w=_median(observed.power_w),
        clock_mhz=_median(observed.sm_mhz),
        temperature_c=_median(observed.temperature_c),
        throttled=observed.throttled,
        throttle_reasons=observed.reasons,
        trace=observed.trace,
        not_measured=(*timing.not_measured, *missing, *lost),
    )


def _median(found: Range | None) -> float | None:
    return found.median if found else None
