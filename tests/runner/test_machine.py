"""What a run says of the machine that it was made on, with NVML simulated."""

import sys

import pytest
from timing.simulated_nvml import Clock, SimulatedNvml, a100, uuid

from benchharness.runner.machine import this_machine, versions


@pytest.fixture
def one_board_lost(monkeypatch):
    """A machine with two simulated boards, the second of which is lost."""
    clock = Clock()
    boards = [a100(clock, 1), a100(clock, 2, lost_at=0.0)]
    monkeypatch.setitem(sys.modules, "pynvml", SimulatedNvml(boards))


@pytest.fixture
def no_driver(monkeypatch):
    """A machine with nvidia-ml-py and without a driver."""
    library = SimulatedNvml(fails="NVML_ERROR_LIBRARY_NOT_FOUND")
    monkeypatch.setitem(sys.modules, "pynvml", library)


def test_gpus_have_the_facts_that_results_promise(one_board_lost):
    (gpu,) = this_machine().gpus

    promised = ("name", "uuid", "memory_bytes", "driver", "power_limit_w")
    assert [gpu[name] for name in promised] == [
        "NVIDIA A100-SXM4-40GB", uuid(1), 40 * 2**30, "580.95.05", 400.0,
    ]  # fmt: skip


def test_versions_of_driver_and_cuda_stand_beside_the_frameworks(one_board_lost):
    found = versions({"torch": "2.13.0"})

    assert (found["driver"], found["cuda"], found["torch"]) == ("580.95.05", "13.0", "2.13.0")


def test_frameworks_own_word_on_cuda_counts(one_board_lost):
    assert versions({"cuda": "12.8"})["cuda"] == "12.8"


def test_machine_without_a_driver_has_no_gpus(no_driver):
    assert this_machine().gpus == ()
    assert "driver" not in versions({})
