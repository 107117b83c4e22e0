"""One guard, several workers: each behind walls as new as those of the first."""

import errno
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchharness.errors import SandboxError
from benchharness.sandbox import confine as confine_module
from benchharness.sandbox.confine import enter_again, enter_namespaces, leave
from benchharness.sandbox.launch import ForkServer
from benchharness.sandbox.layers import mounts
from benchharness.sandbox.layers.libc import supported
from benchharness.sandbox.layers.namespaces import may_mount
from benchharness.sandbox.layers.readable import needed_by_python
from benchharness.sandbox.layers.seccomp import call_number
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import WorkerProcess, call_message

from .confined import NOBODY, Host, become, confined, refuse

pytestmark = pytest.mark.skipif(supported() is not None, reason=f"the layers: {supported()}")
privileged = pytest.mark.skipif(
    supported() is not None or os.geteuid() != 0 or not may_mount(),
    reason="only root's guards stay",
)

MIB = 2**20
LIMITS = Limits(call_s=20.0, memory_bytes=512 * MIB)
SOURCE = """
import os
import numpy as np

BACKEND = "numpy"
OPEN = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
OPEN = [os.readlink(path) for path in OPEN if os.path.islink(path)]


def leave_behind(_):
    with open(os.path.join(os.environ["HOME"], "left.txt"), "w") as file:
        file.write("from the one before")
    return np.array(os.listdir(os.environ["HOME"]) == ["left.txt"])


def number_and_finds(places):
    paths = bytes(places).decode().split(":")
    files = os.listdir(os.environ["HOME"])
    return np.array([os.getpid(), *map(os.path.exists, paths), len(files)])


def user(_):
    return np.array(os.geteuid())


def pipes_and_others(_):
    others = [path for path in OPEN if path != "/dev/null"]
    pipes = [path for path in others if path.startswith("pipe:")]
    return np.array([len(pipes), len(others) - len(pipes)])
"""
NAMES = ["leave_behind", "number_and_finds", "user", "pipes_and_others"]


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer("numpy", 4096 * MIB)
    yield server
    server.close()


@pytest.fixture
def policies(tmp_path) -> Iterator[list[Policy]]:
    """Those of three submissions that are staged beside each other."""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o755)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    scratch.chmod(0o1777)
    found = []
    for name in ("s1", "s2", "s3"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "submission.py").write_text(SOURCE)
        found.append(Policy("auto", str(tmp_path / name), 512 * MIB, scratch_parent=str(scratch)))
    yield found


@contextmanager
def worker(server: ForkServer, policy: Policy) -> Iterator[WorkerProcess]:
    """A worker with its submission loaded."""
    process = server.worker(policy, LIMITS)
    try:
        assert policy.submission
        reply = process.load(policy.submission, ["submission.py"], NAMES, LIMITS)
        assert set(reply.value["found"]) == set(NAMES), reply.value
        yield process
    finally:
        process.close()


def asked(process: WorkerProcess, name: str, text: str = "") -> np.ndarray:
    argument = np.frombuffer(text.encode() or b"-", np.uint8).copy()
    return process.call(call_message(name, (argument,)), LIMITS).value


def guard_of(process: WorkerProcess) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


def guards_of(server: ForkServer) -> list[int]:
    pid = server._process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def open_files(pid: int) -> list[str]:
    """What a process holds open, but for its standard streams."""
    files = [os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()]
    return [file for file in files if file != "/dev/null"]


def wait_until_guard_waits() -> None:
    time.sleep(0.3)


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while os.path.exists(f"/proc/{pid}"):
        assert time.monotonic() < deadline, "the process lives on"
        time.sleep(0.01)


@privileged
def test_guard_stays_for_the_next_worker(server, policies):
    guards = []
    for policy in policies:
        with worker(server, policy) as process:
            guards.append(guard_of(process))
        wait_until_guard_waits()

    assert len(set(guards)) == 1


@privileged
def test_workers_beside_each_other_have_guards_of_their_own(server, policies):
    with worker(server, policies[0]) as one, worker(server, policies[1]) as other:
        assert guard_of(one) != guard_of(other)


def test_next_worker_finds_nothing_of_the_one_before(server, policies):
    first, second, _ = policies
    with worker(server, first) as process:
        assert asked(process, "leave_behind")
        scratch = process.confinement["scratch"]
    wait_until_guard_waits()
    with worker(server, second) as process:
        places = (f"{scratch}/left.txt", str(first.submission))
        number, *found, files = asked(process, "number_and_finds", ":".join(places))

    assert (found, files) == ([0, 0], 0)
    assert number == 1 or "pid-namespace" in dict(process.confinement["missing"])


def test_workers_of_one_guard_all_stand_behind_the_same_layers(server, policies):
    found = []
    for policy in policies:
        with worker(server, policy) as process:
            found.append((process.confinement["layers"], process.confinement["missing"]))
        wait_until_guard_waits()

    assert found[0] == found[1] == found[2]
    assert {"landlock", "seccomp", "rlimits"} <= set(found[0][0])


def test_workers_hold_two_pipes_and_nothing_of_their_guard(server, policies):
    found = []
    for policy in policies:
        with worker(server, policy) as process:
            found.append(asked(process, "pipes_and_others").tolist())
        wait_until_guard_waits()

    assert found == [[2, 0]] * 3


@privileged
def test_waiting_guard_holds_nothing_of_the_workers_before(server, policies):
    for policy in policies[:2]:
        with worker(server, policy) as process:
            guard = guard_of(process)
        wait_until_guard_waits()

        assert [file.split(":")[0] for file in open_files(guard)] == ["socket"]


@privileged
def test_neither_guards_nor_files_pile_up(server, policies):
    server.wait_until_ready()
    before = len(open_files(server._process.pid))
    for number in range(30):
        with worker(server, policies[number % 3]):
            pass
    wait_until_guard_waits()
    guards = guards_of(server)

    assert 1 <= len(guards) < 10
    assert len(open_files(server._process.pid)) == before + len(guards)


@privileged
def test_submission_that_was_missing_once_is_mounted_later(server, policies):
    folder = Path(str(policies[0].submission))
    folder.rename(folder.with_name("aside"))
    with pytest.raises(SandboxError, match="cannot read"):
        server.worker(policies[0], LIMITS)
    wait_until_guard_waits()
    folder.with_name("aside").rename(folder)
    with worker(server, policies[0]) as process:
        assert len(guards_of(server)) == 1
        assert "mount-namespace" in process.confinement["layers"]


def test_scratch_of_a_worker_that_could_not_mount_is_taken_away(policies, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room for another mount")

    monkeypatch.setattr(mounts, "enter", fail)
    here = Host(os.geteuid(), namespaces=True)
    answer = confined(here, policies[0], lambda _: Path("left.txt").write_text("left"))

    assert answer.confinement.scratch.startswith(str(policies[0].scratch_parent))
    assert os.listdir(policies[0].scratch_parent) == []


def test_what_covers_hidden_folders_cannot_be_changed_on_old_kernels(policies, monkeypatch):
    hidden = os.path.dirname(np.testing.__file__)
    readable = replace(needed_by_python(), hidden=(hidden,))
    monkeypatch.setattr(confine_module, "needed_by_python", lambda: readable)
    mount_setattr = call_number("mount_setattr")
    old = Host(os.geteuid(), True, alter=lambda: refuse(mount_setattr, errno.ENOSYS))

    def change(_: object) -> int | None:
        try:
            os.utime(hidden, (1, 1))
        except OSError as error:
            return error.errno
        return None

    answer = confined(old, policies[0], change)
    assert "mount-namespace" in answer.confinement.layers
    assert answer.value == errno.EROFS


@privileged
def test_guard_takes_no_folder_away_that_all_workers_see(policies, monkeypatch):
    submission = Path(str(policies[0].submission))
    (submission / "submission.py").unlink()
    submission.parent.chmod(0o777)
    readable = needed_by_python()
    readable = replace(readable, paths=(*readable.paths, str(submission.parent)))
    monkeypatch.setattr(confine_module, "needed_by_python", lambda: readable)
    confined(Host(0, namespaces=True), policies[0], lambda _: None)

    assert submission.is_dir()


@privileged
def test_guard_of_other_walls_is_not_taken(server, policies):
    guards = []
    for tier in ("auto", "process", "auto"):
        with worker(server, replace(policies[0], tier=tier)) as process:
            guards.append(guard_of(process))
        wait_until_guard_waits()

    assert guards[0] == guards[2] != guards[1]


@privileged
def test_guard_that_was_killed_is_replaced(server, policies):
    with worker(server, policies[0]) as process:
        guard = guard_of(process)
    wait_until_guard_waits()
    os.kill(guard, signal.SIGKILL)
    wait_until_gone(guard)
    with worker(server, policies[1]) as process:
        assert guard_of(process) != guard


@privileged
def test_all_guards_end_with_their_server(server, policies):
    with worker(server, policies[0]) as process:
        guard = guard_of(process)
    server.close()
    wait_until_gone(guard)


@privileged
def test_worker_is_nobody_behind_every_guard(server, policies):
    users = []
    for policy in policies[:2]:
        with worker(server, policy) as process:
            users.append(int(asked(process, "user")))
        wait_until_guard_waits()

    assert 0 not in users


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_guard_without_privileges_ends_with_its_worker(policies):
    child = os.fork()
    if child == 0:
        answer = 1
        try:
            become(Host(NOBODY, namespaces=True))
            entered = enter_namespaces(policies[0])
            worker = os.fork()
            if worker == 0:
                os._exit(0)
            os.waitpid(worker, 0)
            leave(policies[0], entered)
            has_processes = entered.outcome["pid-namespace"] is None
            answer = int((enter_again(policies[0], entered) is None) != has_processes)
        finally:
            os._exit(answer)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
