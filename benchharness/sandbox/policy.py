"""What a worker is to be allowed, in simple values that cross an exec boundary as JSON."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TIERS", "Gpu", "Policy"]

TIERS = ("auto", "strict", "process", "off")
MIB = 2**20


@dataclass(frozen=True)
class Gpu:
    """
    The one GPU that a worker may use, by the name that CUDA's driver has for it.

    `devices` are the nodes that it opens, and `files` what the driver's libraries read.
    """

    uuid: str
    devices: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "devices", tuple(self.devices))
        object.__setattr__(self, "files", tuple(self.files))


@dataclass(frozen=True)
class Policy:
    """
    The bounds of one worker.

    Tiers `auto` and `strict` raise every layer that works here (whether that suffices for
    `strict` is for `meets_strict` to say), `process` sets resource limits alone, and `off`
    closes files and nothing more. `scratch_parent` is where the scratch folder is made when no
    mount namespace can hold it: a folder that the grader removes, open to every user.
    `cgroup` names the folders of a `Cgroup` that the guard is to join. A worker without a `gpu`
    sees none.
    """

    tier: str
    submission: str | None
    memory_bytes: int
    scratch_bytes: int = 256 * MIB
    scratch_files: int = 4096
    scratch_parent: str | None = None
    cgroup: tuple[str, ...] = ()
    gpu: Gpu | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cgroup", tuple(self.cgroup))  # JSON knows lists alone
        if isinstance(self.gpu, dict):  # and no dataclasses
            object.__setattr__(self, "gpu", Gpu(**self.gpu))
