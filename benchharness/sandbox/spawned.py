"""
A worker as a plain child process, for systems that cannot fork it: macOS and Windows.

It runs as `python -I -m benchharness.sandbox.spawned BACKEND`, imports the framework, says so on
its standard output, reads where its memory and its policy are, and serves.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from dataclasses import asdict

from benchharness.sandbox.confine import confine, enter_namespaces
from benchharness.sandbox.policy import Policy
from benchharness.worker import frameworks
from benchharness.worker.devices import open_device
from benchharness.worker.messages import Outcome
from benchharness.worker.serve import Worker

__all__ = ["main"]


def main() -> None:
    """Serve the grader at the other end of standard input and output."""
    doorbell, done = os.dup(0), os.dup(1)
    backend = sys.argv[1]
    try:
        ready = {"versions": frameworks.preload(backend)}
    except Exception as problem:
        ready = {"error": f"{type(problem).__name__}: {problem}"}  # type: ignore[dict-item]
    os.write(done, json.dumps(ready).encode() + b"\n")
    order = json.loads(_line(doorbell) or b"null")
    if order is None:
        return
    policy = Policy(**order["policy"])
    device = open_device(backend, gpu=policy.gpu is not None)
    worker = Worker(device, doorbell, done, _mapped(order["requests"]), _mapped(order["replies"]))
    try:
        confinement = confine(policy, enter_namespaces(policy), keep_fds=(doorbell, done))
    except Exception as problem:
        worker.reply(Outcome.RAISED, 0, f"{type(problem).__name__}: {problem}")
    else:
        worker.serve(asdict(confinement))


def _line(fd: int) -> bytes:
    """One line, byte by byte: what follows it belongs to the doorbell."""
    line = b""
    while (byte := os.read(fd, 1)) not in (b"\n", b""):
        line += byte
    return line


def _mapped(path: str) -> memoryview:
    with open(path, "r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 0))


if __name__ == "__main__":
    main()
    os._exit(0)
