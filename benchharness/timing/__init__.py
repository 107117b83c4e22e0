"""Times a submission beside the reference: protocol, statistics, noise. The grader's side."""

from benchharness.timing.alone import alone_on_this_machine, beside_others, holding_workers
from benchharness.timing.consumed import Consumed
from benchharness.timing.cores import on_one_core
from benchharness.timing.energy import EnergySettings, consumption
from benchharness.timing.gpu_meter import GpuMeter
from benchharness.timing.measurement import Measurement, Side, to_against, to_timing
from benchharness.timing.meters import Meter, NotMeasured
from benchharness.timing.noise import Noise
from benchharness.timing.nvml import Gpu, open_nvml
from benchharness.timing.protocol import measure
from benchharness.timing.rapl import rapl_meter
from benchharness.timing.settings import FULL, QUICK, Settings
from benchharness.timing.statistics import Comparison, Estimate, Samples
from benchharness.timing.timers import punctual_timers
from benchharness.timing.variants import (
    Call,
    CallFailed,
    Earlier,
    NullRotation,
    NullVariant,
    Rotation,
    Variant,
    Variants,
)
from benchharness.timing.watch import Observed, Range, Watch

__all__ = [
    "FULL",
    "QUICK",
    "Call",
    "CallFailed",
    "Comparison",
    "Consumed",
    "Earlier",
    "EnergySettings",
    "Estimate",
    "Gpu",
    "GpuMeter",
    "Measurement",
    "Meter",
    "Noise",
    "NotMeasured",
    "NullRotation",
    "NullVariant",
    "Observed",
    "Range",
    "Rotation",
    "Samples",
    "Settings",
    "Side",
    "Variant",
    "Variants",
    "Watch",
    "alone_on_this_machine",
    "beside_others",
    "consumption",
    "holding_workers",
    "measure",
    "on_one_core",
    "open_nvml",
    "punctual_timers",
    "rapl_meter",
    "to_against",
    "to_timing",
]
