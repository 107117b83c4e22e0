"""Where a workload stands under its machine's roof: bound by memory or arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from benchharness.outcomes import Ceilings, Timing

__all__ = ["Placement", "placement"]


@dataclass(frozen=True)
class Placement:
    """
    One timing under the roof of its device.

    intensity = operations / data_bytes,   roof = min(matmul, intensity · copy)

    `share` is the attained rate of operations over the roof: 1 is as fast as this machine copies
    memory or multiplies matrices with one thread. It may pass 1 where the data stay in a cache.
    """

    intensity: float
    attained_flop_per_s: float
    roof_flop_per_s: float
    is_memory_bound: bool

    @property
    def share(self) -> float:
        """How much of the roof is reached."""
        return self.attained_flop_per_s / self.roof_flop_per_s


def placement(timing: Timing, ceilings: Ceilings | None) -> Placement | None:
    """Where a timing stands; None without a time, a count of operations, or a measured roof."""
    if ceilings is None or not timing.median_s or not timing.operations or not timing.data_bytes:
        return None
    intensity = timing.operations / timing.data_bytes
    slope = intensity * ceilings.copy_bytes_per_s
    return Placement(
        intensity=intensity,
        attained_flop_per_s=timing.operations / timing.median_s,
        roof_flop_per_s=min(slope, ceilings.matmul_flop_per_s),
        is_memory_bound=slope < ceilings.matmul_flop_per_s,
    )
