"""A task's signature, read from the line that the catalogue prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from benchharness.errors import SuiteError

__all__ = ["Array", "Kind", "Listing", "Parameter", "Record", "Scalar", "Signature"]

_SCALARS = ("int", "float", "bool", "str", "dict")
_DTYPES = ("bool", "int", "float", "uint8", "int32", "int64", "float32", "float64")
_TOKEN = re.compile(r"\s*(->|\w+|[][(),:])")


@dataclass(frozen=True)
class Scalar:
    """One number, truth value or word."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Array:
    """An array of one dtype whose axes have names: `uint8[H, W]`."""

    dtype: str
    axes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(self.axes)}]"


@dataclass(frozen=True)
class Record:
    """A tuple of values that may have names: `(row: int, value: float)`."""

    items: tuple[tuple[str | None, Kind], ...]

    def __str__(self) -> str:
        return (
            f"({', '.join(f'{name}: {kind}' if name else str(kind) for name, kind in self.items)})"
        )


@dataclass(frozen=True)
class Listing:
    """A list of any length: `list[float[H, W]]`."""

    item: Kind

    def __str__(self) -> str:
        return f"list[{self.item}]"


Kind = Scalar | Array | Record | Listing


@dataclass(frozen=True)
class Parameter:
    """One argument of a task's function."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Signature:
    """`name(parameter: kind, ...) -> kind`, as a submission has to define it."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind

    @staticmethod
    def parse(text: str) -> Signature:
        """
        The signature that `text` spells.

        Raises
        ------
        SuiteError
            If it does not read `name(parameter: kind, ...) -> kind`.
        """
        return _Parser(text).signature()

    def __str__(self) -> str:
        inside = ", ".join(f"{p.name}: {p.kind}" for p in self.parameters)
        return f"{self.name}({inside}) -> {self.result}"

    @property
    def call(self) -> str:
        """`name(parameter, ...)`: how the function is called, without kinds."""
        return f"{self.name}({', '.join(p.name for p in self.parameters)})"


class _Parser:
    """Recursive descent over the few forms that the catalogue uses."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def signature(self) -> Signature:
        name = self.word()
        self.expect("(")
        parameters = []
        while not self.accept(")"):
            parameter = self.word()
            self.expect(":")
            parameters.append(Parameter(parameter, self.kind()))
            if not self.accept(","):
                self.expect(")")
                break
        self.expect("->")
        result = self.kind()
        if self.text[self.position :].strip():
            self.fail("nothing more")
        return Signature(name, tuple(parameters), result)

    def kind(self) -> Kind:
        if self.accept("("):
            return self.record()
        name = self.word()
        if name == "list":
            self.expect("[")
            item = self.kind()
            self.expect("]")
            return Listing(item)
        if self.accept("["):
            if name not in _DTYPES:
                self.fail(f"a dtype ({', '.join(_DTYPES)}) before '['")
            return Array(name, self.axes())
        if name not in _SCALARS:
            self.fail(f"a kind ({', '.join(_SCALARS)}, dtype[axes], list[...], (...))")
        return Scalar(name)

    def record(self) -> Record:
        items: list[tuple[str | None, Kind]] = []
        while True:
            start = self.position
            name: str | None = self.word() if not self.peek("(") else None
            if name is None or not self.accept(":"):
                name, self.position = None, start
            items.append((name, self.kind()))
            if self.accept(")"):
                return Record(tuple(items))
            self.expect(",")

    def axes(self) -> tuple[str, ...]:
        end = self.text.find("]", self.position)
        if end < 0:
            self.fail("']' after the axes")
        axes = tuple(axis.strip() for axis in self.text[self.position : end].split(","))
        self.position = end + 1
        if not all(axes):
            self.fail("a name or a length for every axis")
        return axes

    def word(self) -> str:
        token = self.token()
        if not token.isidentifier():
            self.fail("a name")
        return token

    def token(self) -> str:
        match = _TOKEN.match(self.text, self.position)
        if not match:
            self.fail("a name or punctuation")
        self.position = match.end()
        return match[1]

    def peek(self, expected: str) -> bool:
        return self.text[self.position :].lstrip().startswith(expected)

    def accept(self, expected: str) -> bool:
        if not self.peek(expected):
            return False
        self.position = self.text.index(expected, self.position) + len(expected)
        return True

    def expect(self, expected: str) -> None:
        if not self.accept(expected):
            self.fail(f"{expected!r}")

    def fail(self, wanted: str) -> NoReturn:
        rest = self.text[self.position : self.position + 20] or "the end"
        raise SuiteError(
            f"signature {self.text!r}: expected {wanted} at {rest!r}; "
            "write it as name(parameter: kind, ...) -> kind"
        )
