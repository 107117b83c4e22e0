"""
A stand-in for one GPU: PyTorch on the CPU, behind the functions of `torch.cuda` that we call.

Fork-servers and the probe run this file where a test has named it in `launch.STAND_IN`.
"""

import time
from types import SimpleNamespace

from benchharness.worker import cuda_driver, devices
from benchharness.worker.devices import TorchGpu

UUID = "GPU-00000000-1111-2222-3333-444444444444"
CYCLES_PER_S = 1e9
CACHE_BYTES = 4096


class Event:
    """A moment on the GPU's clock."""

    def __init__(self, enable_timing):
        assert enable_timing
        self.at_s = 0.0

    def record(self):
        self.at_s = time.perf_counter()

    def elapsed_time(self, end):
        return 1e3 * (end.at_s - self.at_s)


class Cuda:
    """What stands for `torch.cuda`; it keeps a diary of what it was asked to do."""

    Event = Event

    def __init__(self):
        self.diary = []

    def get_device_properties(self, index):
        assert index == 0
        return SimpleNamespace(L2_cache_size=CACHE_BYTES)

    def synchronize(self):
        self.diary.append("synchronize")

    def _sleep(self, cycles):
        self.diary.append("sleep")
        time.sleep(cycles / CYCLES_PER_S)

    def reset_peak_memory_stats(self):
        self.diary.append("reset")

    def memory_allocated(self):
        return 1000

    def max_memory_allocated(self):
        return 3000


def gpu(cuda=None):
    """The GPU of a worker, with PyTorch's CPU in its place."""
    return TorchGpu(cuda or Cuda(), "cpu")


def stand_in():
    """Take the GPU's place in this process."""
    devices.GPUS["torch"] = gpu
    shown = {"index": 0, "name": "Stand-in", "uuid": UUID, "memory_bytes": 2**30}
    cuda_driver.visible_gpus = lambda: [shown]


if __name__ == "__main__":
    stand_in()
