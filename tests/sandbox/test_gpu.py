"""What a worker gets of a GPU, and nothing beyond; ordinary files stand for a driver's nodes."""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import resource
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import stand_in_gpu

from benchharness.sandbox import gpu, launch
from benchharness.sandbox.layers.libc import supported
from benchharness.sandbox.policy import Gpu, Policy

from .confined import Host, confined, hosts

pytestmark = pytest.mark.skipif(supported() is not None, reason=f"the layers: {supported()}")

MIB = 2**20
UUID = stand_in_gpu.UUID
HOSTS = hosts()
WITHOUT_NAMESPACES = [host for host in HOSTS if not host.namespaces]
INFORMATION = "Model: \t\t Stand-in\nGPU UUID: \t {uuid}\nDevice Minor: \t {minor}\n"
NODES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia0", "nvidia1", "nvidia-caps/cap1")


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with a driver and two GPUs, of which the second is ours; no library stands in."""
    with tempfile.TemporaryDirectory(prefix="benchharness-tests-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in NODES:
            write(root / "dev" / name)
        for minor, uuid in enumerate(("GPU-another", UUID)):
            facts = INFORMATION.format(uuid=uuid, minor=minor)
            write(root / f"proc/driver/nvidia/gpus/0000:0{minor}:00.0/information", facts)
        write(root / "usr/local/nvidia/lib64/libcuda.so.1")
        monkeypatch.setattr(gpu, "ROOT", root)
        yield root


@pytest.fixture
def policy(machine: Path) -> Policy:
    """The policy for a worker with a GPU."""
    submission, scratch = machine / "submission", machine / "scratch"
    submission.mkdir()
    scratch.mkdir()
    scratch.chmod(0o1777)
    made = Policy("auto", str(submission), 512 * MIB, 8 * MIB, 64, str(scratch))
    return replace(made, gpu=gpu.access(UUID))


def inside(host: Host, policy: Policy, body: Callable[[], Any]) -> Any:
    return confined(host, policy, lambda _: body()).value


def refusal(action: Callable[[], Any]) -> str:
    """The name of the error that an action ends in, or "done"."""
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "done"


@pytest.fixture(params=HOSTS, ids=str)
def host(request: pytest.FixtureRequest) -> Host:
    return request.param


# What there is


def test_machine_without_a_drivers_nodes_has_no_driver(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "ROOT", tmp_path)

    assert gpu.visible() == ((), "there is no NVIDIA driver on this machine (no /dev/nvidiactl)")


def test_driver_that_cannot_be_loaded_says_so(machine):
    found, problem = gpu.visible()

    assert found == ()
    assert "its library cannot be loaded: libcuda.so.1" in problem


def test_gpus_that_were_hidden_by_a_variable_are_missed_by_its_name(machine, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")

    assert gpu.visible()[1].endswith("(CUDA_VISIBLE_DEVICES is '')")


def test_gpus_are_those_that_the_driver_shows(machine, monkeypatch):
    monkeypatch.setattr(launch, "STAND_IN", stand_in_gpu.__file__)

    assert gpu.visible() == ((gpu.VisibleGpu(0, "Stand-in", UUID, 2**30),), "")


def test_worker_gets_the_nodes_of_its_own_gpu_alone(machine):
    names = {str(Path(path).relative_to(machine / "dev")) for path in gpu.access(UUID).devices}

    assert names == {*NODES} - {"nvidia0"}


def test_part_of_a_gpu_gets_all_nodes(machine):
    names = {Path(path).name for path in gpu.access("MIG-5").devices}

    assert {"nvidia0", "nvidia1"} <= names


def test_worker_may_read_where_the_driver_has_its_library(machine):
    assert str(machine / "usr/local/nvidia/lib64") in gpu.access(UUID).files


def test_policy_with_a_gpu_crosses_as_json(policy):
    assert Policy(**json.loads(json.dumps(asdict(policy)))) == policy


# What a worker may do with it


def test_every_layer_still_stands(host, policy):
    missing = dict(confined(host, policy, lambda _: None).confinement.missing)
    without = dict(confined(host, replace(policy, gpu=None), lambda _: None).confinement.missing)

    assert missing == without


def test_worker_sees_its_gpu_and_no_other(policy, machine):
    host = next(host for host in HOSTS if host.namespaces)

    seen = inside(host, policy, lambda: [n for n in NODES if (machine / "dev" / n).exists()])

    assert set(seen) == {*NODES} - {"nvidia0"}


def test_worker_without_a_gpu_sees_none(host, policy, machine):
    node = machine / "dev/nvidia1"
    found = refusal_in(host, replace(policy, gpu=None), node.read_bytes)

    assert found in ("EACCES", "ENOENT")


def refusal_in(host: Host, policy: Policy, action: Callable[[], Any]) -> str:
    return str(inside(host, policy, lambda: refusal(action)))


def test_node_can_be_written_to_and_controlled(host, policy, machine):
    node = machine / "dev/nvidia7"
    try:
        os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(1, 3))  # what /dev/null is
        node.chmod(0o666)
        os.close(os.open(node, os.O_RDWR))
    except PermissionError:
        pytest.skip("no device nodes can be made or opened here: needs root")
    given = replace(policy, gpu=replace(policy.gpu, devices=(str(node),)))

    def use() -> str:
        with open(node, "r+b", buffering=0) as device:
            device.write(b"command")
            unknown = ctypes.CDLL(None, use_errno=True).ioctl(device.fileno(), 0xC020462A, 0)
            return errno.errorcode[ctypes.get_errno()] if unknown else "done"

    assert inside(host, given, use) in ("ENOTTY", "EINVAL")  # the null device's own answer


def test_drivers_files_can_be_read(host, policy, machine):
    library = machine / "usr/local/nvidia/lib64/libcuda.so.1"

    assert inside(host, policy, library.read_text) == ""


def test_worker_knows_its_gpu_by_its_uuid(host, policy):
    assert inside(host, policy, lambda: os.environ["CUDA_VISIBLE_DEVICES"]) == UUID


def test_worker_without_a_gpu_is_told_that_there_is_none(host, policy):
    without = replace(policy, gpu=None)

    assert inside(host, without, lambda: os.environ["CUDA_VISIBLE_DEVICES"]) == "-1"


def test_libraries_are_told_to_compute_float32_in_float32(host, policy):
    assert inside(host, policy, lambda: os.environ["NVIDIA_TF32_OVERRIDE"]) == "0"


def test_compiled_kernels_are_kept_in_the_scratch_folder(host, policy):
    answer = confined(host, policy, lambda _: os.environ["CUDA_CACHE_PATH"])

    assert answer.value == answer.confinement.scratch


def test_memory_without_a_name_can_be_had(host, policy):
    assert refusal_in(host, policy, lambda: os.close(os.memfd_create("driver"))) == "done"


def test_memory_without_a_name_is_for_gpus_alone(host, policy):
    without = replace(policy, gpu=None)

    assert refusal_in(host, without, lambda: os.memfd_create("driver")) == "EPERM"


def listener() -> socket.socket:
    """The socket that CUDA's driver opens when it starts."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    made.bind("\0cuda-uvmfd-4026531836-1")
    made.listen(16)
    return made


def test_driver_can_listen(host, policy):
    assert refusal_in(host, policy, lambda: listener().close()) == "done"


def test_nobody_is_let_in(host, policy):
    assert refusal_in(host, policy, lambda: listener().accept()) == "EPERM"


def test_worker_cannot_connect(host, policy):
    def connect() -> None:
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect("\0anything")

    assert refusal_in(host, policy, connect) == "EPERM"


@pytest.mark.parametrize(
    "family, kind",
    [
        (socket.AF_UNIX, socket.SOCK_DGRAM),
        (socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC),
        (socket.AF_INET, socket.SOCK_STREAM),
        (socket.AF_NETLINK, socket.SOCK_RAW),
    ],
)
def test_sockets_that_reach_others_cannot_be_had(host, policy, family, kind):
    assert refusal_in(host, policy, lambda: socket.socket(family, kind)) == "EPERM"


def test_socket_file_cannot_be_made(host, policy):
    def bind() -> None:
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).bind("socket")

    assert refusal_in(host, policy, bind) == "EACCES"


def test_threads_can_be_named(host, policy):
    def name_another() -> str:
        done = threading.Event()
        thread = threading.Thread(target=done.wait)
        thread.start()
        comm = Path(f"/proc/self/task/{thread.native_id}/comm")
        comm.write_text("cuda-EvtHandlr")
        done.set()
        return "named"

    assert inside(host, policy, name_another) == "named"


def test_address_space_may_be_reserved_without_bound(host, policy):
    def reserve() -> str:
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        return refusal(lambda: mmap.mmap(-1, 2**40, flags=flags, prot=mmap.PROT_READ))

    assert inside(host, policy, reserve) == "done"


def test_memory_of_its_own_is_bounded(host, policy):
    def take() -> str:
        own = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        return refusal(lambda: mmap.mmap(-1, 4096 * MIB, flags=own))

    assert inside(host, policy, take) == "ENOMEM"


def test_bound_on_memory_is_for_good(host, policy):
    def lift() -> str:
        limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        try:
            resource.setrlimit(resource.RLIMIT_DATA, limits)
        except ValueError:
            return "refused"
        return "lifted"

    assert inside(host, policy, lift) == "refused"


def test_more_files_may_be_open(host, policy):
    assert inside(host, policy, lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0]) == 1024


def test_gpu_is_kept_as_tuples():
    assert Gpu(UUID, ["/dev/nvidia0"], []).devices == ("/dev/nvidia0",)
