"""One guard, several workers: each behind walls as new as those of the first."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchharness.sandbox.confine import enter_again, enter_namespaces, leave
from benchharness.sandbox.launch import ForkServer
from benchharness.sandbox.layers.libc import supported
from benchharness.sandbox.layers.namespaces import may_mount
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import WorkerProcess, call_message

from .confined import NOBODY, Host, become

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
"""
NAMES = ["leave_behind", "number_and_finds", "user"]


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
