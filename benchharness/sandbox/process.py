"""One worker as the grader holds it: ask, wait on the grader's clock, copy out, judge nothing."""

from __future__ import annotations

import mmap
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn, Protocol

import numpy as np

from benchharness.errors import SandboxError
from benchharness.sandbox.bells import Bell
from benchharness.sandbox.limits import Limits
from benchharness.worker.codec import CodecError, Packed, message_bytes, pack, unpack
from benchharness.worker.messages import DONE, MAGIC, REPLY, REQUEST, Operation, Outcome

__all__ = ["MEDDLED", "Death", "Life", "Reply", "WorkerLost", "WorkerProcess", "call_message"]

_QUICKLY_WRITTEN = 256 * 1024
"""Up to this many bytes a request is written inside the window; for more the worker is stopped."""

_QUICKLY_COPIED = 1024 * 1024
"""Up to this many bytes copying an answer inside the window is faster than stopping the worker."""

_START_S = 60.0

_STOP_S = 60.0
"""A stopped worker still has to get a core, for which it may wait seconds on a busy machine."""

_STOPPING_S, _STOPPING_SHARE = 20e-6, 0.1
"""
Between two looks at a worker that is to stop: so long, or that share of the wait until now.

It has to run to stop, and it may share this core: a grader that only yields uses up the core's
time meanwhile, and pays for it inside the window. One that goes on waking up every 20 µs can
starve it: where others of the grader's session keep the cores busy, Linux 6.18 leaves the core to
that session for seconds, once for a minute, while the worker, in one of its own, waits.
"""

MEDDLED = "it meddled with the harness's own channel"


class Death(StrEnum):
    """Why a worker is gone."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    TAMPERED = "tampered"


class WorkerLost(Exception):
    """The worker gave no answer and is dead now; `cause` and the text say how it came to that."""

    def __init__(self, cause: Death, text: str) -> None:
        super().__init__(text)
        self.cause = cause


class Life(Protocol):
    """The process behind a worker, as its launcher knows it."""

    @property
    def pid(self) -> int:
        """Its number, as the grader sees it."""

    def signal(self, number: int) -> None:
        """Send a signal to the process, and to no other that has taken its number."""

    def ended(self) -> tuple[Death, str]:
        """How the process died, once it has."""

    def close(self) -> None:
        """Kill whatever is left and let go of it."""


@dataclass(frozen=True)
class Reply:
    """What came back for one request, and what it cost: seconds on the grader's clock."""

    outcome: Outcome
    value: Any
    wall_s: float
    cpu_s: float
    inputs_kept: bool = True


def call_message(name: str, arguments: tuple[object, ...]) -> Packed:
    """The request to call a function; arrays keep their memory layout."""
    return pack((name, arguments), keep_strides=True)


class WorkerProcess:
    """A confined process that has nothing to say but typed bytes."""

    def __init__(self, life: Life, bell: Bell, inbox: mmap.mmap, outbox: mmap.mmap) -> None:
        self._life, self._bell = life, bell
        self._inbox, self._outbox = memoryview(inbox), memoryview(outbox)
        self._maps = (inbox, outbox)
        self._serial = 0
        self._stopped = False
        self.alive = True
        try:
            self.confinement = self._greeting()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The worker's process, by its number in the grader's namespace."""
        return self._life.pid

    def load(
        self,
        root: str,
        modules: list[str],
        wanted: list[str],
        limits: Limits,
        forbidden: Mapping[str, Sequence[str]] | None = None,
    ) -> Reply:
        """
        Import the submission's modules; the reply lists the functions found.

        Calls of the functions that are keys of `forbidden` are watched for uses of the names.
        """
        watched = {name: list(names) for name, names in (forbidden or {}).items()}
        message = pack((root, modules, wanted, watched, limits.load_s))
        return self._ask(Operation.LOAD, message, limits.load_s, limits.patience)

    def call(self, message: Packed, limits: Limits, *, timed: bool = False) -> Reply:
        """
        One call; if it is timed, in a window that the submission cannot stretch or look into.

        A small message is written inside the window. Before a large one is written the worker is
        stopped. An answer is copied inside the window too, or the worker is stopped in it and a
        large answer copied afterwards. So no thread of it can work ahead of the clock or after it.
        """
        reply = self._ask(Operation.CALL, message, limits.call_s, limits.patience, timed=timed)
        kept = all(_is_unchanged(sent, now) for sent, now in self._inputs(message))
        return replace(reply, inputs_kept=kept)

    def refresh(self, limits: Limits) -> None:
        """Between timed calls, out of every window: have it leave nothing behind on its GPU."""
        self._ask(Operation.REFRESH, pack(None), limits.call_s, limits.patience)

    def trace(self, message: Packed, limits: Limits) -> Reply:
        """One call, and beside its answer what the worker says of its GPU's part in it."""
        return self._ask(Operation.TRACE, message, limits.call_s, limits.patience)

    def suspend(self) -> None:
        """Stop every thread of the worker, and return when they stand still."""
        if not self._stopped and self.alive and hasattr(signal, "SIGSTOP"):
            self._life.signal(signal.SIGSTOP)
            _wait_until(lambda: _standing_still(self._life.pid))
            self._stopped = True

    def resume(self) -> None:
        """Let the worker run again."""
        if self._stopped and self.alive:
            self._life.signal(signal.SIGCONT)
            self._stopped = False

    def close(self) -> None:
        """Kill the worker and everything that it may have started; free its memory."""
        self.alive = False
        self._life.close()
        self._bell.close()
        self._inbox.release()
        self._outbox.release()
        for shared in self._maps:
            try:
                shared.close()
            except BufferError:  # an answer that somebody still holds; freed with it
                continue

    def _greeting(self) -> dict[str, Any]:
        try:
            self._await(_START_S, 1.0)
            reply = self._reply(self._copied(0), 0.0, 0.0)
        except WorkerLost as problem:
            raise SandboxError(f"sandbox: a worker did not start: {problem}") from problem
        if reply.outcome != Outcome.READY:
            raise SandboxError(f"sandbox: a worker could not be started: {reply.value}")
        confinement: dict[str, Any] = reply.value
        return confinement

    def _ask(
        self,
        operation: Operation,
        message: Packed,
        limit_s: float,
        patience: float,
        *,
        timed: bool = False,
    ) -> Reply:
        large = timed and message.total_bytes > _QUICKLY_WRITTEN
        if large:
            self.suspend()
        self._serial += 1
        REPLY.pack_into(self._outbox, 0, b"none", 0, 0)
        cpu_before = self._cpu_s()
        if large:
            message.write(self._inbox[REQUEST.size :])
        else:
            self.resume()
        REQUEST.pack_into(self._inbox, 0, operation, 0, self._serial)
        start = time.perf_counter()
        if large:
            self.resume()
        else:
            message.write(self._inbox[REQUEST.size :])
        if not self._bell.ring():
            self._lost()
        self._await(limit_s, patience)
        if timed and message_bytes(self._outbox[REPLY.size :]) > _QUICKLY_COPIED:
            self.suspend()
            end = time.perf_counter()
            answer = self._copied(self._serial)
        else:
            answer = self._copied(self._serial)
            end = time.perf_counter()
        return self._reply(answer, end - start, self._cpu_s() - cpu_before)

    def _await(self, limit_s: float, patience: float) -> None:
        """Return when the worker has rung; raise when it died or had its time."""
        start, cpu_start = time.perf_counter(), self._cpu_s()
        remaining = limit_s
        while (rung := self._bell.wait(remaining)) is None:
            used_cpu, used_wall = self._cpu_s() - cpu_start, time.perf_counter() - start
            if used_cpu >= limit_s or used_wall >= limit_s * patience:
                self._kill(Death.TIMEOUT, f"no answer after {limit_s:g} s")
            remaining = min(limit_s - used_cpu, limit_s * patience - used_wall)
        if not rung:
            self._lost()
        if rung != DONE:
            self._kill(Death.TAMPERED, MEDDLED)

    def _copied(self, serial: int) -> tuple[int, memoryview]:
        """The outcome and the answer, out of the memory that the worker can write to."""
        magic, outcome, answered = REPLY.unpack(bytes(self._outbox[: REPLY.size]))
        length = message_bytes(self._outbox[REPLY.size :])
        if magic != MAGIC or answered != serial or length > len(self._outbox) - REPLY.size:
            self._kill(Death.TAMPERED, "it rang without an answer")
        return outcome, memoryview(bytes(self._outbox[REPLY.size : REPLY.size + length]))

    def _reply(self, answer: tuple[int, memoryview], wall_s: float, cpu_s: float) -> Reply:
        """What a copied answer says."""
        outcome, copy = answer
        try:
            return Reply(Outcome(outcome), unpack(copy), wall_s, cpu_s)
        except (CodecError, ValueError) as problem:
            self._kill(Death.TAMPERED, f"its answer is no message of the harness: {problem}")

    def _inputs(self, message: Packed) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """Each array of a request as it was sent, and as it lies in shared memory now."""
        return list(message.read_back(self._inbox[REQUEST.size :]))

    def _cpu_s(self) -> float:
        """Processor time of all threads of the worker, read from outside."""
        try:
            return time.clock_gettime((~self._life.pid << 3) | 2)
        except (AttributeError, OSError):  # no such clock outside Linux, or no such process
            return 0.0

    def _lost(self) -> NoReturn:
        self.alive = False  # whatever its end was, even if nobody knows it
        cause, text = self._life.ended()
        self._kill(cause, text)

    def _kill(self, cause: Death, text: str) -> NoReturn:
        self.alive = False
        self._life.close()
        raise WorkerLost(cause, text)


def _is_unchanged(sent: np.ndarray[Any, Any], now: np.ndarray[Any, Any]) -> bool:
    """Whether an array holds what was sent; most hold no NaN, and are compared fastest so."""
    return bool((sent == now).all()) or np.array_equal(sent, now, equal_nan=True)


def _standing_still(pid: int) -> bool:
    """Whether every thread of a process is stopped (or the process is gone)."""
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/stat", "rb") as stat:
                if stat.read().rpartition(b") ")[2][:1] not in b"TtZX":
                    return False
    except OSError:
        return True
    return True


def _wait_until(holds: Callable[[], bool]) -> None:
    start = time.perf_counter()
    while not holds():
        waited_s = time.perf_counter() - start
        if waited_s > _STOP_S:
            raise SandboxError(f"sandbox: a worker could not be stopped within {_STOP_S:.0f} s")
        time.sleep(max(_STOPPING_S, _STOPPING_SHARE * waited_s))
