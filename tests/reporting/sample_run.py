"""A run as the thresholding suite makes it: a right submission, a wrong one and a hostile one."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image
from skimage import data, filters

from benchharness.outcomes import (
    CheckVerdict,
    Curve,
    Isolation,
    Machine,
    Picture,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
    Visibility,
)

HIDDEN_WORDS = ("HIDDEN-NAME", "HIDDEN-MESSAGE", "HIDDEN-MISCONCEPTION", "HIDDEN-EXAMPLE")
LONG_LINE = "x" * 10_000
INJECTIONS = (
    "<script>document.title = 'owned'</script>",
    "</script></style></title><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<iframe src=https://example.org></iframe>",
    "{{ 7 * 7 }} {% raw %} &lt;b&gt;",
)
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \u202egnp.exe\u202c \u2066x\u2069 a\x00b\x08 \ud800 "
)

_EXPLANATION = """\
Both class means are sums that were never divided by the class probability. With
P₁ = P(0) + … + P(t), the mean grey level of the dark class is

    μ₁ = (0·P(0) + 1·P(1) + … + t·P(t)) / P₁

and listing 6.1 leaves out the division by P₁ (and by P₂ in μ₂).

    levels 10 and 20, P = 0.25 and 0.75, t = 10
    listing 6.1   μ₁ = 0.25 · 10        = 2.5
    right         μ₁ = 0.25 · 10 / 0.25 = 10

The threshold moves towards the larger class: on the coins it becomes 89 where 107 is right."""

_COUNTEREXAMPLE = """\
image = [[10, 20],
         [20, 20]]           # uint8
expected  10  (or any level up to 19: they separate the classes equally well)
got        9"""


def sample_run() -> Run:
    """The three submissions on one machine."""
    return Run(
        created="2025-03-14T09:26:53+00:00",
        versions={"python": "3.12.4", "benchharness": "0.1.0", "numpy": "2.1.0"},
        machine=Machine(
            name="lab-12",
            os="Linux 6.8.0",
            cpu="AMD EPYC 7763 64-Core Processor",
            cores=8,
            memory_bytes=33_554_432_000,
            gpus=({"name": "NVIDIA A10", "memory_bytes": 24_146_608_128, "driver": "550.54.15"},),
        ),
        isolation=Isolation(
            tier="strict",
            layers=("user-namespace", "network-namespace", "landlock", "seccomp", "rlimits"),
            missing=(("cgroup", "no delegated controller: memory is limited by rlimits alone"),),
        ),
        seed=271_828,
        submissions=(right_submission(), wrong_submission(), hostile_submission()),
    )


def right_submission() -> SubmissionVerdict:
    """All tasks passed, with timings of every kind."""
    return SubmissionVerdict(
        "textbook", "submissions/textbook.py", "9f2c41d07a5b" * 5 + "e8b1", _tasks()
    )


def wrong_submission() -> SubmissionVerdict:
    """Listing 6.1 as printed: class means not divided, which spoils two tasks."""
    tasks = [*_tasks()]
    tasks[4] = replace(
        tasks[4],
        status=Status.FAILED,
        score=0.5,
        checks=(
            _failed(
                "two_levels",
                "between_class_variance: 231 of 256 values differ (90 %). Worst at t = 10: "
                "got 56.2, expected 18.8, allowed 1.9e-06. Check two_levels, float64, seed 7.",
                counterexample="histogram = {10: 0.25, 20: 0.75}, t = 10\n"
                "expected  18.75\ngot       56.25",
            ),
            _passed("empty_class"),
        ),
        timings=(),
    )
    tasks[5] = replace(
        tasks[5],
        status=Status.FAILED,
        score=1.0,
        checks=(
            _failed(
                "coins",
                "otsu_threshold: got 89, expected 107: the between-class variance there is 4.3 % "
                "below the greatest one. Check coins, uint8 303×384, seed 271828.",
                counterexample=_COUNTEREXAMPLE,
                pictures=_coins_pictures(expected=107, yours=89),
            ),
            _passed("one_level"),
            _passed("plateau"),
            hidden_check(),
        ),
        timings=(),
    )
    tasks[6] = replace(
        tasks[6],
        status=Status.TIMEOUT,
        score=0.0,
        message="multi_otsu: no answer within 10 s for 3 classes on a 512×512 image.",
        checks=(
            CheckVerdict(
                "three_classes",
                Status.TIMEOUT,
                0.0,
                2.0,
                message="multi_otsu: no answer within 10 s.",
                seconds=10.0,
            ),
        ),
        timings=(),
    )
    return SubmissionVerdict(
        "listing_6_1", "submissions/listing_6_1.ipynb", "1b7d" * 16, tuple(tasks)
    )


def hostile_submission() -> SubmissionVerdict:
    """Every text that a submission can influence carries markup, escapes and floods."""
    attack = HOSTILE + " ".join(INJECTIONS)
    check = CheckVerdict(
        name=attack,
        status=Status.ERROR,
        score=0.0,
        max_score=1.0,
        message=f"{attack}\n{LONG_LINE}",
        misconception=attack,
        explanation=attack,
        counterexample=f"{attack}\n{LONG_LINE}",
        rerun=attack,
        pictures=(
            Picture(attack, _png(np.eye(8, dtype=np.uint8) * 255)),
            Curve(attack, (float("nan"), -1.0, 3.0), ((attack, float("inf")),)),
        ),
    )
    timing = Timing(
        workload=attack,
        device=attack,
        status=TimingStatus.TAMPERED,
        message=f"{attack} {LONG_LINE}",
        median_s=1e-3,
        speed_ratio=2.0,
        comparison=attack,
    )
    task = TaskVerdict(
        suite=attack,
        task=attack,
        backend=attack,
        status=Status.TAMPERED,
        score=0.0,
        max_score=1.0,
        message=f"{attack} {LONG_LINE}",
        summary=attack,
        checks=(check,),
        timings=(timing,),
    )
    return SubmissionVerdict(attack, attack + LONG_LINE, attack, (task,))


def hidden_check(visibility: Visibility = Visibility.AFTER_DUE_DATE) -> CheckVerdict:
    """A failed check that students see later; its texts stand in `HIDDEN_WORDS`."""
    name, message, misconception, counterexample = HIDDEN_WORDS
    return CheckVerdict(
        name,
        Status.FAILED,
        0.0,
        1.0,
        message=message,
        misconception=misconception,
        explanation=message,
        counterexample=counterexample,
        visibility=visibility,
        rerun=name,
        pictures=(Curve(name, (1.0,), ()),),
    )


def _tasks() -> tuple[TaskVerdict, ...]:
    return (
        _task("grey_histogram", 2.0, "Share of each grey level.", ("coins", "one_level", "empty")),
        _task("valley_threshold", 1.0, "A lowest level between two peaks.", ("coins", "plateau")),
        _task("midpoint_threshold", 1.0, "The middle of two peaks.", ("odd_sum", "even_sum")),
        _task("binarize", 1.0, "White up to the threshold, black above.", ("at_threshold",)),
        _task("between_class_variance", 2.0, "P₁(μ₁−μ)² + P₂(μ₂−μ)².", ("two_levels",)),
        _task(
            "otsu_threshold",
            3.0,
            "A threshold that maximises the between-class variance.",
            ("coins", "camera", "one_level", "plateau"),
            timings=_timings(),
        ),
        _task(
            "multi_otsu",
            2.0,
            "Increasing thresholds for two to four classes.",
            ("three_classes",),
            timings=(_timing("photograph", 512, 0.081, 1.31),),
        ),
    )


def _task(
    name: str,
    points: float,
    summary: str,
    checks: tuple[str, ...],
    timings: tuple[Timing, ...] = (),
) -> TaskVerdict:
    return TaskVerdict(
        suite="thresholding",
        task=name,
        backend="numpy",
        status=Status.PASSED,
        score=points,
        max_score=points,
        summary=summary,
        checks=tuple(_passed(check, points / len(checks)) for check in checks),
        timings=timings,
    )


def _passed(name: str, points: float = 1.0) -> CheckVerdict:
    return CheckVerdict(name, Status.PASSED, points, points, seconds=0.0042)


def _failed(
    name: str, message: str, *, counterexample: str, pictures: tuple[Picture | Curve, ...] = ()
) -> CheckVerdict:
    return CheckVerdict(
        name,
        Status.FAILED,
        0.0,
        1.0,
        message=message,
        misconception="class_means_not_divided",
        explanation=_EXPLANATION,
        counterexample=counterexample,
        seconds=0.0061,
        rerun=f"pytest --bench --submission listing_6_1.ipynb --bench-seed 271828 -k {name}",
        pictures=pictures,
    )


def _timings() -> tuple[Timing, ...]:
    noisy = replace(
        _timing("photograph", 1024, 3.4e-3, 1.08),
        status=TimingStatus.NOISY,
        message="41% of the samples waited for a core: the machine was busy",
        speed_ratio_ci95=(0.83, 1.37),
        contaminated_share=0.41,
        comparison=None,
    )
    failed = Timing("photograph", "cpu", TimingStatus.FAILED, "no time left", size=2048)
    return (
        _timing("photograph", 64, 38e-6, 0.62),
        _timing("photograph", 512, 0.92e-3, 0.97),
        noisy,
        failed,
        _timing("two_levels", 512, 0.31e-3, 2.84),
    )


def _timing(workload: str, size: int, median_s: float, ratio: float) -> Timing:
    return Timing(
        workload=workload,
        device="cpu",
        status=TimingStatus.OK,
        size=size,
        calls=640,
        verified_calls=640,
        rounds=80,
        median_s=median_s,
        ci95_s=(median_s * 0.97, median_s * 1.04),
        raw_median_s=median_s + 4.1e-6,
        null_median_s=4.1e-6,
        reference_median_s=median_s * ratio,
        reference_ci95_s=(median_s * ratio * 0.98, median_s * ratio * 1.03),
        speed_ratio=ratio,
        speed_ratio_ci95=(ratio * 0.975, ratio * 1.02),
        comparison="SLOWER" if ratio < 0.9 else "FASTER" if ratio > 1.1 else "SAME",
        contaminated_share=0.03,
        peak_memory_bytes=3_200_000,
    )


def _coins_pictures(*, expected: int, yours: int) -> tuple[Picture | Curve, ...]:
    coins = data.coins()
    assert filters.threshold_otsu(coins) == expected
    masks = {"Expected mask": coins <= expected, "Your mask": coins <= yours}
    heights = np.bincount(coins.ravel(), minlength=256) / coins.size
    return (
        Picture("Input: coins", _png(coins)),
        *(Picture(title, _png(mask * np.uint8(255))) for title, mask in masks.items()),
        Picture("Difference", _png((coins <= expected) ^ (coins <= yours))),
        Curve(
            "Grey levels of the input, and both thresholds",
            tuple(heights.tolist()),
            (("expected", expected), ("yours", yours)),
        ),
    )


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
