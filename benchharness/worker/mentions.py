"""
Where a task's function mentions what is forbidden, read from the source: advice, not evidence.

Read are the function itself and what it refers to by name in the submission's files. Imports,
aliases, chains of attributes and `getattr` with a text are followed; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from benchharness.worker.names import find_imported, lies_in

__all__ = ["Mention", "mention"]

_IMPORTERS = ("__import__", "importlib.import_module")


@dataclass(frozen=True)
class Mention:
    """The dotted name of something forbidden, as the source arrives at it, and where."""

    name: str
    file: str
    line: int


@dataclass
class _Module:
    """What the names of one module stand for, and the files of its statements."""

    path: str
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    files: dict[ast.stmt, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def read(self, file: str, source: bytes) -> None:
        """Read one of its files; one that cannot be parsed says nothing."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for statement in tree.body:
            self.files[statement] = file
            for name in _defined(statement):
                self.definitions[name] = statement
        for node in ast.walk(tree):
            self._bind(node)

    def dotted(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else None
        if isinstance(node, ast.Call) and node.args:
            called = self.dotted(node.func) or getattr(node.func, "id", "")
            text = _text(node.args[-1] if called == "getattr" else node.args[0])
            if called in _IMPORTERS:
                return text
            if called == "getattr" and len(node.args) == 2:
                owner = self.dotted(node.args[0])
                return f"{owner}.{text}" if owner and text else None
        return None

    def candidates(self, node: ast.expr) -> Iterator[str]:
        """The dotted names that an expression may stand for."""
        if dotted := self.dotted(node):
            yield dotted
        elif isinstance(node, ast.Name):
            yield from (f"{star}.{node.id}" for star in self.stars)

    def is_module(self, dotted: str) -> bool:
        """Whether a module may be this one, by the last part of its name."""
        path = PurePath(self.path)
        stem = path.parent.name if path.stem == "__init__" else path.stem
        return stem == dotted.rpartition(".")[2]

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                self.aliases[name.asname or top] = name.name if name.asname else top
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                if name.name == "*":
                    self.stars.append(node.module or "")
                else:
                    bound = f"{node.module}.{name.name}" if node.module else name.name
                    self.aliases[name.asname or name.name] = bound
        elif isinstance(node, ast.Assign) and (value := self.dotted(node.value)):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.aliases[target.id] = value


def mention(
    sources: Mapping[str, Mapping[str, bytes]], task: str, names: Iterable[str]
) -> Mention | None:
    """
    The first place where the function of a task, or what it refers to, mentions a forbidden name.

    `sources` holds the submission's modules by path, the one that defines the task among them:
    the source of each by its file, or of a notebook by its cells.
    """
    modules = [_Module(path) for path in sources]
    for module in modules:
        for file, source in sources[module.path].items():
            module.read(file, source)
    for module, definition in _reached(modules, task):
        found = sorted(
            (node.lineno, -len(dotted), dotted)
            for node in ast.walk(definition)
            if isinstance(node, ast.expr)
            for dotted in module.candidates(node)
            if any(_is_meant(dotted, name) for name in names)
        )
        if found:
            line, _, dotted = found[0]
            return Mention(dotted, module.files[definition], line)
    return None


def _reached(modules: list[_Module], task: str) -> Iterator[tuple[_Module, ast.stmt]]:
    """The definition of a name, and those of all names that stand in it, and so on."""
    waiting, seen = [(module, task) for module in modules], set()
    while waiting:
        module, name = waiting.pop(0)
        definition = module.definitions.get(name)
        if definition is None or id(definition) in seen:
            continue
        seen.add(id(definition))
        yield module, definition
        for node in ast.walk(definition):
            if isinstance(node, ast.Name):
                waiting.append((module, node.id))
            if isinstance(node, ast.expr):
                for dotted in module.candidates(node):
                    owner, _, last = dotted.rpartition(".")
                    waiting += [(other, last) for other in modules if other.is_module(owner)]


def _is_meant(dotted: str, name: str) -> bool:
    """Whether a dotted name is a forbidden one or stands below it, maybe by another name."""
    if lies_in(dotted, name):
        return True
    try:
        return bool(find_imported(dotted) is find_imported(name))
    except LookupError:
        return False


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _text(node: ast.expr) -> str | None:
    """A text that is written out, perhaps in pieces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return left + right if left is not None and right is not None else None
    return None
