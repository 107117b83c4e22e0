"""The GPUs of this machine as CUDA's driver shows them, and what a worker needs to reach one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchharness.sandbox.launch import environment, stand_in
from benchharness.sandbox.policy import Gpu

__all__ = ["VisibleGpu", "access", "has_driver", "visible"]

ROOT = Path("/")
"""Where this machine's files begin; tests look elsewhere."""

_PROBE_S = 60.0
_CONTROLS = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "dxg")
_FACTS = (
    "proc/driver/nvidia",
    "proc/devices",
    "proc/modules",
    "sys/bus/pci/devices",
    "sys/module/nvidia",
    "sys/module/nvidia_uvm",
)
_PCI_TREES = "sys/devices/pci*"
_LIBRARY = "libcuda.so.1"
_LIBRARY_FOLDERS = (
    "usr/local/nvidia/lib64",
    "usr/local/nvidia/lib",
    "usr/local/cuda/compat",
    "usr/lib/wsl/lib",
    "run/opengl-driver/lib",
    "opt/nvidia/lib64",
)
_KEPT = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")


@dataclass(frozen=True)
class VisibleGpu:
    """A GPU that CUDA's driver shows: its place among them, its model, its name for good."""

    index: int
    name: str
    uuid: str
    memory_bytes: int


def has_driver() -> bool:
    """Whether the kernel's part of a driver for NVIDIA's GPUs is loaded; costs nothing."""
    return any((ROOT / "dev" / name).exists() for name in ("nvidiactl", "dxg"))


def visible() -> tuple[tuple[VisibleGpu, ...], str]:
    """
    The GPUs that CUDA's driver shows, or why it shows none.

    The driver is asked in a process of its own, since none that has started it can be forked.
    """
    if not has_driver():
        return (), "there is no NVIDIA driver on this machine (no /dev/nvidiactl)"
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    command = [sys.executable, "-I", "-B", "-m", "benchharness.worker.probe", *stand_in()]
    try:
        done = subprocess.run(
            command,
            env=environment() | kept,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PROBE_S,
        )
        answer = json.loads(done.stdout or b'{"problem": "the process that asked it died"}')
    except subprocess.TimeoutExpired:
        answer = {"problem": f"no answer within {_PROBE_S:.0f} s"}
    found = tuple(VisibleGpu(**gpu) for gpu in answer.get("gpus", ()))
    if found:
        return found, ""
    hidden = kept.get("CUDA_VISIBLE_DEVICES")
    hint = "" if hidden is None else f" (CUDA_VISIBLE_DEVICES is {hidden!r})"
    return (), f"CUDA's driver shows no GPU: {answer.get('problem', 'it counts none')}{hint}"


def access(uuid: str) -> Gpu:
    """What a worker needs to reach one GPU: nodes of its own and the driver's, and files."""
    nodes = ROOT / "dev"
    devices = [nodes / name for name in _CONTROLS]
    devices += [nodes / f"nvidia{minor}" for minor in _minors(uuid)]
    devices += sorted((nodes / "nvidia-caps").glob("*"))
    files = [ROOT / path for path in _FACTS] + sorted(ROOT.glob(_PCI_TREES))
    return Gpu(uuid, _existing(devices), _existing([*files, *_library_folders()]))


def _minors(uuid: str) -> list[int]:
    """The number of the GPU's own node; those of all where nothing tells (a part of one: MIG)."""
    told = {}
    for information in sorted(ROOT.glob("proc/driver/nvidia/gpus/*/information")):
        lines = information.read_text(errors="replace").splitlines()
        facts = {key.strip(): value.strip() for key, _, value in (s.partition(":") for s in lines)}
        if facts.get("Device Minor", "").isdigit():
            told[facts.get("GPU UUID", "")] = int(facts["Device Minor"])
    if uuid in told:
        return [told[uuid]]
    nodes = (node.name.removeprefix("nvidia") for node in (ROOT / "dev").glob("nvidia*"))
    return sorted(int(number) for number in nodes if number.isdigit())


def _library_folders() -> list[Path]:
    """The folders with CUDA's driver library in them, out of the usual places too."""
    named = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    folders = [*(ROOT / folder for folder in _LIBRARY_FOLDERS), *map(Path, filter(None, named))]
    return [folder for folder in folders if (folder / _LIBRARY).exists()]


def _existing(paths: list[Path]) -> tuple[str, ...]:
    return tuple(str(path) for path in paths if path.exists())
