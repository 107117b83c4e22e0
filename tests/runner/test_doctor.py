"""What the machine offers, found by trying it."""

import sys

import numpy as np
import pytest
import stand_in_gpu
from timing.simulated_nvml import Clock as SimulatedClock
from timing.simulated_nvml import SimulatedNvml, a100, vgpu

from benchharness.outcomes import Isolation
from benchharness.reporting.examination import as_json, as_text
from benchharness.runner.doctor import examine
from benchharness.sandbox import gpu, launch
from benchharness.sandbox.confine import LAYERS
from benchharness.worker.devices import GPUS


@pytest.fixture(scope="module")
def examination():
    return examine()


def test_versions_of_the_packages_are_told(examination):
    assert examination.packages["numpy"] == np.__version__


def test_missing_package_is_told_as_missing(examination, monkeypatch):
    monkeypatch.setattr("benchharness.runner.doctor._PACKAGES", {"nobody": "nobodys-package"})

    assert examine().packages == {"nobody": None}


def test_each_layer_works_or_has_a_reason_why_not(examination):
    isolation = examination.isolation
    if isolation is None:
        pytest.skip(f"no worker starts here: {examination.sandbox_problem}")

    assert sorted([*isolation.layers, *dict(isolation.missing)]) == sorted(LAYERS)


def test_worker_was_started_for_real(examination):
    assert isinstance(examination.isolation, Isolation)
    assert examination.worker_start_s > 0


def test_clock_was_read(examination):
    assert 0 < examination.clock.overhead_s < 1
    assert examination.clock.probe_spread >= 0


def test_gpus_are_named_or_their_absence_explained(examination):
    assert examination.gpus or examination.gpu_problem


@pytest.fixture
def with_gpus(monkeypatch):
    """A machine with three simulated boards: a whole one, a virtual one, and one that is lost."""
    clock = SimulatedClock()
    boards = [a100(clock), vgpu(clock), a100(clock, 9, lost_at=0.0)]
    monkeypatch.setitem(sys.modules, "pynvml", SimulatedNvml(boards))
    return examine()


def test_each_board_tells_its_sensors_or_why_not(with_gpus):
    whole, virtual = with_gpus.gpus

    assert whole.sensors["energy"] == "works" and not whole.missing
    assert "does not support it" in virtual.missing["energy"]


def test_board_that_does_not_answer_is_told(with_gpus):
    assert "GPU 2: the GPU is lost" in with_gpus.gpu_problem


def test_boards_are_shown_to_a_person(with_gpus):
    shown = as_text(with_gpus)

    assert "gpu        0: NVIDIA A100-SXM4-40GB: 40.0 GiB, 400 W, driver 580.95.05" in shown
    assert "gpu        energy             missing: this GPU, or its virtual form" in shown


def test_boards_are_shown_to_a_program(with_gpus):
    assert '"compute_capability": "8.0"' in as_json(with_gpus)


def test_energy_of_the_processor_is_measured_or_its_absence_explained(examination):
    assert examination.processor_energy or examination.processor_energy_problem


@pytest.fixture
def with_gpu(tmp_path, monkeypatch):
    """A machine with one GPU that PyTorch can use, played by a stand-in."""
    pytest.importorskip("torch", reason="PyTorch is not installed here")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "nvidiactl").touch()
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    monkeypatch.setattr(launch, "STAND_IN", stand_in_gpu.__file__)
    monkeypatch.delitem(GPUS, "tensorflow")


def test_gpus_that_are_timed_on_were_tried(with_gpu):
    assert examine().timed_on == {"torch": ("cuda:0",)}


def test_gpus_that_are_timed_on_are_told(with_gpu):
    assert "timed on   torch              cuda:0" in as_text(examine())


def test_machine_without_a_gpu_is_told_why_none_is_timed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "ROOT", tmp_path)

    assert "timed on   no GPU: there is no NVIDIA driver on this machine" in as_text(examine())
