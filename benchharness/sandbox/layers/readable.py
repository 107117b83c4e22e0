"""What Python needs to find on the disk while it runs, and what of it a worker must not see."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import benchharness
from benchharness.content import content_root

__all__ = [
    "DEVICES",
    "Readable",
    "beneath",
    "needed_by_python",
    "reachable_by_others",
    "without_hidden",
]

DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_RANDOM = ("/dev/random", "/dev/urandom")

_SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/nix/store",
    "/gnu/store",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/sys/devices/system",
)
_INSTALLED = ("site-packages", "dist-packages")
_TOP_LEVEL = ("/lib", "/lib32", "/lib64")


@dataclass(frozen=True)
class Readable:
    """
    Trees and files to be seen, and the folders within them that are not.

    `links` are the symbolic links at the top of the file system, with where they lead.
    """

    paths: tuple[str, ...]
    hidden: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    devices: tuple[str, ...]


def beneath(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def reachable_by_others(path: str) -> bool:
    """Whether a user who owns nothing may read `path`, by the modes of it and its parents."""
    folders = [path]
    while folders[-1] != "/":
        folders.append(os.path.dirname(folders[-1]))
    may_read = os.stat(path).st_mode & stat.S_IROTH
    return bool(may_read) and all(os.stat(f).st_mode & stat.S_IXOTH for f in folders[1:])


@cache
def needed_by_python() -> Readable:
    """What this interpreter and its libraries read, without the course's content."""
    wanted = [*_SYSTEM, *_python_folders()]
    links = [(path, os.readlink(path)) for path in _TOP_LEVEL if os.path.islink(path)]
    wanted += [path for path in _TOP_LEVEL if not os.path.islink(path)]
    paths = _outermost(
        spelling
        for path in wanted
        if os.path.exists(path)
        for spelling in (path, os.path.realpath(path))
    )
    hidden = _outermost(
        path
        for path in _content_folders()
        if os.path.isdir(path) and any(beneath(path, tree) for tree in paths)
    )
    devices = tuple(path for path in DEVICES + _RANDOM if os.path.exists(path))
    return Readable(paths, hidden, tuple(links), devices)


def without_hidden(paths: Iterable[str], hidden: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """
    The largest trees of `paths` that contain nothing hidden, and the folders opened up for that.

    For a sandbox that can only name what is seen, and cannot cover what is not.
    """
    seen: list[str] = []
    opened: list[str] = []
    for path in paths:
        if any(beneath(path, folder) for folder in hidden):
            continue
        if any(beneath(folder, path) for folder in hidden):
            opened.append(path)
            inner = without_hidden([entry.path for entry in os.scandir(path)], hidden)
            seen += inner[0]
            opened += inner[1]
        else:
            seen.append(path)
    return seen, opened


def _python_folders() -> list[str]:
    """
    The folders of the standard library and of installed packages.

    Any other entry of sys.path, such as the root of a checkout, may hold content, so it is left
    out: what the worker needs from there has to be imported before.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    folders = [os.path.join(prefix, lib) for prefix in prefixes for lib in ("lib", "lib64")]
    return folders + [path for path in sys.path if os.path.basename(path) in _INSTALLED]


def _content_folders() -> list[str]:
    package = os.path.dirname(os.path.abspath(benchharness.__file__))
    content = [str(content_root() / name) for name in ("suites", "reference", "reports")]
    spellings = {*content, package, *map(os.path.realpath, [*content, package])}
    return sorted(spellings)


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(paths, key=len):
        if not any(beneath(path, folder) for folder in kept):
            kept.append(path)
    return tuple(kept)
