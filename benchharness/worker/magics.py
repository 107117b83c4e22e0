"""The code of a notebook's cell as plain Python: magics and lines for the shell do nothing."""

from __future__ import annotations

import ast
import re

__all__ = ["plain_python"]

_RUN = ("time", "prun", "capture")
"""The magics that run a cell in the notebook's own names: its code stays."""

_CELL_MAGIC = re.compile(r"\s*%%(\w*)[^\n]*")
_CAPTURED = re.compile(r"\s*%%capture(?:\s+--\S+)*\s+([A-Za-z_]\w*)\s*$")
_LINE_THAT_RUNS = re.compile(r"%time\s+(?=\S)")
_ASSIGNED = re.compile(r"(?P<target>[\w\s.,*\[\]'\"]+=\s*)(?P<sign>[!%])(?P<code>.*)", re.DOTALL)
_HELP = re.compile(r"\?{0,2}%{0,2}[\w.*\[\]-]+\?{1,2}\s*;?\s*$")
_LONG_QUOTES = ('"""', "'''")
_TOKEN = re.compile(
    r"""\"{3}|'{3}|"(?:\\.|[^"\\])*(?:"|\\?$)|'(?:\\.|[^'\\])*(?:'|\\?$)|#.*|[][(){}]"""
)


def plain_python(cell: str) -> str:
    """
    A cell as Python, line for line; one that is Python already stays as it is.

    `%%time`, `%%capture` and `%time` leave the code that they run. All other magics, lines for
    the shell and questions (`name?`) are taken out; what is assigned from the shell is an empty
    list, and what is assigned from a magic is nothing (see `stand_ins`). Like IPython does, a
    cell that is indented as a whole is moved to the left.
    """
    cell = cell.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if _is_python(cell):
        return cell
    lines = _moved_left(cell.split("\n"))
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if magic := _CELL_MAGIC.match(lines[first]):
        if magic[1] not in _RUN:
            return "\n" * (len(lines) - 1)
        captured = _CAPTURED.match(lines[first])
        lines[first] = f"{captured[1]} = get_ipython()" if captured else ""
        body = "\n".join(lines[first + 1 :])
        return "\n".join([*lines[: first + 1], plain_python(body)])
    return "\n".join(_without_magics(lines))


def _is_python(cell: str) -> bool:
    try:
        ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _moved_left(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]


def _without_magics(lines: list[str]) -> list[str]:
    plain: list[str] = []
    statement, in_command = _Statement(), False
    for line in lines:
        python = line if statement.is_open else _without_magic(line)
        python = "" if in_command else python
        in_command = line.endswith("\\") and not python.endswith("\\")
        statement.read(python)
        plain.append(python)
    return plain


def _without_magic(line: str) -> str:
    """A line that begins a statement; what is no Python in it does nothing."""
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    if runs := _LINE_THAT_RUNS.match(bare):
        return indent + bare[runs.end() :]
    if bare.startswith(("%", "!", "?")) or _HELP.match(bare):
        return f"{indent}pass" if indent else ""
    if assigned := _ASSIGNED.match(line):
        code = assigned["sign"] + assigned["code"]
        if runs := _LINE_THAT_RUNS.match(code):
            return assigned["target"] + code[runs.end() :]
        return assigned["target"] + ("[]" if assigned["sign"] == "!" else "get_ipython()")
    return line


class _Statement:
    """Follows brackets and long strings from line to line: no magic begins inside of them."""

    def __init__(self) -> None:
        self._depth, self._quote, self._continued = 0, "", False

    @property
    def is_open(self) -> bool:
        """Whether the next line goes on with the statement."""
        return bool(self._depth > 0 or self._quote or self._continued)

    def read(self, line: str) -> None:
        """Go over one line."""
        self._continued = line.endswith("\\")
        position = 0
        while match := (re.compile(self._quote) if self._quote else _TOKEN).search(line, position):
            token, position = match[0], match.end()
            if token in _LONG_QUOTES:
                self._quote = "" if self._quote else token
            elif token.startswith("#"):
                return
            else:
                self._depth += (token in "([{") - (token in ")]}")
