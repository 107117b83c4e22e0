"""NVIDIA GPUs as the driver's management library, NVML, knows them; alone here imports pynvml."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from benchharness.timing.cuda_order import Installed, visible_uuids
from benchharness.timing.gpu_sensors import Device
from benchharness.timing.meters import NotMeasured
from benchharness.timing.nvml_calls import Asked, NvmlUnavailable, or_none, said, text

__all__ = ["Gpu", "Nvml", "open_nvml"]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Gpu:
    """
    What a GPU is, and never changes while it is measured; None where it is not told.

    An instance of MIG has its own name, UUID and memory, and the power limit and PCIe link of the
    whole GPU, whose UUID is `parent_uuid`. `missing` says why something is not told.
    """

    index: int
    name: str
    uuid: str
    parent_uuid: str | None = None
    driver: str | None = None
    cuda: str | None = None
    nvml: str | None = None
    memory_bytes: int | None = None
    power_limit_w: float | None = None
    power_limit_default_w: float | None = None
    pcie_generation: int | None = None
    pcie_width: int | None = None
    ecc: bool | None = None
    mig: bool | None = None
    compute_capability: str | None = None
    persistence: bool | None = None
    missing: tuple[tuple[str, str], ...] = ()

    def facts(self) -> dict[str, object]:
        """All that is told, as it goes into the results."""
        told = ((f.name, getattr(self, f.name)) for f in fields(self) if f.name != "missing")
        return {name: value for name, value in told if value is not None}


@contextmanager
def open_nvml(library: Any = None) -> Iterator[Nvml]:
    """
    NVML, ready to be asked; `library` stands in for the module pynvml.

    Raises
    ------
    NvmlUnavailable
        If the package, the driver or the permission is missing; the text says what to do.
    """
    library = library or _library()
    try:
        library.nvmlInit()
    except library.NVMLError as problem:
        raise NvmlUnavailable(f"NVML: {said(library, problem)}") from problem
    try:
        yield Nvml(library)
    finally:
        with contextlib.suppress(library.NVMLError):
            library.nvmlShutdown()


def _library() -> Any:
    try:
        library = importlib.import_module("pynvml")
    except ImportError as problem:
        raise NvmlUnavailable(
            "nvidia-ml-py is not installed: pip install nvidia-ml-py"
        ) from problem
    if not hasattr(library, "nvmlDeviceGetFieldValues"):
        raise NvmlUnavailable(
            "the module pynvml is not NVIDIA's: pip uninstall pynvml, pip install nvidia-ml-py"
        )
    return library


class Nvml(Asked):
    """The GPUs of this machine that NVML lists."""

    def __init__(self, library: Any) -> None:
        super().__init__(library)
        self.problems: list[str] = []

    def devices(self) -> list[Device]:
        """
        Every GPU that answers, instances of MIG after the GPU that they are part of.

        What is wrong with the others is in `problems`.
        """
        self.problems = []
        found = []
        for index in range(self.ask("number of GPUs", "nvmlDeviceGetCount")):
            try:
                handle = self.ask(f"GPU {index}", "nvmlDeviceGetHandleByIndex", index)
                device = Device(self.library, handle, index)
                found += [device, *device.instances()]
            except NotMeasured as problem:
                self.problems.append(str(problem))
        return found

    def for_uuid(self, uuid: object) -> Device:
        """
        The device with the UUID that CUDA reports, with or without its prefix.

        CUDA may report the UUID of the whole GPU where it works on an instance of MIG; it is
        shown one instance of a GPU only, and that is the one.

        Raises
        ------
        NotMeasured
            If no device has it.
        """
        bare = str(uuid).lower().removeprefix("gpu-").removeprefix("mig-")
        devices = self.devices()
        for device in devices:
            if device.uuid.lower().partition("-")[2] == bare:
                return self._shown_instance(device, devices) if device.has_mig else device
        told = "; ".join(self.problems) or "see `nvidia-smi -L`"
        raise NotMeasured(f"NVML knows no GPU with the UUID {uuid}: {told}")

    def for_cuda(self, index: int, environ: Mapping[str, str] = os.environ) -> Device:
        """
        The device that is `cuda:index` for a process with these environment variables.

        `for_uuid` is surer, where CUDA can be asked.
        """
        devices = self.devices()
        shown = self._shown(devices, environ)
        if index >= len(shown):
            raise NotMeasured(
                f"cuda:{index}: CUDA sees {len(shown)} device(s) here: see CUDA_VISIBLE_DEVICES "
                "and `nvidia-smi -L`"
            )
        return shown[index]

    def versions(self) -> dict[str, str]:
        """The driver's version, and the newest CUDA that it can run, as far as they are told."""
        found = {"driver": or_none(self._driver), "cuda": or_none(self._cuda)}
        return {name: version for name, version in found.items() if version}

    def identity(self, device: Device) -> Gpu:
        """All that NVML tells of what a device is."""
        missing: dict[str, str] = {}

        def told(name: str, ask: Callable[[], _T]) -> _T | None:
            try:
                return ask()
            except NotMeasured as problem:
                missing[name] = str(problem)
                return None

        return Gpu(
            index=device.index,
            name=device.name,
            uuid=device.uuid,
            parent_uuid=device.whole.uuid if device.is_instance else None,
            driver=told("driver", self._driver),
            cuda=told("cuda", self._cuda),
            nvml=told("nvml", lambda: text(self.ask("NVML", "nvmlSystemGetNVMLVersion"))),
            **{name: told(name, ask) for name, ask in device.facts().items()},
            missing=tuple(missing.items()),
        )

    def _driver(self) -> str:
        return text(self.ask("driver", "nvmlSystemGetDriverVersion"))

    def _cuda(self) -> str:
        number = self.ask("CUDA", "nvmlSystemGetCudaDriverVersion_v2")
        return f"{number // 1000}.{number % 1000 // 10}"

    def _shown(self, devices: list[Device], environ: Mapping[str, str]) -> list[Device]:
        installed = [
            Installed(
                uuid=gpu.uuid,
                name=gpu.name,
                mig=gpu.has_mig,
                instances=tuple(d.uuid for d in devices if d.is_instance and d.whole is gpu),
            )
            for gpu in devices
            if not gpu.is_instance
        ]
        by_uuid = {device.uuid: device for device in devices}
        return [by_uuid[uuid] for uuid in visible_uuids(installed, environ)]

    def _shown_instance(self, whole: Device, devices: list[Device]) -> Device:
        shown = self._shown(devices, os.environ)
        return next((device for device in shown if device.whole is whole), whole)
