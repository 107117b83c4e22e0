"""
A run's text parsed and its tasks checked in one go, which takes a fifth of the time.

It needs msgspec, and has no words for what is wrong: without it, and for what it does not take,
texts are parsed plainly, and refused in words by `from_json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Annotated, Any, TypedDict

from benchharness.errors import UsageError
from benchharness.outcomes import Status, TaskVerdict, Timing, TimingStatus
from benchharness.reporting.document import COUNT, INTERVAL, NUMBER, NUMBERS, TEXT, Node, parsed
from benchharness.reporting.run_json import OF_TIMING, read_details

__all__ = ["document_of"]

_OF_RUN = ("schema", "unit", "created", "versions", "machine", "isolation", "seed")
_OF_SUBMISSION = ("name", "path", "sha256", "score", "max_score", "notes")
_DETAILS = {one.name: one.default for one in fields(Timing) if one.name not in OF_TIMING}


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
    timing: Any = msgspec.defstruct("Timing", [_member(one, kinds) for one in fields(Timing)])
    of_task: list[tuple[Any, ...]] = [
        *((key, str) for key in ("suite", "task", "backend", "message")),
        *(("status", Status), ("score", number), ("max_score", number)),
        *(("timings", list[timing]), ("summary", str, "")),
    ]
    task: Any = msgspec.defstruct("Task", of_task)
    submission: Any = _object("Submission", _OF_SUBMISSION, tasks=list[task])
    decode = msgspec.json.Decoder(_object("Run", _OF_RUN, submissions=list[submission])).decode
    values_of = msgspec.structs.asdict

    def task_verdict(packed: Any) -> TaskVerdict:
        timings = tuple(_timing(values_of(one)) for one in packed.timings)
        return TaskVerdict(**{**values_of(packed), "timings": timings})

    def document(text: str) -> Any:
        found = decode(text)
        for submission in found.get("submissions", ()):
            if "tasks" in submission:
                submission["tasks"] = [task_verdict(packed) for packed in submission["tasks"]]
        return found

    return document


def _member(field: Field[Any], kinds: dict[object, Any]) -> tuple[Any, ...]:
    """A value of a timing, its kind, and what it is where it is absent."""
    if field.name in _DETAILS:
        return field.name, Any, None
    kind = kinds[OF_TIMING[field.name]]
    if field.default is MISSING:
        return field.name, kind
    return field.name, kind if field.default is not None else kind | None, field.default


def _object(name: str, keys: tuple[str, ...], **known: Any) -> Any:
    """The type of an object that may have some keys; what it has besides is passed over."""
    typed: Any = TypedDict
    return typed(name, {**dict.fromkeys(keys, Any), **known}, total=False)


def _timing(values: dict[str, Any]) -> Timing:
    """A timing of values that are right, without a call for each of its many fields."""
    held = {key: value for key in _DETAILS if (value := values[key]) is not None}
    values |= _DETAILS
    if held:
        values |= read_details(Node(held, ""))
    timing = object.__new__(Timing)
    vars(timing).update(values)
    return timing
