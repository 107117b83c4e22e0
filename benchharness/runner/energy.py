"""The energy phase of one workload: the timed workers, kept busy for seconds, beside a meter."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchharness.errors import HarnessError
from benchharness.outcomes import Energy, Timing, TimingStatus
from benchharness.timing import (
    Call,
    CallFailed,
    Consumed,
    EnergySettings,
    Meter,
    NotMeasured,
    Variant,
    consumption,
)

__all__ = ["FULL_ENERGY", "Supply", "with_energy", "without_energy"]

FULL_ENERGY = EnergySettings()

_BURST_S = 5e-3
_TURN_S = 0.5
_MOST_INPUTS = 64
_MOST_INPUT_BYTES = 64 * 2**20
_PREPARATION_S = 2.0
_MOST_KEPT = 100
_MOST_KEPT_BYTES = 256 * 2**20
_REMEMBERED = 0.5
_MUCH_OVERHEAD = 0.1


@dataclass(frozen=True)
class Supply:
    """Where calls get their inputs, and who judges the answers."""

    inputs: Callable[[], Any]
    bytes_of: Callable[[Any], int]
    verify: Callable[[Any, object], str | None]

    def pool(self) -> list[Any]:
        """Fresh inputs, as many as fit into some memory and a short time."""
        end = time.perf_counter() + _PREPARATION_S
        pool = [self.inputs()]
        most = min(_MOST_INPUTS, _MOST_INPUT_BYTES // max(1, self.bytes_of(pool[0])))
        while len(pool) < most and time.perf_counter() < end:
            pool.append(self.inputs())
        return pool


class _VariantLoad:
    """
    A variant of the timing rounds as a load: its workers take turns of half a second.

    Inputs are made before the block, since making them would cost energy inside of it, and come
    round again. Of the answers of a block a hundred, drawn at random, are judged after it, or all.
    """

    def __init__(
        self,
        variant: Variant,
        supply: Supply,
        rng: np.random.Generator,
        clock: Callable[[], float],
        *,
        trusted: bool = False,
    ) -> None:
        self.name = variant.name
        self._variant, self._supply = variant, supply
        self._draw = random.Random(int(rng.integers(2**63)))
        self._clock, self._trusted = clock, trusted
        self._pool: list[Any] = []
        self._kept: list[tuple[Any, object]] = []
        self._seen = 0
        self._turn_ends = 0.0
        self.calls, self.verified, self.wall_s = 0, 0, 0.0

    @property
    def call_s(self) -> float:
        """Seconds a call on average."""
        return self.wall_s / max(1, self.calls)

    def begin(self) -> None:
        """Draw the inputs of a block."""
        self._pool = self._supply.pool()
        self._kept.clear()
        self._seen = 0

    def run(self) -> int:
        """Calls for a few milliseconds, at least one."""
        self._take_turns()
        begin, calls = self.calls, 0
        end = self._clock() + _BURST_S
        while calls == 0 or self._clock() < end:
            arguments = self._pool[(begin + calls) % len(self._pool)]
            call = self._call(arguments)
            calls += 1
            self.wall_s += call.wall_s
            if not self._trusted:
                self._perhaps_keep(arguments, call.answer)
        self.calls += calls
        return calls

    def end(self) -> None:
        """Stop the worker, then judge the answers that were kept."""
        self._variant.suspend()
        self._turn_ends = 0.0
        for arguments, answer in self._kept:
            if wrong := self._supply.verify(arguments, answer):
                raise CallFailed(TimingStatus.FAILED, f"a call of the energy phase: {wrong}")
            self.verified += 1

    def _call(self, arguments: Any) -> Call:
        try:
            return self._variant.call(arguments)
        except CallFailed as failure:
            if self._trusted:
                raise HarnessError(f"{self.name}: {failure}") from failure
            raise CallFailed(failure.status, f"a call of the energy phase: {failure}") from failure

    def _take_turns(self) -> None:
        now = self._clock()
        if now >= self._turn_ends:
            self._variant.suspend()
            self._variant.resume()
            self._turn_ends = now + _TURN_S

    def _perhaps_keep(self, arguments: Any, answer: object) -> None:
        """Give each answer of the block the same chance to be judged (Vitter's algorithm R)."""
        self._seen += 1
        most = max(1, min(_MOST_KEPT, _MOST_KEPT_BYTES // _bytes_of(answer)))
        if len(self._kept) < most:
            self._kept.append((arguments, answer))
        elif (place := self._draw.randrange(self._seen)) < len(self._kept):
            self._kept[place] = (arguments, answer)


def with_energy(
    timing: Timing,
    meter: Meter,
    submission: Variant,
    reference: Variant | None,
    supply: Supply,
    rng: np.random.Generator,
    *,
    settings: EnergySettings = FULL_ENERGY,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda what: None,
) -> Timing:
    """
    The timing with the energy of its calls, measured now; or with the reason why there is none.

    A reference that works on another device than the meter's is None. A call of the submission
    that fails here fails the timing, as in the rounds.
    """
    ours = _VariantLoad(submission, supply, rng, clock)
    theirs = _VariantLoad(reference, supply, rng, clock, trusted=True) if reference else None
    try:
        consumed = consumption(
            meter, ours, theirs, settings, rng, clock=clock, sleep=sleep, tell=tell
        )
    except NotMeasured as problem:
        return without_energy(timing, str(problem))
    except CallFailed as failure:
        return replace(timing, status=failure.status, message=str(failure))
    if _seems_to_remember(timing, ours, theirs):
        return without_energy(
            timing,
            "on inputs that came round again calls were far shorter than on fresh ones, as if "
            "answers were remembered: their energy is not that of computing",
        )
    return _combined(timing, consumed, ours)


def without_energy(timing: Timing, why: str) -> Timing:
    """The timing, saying why it has no energy."""
    return replace(timing, not_measured=(*timing.not_measured, ("energy", why)))


def _seems_to_remember(timing: Timing, ours: _VariantLoad, theirs: _VariantLoad | None) -> bool:
    """Whether calls got shorter than in the rounds, whose inputs are never repeated."""
    if not timing.raw_median_s:
        return False
    change = ours.call_s / timing.raw_median_s
    if theirs and timing.reference_raw_median_s:
        change /= theirs.call_s / timing.reference_raw_median_s
        return change < _REMEMBERED
    return change < _REMEMBERED / 2  # with nothing to tell what else has become faster


def _combined(timing: Timing, consumed: Consumed, ours: _VariantLoad) -> Timing:
    reference, ratio = consumed.reference, consumed.ratio
    details = Energy(
        method=consumed.method,
        window_s=consumed.window_s,
        blocks=len(consumed.blocks),
        calls=sum(block.calls for block in consumed.blocks if block.load == ours.name),
        verified_calls=ours.verified,
        tick_s=consumed.tick_s,
        idle_power_w=consumed.idle_power_w,
        net_j=_positive(consumed.submission_net_j),
        reference_net_j=_positive(consumed.reference_net_j),
        uncertainty=consumed.submission.high / consumed.submission.value - 1,
        cross_check=consumed.cross_check,
        note="; ".join([*consumed.notes, *_notes(timing, consumed, ours)]),
    )
    return replace(
        timing,
        energy_j=consumed.submission.value,
        energy_reference_j=reference.value if reference else None,
        energy_ratio=ratio.value if ratio else None,
        energy_ratio_ci95=(ratio.low, ratio.high) if ratio else None,
        energy=details,
        power_w=consumed.power_w,
        clock_mhz=timing.clock_mhz or consumed.clock_mhz,
        temperature_c=timing.temperature_c or consumed.temperature_c,
        trace=consumed.trace,
        not_measured=tuple(pair for pair in timing.not_measured if pair[0] != "power_w"),
    )


def _notes(timing: Timing, consumed: Consumed, ours: _VariantLoad) -> Iterator[str]:
    """What a reader of the joules has to know."""
    blocks = [block for block in consumed.blocks if block.load == ours.name]
    each_s = sum(block.seconds for block in blocks) / sum(block.calls for block in blocks)
    share = 1 - (timing.median_s or 0.0) / each_s
    if share > _MUCH_OVERHEAD:
        yield f"{share:.0%} of the time the harness was at work, and its energy is counted"
    if consumed.submission_net_j <= 0:
        yield "the calls cannot be told from the idle device"


def _bytes_of(answer: object) -> int:
    if isinstance(answer, (list, tuple)):
        return sum(map(_bytes_of, answer)) + 1
    return int(getattr(answer, "nbytes", 64))


def _positive(joules: float | None) -> float | None:
    return joules if joules is not None and joules > 0 else None
