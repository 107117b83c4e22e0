"""
The file system of a worker in a mount namespace: what Python needs, its submission, scratch.

The guard lays it out once, as far as it is the same for all its workers; each worker completes a
copy of its own and enters it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import struct
from contextlib import suppress

from benchharness.sandbox.layers.libc import mount, syscall, umount, unshare
from benchharness.sandbox.layers.namespaces import NEW_MOUNTS
from benchharness.sandbox.layers.readable import Readable, beneath
from benchharness.sandbox.policy import Policy

__all__ = ["SCRATCH", "enter", "forget", "lay_out"]

SCRATCH = "/run/benchharness-scratch"

_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _RECURSIVE = 0x20, 0x1000, 0x4000
_DETACH = 2
_LOCKED_FLAGS = _NO_DEVICES | _NO_EXEC | 0x400 | 0x800
"""Options that a user namespace must not take off: no devices, no exec, and those on atime."""

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/run", "/tmp", "/var", "/home")


_SYSTEM_FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
"""What thread pools read, for containers that let nobody mount a /proc of their own."""


def lay_out(policy: Policy, readable: Readable) -> str:
    """Lay out, in this process's namespace, what all workers may see; the folder where it is."""
    sources = _sources(policy, readable)
    root = _mount_point([*sources, *_submission(policy, readable)])
    mount("tmpfs", root, "tmpfs", _NO_SUID, "size=1m,nr_inodes=1024,mode=0755")
    for link, target in readable.links:
        os.symlink(os.path.relpath(target, "/"), root + link)
    for source in sources:
        _bind(source, root + source)
    for folder in readable.hidden:
        mount("tmpfs", root + folder, "tmpfs", _NO_SUID | _NO_DEVICES, "size=4k,nr_inodes=1")
    _write_passwd(root)
    os.makedirs(root + SCRATCH)
    os.mkdir(root + "/proc")
    return root


def enter(policy: Policy, readable: Readable, root: str) -> None:
    """Replace this process's file system by a copy of what `lay_out` has made, with its own."""
    unshare(NEW_MOUNTS)
    own = _submission(policy, readable)
    for folder in own:
        _bind(folder, root + folder)
    _make_read_only(root, [*_sources(policy, readable), *readable.hidden, *own])
    _mount_proc(root, policy)
    bounds = f"size={policy.scratch_bytes},nr_inodes={policy.scratch_files},mode=0700"
    mount("tmpfs", root + SCRATCH, "tmpfs", _NO_SUID | _NO_DEVICES, bounds)
    _make_root(root)


def forget(policy: Policy, readable: Readable, root: str) -> None:
    """Take away where a worker's submission was bound; to be called when the worker is gone."""
    for folder in _submission(policy, readable):
        with suppress(OSError):  # a worker that died early has not bound it
            os.rmdir(root + folder)


def _sources(policy: Policy, readable: Readable) -> list[str]:
    """What every worker may see of the machine."""
    return [*readable.paths, *readable.devices, *_gpu(policy, readable)]


def _submission(policy: Policy, readable: Readable) -> tuple[str, ...]:
    """The submission's folder, unless it can be seen already."""
    folder = policy.submission
    if folder is None or any(beneath(folder, tree) for tree in readable.paths):
        return ()
    return (folder,)


def _gpu(policy: Policy, readable: Readable) -> tuple[str, ...]:
    """The GPU's nodes and its driver's files; what lies in /proc comes with it."""
    if policy.gpu is None:
        return ()
    seen = (*readable.paths, "/proc")
    files = (f for f in policy.gpu.files if not any(beneath(f, tree) for tree in seen))
    return (*policy.gpu.devices, *files)


def _mount_point(sources: list[str]) -> str:
    """A folder that may be covered, for none of `sources` lies in it."""
    for folder in _MOUNT_POINTS:
        if os.path.isdir(folder) and not any(beneath(source, folder) for source in sources):
            return folder
    raise FileNotFoundError(errno.ENOENT, "no folder to mount on is free", str(_MOUNT_POINTS))


def _bind(source: str, target: str) -> None:
    if stat.S_ISDIR(os.stat(source).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o444))
    mount(source, target, None, _BIND | _RECURSIVE)


def _write_passwd(root: str) -> None:
    """Give the worker's user a name; those of the machine's users are nobody's business."""
    os.makedirs(root + "/etc", exist_ok=True)
    with open(root + "/etc/passwd", "wb") as passwd:
        passwd.write(f"worker:x:{os.geteuid()}:{os.getegid()}::{SCRATCH}:/bin/false\n".encode())


def _mount_proc(root: str, policy: Policy) -> None:
    try:
        mount("proc", root + "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_EXEC)
    except PermissionError:
        mount("tmpfs", root + "/proc", "tmpfs", _NO_SUID | _NO_DEVICES, "size=4k,mode=0755")
        files = policy.gpu.files if policy.gpu else ()
        for path in (*_SYSTEM_FACTS, *(f for f in files if beneath(f, "/proc"))):
            _bind(path, root + path)


def _make_read_only(root: str, binds: list[str]) -> None:
    attributes = ctypes.create_string_buffer(
        struct.pack("=4Q", _READ_ONLY | _NO_SUID, 0, 0, 0), 32
    )
    place = ctypes.create_string_buffer(os.fsencode(root))
    where, what = ctypes.addressof(place), ctypes.addressof(attributes)
    try:
        syscall(_MOUNT_SETATTR, _AT_FDCWD, where, _AT_RECURSIVE, what, 32)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        for path in ["", *binds]:
            _remount_read_only(root + path)


def _remount_read_only(path: str) -> None:
    """Do for one mount what kernels before 5.12 cannot do for all at once."""
    kept = os.statvfs(path).f_flag & _LOCKED_FLAGS
    mount(None, path, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | kept)


def _make_root(root: str) -> None:
    """Make `root` the root and let go of the old one."""
    os.chdir(root)
    here = ctypes.create_string_buffer(b".")
    pivot_root = _PIVOT_ROOT[platform.machine()]
    syscall(pivot_root, ctypes.addressof(here), ctypes.addressof(here))
    umount(".", _DETACH)
    os.chdir(SCRATCH)
