"""A measurement: how it ended, what it estimates, and the samples that it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from benchharness.outcomes import Against, Timing, TimingStatus
from benchharness.timing.noise import Noise
from benchharness.timing.statistics import (
    Comparison,
    Estimate,
    Samples,
    bootstrap,
    bootstrap_ratio,
    compare_strictly,
    is_resolved,
    needed_time,
    net_margin,
    net_median,
    resolution,
)

__all__ = [
    "FEWEST_ROUNDS",
    "FEW_ROUNDS",
    "NOISY_SHARE",
    "Measurement",
    "Side",
    "concluded",
    "to_against",
    "to_timing",
]

FEWEST_ROUNDS = 5
FEW_ROUNDS = 20
NOISY_SHARE = 0.30

_UNBOUNDED = "the submission is too close to the harness's own time for a ratio"


@dataclass(frozen=True)
class Side:
    """One side of the comparison, in seconds a call; the interval is the net time's."""

    raw_median_s: float
    null_median_s: float
    net_median_s: float
    ci95_s: tuple[float, float] | None = None


@dataclass(frozen=True)
class Measurement:
    """
    What timing one workload found; no estimates where the submission failed.

    `against` is the same of the submission beside an earlier version of itself, which stands in
    the reference's place there; a status that is failed or tampered is the earlier version's.
    """

    status: TimingStatus
    message: str = ""
    notes: tuple[str, ...] = ()
    rounds: int = 0
    calls_per_sample: int = 0
    calls: int = 0
    verified_calls: int = 0
    submission: Side | None = None
    reference: Side | None = None
    speed_ratio: Estimate | None = None
    comparison: Comparison | None = None
    noise: Noise = field(default_factory=Noise)
    samples: Samples | None = None
    against: Measurement | None = None


def concluded(
    measurement: Measurement,
    samples: Samples,
    *,
    margin: float,
    seed: int,
    rival: str = "reference",
    by_bounds: bool = False,
) -> Measurement:
    """
    The measurement with all that its samples support: sides, ratio, comparison, status.

    `rival` is what messages call the side in the reference's place. Where one side is too short
    to be measured and the other is far longer than that, there is no ratio; with `by_bounds`
    there is a comparison.
    """
    enough = samples.rounds >= FEWEST_ROUNDS
    submission = bootstrap(net_median, samples, seed=seed)
    reference = bootstrap(net_median, samples.swapped(), seed=seed)
    doubts = [_too_few(samples.rounds)]
    if enough:
        doubts = _doubts(submission, reference, samples, rival)
    ratio = None if doubts else bootstrap_ratio(samples, seed=seed)
    if ratio and not math.isfinite(ratio.high):
        doubts, ratio = [_UNBOUNDED], None
    margin = net_margin(samples, margin)
    comparison = compare_strictly(ratio, margin) if ratio else None
    notes = list(measurement.notes)
    if enough and ratio is None and by_bounds:
        comparison = _compared_by_bounds(submission, reference, samples)
    if comparison and ratio is None:
        doubts, notes = [], doubts + notes
    if enough and samples.rounds < FEW_ROUNDS:
        notes.append(f"only {samples.rounds} rounds fitted into the time")
    if ratio and comparison is Comparison.INCONCLUSIVE:
        notes.append(_inconclusive(ratio, margin))
    share = measurement.noise.contaminated_share
    if share is not None and share > NOISY_SHARE:
        doubts.append(f"{share:.0%} of the samples waited for a core: the machine was busy")
    return replace(
        measurement,
        status=TimingStatus.NOISY if doubts else TimingStatus.OK,
        message="; ".join(doubts),
        notes=tuple(notes),
        rounds=samples.rounds,
        submission=_side(submission, samples, with_interval=enough),
        reference=_side(reference, samples.swapped(), with_interval=enough),
        speed_ratio=ratio,
        comparison=comparison,
        samples=samples,
    )


def to_timing(
    measurement: Measurement, *, workload: str, device: str, size: int | None = None
) -> Timing:
    """The measurement as a row of the results."""
    timing = Timing(
        workload=workload,
        device=device,
        size=size,
        status=measurement.status,
        message="; ".join(filter(None, [measurement.message, *measurement.notes])),
        calls=measurement.calls,
        verified_calls=measurement.verified_calls,
        rounds=measurement.rounds,
        contaminated_share=measurement.noise.contaminated_share,
    )
    if measurement.samples is not None:
        timing = replace(
            timing,
            samples_s=tuple(measurement.samples.submission.tolist()),
            reference_samples_s=tuple(measurement.samples.reference.tolist()),
        )
    if (side := measurement.submission) is not None:
        timing = replace(
            timing,
            median_s=_positive(side.net_median_s),
            ci95_s=side.ci95_s,
            raw_median_s=side.raw_median_s,
            null_median_s=side.null_median_s,
        )
    if (side := measurement.reference) is not None:
        timing = replace(
            timing,
            reference_median_s=_positive(side.net_median_s),
            reference_ci95_s=side.ci95_s,
            reference_raw_median_s=side.raw_median_s,
            reference_null_median_s=side.null_median_s,
        )
    if (ratio := measurement.speed_ratio) is not None:
        timing = replace(
            timing,
            speed_ratio=ratio.value,
            speed_ratio_ci95=(ratio.low, ratio.high),
            comparison=measurement.comparison,
        )
    return timing


def to_against(measurement: Measurement, *, version: str, margin: float) -> Against:
    """The submission beside its earlier version as a part of the results."""
    against = Against(
        version=version,
        status=measurement.status,
        message="; ".join(filter(None, [measurement.message, *measurement.notes])),
        rounds=measurement.rounds,
        margin=margin,
        comparison=measurement.comparison,
    )
    if (side := measurement.reference) is not None:
        against = replace(against, median_s=_positive(side.net_median_s), ci95_s=side.ci95_s)
    if (ratio := measurement.speed_ratio) is not None:
        against = replace(
            against, speed_ratio=ratio.value, speed_ratio_ci95=(ratio.low, ratio.high)
        )
    return against


def _positive(net_s: float) -> float | None:
    """A net time, unless the harness's own share hides it altogether."""
    return net_s if net_s > 0 else None


def _side(net: Estimate, samples: Samples, *, with_interval: bool) -> Side:
    return Side(
        raw_median_s=float(np.median(samples.submission)),
        null_median_s=float(np.median(samples.submission_null)),
        net_median_s=net.value,
        ci95_s=(max(net.low, 0.0), max(net.high, 0.0)) if with_interval else None,
    )


def _doubts(submission: Estimate, reference: Estimate, samples: Samples, rival: str) -> list[str]:
    nulls = {
        "submission": (submission, samples.submission_null),
        rival: (reference, samples.reference_null),
    }
    return [
        f"the {name} takes {net.value * 1e6:.2f} µs net of the harness's own time, below the "
        f"resolution of {resolution(null) * 1e6:.2f} µs: a larger workload can be timed"
        for name, (net, null) in nulls.items()
        if not is_resolved(net, null)
    ]


def _compared_by_bounds(
    submission: Estimate, reference: Estimate, samples: Samples
) -> Comparison | None:
    """The comparison of two times whose intervals, and resolutions, lie a factor of 2 apart."""
    submission_high = max(submission.high, resolution(samples.submission_null))
    reference_high = max(reference.high, resolution(samples.reference_null))
    if submission.low > 2 * reference_high:
        return Comparison.SLOWER
    if reference.low > 2 * submission_high:
        return Comparison.FASTER
    return None


def _too_few(rounds: int) -> str:
    return f"only {rounds} of at least {FEWEST_ROUNDS} rounds fitted: no interval, no ratio"


def _inconclusive(ratio: Estimate, margin: float) -> str:
    times = needed_time(ratio, margin)
    amount = f"about {times:.1f}" if times < 100 else "over 100"
    return f"inconclusive: needs {amount} times more time"
