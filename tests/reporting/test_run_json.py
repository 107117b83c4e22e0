"""`run.json`: what the published schema promises, for any run."""

import json
import math
from dataclasses import fields, replace

import pytest
from jsonschema import Draft202012Validator, ValidationError, validate
from sample_run import HIDDEN_WORDS, sample_run

from benchharness.outcomes import (
    CheckVerdict,
    Energy,
    Run,
    Span,
    Status,
    Throttling,
    Timing,
    TimingStatus,
    Trace,
    Visibility,
)
from benchharness.reporting.run_json import read_run, run_schema, to_json, write_run


def written(run, folder):
    """A run as another program reads it back."""
    write_run(run, folder / "run.json")
    return json.loads((folder / "run.json").read_text("utf-8"))


def with_timing(**changes):
    """The sample run with one timing, and nothing else."""
    run = sample_run()
    submission = run.submissions[0]
    timing = Timing("photograph", "cpu", TimingStatus.OK, **changes)
    task = replace(submission.tasks[0], timings=(timing,))
    return replace(run, submissions=(replace(submission, tasks=(task,)),))


def timing_of(run):
    return to_json(run)["submissions"][0]["tasks"][0]["timings"][0]


def presentable():
    """The sample run without its hostile submission, whose device is no device."""
    run = sample_run()
    submissions = [replace(s, sha256="0" * 64) for s in run.submissions[:2]]
    return replace(run, submissions=tuple(submissions))


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(run_schema())


def test_run_matches_the_schema(tmp_path):
    validate(written(presentable(), tmp_path), run_schema())


def test_empty_run_matches_the_schema(tmp_path):
    validate(written(replace(sample_run(), submissions=()), tmp_path), run_schema())


def test_schema_notices_a_missing_field():
    run = to_json(presentable())
    del run["submissions"][0]["tasks"][0]["status"]

    with pytest.raises(ValidationError, match="'status' is a required property"):
        validate(run, run_schema())


def test_schema_knows_every_status_and_visibility():
    text = json.dumps(run_schema())

    assert all(f'"{word}"' in text for word in (*Status, *TimingStatus, *Visibility))


def test_every_field_of_a_check_but_its_pictures_is_written():
    check = to_json(presentable())["submissions"][0]["tasks"][0]["checks"][0]

    assert set(check) == {field.name for field in fields(CheckVerdict)} - {"pictures"}


def test_hidden_check_stays_with_its_words_and_its_visibility(tmp_path):
    checks = [
        check
        for task in written(presentable(), tmp_path)["submissions"][1]["tasks"]
        for check in task["checks"]
        if check["visibility"] == "after_due_date"
    ]

    assert [check["message"] for check in checks] == [HIDDEN_WORDS[1]]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_is_not_finite_is_left_out(value):
    timing = timing_of(with_timing(median_s=value, ci95_s=(0.0, value)))

    assert not {"median_s", "ci95_s"} & set(timing)


def test_number_that_is_absent_is_left_out():
    assert "peak_memory_bytes" not in timing_of(with_timing())


def test_zero_is_written():
    assert timing_of(with_timing(contaminated_share=0.0))["contaminated_share"] == 0.0


def test_samples_are_written_in_full():
    assert timing_of(with_timing(samples_s=(0.1, 0.2)))["samples_s"] == [0.1, 0.2]


def test_text_of_a_submission_comes_back_unchanged(tmp_path):
    run = sample_run()
    task = run.submissions[2].tasks[0]
    hostile = "\x1b[31m</script>\u202e\x00"
    changed = replace(run.submissions[2], tasks=(replace(task, message=hostile),))

    read = written(replace(run, submissions=(changed,)), tmp_path)

    assert read["submissions"][0]["tasks"][0]["message"] == hostile


def test_largest_seed_is_kept_exactly(tmp_path):
    assert written(replace(sample_run(), seed=2**53 - 1), tmp_path)["seed"] == 2**53 - 1


def test_every_field_of_a_run_is_written():
    assert {field.name for field in fields(Run)} <= set(to_json(sample_run()))


ENERGY = {
    "energy_j": 2.0,
    "energy_reference_j": 3.0,
    "energy_ratio": 1.5,
    "energy_ratio_ci95": (1.4, 1.6),
    "power_w": 200.0,
    "clock_mhz": 1410.0,
    "temperature_c": 61.0,
    "throttled": False,
    "energy": Energy("a counter", 5.1, 4, 1000, 200, 0.1, 50.0, 1.5, None, 0.01, 1.02, "a note"),
    "throttle_reasons": (Throttling("power cap", 1.5), Throttling("sync boost")),
    "not_measured": (("temperature_c", "no sensor"),),
    "trace": Trace((0.0, 0.1), (50.0, 200.0), (), (40.0, 41.0), (Span("idle", 0.0, 0.1),)),
}


def test_energy_matches_the_schema(tmp_path):
    run = with_timing(**ENERGY)
    plain = [replace(s, sha256="0" * 64) for s in run.submissions]

    validate(written(replace(run, submissions=tuple(plain)), tmp_path), run_schema())


@pytest.mark.parametrize("name", ENERGY)
def test_energy_is_read_back_as_it_was_written(tmp_path, name):
    write_run(with_timing(**ENERGY), tmp_path / "run.json")

    timing = read_run(tmp_path / "run.json").submissions[0].tasks[0].timings[0]

    assert getattr(timing, name) == ENERGY[name]


def test_what_was_not_measured_is_an_object_of_reasons():
    timing = timing_of(with_timing(not_measured=(("energy", "no counter"),)))

    assert timing["not_measured"] == {"energy": "no counter"}


def test_energy_that_was_not_asked_for_leaves_no_trace():
    assert not set(ENERGY) & set(timing_of(with_timing()))


def test_throttling_without_a_counter_has_no_seconds():
    timing = timing_of(with_timing(throttle_reasons=(Throttling("power brake"),)))

    assert timing["throttle_reasons"] == [{"reason": "power brake"}]
