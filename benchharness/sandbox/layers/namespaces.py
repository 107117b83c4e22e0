"""The namespace layers, and the throw-away user that stands in where the grader is root."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from benchharness.sandbox.layers.libc import (
    CAP_DAC_READ_SEARCH,
    CAP_SYS_ADMIN,
    PR_SET_DUMPABLE,
    PR_SET_KEEPCAPS,
    capabilities,
    mount,
    prctl,
    set_capabilities,
    setns,
    unshare,
)

__all__ = [
    "MOUNT",
    "NEW_MOUNTS",
    "USER",
    "become_nobody",
    "enter",
    "enter_user_namespace",
    "may_mount",
    "renew",
]

USER = "user-namespace"
MOUNT = "mount-namespace"
NEW_MOUNTS = 0x00020000
_NEW_USER = 0x10000000
_NEW_PROCESSES = 0x20000000
_NEW = {
    MOUNT: NEW_MOUNTS,
    "network-namespace": 0x40000000,
    "pid-namespace": _NEW_PROCESSES,
    "ipc-namespace": 0x08000000,
    "uts-namespace": 0x04000000,
}
_OF_ONE_CHILD = ("pid-namespace", "ipc-namespace")
"""What is made anew for each worker of a guard; its mounts the worker makes anew itself."""

_MS_PRIVATE_EVERYWHERE = 0x40000 | 0x4000

_FIRST_USER, _USERS = 61184, 4336
"""The numbers that systemd keeps for users that exist only while a service runs."""


def may_mount() -> bool:
    """Whether this process may make namespaces without a user namespace around them."""
    return bool(capabilities() >> CAP_SYS_ADMIN & 1)


def enter() -> dict[str, str | None]:
    """The namespaces that this process (or its next child) is in now: None, or why it is not."""
    outcome: dict[str, str | None] = {}
    if not may_mount():
        outcome[USER] = enter_user_namespace()
    outcome |= _unshare_all()
    if outcome[MOUNT] is None:
        outcome[MOUNT] = _reason(mount, None, "/", None, _MS_PRIVATE_EVERYWHERE)
    return outcome


def renew(outcome: Mapping[str, str | None]) -> bool:
    """
    Have this process's next child be the first in namespaces of its own again.

    That takes the right to enter the namespace of processes that this one is in itself.
    """
    flags = [_NEW[name] for name in _OF_ONE_CHILD if outcome.get(name, "") is None]
    if not flags:
        return True
    try:
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            setns(own, _NEW_PROCESSES)
        finally:
            os.close(own)
        unshare(sum(flags))
    except OSError:
        return False
    return True


def enter_user_namespace() -> str | None:
    """Enter a user namespace that knows this user alone; None, or why that failed."""
    user, group = os.geteuid(), os.getegid()
    # A change of user closes /proc/self to the process itself, which has to write the maps there.
    prctl(PR_SET_DUMPABLE, 1)
    refused = _reason(unshare, _NEW_USER)
    if refused is None:
        try:
            _write("/proc/self/uid_map", f"{user} {user} 1")
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/gid_map", f"{group} {group} 1")
        except OSError as error:
            return f"cannot map the user: {error.strerror}"
    return refused


def become_nobody(*, keep_mounting: bool) -> None:
    """
    Turn root into a throw-away user that owns nothing.

    With `keep_mounting` it may still read and mount everything, until the worker gives that up
    once its file system stands.
    """
    user = _FIRST_USER + os.getpid() % _USERS
    prctl(PR_SET_KEEPCAPS, int(keep_mounting))
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    set_capabilities(1 << CAP_SYS_ADMIN | 1 << CAP_DAC_READ_SEARCH if keep_mounting else 0)


def _unshare_all() -> dict[str, str | None]:
    """Enter all at once, which is fast, or else each that can be entered."""
    if _reason(unshare, sum(_NEW.values())) is None:
        return dict.fromkeys(_NEW)
    return {name: _reason(unshare, flag) for name, flag in _NEW.items()}


def _reason(call: Callable[..., None], *arguments: object) -> str | None:
    """Why the kernel refused a call, or None when it did not."""
    try:
        call(*arguments)
    except OSError as error:
        return f"{call.__name__} refused: {error.strerror}"
    return None


def _write(path: str, text: str) -> None:
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())
