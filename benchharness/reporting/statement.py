"""A suite as an assignment in Markdown for students to read."""

from __future__ import annotations

from collections.abc import Iterator

from benchharness.reporting.kinds import in_words, items_of_their_own
from benchharness.reporting.quantities import format_points
from benchharness.suite.layout import axes_in
from benchharness.suite.signature import Array, Kind, Signature
from benchharness.suite.task import Suite, Task

__all__ = ["statement"]

_WIDTH_OF_CODE = 88
_RULES = """\
Your functions get NumPy arrays. In a file that says `BACKEND = "torch"` or
`BACKEND = "tensorflow"` they get tensors, and return tensors; `--backend torch` after the first
command writes one. Leave the arguments unchanged."""


def statement(suite: Suite, named: str) -> str:
    """The assignment; `named` is what the suite is called on a command line."""
    points = _points(sum(task.points for task in suite.tasks))
    parts = (
        f"# {suite.title}",
        suite.conventions,
        f"Write the functions below, under these names, for {points} in all. You may leave some "
        "out.\nThe first command writes a file to start from, the second one grades it:",
        f"```\nbenchharness new submission {named}\n"
        f"pytest --bench --suite={named} --submission=submission.py\n```",
        _RULES,
        *(_chapter(number, task) for number, task in enumerate(suite.tasks, 1)),
    )
    return "\n\n".join(filter(None, parts)) + "\n"


def _chapter(number: int, task: Task) -> str:
    parts = (
        f"## {number}. `{task.signature.call}` ({_points(task.points)})",
        f"```\n{_spelled_out(task.signature)}\n```",
        task.statement,
        "\n".join(_interface(task)),
    )
    return "\n\n".join(filter(None, parts))


def _spelled_out(signature: Signature) -> str:
    """The signature, with a line for each parameter where it is too long."""
    line = str(signature)
    if len(line) <= _WIDTH_OF_CODE:
        return line
    inside = "".join(f"    {p.name}: {p.kind},\n" for p in signature.parameters)
    return f"{signature.name}(\n{inside}) -> {signature.result}"


def _interface(task: Task) -> Iterator[str]:
    for parameter in task.signature.parameters:
        yield from _described(f"`{parameter.name}`", parameter.kind)
    yield from _described("returned", task.signature.result)
    if task.forbidden:
        yield f"- not allowed: {', '.join(f'`{name}`' for name in task.forbidden)}"


def _described(name: str, kind: Kind) -> Iterator[str]:
    items = items_of_their_own(kind)
    yield f"- {name}: {'tuple of' if items else _in_all_orders(kind)}"
    for item, item_kind in items:
        yield f"  - `{item}`: {_in_all_orders(item_kind)}"


def _in_all_orders(kind: Kind) -> str:
    """The kind in words, and once more where TensorFlow has another order of axes."""
    words, channels_last = in_words(kind, "numpy"), in_words(kind, "tensorflow")
    if words == channels_last:
        return words
    if isinstance(kind, Array):
        channels_last = f"({', '.join(axes_in('tensorflow', kind))})"
    return f"{words}; in TensorFlow {channels_last}"


def _points(points: float) -> str:
    return f"{format_points(points)} {'point' if points == 1 else 'points'}"
