"""The submission's functions: its modules imported from the staged folder, names looked up."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from benchharness.worker.cells import BrokenCell, run_notebook, sources_of_cells

__all__ = ["Functions", "load", "sources"]

Functions = dict[str, Callable[..., Any]]

_NOTEBOOK = ".ipynb"
_MOST_NAMES = 200
_MOST_BROKEN = 10
_MOST_PARAMETERS = 500
_MOST_SOURCE = 2**20


def load(
    root: str, targets: Sequence[str], wanted: Sequence[str], limit_s: float
) -> tuple[Functions, dict[str, Any]]:
    """
    The wanted functions that the modules under `root` define, and what was found.

    Parameters
    ----------
    root : str
        The folder of the staged submission.
    targets : sequence of str
        Files relative to `root`, or dotted names of modules in a package there. The first that
        defines a name wins; a name that is only imported somewhere counts where nobody defines it.
    wanted : sequence of str
        The names of the tasks.
    limit_s : float
        The processor time after which the worker is ended: cells of a notebook are stopped before.

    Returns
    -------
    functions : dict
    report : dict
        `found`: each function's parameters as they were written; `others`: further public
        names, for guessing at misspelt ones; `broken`: what the modules raised that could not
        be imported, when others could, and cells of a notebook; `cut_short`: by name, what the
        last cell raised that was to define it.

    What the only module raises, or the first of several when none defines a wanted function, goes
    to the caller.
    """
    _prepare_interpreter(root, targets)
    defined: Functions = {}
    imported: Functions = {}
    others: set[str] = set()
    broken: list[BaseException] = []
    cells: list[BrokenCell] = []
    for target in targets:
        try:
            if target.endswith(_NOTEBOOK):
                module, failed = _run_notebook(root, target, limit_s)
                cells += failed
            else:
                module = _run(root, target)
        except BaseException as problem:
            broken.append(problem)
            continue
        others |= {name for name in vars(module) if not name.startswith("_")}
        for name in wanted:
            function = getattr(module, name, None)
            if callable(function):
                is_own = getattr(function, "__module__", None) == module.__name__
                (defined if is_own else imported).setdefault(name, function)
    functions = imported | defined
    if broken and not functions:
        raise broken[0]
    found = {name: _described(function) for name, function in functions.items()}
    broken += [cell.problem for cell in cells]
    return functions, {
        "found": found,
        "others": sorted(others - set(wanted))[:_MOST_NAMES],
        "broken": broken[:_MOST_BROKEN],
        "cut_short": {
            name: cell.problem for cell in cells for name in wanted if cell.defines(name)
        },
    }


def sources(root: str) -> dict[str, dict[str, bytes]]:
    """
    What the modules say that have been imported from files under `root`.

    For each module it is the source by its path; for a notebook, the sources of its cells.
    """
    found = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(os.path.join(root, "")):
            if file.endswith(_NOTEBOOK):
                found[file] = sources_of_cells(file)
            else:
                with open(file, "rb") as source:
                    found[file] = {file: source.read(_MOST_SOURCE)}
    return found


def _prepare_interpreter(root: str, targets: Sequence[str]) -> None:
    sys.dont_write_bytecode = True
    folders = {
        os.path.dirname(os.path.join(root, target)) for target in targets if ".py" in target
    }
    sys.path[:0] = [root, *sorted(folders - {root})]
    sys.argv = [os.path.join(root, "submission")]
    os.environ["MPLBACKEND"] = "Agg"


def _run_notebook(root: str, target: str, limit_s: float) -> tuple[ModuleType, list[BrokenCell]]:
    module = ModuleType(_module_name(target))
    module.__file__ = os.path.join(root, target)
    sys.modules[module.__name__] = module
    return module, run_notebook(module.__file__, module, limit_s)


def _run(root: str, target: str) -> ModuleType:
    if not target.endswith(".py"):
        return importlib.import_module(target)
    spec = importlib.util.spec_from_file_location(_module_name(target), os.path.join(root, target))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _module_name(target: str) -> str:
    """The name of a file's module: the file's own, where no other module has it."""
    name = os.path.splitext(os.path.basename(target))[0]
    return name if name.isidentifier() and name not in sys.modules else "submission"


def _described(function: Callable[..., Any]) -> str:
    """A function's parameters as they were written, and what makes calling it pointless."""
    try:
        parameters = str(inspect.signature(function))
    except Exception:  # a default value may have a __repr__ that fails
        parameters = "(...)"
    if len(parameters) > _MOST_PARAMETERS:
        parameters = f"{parameters[:_MOST_PARAMETERS]} ...)"
    if inspect.iscoroutinefunction(function):
        return f"async {parameters}"
    if inspect.isgeneratorfunction(function):
        return f"generator {parameters}"
    return parameters
