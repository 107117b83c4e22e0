"""Submissions timed on a GPU from beginning to end, with a stand-in where CUDA would be."""

from dataclasses import replace

import pytest
import stand_in_gpu
from tiny_suite import copy_tiny_suite

from benchharness.errors import UsageError
from benchharness.outcomes import Ceilings
from benchharness.runner import timing as timing_module
from benchharness.runner.devices import Device
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.gpu_ceilings import gpu_ceilings
from benchharness.runner.grader import Assignment, Grader, grade
from benchharness.runner.settings import Settings
from benchharness.sandbox import gpu, launch
from benchharness.suite.load import load_suite
from benchharness.worker.devices import GPUS

pytest.importorskip("torch", reason="PyTorch is not installed here")

RIGHT = """
import torch
BACKEND = "torch"
def negative(image):
    return 255 - image
def total(values):
    return values.sum()
"""
OTHERWISE_ON_GPU = """
import os, torch
BACKEND = "torch"
gpu = os.environ["CUDA_VISIBLE_DEVICES"] != "-1"
"""
WRONG_ON_GPU = OTHERWISE_ON_GPU + "def negative(image):\n    return 255 - image + gpu\n"
RAISES_ON_GPU = (
    OTHERWISE_ON_GPU
    + """
def negative(image):
    if gpu:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")
    return 255 - image
"""
)
FORGED_CLOCK = (
    RIGHT
    + """
import gc
class Forged:
    def __init__(self, real):
        self.real = real
    def record(self):
        self.real.record()
    def elapsed_time(self, end):
        return CLAIMED
for found in gc.get_objects():
    if type(found).__name__ == "TorchGpu":
        found._begin = Forged(found._begin)
"""
)
GPU = Device("cuda:0", stand_in_gpu.UUID)
SHORT = replace(timing_module.QUICK, budget_s=0.05, wall_s=2.0)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine with one GPU, and measurements as short as they get."""
    root = tmp_path_factory.mktemp("root")
    for name in ("nvidiactl", "nvidia-uvm", "nvidia0"):
        (root / "dev").mkdir(exist_ok=True)
        (root / "dev" / name).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "ROOT", root)
        patch.setattr(launch, "STAND_IN", stand_in_gpu.__file__)
        patch.setitem(timing_module._PRESETS, "quick", SHORT)
        yield root


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """The tiny suite with work enough to be timed, and a right submission in PyTorch beside it."""
    folder = copy_tiny_suite(tmp_path_factory.mktemp("suites"))
    tasks = folder / "bench_tiny.py"
    tasks.write_text(tasks.read_text().replace("sizes=(8,)", "sizes=(512,)"))
    (folder / "accepted").mkdir()
    (folder / "accepted" / "pytorch.py").write_text(RIGHT)
    return load_suite(folder)


@pytest.fixture(scope="module")
def grader(machine, suite):
    with Grader(Settings(seed=3), [suite]) as grader:
        yield grader


@pytest.fixture
def timed(grader, suite, tmp_path):
    """A function that times a submission's first task on the GPU alone."""

    def time(source, suite=suite):
        path = tmp_path / "submission.py"
        path.write_text(source)
        assignment = Assignment(grader.take_in(path), suite, suite.tasks[0], "torch")
        return grader.time(assignment, suite.tasks[0].workloads[0], 512, GPU)

    return time


@pytest.fixture(scope="module")
def both(machine, suite, tmp_path_factory):
    """A right submission on the CPU and on the GPU."""
    path = tmp_path_factory.mktemp("right") / "right.py"
    path.write_text(RIGHT)
    return grade([path], [suite], Settings(seed=3)).submissions[0].tasks[0].timings


def test_submission_is_timed_on_the_cpu_and_on_the_gpu(both):
    assert [timing.device for timing in both] == ["cpu", "cuda:0"]


def test_every_timed_call_is_verified_on_both(both):
    assert all(timing.verified_calls == timing.calls > 0 for timing in both)


def test_gpus_own_time_stands_beside(both):
    assert both[0].device_median_s is None
    assert both[1].device_median_s > 0


def test_gpu_has_a_roof_of_its_own(grader, timed):
    timed(RIGHT)
    grader.devices.of("torch")
    found = gpu_ceilings(grader.workers, GPU, grader.settings.limits, copied=10_000, side=64)

    assert found.copy_bytes_per_s > 1e6 and found.matmul_flop_per_s > 1e6


def test_full_timing_measures_the_roofs_of_the_devices_it_was_taken_on(
    machine, suite, tmp_path, monkeypatch
):
    asked = []

    def measured(workers, device, limits):
        asked.append(device)
        return Ceilings(1e12, 5e13)

    monkeypatch.setattr("benchharness.runner.grader.gpu_ceilings", measured)
    with Grader(Settings(timing="full"), [suite]) as grader:
        assert set(grader.ceilings()) == {"cpu"} and not asked
        grader.devices.of("torch")
        assert grader.ceilings()["cuda:0"] == Ceilings(1e12, 5e13)
    assert asked == [GPU]


def test_gpu_that_fails_has_no_roof(machine, suite, monkeypatch):
    monkeypatch.setattr("benchharness.runner.gpu_ceilings._SOURCE", b"raise ValueError")
    with Grader(Settings(), [suite]) as grader:
        assert gpu_ceilings(grader.workers, GPU, grader.settings.limits, copied=8, side=8) is None


def test_reference_on_the_gpu_is_the_suites_own_submission(both):
    assert (both[1].reference_backend, both[1].reference_device) == ("torch", "cuda:0")
    assert both[1].reference_device_median_s > 0


def test_memory_that_a_call_takes_is_told(both):
    assert both[1].peak_memory_bytes == 2000


def test_waiting_for_a_gpu_is_not_called_a_disturbance(both):
    assert both[1].contaminated_share is None


def test_suite_without_a_right_submission_in_pytorch_lends_its_numpy(timed, suite, tmp_path):
    timing = timed(RIGHT, replace(suite, folder=tmp_path))

    assert (timing.reference_backend, timing.reference_device) == ("numpy", "cpu")
    assert timing.reference_device_median_s is None


def test_right_submission_that_is_wrong_on_a_gpu_is_no_reference(timed, suite, tmp_path):
    (tmp_path / "accepted").mkdir()
    (tmp_path / "accepted" / "pytorch.py").write_text(WRONG_ON_GPU)

    timing = timed(RIGHT, replace(suite, folder=tmp_path))

    assert (timing.status == "failed", timing.reference_device) == (False, "cpu")


def test_earlier_version_runs_on_the_same_gpu(grader, suite, tmp_path):
    paths = [tmp_path / "today.py", tmp_path / "yesterday.py"]
    for path in paths:
        path.write_text(RIGHT)
    today, yesterday = map(grader.take_in, paths)
    grader.compare_with(today, EarlierVersion("yesterday", 0.02, yesterday))
    (workload,) = suite.tasks[0].workloads

    timing = grader.time(Assignment(today, suite, suite.tasks[0], "torch"), workload, 512, GPU)

    assert timing.against.status in ("ok", "noisy")


def test_wrong_answer_on_the_gpu_fails_the_timing(timed):
    assert timed(WRONG_ON_GPU).status == "failed"


def test_what_does_not_run_on_the_gpu_says_why(timed):
    timing = timed(RAISES_ON_GPU)

    assert timing.status == "failed"
    assert "can't convert cuda:0 device type tensor to numpy" in timing.message


@pytest.mark.parametrize("claimed", ["1e6", "-1.0", "float('nan')", "float('inf')"])
def test_gpus_time_that_cannot_be_is_tampering(claimed, timed):
    timing = timed(FORGED_CLOCK.replace("CLAIMED", claimed))

    assert (timing.status, timing.speed_ratio) == ("tampered", None)


def test_forged_time_below_the_truth_changes_nothing_else(timed):
    timing = timed(FORGED_CLOCK.replace("CLAIMED", "1e-6"))

    assert timing.device_median_s == pytest.approx(1e-9)
    assert timing.status in ("ok", "noisy")


@pytest.mark.parametrize(
    "asked, names", {"cpu": ["cpu"], "cuda": ["cuda:0"], "all": ["cpu", "cuda:0"]}.items()
)
def test_devices_are_those_that_are_asked_for(asked, names, machine, suite):
    with Grader(Settings(device=asked), [suite]) as grader:
        assert [device.name for device in grader.devices.of("torch")] == names


# Machines without


def test_numpy_is_timed_on_the_cpu_alone(grader):
    assert [device.name for device in grader.devices.of("numpy")] == ["cpu"]


def test_machine_without_a_gpu_times_on_the_cpu_and_says_nothing(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    with Grader(Settings(), [suite]) as grader:
        assert [device.name for device in grader.devices.of("torch")] == ["cpu"]
        assert grader.devices.left_out == []


def test_gpu_asked_for_in_vain_is_a_mistake_that_says_why(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    with (
        Grader(Settings(device="cuda"), [suite]) as grader,
        pytest.raises(UsageError, match="device cuda: there is no NVIDIA driver on this machine"),
    ):
        grader.devices.prepare(["torch"])


def test_gpu_that_pytorch_cannot_use_is_left_out_with_the_reason(suite, machine, monkeypatch):
    source = (machine / "stand_in.py").write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(stand_in_gpu.__file__).rpartition('/')[0]!r})\n"
        "import stand_in_gpu\n"
        "from benchharness.worker import devices\n"
        "stand_in_gpu.stand_in()\n"
        "devices.GPUS['torch'] = devices.TorchGpu\n"
    )
    assert source
    monkeypatch.setattr(launch, "STAND_IN", str(machine / "stand_in.py"))
    with Grader(Settings(), [suite]) as grader:
        found = [device.name for device in grader.devices.of("torch")]
        (left_out,) = grader.devices.left_out

    assert found == ["cpu"]
    assert left_out.startswith("torch cannot use cuda:0 (Stand-in): ")
    assert "CUDA" in left_out


def test_gpu_that_is_asked_for_but_cannot_be_used_is_a_mistake(suite, machine, monkeypatch):
    monkeypatch.setitem(GPUS, "torch", None)
    monkeypatch.setattr(
        "benchharness.runner.workers.Workers.gpu_problem", lambda *_: "it is too old"
    )
    with (
        Grader(Settings(device="cuda"), [suite]) as grader,
        pytest.raises(UsageError, match=r"torch cannot use cuda:0 \(Stand-in\): it is too old"),
    ):
        grader.devices.prepare(["torch"])


def test_only_frameworks_compute_on_a_gpu(suite, machine):
    with (
        Grader(Settings(device="cuda"), [suite]) as grader,
        pytest.raises(UsageError, match="only tensorflow or torch compute on a GPU"),
    ):
        grader.devices.refuse_in_vain(["numpy"])


def test_submission_in_numpy_beside_others_has_no_device_where_gpus_are_asked_for(suite, machine):
    with Grader(Settings(device="cuda"), [suite]) as grader:
        grader.devices.refuse_in_vain(["numpy", "torch"])
        grader.devices.prepare(["numpy"])
        assert grader.devices.of("numpy") == ()


def test_without_timing_nobody_asks_for_devices(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    with Grader(Settings(device="cuda", timing="off"), [suite]) as grader:
        grader.devices.prepare(["torch"])
