"""Dotted names, what they stand for among the imported modules, and where that belongs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    ModuleType,
)
from typing import Any

__all__ = [
    "Descriptor",
    "find_imported",
    "home",
    "imported",
    "is_method_in_c",
    "lies_in",
    "public",
]

Descriptor = MethodDescriptorType | ClassMethodDescriptorType
"""A method of a type that is written in C, as the type holds it."""


def find_imported(name: str) -> Any:
    """
    What a dotted name stands for, if all modules that it takes are imported already.

    A package may import its parts when they are asked for. A part that is a function is asked
    for; one that is a module of its own is left alone.

    Raises
    ------
    LookupError
        If the name stands for nothing yet.
    """
    parts = name.split(".")
    known = (n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in sys.modules)
    start = next(known, 0)
    if not start:
        raise LookupError(name)
    thing: Any = sys.modules[".".join(parts[:start])]
    for part in parts[start:]:
        if isinstance(thing, ModuleType) and part not in vars(thing) and _is_module(thing, part):
            raise LookupError(name)
        try:
            thing = getattr(thing, part)
        except Exception as problem:
            raise LookupError(name) from problem
    return thing


def imported(name: str) -> Any:
    """What a dotted name stands for, importing what that takes; LookupError if nothing does."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        try:
            importlib.import_module(".".join(parts[:length]))
        except ImportError:
            break
    return find_imported(name)


def home(thing: object) -> str:
    """The name of the module that something callable belongs to; empty if it does not say."""
    owners: list[Any] = [thing, type(thing)]
    if isinstance(thing, Descriptor):
        owners = [thing.__objclass__]
    elif isinstance(thing, BuiltinFunctionType):
        owners[1:] = [] if thing.__self__ is None else [type(thing.__self__)]
    for owner in owners:
        try:
            module = owner.__module__
        except Exception:  # some objects refuse every question
            continue
        if isinstance(module, str):
            return module
    return ""


def lies_in(module: str, package: str) -> bool:
    """Whether a module is the package or stands somewhere below it."""
    return module == package or module.startswith(f"{package}.")


def is_method_in_c(thing: object) -> bool:
    """Whether something is a method of a type written in C, bound or not."""
    if isinstance(thing, BuiltinFunctionType):
        return thing.__module__ is None and thing.__self__ is not None
    return isinstance(thing, Descriptor)


def public(module: ModuleType) -> dict[str, Any]:
    """
    What a module offers to be called, by the name it is offered by.

    That is what `__all__` or the lack of an underscore says, without what belongs to another
    distribution.
    """
    listed = getattr(module, "__all__", None)
    top = module.__name__.partition(".")[0]
    offered = {
        name: thing
        for name, thing in vars(module).items()
        if callable(thing) and (name in listed if listed else not name.startswith("_"))
    }
    return {name: thing for name, thing in offered.items() if _is_of(thing, top)}


def _is_of(thing: object, top: str) -> bool:
    """Whether a thing belongs to a distribution, or does not say where it belongs."""
    says = isinstance(thing, (FunctionType, BuiltinFunctionType, type)) and home(thing)
    return not says or home(thing).partition(".")[0] == top


def _is_module(parent: ModuleType, part: str) -> bool:
    """Whether to ask a module for a part of it would import the part as a module."""
    if type(parent) is not ModuleType:  # it stands for a module until somebody needs it
        return True
    try:
        return importlib.util.find_spec(f"{parent.__name__}.{part}") is not None
    except (ImportError, ValueError):
        return False
