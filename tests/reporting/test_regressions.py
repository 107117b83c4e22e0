"""An earlier version in words: then and now, why a gate fails, and what it could not decide."""

from dataclasses import replace

import pytest

from benchharness.outcomes import (
    Against,
    Isolation,
    Machine,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
)
from benchharness.reporting.page import render_report
from benchharness.reporting.regressions import (
    against_in_words,
    gate_in_words,
    slower_in_words,
)
from benchharness.reporting.run_json import from_json, to_json
from benchharness.reporting.terminal import summary
from benchharness.reporting.timing_table import timing_row

SLOWER = Against(
    version="HEAD~1 (0ac47d5)",
    status=TimingStatus.OK,
    rounds=20,
    margin=0.05,
    median_s=1.2e-3,
    ci95_s=(1.19e-3, 1.21e-3),
    speed_ratio=0.8,
    speed_ratio_ci95=(0.78, 0.82),
    comparison="SLOWER",
)
NEW = Against("HEAD~1 (0ac47d5)", message="total is new: it was not defined then")


def timing(against, **changes):
    return Timing("noise", "cpu", TimingStatus.OK, size=8, against=against, **changes)


def run(*pasts):
    timings = tuple(map(timing, pasts))
    task = TaskVerdict("tiny", "total", "numpy", Status.PASSED, 1.0, 1.0, timings=timings)
    return Run(
        created="2026-11-22T12:00:00+00:00",
        versions={},
        machine=Machine("lab", "Linux", "a CPU", 2, 2**30),
        isolation=Isolation("strict"),
        seed=1,
        submissions=(SubmissionVerdict("hw.py", "hw.py", "0" * 64, (task,)),),
    )


def test_ratio_is_told_with_its_interval_and_the_time_then():
    told = against_in_words(SLOWER)
    assert told == "HEAD~1 (0ac47d5): 1.20 ms then; 0.80× [0.78, 0.82] slower"


def test_undecided_ratio_is_told_with_what_it_needs():
    text = "inconclusive: needs about 4.2 times more time"
    told = against_in_words(replace(SLOWER, comparison="INCONCLUSIVE", message=text))
    assert told.endswith("[0.78, 0.82] inconclusive: needs about 4.2 times more time")


def test_what_was_not_compared_is_told_with_the_reason():
    assert against_in_words(NEW) == "HEAD~1 (0ac47d5): total is new: it was not defined then"


def test_failing_gate_tells_how_many_times_as_long_a_call_takes():
    assert slower_in_words(SLOWER) == (
        "a call takes 1.25× [1.22, 1.28] the time that it took in HEAD~1 (0ac47d5); "
        "allowed is 5 % more"
    )


@pytest.mark.parametrize(
    "against",
    [
        replace(SLOWER, comparison="FASTER"),
        replace(SLOWER, comparison="SAME"),
        replace(SLOWER, comparison="INCONCLUSIVE"),
        replace(SLOWER, status=TimingStatus.NOISY),
        replace(SLOWER, status=TimingStatus.FAILED),
        NEW,
    ],
)
def test_nothing_but_slower_fails_a_gate(against):
    assert SLOWER.is_slower and not against.is_slower


def test_gate_counts_what_it_could_not_decide():
    pasts = (SLOWER, replace(SLOWER, comparison="SAME"), NEW, None)
    told = gate_in_words(run(*pasts), 0.05)
    assert told == "slower than before by more than 5 %: 1 of 4 timings; not decided: 2"


def test_same_reason_is_shown_once():
    lines = [line.text.strip() for line in summary(run(NEW, NEW, SLOWER))]
    assert [line for line in lines if line.startswith("against")] == [
        f"against {against_in_words(NEW)}",
        f"against {against_in_words(SLOWER)}",
    ]


@pytest.mark.parametrize("against", [SLOWER, NEW, None])
def test_earlier_version_is_read_back_from_run_json(against):
    (submission,) = from_json(to_json(run(against))).submissions
    assert submission.tasks[0].timings[0].against == against


@pytest.mark.parametrize(("against", "shown"), [(SLOWER, True), (NEW, True), (None, False)])
def test_report_has_a_column_for_it_where_there_is_one(against, shown):
    page = render_report(run(against))
    assert (">Earlier version</th>" in page) is shown


def test_table_of_timings_has_the_earlier_version():
    cell = timing_row(timing(SLOWER)).against
    assert (cell.ratio, cell.comparison) == ("0.80× [0.78, 0.82]", "slower")
    assert cell.median == "1.20 ms [1.19, 1.21]"
