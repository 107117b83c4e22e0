"""`--bench-timing full`, with a simulated energy meter: what it measures, and what it shows."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
from tiny_suite import RIGHT, copy_tiny_suite

SHORT = """
import time
from dataclasses import replace

from benchharness.runner import sensors, timing
from benchharness.timing import NotMeasured


class SimulatedMeter:
    name = "a simulated counter"

    def read_j(self):
        return 20.0 * int(time.perf_counter() * 1000) / 1000

    def power_w(self):
        return 20.0

    def clock_mhz(self):
        return None

    def temperature_c(self):
        return None

    def event_reasons(self):
        return frozenset()


timing._PRESETS["full"] = timing.FULL = replace(timing.FULL, budget_s=0.05, wall_s=1.0)
timing.FULL_ENERGY = replace(
    timing.FULL_ENERGY, window_s=0.05, idle_s=0.05, settle_s=0.01, gap_s=0.0
)
"""
METER = "sensors.rapl_meter = SimulatedMeter\n"
NO_METER = """
def refuse():
    raise NotMeasured("this machine shows no RAPL: simulated")

sensors.rapl_meter = refuse
"""


def folder_with(tmp_path_factory, conftest):
    """A right submission to the tiny suite, with measurements as short as they get."""
    folder = tmp_path_factory.mktemp("full")
    copy_tiny_suite(folder / "suites")
    (folder / "submission.py").write_text(RIGHT)
    (folder / "conftest.py").write_text(SHORT + conftest)
    return folder


def bench(folder, stdout):
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "--bench", "--bench-timing", "full", "--color=no"],
        cwd=folder,
        env={**environment, "COLUMNS": "150", "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="module")
def metered(tmp_path_factory):
    """The folder of a run beside a meter, and what it wrote to a terminal."""
    folder = folder_with(tmp_path_factory, METER)
    ours, theirs = pty.openpty()
    process = bench(folder, theirs)
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 65536):
            written += part
    except OSError:  # the other end of a terminal that is closed
        pass
    os.close(ours)
    process.wait()
    return folder, written.decode()


@pytest.fixture(scope="module")
def unmetered(tmp_path_factory):
    """The folder of a run without a meter, and what it wrote into a pipe."""
    folder = folder_with(tmp_path_factory, NO_METER)
    written, _ = bench(folder, subprocess.PIPE).communicate()
    return folder, written.decode()


def timings(folder):
    run = json.loads((folder / "bench-results" / "run.json").read_text("utf-8"))
    return [timing for task in run["submissions"][0]["tasks"] for timing in task["timings"]]


def test_energy_of_every_workload_is_in_the_results(metered):
    folder, written = metered

    assert timings(folder), written
    for timing in timings(folder):
        assert timing["energy_j"] > 0
        assert timing["energy"]["verified_calls"] > 0
        assert timing["trace"]["t_s"]


def test_energy_is_told_on_the_terminal(metered):
    _, written = metered

    assert re.search(r"energy [\d.]+ [mµ]?J \[.*\] a call", written)


def test_reason_is_in_the_results_where_there_is_no_meter(unmetered):
    folder, written = unmetered

    assert timings(folder), written
    for timing in timings(folder):
        assert "energy_j" not in timing
        assert timing["not_measured"] == {"energy": "this machine shows no RAPL: simulated"}


def test_terminal_shows_which_timing_is_being_done(metered):
    _, written = metered

    assert "timing 1 of" in written
    assert "energy: block 4 of 4, submission" in written


def test_nothing_is_left_of_the_line_on_the_terminal(metered):
    _, written = metered

    last = written.rindex("timing ")
    assert written[last:].split("\r\x1b[2K")[1].startswith("\x1b[1A")


def test_pipe_shows_no_progress(unmetered):
    _, written = unmetered

    assert "timing 1 of" not in written and "\x1b" not in written
