"""What a confined worker may and may not do; every test asks a real one."""

from __future__ import annotations

import errno
import json
import mmap
import os
import platform
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchharness
from benchharness.content import content_root
from benchharness.sandbox import confine as confine_module
from benchharness.sandbox.confine import (
    LAYERS,
    Confinement,
    confine,
    enter_namespaces,
    meets_strict,
)
from benchharness.sandbox.layers.cgroup import Cgroup
from benchharness.sandbox.layers.libc import mount, supported, syscall, unshare
from benchharness.sandbox.layers.readable import reachable_by_others, without_hidden
from benchharness.sandbox.layers.seccomp import (
    CHANGES_OF_MODE,
    SYSCALLS,
    call_number,
    filter_program,
)
from benchharness.sandbox.policy import Policy

from .confined import NOBODY, Host, become, confined, hosts, refuse

pytestmark = pytest.mark.skipif(supported() is not None, reason=f"the layers: {supported()}")

MIB = 2**20
HOSTS = hosts()
WITH_NAMESPACES = [host for host in HOSTS if host.namespaces]


@pytest.fixture(params=HOSTS, ids=str)
def host(request: pytest.FixtureRequest) -> Host:
    return request.param


@pytest.fixture(params=WITH_NAMESPACES, ids=str)
def namespaced_host(request: pytest.FixtureRequest) -> Host:
    return request.param


@pytest.fixture
def stage() -> Iterator[Path]:
    """A folder that every user can reach, as a grader stages submissions in."""
    with tempfile.TemporaryDirectory(prefix="benchharness-tests-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def policy(stage: Path) -> Policy:
    """The policy for a submission that is one small file."""
    submission, scratch = stage / "submission", stage / "scratch"
    submission.mkdir()
    (submission / "thresholding.py").write_text("answer = 42\n")
    scratch.mkdir()
    scratch.chmod(0o1777)
    return Policy("auto", str(submission), 512 * MIB, 8 * MIB, 64, str(scratch))


def attempt(action: Callable[[], Any]) -> str:
    """The name of the error that an action ends in, or "done"."""
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno] if error.errno else repr(error)
    except MemoryError:
        return "MemoryError"
    return "done"


def fate(host: Host, policy: Policy, action: Callable[[], Any]) -> str:
    """How an action ends that a confined worker tries."""
    return str(confined(host, policy, lambda _: attempt(action)).value)


def raw(name: str, *arguments: int) -> Callable[[], int]:
    """A system call, to be made past everything that Python and the C library add."""
    return lambda: syscall(call_number(name), *arguments)


# Which layers stand


def test_every_layer_but_the_graders_stands_where_the_kernel_allows_it(namespaced_host, policy):
    answer = confined(namespaced_host, policy, lambda _: None)
    assert dict(answer.confinement.missing) == {"cgroup": "the grader made no control group"}


def test_layers_need_no_namespaces(policy):
    host = Host(HOSTS[-1].user, namespaces=False)
    answer = confined(host, policy, lambda _: None)
    assert answer.confinement.layers == ("landlock", "seccomp", "rlimits")


def test_a_missing_layer_states_why(policy):
    host = Host(HOSTS[-1].user, namespaces=False)
    missing = dict(confined(host, policy, lambda _: None).confinement.missing)
    assert missing["network-namespace"] == "unshare refused: Operation not permitted"


def test_every_host_meets_strict(host, policy):
    assert meets_strict(confined(host, policy, lambda _: None).confinement) is None


def test_process_tier_sets_resource_limits_alone(policy):
    process = replace(policy, tier="process")
    assert confined(HOSTS[0], process, lambda _: None).confinement.layers == ("rlimits",)


def test_off_tier_sets_nothing(policy):
    off = replace(policy, tier="off")
    assert confined(HOSTS[0], off, lambda _: None).confinement.layers == ()


@pytest.mark.parametrize("tier", ["process", "off"])
def test_weaker_tiers_do_not_meet_strict(tier, policy):
    weak = confined(HOSTS[0], replace(policy, tier=tier), lambda _: None).confinement
    assert "strict needs" in str(meets_strict(weak))


def test_strict_names_the_layer_that_is_missing():
    missing = tuple((layer, "refused") for layer in LAYERS if layer != "rlimits")
    weak = Confinement(("rlimits",), missing, "/scratch")
    assert meets_strict(weak) == "strict needs seccomp (seccomp: refused)"


def test_strict_takes_a_mount_namespace_for_landlock():
    assert meets_strict(Confinement(("rlimits", "seccomp", "mount-namespace"), (), "/")) is None


def test_policy_crosses_an_exec_boundary_as_json(policy):
    assert Policy(**json.loads(json.dumps(asdict(policy)))) == policy


def test_other_systems_get_no_layers_and_the_reason(policy, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(confine_module, "_close_files", lambda keep_fds: None)
    outcome = confine(policy, enter_namespaces(policy), [])
    assert outcome.missing == tuple((layer, "needs Linux") for layer in LAYERS)


# Files


def test_submission_can_be_read(host, policy):
    path = Path(policy.submission, "thresholding.py")
    assert confined(host, policy, lambda _: path.read_text()).value == "answer = 42\n"


def test_submission_cannot_be_changed(host, policy):
    path = Path(policy.submission, "thresholding.py")
    path.chmod(0o666)
    assert fate(host, policy, lambda: path.write_text("answer = 0")) in {"EACCES", "EROFS"}


def test_files_beside_the_submission_cannot_be_opened(host, policy, stage):
    (stage / "other.py").write_text("another's work")
    assert fate(host, policy, (stage / "other.py").read_text) in {"EACCES", "ENOENT"}


@pytest.mark.parametrize("path", ["/etc/hostname", "/etc/group", "/var", "/tmp", "/"])
def test_the_machines_files_cannot_be_opened(host, policy, path):
    def look():
        os.close(os.open(path, os.O_RDONLY))

    assert fate(host, policy, look) in {"EACCES", "ENOENT"}


@pytest.mark.parametrize("folder", ["suites", "reference", "reports"])
def test_course_content_cannot_be_listed(host, policy, folder):
    path = content_root() / folder
    assert fate(host, policy, lambda: os.listdir(path)) in {"EACCES", "ENOENT"}


def test_our_own_package_cannot_be_read(host, policy):
    assert fate(host, policy, Path(benchharness.__file__).read_bytes) in {"EACCES", "ENOENT"}


def test_nothing_can_be_written_outside_scratch(host, policy, stage):
    places = ("/", "/tmp", "/dev", "/etc", str(stage), os.path.dirname(np.__file__))
    paths = [os.path.join(place, "made") for place in places]
    answer = confined(
        host, policy, lambda _: [attempt(lambda p=p: Path(p).write_bytes(b"")) for p in paths]
    )
    assert set(answer.value) <= {"EACCES", "EROFS", "ENOENT"}


def test_scratch_is_home_and_working_folder(host, policy):
    def write(confinement):
        Path("note").write_text("kept")
        return Path(confinement.scratch, "note").read_text() + os.environ["HOME"]

    answer = confined(host, policy, write)
    assert answer.value == "kept" + answer.confinement.scratch


def test_temporary_files_land_in_scratch(host, policy):
    def name(_):
        with tempfile.NamedTemporaryFile() as file:
            return os.path.dirname(file.name)

    answer = confined(host, policy, name)
    assert answer.value == answer.confinement.scratch


def test_guard_takes_scratch_away(host, policy):
    confined(host, policy, lambda _: Path("note").write_text("gone"))
    assert os.listdir(policy.scratch_parent) == []


def test_one_file_cannot_exceed_scratch(host, policy):
    def fill():
        Path("big").write_bytes(bytes(policy.scratch_bytes + 1))

    assert fate(host, policy, fill) in {"EFBIG", "ENOSPC"}


def test_scratch_is_bounded_over_all_files(namespaced_host, policy):
    def fill():
        for i in range(3):
            Path(str(i)).write_bytes(bytes(policy.scratch_bytes // 2))

    assert fate(namespaced_host, policy, fill) == "ENOSPC"


def test_scratch_holds_a_bounded_number_of_files(namespaced_host, policy):
    def fill():
        for i in range(policy.scratch_files + 1):
            Path(str(i)).touch()

    assert fate(namespaced_host, policy, fill) == "ENOSPC"


def test_devices_for_nothing_and_chance_work(host, policy):
    def use(_):
        Path("/dev/null").write_bytes(b"away")
        return len(os.urandom(4)) + len(Path("/dev/zero").open("rb").read(4))

    assert confined(host, policy, use).value == 8


def test_only_handed_over_files_stay_open(host, policy):
    def open_files(_):
        return sorted(int(name) for name in os.listdir("/proc/self/fd"))

    files = confined(host, policy, open_files).value
    assert files[:3] == [0, 1, 2] and len(files) == 5  # the pipe, and the listing itself


def test_standard_streams_lead_nowhere(host, policy):
    assert confined(host, policy, lambda _: [os.write(1, b"x"), len(os.read(0, 1))]).value == [
        1,
        0,
    ]


def test_an_unreadable_submission_is_told(policy, stage):
    host = Host(HOSTS[-1].user, namespaces=False)
    if host.user == 0:
        pytest.skip("root reads every submission")
    Path(policy.submission).chmod(0o700 if os.geteuid() == 0 else 0)
    with pytest.raises(AssertionError, match="the worker cannot read"):
        confined(host, policy, lambda _: None)


def test_a_users_own_files_cannot_be_closed_to_them(policy):
    host = Host(HOSTS[-1].user, namespaces=False)
    path = Path(policy.submission, "thresholding.py")
    os.chown(path, host.user, -1)
    assert fate(host, policy, lambda: path.chmod(0)) == "EPERM"


def test_modes_can_be_changed_in_a_file_system_of_ones_own(namespaced_host, policy):
    def change():
        Path("note").touch()
        Path("note").chmod(0o600)

    assert fate(namespaced_host, policy, change) == "done"


def test_kernels_without_recursive_mount_attributes_will_do(namespaced_host, policy):
    mount_setattr = call_number("mount_setattr")
    old = replace(namespaced_host, alter=lambda: refuse(mount_setattr, errno.ENOSYS))
    path = Path(policy.submission, "thresholding.py")
    path.chmod(0o666)
    answer = confined(old, policy, lambda _: attempt(lambda: path.write_text("answer = 0")))
    assert "mount-namespace" in answer.confinement.layers
    assert answer.value in {"EROFS", "EACCES"}


def test_kernels_without_landlock_meet_strict_by_the_mount_namespace(namespaced_host, policy):
    old = replace(namespaced_host, alter=lambda: refuse(444, errno.ENOSYS))
    answer = confined(old, policy, lambda _: None)
    assert "landlock" not in answer.confinement.layers
    assert meets_strict(answer.confinement) is None


def test_containers_that_mask_proc_will_do(policy):
    if os.geteuid() != 0:
        pytest.skip("needs root, to mask a part of /proc as container runtimes do")
    masked = Host(NOBODY, namespaces=True, alter=_mask_proc)
    answer = confined(masked, policy, lambda _: os.listdir("/proc"))
    assert sorted(answer.value) == ["cpuinfo", "meminfo", "stat"]
    assert dict(answer.confinement.missing).keys() == {"cgroup"}


def _mask_proc():
    unshare(0x20000)
    mount(None, "/", None, 0x44000)
    mount("tmpfs", "/proc/irq", "tmpfs", 0)


# Other processes


def test_the_grader_cannot_be_signalled(host, policy):
    grader = os.getpid()
    assert fate(host, policy, lambda: os.kill(grader, 0)) == "EPERM"


@pytest.mark.parametrize("pid", [0, -1])
def test_groups_of_processes_cannot_be_signalled(host, policy, pid):
    assert fate(host, policy, lambda: os.kill(pid, signal.SIGTERM)) == "EPERM"


def test_a_worker_can_signal_itself(host, policy):
    def raise_and_catch(_):
        caught = []
        signal.signal(signal.SIGUSR1, lambda *_: caught.append("caught"))
        signal.raise_signal(signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        return caught

    assert confined(host, policy, raise_and_catch).value == ["caught", "caught"]


def test_the_graders_environment_cannot_be_read(host, policy):
    path = Path(f"/proc/{os.getpid()}/environ")
    assert fate(host, policy, path.read_bytes) in {"EACCES", "ENOENT"}


def test_no_other_process_is_to_be_seen(namespaced_host, policy):
    def processes(_):
        return [name for name in os.listdir("/proc") if name.isdigit()]

    assert confined(namespaced_host, policy, processes).value == ["1"]


def test_other_users_are_not_to_be_seen(namespaced_host, policy):
    users = confined(namespaced_host, policy, lambda _: Path("/etc/passwd").read_text()).value
    assert len(users.splitlines()) == 1


def test_root_gives_way_to_a_user_of_its_own(policy):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    user = confined(Host(0, namespaces=True), policy, lambda _: os.getuid()).value
    assert 61184 <= user <= 65519


def test_no_capability_is_left(host, policy):
    status = confined(host, policy, lambda _: Path("/proc/self/status").read_text()).value
    assert re.findall(r"Cap(?:Prm|Eff):\s*(\w+)", status) == ["0" * 16] * 2


@pytest.mark.parametrize("spawn", [os.fork, lambda: subprocess.run(["true"])], ids=["fork", "run"])
def test_no_process_can_be_started(host, policy, spawn):
    assert fate(host, policy, spawn) == "EPERM"


def test_this_program_cannot_be_replaced(host, policy):
    assert fate(host, policy, lambda: os.execv("/bin/true", ["true"])) in {"EPERM"}


def test_a_worker_dies_with_its_guard(host, policy):
    reader, writer = os.pipe()

    def hang(_):
        os.write(writer, b"x")
        time.sleep(600)

    guard = os.fork()
    if guard == 0:
        os.close(reader)
        become(host)
        entered = enter_namespaces(policy)
        if os.fork() == 0:
            hang(confine(policy, entered, [writer]))
        os.close(writer)
        time.sleep(600)
    os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        assert pipe.read(1) == b"x"
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)
        assert select.select([pipe], [], [], 60)[0] and pipe.read(1) == b""


# System calls


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_no_socket_can_be_opened(host, policy, family, kind):
    assert fate(host, policy, lambda: socket.socket(family, kind)) == "EPERM"


ARGUED = ("clone", "clone3", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
ARGUED += ("prlimit64", "sched_setaffinity", "setpriority", "prctl", "fcntl", "ioctl")
COLUMN = int(platform.machine() == "aarch64")
REFUSED = [name for name, pair in SYSCALLS.items() if name not in ARGUED and pair[COLUMN]]


def test_every_listed_call_is_refused(policy):
    def refused(_):
        return {name: attempt(raw(name)) for name in REFUSED if name not in ("fork", "vfork")}

    assert set(confined(HOSTS[0], policy, refused).value.values()) == {"EPERM"}


@pytest.mark.parametrize(
    ("name", "arguments", "outcome"),
    [
        ("clone", (signal.SIGCHLD,), "EPERM"),
        ("clone3", (0, 0), "ENOSYS"),
        ("tkill", (99, 0), "EPERM"),
        ("tgkill", (99, 99, 0), "EPERM"),
        ("rt_sigqueueinfo", (99, 0, 0), "EPERM"),
        ("prlimit64", (99, 0, 0, 0), "EPERM"),
        ("sched_setaffinity", (99, 0, 0), "EPERM"),
        ("setpriority", (os.PRIO_PROCESS, 99, 19), "EPERM"),
        ("setpriority", (os.PRIO_USER, 0, 19), "EPERM"),
        ("setpriority", (os.PRIO_PROCESS, 0, 19), "done"),
        ("prctl", (1, 0), "EPERM"),
        ("prctl", (22, 2), "EPERM"),
        ("fcntl", (1, 8, 99), "EPERM"),
        ("fcntl", (1, 1, 0), "done"),
        ("ioctl", (1, 0x5412, 0), "EPERM"),
    ],
)
def test_a_call_is_judged_by_its_arguments(host, policy, name, arguments, outcome):
    assert fate(host, policy, raw(name, *arguments)) == outcome


def test_calls_newer_than_the_filter_do_not_exist(host, policy):
    assert fate(host, policy, lambda: syscall(463)) == "ENOSYS"


def test_the_other_calling_convention_is_refused(host, policy):
    if platform.machine() != "x86_64":
        pytest.skip("only x86_64 has a second one under the same name")
    assert fate(host, policy, lambda: syscall(0x40000000 | 39)) == "EPERM"


@pytest.mark.parametrize(
    ("column", "header"),
    [
        (0, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        (1, "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_of_calls_agree_with_the_kernels_headers(column, header):
    if not os.path.exists(header):
        pytest.skip(f"needs the kernel header {header}")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text())
    defined = {name: int(number) for name, number in found}
    ours = {name: pair[column] for name, pair in (SYSCALLS | CHANGES_OF_MODE).items()}
    known = ours.keys() & defined.keys()
    assert len(known) > 100
    assert {name: ours[name] for name in known} == {name: defined[name] for name in known}


# What has to go on working


def test_threads_can_be_started(host, policy):
    def count(_):
        done = []
        threads = [threading.Thread(target=done.append, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(done)

    assert confined(host, policy, count).value == 8


def test_arrays_can_be_multiplied(host, policy):
    square = np.ones((600, 600))
    assert confined(host, policy, lambda _: float((square @ square)[0, 0])).value == 600.0


def test_memory_within_the_bound_can_be_used(host, policy):
    assert confined(host, policy, lambda _: np.ones(40 * MIB)[-1]).value == 1.0


def test_memory_beyond_the_bound_cannot_be_had(host, policy):
    assert fate(host, policy, lambda: mmap.mmap(-1, policy.memory_bytes + MIB)) == "ENOMEM"


def test_libraries_that_are_imported_late_are_found(host, policy):
    if host.user != os.geteuid() and not reachable_by_others(os.__file__):
        pytest.skip(f"user {host.user} cannot reach the interpreter in {sys.base_prefix}")

    def import_late(_):
        import skimage.filters  # noqa: F401

        return "imported"

    assert confined(host, policy, import_late).value == "imported"


def test_installed_content_is_covered_where_packages_are_seen(host, policy, stage):
    """A wheel holds content and package in site-packages, where the worker finds its libraries."""
    installed = stage / "site-packages"
    content = installed / "benchharness" / "_content" / "reference"
    shutil.copytree(Path(benchharness.__file__).parent, content.parent.parent)
    content.mkdir(parents=True)
    (content / "thresholding.py").write_text("the solution")
    (installed / "neighbour.py").write_text("found = True")
    command = [
        sys.executable,
        "-I",
        "-c",
        _INSTALLED,
        str(Path(__file__).parent.parent),
        installed,
    ]
    command += [str(host.user), str(int(host.namespaces)), json.dumps(asdict(policy))]
    if host.user != os.geteuid() and not reachable_by_others(os.__file__):
        pytest.skip(f"user {host.user} cannot reach the interpreter in {sys.base_prefix}")
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.stdout == "True True\n", outcome.stderr


_INSTALLED = """
import json, sys
tests, installed, user, namespaces, policy = sys.argv[1:]
sys.path[:0] = [tests, installed]
from sandbox.confined import Host, Policy, confined
import benchharness
assert benchharness.__file__.startswith(installed)

def look(_):
    import neighbour
    try:
        open(installed + "/benchharness/_content/reference/thresholding.py")
    except (FileNotFoundError, PermissionError):
        return [neighbour.found, True]
    return [neighbour.found, False]

host = Host(int(user), namespaces == "1")
print(*confined(host, Policy(**json.loads(policy)), look).value)
"""


def test_trees_are_opened_up_around_what_is_hidden(stage):
    for name in ("seen/a", "open/seen", "open/hidden/b"):
        (stage / name).mkdir(parents=True)
    paths = [str(stage / "seen"), str(stage / "open")]
    seen, opened = without_hidden(paths, (str(stage / "open/hidden"),))
    assert (seen, opened) == ([str(stage / "seen"), str(stage / "open/seen")], paths[1:])


# The filter, by a small machine that runs it for calls which this processor cannot make

ARM, INTEL = 0xC00000B7, 0xC000003E
ALLOWED, NOT_PERMITTED, NOT_THERE, KILLED = 0x7FFF0000, 0x50001, 0x50026, 0x80000000


def verdict(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What a filter answers to a system call."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    instructions = list(struct.iter_unpack("HBBI", program))
    at, loaded = 0, 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == 0x06:
            return value
        if code == 0x05:
            at += value
            continue
        if code == 0x20:
            loaded = struct.unpack_from("=I", data, value)[0]
        else:
            holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: loaded & value != 0}
            at += if_true if holds[code] else if_false


@pytest.mark.parametrize(
    ("architecture", "number", "arguments", "answer"),
    [
        (ARM, 63, (), ALLOWED),  # read
        (ARM, 198, (), NOT_PERMITTED),  # socket
        (ARM, 221, (), NOT_PERMITTED),  # execve
        (ARM, 435, (), NOT_THERE),  # clone3
        (ARM, 220, (signal.SIGCHLD,), NOT_PERMITTED),  # clone of a process
        (ARM, 220, (0x10000 | 0x100,), ALLOWED),  # clone of a thread
        (ARM, 129, (7, 9), ALLOWED),  # kill itself
        (ARM, 129, (8, 9), NOT_PERMITTED),  # kill another
        (INTEL, 0, (), KILLED),
    ],
)
def test_filter_for_arm_judges_as_that_of_intel(architecture, number, arguments, answer):
    program = filter_program(7, "aarch64", True, False)
    assert verdict(program, architecture, number, *arguments) == answer


@pytest.mark.parametrize(("machine", "architecture"), [("x86_64", INTEL), ("aarch64", ARM)])
@pytest.mark.parametrize("own_files", [True, False])
def test_filter_refuses_what_is_listed_and_nothing_else(machine, architecture, own_files):
    program = filter_program(1, machine, own_files, False)
    column = int(machine == "aarch64")
    listed = SYSCALLS if own_files else SYSCALLS | CHANGES_OF_MODE
    refused = {pair[column] for name, pair in listed.items() if name not in ARGUED}
    argued = {pair[column] for name, pair in listed.items() if name in ARGUED}
    for number in set(range(470)) - argued:
        expected = NOT_PERMITTED if number in refused else ALLOWED if number <= 462 else NOT_THERE
        assert verdict(program, architecture, number) == expected, number
    assert verdict(program, architecture, 0x40000000 + 1) == NOT_PERMITTED


# The control group


@pytest.fixture
def group() -> Iterator[Cgroup]:
    made, reason = Cgroup.create(memory_bytes=64 * MIB, processes=16)
    if made is None:
        pytest.skip(reason)
    yield made
    made.close()


def test_worker_reports_its_control_group(group, policy):
    grouped = replace(policy, cgroup=group.folders)
    assert "cgroup" in confined(HOSTS[0], grouped, lambda _: None).confinement.layers


def test_group_ends_a_process_that_takes_too_much_memory(group):
    child = os.fork()
    if child == 0:
        group.add(os.getpid())
        bytearray(os.urandom(1)) * (128 * MIB)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert group.oom_kills() == 1


def test_group_is_reusable_after_a_kill(group):
    for _ in range(2):
        child = os.fork()
        if child == 0:
            group.add(os.getpid())
            signal.pause()
        while not any(Path(folder, "cgroup.procs").read_text() for folder in group.folders[-1:]):
            time.sleep(0.001)
        group.kill()
        assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_closed_group_is_gone(group):
    group.close()
    assert not any(os.path.exists(folder) for folder in group.folders)


def test_a_group_that_cannot_be_made_states_why(policy):
    if os.geteuid() != 0:
        pytest.skip("needs root, to become a user without a delegated control group")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        become(Host(NOBODY, namespaces=True))
        os.write(writer, Cgroup.create(MIB)[1].encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert b"cannot make a control group: " in os.read(reader, 999)
