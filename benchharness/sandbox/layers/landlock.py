"""The Landlock layer: which files this process may open, and what it may reach beyond itself."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from benchharness.sandbox.layers.libc import syscall

__all__ = ["Access", "abi", "restrict"]

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1

_TCP_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3

_READ = _READ_FILE | _READ_DIR
_WRITE = _READ_FILE | _WRITE_FILE | _TRUNCATE
_CHANGE = _READ | _WRITE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER
_FILE_RIGHTS = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV


@dataclass(frozen=True)
class Access:
    """
    The paths that stay open to a worker; nobody may execute anything.

    `control` are devices that are written to and asked for more than that (ioctl).
    """

    read: tuple[str, ...]
    list: tuple[str, ...]
    write: tuple[str, ...]
    change: tuple[str, ...]
    control: tuple[str, ...] = ()


def abi() -> int:
    """The version of Landlock that this kernel offers; OSError where it offers none."""
    return syscall(_CREATE_RULESET, 0, 0, _VERSION_FLAG)


def restrict(access: Access) -> None:
    """Deny this process, for good, all files but those of `access`; needs no_new_privs."""
    version = abi()
    handled = _handled_rights(version)
    ruleset = _create_ruleset(version, handled)
    try:
        _add_rules(ruleset, access.read, _READ & handled)
        _add_rules(ruleset, access.list, _READ_DIR & handled)
        _add_rules(ruleset, access.write, _WRITE & handled)
        _add_rules(ruleset, access.change, _CHANGE & handled)
        _add_rules(ruleset, access.control, (_WRITE | _IOCTL_DEV) & handled)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _handled_rights(version: int) -> int:
    since = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEV}
    return _FIRST_RIGHTS | sum(right for first, right in since.items() if version >= first)


def _create_ruleset(version: int, handled: int) -> int:
    fields = [handled]
    if version >= 4:
        fields.append(_TCP_BIND_AND_CONNECT)
    if version >= 6:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    return syscall(_CREATE_RULESET, ctypes.addressof(buffer), len(attributes), 0)


def _add_rules(ruleset: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            _add_rule(ruleset, path, rights)


def _add_rule(ruleset: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        buffer = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.addressof(buffer), 0)
    finally:
        os.close(place)
