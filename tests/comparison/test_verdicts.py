"""Verdicts between sides: what decides, what stays open, and that copies are not told apart."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from made_up_runs import machine, run, task, timing, written

from benchharness.comparison.verdicts import Basis
from benchharness.comparison.whole import Comparison, compare_files
from benchharness.errors import UsageError
from benchharness.outcomes import TimingStatus


def compared(folder: Path, *runs, **options) -> Comparison:
    return compare_files(written(folder, runs), **options)


def launches(folder: Path, name: str, ratios, **changes) -> Path:
    """A folder of runs that differ in their seed and their ratio."""
    runs = {f"{name}/{n}/run": run(task(timing(ratio=r)), seed=100 * ord(name[0]) + n, **changes)
            for n, r in enumerate(ratios)}  # fmt: skip
    written(folder, runs)
    return folder / name


def only(comparison: Comparison):
    (verdict,) = comparison.verdicts.values()
    return verdict


def test_one_run_a_side_does_not_decide_a_small_difference(tmp_path: Path) -> None:
    verdict = only(compared(tmp_path, run(task(timing())), run(task(timing(ratio=1.08)), seed=8)))
    assert verdict.comparison == "INCONCLUSIVE"
    assert verdict.doubts == ("other run",)
    assert verdict.runs_needed and verdict.runs_needed > 1


def test_one_run_a_side_decides_a_large_difference(tmp_path: Path) -> None:
    verdict = only(compared(tmp_path, run(task(timing())), run(task(timing(ratio=1.5)), seed=8)))
    assert verdict.comparison == "FASTER"


def test_several_launches_decide_what_one_does_not(tmp_path: Path) -> None:
    before = launches(tmp_path, "before", [1.0, 1.01, 0.99, 1.0, 1.01, 0.99])
    after = launches(tmp_path, "after", [0.92, 0.91, 0.93, 0.92, 0.91, 0.92])
    verdict = only(compare_files([before, after]))
    assert (verdict.comparison, verdict.launches) == ("SLOWER", (6, 6))


def test_many_launches_that_agree_are_the_same(tmp_path: Path) -> None:
    ratios = [1.0, 1.004, 0.996] * 7
    before = launches(tmp_path, "before", ratios)
    assert only(compare_files([before, launches(tmp_path, "after", ratios)])).comparison == "SAME"


def test_launches_that_scatter_widen_the_interval(tmp_path: Path) -> None:
    calm = only(
        compare_files([launches(tmp_path, "a", [1.0] * 5), launches(tmp_path, "b", [0.9] * 5)])
    )
    wild = [0.8, 1.1, 0.7, 1.0, 0.9]
    verdict = only(
        compare_files([launches(tmp_path, "c", [1.0] * 5), launches(tmp_path, "d", wild)])
    )
    assert verdict.ratio.half_width > 2 * calm.ratio.half_width


def test_margin_is_the_users(tmp_path: Path) -> None:
    runs = (run(task(timing())), run(task(timing(ratio=1.5)), seed=8))
    assert only(compared(tmp_path, *runs, margin=0.6)).comparison == "INCONCLUSIVE"


def test_noisy_timing_decides_nothing(tmp_path: Path) -> None:
    noisy = timing(ratio=3, status=TimingStatus.NOISY)
    verdict = only(compared(tmp_path, run(task(timing())), run(task(noisy), seed=8)))
    assert verdict.comparison == "INCONCLUSIVE" and "noisy" in verdict.doubts


def test_throttled_timing_decides_nothing(tmp_path: Path) -> None:
    hot = timing(ratio=3, throttled=True)
    verdict = only(compared(tmp_path, run(task(timing())), run(task(hot), seed=8)))
    assert verdict.comparison == "INCONCLUSIVE" and "throttled" in verdict.doubts


def test_noisy_launch_among_steady_ones_is_left_out(tmp_path: Path) -> None:
    before = launches(tmp_path, "before", [1.0] * 3)
    after = launches(tmp_path, "after", [1.5] * 3)
    noisy = timing(ratio=9, status=TimingStatus.NOISY)
    written(after, {"noisy/run": run(task(noisy), seed=50)})
    verdict = only(compare_files([before, after]))
    assert (verdict.comparison, verdict.launches, verdict.doubts) == ("FASTER", (3, 3), ())


def test_timing_without_ratio_is_not_compared(tmp_path: Path) -> None:
    bare = timing(speed_ratio=None, speed_ratio_ci95=None)
    verdict = only(compared(tmp_path, run(task(timing())), run(task(bare), seed=8)))
    assert verdict.comparison is None and "no ratio" in verdict.doubts


def test_one_machine_is_compared_by_ratios_to_the_reference(tmp_path: Path) -> None:
    slow_day = timing(ratio=1.0, median_s=5e-3)
    comparison = compared(tmp_path, run(task(timing())), run(task(slow_day), seed=8))
    assert comparison.pairs[0].pairing.basis is Basis.RATIOS
    assert only(comparison).ratio.value == pytest.approx(1)


@pytest.mark.parametrize(
    "other",
    [
        {"on": machine("lab-2")},
        {"numpy": "2.4.0"},
        {"python": "3.13.0"},
    ],
)
def test_other_machine_or_versions_are_compared_by_times(tmp_path: Path, other) -> None:
    comparison = compared(tmp_path, run(task(timing())), run(task(timing(median_s=5e-3)), **other))
    (pair,) = comparison.pairs
    assert pair.pairing.basis is Basis.TIMES
    assert only(comparison).ratio.value == pytest.approx(0.2)
    assert pair.pairing.differences


def test_what_differs_is_said(tmp_path: Path) -> None:
    other = machine("lab-2", os="Linux 7.0", governor="powersave")
    here = machine(governor="performance")
    comparison = compared(
        tmp_path,
        run(task(timing()), on=here),
        run(task(timing()), on=other, seed=9, numpy="2.4.0"),
    )
    assert comparison.pairs[0].pairing.differences == (
        "machine: lab-2, not lab-1",
        "numpy: 2.4.0, not 2.1.0",
        "system: Linux 7.0, not Linux 6.8",
        "governor: powersave, not performance",
        "seed: other inputs of the same sizes",
    )


def test_backend_beside_backend_on_one_machine_goes_by_ratios(tmp_path: Path) -> None:
    both = run(task(timing()), task(timing(ratio=2), backend="torch"), torch="2.5")
    comparison = compared(tmp_path, both)
    assert comparison.pairs[0].pairing.basis is Basis.RATIOS
    assert only(comparison).comparison == "FASTER"


def test_device_beside_device_goes_by_times(tmp_path: Path) -> None:
    both = run(task(timing(), timing(device="cuda:0", median_s=1e-5), backend="torch"))
    assert compared(tmp_path, both).pairs[0].pairing.basis is Basis.TIMES


def test_side_is_compared_with_the_same_submission_of_the_baseline(tmp_path: Path) -> None:
    runs = [run(task(timing()), submission=name, seed=n) for n, name in enumerate("ab")]
    first = written(tmp_path / "one", {"a/run": runs[0], "b/run": runs[1]})
    second = written(tmp_path / "two", {"a/run": run(task(timing()), submission="b", seed=5)})
    assert first and second
    (pair,) = compare_files([tmp_path / "one", tmp_path / "two"]).pairs
    assert pair.pairing.baseline.facets.submission == "b"


@pytest.mark.parametrize("name", ["lab-2", "b", "numpy"])
def test_baseline_is_named_by_machine_run_or_backend(tmp_path: Path, name: str) -> None:
    torch = task(timing(), backend="torch")
    runs = (run(torch, on=machine("lab-1")), run(task(timing()), on=machine("lab-2")))
    (pair,) = compared(tmp_path, *runs, baseline=name).pairs
    assert pair.pairing.baseline.facets.machine == "lab-2"


def test_baseline_that_nobody_is_called_is_refused(tmp_path: Path) -> None:
    runs = (run(task(timing())), run(task(timing()), seed=8))
    with pytest.raises(UsageError, match=r"--baseline nobody: no run, machine, .* the sides are"):
        compared(tmp_path, *runs, baseline="nobody")


def test_copies_are_hardly_ever_told_apart(tmp_path: Path) -> None:
    """Launches that scatter as measured (4 % between, 1 % within): under 1 % of claims."""
    rng = random.Random(1)
    sizes = range(1, 1001)

    def launch(seed: int):
        timings = (timing(size, rng.lognormvariate(0, 0.041)) for size in sizes)
        return run(task(*timings), seed=seed)

    found = compared(tmp_path, launch(1), launch(2)).verdicts.values()
    claims = sum(verdict.comparison in ("FASTER", "SLOWER") for verdict in found)
    assert len(found) == 1000 and claims < 10


def test_copies_on_other_machines_are_hardly_ever_told_apart(tmp_path: Path) -> None:
    rng = random.Random(2)

    def launch(name: str):
        timings = (
            timing(size, median_s=1e-3 * rng.lognormvariate(0, 0.15)) for size in range(1, 1001)
        )
        return run(task(*timings), on=machine(name))

    found = compared(tmp_path, launch("x"), launch("y")).verdicts.values()
    assert sum(verdict.comparison in ("FASTER", "SLOWER") for verdict in found) < 25
