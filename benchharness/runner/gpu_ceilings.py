"""What a GPU reaches at best: the roof over its timings, in the sandbox that they are taken in."""

from __future__ import annotations

from benchharness.errors import SandboxError
from benchharness.outcomes import Ceilings
from benchharness.runner.device_time import Traced
from benchharness.runner.devices import Device
from benchharness.runner.workers import Workers
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import WorkerLost, WorkerProcess, call_message
from benchharness.timing import CallFailed, alone_on_this_machine
from benchharness.worker.messages import Outcome

__all__ = ["gpu_ceilings"]

_SOURCE = b'''"""A copy and a matrix product of float32 numbers, which stay on the GPU."""

import torch

BACKEND = "torch"
made = {}


def copy(count):
    if not made:
        made["source"], made["target"] = torch.ones(count), torch.zeros(count)
    made["target"].copy_(made["source"])
    return 0


def product(side):
    if "matrix" not in made:
        made.clear()
        made["matrix"], made["result"] = torch.ones(side, side), torch.zeros(side, side)
    torch.mm(made["matrix"], made["matrix"], out=made["result"])
    return 0
'''
_COPIED = 2**26
_SIDE = 4096
_CALLS = 12


def gpu_ceilings(
    workers: Workers, device: Device, limits: Limits, *, copied: int = _COPIED, side: int = _SIDE
) -> Ceilings | None:
    """
    The fastest copy and the fastest float32 matrix product of PyTorch on a GPU, by its own clock.

    A copy of n numbers moves 8 n bytes, read and written; a product of two square matrices takes
    2 n³ operations. The fastest of several, since a ceiling is what the GPU can do at best; None
    where it cannot be had. TF32 is off, as it is where submissions are timed.
    """
    folder = workers.staging.folder()
    file = folder / "ceilings.py"
    file.write_bytes(_SOURCE)
    file.chmod(0o644)
    try:
        with alone_on_this_machine():
            worker = workers.new("torch", folder, device.uuid)
            try:
                worker.load(str(folder), [file.name], ["copy", "product"], limits)
                copy_s = _fastest(worker, "copy", copied, limits)
                product_s = _fastest(worker, "product", side, limits)
            finally:
                worker.close()
    except (CallFailed, SandboxError, WorkerLost):
        return None
    return Ceilings(8 * copied / copy_s, 2 * side**3 / product_s)


def _fastest(worker: WorkerProcess, function: str, size: int, limits: Limits) -> float:
    """The shortest time by the GPU's clock, the first calls apart, which find nothing ready."""
    seconds = []
    for _ in range(_CALLS):
        reply = worker.trace(call_message(function, (size,)), limits)
        if reply.outcome != Outcome.RETURNED:
            raise SandboxError(f"sandbox: {function} on the GPU {reply.outcome.name}")
        seconds.append(Traced.of(reply.value, reply.wall_s).device_s)
    told = [each for each in seconds[2:] if each]
    if not told:
        raise SandboxError("sandbox: the GPU tells no time")
    return min(told)
