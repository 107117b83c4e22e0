"""Whether uses of a forbidden name can be seen: for the author of a suite, before it is used."""

from __future__ import annotations

from types import ModuleType

from benchharness.worker.marks import FunctionMark, Marks, is_protocol
from benchharness.worker.names import imported, public

__all__ = ["unwatchable"]

_MOST_LISTED = 8


def unwatchable(name: str) -> str | None:
    """
    Which uses of a forbidden name go unseen and why, for a suite's author; None if all are seen.

    This imports the package that the name belongs to.
    """
    try:
        thing = imported(name)
    except LookupError:
        return "there is no such name here"
    if is_protocol(name.rpartition(".")[2]):
        return "it is an operator or a protocol, whose use is no call"
    if isinstance(thing, ModuleType):
        unseen = sorted(offer for offer, value in public(thing).items() if not _is_seen(value))
        rest = f" and {len(unseen) - _MOST_LISTED} more" * (len(unseen) > _MOST_LISTED)
        listed = ", ".join(unseen[:_MOST_LISTED])
        return f"Python does not tell of calls of {listed}{rest}" if unseen else None
    if _is_seen(thing):
        return None
    if isinstance(thing, type):
        return "no Python function runs when an object of this type is made"
    return f"Python does not tell of calls of a {type(thing).__name__}"


def _is_seen(thing: object) -> bool:
    """Whether Python tells of the calls of a thing, or of the making of objects of a class."""
    marks = Marks((), lambda _: False)
    marks.add("", thing)
    if isinstance(thing, type) and not issubclass(thing, BaseException):
        found = [mark for marks_of_code in marks.codes.values() for mark in marks_of_code]
        names = {mark.function.__name__ for mark in found if isinstance(mark, FunctionMark)}
        return not names.isdisjoint(("__init__", "__new__"))
    return isinstance(thing, type) or not marks.is_empty()
