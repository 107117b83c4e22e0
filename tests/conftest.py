"""What every folder of tests may use: pytester runs pytest in a folder of its own."""

import os
import signal

import pytest

from benchharness.runner.machine import forget

pytest_plugins = ["pytester"]

# Who runs the tests in the background has Ctrl-C ignored, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Runs of pytest inside a test are no parts of the run that this process may be a part of:
# pytest-benchmark would time nothing there.
os.environ.pop("PYTEST_XDIST_WORKER", None)


@pytest.fixture(autouse=True)
def _on_a_machine_of_its_own():
    """What one test simulates as its machine is no other's."""
    forget()
    yield
    forget()


@pytest.fixture(autouse=True)
def _outside_of_github(monkeypatch):
    """Runs of pytest inside a test tell nothing to the workflow that runs the tests."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
