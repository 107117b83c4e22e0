"""Where a worker computes: what happens around a call on a GPU, on a stand-in for one."""

import time

import numpy as np
import pytest
import stand_in_gpu

from benchharness.worker import devices
from benchharness.worker.devices import Cpu, TorchGpu, open_device

torch = pytest.importorskip("torch", reason="PyTorch is not installed here")


@pytest.fixture(autouse=True)
def defaults():
    """Leave PyTorch as it was."""
    before, threads = torch.get_default_device(), torch.get_num_threads()
    yield
    torch.set_default_device(before)
    torch.set_num_threads(threads)


@pytest.fixture
def cuda():
    return stand_in_gpu.Cuda()


@pytest.fixture
def gpu(cuda):
    """A GPU that was started."""
    gpu = stand_in_gpu.gpu(cuda)
    gpu.settle()
    cuda.diary.clear()
    return gpu


def test_worker_without_a_gpu_computes_on_the_cpu():
    assert isinstance(open_device("torch", gpu=False), Cpu)


def test_worker_with_a_gpu_computes_on_it():
    assert isinstance(open_device("torch", gpu=True), TorchGpu)


def test_numpy_computes_on_no_gpu():
    assert "numpy" not in devices.GPUS


def test_functions_of_torch_cuda_exist():
    """The stand-in offers what PyTorch does, under the same names."""
    names = [name for name in vars(stand_in_gpu.Cuda) if not name.startswith("__")]

    assert [name for name in names if not hasattr(torch.cuda, name)] == []


def test_arrays_in_an_argument_become_tensors_of_the_device(gpu):
    moved = gpu.tensor([np.ones(3, np.float32), (2, np.zeros(2))])

    assert [type(moved[0]), type(moved[1][1])] == [torch.Tensor, torch.Tensor]
    assert (moved[0].device.type, moved[1][0]) == ("cpu", 2)


def test_call_is_over_when_all_streams_are(gpu, cuda):
    gpu.run(lambda x: cuda.diary.append("work"), [torch.ones(2)])

    assert cuda.diary == ["work", "synchronize"]


def test_tensors_are_made_on_the_device(cuda, monkeypatch):
    chosen = []
    monkeypatch.setattr(torch, "set_default_device", chosen.append)

    stand_in_gpu.gpu(cuda).settle()

    assert chosen == ["cpu"]


def test_float32_is_computed_in_float32(cuda):
    torch.backends.cudnn.allow_tf32 = True
    try:
        stand_in_gpu.gpu(cuda).settle()
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
    finally:
        torch.backends.cudnn.allow_tf32 = True


def test_memory_of_an_answer_is_spoilt_before_the_next_call(gpu, monkeypatch):
    spoilt = []
    monkeypatch.setattr(gpu, "_block", lambda size: spoilt.append(torch.zeros(size)) or spoilt[-1])
    gpu.run(lambda: [torch.zeros(4), {"mask": torch.zeros(3, dtype=torch.bool)}], [])

    gpu.refresh()

    assert [block.tolist() for block in spoilt] == [[255] * 16, [255] * 3]


def test_cache_is_written_over_before_the_next_call(gpu):
    gpu._cache.fill_(1)

    gpu.refresh()

    assert gpu._cache.numel() == 2 * stand_in_gpu.CACHE_BYTES
    assert not gpu._cache.any()


def test_refresh_waits_for_work_that_was_left_under_way(gpu, cuda):
    gpu.refresh()

    assert cuda.diary == ["synchronize", "synchronize"]


def test_subclasses_of_tensors_are_not_asked_for_their_size(gpu):
    class Sly(torch.Tensor):
        def numel(self):
            raise AssertionError

    assert type(gpu.run(lambda: torch.ones(2).as_subclass(Sly), [])) is Sly


def test_trace_tells_the_seconds_between_two_events(gpu):
    answer, device_s, _ = gpu.trace(lambda x: time.sleep(0.02) or x + 1, [torch.ones(2)])

    assert answer.tolist() == [2, 2]
    assert device_s >= 0.02


def test_trace_tells_what_memory_was_taken_beyond_what_was_held(gpu):
    assert gpu.trace(lambda: None, [])[2] == 2000


def test_gpu_sleeps_before_a_traced_call_until_it_is_launched(gpu, cuda):
    gpu.trace(lambda: cuda.diary.append("work"), [])

    assert cuda.diary[-3:] == ["sleep", "work", "synchronize"]


def test_cpu_has_no_word_of_its_own():
    assert Cpu("numpy").trace(lambda x: x + 1, [1]) == (2, None, None)


# TensorFlow


@pytest.fixture(scope="module")
def tensorflow_gpu():
    """TensorFlow's CPU in the GPU's place."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed here")
    gpu = devices.TensorFlowGpu("/CPU:0")
    gpu.settle()
    return gpu


def test_tensorflow_makes_tensors_on_the_device(tensorflow_gpu):
    (tensor,) = tensorflow_gpu.tensor([np.ones(3, np.float32)])

    assert tensor.device.endswith("CPU:0")


def test_tensorflow_waits_for_the_device(tensorflow_gpu, monkeypatch):
    diary = []
    monkeypatch.setattr(tensorflow_gpu, "refresh", lambda: diary.append("synchronize"))

    tensorflow_gpu.run(lambda: diary.append("work"), [])

    assert diary == ["work", "synchronize"]


def test_tensorflow_has_no_word_of_its_own(tensorflow_gpu):
    x = tensorflow_gpu.tensor(np.ones(2, np.float32))

    answer, device_s, peak_bytes = tensorflow_gpu.trace(lambda x: x + 1, [x])

    assert (answer.numpy().tolist(), device_s, peak_bytes) == ([2, 2], None, None)
