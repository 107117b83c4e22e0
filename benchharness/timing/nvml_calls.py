"""Calls of NVML, and what its errors mean to a person: one sentence, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from benchharness.timing.meters import NotMeasured

__all__ = ["Asked", "GpuLost", "NvmlUnavailable", "or_none", "problem_of", "said", "text"]

_T = TypeVar("_T")

_REMEDIES = {
    "NVML_ERROR_LIBRARY_NOT_FOUND": (
        "the NVIDIA driver's library libnvidia-ml.so.1 is not here: install the driver, or start "
        "the container with its GPUs (docker run --gpus all)"
    ),
    "NVML_ERROR_DRIVER_NOT_LOADED": (
        "the NVIDIA driver is not loaded: load it with `modprobe nvidia`, or reboot"
    ),
    "NVML_ERROR_NO_PERMISSION": (
        "no permission to ask the GPU: join the group that owns /dev/nvidia*, or ask the "
        "administrator"
    ),
    "NVML_ERROR_LIB_RM_VERSION_MISMATCH": (
        "the driver's kernel module and its library are of different versions, as after an "
        "update: reboot, or load the module again"
    ),
    "NVML_ERROR_GPU_IS_LOST": (
        "the GPU is lost, it fell off the bus: look for Xid in `dmesg`, then reboot"
    ),
    "NVML_ERROR_RESET_REQUIRED": (
        "the GPU has to be reset: run `nvidia-smi --gpu-reset` as root, or reboot"
    ),
    "NVML_ERROR_UNKNOWN": (
        "the driver reports an unknown error: look for Xid in `dmesg`, and reboot if it stays"
    ),
    "NVML_ERROR_UNINITIALIZED": "the driver's library was closed meanwhile: run it again",
    "NVML_ERROR_NOT_SUPPORTED": "this GPU, or its virtual form, does not support it",
    "NVML_ERROR_FUNCTION_NOT_FOUND": "the driver is too old for it: install a newer one",
    "NVML_ERROR_ARGUMENT_VERSION_MISMATCH": "the driver is too old for it: install a newer one",
    "NVML_ERROR_INSUFFICIENT_POWER": "the GPU's extra power cable is not plugged in: plug it in",
    "NVML_ERROR_IRQ_ISSUE": "the driver's interrupts do not arrive: see `dmesg`, then reboot",
    "NVML_ERROR_NO_DATA": "the driver has no value for it now: try again",
}
_LOST = (
    "NVML_ERROR_GPU_IS_LOST",
    "NVML_ERROR_RESET_REQUIRED",
    "NVML_ERROR_UNKNOWN",
    "NVML_ERROR_UNINITIALIZED",
    "NVML_ERROR_DRIVER_NOT_LOADED",
)


class NvmlUnavailable(NotMeasured):
    """NVML cannot be asked anything on this machine."""


class GpuLost(NotMeasured):
    """
    A GPU does not answer any more, or the driver is in disorder.

    Some drivers also say so of a single question that they do not know: only what has worked
    before can be lost.
    """


def said(library: Any, problem: Any) -> str:
    """One sentence for an error of NVML: what it is, and what to do."""
    return _REMEDIES.get(_code(library, problem), f"{problem}; see `nvidia-smi`")


def problem_of(library: Any, what: str, problem: Any) -> NotMeasured:
    """An error of NVML as ours; `what` is what was asked for."""
    kind = GpuLost if _code(library, problem) in _LOST else NotMeasured
    return kind(f"{what}: {said(library, problem)}")


def _code(library: Any, problem: Any) -> str:
    codes = {*_REMEDIES, *_LOST}
    return next((c for c in codes if getattr(library, c, None) == problem.value), "")


class Asked:
    """Something that calls functions of NVML, and turns its errors into sentences."""

    def __init__(self, library: Any) -> None:
        self.library = library

    def ask(self, what: str, function: str, *arguments: Any) -> Any:
        """What a function of NVML returns; `what` names it in messages."""
        call = getattr(self.library, function, None)
        if call is None:
            raise NotMeasured(f"{what}: nvidia-ml-py is too old: pip install -U nvidia-ml-py")
        try:
            return call(*arguments)
        except self.library.NVMLError as problem:
            raise problem_of(self.library, what, problem) from problem


def or_none(ask: Callable[[], _T]) -> _T | None:
    """The answer, or None where there is none."""
    try:
        return ask()
    except NotMeasured:
        return None


def text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
