"""
Which physical GPU a `cuda:N` is: NVML numbers all GPUs, CUDA those that it is shown, otherwise.

References
----------
CUDA C++ Programming Guide, section on CUDA environment variables; the reading of lists as
`torch.cuda` does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchharness.timing.meters import NotMeasured

__all__ = ["Installed", "visible_uuids"]


@dataclass(frozen=True)
class Installed:
    """One GPU as NVML lists it, in the order of PCI addresses; the instances, if MIG is on."""

    uuid: str
    name: str
    mig: bool = False
    instances: tuple[str, ...] = ()

    @property
    def first(self) -> str | None:
        """What CUDA opens for it: in MIG mode the first instance, if there is one."""
        if not self.mig:
            return self.uuid
        return self.instances[0] if self.instances else None


def visible_uuids(installed: Sequence[Installed], environ: Mapping[str, str]) -> list[str]:
    """
    UUIDs of `cuda:0`, `cuda:1`, ... under the given environment variables.

    As CUDA does, a list ends at its first entry that names nothing (`-1`, `NoDevFiles`), and one
    that names something twice shows nothing.

    Raises
    ------
    NotMeasured
        If numbers are used for GPUs of several kinds in CUDA's own order, fastest first, which
        nobody else knows.
    """
    shown = environ.get("CUDA_VISIBLE_DEVICES")
    if shown is None:
        return [gpu.first for gpu in _in_cuda_order(installed, environ) if gpu.first]
    found: list[str] = []
    for entry in shown.split(","):
        uuid = _named(entry.strip(), installed, environ)
        if uuid is None:
            break
        if uuid in found:
            return []
        found.append(uuid)
    return found


def _named(entry: str, installed: Sequence[Installed], environ: Mapping[str, str]) -> str | None:
    """The UUID that one entry of the list means; None if it means nothing that is here."""
    if entry.startswith("MIG-GPU-"):
        return _by_place(entry, installed)
    if entry.startswith("MIG-"):
        instances = [uuid for gpu in installed for uuid in gpu.instances]
        return _only([uuid for uuid in instances if uuid.startswith(entry)])
    if entry.startswith("GPU-"):
        gpus = [gpu for gpu in installed if gpu.uuid.startswith(entry)]
        return gpus[0].first if len(gpus) == 1 else None
    number = re.match(r"\+?\d+", entry)  # `1gpu` counts as 1
    if number is None:
        return None
    ordered = _in_cuda_order(installed, environ)
    index = int(number[0])
    return ordered[index].first if index < len(ordered) else None


def _by_place(entry: str, installed: Sequence[Installed]) -> str | None:
    """The older spelling MIG-GPU-<uuid>/<GPU instance>/<compute instance>."""
    owner = entry.removeprefix("MIG-").partition("/")[0]
    of_owner = [uuid for gpu in installed if gpu.uuid == owner for uuid in gpu.instances]
    return entry if entry in of_owner else _only(of_owner)


def _only(found: list[str]) -> str | None:
    return found[0] if len(found) == 1 else None


def _in_cuda_order(
    installed: Sequence[Installed], environ: Mapping[str, str]
) -> Sequence[Installed]:
    by_address = environ.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"
    if by_address or len({gpu.name for gpu in installed}) <= 1:
        return installed
    raise NotMeasured(
        "which GPU a number means is CUDA's own choice where they are of several kinds: set "
        "CUDA_DEVICE_ORDER=PCI_BUS_ID, or name them by UUID in CUDA_VISIBLE_DEVICES"
    )
