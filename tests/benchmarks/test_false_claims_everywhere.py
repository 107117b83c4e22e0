"""False claims on the whole catalogue: what is compared, and what is counted as what."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
WITHOUT_TIMING = """
import json, sys
sys.path.insert(0, sys.argv[1])
import false_claims_everywhere
from timed import Bench, Timed
from benchharness.errors import HarnessError
from benchharness.outcomes import Timing, TimingStatus

def made_up(bench, file, task, size, *, workload):
    if task.name == "otsu_threshold":
        raise HarnessError("timing the reference: no memory")
    claim, ci95 = ("SLOWER", (0.8, 0.95)) if task.name == "watershed" else ("SAME", (0.8, 1.01))
    found = {"speed_ratio": 0.9, "speed_ratio_ci95": ci95, "comparison": claim}
    return Timed(Timing("w", "cpu", TimingStatus.OK, **found), 0.1, 0.2)

Bench.time = made_up
found = false_claims_everywhere.measure(quick=False, comparisons=int(sys.argv[2]))
figures = {figure.what: [figure.value, figure.detail] for figure in found.figures}
print(json.dumps([figures, found.data["results"]]))
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the benchmarks need Linux: they pin processes to cores"
)


def counted(comparisons):
    """Figures and results of so many comparisons that are made up instead of measured."""
    command = [sys.executable, "-c", WITHOUT_TIMING, BENCHMARKS, str(comparisons)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def of_two_hundred():
    return counted(200)


def cells(results):
    of_quiet = [one for one in results if one["condition"] == "quiet"]
    return [(one["suite"], one["task"], one["workload"], one["size"]) for one in of_quiet]


def test_every_workload_and_size_is_compared_at_least_once(of_two_hundred):
    _, results = of_two_hundred
    counts = [cells(results).count(cell) for cell in set(cells(results))]

    assert len(counts) > 100
    assert set(counts) == {1, 2}


def test_further_comparisons_are_spread_over_all_suites(of_two_hundred):
    _, results = of_two_hundred
    suites = {suite for suite, *_ in cells(results)}
    once = len(set(cells(results)))

    assert {suite for suite, *_ in cells(results)[once:]} == suites


def test_claim_of_a_difference_is_counted_and_named(of_two_hundred):
    figures, results = of_two_hundred
    count, detail = figures["false claims, quiet"]

    assert count == sum(task == "watershed" for _, task, *_ in cells(results))
    assert "segmentation watershed hills 64: SLOWER 0.900" in detail


def test_intervals_that_do_not_hold_the_true_ratio_are_counted(of_two_hundred):
    figures, results = of_two_hundred
    of = [task for _, task, *_ in cells(results) if task != "otsu_threshold"]
    share, _ = figures["95 % intervals without 1, quiet"]

    assert share == of.count("watershed") / len(of)


def test_timing_that_fails_is_counted_with_its_message(of_two_hundred):
    figures, results = of_two_hundred
    count, detail = figures["failed timings, beside a hog"]

    assert count == sum(task == "otsu_threshold" for _, task, *_ in cells(results))
    assert "timing the reference: no memory" in detail


def test_figures_say_how_many_comparisons_over_how_many_workloads():
    figures, _ = counted(2)

    assert "of 2 comparisons over 2 workloads" in figures["SAME, quiet"][1]
