"""
The timing protocol: interleaved, verified rounds of submission, reference and null calls.

An earlier version of the submission may take part in the rounds as well.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np

from benchharness.errors import HarnessError
from benchharness.outcomes import TimingStatus
from benchharness.timing.measurement import FEW_ROUNDS, FEWEST_ROUNDS, Measurement, concluded
from benchharness.timing.noise import (
    Noise,
    contaminated,
    load_average,
    probe_s,
    read_cpu_times,
    spread,
)
from benchharness.timing.settings import Settings, calls_per_sample
from benchharness.timing.statistics import (
    Comparison,
    Estimate,
    Samples,
    bootstrap,
    bootstrap_ratio,
    compare_strictly,
    is_resolved,
    net_margin,
    net_median,
)
from benchharness.timing.variants import (
    Call,
    CallFailed,
    Earlier,
    NullVariant,
    Variant,
    Variants,
    processes_of,
    share_turns,
)

__all__ = ["Clock", "measure"]

Clock = Callable[[], float]

_FEWEST_PROCESSES = 3
_STEADY_WINDOW = 5
_STEADY_WITHIN = 0.02
_LONGEST_WARM_UP = 20
_FIRST_LOOK = FEW_ROUNDS
_FAR_LOOKS = (FEWEST_ROUNDS, 2 * FEWEST_ROUNDS)
_EARLY_CONFIDENCE = 0.99


def measure(
    variants: Variants,
    inputs: Callable[[], object],
    verify: Callable[[object, object], str | None],
    settings: Settings,
    rng: np.random.Generator,
    clock: Clock = time.perf_counter,
) -> Measurement:
    """
    How fast the submission is beside the reference, every timed call of it verified.

    `inputs` makes one fresh set of arguments; `verify` says what is wrong with an answer, or
    None. A submission that fails ends the measurement with a typed status, an earlier version that
    fails leaves it. Where the reference or a null call fails, nothing can be said about the
    submission and HarnessError is raised.
    Hold grader and workers `on_one_core` meanwhile.
    """
    session = _Session(variants, inputs, verify, settings, rng, clock)
    try:
        with _without_gc():
            session.warm_up()
            if not session.too_long:
                session.run_rounds()
    except CallFailed as failure:
        return session.failed(failure)
    return session.concluded()


@dataclass
class _Tally:
    """What one variant took: a sample a round in seconds a call, and the time spent in all."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    wait_s: list[float] = field(default_factory=list)
    spent_s: float = 0.0

    def add(self, calls: list[Call]) -> None:
        """
        Take the median call of a turn as its sample.

        The first call of a turn finds cold caches and any call may be preempted; a mean carries
        both into the sample.
        """
        self.wall_s.append(median(call.wall_s for call in calls))
        self.cpu_s.append(median(call.cpu_s for call in calls))
        self.wait_s.append(median(call.wall_s - call.cpu_s for call in calls))
        self.spent_s += sum(call.wall_s for call in calls)


@dataclass(frozen=True, eq=False)
class _Rival:
    """What the submission is compared with."""

    variant: Variant
    null: NullVariant
    margin: float
    far: float


class _Session:
    """One measurement under way."""

    def __init__(
        self,
        variants: Variants,
        inputs: Callable[[], object],
        verify: Callable[[object, object], str | None],
        settings: Settings,
        rng: np.random.Generator,
        clock: Clock,
    ) -> None:
        self.variants = variants
        self.inputs = inputs
        self.verify = verify
        self.settings = settings
        self.rng = rng
        self.seed = int(rng.integers(2**63))
        self.clock = clock
        self.started = clock()
        self.cpu_times = read_cpu_times()
        self.tallies = {variant: _Tally() for variant in variants.distinct}
        reference, null = variants.reference, variants.reference_null
        self.reference = _Rival(reference, null, settings.margin, settings.far)
        self.earlier = _rival_of(variants.earlier, settings.far)
        self.undecided = [self.reference, *([self.earlier] if self.earlier else [])]
        self.earlier_s = 0.0
        self.earlier_failure: CallFailed | None = None
        self.probes: list[float] = []
        self.notes: list[str] = []
        self.too_long = ""
        self.k = 1
        self.calls = 0
        self.verified = 0

    @property
    def elapsed_s(self) -> float:
        """Seconds since the measurement began, without those of an earlier version."""
        return self.clock() - self.started - self.earlier_s

    @property
    def rounds(self) -> int:
        """How many timed rounds have begun."""
        return len(self.probes)

    # -- warm-up ---------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Run calls until they are steady; choose the calls a sample and how long a null waits."""
        tallies = {variant: _Tally() for variant in self.variants.distinct}
        self._run_until_steady(tallies)
        self._match_nulls(tallies)

    def _run_until_steady(self, tallies: dict[Variant, _Tally]) -> None:
        """A single call in every process, then samples of as many calls as those suggest."""
        compared = [tallies[self.variants.submission], tallies[self.variants.reference]]
        processes = processes_of(self.variants.submission)
        self._share_turns(1)
        self._warm_up_round(tallies)
        if self._is_too_long(tallies):
            return
        if self._processes_in_time(compared) < processes:  # perhaps only a first call is so long
            self._warm_up_round(tallies)
        processes = min(processes, self._processes_in_time(compared))
        self._share_turns(processes)
        for _ in range(1, processes):
            self._warm_up_round(tallies)
        untimed = len(compared[0].wall_s)
        end_s = max(tally.spent_s for tally in compared) + self.settings.warm_up_s
        for _ in range(_LONGEST_WARM_UP):
            recent = tuple(_recent_s(tallies[variant]) for variant in self.variants.compared)
            self.k = calls_per_sample(recent, self.settings)
            next_s = max(tally.spent_s + self.k * _recent_s(tally) for tally in compared)
            if next_s > end_s or self.elapsed_s >= self.settings.wall_s / 2:
                break
            self._warm_up_round(tallies)
            if all(_is_steady(tally.wall_s[untimed:]) for tally in compared):
                return
        self.notes.append("not steady after warming up")

    def _warm_up_round(self, tallies: dict[Variant, _Tally]) -> None:
        for variant, calls in self._round(self.k).items():
            tallies[variant].add(calls)

    def _share_turns(self, processes: int) -> None:
        for variant in self.variants.distinct:
            share_turns(variant, processes)

    def _processes_in_time(self, compared: list[_Tally]) -> int:
        """So many that calling each once takes no longer than what is measured later."""
        call_s = max(_recent_s(tally) for tally in compared)
        return max(_FEWEST_PROCESSES, int(self.settings.budget_s / call_s))

    def _match_nulls(self, tallies: dict[Variant, _Tally]) -> None:
        """Let null calls wait as long as the fastest side's calls work."""
        call_s = min(_recent_s(tallies[variant]) for variant in self.variants.compared)
        for null in self.variants.nulls:
            net_s = max(0.0, call_s - _recent_s(tallies[null]))
            null.last(min(net_s, self.settings.longest_null_s))

    def _is_too_long(self, tallies: dict[Variant, _Tally]) -> bool:
        """Whether a single call takes longer than the settings want to wait for."""
        longest_s = self.settings.longest_call_s
        first_s = {v: tallies[v].wall_s[0] for v in self.variants.compared}
        submission_s = first_s[self.variants.submission]
        reference_s = first_s[self.variants.reference]
        if (earlier := self.variants.earlier) and (was_s := first_s[earlier.variant]) > longest_s:
            text = f"one call of the earlier version takes about {was_s:.2g} s: too long for"
            self._leave_out_earlier(CallFailed(TimingStatus.NOISY, f"{text} quick timing"))
        elif earlier and submission_s > max(longest_s, self.settings.far * was_s):
            # so much slower than before is worth the wait
            longest_s = math.inf
            fewest_rounds_s = FEWEST_ROUNDS * sum(first_s.values())
            wall_s = max(self.settings.wall_s, 2 * fewest_rounds_s)
            self.settings = replace(self.settings, wall_s=wall_s)
        if max(submission_s, reference_s) > longest_s:
            self.too_long = (
                f"one call takes about {submission_s:.2g} s, the reference's {reference_s:.2g} s: "
                "too long for quick timing"
            )
        return bool(self.too_long)

    # -- rounds ----------------------------------------------------------------------------

    def run_rounds(self) -> None:
        """Run rounds until the ratios are known well enough, or the time is up."""
        look = _FIRST_LOOK
        while self.undecided:
            began = self.clock()
            self.probes.append(probe_s(self.clock))
            for variant, calls in self._round(self.k, timed=True).items():
                self.tallies[variant].add(calls)
            if self.rounds in _FAR_LOOKS:
                self._settle(self._is_far)
            if self.rounds == look:
                self._settle(self._is_precise)
                look *= 2
            self._settle(self._is_measured)
            if self.undecided and self._is_time_up(self.clock() - began):
                return

    def _round(self, k: int, *, timed: bool = False) -> dict[Variant, list[Call]]:
        """Every variant once in a fresh order, all with the same k fresh inputs."""
        arguments = [self.inputs() for _ in range(k)]
        variants = self.variants.distinct
        order = self.rng.permutation(len(variants))
        turns = {}
        for index in order:
            variant, began = variants[index], self.clock()
            try:
                turns[variant] = self._turn(variant, arguments, timed=timed)
            except (CallFailed, ProcessLookupError) as failure:
                if not self._is_earlier(variant):
                    raise
                self._leave_out_earlier(_as_earlier(failure))
            if self.earlier and variant is self.earlier.variant:
                self.earlier_s += self.clock() - began
        if timed:
            self._verify(arguments, turns)
        return turns

    def _turn(self, variant: Variant, arguments: list[object], *, timed: bool) -> list[Call]:
        calls: list[Call] = []
        try:
            variant.resume()
            for argument in arguments:
                calls.append(variant.call(argument))
        except CallFailed as failure:
            if variant is not self.variants.submission and not self._is_earlier(variant):
                raise HarnessError(f"{variant.name}: {failure}") from failure
            where = self._where(len(calls), len(arguments)) if timed else "warm-up call"
            raise CallFailed(failure.status, f"{where}: {failure}") from failure
        finally:
            variant.suspend()
        return calls

    def _verify(self, arguments: list[object], turns: dict[Variant, list[Call]]) -> None:
        """Judge the turns with every worker stopped, so that judging disturbs no variant more."""
        calls = turns[self.variants.submission]
        self.calls += len(calls)
        for index, (argument, call) in enumerate(zip(arguments, calls, strict=True)):
            wrong = self.verify(argument, call.answer)
            if wrong is not None:
                where = self._where(index, len(calls))
                raise CallFailed(TimingStatus.FAILED, f"{where}: {wrong}")
            self.verified += 1
        if self.variants.earlier:
            self._verify_earlier(self.variants.earlier, arguments, turns)

    def _verify_earlier(
        self, earlier: Earlier, arguments: list[object], turns: dict[Variant, list[Call]]
    ) -> None:
        """The same for an earlier version, which leaves at its first wrong answer."""
        began = self.clock()
        answers = [call.answer for call in turns[earlier.variant]]
        found = map(earlier.verify, arguments, answers)
        wrong = next((what for what in found if what is not None), None)
        if wrong is not None:
            text = f"the earlier version gives wrong answers: not compared ({wrong})"
            self._leave_out_earlier(CallFailed(TimingStatus.FAILED, text))
        self.earlier_s += self.clock() - began

    def _is_earlier(self, variant: Variant) -> bool:
        earlier = self.variants.earlier
        return earlier is not None and variant is earlier.variant

    def _leave_out_earlier(self, failure: CallFailed | None = None) -> None:
        """Go on without the earlier version: it failed, or enough is known of it."""
        self.variants = replace(self.variants, earlier=None)
        self.undecided = [rival for rival in self.undecided if rival is not self.earlier]
        self.earlier_failure = failure

    def _where(self, index: int, of: int) -> str:
        call = (self.rounds - 1) * self.k + index + 1
        return f"timed call {call} (round {self.rounds}, input {index + 1} of {of})"

    # -- when to stop ----------------------------------------------------------------------

    def _settle(self, is_enough: Callable[[_Rival], bool]) -> None:
        """Note of whom enough is known; an earlier version then needs to run no more."""
        for rival in list(filter(is_enough, self.undecided)):
            self.undecided.remove(rival)
            if rival is self.earlier:
                self._leave_out_earlier()

    def _is_precise(self, rival: _Rival) -> bool:
        """Whether the ratio is as narrow as asked and says something, at an early look."""
        samples = self._samples(rival)
        ratio = bootstrap_ratio(samples, seed=self.seed, confidence=_EARLY_CONFIDENCE)
        return _is_decided(ratio, samples, rival) and ratio.half_width <= self.settings.precision

    def _is_far(self, rival: _Rival) -> bool:
        """Whether every round's ratio lies far from 1, and what is known of it decides."""
        samples = self._samples(rival)
        for raw, null in (
            (samples.submission, samples.submission_null),
            (samples.reference, samples.reference_null),
        ):
            if raw.min() < 2 * null.max():  # mostly the harness's own time: look closer
                return False
        ratios = samples.reference / samples.submission
        if not (ratios.min() > rival.far or ratios.max() < 1 / rival.far):
            return False
        ratio = bootstrap_ratio(samples, seed=self.seed)
        return _is_decided(ratio, samples, rival) and all(
            is_resolved(bootstrap(net_median, side, seed=self.seed), side.submission_null)
            for side in (samples, samples.swapped())
        )

    def _is_measured(self, rival: _Rival) -> bool:
        """Whether the slower of the two has had its time."""
        compared = (self.variants.submission, rival.variant)
        measured_s = max(self.tallies[variant].spent_s for variant in compared)
        return measured_s >= self.settings.budget_s and self.rounds >= FEWEST_ROUNDS

    def _is_time_up(self, round_s: float) -> bool:
        """Whether another round like the last does not fit."""
        if self.elapsed_s + round_s > self.settings.wall_s:
            self.notes.append(f"stopped at the cap of {self.settings.wall_s:g} s")
            return True
        return False

    # -- the result ------------------------------------------------------------------------

    def _samples(self, rival: _Rival) -> Samples:
        """The samples of the rounds in which submission and rival both ran."""
        rounds = len(self.tallies[rival.variant].wall_s)
        variants = self.variants
        compared = (variants.submission, rival.variant, variants.submission_null, rival.null)
        ours, theirs, null, their_null = (
            np.array(self.tallies[variant].wall_s[:rounds]) for variant in compared
        )
        return Samples(ours, theirs, null, their_null, processes_of(variants.submission))

    def _so_far(self) -> Measurement:
        return Measurement(
            status=TimingStatus.OK,
            notes=tuple(self.notes),
            rounds=self.rounds,
            calls_per_sample=self.k,
            calls=self.calls,
            verified_calls=self.verified,
            noise=self._noise(),
        )

    def failed(self, failure: CallFailed) -> Measurement:
        """The measurement that a failed call or a wrong answer ended."""
        return replace(self._so_far(), status=failure.status, message=str(failure))

    def concluded(self) -> Measurement:
        """The measurement that ran to its end."""
        if self.too_long:
            measurement = replace(self._so_far(), status=TimingStatus.NOISY, message=self.too_long)
        else:
            measurement = concluded(
                self._so_far(),
                self._samples(self.reference),
                margin=self.settings.margin,
                seed=self.seed,
            )
        return replace(measurement, against=self._against())

    def _against(self) -> Measurement | None:
        """The submission beside the earlier version, which stands in the reference's place."""
        if self.earlier is None:
            return None
        if (failure := self.earlier_failure) is not None:
            return Measurement(status=failure.status, message=str(failure))
        if self.too_long:
            return Measurement(status=TimingStatus.NOISY, message=self.too_long)
        return concluded(
            Measurement(status=TimingStatus.OK, noise=self._noise()),
            self._samples(self.earlier),
            margin=self.earlier.margin,
            seed=self.seed,
            rival="earlier version",
            by_bounds=True,
        )

    def _noise(self) -> Noise:
        now = read_cpu_times()
        shares = now.shares_since(self.cpu_times) if now and self.cpu_times else None
        return Noise(
            contaminated_share=self._contaminated_share(),
            probe_spread=spread(np.array(self.probes)) if self.probes else None,
            busy_share=shares[0] if shares else None,
            steal_share=shares[1] if shares else None,
            load=load_average(),
        )

    def _contaminated_share(self) -> float | None:
        variants = self.variants
        pairs = (
            (self.tallies[variants.submission], self.tallies[variants.submission_null]),
            (self.tallies[variants.reference], self.tallies[variants.reference_null]),
        )
        flags = [
            contaminated(np.array(tally.wait_s), np.array(tally.cpu_s), np.array(null.wait_s))
            for tally, null in pairs
            if tally.wait_s and null.wait_s
        ]
        return float(np.concatenate(flags).mean()) if flags else None


def _is_decided(ratio: Estimate, samples: Samples, rival: _Rival) -> bool:
    """Whether the ratio says something, by the margin that counts."""
    margin = net_margin(samples, rival.margin)
    return compare_strictly(ratio, margin) is not Comparison.INCONCLUSIVE


def _rival_of(earlier: Earlier | None, far: float) -> _Rival | None:
    """The earlier version as a rival; far is farther where a larger difference is tolerated."""
    if earlier is None:
        return None
    return _Rival(earlier.variant, earlier.null, earlier.margin, far * (1 + earlier.margin))


def _as_earlier(failure: CallFailed | ProcessLookupError) -> CallFailed:
    """The end of an earlier version's call as what is said of it."""
    status, what = TimingStatus.FAILED, "its process ended itself between calls"
    if isinstance(failure, CallFailed):
        status, what = failure.status, str(failure)
    return CallFailed(status, f"the earlier version fails: not compared ({what})")


def _recent_s(tally: _Tally) -> float:
    """The least of the last few samples."""
    return min(tally.wall_s[-_STEADY_WINDOW:])


def _is_steady(samples: list[float]) -> bool:
    """
    Whether the median of the last five agrees with the five before: within 2 %, or their range.

    A noisy machine keeps 2 % from ever being met; a function that is still getting faster leaves
    the range that it came from.
    """
    if len(samples) < 2 * _STEADY_WINDOW:
        return False
    before = samples[-2 * _STEADY_WINDOW : -_STEADY_WINDOW]
    now = median(samples[-_STEADY_WINDOW:])
    agrees = abs(now / median(before) - 1) <= _STEADY_WITHIN
    return agrees or min(before) <= now <= max(before)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Collect garbage now and not again until the block ends."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
