"""A suite as a Python file for students to fill in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from benchharness.reporting.kinds import annotation, in_words, items_of_their_own
from benchharness.suite.signature import Kind
from benchharness.suite.task import Suite, Task

__all__ = ["starter"]

_WIDTH = 99
_WIDTH_OF_CODE = 88  # Black's and ruff's own: neither would change the file
_IMPORTS = {
    "numpy": ("np.", "import numpy as np"),
    "torch": ("torch.", "import torch"),
    "tensorflow": ("tf.", "import tensorflow as tf"),
}
_TENSORS = "Arrays are tensors here, and floats are float32."
_CHANNELS_LAST = (
    "Images and kernels have their channels last, as the shapes below say; formulas are written "
    "with channels first."
)
_HARMLESS = (
    "Leave the arguments unchanged. Functions that you do not write earn no points and do no harm."
)


def starter(suite: Suite, backend: str, command: str) -> str:
    """A file with a function for each task, yet to be written; `command` is how to grade it."""
    functions = [_function(task, backend) for task in suite.tasks]
    prefix, import_line = _IMPORTS[backend]
    used = any(prefix in _definition(task, backend) for task in suite.tasks)
    introduction = (
        f"{suite.title}.",
        suite.conventions,
        f"Write the bodies, then run\n\n    {command}",
        textwrap.fill(" ".join(_notes(suite, backend)), _WIDTH),
    )
    head = [
        *_docstring("\n\n".join(filter(None, introduction))),
        "",
        *([import_line, ""] if used else []),
        f'BACKEND = "{backend}"',
    ]
    return "\n\n\n".join(("\n".join(head), *functions)) + "\n"


def _notes(suite: Suite, backend: str) -> Iterator[str]:
    """What holds for all functions of the file."""
    if backend != "numpy":
        yield _TENSORS
    signatures = [task.signature for task in suite.tasks]
    kinds = [kind for s in signatures for kind in (s.result, *(p.kind for p in s.parameters))]
    if any(in_words(kind, backend) != in_words(kind, "numpy") for kind in kinds):
        yield _CHANNELS_LAST
    yield _HARMLESS


def _function(task: Task, backend: str) -> str:
    interface = "\n".join(_interface(task, backend))
    docstring = _docstring(f"{task.statement}\n\n{interface}".strip(), "    ")
    return "\n".join((_definition(task, backend), *docstring, "    raise NotImplementedError"))


def _definition(task: Task, backend: str) -> str:
    """The line with `def`, or one line for each parameter where that is too long."""
    signature = task.signature
    parameters = [f"{p.name}: {annotation(p.kind, backend)}" for p in signature.parameters]
    returned = annotation(signature.result, backend)
    line = f"def {task.name}({', '.join(parameters)}) -> {returned}:"
    if len(line) <= _WIDTH_OF_CODE:
        return line
    inside = "".join(f"    {parameter},\n" for parameter in parameters)
    return f"def {task.name}(\n{inside}) -> {returned}:"


def _interface(task: Task, backend: str) -> Iterator[str]:
    """What is given, what is returned, and what may not be used."""
    for parameter in task.signature.parameters:
        yield from _described(parameter.name, parameter.kind, backend)
    yield from _described("Returns", task.signature.result, backend)
    if task.forbidden:
        yield f"Not allowed: {', '.join(task.forbidden)}"


def _described(name: str, kind: Kind, backend: str) -> Iterator[str]:
    items = items_of_their_own(kind)
    yield f"{name}: {'tuple of' if items else in_words(kind, backend)}"
    for item, item_kind in items:
        yield f"    {item}: {in_words(item_kind, backend)}"


def _docstring(text: str, indent: str = "") -> Iterator[str]:
    """The lines of a docstring; what would end it is escaped, and long lines are wrapped."""
    yield f'{indent}"""'
    for line in text.replace("\\", r"\\").replace('"""', r"\"\"\"").split("\n"):
        for part in _wrapped(line, _WIDTH - len(indent)):
            yield f"{indent}{part}".rstrip()
    yield f'{indent}"""'


def _wrapped(line: str, width: int) -> list[str]:
    """A line of prose in several; what is indented (commands, code) is laid out already."""
    if len(line) <= width or line.startswith(" "):
        return [line]
    return textwrap.wrap(line, width, break_long_words=False)
