"""Earlier versions that ran in the same rounds: what their launches say together."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_runs import against, run, task, timing, written

from benchharness.comparison.earlier import Earlier, beside_earlier
from benchharness.comparison.whole import compare_files
from benchharness.outcomes import Against, TimingStatus
from benchharness.timing.statistics import Comparison as Outcome


def beside(folder: Path, *found: Against | None) -> list[Earlier]:
    """What is said of launches of one side, each beside an earlier version."""
    written(folder, [run(task(timing(against=one)), seed=n) for n, one in enumerate(found)])
    return list(beside_earlier(compare_files([folder])))


def test_one_launch_has_its_own_verdict_and_interval(tmp_path: Path) -> None:
    (found,) = beside(tmp_path, against(0.9, "SLOWER"))
    assert (found.version, found.outcome, found.verdict) == ("HEAD~1", Outcome.SLOWER, "SLOWER")
    assert found.ratio is not None and found.ratio.low is not None
    assert found.ratio.low < found.ratio.value == 0.9


def test_several_launches_have_their_median_and_range(tmp_path: Path) -> None:
    (found,) = beside(tmp_path, *(against(ratio, "FASTER") for ratio in (1.2, 1.1, 1.4)))
    assert found.ratio == (1.2, 1.1, 1.4)
    assert (found.outcome, found.verdict) == (Outcome.FASTER, "3 faster")


def test_launches_that_disagree_have_no_verdict_together(tmp_path: Path) -> None:
    (found,) = beside(tmp_path, against(1.1, "FASTER"), against(1.0, "SAME"))
    assert (found.outcome, found.verdict) == (None, "1 faster, 1 the same")


def test_each_version_has_a_line_of_its_own(tmp_path: Path) -> None:
    found = beside(tmp_path, against(1.1, "FASTER"), against(1.0, "SAME", "v1"), None)
    assert [one.version for one in found] == ["HEAD~1", "v1"]


def test_version_that_could_not_be_timed_says_why(tmp_path: Path) -> None:
    failed = Against("v1", TimingStatus.FAILED, "wrong then: 3 of 4 values differ")
    (found,) = beside(tmp_path, failed)
    assert (found.ratio, found.outcome) == (None, None)
    assert found.verdict == "1 not compared (failed): wrong then: 3 of 4 values differ"


def test_noisy_comparison_says_so(tmp_path: Path) -> None:
    (found,) = beside(tmp_path, against(1.1, "FASTER", status=TimingStatus.NOISY))
    assert found.verdict == "FASTER (noisy)"


@pytest.mark.parametrize("hostile", ["a\nb", "\x1b[31mred", "\u202egnp.exe"])
def test_version_is_one_harmless_line(tmp_path: Path, hostile: str) -> None:
    (found,) = beside(tmp_path, against(1.0, "SAME", hostile))
    assert found.version.isprintable()


def test_nothing_is_said_without_an_earlier_version(tmp_path: Path) -> None:
    assert beside(tmp_path, None) == []
