"""
What forbidden names stand for, as a profile function can recognise it.

Things are recognised by identity, so that an alias, a re-export or a name put together from pieces
makes no difference. Python tells a profile function of calls of Python functions and of functions
written in C. Of calls of other objects it tells nothing: NumPy's ufuncs, functions compiled by
Cython, types written in C, operators.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import BuiltinFunctionType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from benchharness.worker.names import (
    Descriptor,
    find_imported,
    home,
    is_method_in_c,
    lies_in,
    public,
)

__all__ = ["FunctionMark", "Mark", "Marks", "is_protocol"]

_CALLED = ("__init__", "__new__", "__call__")
_NUMPY_IN_C = ("numpy._core.multiarray", "numpy.core.multiarray")
"""Where NumPy 2 and NumPy 1 keep the Python halves of functions written in C."""


def is_protocol(name: str) -> bool:
    """Whether a function of this name runs for an operator, an import or the like, not a call."""
    return name == "<module>" or (name.startswith("__") and name not in _CALLED)


@dataclass(frozen=True)
class Mark:
    """A forbidden name and what it stands for."""

    name: str
    thing: Any

    def fits(self, frame: FrameType) -> bool:
        """Whether a frame that begins is a call of the thing; its code is right already."""
        return True

    def is_reached_by(self, callee: Any) -> bool:
        """Whether who calls `callee` calls the thing."""
        return callee is self.thing or type(callee) is self.thing

    def is_called(self, name: str) -> bool:
        """Whether the thing goes by a name."""
        return name == self.name.rpartition(".")[2]


@dataclass(frozen=True)
class FunctionMark(Mark):
    """
    A Python function that is the thing, stands behind it, or is a method of it.

    Decorators make functions that share their code: what a function closes over tells them
    apart. Classes share the methods that they inherit: the first argument tells.
    """

    function: FunctionType
    is_first: Callable[[object], bool] | None = None

    def fits(self, frame: FrameType) -> bool:
        """Whether a frame that runs the function's code is a call of the function."""
        names, cells = frame.f_code.co_freevars, self.function.__closure__ or ()
        values = frame.f_locals if names else {}
        same = all(values.get(n) is _content(c) for n, c in zip(names, cells, strict=True))
        return same and (self.is_first is None or self.is_first(_first_argument(frame)))

    def is_reached_by(self, callee: Any) -> bool:
        """Whether who calls `callee` calls the thing, or this function of it."""
        function = getattr(callee, "__func__", callee)
        inner = inspect.unwrap(function, stop=lambda found: found is self.function)
        return super().is_reached_by(callee) or inner is self.function

    def is_called(self, name: str) -> bool:
        """Whether the thing or the function goes by a name."""
        return super().is_called(name) or name == self.function.__name__


@dataclass(frozen=True)
class DispatchedMark(Mark):
    """A function of NumPy that is written in C, known by the Python function that goes first."""

    def fits(self, frame: FrameType) -> bool:
        """Whether a frame that runs code of the function's name is of NumPy's own file."""
        return frame.f_globals.get("__name__") in _NUMPY_IN_C


@dataclass(frozen=True)
class PackageMark(Mark):
    """A module with everything that is defined in it and below it."""

    def contains(self, module: object) -> bool:
        """Whether a module of this name belongs to it."""
        names = (self.name, self.thing.__name__)
        return isinstance(module, str) and any(lies_in(module, name) for name in names)

    def is_reached_by(self, callee: Any) -> bool:
        """Whether `callee` is a function or a class of the package, or an object of such."""
        return self.contains(home(callee)) and not is_method_in_c(callee)

    def is_called(self, name: str) -> bool:
        """Whether a module of the package offers something by a name."""
        return any(name in vars(module) for module in self.modules())

    def modules(self) -> list[ModuleType]:
        """The modules of the package that are imported."""
        found = [module for name, module in list(sys.modules.items()) if self.contains(name)]
        return [module for module in found if isinstance(module, ModuleType)]


class Marks:
    """
    The forbidden names of one task.

    Parameters
    ----------
    names : iterable of str
    is_own : callable
        Whether a class comes from the submission: to use one's own subclass of a forbidden class
        is to use the class, while a library's subclass is a class of its own.

    Attributes
    ----------
    codes : dict
        Marks of Python functions by the identity of their code. Equal code is not enough: it may
        be a copy, and that is somebody's own.
    dispatched : dict
        Marks of functions of NumPy that are written in C, by their names.
    packages : list
        Marks of modules.
    builtins : dict
        Names of functions written in C.
    methods : dict
        Methods of types written in C, with the forbidden names, by their own names.
    """

    def __init__(self, names: Iterable[str], is_own: Callable[[object], bool]) -> None:
        self._pending = list(names)
        self._is_own = is_own
        self.codes: dict[int, list[Mark]] = {}
        self.dispatched: dict[str, list[Mark]] = {}
        self.packages: list[PackageMark] = []
        self.builtins: dict[BuiltinFunctionType, str] = {}
        self.methods: dict[str, list[tuple[Descriptor, str]]] = {}
        self._package_of: dict[object, PackageMark | None] = {}

    def look_up(self) -> None:
        """Find the names whose modules have been imported meanwhile."""
        pending = []
        for name in self._pending:
            try:
                self.add(name, find_imported(name))
            except Exception:  # not imported, or a submission has put something in its place
                pending.append(name)
        self._pending = pending

    def add(self, name: str, thing: Any) -> None:
        """Recognise a thing from now on, if Python tells of its calls."""
        if isinstance(thing, ModuleType):
            self._add_module(name, thing)
        elif isinstance(thing, type):
            self._add_class(name, thing)
        elif isinstance(thing, FunctionType):
            self._add_function(FunctionMark(name, thing, thing))
        elif isinstance(thing, BuiltinFunctionType):
            self.builtins[thing] = name
        elif isinstance(thing, Descriptor):
            self.methods.setdefault(thing.__name__, []).append((thing, name))
        elif isinstance(thing, MethodType):
            self._add_method(name, thing, thing.__func__, thing.__self__)
        elif isinstance(called := type(thing).__call__, FunctionType):
            self._add_method(name, thing, called, thing)
        elif isinstance(wrapped := inspect.unwrap(thing), FunctionType):
            self._add_function(FunctionMark(name, thing, wrapped))
        elif type(thing).__name__ == "_ArrayFunctionDispatcher":
            mark = DispatchedMark(name, thing)
            self.dispatched.setdefault(thing.__name__, []).append(mark)

    def package_of(self, module: object) -> PackageMark | None:
        """The forbidden package that a module of this name belongs to."""
        if module not in self._package_of:
            found = (package for package in self.packages if package.contains(module))
            self._package_of[module] = next(found, None)
        return self._package_of[module]

    def of_builtin(self, callee: BuiltinFunctionType) -> str | None:
        """The forbidden name of a function written in C, or of a method bound to its object."""
        for method, name in self.methods.get(callee.__name__, ()):
            owner = callee.__self__
            if method.__objclass__ in type(owner).__mro__ and callee == method.__get__(owner):
                return name
        package = self.package_of(callee.__module__)
        return self.builtins.get(callee) or (package.name if package else None)

    def is_empty(self) -> bool:
        """Whether there is nothing to recognise."""
        kinds = (self.codes, self.dispatched, self.packages, self.builtins, self.methods)
        return not any(kinds)

    def _add_function(self, mark: FunctionMark) -> None:
        self.codes.setdefault(id(mark.function.__code__), []).append(mark)

    def _add_method(self, name: str, thing: object, function: object, owner: object) -> None:
        def is_first(first: object) -> bool:
            both = isinstance(owner, type) and isinstance(first, type)
            return owner in first.__mro__ if both else first is owner  # type: ignore[attr-defined]

        if isinstance(function, FunctionType):
            self._add_function(FunctionMark(name, thing, function, is_first))

    def _add_class(self, name: str, cls: type) -> None:
        """A class is used by who makes an object of it, and by who calls the object's methods."""

        def is_first(first: object) -> bool:
            kind = first if isinstance(first, type) else type(first)
            return kind is cls or (cls in kind.__mro__ and self._is_own(kind))

        for function in _methods(cls):
            self._add_function(FunctionMark(name, cls, function, is_first))

    def _add_module(self, name: str, module: ModuleType) -> None:
        """What is defined in a module or below it, and what it offers from elsewhere."""
        self.packages.append(PackageMark(name, module))
        self._package_of.clear()
        for thing in _offered(module):
            if self.package_of(home(thing)) is None:
                self.add(name, thing)
        for part in self.packages[-1].modules():
            for thing in vars(part).values():
                if isinstance(thing, BuiltinFunctionType) and not home(thing):
                    self.add(name, thing)


def _offered(module: ModuleType) -> Iterator[object]:
    """
    What a module offers as its own though it may be defined elsewhere.

    That is what `__all__` names, or everything if the module defines nothing itself. Of other
    modules it is what is written in C, since that knows no other home; what is written in Python
    may be there for the module's own use.
    """
    things, listed = public(module).values(), getattr(module, "__all__", None)
    is_facade = all(home(thing) != module.__name__ for thing in things)
    for thing in things:
        if isinstance(thing, BuiltinFunctionType) or is_facade or listed:
            yield thing


def _methods(cls: type) -> Iterator[FunctionType]:
    """The Python functions that calls of a class and of its objects may reach."""
    for base in cls.__mro__:
        for name, member in vars(base).items():
            function = getattr(member, "__func__", member)
            if isinstance(function, FunctionType) and not is_protocol(name):
                yield function


def _first_argument(frame: FrameType) -> object:
    code = frame.f_code
    if code.co_argcount:
        return frame.f_locals.get(code.co_varnames[0])
    if code.co_flags & inspect.CO_VARARGS:
        rest = frame.f_locals.get(code.co_varnames[code.co_kwonlyargcount])
        return rest[0] if rest else None
    return None


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # nothing is in it yet
        return None
