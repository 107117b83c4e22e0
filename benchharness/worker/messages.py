"""The words between grader and worker: operations asked for, and how each ended."""

from __future__ import annotations

import struct
from enum import IntEnum

__all__ = ["DONE", "REPLY", "Operation", "Outcome"]

REPLY = struct.Struct("<4sIQ")
"""Before a reply's message in shared memory: magic, outcome, serial number of the request."""

REQUEST = struct.Struct("<IIQ")
"""Before a request's message in shared memory: operation, unused, serial number."""

MAGIC = b"bhr1"
DONE = b"\x01"
"""The one byte that a worker writes for each request, after its reply lies in shared memory."""


class Operation(IntEnum):
    """What the grader asks of a worker."""

    LOAD = 1
    CALL = 2
    REFRESH = 3
    TRACE = 4


class Outcome(IntEnum):
    """How a request ended, as the worker says; the grader believes it only against the student."""

    READY = 1
    RETURNED = 2
    RAISED = 3
    OUT_OF_MEMORY = 4
    UNSUPPORTED = 5
    TOO_LARGE = 6
    FORBIDDEN = 7
