"""A Jupyter notebook as it was handed in: its code cells, read without running any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchharness.errors import UsageError

__all__ = ["MAX_NOTEBOOK_BYTES", "SUFFIX", "cells_of", "read_cells", "stored"]

SUFFIX = ".ipynb"
MAX_NOTEBOOK_BYTES = 64 * 2**20
_MOST_VALUES = 2**20
"""A list or an object takes a few bytes of the file and up to 250 of the grader's memory."""

_CLEAR = "clear all outputs and save it again"
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)


def read_cells(path: Path, content: bytes) -> list[str]:
    """
    The sources of the code cells in order, those without any code left out.

    So they are numbered as Jupyter does when it restarts the kernel and runs all cells. Formats 2
    to 4 are read. What a notebook shows (text, outputs, attachments) is passed over.

    Raises
    ------
    UsageError
        If the content is no notebook, or one in another language than Python.
    """
    notebook = _parsed(path, content)
    try:
        cells = _cells(notebook)
        _refuse_other_languages(path, notebook)
        sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    except (KeyError, TypeError, AttributeError) as problem:
        raise _no_notebook(path, f"{type(problem).__name__}: {problem}") from problem
    return [source for source in sources if source.strip()]


def stored(cells: Sequence[str]) -> bytes:
    """The code cells as a worker reads them: a list in JSON."""
    return json.dumps(cells).encode()


def cells_of(content: bytes) -> list[str]:
    """What `stored` was given."""
    cells: list[str] = json.loads(content)
    return cells


def _parsed(path: Path, content: bytes) -> Any:
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        raise UsageError(
            f"submission {path}: the notebook is no UTF-8 text; save it again in Jupyter"
        ) from problem
    if text.count('"') > 2 * _MOST_VALUES or _values(text) > _MOST_VALUES:
        raise UsageError(
            f"submission {path}: the notebook holds more than a million values; {_CLEAR}"
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _no_notebook(path, str(problem)) from problem


def _values(text: str) -> int:
    """How many values a text in JSON has at most, however it goes wrong."""
    bare = _TEXT.sub("", text)
    return sum(map(bare.count, "[{,"))


def _cells(notebook: Mapping[str, Any]) -> list[Any]:
    """The cells of format 4, or those of the worksheets that there were before."""
    if "cells" not in notebook and "worksheets" in notebook:
        return [cell for sheet in notebook["worksheets"] for cell in sheet.get("cells", ())]
    return list(notebook["cells"])


def _source(cell: Mapping[str, Any]) -> str:
    """What a code cell says, as text that can be encoded."""
    source = cell.get("source", cell.get("input", ""))
    text = source if isinstance(source, str) else "".join(source)
    return text.encode("utf-8", "backslashreplace").decode()


def _refuse_other_languages(path: Path, notebook: Mapping[str, Any]) -> None:
    """Raise where the notebook names its language and it is another one."""
    metadata = notebook.get("metadata")
    said = [
        part[key]
        for name, key in (("language_info", "name"), ("kernelspec", "language"))
        if isinstance(metadata, dict)
        and isinstance(part := metadata.get(name), dict)
        and isinstance(part.get(key), str)
    ]
    if said and not any("python" in language.lower() for language in said):
        raise UsageError(
            f"submission {path}: is a notebook in {said[0][:40]!r}; hand in one in Python"
        )


def _no_notebook(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"submission {path}: is no Jupyter notebook of format 4 ({reason[:200]}); "
        "save it again in Jupyter"
    )
