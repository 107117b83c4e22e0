"""What benchharness itself raises: where, which rule, what arrived, what to do; and exit codes."""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path
from typing import ClassVar

__all__ = ["ExitCode", "HarnessError", "SandboxError", "SuiteError", "UsageError", "unwritable"]

_RUN_OUT = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EMFILE", "ENFILE", "ENOMEM")
    if hasattr(errno, name)
}


class ExitCode(IntEnum):
    """How a command ends, `benchharness` and `pytest --bench` alike."""

    DONE = 0
    NOT_PASSED = 1
    USAGE = 2
    HARNESS_FAILED = 3
    INTERRUPTED = 130


class HarnessError(Exception):
    """
    Base of everything that benchharness raises; its text is one line for a person.

    `exit_code` is how a command ends that cannot go on: unless it is what the user or the author
    of a suite asked for, the harness has failed.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.HARNESS_FAILED


class UsageError(HarnessError):
    """The command line or the settings ask for something that cannot be."""

    exit_code = ExitCode.USAGE


class SuiteError(HarnessError):
    """A suite's author has to mend something: the text names file, task, rule and remedy."""

    exit_code = ExitCode.USAGE


class SandboxError(HarnessError):
    """The sandbox could not be set up, or it failed under a submission through no fault of its."""


def unwritable(
    place: Path, problem: OSError, remedy: str = "free some space or name another place"
) -> HarnessError:
    """
    The error for a place that the user has named and that cannot be written to.

    It is the user's mistake, unless the machine has run out of something.
    """
    text = f"{place}: cannot be written: {problem.strerror or problem}; {remedy}"
    return HarnessError(text) if problem.errno in _RUN_OUT else UsageError(text)
