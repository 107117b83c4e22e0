"""Timings in pytest-benchmark: its table, its files and its options do what users expect."""

import json
import os
import subprocess
import sys

import pytest
from tiny_suite import RIGHT, copy_tiny_suite

pytest.importorskip("pytest_benchmark", reason="pytest-benchmark is not installed")

NAME = "submission.py::tiny::negative::noise[8]"
SHORT = """
from dataclasses import replace

from benchharness.runner import timing

timing._PRESETS["quick"] = replace(timing._PRESETS["quick"], budget_s=0.05, wall_s=1.0)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A right submission to the tiny suite, with measurements as short as they get."""
    folder = tmp_path_factory.mktemp("timed")
    copy_tiny_suite(folder / "suites")
    (folder / "submission.py").write_text(RIGHT)
    (folder / "conftest.py").write_text(SHORT)
    return folder


@pytest.fixture(scope="module")
def first(folder):
    """A run that is saved twice: as JSON, and in pytest-benchmark's storage."""
    return bench(folder, "--benchmark-json", "timings.json", "--benchmark-autosave")


@pytest.fixture(scope="module")
def second(folder, first):
    """A run that is compared with the first."""
    return bench(folder, "--benchmark-compare", "--benchmark-only")


def bench(folder, *arguments):
    return run(folder, sys.executable, "-m", "pytest", "--bench", *arguments)


def run(folder, *command):
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    environment["COLUMNS"] = "200"
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), [], 0.0)


def saved(folder):
    return json.loads((folder / "timings.json").read_text())["benchmarks"]


def test_run_passes(first):
    first.assert_outcomes(passed=4)


def test_table_shows_submission_and_reference(first):
    first.stdout.fnmatch_lines(["*benchmark 'negative::noise[[]8]': 2 tests*"])
    first.stdout.fnmatch_lines_random(
        [
            "submission.py::negative::noise[[]8] *",
            "submission.py::negative::noise[[]8]::reference *",
        ]
    )


def test_timing_stands_in_our_own_summary(first):
    first.stdout.fnmatch_lines(["time per call, and speed beside the reference*", "*noise[[]8] *"])


def test_json_has_submission_and_reference(first, folder):
    assert [benchmark["fullname"] for benchmark in saved(folder)] == [NAME, f"{NAME}::reference"]


def test_json_has_times_in_seconds_a_call(first, folder):
    assert all(0 < time < 1 for benchmark in saved(folder) for time in benchmark["stats"]["data"])


def test_json_has_what_only_we_know(first, folder):
    extra = saved(folder)[0]["extra_info"]

    assert {"device", "status", "speed_ratio", "verified_calls"} <= set(extra)
    assert extra["verified_calls"] > 0


def test_run_json_has_the_timing_with_every_call_verified(first, folder):
    run = json.loads((folder / "bench-results" / "run.json").read_text())
    (timing,) = run["submissions"][0]["tasks"][0]["timings"]

    assert (timing["workload"], timing["size"], timing["device"]) == ("noise", 8, "cpu")
    assert timing["calls"] == timing["verified_calls"] > 0


def test_saved_run_is_compared_with(second):
    assert second.ret == 0
    second.stdout.fnmatch_lines(["Comparing against benchmarks from: *0001_*"])
    second.stdout.fnmatch_lines_random(["*noise[[]8] (NOW)*", "*noise[[]8] (0001_*"])


def test_compare_command_reads_what_was_saved(first, folder):
    compared = run(folder, sys.executable, "-m", "pytest_benchmark", "compare", "0001")

    assert compared.ret == 0
    compared.stdout.fnmatch_lines_random(["*::noise[[]8] *", "*::noise[[]8]::reference *"])


def test_benchmark_only_times_and_grades_nothing(second):
    second.assert_outcomes(passed=1, skipped=3)


def test_benchmark_skip_grades_and_times_nothing(folder):
    result = bench(folder, "--benchmark-skip")

    result.assert_outcomes(passed=3, skipped=1)


def test_benchmark_disable_leaves_timing_out(folder):
    result = bench(folder, "--benchmark-disable")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["submission.py: 4 of 4 points (100 %)"])


def test_timing_off_leaves_pytest_benchmark_nothing_to_show(folder):
    result = bench(folder, "--bench-timing", "off")

    result.assert_outcomes(passed=3)
    result.stdout.no_fnmatch_line("*benchmark '*")


def test_wrong_submission_is_not_timed(folder):
    source = (folder / "submission.py").read_text()
    (folder / "wrong.py").write_text(source.replace("255 - image", "image"))

    result = bench(folder, "--submission", "wrong.py", "-rs")

    result.assert_outcomes(passed=1, failed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * not timed: wrong in images"])
