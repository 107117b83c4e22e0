"""Workers as plain child processes where there is no fork-server: slower, and hardly confined."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchharness.sandbox.bells import ThreadBell
from benchharness.sandbox.launch import FrameworkMissing, cause_of_death, environment
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import MEDDLED, Death, WorkerProcess

__all__ = ["SpawnServer"]


class SpawnServer:
    """The fork-server's place on other systems: one process ahead of need imports a framework."""

    def __init__(self, backend: str, memory_bytes: int) -> None:
        self.backend = backend
        self.versions: dict[str, str] = {}
        self._spare = self._start()
        self._spare_is_ready = False

    def wait_until_ready(self) -> dict[str, str]:
        """Block until the framework is imported; the versions of what was."""
        if not self._spare_is_ready:
            self.versions = self._greeted(self._spare)
            self._spare_is_ready = True
        return self.versions

    def worker(self, policy: Policy, limits: Limits) -> WorkerProcess:
        """A new worker that waits for its first request; the next one begins to import."""
        self.wait_until_ready()
        process, self._spare = self._spare, self._start()
        self._spare_is_ready = False
        assert process.stdin is not None and process.stdout is not None
        folder = Path(tempfile.mkdtemp(prefix="benchharness-shared-"))
        files = [folder / "requests", folder / "replies"]
        inbox = _shared_memory(files[0], limits.request_bytes)
        outbox = _shared_memory(files[1], limits.reply_bytes)
        plain = policy if policy.tier == "off" else replace(policy, tier="process")
        order = {
            "requests": str(files[0]),
            "replies": str(files[1]),
            "policy": asdict(plain),
        }
        with contextlib.suppress(OSError):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        bell = ThreadBell(process.stdin, process.stdout)
        return WorkerProcess(_Child(process, folder), bell, inbox, outbox)

    def close(self) -> None:
        """End the spare process."""
        self._spare.kill()
        self._spare.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        module = "benchharness.sandbox.spawned"
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-m", module, self.backend],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )

    def _greeted(self, process: subprocess.Popen[bytes]) -> dict[str, str]:
        assert process.stdout is not None
        line = process.stdout.readline()
        answer: dict[str, Any] = json.loads(line or b'{"error": "it died while importing"}')
        if "error" in answer:
            raise FrameworkMissing(
                f"sandbox: {self.backend} cannot be imported here: {answer['error']}"
            )
        versions: dict[str, str] = answer["versions"]
        return versions


class _Child:
    """A worker known as a child process."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process, self._folder = process, folder

    @property
    def pid(self) -> int:
        """The child's number."""
        return self._process.pid

    def signal(self, number: int) -> None:
        """To the child; what the system cannot do, such as stopping on Windows, is left out."""
        with contextlib.suppress(OSError, ValueError):
            self._process.send_signal(number)

    def ended(self) -> tuple[Death, str]:
        """What its exit code says."""
        try:
            return cause_of_death(self._process.wait(5.0))
        except subprocess.TimeoutExpired:
            return Death.TAMPERED, MEDDLED

    def close(self) -> None:
        """Kill it, and its session with it where there are sessions."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for file in self._folder.glob("*"):
            with contextlib.suppress(OSError):  # Windows keeps a mapped file until it is let go
                file.unlink()
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def _shared_memory(path: Path, size: int) -> mmap.mmap:
    """A sparse file in memory's place."""
    with path.open("w+b") as file:
        file.truncate(size)
        return mmap.mmap(file.fileno(), size)
