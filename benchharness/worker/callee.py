"""What a frame calls at the moment, read from its instruction and its source."""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import FrameType, ModuleType
from typing import Any

__all__ = ["Callee", "callee_of"]

_ITERATION = ("FOR_ITER", "LIST_EXTEND", "SET_UPDATE", "UNPACK_SEQUENCE", "UNPACK_EX")


@dataclass(frozen=True)
class Callee:
    """
    What a frame calls: the thing, where the source says which it is, or a name it goes by.

    Neither is known of `functions[0](x)`, or of the steps of an iteration.
    """

    thing: Any = None
    name: str | None = None
    is_known: bool = False


def callee_of(frame: FrameType) -> Callee | None:
    """
    What a frame calls at the moment; None if it does something else.

    Nothing of the submission is run to find out.
    """
    code, place = frame.f_code.co_code, frame.f_lasti
    while dis.opname[code[place]] == "CACHE":
        place -= 2
    operation = dis.opname[code[place]]
    if operation in _ITERATION:
        return Callee()
    if not operation.startswith("CALL"):
        return None
    if place != frame.f_lasti:  # up to Python 3.12: it called a Python function, no C between
        return Callee()
    positions = islice(frame.f_code.co_positions(), place // 2, None)
    function = _called(frame.f_code.co_filename, *next(positions))
    return Callee() if function is None else _looked_up(function, frame)


@lru_cache(maxsize=1024)
def _called(
    file: str, first: int | None, last: int | None, begin: int | None, end: int | None
) -> ast.expr | None:
    """The `f` of the call `f(...)` that stands at a place in a file, if its source is at hand."""
    if first is None or last is None or begin is None or end is None:
        return None
    lines = [line.encode() for line in linecache.getlines(file)[first - 1 : last]]
    if not lines:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        call = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return call.func if isinstance(call, ast.Call) else None


def _looked_up(expression: ast.expr, frame: FrameType) -> Callee:
    """The value of a name, or of an attribute of a value that is known."""
    if isinstance(expression, ast.Name):
        for scope in (frame.f_locals, frame.f_globals, frame.f_builtins):
            if expression.id in scope:
                return Callee(scope[expression.id], is_known=True)
    elif isinstance(expression, ast.Attribute):
        owner = _looked_up(expression.value, frame)
        if owner.is_known:
            return _attribute(owner.thing, expression.attr)
        return Callee(name=expression.attr)
    return Callee()


def _attribute(owner: Any, name: str) -> Callee:
    try:
        if isinstance(owner, ModuleType):
            return Callee(getattr(owner, name), is_known=True)
        found = inspect.getattr_static(owner, name)
    except AttributeError:
        return Callee()
    if inspect.isdatadescriptor(found):
        return Callee()
    return Callee(getattr(found, "__func__", found), is_known=True)
