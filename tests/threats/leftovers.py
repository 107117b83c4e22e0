"""What a run may leave behind on the machine: nothing."""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SHARED_LOCKS = {"benchharness-gate.lock", "benchharness-timing.lock"}


def adopt_orphans() -> None:
    """Become the parent of whatever loses its own, so that no process can slip away."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> set[int]:
    """The children of this process that still run."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            state, parent = _state_and_parent(folder)
            if parent == os.getpid() and state not in "ZX":
                found.add(int(folder.name))
    return found


def processes_of(text: str) -> list[str]:
    """The command lines of running processes in which a text occurs, beside this one's."""
    lines = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if text in line and _state_and_parent(folder)[0] not in "ZX":
                lines.append(f"{folder.name}: {line}")
    return lines


def descendants(pid: int) -> set[int]:
    """The running processes below one."""
    parents = {
        int(folder.name): _state_and_parent(folder)[1]
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit()
    }
    found: set[int] = set()
    grown = {pid}
    while grown:
        grown = {child for child, parent in parents.items() if parent in grown}
        found |= grown
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    return _state_and_parent(Path(f"/proc/{pid}"))[0] not in "ZX"


def temporary_files() -> set[str]:
    """The names of the harness's own in the folder for temporary files."""
    names = set(os.listdir(tempfile.gettempdir()))
    return {name for name in names if name.startswith("benchharness-")} - _SHARED_LOCKS


def empty_control_groups() -> set[Path]:
    """Control groups of the harness in which nothing runs."""
    return {folder for folder in _control_groups() if not _members(folder)}


def eventually(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether something becomes true before a generous end."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _control_groups() -> set[Path]:
    """Those below this process's own group, of the controller that other runs share the least."""
    own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    paths = {names: path.lstrip("/") for _, names, path in own}
    root = Path("/sys/fs/cgroup")
    place = root / "memory" / paths["memory"] if "memory" in paths else root / paths.get("", "")
    return set(place.glob("benchharness-*"))


def _members(folder: Path) -> str:
    try:
        return (folder / "cgroup.procs").read_text()
    except OSError:
        return "gone"


def _state_and_parent(folder: Path) -> tuple[str, int]:
    try:
        fields = (folder / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return "X", 0
    return fields[0], int(fields[1])
