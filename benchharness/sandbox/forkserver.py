"""
The fork-server: imports a framework once, then forks a confined worker whenever it is asked.

It runs as `python -I -m benchharness.sandbox.forkserver FD BACKEND GROUPS [STAND_IN]`, holds no
secret, runs no operation of the framework, starts no GPU and stays single-threaded, so that its
children may start their own thread pools and use a GPU. It forks guards: a guard enters the
namespaces, forks a worker as the first process in them, hands its pidfd to the grader, waits for
it and says how it ended. Where it can put another worker behind walls as new as the first one's,
it stays for the next request: that is half the work of a new guard and its worker.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import runpy
import signal
import socket
import sys
from dataclasses import asdict, dataclass, replace

from benchharness.sandbox.confine import (
    Entered,
    confine,
    enter_again,
    enter_namespaces,
    leave,
    prepare,
)
from benchharness.sandbox.layers import cgroup
from benchharness.sandbox.layers.libc import die_with_parent
from benchharness.sandbox.policy import Policy
from benchharness.worker import frameworks
from benchharness.worker.devices import open_device
from benchharness.worker.messages import Outcome
from benchharness.worker.serve import Worker

__all__ = ["main"]

_WAITING = b"waiting"


@dataclass
class _Guard:
    """A guard as the fork-server knows it: what its walls are good for, and whether it waits."""

    orders: socket.socket
    walls: Policy
    is_waiting: bool = False

    def hear(self) -> bool:
        """Take in what it has said; False if it is gone."""
        try:
            word = self.orders.recv(len(_WAITING), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.is_waiting |= word == _WAITING
        return bool(word)

    def order(self, request: bytes, fds: list[int]) -> bool:
        """Have it see to a worker; False if it is gone."""
        self.is_waiting = False
        try:
            socket.send_fds(self.orders, [request], fds)
        except OSError:
            return False
        return True


def main() -> None:
    """Serve the grader at the other end of the socket until it hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    backend = sys.argv[2]
    die_with_parent()
    cgroup.join(tuple(json.loads(sys.argv[3])))
    for stand_in in sys.argv[4:]:
        runpy.run_path(stand_in, run_name="__main__")
    try:
        versions = frameworks.preload(backend)
    except Exception as problem:
        control.send(json.dumps({"error": f"{type(problem).__name__}: {problem}"}).encode())
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    prepare()
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"versions": versions, "threads": _threads()}).encode())
    guards: list[_Guard] = []
    while True:
        request, fds, _, _ = socket.recv_fds(control, 65536, 8)
        if not request:
            return
        walls = _walls(Policy(**json.loads(request)))
        guards = [guard for guard in guards if guard.hear()]
        waiting = [guard for guard in guards if guard.is_waiting and guard.walls == walls]
        if not any(guard.order(request, fds) for guard in waiting):
            guards.append(_new_guard(backend, walls, [control, *(g.orders for g in guards)], fds))
            guards[-1].order(request, fds)
        for fd in fds:
            os.close(fd)


def _walls(policy: Policy) -> Policy:
    """What workers that one guard sees to have in common: all but the submission's own name."""
    return replace(policy, submission=os.path.dirname(policy.submission or ""))


def _new_guard(backend: str, walls: Policy, others: list[socket.socket], fds: list[int]) -> _Guard:
    """Fork a guard that holds no more than its own end: it is sent the files of each request."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        for other in (ours, *others):
            other.close()
        for fd in fds:
            os.close(fd)
        _guard(backend, theirs)
    theirs.close()
    return _Guard(ours, walls)


def _guard(backend: str, orders: socket.socket) -> None:
    """See to one worker after the other, as long as each can have walls of its own."""
    code = 1
    try:
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        entered = None
        while True:
            request, fds, _, _ = socket.recv_fds(orders, 65536, 8)
            if not request:
                break
            policy = Policy(**json.loads(request))
            entered = entered or enter_namespaces(policy)
            _see_to_worker(backend, policy, entered, *fds)
            entered = enter_again(policy, entered)
            if entered is None:
                break
            orders.send(_WAITING)
        code = 0
    finally:
        os._exit(code)


def _see_to_worker(
    backend: str,
    policy: Policy,
    entered: Entered,
    doorbell: int,
    done: int,
    requests: int,
    replies: int,
    status: int,
) -> None:
    """Fork the worker inside its namespaces, hand over its pidfd, outlive it, say how it ended."""
    with socket.socket(fileno=status) as grader:
        pid = os.fork()
        if pid == 0:
            _work(backend, policy, entered, doorbell, done, requests, replies)
        for fd in (doorbell, done, requests, replies):
            os.close(fd)
        life = os.pidfd_open(pid)
        socket.send_fds(grader, [json.dumps({"pid": pid}).encode()], [life])
        os.close(life)
        _, wait_status, usage = os.wait4(pid, 0)
        leave(policy, entered)
        told = json.dumps({"status": wait_status, "peak_kib": usage.ru_maxrss}).encode()
        with contextlib.suppress(OSError):  # a grader that has killed its worker does not listen
            grader.send(told)


def _work(
    backend: str,
    policy: Policy,
    entered: Entered,
    doorbell: int,
    done: int,
    requests: int,
    replies: int,
) -> None:
    """Confine this process for good, then serve."""
    code = 1
    try:
        die_with_parent()
        device = open_device(backend, gpu=policy.gpu is not None)
        worker = Worker(device, doorbell, done, _mapped(requests), _mapped(replies))
        try:
            confinement = confine(policy, entered, keep_fds=(doorbell, done))
        except Exception as problem:
            worker.reply(Outcome.RAISED, 0, f"{type(problem).__name__}: {problem}")
        else:
            worker.serve(asdict(confinement))
            code = 0
    finally:
        os._exit(code)


def _mapped(fd: int) -> memoryview:
    """Shared memory, and no descriptor of it left."""
    shared = mmap.mmap(fd, os.fstat(fd).st_size)
    os.close(fd)
    return memoryview(shared)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


if __name__ == "__main__":
    main()
