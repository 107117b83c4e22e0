"""Run a function in a really confined worker, forked from the tests' own process."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchharness.sandbox.confine import (
    Confinement,
    Entered,
    confine,
    enter_namespaces,
    leave,
)
from benchharness.sandbox.layers.libc import PR_SET_NO_NEW_PRIVS, prctl, syscall
from benchharness.sandbox.layers.readable import needed_by_python
from benchharness.sandbox.layers.seccomp import call_number
from benchharness.sandbox.policy import Policy

NOBODY = 65534


@dataclass(frozen=True)
class Host:
    """
    Who runs the grader, and whether the kernel lets it make namespaces.

    `alter` changes the machine before the user is taken on.
    """

    user: int
    namespaces: bool
    alter: Callable[[], None] = lambda: None

    def __str__(self) -> str:
        who = "root" if self.user == 0 else "user"
        return who if self.namespaces else f"{who} without namespaces"


@dataclass(frozen=True)
class Answer:
    """What a confined function returned, and what confined it."""

    value: Any
    confinement: Confinement


def hosts() -> list[Host]:
    """The hosts that can be tried here: root can be anybody, everybody else only themselves."""
    users = (0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),)
    return [Host(user, namespaces) for user in users for namespaces in (True, False)]


def refuse(number: int, error: int) -> None:
    """Have a system call fail with `error` from now on, by a filter as containers have it."""
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (0x20, 0, 0, 0),
            (0x15, 0, 1, number),
            (0x06, 0, 0, 0x00050000 | error),
            (0x06, 0, 0, 0x7FFF0000),
        )
    )
    instructions = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    )
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall(call_number("seccomp"), 1, 0, ctypes.addressof(header))


def become(host: Host) -> None:
    """Turn this process into one on `host`."""
    host.alter()
    if not host.namespaces:
        refuse(call_number("unshare"), errno.EPERM)
    if host.user != os.geteuid():
        os.setgroups([])
        os.setresgid(host.user, host.user, host.user)
        os.setresuid(host.user, host.user, host.user)
        # What root may read is not what this user may read.
        needed_by_python.cache_clear()


def confined(host: Host, policy: Policy, body: Callable[[Confinement], Any]) -> Answer:
    """What `body` returns (as JSON) when a worker under `policy` calls it."""
    reader, writer = os.pipe()
    guard = os.fork()
    if guard == 0:
        _guard(host, policy, body, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(guard, 0)
    assert answer, "the worker died without an answer"
    message = json.loads(answer)
    assert "error" not in message, message["error"]
    layers, missing, scratch = message["confinement"]
    confinement = Confinement(tuple(layers), tuple(map(tuple, missing)), scratch)
    return Answer(message["value"], confinement)


def _guard(host: Host, policy: Policy, body: Callable[[Confinement], Any], writer: int) -> None:
    """Play the guard's part, and never return into the tests."""
    try:
        become(host)
        entered = enter_namespaces(policy)
        worker = os.fork()
        if worker == 0:
            _worker(policy, entered, body, writer)
        os.waitpid(worker, 0)
        leave(policy, entered)
    except BaseException:
        os.write(writer, json.dumps({"error": traceback.format_exc()}).encode())
    finally:
        os._exit(0)


def _worker(
    policy: Policy, entered: Entered, body: Callable[[Confinement], Any], writer: int
) -> None:
    try:
        confinement = confine(policy, entered, [writer])
        shape = (confinement.layers, confinement.missing, confinement.scratch)
        message = {"value": body(confinement), "confinement": shape}
    except BaseException:
        message = {"error": traceback.format_exc()}
    os.write(writer, json.dumps(message).encode())
    os._exit(0)
