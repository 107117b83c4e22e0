"""
Workers and a clock that exist only in arithmetic.

The trusted side of timing meets the world through `Variant` and a clock, so both can be replaced
here: a simulated call takes a time that is known, which no real one does. Real workers are timed
in `benchmarks/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from benchharness.timing import FULL, QUICK, Call, CallFailed, Earlier, Variants, measure
from benchharness.timing.statistics import Samples

__all__ = ["Machine", "SimulatedVariant", "measured", "noisy_samples", "simulated_variants"]

OVERHEAD_S = 15e-6


@dataclass
class Machine:
    """A clock that moves only when a call runs, and a log of what happened, in order."""

    noise: float = 0.0
    preemptions_per_s: float = 0.0
    now: float = 0.0
    log: list[tuple[str, str, object]] = field(default_factory=list)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def clock(self) -> float:
        return self.now

    def run(self, seconds: float) -> Call:
        """A call of this length, made longer by overhead, drift, jitter and preemption."""
        cpu_s = seconds + OVERHEAD_S / 2
        if self.noise:
            drift = 1 + 0.2 * np.sin(2 * np.pi * self.now / 0.7)
            cpu_s *= drift * self.rng.lognormal(0, self.noise)
        wall_s = cpu_s + OVERHEAD_S / 2
        if self.rng.random() < self.preemptions_per_s * cpu_s:
            wall_s += self.rng.exponential(4e-3)
        self.now += wall_s
        return Call(wall_s, cpu_s, None)


@dataclass(eq=False)
class SimulatedVariant:
    """A function of known duration in a worker that only pretends to be there."""

    name: str
    machine: Machine
    call_s: float
    fails_at: int | None = None
    status: str = "failed"
    awake: bool = False
    calls: int = 0
    waits_s: float = 0.0

    def resume(self) -> None:
        self.awake = True
        self.machine.log.append(("resume", self.name, None))

    def suspend(self) -> None:
        self.awake = False
        self.machine.log.append(("suspend", self.name, None))

    def last(self, seconds: float) -> None:
        self.waits_s = seconds

    def call(self, arguments: object) -> Call:
        assert self.awake, f"{self.name} was called while it was suspended"
        self.calls += 1
        self.machine.log.append(("call", self.name, arguments))
        if self.calls == self.fails_at:
            raise CallFailed(self.status, "it raised ValueError")
        self.machine.now += self.waits_s
        return replace(self.machine.run(self.call_s), answer=("answer to", arguments))


def simulated_variants(
    machine: Machine,
    *,
    submission_s: float = 1e-3,
    reference_s: float = 1e-3,
    earlier_s: float | None = None,
    margin: float = 0.02,
) -> Variants:
    """Submission, reference, an earlier version if asked for, and one null for all."""
    null = SimulatedVariant("null", machine, 0.0)
    earlier = None
    if earlier_s is not None:
        variant = SimulatedVariant("earlier", machine, earlier_s)
        earlier = Earlier(variant, null, lambda arguments, answer: None, margin)
    return Variants(
        submission=SimulatedVariant("submission", machine, submission_s),
        reference=SimulatedVariant("reference", machine, reference_s),
        submission_null=null,
        reference_null=null,
        earlier=earlier,
    )


def measured(variants: Variants, machine: Machine, *, full=False, verify=None, **changes):
    """What `measure` finds on the simulated machine, with inputs numbered from 0."""
    numbers = count()
    return measure(
        variants,
        inputs=lambda: next(numbers),
        verify=verify or (lambda arguments, answer: None),
        settings=replace(FULL if full else QUICK, **changes),
        rng=np.random.default_rng(1),
        clock=machine.clock,
    )


def noisy_samples(
    rng: np.random.Generator,
    *,
    rounds: int,
    submission_s: float = 1e-3,
    reference_s: float = 1e-3,
    noise: float = 0.03,
) -> Samples:
    """Samples with lognormal jitter, a drift that paired rounds share, and preemption spikes."""
    drift = 1 + 0.2 * np.sin(np.arange(rounds) / rounds * 6 + rng.uniform(0, 6))

    def times(seconds: float) -> np.ndarray:
        jitter = rng.lognormal(0, noise, rounds)
        spikes = rng.exponential(4e-3, rounds) * (rng.random(rounds) < 0.05)
        return OVERHEAD_S * rng.lognormal(0, noise, rounds) + seconds * drift * jitter + spikes

    null = times(0.0)
    return Samples(times(submission_s), times(reference_s), null, null)
