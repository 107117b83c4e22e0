"""The cgroup layer: one bound on the memory and the threads of all that runs in it."""

from __future__ import annotations

import os
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["Cgroup", "join"]

_V1 = Path("/sys/fs/cgroup")
_EMPTYING_S = 5.0


class Cgroup:
    """
    A control group for a fork-server and its workers; processes in it fork into it at no cost.

    Under version 2 it is one folder below the grader's own group, which has to be delegated
    (root's is, and `systemd-run --user --scope -p Delegate=yes` makes such a one). Under
    version 1 it is a folder for each of the controllers memory and pids, which root can make.
    """

    def __init__(self, folders: tuple[Path, ...], memory_bytes: int, processes: int) -> None:
        self._folders = folders
        try:
            for folder in folders:
                folder.mkdir()
            self._bound(memory_bytes, processes)
        except OSError:
            self.close()
            raise

    @classmethod
    def create(cls, memory_bytes: int, processes: int = 4096) -> tuple[Cgroup | None, str]:
        """A group with these bounds, or None and the reason why there is none."""
        name = f"benchharness-{secrets.token_hex(8)}"
        try:
            folders = tuple(parent / name for parent in _parents())
            return cls(folders, memory_bytes, processes), ""
        except OSError as error:
            return None, f"cannot make a control group: {error}"

    @property
    def folders(self) -> tuple[str, ...]:
        """What `Policy.cgroup` takes, for the guard to join by itself."""
        return tuple(str(folder) for folder in self._folders)

    def add(self, pid: int) -> None:
        """Put a process, and all that it forks from now on, into the group."""
        _join(self.folders, pid)

    def oom_kills(self) -> int:
        """How many processes the kernel has killed here because the memory was used up."""
        for name in ("memory.events", "memory.oom_control"):
            with suppress(OSError):
                lines = (self._folders[0] / name).read_text().splitlines()
                counts = dict(line.split() for line in lines)
                return int(counts.get("oom_kill", 0))
        return 0

    def kill(self) -> None:
        """End every process in the group."""
        for folder in self._folders:
            with suppress(OSError):
                (folder / "cgroup.kill").write_text("1")
                continue
            for pid in _members(folder):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End what still runs here and take the group away."""
        self.kill()
        deadline = time.monotonic() + _EMPTYING_S
        while not all([_removed(f) for f in self._folders]) and time.monotonic() < deadline:
            time.sleep(0.001)

    def _bound(self, memory_bytes: int, processes: int) -> None:
        memory, pids = self._folders[0], self._folders[-1]
        version_2 = len(self._folders) == 1
        limit = "memory.max" if version_2 else "memory.limit_in_bytes"
        swap = "memory.swap.max" if version_2 else "memory.memsw.limit_in_bytes"
        (memory / limit).write_text(str(memory_bytes))
        with suppress(OSError):  # a kernel without swap accounting has no such file
            (memory / swap).write_text("0" if version_2 else str(memory_bytes))
        (pids / "pids.max").write_text(str(processes))


def join(folders: tuple[str, ...]) -> str | None:
    """Put this process into a group; None, or why that failed."""
    if not folders:
        return "the grader made no control group"
    if _is_member(folders):  # its fork-server was: joining costs some 10 ms, being asked nothing
        return None
    try:
        _join(folders, os.getpid())
    except OSError as error:
        return f"cannot join the control group: {error.strerror}"
    return None


def _join(folders: tuple[str, ...], pid: int) -> None:
    for folder in folders:
        (Path(folder) / "cgroup.procs").write_text(str(pid))


def _is_member(folders: tuple[str, ...]) -> bool:
    own = Path("/proc/self/cgroup").read_text().split()
    return all(any(line.endswith(f"/{Path(f).name}") for line in own) for f in folders)


def _members(folder: Path) -> list[int]:
    with suppress(OSError):
        return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
    return []


def _removed(folder: Path) -> bool:
    """Whether a folder is gone; it stays for as long as a process of it is not quite dead."""
    with suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def _parents() -> tuple[Path, ...]:
    """The folders to make a group in: one under version 2, memory and pids under version 1."""
    own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    groups = {controller: path for _, names, path in own for controller in names.split(",")}
    if "memory" in groups and "pids" in groups:
        return tuple(_V1 / name / groups[name].lstrip("/") for name in ("memory", "pids"))
    parent = _V1 / groups.get("", "/").lstrip("/")
    offered = (parent / "cgroup.subtree_control").read_text().split()
    if not {"memory", "pids"} <= set(offered):
        raise PermissionError(f"{parent} does not pass on memory and pids")
    return (parent,)
