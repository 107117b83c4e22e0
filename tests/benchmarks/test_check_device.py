"""The checks for owners of a GPU run from one command, and tell what they could not check."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "gpu" / "check_device.py"
CHECKS = ("sandbox", "devices", "suites", "device_time", "roof", "energy")


def script(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A dry run: PyTorch's CPU in the GPU's place."""
    pytest.importorskip("torch", reason="PyTorch is not installed here")
    if sys.platform != "linux":
        pytest.skip("a worker with a GPU needs Linux")
    folder = tmp_path_factory.mktemp("results")
    script("--dry-run", "-o", folder, *CHECKS)
    return folder


def test_help_says_what_is_checked():
    told = script("--help")

    assert all(f"- {name.replace('_', ' ')}:" in told for name in CHECKS)


def test_every_check_is_in_the_results(results):
    found = json.loads((results / "check_device.json").read_text())

    assert {each["name"]: each["passed"] for each in found["checks"]} == {
        "sandbox": True,
        "devices": None,
        "suites": True,
        "device_time": None,
        "roof": None,
        "energy": None,
    }


def test_dry_run_is_called_one(results):
    assert "(dry run, no GPU)" in (results / "check_device.txt").read_text()


def test_machine_without_a_gpu_is_told_so(tmp_path):
    if Path("/dev/nvidiactl").exists():
        pytest.skip("there is a GPU here")

    told = script("-o", tmp_path, "sandbox", code=1)

    assert "no cuda:0: there is no NVIDIA driver" in (tmp_path / "check_device.txt").read_text()
    assert "Traceback" not in told


def test_unknown_check_is_a_usage_error(tmp_path):
    assert "no such check: speed" in script("-o", tmp_path, "speed", code=2)
