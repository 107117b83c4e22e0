"""The fork-servers of a run, one a backend, and what isolation their workers have reached."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from benchharness.errors import SandboxError
from benchharness.outcomes import Isolation
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging
from benchharness.sandbox.confine import Confinement, meets_strict
from benchharness.sandbox.gpu import access
from benchharness.sandbox.launch import ForkServer, FrameworkMissing
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import WorkerProcess
from benchharness.sandbox.spawn import SpawnServer

__all__ = ["MOST_COPIES", "Workers"]

_MODULES = {"numpy": "numpy", "torch": "torch", "tensorflow": "tensorflow"}
_INSTALL = {"torch": "pip install torch", "tensorflow": "pip install tensorflow-cpu"}
_SERVER: type[ForkServer | SpawnServer] = ForkServer if sys.platform == "linux" else SpawnServer
_SCRATCH_BYTES = 256 * 2**20
_FRAMEWORK_BYTES = 2048 * 2**20
MOST_COPIES = 12
"""Workers of one side of a measurement."""

_MOST_SIDES = 5
"""Submission, earlier version, reference, and null calls in two backends."""


class Workers:
    """Makes confined workers for any backend; restarts a fork-server that was killed, once."""

    def __init__(self, settings: Settings, staging: Staging) -> None:
        self._settings = settings
        self.staging = staging
        self._servers: dict[str, ForkServer | SpawnServer] = {}
        self._confinement: Confinement | None = None
        self.versions: dict[str, str] = {}

    def start(self, backends: Iterable[str]) -> None:
        """Let fork-servers begin to import; does not wait."""
        for backend in backends:
            if backend not in self._servers and _is_installed(backend):
                self._servers[backend] = _SERVER(backend, self._memory_bytes)

    def prepare(self, backends: Iterable[str]) -> None:
        """Start fork-servers and wait for them, so that forks of this process share them."""
        self.start(backends)
        for backend in backends:
            if server := self._servers.get(backend):
                with contextlib.suppress(FrameworkMissing):  # told when a worker is asked for
                    self.versions |= server.wait_until_ready()

    @property
    def backends(self) -> frozenset[str]:
        """The backends that have a fork-server."""
        return frozenset(self._servers)

    def new(self, backend: str, folder: Path, gpu: str = "") -> WorkerProcess:
        """
        A confined worker that may read `folder` and use the GPU with the UUID `gpu`, or none.

        Raises
        ------
        FrameworkMissing
            If the backend is not installed here.
        SandboxError
            If no worker can be had, or the tier `strict` was asked for and cannot be reached.
        """
        if not _is_installed(backend):
            raise FrameworkMissing(
                f"{backend} is not installed on this machine: {_INSTALL[backend]}"
            )
        try:
            return self._new(backend, folder, gpu)
        except FrameworkMissing:
            raise
        except SandboxError:
            self._servers.pop(backend).close()
            return self._new(backend, folder, gpu)

    def gpu_problem(self, backend: str, gpu: str) -> str:
        """Why no worker of `backend` can use a GPU, found by starting one; empty if one can."""
        try:
            self._new(backend, self.staging.folder(), gpu).close()
        except SandboxError as problem:
            return str(problem)
        return ""

    @property
    def isolation(self) -> Isolation:
        """The tier and the layers that the workers of this run have reached."""
        if self._confinement is None:
            return Isolation("off" if self._settings.sandbox == "off" else "process")
        return Isolation(self._tier(), self._confinement.layers, self._confinement.missing)

    @property
    def _memory_bytes(self) -> int:
        """For a fork-server, its framework, and as many workers as a measurement needs at once."""
        workers = _MOST_SIDES * MOST_COPIES
        return workers * self._settings.limits.memory_bytes + _FRAMEWORK_BYTES

    def close(self) -> None:
        """End all fork-servers, and with them all workers."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()

    def _new(self, backend: str, folder: Path, gpu: str) -> WorkerProcess:
        self.start([backend])
        server = self._servers[backend]
        self.versions |= server.wait_until_ready()
        limits = self._settings.limits
        policy = Policy(
            tier=self._settings.sandbox,
            submission=str(folder),
            memory_bytes=limits.memory_bytes,
            scratch_bytes=_SCRATCH_BYTES,
            scratch_parent=str(self.staging.scratch),
            gpu=access(gpu) if gpu else None,
        )
        worker = server.worker(policy, limits)
        confinement = Confinement(**worker.confinement)
        if not gpu:  # what checks are graded in
            self._confinement = confinement
        if self._settings.sandbox == "strict" and (reason := meets_strict(confinement)):
            worker.close()
            raise SandboxError(
                f"sandbox: strict isolation cannot be had here: {reason}; "
                "see `benchharness doctor`, or use --bench-sandbox auto"
            )
        return worker

    def _tier(self) -> str:
        assert self._confinement is not None
        if self._settings.sandbox in ("off", "process"):
            return self._settings.sandbox
        return "process" if meets_strict(self._confinement) else "strict"


def _is_installed(backend: str) -> bool:
    return importlib.util.find_spec(_MODULES[backend]) is not None
