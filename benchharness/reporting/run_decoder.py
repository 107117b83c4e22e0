"""
A run's text parsed and its tasks checked in one go, which takes a fifth of the time.

It needs msgspec, and has no words for what is wrong: without it, and for what it does not take,
texts are parsed plainly, and refused in words by `from_json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Annotated, Any, Required, TypedDict, TypeVar

from benchharness.errors import UsageError
from benchharness.outcomes import Status, TaskVerdict, Timing, TimingStatus
from benchharness.reporting.document import COUNT, INTERVAL, NUMBER, NUMBERS, TEXT, Node, parsed
from benchharness.reporting.run_json import OF_TIMING, read_details

__all__ = ["document_of"]

_OF_RUN = ("schema", "unit", "created", "versions", "machine", "isolation", "seed")
_OF_SUBMISSION = ("name", "path", "sha256", "score", "max_score", "notes")
_DETAILS = [one.name for one in fields(Timing) if one.name not in OF_TIMING]
_Verdict = TypeVar("_Verdict", TaskVerdict, Timing)


def document_of(text: str, name: str) -> Any:
    """
    The document in a text, without checks, for `from_json`; its tasks are read where possible.

    Raises
    ------
    UsageError
        If it is not JSON, or not all of it is there; the text names the document.
    """
    if decode := _decoder():
        try:
            return decode(text)
        except (ValueError, RecursionError, UsageError):
            pass
    return parsed(text, name)


@cache
def _decoder() -> Callable[[str], Any] | None:
    try:
        import msgspec
    except ImportError:
        return None
    number = Annotated[float, msgspec.Meta(ge=0)]
    kinds: dict[object, Any] = {
        TEXT: str,
        COUNT: Annotated[int, msgspec.Meta(ge=0)],
        NUMBER: number,
        NUMBERS: tuple[number, ...],
        INTERVAL: tuple[float, float],
        OF_TIMING["status"]: TimingStatus,
    }
    timing: Any = _object("Timing", **{one.name: _kind(one, kinds) for one in fields(Timing)})
    task: Any = _object(
        "Task",
        **dict.fromkeys(("suite", "task", "backend", "message"), Required[str]),
        **dict.fromkeys(("score", "max_score"), Required[number]),
        status=Required[Status],
        summary=str,
        timings=Required[list[timing]],
    )
    submission: Any = _object("Submission", **dict.fromkeys(_OF_SUBMISSION, Any), tasks=list[task])
    run = _object("Run", **dict.fromkeys(_OF_RUN, Any), submissions=list[submission])
    decode = msgspec.json.Decoder(run).decode

    def document(text: str) -> Any:
        found = decode(text)
        for submission in found.get("submissions", ()):
            if "tasks" in submission:
                submission["tasks"] = [_task_verdict(values) for values in submission["tasks"]]
        return found

    return document


def _object(name: str, /, **keys: Any) -> Any:
    """The type of an object that may have some keys; what it has besides is passed over."""
    typed: Any = TypedDict
    return typed(name, keys, total=False)


def _kind(field: Field[Any], kinds: dict[object, Any]) -> Any:
    """The kind of a timing's value, which may be absent where the timing has a default."""
    if field.name in _DETAILS:
        return Any
    kind = kinds[OF_TIMING[field.name]]
    if field.default is MISSING:
        return Required[kind]
    return kind if field.default is not None else kind | None


def _task_verdict(values: dict[str, Any]) -> TaskVerdict:
    values["timings"] = tuple(map(_timing, values["timings"]))
    return _made_of(values, TaskVerdict)


def _timing(values: dict[str, Any]) -> Timing:
    if held := [key for key in _DETAILS if key in values]:
        values |= read_details(Node({key: values.pop(key) for key in held}, ""))
    return _made_of(values, Timing)


def _made_of(values: dict[str, Any], kind: type[_Verdict]) -> _Verdict:
    """
    An object of values that are right: as its own dictionary, without a call for each field.

    What is absent is the class's default.
    """
    made = object.__new__(kind)
    object.__setattr__(made, "__dict__", values)
    return made
