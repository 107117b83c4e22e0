"""
Everything that the author of a suite needs; see docs/suite-authors.md.

A suite's file starts with `from benchharness.suite import ...` and knows nothing else of
benchharness.
"""

from benchharness.suite.authoring import (
    case,
    check,
    counterexamples,
    drawing,
    histogram,
    illustration,
    misconception,
    reference,
    refused,
    task,
    workload,
)
from benchharness.suite.photographs import photograph
from benchharness.suite.rules import close, equal, holds, maximise, minimise

__all__ = [
    "case",
    "check",
    "close",
    "counterexamples",
    "drawing",
    "equal",
    "histogram",
    "holds",
    "illustration",
    "maximise",
    "minimise",
    "misconception",
    "photograph",
    "reference",
    "refused",
    "task",
    "workload",
]
