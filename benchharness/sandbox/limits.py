"""How much a submission may take before it is stopped."""

from dataclasses import dataclass

__all__ = ["Limits"]

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """
    Bounds for one worker; every one of them ends in a verdict, never in a hanging grader.

    `call_s` counts processor time, so that a busy machine fails nobody; a call that waits
    instead of computing ends after `patience` times as much wall-clock time.
    """

    call_s: float = 10.0
    load_s: float = 30.0
    patience: float = 3.0
    memory_bytes: int = 2048 * MIB
    request_bytes: int = 1024 * MIB
    reply_bytes: int = 512 * MIB
