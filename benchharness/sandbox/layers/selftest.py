"""Proof, from inside a locked worker, that each layer denies what it is there to deny."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable

from benchharness.sandbox.layers.libc import syscall
from benchharness.sandbox.layers.seccomp import call_number

if sys.platform != "win32":
    import resource

__all__ = ["network_reached", "outsider", "weaknesses"]

_OUTSIDERS = ("/etc/hostname", "/etc/hosts", "/etc/group", "/etc/shells", "/etc/fstab")
_UNREACHABLE_ADDRESS = ("192.0.2.1", 9)  # reserved for documentation by RFC 5737
_ROOT_ENTRY = "/benchharness-selftest"


def outsider() -> str | None:
    """A file that exists on this machine and that no worker is allowed to see."""
    return next((path for path in _OUTSIDERS if os.path.exists(path)), None)


def network_reached() -> str | None:
    """How a packet could leave, or None; to be asked before sockets are denied altogether."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(_UNREACHABLE_ADDRESS)
    except OSError:
        return None
    return "self-test: there is a route to the network"


def weaknesses(layers: list[str], outside: str | None) -> dict[str, str]:
    """For each of `layers` that lets through what it should deny, what that was."""
    tests: dict[str, Callable[[], str | None]] = {
        "user-namespace": _groups_changed,
        "mount-namespace": lambda: _seen(outside),
        "pid-namespace": _not_first,
        "landlock": lambda: _opened(outside),
        "seccomp": _called,
        "rlimits": _memory_taken,
    }
    found = {layer: tests[layer]() for layer in layers if layer in tests}
    return {layer: f"self-test: {reason}" for layer, reason in found.items() if reason}


def _groups_changed() -> str | None:
    return _allowed(lambda: os.setgroups([0]), "it may join groups")


def _seen(outside: str | None) -> str | None:
    return f"{outside} is there" if outside and os.path.lexists(outside) else None


def _not_first() -> str | None:
    return None if os.getpid() == 1 else f"the worker is process {os.getpid()}, not 1"


def _opened(outside: str | None) -> str | None:
    return (
        _allowed(lambda: os.listdir("/"), "it lists the root folder")
        or (outside and _allowed(lambda: _open(outside, os.O_RDONLY), f"it opens {outside}"))
        or _allowed(lambda: _open(_ROOT_ENTRY, os.O_WRONLY | os.O_CREAT), "it writes outside")
    )


def _called() -> str | None:
    return (
        _not_refused(lambda: socket.socket().close(), "it opens a socket")
        or _not_refused(_fork, "it forks")
        or _not_refused(_execute, "it executes")
        or _not_refused(lambda: os.kill(os.getppid(), 0), "it signals another process")
    )


def _memory_taken() -> str | None:
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    bounds = [bound for kind in kinds if (bound := resource.getrlimit(kind)[0]) >= 0]
    if not bounds:  # infinity is -1
        return "memory is unlimited"
    own = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    return _allowed(
        lambda: mmap.mmap(-1, min(bounds), flags=own).close(), "it takes more memory than allowed"
    )


def _allowed(action: Callable[[], object], finding: str) -> str | None:
    """`finding` when an action succeeds that should fail."""
    try:
        action()
    except OSError:
        return None
    return finding


def _not_refused(action: Callable[[], object], finding: str) -> str | None:
    """`finding` unless an action is refused as such, and does not fail for another reason."""
    try:
        action()
    except OSError as error:
        return None if error.errno == errno.EPERM else f"{finding} ({error.strerror})"
    return finding


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags))


def _fork() -> None:
    child = syscall(call_number("clone"), signal.SIGCHLD)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _execute() -> None:
    nowhere = ctypes.create_string_buffer(b"/nowhere")
    syscall(call_number("execve"), ctypes.addressof(nowhere), 0, 0)
