"""System calls that Python has no function for; each raises OSError when the kernel refuses."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import sys
from functools import cache

__all__ = [
    "CAP_DAC_READ_SEARCH",
    "CAP_SYS_ADMIN",
    "PR_SET_DUMPABLE",
    "PR_SET_KEEPCAPS",
    "PR_SET_NO_NEW_PRIVS",
    "PR_SET_PDEATHSIG",
    "capabilities",
    "die_with_parent",
    "mount",
    "prctl",
    "set_capabilities",
    "setns",
    "supported",
    "syscall",
    "umount",
    "unshare",
]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NO_NEW_PRIVS = 38

CAP_DAC_READ_SEARCH = 2
CAP_SYS_ADMIN = 21

_CAPABILITY_VERSION_3 = 0x20080522
_CAPGET = {"x86_64": 125, "aarch64": 90}
_CAPSET = {"x86_64": 126, "aarch64": 91}


def supported() -> str | None:
    """Why the layers cannot work on this system, or None."""
    if sys.platform != "linux":
        return "needs Linux"
    if platform.machine() not in _CAPGET or sys.maxsize < 2**32:
        return f"needs x86_64 or aarch64, this is {platform.machine()}"
    return None


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.argtypes = [ctypes.c_long] * 7
    library.syscall.restype = ctypes.c_long
    library.mount.argtypes = [
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_ulong,
        ctypes.c_char_p,
    ]
    library.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return library


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def syscall(number: int, *arguments: int) -> int:
    """The result of system call `number`."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    return _checked(_library().syscall(number, *padded))


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process."""
    _checked(_library().prctl(option, value, 0, 0, 0))


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends; Linux alone can."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def unshare(flags: int) -> None:
    """Move this process into new namespaces."""
    _checked(_library().unshare(flags))


def setns(namespace: int, kind: int) -> None:
    """Move this process into the namespace behind a descriptor."""
    _checked(_library().setns(namespace, kind))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount or bind `source` at `target`."""
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    _checked(_library().mount(*words, flags, os.fsencode(data) or None))


def umount(target: str, flags: int) -> None:
    """Detach what is mounted at `target`."""
    _checked(_library().umount2(os.fsencode(target), flags))


def capabilities() -> int:
    """The capabilities in effect, one bit each."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)()
    syscall(_CAPGET[platform.machine()], ctypes.addressof(header), ctypes.addressof(data))
    return data[0] | data[3] << 32


def set_capabilities(wanted: int) -> None:
    """Keep the capabilities in `wanted` and give up all others for good."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = wanted & 0xFFFFFFFF, wanted >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    syscall(_CAPSET[platform.machine()], ctypes.addressof(header), ctypes.addressof(data))
