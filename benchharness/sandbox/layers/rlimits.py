"""The resource limits of a worker."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from benchharness.sandbox.policy import Policy

if sys.platform != "win32":
    import resource

__all__ = ["address_space_bytes", "die_first", "limit"]

_OPEN_FILES = 256
_THREADS = 4096
_STACK_BYTES = 8 * 2**20


def limit(policy: Policy, held_bytes: int) -> None:
    """
    Bound what this process may take beyond the address space that it holds, for good.

    There is no limit on processor time: the grader's own clock ends a loop, and a right answer
    may be slow.
    """
    bounds = {
        resource.RLIMIT_AS: held_bytes + policy.memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: policy.scratch_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
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


def address_space_bytes() -> int:
    """How much address space this process holds."""
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
