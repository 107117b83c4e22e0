"""Fork-servers and the workers that they fork: the only way from the grader to a submission."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, replace

from benchharness.errors import SandboxError
from benchharness.sandbox.bells import PipeBell
from benchharness.sandbox.layers.cgroup import Cgroup
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import MEDDLED, Death, WorkerProcess

__all__ = ["ForkServer", "FrameworkMissing", "cause_of_death", "environment", "stand_in"]

STAND_IN: str | None = None
"""
A file of Python that tests have stand in for CUDA, where there is no GPU.

It is run by what comes before every submission, and named by nothing but this.
"""

_READY_S = 180.0
_ENDING_S = 1.0
_THREADS = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
}


class FrameworkMissing(SandboxError):
    """The framework that a submission asks for cannot be imported on this machine."""


class ForkServer:
    """A process that has imported one framework and forks confined workers in milliseconds."""

    def __init__(self, backend: str, memory_bytes: int) -> None:
        """Start importing; `memory_bytes` bounds the server and its workers together."""
        self.backend = backend
        self.versions: dict[str, str] = {}
        self._cgroup, _ = Cgroup.create(memory_bytes)
        groups = json.dumps(self._cgroup.folders if self._cgroup else ())
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        module = "benchharness.sandbox.forkserver"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-B", "-m", module),
                *(str(theirs.fileno()), backend, groups, *stand_in()),
            ],
            pass_fds=[theirs.fileno()],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def wait_until_ready(self) -> dict[str, str]:
        """Block until the framework is imported; the versions of what was."""
        if not self.versions:
            self._control.settimeout(_READY_S)
            answer = json.loads(self._receive() or b'{"error": "it died while importing"}')
            if "error" in answer:
                raise FrameworkMissing(
                    f"sandbox: {self.backend} cannot be imported here: {answer['error']}"
                )
            self.versions = answer["versions"]
        return self.versions

    def worker(self, policy: Policy, limits: Limits) -> WorkerProcess:
        """A new confined worker that waits for its first request."""
        self.wait_until_ready()
        if self._cgroup and policy.tier in ("auto", "strict"):
            policy = replace(policy, cgroup=self._cgroup.folders)
        doorbell_theirs, doorbell = os.pipe()
        done, done_theirs = os.pipe()
        inbox_fd, inbox = _shared_memory(limits.request_bytes, "requests")
        outbox_fd, outbox = _shared_memory(limits.reply_bytes, "replies")
        status, status_theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = [doorbell_theirs, done_theirs, inbox_fd, outbox_fd, status_theirs.fileno()]
        try:
            socket.send_fds(self._control, [json.dumps(asdict(policy)).encode()], fds)
        except OSError as problem:
            raise SandboxError(f"sandbox: the {self.backend} fork-server is gone") from problem
        finally:
            status_theirs.close()
            for fd in fds[:-1]:
                os.close(fd)
        life = _Guarded(status, self._cgroup)
        return WorkerProcess(life, PipeBell(doorbell, done, life.end_fd), inbox, outbox)

    def close(self) -> None:
        """Hang up; the server and every worker of it end."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._cgroup:
            self._cgroup.close()

    def _receive(self) -> bytes:
        try:
            return self._control.recv(65536)
        except TimeoutError as problem:
            raise SandboxError(
                f"sandbox: importing {self.backend} took longer than {_READY_S:.0f} s"
            ) from problem
        except OSError:
            return b""


class _Guarded:
    """A worker known by its pidfd, with a guard that reports how it ended."""

    def __init__(self, status: socket.socket, cgroup: Cgroup | None) -> None:
        self._status = status
        self._cgroup = cgroup
        self._oom_before = cgroup.oom_kills() if cgroup else 0
        status.settimeout(60.0)
        try:
            message, fds, _, _ = socket.recv_fds(status, 4096, 1)
        except TimeoutError as problem:
            raise SandboxError("sandbox: the fork-server gave no worker within 60 s") from problem
        if not message or not fds:
            raise SandboxError("sandbox: the fork-server could not fork a worker")
        self.pid: int = json.loads(message)["pid"]
        self.end_fd = fds[0]
        self._closed = False

    def signal(self, number: int) -> None:
        """Through the pidfd, which no other process can have taken over."""
        if not self._closed:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.end_fd, number)

    def ended(self) -> tuple[Death, str]:
        """What the guard's wait status and the control group say; the living have hung up."""
        if not self._is_gone(_ENDING_S):
            return Death.TAMPERED, MEDDLED
        self._status.settimeout(5.0)
        try:
            report = json.loads(self._status.recv(4096) or b"{}")
        except (TimeoutError, OSError):
            report = {}
        if "status" not in report:
            raise SandboxError("sandbox: a worker's guard died; its end is unknown")
        if self._cgroup and self._cgroup.oom_kills() > self._oom_before:
            return Death.MEMORY, "it used more memory than allowed and was killed"
        return cause_of_death(os.waitstatus_to_exitcode(report["status"]))

    def close(self) -> None:
        """Kill it, wait until it is gone, let go of it."""
        if self._closed:
            return
        self.signal(signal.SIGKILL)
        self._is_gone(5.0)
        self._closed = True
        os.close(self.end_fd)
        self._status.close()

    def _is_gone(self, wait_s: float) -> bool:
        gone = select.poll()
        gone.register(self.end_fd, select.POLLIN)
        return bool(gone.poll(wait_s * 1000))


def stand_in() -> list[str]:
    """`STAND_IN` as an argument of the processes that start CUDA or fork those that do."""
    return [STAND_IN] if STAND_IN else []


def cause_of_death(exit_code: int) -> tuple[Death, str]:
    """The words for an exit code, which is negative for a signal."""
    if exit_code < 0:
        return Death.CRASHED, f"the process died of {_signal_name(-exit_code)}"
    return Death.CRASHED, f"the process ended itself with exit code {exit_code}"


def environment() -> dict[str, str]:
    """What a worker may know of the machine: the words that libraries need, nothing secret."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    quiet["MALLOC_ARENA_MAX"] = "2"  # arenas would count against the bound on address space
    return environment | _THREADS | quiet


def _shared_memory(size: int, name: str) -> tuple[int, mmap.mmap]:
    """Sparse memory for one direction, which neither side can make shorter."""
    import fcntl  # Linux alone gets here

    fd = os.memfd_create(f"benchharness-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    shared = mmap.mmap(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return fd, shared


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
