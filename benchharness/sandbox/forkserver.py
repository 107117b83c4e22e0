"""
The fork-server: imports a framework once, then forks a confined worker whenever it is asked.

It runs as `python -I -m benchharness.sandbox.forkserver FD BACKEND GROUPS [STAND_IN]`, holds no
secret, runs no operation of the framework, starts no GPU and stays single-threaded, so that its
children may start their own thread pools and use a GPU. For each worker it forks a guard, which
enters the namespaces, forks the worker as the first process in them, hands its pidfd to the
grader, waits for it and says how it ended.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import runpy
import signal
import socket
import sys
from dataclasses import asdict

from benchharness.sandbox.confine import (
    Entered,
    confine,
    enter_namespaces,
    leave,
    prepare,
    settle,
)
from benchharness.sandbox.layers import cgroup
from benchharness.sandbox.layers.libc import PR_SET_PDEATHSIG, prctl
from benchharness.sandbox.policy import Policy
from benchharness.worker import frameworks
from benchharness.worker.devices import open_device
from benchharness.worker.messages import Outcome
from benchharness.worker.serve import Worker

__all__ = ["main"]


def main() -> None:
    """Serve the grader at the other end of the socket until it hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    backend = sys.argv[2]
    _die_with_parent()
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
    while True:
        request, fds, _, _ = socket.recv_fds(control, 65536, 8)
        if not request:
            return
        if os.fork() == 0:
            control.close()
            _guard(backend, Policy(**json.loads(request)), *fds)
        for fd in fds:
            os.close(fd)


def _guard(
    backend: str,
    policy: Policy,
    doorbell: int,
    done: int,
    requests: int,
    replies: int,
    status: int,
) -> None:
    """Fork the worker inside its namespaces, hand over its pidfd, outlive it, say how it ended."""
    code = 1
    try:
        _die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        grader = socket.socket(fileno=status)
        entered = enter_namespaces(policy)
        pid = os.fork()
        if pid == 0:
            grader.close()
            _work(backend, policy, entered, doorbell, done, requests, replies)
        for fd in (doorbell, done, requests, replies):
            os.close(fd)
        settle(entered)
        socket.send_fds(grader, [json.dumps({"pid": pid}).encode()], [os.pidfd_open(pid)])
        _, wait_status, usage = os.wait4(pid, 0)
        leave(entered)
        grader.send(json.dumps({"status": wait_status, "peak_kib": usage.ru_maxrss}).encode())
        code = 0
    finally:
        os._exit(code)


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
        _die_with_parent()
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


def _die_with_parent() -> None:
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


if __name__ == "__main__":
    main()
