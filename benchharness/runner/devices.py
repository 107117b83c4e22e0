"""The devices that a run times on: the CPU, and the GPUs that a backend can really use here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchharness.errors import UsageError
from benchharness.runner.settings import Settings
from benchharness.runner.workers import Workers
from benchharness.sandbox.gpu import VisibleGpu, visible
from benchharness.worker.devices import GPUS

__all__ = ["CPU", "Device", "Devices"]


@dataclass(frozen=True)
class Device:
    """A device by the name that results have for it; a GPU with the UUID that drivers know."""

    name: str
    uuid: str = ""


CPU = Device("cpu")


class Devices:
    """
    Which devices each backend is timed on, found out when it is asked for and then kept.

    A GPU that CUDA's driver shows is tried with a worker before anything is timed on it: the
    framework may be built without CUDA or for other GPUs, and the sandbox may be too tight.
    """

    def __init__(self, settings: Settings, workers: Workers) -> None:
        self._asked, self._workers = settings.device, workers
        self._is_timing = settings.timing != "off"
        self._visible: tuple[tuple[VisibleGpu, ...], str] | None = None
        self._known: dict[str, tuple[Device, ...]] = {}
        self.left_out: list[str] = []

    def prepare(self, backends: Iterable[str]) -> None:
        """
        Find out for some backends, so that forks of this process need not.

        Raises
        ------
        UsageError
            If a GPU is asked for and one of them, which could, can use none here.
        """
        if self._is_timing:
            for backend in backends:
                self.of(backend)

    def refuse_in_vain(self, backends: Iterable[str]) -> None:
        """
        See that there is something to time, when these are all the backends of a run.

        Raises
        ------
        UsageError
            If a GPU is asked for and none of them computes on one.
        """
        found = dict.fromkeys(backends)
        if self._is_timing and self._asked == "cuda" and found and not GPUS.keys() & found:
            able, here = " or ".join(sorted(GPUS)), ", ".join(found)
            raise UsageError(f"device cuda: only {able} compute on a GPU; here is only {here}")

    def of(self, backend: str) -> tuple[Device, ...]:
        """
        The devices that a submission in `backend` is timed on.

        Raises
        ------
        UsageError
            If a GPU is asked for and this backend, which could, can use none here.
        """
        if backend not in self._known:
            self._known[backend] = self._found(backend)
        return self._known[backend]

    def known(self, backend: str) -> tuple[Device, ...]:
        """The same, as far as it has been found out."""
        return self._known.get(backend, ())

    def _found(self, backend: str) -> tuple[Device, ...]:
        processor = () if self._asked == "cuda" else (CPU,)
        if self._asked == "cpu" or backend not in GPUS:
            return processor
        if self._visible is None:
            self._visible = visible()
        shown, problem = self._visible
        problems = [problem] if problem else []
        usable = []
        for gpu in shown:
            name = f"cuda:{gpu.index}"
            if why := self._workers.gpu_problem(backend, gpu.uuid):
                problems.append(f"{backend} cannot use {name} ({gpu.name}): {why}")
                self.left_out.append(problems[-1])
            else:
                usable.append(Device(name, gpu.uuid))
        if self._asked == "cuda" and not usable:
            raise UsageError(f"device cuda: {'; '.join(problems)}. Use cpu to time without a GPU.")
        return (*processor, *usable)
