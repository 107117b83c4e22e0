"""`pytest --bench --bench-device`, with a stand-in for the GPU."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stand_in_gpu
from tiny_suite import copy_tiny_suite

from benchharness.reporting.run_json import from_json, run_schema

pytest.importorskip("torch", reason="PyTorch is not installed here")

SUBMISSION = """
import os, torch
BACKEND = "torch"
def negative(image):
    return 255 - image
def total(values):
    if os.environ["CUDA_VISIBLE_DEVICES"] != "-1":
        raise TypeError("tensors of the CPU alone")
    return values.sum()
"""
CONFTEST = """
from dataclasses import replace
from pathlib import Path

from benchharness.runner import timing
from benchharness.sandbox import gpu, launch

launch.STAND_IN = {stand_in!r}
gpu.ROOT = Path({root!r})
timing._PRESETS["quick"] = replace(timing._PRESETS["quick"], budget_s=0.05, wall_s=1.0)
"""
WORKLOAD = """
    @workload(sizes=(16,))
    def many(rng, size):
        return {"values": rng.random(size)}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A submission of which one task runs on the CPU alone."""
    folder = tmp_path_factory.mktemp("device")
    tasks = copy_tiny_suite(folder / "suites") / "bench_tiny.py"
    tasks.write_text(tasks.read_text().rstrip() + "\n" + WORKLOAD)
    (folder / "submission.py").write_text(SUBMISSION)
    (folder / "dev").mkdir()
    (folder / "dev" / "nvidiactl").touch()
    text = CONFTEST.format(stand_in=stand_in_gpu.__file__, root=str(folder))
    (folder / "conftest.py").write_text(text)
    return folder


def bench(folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--bench", "-v", "-rs", *arguments],
        cwd=folder,
        env=environment | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), [], 0.0)


@pytest.fixture(scope="module")
def everywhere(folder):
    return bench(folder, "--bench-device", "all")


@pytest.fixture(scope="module")
def run_json(folder, everywhere):
    return json.loads((folder / "bench-results" / "run.json").read_text())


def test_each_device_has_items_of_its_own(everywhere):
    everywhere.stdout.fnmatch_lines(
        ["*::negative::noise[[]8] PASSED*", "*::negative::noise[[]8-cuda:0] PASSED*"]
    )


def test_submission_need_not_run_on_a_gpu_that_nobody_asked_for(everywhere):
    assert everywhere.ret == 0
    everywhere.stdout.fnmatch_lines(
        ["SKIPPED*does not work on cuda:0: *tensors of the CPU alone*"]
    )


def test_results_hold_every_device(run_json):
    tasks = run_json["submissions"][0]["tasks"]

    assert [t["device"] for t in tasks[0]["timings"]] == ["cpu", "cuda:0"]
    assert [t["status"] == "failed" for t in tasks[1]["timings"]] == [False, True]


def test_results_hold_what_the_gpu_says(run_json):
    timing = run_json["submissions"][0]["tasks"][0]["timings"][1]

    assert timing["device_median_s"] > 0
    assert (timing["reference_backend"], timing["reference_device"]) == ("numpy", "cpu")


def test_results_follow_the_schema(run_json):
    jsonschema.validate(run_json, run_schema())


def test_results_are_read_as_they_were_written(run_json):
    timing = from_json(run_json).submissions[0].tasks[0].timings[1]

    written = run_json["submissions"][0]["tasks"][0]["timings"][1]
    assert timing.device_median_s == written["device_median_s"]
    assert (timing.reference_backend, timing.reference_device) == ("numpy", "cpu")


def test_report_tells_the_devices_apart(folder, everywhere):
    assert "on cuda:0" in (folder / "bench-results" / "report.html").read_text()


def test_submission_that_does_not_run_on_the_gpu_fails_where_it_was_asked_for(folder):
    result = bench(folder, "--bench-device", "cuda", "-k", "total")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["*total::many[[]16-cuda:0] FAILED*"])


def test_gpu_that_is_not_there_is_a_usage_error(folder):
    (folder / "conftest.py").write_text(
        CONFTEST.format(stand_in=stand_in_gpu.__file__, root=str(Path(os.devnull)))
    )

    result = bench(folder, "--bench-device", "cuda")

    assert result.ret == 2
    assert "device cuda: there is no NVIDIA driver on this machine" in result.stdout.str()
