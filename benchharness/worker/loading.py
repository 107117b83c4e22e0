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

__all__ = ["Functions", "load", "sources"]

Functions = dict[str, Callable[..., Any]]

_MOST_NAMES = 200
_MOST_BROKEN = 10
_MOST_PARAMETERS = 500
_MOST_SOURCE = 2**20


def load(
    root: str, targets: Sequence[str], wanted: Sequence[str]
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

    Returns
    -------
    functions : dict
    report : dict
        `found`: each function's parameters as they were written; `others`: further public
        names, for guessing at misspelt ones; `broken`: what the modules raised that could not
        be imported, when others could.

    What the only module raises, or the first of several when none defines a wanted function, goes
    to the caller.
    """
    _prepare_interpreter(root, targets)
    defined: Functions = {}
    imported: Functions = {}
    others: set[str] = set()
    broken: list[BaseException] = []
    for target in targets:
        try:
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
    names = sorted(others - set(wanted))[:_MOST_NAMES]
    return functions, {"found": found, "others": names, "broken": broken[:_MOST_BROKEN]}


def sources(root: str) -> dict[str, bytes]:
    """What the files under `root` say that have been imported, by their paths."""
    found = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(os.path.join(root, "")):
            with open(file, "rb") as source:
                found[file] = source.read(_MOST_SOURCE)
    return found


def _prepare_interpreter(root: str, targets: Sequence[str]) -> None:
    sys.dont_write_bytecode = True
    folders = {
        os.path.dirname(os.path.join(root, target)) for target in targets if ".py" in target
    }
    sys.path[:0] = [root, *sorted(folders - {root})]
    sys.argv = [os.path.join(root, "submission")]
    os.environ["MPLBACKEND"] = "Agg"


def _run(root: str, target: str) -> ModuleType:
    if not target.endswith(".py"):
        return importlib.import_module(target)
    name = os.path.basename(target).removesuffix(".py")
    unused = name.isidentifier() and name not in sys.modules
    spec = importlib.util.spec_from_file_location(
        name if unused else "submission", os.path.join(root, target)
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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
