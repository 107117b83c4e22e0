"""A notebook run cell by cell, each in the names of those before it, whatever they raise."""

from __future__ import annotations
import __future__

import ast
import contextlib
import inspect
import json
import linecache
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, FrameType, ModuleType
from typing import Any

from benchharness.worker.magics import plain_python
from benchharness.worker.stand_ins import Absent, install

__all__ = ["BrokenCell", "CellTimeout", "run_notebook", "sources_of_cells"]

_SHARE = 0.9
"""Of the processor time that a worker has for an import, so much goes to the cells."""

_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
_MARK = ", code cell "
_DEFINED = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)"
    r"|^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)"
    r"|^[ \t]*(?:from[ \t]+\S+[ \t]+)?import[ \t]+(.+)$",
    re.MULTILINE,
)


class CellTimeout(KeyboardInterrupt):
    """A cell computed for too long and was stopped."""


@dataclass(frozen=True)
class BrokenCell:
    """What a cell raised that did not run to its end, and its source."""

    problem: BaseException
    source: str

    def defines(self, name: str) -> bool:
        """Whether the cell looks as if it were to define a name."""
        return name in self._defined or "*" in self._defined

    @cached_property
    def _defined(self) -> frozenset[str]:
        found = " ".join(map(" ".join, _DEFINED.findall(self.source)))
        return frozenset(re.findall(r"\w+|\*", found))


def run_notebook(path: str, module: ModuleType, limit_s: float) -> list[BrokenCell]:
    """
    Run the cells of the file at `path`, a list in JSON, in the names of `module`.

    A cell that raises, or is no Python, or computes for more than half of what is left of the
    limit, costs no other cell anything: as if the notebook's author had gone on with the next
    one. In tracebacks a cell is the file `PATH, code cell N`.
    """
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)
    install()
    names = vars(module)
    ipython = Absent("IPython")
    names.update(get_ipython=ipython, display=ipython)
    names.update({"In": ["", *cells], "Out": {}, "_": "", "__": "", "___": ""})
    broken, flags, begin = [], ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, time.process_time()
    for number, cell in enumerate(cells, 1):
        left = _SHARE * limit_s - (time.process_time() - begin)
        source = cell
        try:
            with _stopped_after(max(left / 2, 0.01)):
                source = plain_python(cell)
                flags |= _run(source, f"{path}{_MARK}{number}", names, number, flags)
        except BaseException as problem:
            broken.append(BrokenCell(problem, source))
    return broken


def sources_of_cells(path: str) -> dict[str, bytes]:
    """What the cells of a notebook that was run say, by the files that they go by."""
    begin = f"{path}{_MARK}"
    cells = [file for file in linecache.cache if file.startswith(begin)]
    return {file: "".join(linecache.getlines(file)).encode() for file in cells}


def _run(source: str, file: str, names: dict[str, Any], number: int, flags: int) -> int:
    """Run one cell; the features of `__future__` that it asks for, which hold from then on."""
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[file] = (len(source), None, lines, file)
    tree = compile(source, file, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    code = compile(tree, file, "exec", flags, dont_inherit=True)
    _evaluated(code, names)
    if last is not None:
        shown = compile(ast.Expression(last.value), file, "eval", flags, dont_inherit=True)
        value = _evaluated(shown, names)
        if value is not None:
            names.update({"_": value, "__": names.get("_"), "___": names.get("__")})
            names["Out"][number] = value
    asked: int = code.co_flags & _FUTURE
    return asked


def _evaluated(code: CodeType, names: dict[str, Any]) -> Any:
    """What a piece of a cell gives; it may use `await`."""
    value = eval(code, names)
    if not code.co_flags & inspect.CO_COROUTINE:
        return value
    import asyncio  # hardly ever needed, and slow to import

    return asyncio.run(value)


@contextlib.contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise `CellTimeout` inside when the process has computed for so long, again and again."""

    def stop(_: int, __: FrameType | None) -> None:
        raise CellTimeout(f"computed for more than {seconds:.3g} s and was stopped")

    if not hasattr(signal, "setitimer"):
        yield
        return
    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
