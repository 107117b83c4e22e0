"""The resource limits of a worker."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from benchharness.sandbox.policy import Policy

if sys.platform != "win32":
    import resource

__all__ = ["die_first", "held_bytes", "limit"]

_OPEN_FILES = 256
_OPEN_FILES_OF_CUDA = 1024
_DRIVER_BYTES = 2048 * 2**20
"""What CUDA and its libraries may take of the machine's memory for themselves."""

_THREADS = 4096
_STACK_BYTES = 8 * 2**20


def limit(policy: Policy, held_bytes: int) -> None:
    """
    Bound what this process may take beyond the memory that it holds, for good.

    It is address space, but for CUDA: its driver reserves more of that than there is memory, and
    maps the GPU's own into it, so what is bounded then is memory of the process's own alone.
    There is no limit on processor time: the grader's own clock ends a loop, and a right answer
    may be slow.
    """
    memory = {resource.RLIMIT_AS: held_bytes + policy.memory_bytes}
    if policy.gpu:
        memory = {resource.RLIMIT_DATA: held_bytes + policy.memory_bytes + _DRIVER_BYTES}
    bounds = {
        **memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: policy.scratch_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES_OF_CUDA if policy.gpu else _OPEN_FILES,
        resource.RLIMIT_NPROC: _THREADS,
        resource.RLIMIT_STACK: _STACK_BYTES,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    for kind, bound in bounds.items():
        ceiling = resource.getrlimit(kind)[1]
        allowed = bound if ceiling == resource.RLIM_INFINITY else min(bound, ceiling)
        resource.setrlimit(kind, (allowed, allowed))


def die_first() -> None:
    """Offer this process and its children to the kernel before all others when memory runs out."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as score:
        score.write(b"1000")


def held_bytes(policy: Policy) -> int:
    """How much this process holds of what `limit` bounds."""
    with open("/proc/self/statm", "rb") as statm:
        pages = statm.read().split()[5 if policy.gpu else 0]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
