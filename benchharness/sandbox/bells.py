"""Two pipes as doorbells: the grader rings for work, the worker rings when it is done."""

from __future__ import annotations

import os
import queue
import select
import threading
from typing import IO, Protocol

__all__ = ["Bell", "PipeBell", "ThreadBell"]

_MOST = 64
_STOLEN = b"stolen"


class Bell(Protocol):
    """The grader's ends of the pipes."""

    def ring(self) -> bool:
        """Ask the worker to begin; False if nobody is there."""

    def wait(self, seconds: float) -> bytes | None:
        """What the worker has rung: b"" if it is gone, None if the time is up."""

    def close(self) -> None:
        """Let go of both ends."""


class PipeBell:
    """Bare pipes beside a descriptor that says when the worker has died; the fast one."""

    def __init__(self, doorbell: int, done: int, end_fd: int) -> None:
        self._doorbell, self._done = doorbell, done
        for fd in (doorbell, done):  # a worker of the same user can fill or empty a pipe
            os.set_blocking(fd, False)
        self._poll = select.poll()
        self._poll.register(done, select.POLLIN)
        self._poll.register(end_fd, select.POLLIN)

    def ring(self) -> bool:
        """One byte to the worker."""
        try:
            return os.write(self._doorbell, b"!") == 1
        except (BrokenPipeError, BlockingIOError):
            return False

    def wait(self, seconds: float) -> bytes | None:
        """Poll both descriptors, the answer first."""
        events = self._poll.poll(max(1, int(seconds * 1000)))
        if any(fd == self._done and event & select.POLLIN for fd, event in events):
            return self._rung()
        return b"" if events else None

    def _rung(self) -> bytes:
        try:
            return os.read(self._done, _MOST)
        except BlockingIOError:  # somebody else was faster, and has no business there
            return _STOLEN

    def close(self) -> None:
        """Close both pipes."""
        if self._doorbell >= 0:
            os.close(self._doorbell)
            os.close(self._done)
            self._doorbell = self._done = -1


class ThreadBell:
    """The pipes of a plain child process, read by a thread: works where nothing can be polled."""

    def __init__(self, doorbell: IO[bytes], done: IO[bytes]) -> None:
        self._doorbell, self._done = doorbell, done
        self._heard: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def ring(self) -> bool:
        """One byte to the worker."""
        try:
            self._doorbell.write(b"!")
            self._doorbell.flush()
        except OSError:
            return False
        return True

    def wait(self, seconds: float) -> bytes | None:
        """The next thing that the thread has heard."""
        try:
            return self._heard.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None

    def close(self) -> None:
        """Close the pipe to the worker; the thread ends with the worker."""
        try:
            self._doorbell.close()
        except OSError:
            return

    def _listen(self) -> None:
        heard = b"!"
        while heard:
            heard = os.read(self._done.fileno(), _MOST)
            self._heard.put(heard)
        self._done.close()
