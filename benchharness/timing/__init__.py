"""Times a submission beside the reference: protocol, statistics, noise. The grader's side."""

from benchharness.timing.alone import alone_on_this_machine, beside_others
from benchharness.timing.cores import on_one_core
from benchharness.timing.measurement import Measurement, Side, to_timing
from benchharness.timing.noise import Noise
from benchharness.timing.protocol import measure
from benchharness.timing.settings import FULL, QUICK, Settings
from benchharness.timing.statistics import Comparison, Estimate, Samples
from benchharness.timing.timers import punctual_timers
from benchharness.timing.variants import (
    Call,
    CallFailed,
    NullRotation,
    NullVariant,
    Rotation,
    Variant,
    Variants,
)

__all__ = [
    "FULL",
    "QUICK",
    "Call",
    "CallFailed",
    "Comparison",
    "Estimate",
    "Measurement",
    "Noise",
    "NullRotation",
    "NullVariant",
    "Rotation",
    "Samples",
    "Settings",
    "Side",
    "Variant",
    "Variants",
    "alone_on_this_machine",
    "beside_others",
    "measure",
    "on_one_core",
    "punctual_timers",
    "to_timing",
]
