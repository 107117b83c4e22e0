"""What benchharness itself raises: where, which rule, what arrived, what to do."""

__all__ = ["HarnessError", "SandboxError", "SuiteError", "UsageError"]


class HarnessError(Exception):
    """Base of everything that benchharness raises; its text is one line for a person."""


class UsageError(HarnessError):
    """The command line or the settings ask for something that cannot be."""


class SuiteError(HarnessError):
    """A suite's author has to mend something: the text names file, task, rule and remedy."""


class SandboxError(HarnessError):
    """The sandbox could not be set up, or it failed under a submission through no fault of its."""
