"""What a run is asked to do, apart from what it is done to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from benchharness.errors import UsageError
from benchharness.sandbox.limits import MIB, Limits
from benchharness.sandbox.policy import TIERS

__all__ = ["DEVICES", "TIMINGS", "Settings"]

TIMINGS = ("off", "quick", "full")
DEVICES = ("cpu", "cuda", "all")


def _fresh_seed() -> int:
    return secrets.randbits(53)


@dataclass(frozen=True)
class Settings:
    """
    Seed, limits, sandbox tier and timing of a run, and on which devices it times.

    The seed is fresh and secret unless it is given; it stays below 2**53, so that every reader
    of JSON keeps it exactly.
    """

    seed: int = field(default_factory=_fresh_seed)
    timing: str = "quick"
    sandbox: str = "auto"
    timeout_s: float = 10.0
    memory_mib: int = 2048
    device: str = "all"

    def __post_init__(self) -> None:
        if self.timing not in TIMINGS:
            raise UsageError(f"timing must be one of {', '.join(TIMINGS)}; got {self.timing!r}")
        if self.device not in DEVICES:
            raise UsageError(f"device must be one of {', '.join(DEVICES)}; got {self.device!r}")
        if self.sandbox not in TIERS:
            raise UsageError(f"sandbox must be one of {', '.join(TIERS)}; got {self.sandbox!r}")
        if not 0 < self.timeout_s <= 86_400:
            raise UsageError(f"timeout must lie in (0, 86400] seconds, got {self.timeout_s!r}")
        if not 16 <= self.memory_mib <= 2**20:
            raise UsageError(f"memory must lie in 16..1048576 MiB, got {self.memory_mib!r}")
        if not 0 <= self.seed < 2**53:
            raise UsageError(f"seed must lie in 0..2**53-1, got {self.seed!r}")

    @property
    def limits(self) -> Limits:
        """The bounds of each worker."""
        return Limits(
            call_s=self.timeout_s,
            load_s=3 * self.timeout_s,
            memory_bytes=self.memory_mib * MIB,
        )
