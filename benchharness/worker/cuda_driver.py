"""CUDA's driver asked directly, in the way that every framework asks it, without a framework."""

from __future__ import annotations

import ctypes
import uuid
from pathlib import Path
from typing import Any

__all__ = ["visible_gpus"]

_LIBRARY = "libcuda.so.1"
_PHYSICAL = "/proc/driver/nvidia/gpus"


def visible_gpus() -> list[dict[str, object]]:
    """
    The GPUs that this process may use, in the driver's order, with number, name, UUID and bytes.

    Raises
    ------
    OSError
        If there is no driver library, or it cannot be started; the text says why.
    """
    driver = _driver(_LIBRARY)
    _ask(driver, "cuInit", 0)
    count = ctypes.c_int()
    _ask(driver, "cuDeviceGetCount", ctypes.byref(count))
    return [_gpu(driver, index) for index in range(count.value)]


def _driver(library: str) -> Any:
    try:
        return ctypes.CDLL(library)
    except OSError as problem:
        raise OSError(f"its library cannot be loaded: {problem}") from problem


def _gpu(driver: Any, index: int) -> dict[str, object]:
    device, memory_bytes = ctypes.c_int(), ctypes.c_size_t()
    name, number = ctypes.create_string_buffer(256), ctypes.create_string_buffer(16)
    _ask(driver, "cuDeviceGet", ctypes.byref(device), index)
    _ask(driver, "cuDeviceGetName", name, len(name), device)
    _ask(driver, _newest(driver, "cuDeviceGetUuid"), number, device)
    _ask(driver, _newest(driver, "cuDeviceTotalMem"), ctypes.byref(memory_bytes), device)
    return {
        "index": index,
        "name": name.value.decode(errors="replace"),
        "uuid": _prefixed(str(uuid.UUID(bytes=number.raw))),
        "memory_bytes": memory_bytes.value,
    }


def _prefixed(number: str) -> str:
    """The number as NVIDIA writes it, which tells a part of a GPU (MIG) from a whole one."""
    known = [file.read_text(errors="replace") for file in Path(_PHYSICAL).glob("*/information")]
    is_whole = not known or any(number in text for text in known)
    return f"GPU-{number}" if is_whole else f"MIG-{number}"


def _newest(driver: Any, function: str) -> str:
    """The second version of a function, which later drivers have."""
    return f"{function}_v2" if hasattr(driver, f"{function}_v2") else function


def _ask(driver: Any, function: str, *arguments: Any) -> None:
    status = getattr(driver, function)(*arguments)
    if status:
        raise OSError(f"{function} failed: {_explained(driver, status)}")


def _explained(driver: Any, status: int) -> str:
    text = ctypes.c_char_p()
    driver.cuGetErrorString(status, ctypes.byref(text))
    return f"{text.value.decode() if text.value else 'unknown'} (error {status})"
