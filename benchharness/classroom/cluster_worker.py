"""
What runs in a Dask worker: it says what it offers, and hands submissions to graders beside it.

A worker with several threads has as many graders. A grader serves one class and stays warm from
submission to submission.
"""

from __future__ import annotations

import importlib.metadata
import platform
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection

from benchharness import __version__
from benchharness.outcomes import Run

__all__ = ["Answer", "close_class", "environment", "judged", "offer", "open_class"]

_PACKAGES = {
    "numpy": ("numpy",),
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tf-nightly", "tf-nightly-cpu"),
}
_ENDING_S = 5.0


@dataclass(frozen=True)
class Answer:
    """
    What came of a submission: a run with its verdict, or the harness's problem.

    `lost` says that a process died over it, `is_closed` that this worker knows nothing of the
    class: it was started anew.
    """

    run: Run | None = None
    problem: str = ""
    lost: bool = False
    is_closed: bool = False


def environment() -> dict[str, str]:
    """What has to be the same on all machines of a run; a framework that is absent is ""."""
    versions = {name: _version(packages) for name, packages in _PACKAGES.items()}
    python = ".".join(platform.python_version_tuple()[:2])
    return {"benchharness": __version__, "Python": python, **versions}


def offer() -> dict[str, object]:
    """The environment of this worker, its threads and GPUs, in types that every version knows."""
    from distributed import get_worker

    state = get_worker().state
    return {
        "environment": environment(),
        "threads": state.nthreads,
        "gpus": state.total_resources.get("GPU", 0),
    }


def open_class(key: str, packed: bytes) -> str:
    """Start a grader of a class; what is wrong with the class here, if it cannot be graded."""
    grader = _Grader(packed)
    if grader.problem:
        grader.close()
        return grader.problem
    with _lock:
        _classes.setdefault(key, _Class(packed)).idle.append(grader)
    return ""


def judged(key: str, parcel: bytes) -> Answer:
    """One submission judged by a grader of its class."""
    with _lock:
        opened = _classes.get(key)
    if opened is None:
        return Answer(is_closed=True)
    grader = opened.take()
    answer = grader.judged(parcel)
    opened.put_back(grader)
    return answer


def close_class(key: str) -> None:
    """End the graders of a class, whatever they are at."""
    with _lock:
        opened = _classes.pop(key, None)
    if opened:  # this runs in the worker's event loop, which must not wait
        threading.Thread(target=opened.close, daemon=True).start()


class _Class:
    """One class on this worker, and its graders."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._busy: list[_Grader] = []
        self._is_closed = False
        self.idle: list[_Grader] = []

    def take(self) -> _Grader:
        """A grader that is alive; it is new where all others are at work."""
        with _lock:
            while self.idle:
                grader = self.idle.pop()
                if grader.is_usable:
                    self._busy.append(grader)
                    return grader
                grader.close()
        grader = _Grader(self._packed)
        with _lock:
            self._busy.append(grader)
        return grader

    def put_back(self, grader: _Grader) -> None:
        """The grader has done its work; if it died over it, it is not used again."""
        with _lock:
            self._busy.remove(grader)
            if grader.is_usable and not self._is_closed:
                self.idle.append(grader)
                return
        grader.close()

    def close(self) -> None:
        """End the graders at rest; those at work are told to stop, and whoever waits ends them."""
        with _lock:
            self._is_closed = True
            idle, busy = list(self.idle), list(self._busy)
            self.idle.clear()
        for grader in busy:
            grader.stop()
        for grader in idle:
            grader.close()


class _Grader:
    """A process of `cluster_grader`; `problem` says why it cannot grade the class, if so."""

    def __init__(self, packed: bytes) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "benchharness.classroom.cluster_grader"]
        # Not by multiprocessing: a worker under a nanny may have no children of that kind.
        self._process = subprocess.Popen(
            [*command, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._pipe = Connection(ours.detach())
        self._has_hung_up = False
        try:
            self._pipe.send_bytes(packed)
            self.problem: str = self._pipe.recv()
        except (EOFError, OSError):
            self.problem = "a grading process died while it started"

    @property
    def is_usable(self) -> bool:
        return not self._has_hung_up and self._process.poll() is None

    def judged(self, parcel: bytes) -> Answer:
        if self.problem:
            return Answer(problem=self.problem)
        try:
            self._pipe.send_bytes(parcel)
            run, problem = self._pipe.recv()
        except (EOFError, OSError):
            self._has_hung_up = True
            return Answer(lost=True)
        return Answer(run, problem)

    def stop(self) -> None:
        """Ask it to end, in the middle of its work if need be."""
        self._process.terminate()

    def close(self) -> None:
        """End it."""
        self._pipe.close()
        try:
            self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _version(packages: tuple[str, ...]) -> str:
    """The public version of the first of these packages that is installed."""
    for package in packages:
        try:
            return importlib.metadata.version(package).partition("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


_lock = threading.Lock()
_classes: dict[str, _Class] = {}
