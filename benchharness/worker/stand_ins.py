"""
What stands in, for a notebook, for the program that shows it: IPython, Colab, bars of progress.

Libraries that only draw are stood in for where they are not installed. Nothing here computes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["Absent", "install"]


class Absent:
    """What a package would offer: whatever is done with it does nothing and gives the same."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own protocols
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The same; as a decorator it leaves the function as it is."""
        decorates = len(arguments) == 1 and isinstance(arguments[0], FunctionType) and not named
        return arguments[0] if decorates else self

    def __getitem__(self, key: object) -> Any:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        return

    def __iter__(self) -> Iterator[Any]:
        """Nobody knows what would be in it, so that going on would lead to a wrong result."""
        raise ModuleNotFoundError(f"No module named {self._package!r}", name=self._package)

    def __bool__(self) -> bool:
        return False

    def __contains__(self, item: object) -> bool:
        return False

    def __format__(self, spec: str) -> str:
        return ""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """The bases that a class gets from it: none."""
        return ()


class _Bar:
    """A bar of progress that is not drawn: it iterates over what it is given."""

    def __init__(self, iterable: Iterable[Any] = (), *_: Any, **__: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(_TQDM, name)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        return


def _range(*bounds: int, **_: Any) -> _Bar:
    return _Bar(range(*bounds))


def _subplots(*_: Any, **__: Any) -> tuple[Absent, Absent]:
    return _MATPLOTLIB, _MATPLOTLIB


_TQDM, _MATPLOTLIB = Absent("tqdm"), Absent("matplotlib")
_BARS = {"tqdm": _Bar, "trange": _range, "tqdm_notebook": _Bar, "tnrange": _range}
_OFFERED: Mapping[str, Mapping[str, Any]] = {
    "IPython": {"version_info": (9, 0, 0)},  # Matplotlib looks at it
    "matplotlib.pyplot": {"subplots": _subplots},
    "tqdm": _BARS,
    "tqdm.auto": _BARS,
    "tqdm.autonotebook": _BARS,
    "tqdm.notebook": _BARS,
}
_ALWAYS = ("IPython", "google.colab", "ipywidgets", "tqdm.notebook")
"""What is of no use without the program that shows a notebook, even where it is installed."""

_WHERE_ABSENT = (
    "google",
    "matplotlib",
    "mpl_toolkits",
    "plotly",
    "seaborn",
    "tqdm",
)


class _StandIns:
    """Finds and makes the modules that stand in for packages and all that is below them."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """How a module is made, if it is one of these."""
        if not any(
            name == package or name.startswith(f"{package}.") for package in self._packages
        ):
            return None
        if _counts(name) and name not in _OFFERED:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Nothing: an ordinary module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module what it offers."""
        name = module.__name__
        absent = Absent(name.partition(".")[0])

        def attribute(inner: str) -> Any:
            below = f"{name}.{inner}"
            return import_module(below) if below in _OFFERED else getattr(absent, inner)

        module.__dict__.update(__version__="0", **_OFFERED.get(name, {}))
        if not _counts(name):
            module.__dict__["__getattr__"] = attribute


def _counts(name: str) -> bool:
    """Whether results depend on a module, so that it offers what is listed and no more."""
    return name.partition(".")[0] == "tqdm"


def install() -> None:
    """Let imports find what stands in, from now on."""
    sys.meta_path.insert(0, _StandIns(_ALWAYS))
    sys.meta_path.append(_StandIns(_WHERE_ABSENT))
