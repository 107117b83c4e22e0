"""Device times of kernels by three ways: ours, Triton's `do_bench`, replay of a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchharness.runner.workers import Workers
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import call_message

__all__ = ["KERNELS", "ceilings_outside", "compared", "ours"]

SOURCE = """
import torch

BACKEND = "torch"


def product(x, y):
    return x @ y


def softmax(x, y):
    return torch.softmax(x, dim=1)


def pointwise(x, y):
    return torch.tanh(x * y + x) * y


def reduction(x, y):
    return (x * y).sum(dim=1)
"""
KERNELS = ("product", "softmax", "pointwise", "reduction")
_ROUNDS, _CALLS = 5, 10


def ours(
    workers: Workers, folder: Path, uuid: str, inputs: Sequence[Any], limits: Limits
) -> Callable[[str], float]:
    """A function that tells a kernel's device time in seconds, as a worker reports it."""
    (folder / "kernels.py").write_text(SOURCE)
    worker = workers.new("torch", folder, uuid)
    worker.load(str(folder), ["kernels.py"], list(KERNELS), limits)

    def time(kernel: str) -> float:
        message = call_message(kernel, tuple(inputs))
        for _ in range(3):
            worker.call(message, limits)
        replies = [worker.trace(message, limits) for _ in range(_CALLS)]
        return median(reply.value["device_s"] for reply in replies)

    return time


def compared(
    workers: Workers, folder: Path, uuid: str, index: int, limits: Limits, size: int
) -> dict[str, dict[str, float]]:
    """For each kernel the median device time by each way, in seconds, measured in turn."""
    import torch
    from triton.testing import do_bench

    torch.cuda.set_device(index)
    torch.backends.cuda.matmul.allow_tf32 = False
    rng = np.random.default_rng(1)
    inputs = [rng.standard_normal((size, size), dtype=np.float32) for _ in range(2)]
    tensors = [torch.from_numpy(array).cuda() for array in inputs]
    functions: dict[str, Any] = {}
    exec(SOURCE, functions)
    by_worker = ours(workers, folder, uuid, inputs, limits)
    found = {}
    for kernel in KERNELS:
        call = _bound(functions[kernel], tensors)
        replay = _graph(torch, call)
        ways: dict[str, Callable[[], float]] = {
            "ours_s": lambda kernel=kernel: by_worker(kernel),  # type: ignore[misc]
            "do_bench_s": lambda call=call: _ms(do_bench, call) / 1e3,  # type: ignore[misc]
            "graph_s": replay,
        }
        rounds = [{name: way() for name, way in ways.items()} for _ in range(_ROUNDS)]
        found[kernel] = {name: median(each[name] for each in rounds) for name in ways}
    return found


def ceilings_outside(index: int, copied: int = 2**26, side: int = 4096) -> dict[str, float]:
    """The fastest copy and product of float32 numbers in this process, without a sandbox."""
    import torch

    torch.cuda.set_device(index)
    torch.backends.cuda.matmul.allow_tf32 = False
    source, target = torch.ones(copied, device="cuda"), torch.zeros(copied, device="cuda")
    matrix = torch.ones(side, side, device="cuda")
    result = torch.zeros_like(matrix)
    copied_once = _graph(torch, lambda: target.copy_(source))
    multiplied_once = _graph(torch, lambda: torch.mm(matrix, matrix, out=result))
    copy_s = min(copied_once() for _ in range(_CALLS))
    product_s = min(multiplied_once() for _ in range(_CALLS))
    return {
        "copy_bytes_per_s": 8 * copied / copy_s,
        "matmul_flop_per_s": 2 * side**3 / product_s,
    }


def _bound(function: Callable[..., Any], tensors: Sequence[Any]) -> Callable[[], Any]:
    return lambda: function(*tensors)


def _ms(do_bench: Callable[..., Any], call: Callable[[], Any]) -> float:
    return float(do_bench(call, warmup=50, rep=200, return_mode="median"))


def _graph(torch: Any, call: Callable[[], Any]) -> Callable[[], float]:
    """The device time of a replay, each with a cache that was flushed."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    cache = torch.empty(256 * 2**20, dtype=torch.uint8, device="cuda")
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def once() -> float:
        cache.zero_()
        begin.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        return float(begin.elapsed_time(end)) / 1e3

    return lambda: median(once() for _ in range(3 * _CALLS))
