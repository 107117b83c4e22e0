"""
Where a worker computes: on the CPU, or on one GPU through PyTorch or TensorFlow.

A worker sees at most one GPU, whatever its number on the machine, so it is always the first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from benchharness.worker.frameworks import settle, to_backend

__all__ = ["GPUS", "Cpu", "Device", "Function", "TensorFlowGpu", "TorchGpu", "open_device"]

Function = Callable[..., Any]

_CACHES = 2
"""How many times a GPU's second-level cache has to be written over to hold nothing of before."""

_LARGE_CACHE_BYTES = 64 * 2**20
"""Of a GPU whose cache PyTorch does not know."""

_GARBAGE = 0xFF
"""Bytes that read as NaN in every kind of float and as nothing useful in integers."""

_LEAD = 2.0
_SHORTEST_LEAD_S, _LONGEST_LEAD_S = 50e-6, 10e-3
_CALIBRATION_CYCLES = 1_000_000


class Device(Protocol):
    """Where arguments are to lie, and where calls are run to their end."""

    def settle(self) -> None:
        """What a fresh worker does once, before there is a submission."""

    def tensor(self, value: Any) -> Any:
        """An argument with its arrays as the backend's, on the device."""

    def run(self, function: Function, arguments: Sequence[Any]) -> Any:
        """What a call returns, when nothing that it has begun is still under way."""

    def refresh(self) -> None:
        """Leave nothing of the last call behind: neither work nor cached data nor its answer."""

    def trace(
        self, function: Function, arguments: Sequence[Any]
    ) -> tuple[Any, float | None, int | None]:
        """What `run` gives, the device's own seconds for it, and bytes that it took at most."""


class Cpu:
    """The processor, for any backend."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.tensor = to_backend(backend)

    def settle(self) -> None:
        """Compute with one thread."""
        settle(self.backend)

    def run(self, function: Function, arguments: Sequence[Any]) -> Any:
        """A call is over when it returns."""
        return function(*arguments)

    def refresh(self) -> None:
        """Nothing is left behind."""

    def trace(
        self, function: Function, arguments: Sequence[Any]
    ) -> tuple[Any, float | None, int | None]:
        """The processor has no clock of its own."""
        return function(*arguments), None, None


class TorchGpu:
    """
    A GPU through PyTorch. `cuda` is `torch.cuda`, and `place` what PyTorch calls the device.

    Functions that make tensors make them on the GPU, so that what was written for one device runs
    on the other, and float32 is computed in float32.
    """

    def __init__(self, cuda: Any = None, place: str = "cuda:0") -> None:
        self._torch = sys.modules["torch"]
        self._cuda = cuda or self._torch.cuda
        self._place = place
        self._to_torch = to_backend("torch")
        self._launch_s = 0.0
        self._left_bytes: list[int] = []

    def settle(self) -> None:
        """Start the GPU, and find out what `refresh` and `trace` need to know of it."""
        torch, cuda = self._torch, self._cuda
        settle("torch")
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.set_default_device(self._place)
        facts = cuda.get_device_properties(0)
        cache_bytes = getattr(facts, "L2_cache_size", None) or _LARGE_CACHE_BYTES
        self._cache = self._block(_CACHES * cache_bytes)
        self._begin = cuda.Event(enable_timing=True)
        self._end = cuda.Event(enable_timing=True)
        self._synchronize = cuda.synchronize
        for _ in range(2):  # the first time loads the kernel
            self._begin.record()
            cuda._sleep(_CALIBRATION_CYCLES)
            self._end.record()
            self._synchronize()
        self._cycles_per_s = _CALIBRATION_CYCLES * 1e3 / self._begin.elapsed_time(self._end)

    def tensor(self, value: Any) -> Any:
        """The tensors of an argument, copied to the GPU."""
        return _mapped(self._to_torch(value), self._torch.Tensor, self._moved)

    def run(self, function: Function, arguments: Sequence[Any]) -> Any:
        """A call is over when every stream of the GPU is."""
        began = time.perf_counter()
        answer = function(*arguments)
        self._launch_s = time.perf_counter() - began
        self._synchronize()
        self._left_bytes = _sizes(answer, self._torch.Tensor)
        return answer

    def refresh(self) -> None:
        """Wait for all streams, spoil the memory that the last answer had, flush the cache."""
        self._synchronize()
        blocks = [self._block(size) for size in self._left_bytes]
        for block in blocks:
            block.fill_(_GARBAGE)
        self._cache.zero_()
        self._synchronize()

    def trace(
        self, function: Function, arguments: Sequence[Any]
    ) -> tuple[Any, float | None, int | None]:
        """
        A call between two events.

        The GPU sleeps before the first one for as long as the call takes to be launched, so that
        it finds all that there is to do in its queue and does not wait for the processor.
        """
        self.refresh()
        cuda, launch_s = self._cuda, self._launch_s
        cuda.reset_peak_memory_stats()
        held_bytes = cuda.memory_allocated()
        lead_s = min(max(_LEAD * launch_s, _SHORTEST_LEAD_S), _LONGEST_LEAD_S)
        cuda._sleep(int(lead_s * self._cycles_per_s))
        self._begin.record()
        answer = function(*arguments)
        self._end.record()
        self._synchronize()
        self._left_bytes = _sizes(answer, self._torch.Tensor)
        device_s = self._begin.elapsed_time(self._end) / 1e3
        return answer, device_s, cuda.max_memory_allocated() - held_bytes

    def _block(self, size: int) -> Any:
        return self._torch.empty(size, dtype=self._torch.uint8, device=self._place)

    def _moved(self, tensor: Any) -> Any:
        return tensor.to(self._place)


class TensorFlowGpu:
    """A GPU through TensorFlow, which has no clock of its own for a call."""

    def __init__(self, place: str = "/GPU:0") -> None:
        self._tensorflow = sys.modules["tensorflow"]
        self._place = place
        self._to_tensorflow = to_backend("tensorflow")

    def settle(self) -> None:
        """Take memory as it is needed, and compute float32 in float32."""
        config = self._tensorflow.config
        for gpu in config.list_physical_devices("GPU"):
            config.experimental.set_memory_growth(gpu, True)
        config.experimental.enable_tensor_float_32_execution(False)
        with self._tensorflow.device(self._place):
            self._tensorflow.zeros(1).numpy()

    def tensor(self, value: Any) -> Any:
        """The tensors of an argument, made on the GPU."""
        with self._tensorflow.device(self._place):
            return self._to_tensorflow(value)

    def run(self, function: Function, arguments: Sequence[Any]) -> Any:
        """A call is over when the GPU is done."""
        with self._tensorflow.device(self._place):
            answer = function(*arguments)
        self.refresh()
        return answer

    def refresh(self) -> None:
        """Wait for what is under way."""
        self._tensorflow.test.experimental.sync_devices()

    def trace(
        self, function: Function, arguments: Sequence[Any]
    ) -> tuple[Any, float | None, int | None]:
        """A call without the device's own word."""
        return self.run(function, arguments), None, None


GPUS: dict[str, Callable[[], Device]] = {"torch": TorchGpu, "tensorflow": TensorFlowGpu}
"""The backends that compute on a GPU."""


def open_device(backend: str, *, gpu: bool) -> Device:
    """The device that a worker of `backend` computes on; nothing is started yet."""
    return GPUS[backend]() if gpu else Cpu(backend)


def _mapped(value: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    """A value with `change` made to everything of `kind` in it."""
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(item, kind, change) for item in value)
    return value


def _sizes(answer: Any, kind: Any) -> list[int]:
    """Bytes of each tensor in an answer; subclasses, which may do anything, are not asked."""
    if type(answer) is kind:
        return [answer.numel() * answer.element_size()]
    if type(answer) in (list, tuple):
        return [size for item in answer for size in _sizes(item, kind)]
    if type(answer) is dict:
        return _sizes(list(answer.values()), kind)
    return []
