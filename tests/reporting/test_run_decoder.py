"""Runs that are parsed and checked in one go: the same runs and the same reasons as plainly."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sample_run import sample_run

from benchharness.errors import UsageError
from benchharness.outcomes import (
    Against,
    Energy,
    Run,
    Span,
    Throttling,
    Timing,
    TimingStatus,
    Trace,
)
from benchharness.reporting import run_decoder
from benchharness.reporting.document import parsed
from benchharness.reporting.run_decoder import document_of
from benchharness.reporting.run_json import from_json, to_json

pytest.importorskip("msgspec", reason="msgspec is not installed")

FULL = Timing(
    "photograph",
    "cuda:0",
    TimingStatus.NOISY,
    "a note",
    size=64,
    calls=9,
    median_s=1e-3,
    ci95_s=(-1e-4, 2e-3),
    comparison="FASTER",
    contaminated_share=0.0,
    peak_memory_bytes=2**40,
    energy=Energy("NVML", 5.0, 4, 100, 10, 0.1, uncertainty=0.05, note="x"),
    throttled=True,
    throttle_reasons=(Throttling("heat", 2.0), Throttling("power cap")),
    not_measured=(("clock_mhz", "not supported"),),
    trace=Trace((0.0, 1.0), (20.0, 30.0), spans=(Span("idle", 0.0, 1.0),)),
    samples_s=(1e-3, 2e-3),
    against=Against("HEAD~1", TimingStatus.OK, speed_ratio=0.9, comparison="SLOWER"),
)


def run_with(timing: Timing) -> Run:
    """A run of one task with one timing."""
    submission = sample_run().submissions[0]
    task = replace(submission.tasks[0], timings=(timing,))
    return replace(sample_run(), submissions=(replace(submission, tasks=(task,)),))


def document_with(**changes: Any) -> dict[str, Any]:
    """A run's document whose only timing holds other values; None takes a key away."""
    document = to_json(run_with(Timing("photograph", "cpu", TimingStatus.OK, median_s=1e-3)))
    timing = document["submissions"][0]["tasks"][0]["timings"][0]
    timing.update(changes)
    return document


def plainly(text: str) -> Run | str:
    try:
        return from_json(parsed(text, "x"), "x", with_checks=False)
    except UsageError as problem:
        return str(problem)


def at_once(text: str) -> Run | str:
    try:
        return from_json(document_of(text, "x"), "x", with_checks=False)
    except UsageError as problem:
        return str(problem)


def reads_fast(text: str) -> bool:
    """Whether a text is read without being parsed plainly as well."""
    return not isinstance(document_of(text, "x")["submissions"][0]["tasks"][0], dict)


@pytest.mark.parametrize(
    "run", [sample_run(), run_with(FULL), replace(sample_run(), submissions=())]
)
def test_the_same_run_is_read(run: Run) -> None:
    text = json.dumps(to_json(run))
    assert at_once(text) == plainly(text) != ""


def test_timing_with_all_that_there_may_be_is_read_in_one_go() -> None:
    assert reads_fast(json.dumps(to_json(run_with(FULL))))


@pytest.mark.parametrize(
    "changes",
    [
        {"median_s": -1.0},
        {"median_s": "1"},
        {"median_s": True},
        {"median_s": 7},
        {"median_s": None},
        {"message": None},
        {"calls": 7.0},
        {"calls": True},
        {"status": "fine"},
        {"workload": None},
        {"ci95_s": [1.0, 2.0, 3.0]},
        {"ci95_s": [1.0, None]},
        {"samples_s": [1.0, -1.0]},
        {"throttled": 1},
        {"energy": {"method": "NVML"}},
        {"against": {"version": 1}},
        {"unheard_of": [1, {"a": None}]},
    ],
    ids=str,
)
def test_odd_values_are_taken_or_refused_with_the_same_words(changes: dict[str, Any]) -> None:
    text = json.dumps(document_with(**changes))
    assert at_once(text) == plainly(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.001", "1e999"),
        ("0.001", "NaN"),
        ("0.001", "0.001, 0.002"),
        ('"tasks"', '"jobs"'),
        ('"timings"', '"times"'),
        ("benchharness.run/1", "benchharness.run/2"),
        ("benchharness.run/1", "another"),
        ('"passed"', '"splendid"'),
        ('"machine"', '"computer"'),
    ],
)
def test_texts_that_are_no_runs_are_refused_with_the_same_words(old: str, new: str) -> None:
    text = json.dumps(document_with()).replace(old, new)
    assert isinstance(plainly(text), str)
    assert at_once(text) == plainly(text)


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "{}", "[" * 5000, '{"a": 1'])
def test_texts_without_a_run_are_refused_with_the_same_words(text: str) -> None:
    assert at_once(text) == plainly(text)


@pytest.fixture
def without_msgspec(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "msgspec", None)
    run_decoder._decoder.cache_clear()
    yield
    run_decoder._decoder.cache_clear()


@pytest.mark.usefixtures("without_msgspec")
def test_without_the_library_texts_are_parsed_plainly() -> None:
    text = json.dumps(to_json(run_with(FULL)))
    assert not reads_fast(text)
    assert at_once(text) == plainly(text)
