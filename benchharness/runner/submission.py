"""A submission taken in: read once, hashed, and staged where its workers may see it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchharness.errors import HarnessError, UsageError
from benchharness.runner import notebook
from benchharness.worker.backends import BACKENDS

__all__ = ["MOST_BYTES", "Module", "Staging", "Submission"]

_BACKEND = re.compile(rb"""^BACKEND\s*(?::[^=\n]*)?=\s*["']([^"'\n]*)["']""", re.MULTILINE)
_MAX_FILES = 10_000
MOST_BYTES = 512 * 2**20
_SKIPPED = ("__pycache__", ".git", ".ipynb_checkpoints", "node_modules", ".venv")


@dataclass(frozen=True)
class Module:
    """One module of a submission: how it is imported, in which backend, and its source."""

    target: str
    backend: str
    source: bytes

    def mentions(self, names: list[str]) -> bool:
        """Whether one of the names could be defined in it, or come through it."""
        return any(name.encode() in self.source for name in names) or b"import *" in self.source


@dataclass(frozen=True)
class Submission:
    """What was handed in: its name, where it came from, its content's hash, its modules."""

    name: str
    path: str
    sha256: str
    folder: Path
    modules: tuple[Module, ...]
    problem: str | None = None

    @property
    def backends(self) -> list[str]:
        """The backends that its modules declare, in the order of `BACKENDS`."""
        return [name for name in BACKENDS if any(m.backend == name for m in self.modules)]

    @property
    def is_notebook(self) -> bool:
        """Whether it is a notebook: cell by cell, whatever some of them raise."""
        return any(module.target.endswith(notebook.SUFFIX) for module in self.modules)

    def speaks_of(self, name: str, backend: str) -> bool:
        """Whether a module of `backend` may define the name."""
        return any(
            module.backend == backend and module.mentions([name]) for module in self.modules
        )

    def targets(self, backend: str, wanted: list[str]) -> list[str]:
        """What a worker of `backend` has to import to find the wanted functions."""
        mine = [module for module in self.modules if module.backend == backend]
        if len(mine) == 1:
            return [mine[0].target]
        return [module.target for module in mine if module.mentions(wanted)]


class Staging:
    """A private folder of the grader: each submission gets a snapshot of its own in it."""

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="benchharness-"))
        self._root.chmod(0o711)
        self.scratch = self._root / "scratch"
        self.scratch.mkdir()
        self.scratch.chmod(0o1777)

    def take_in(self, path: Path) -> Submission:
        """
        The submission at `path`, copied and hashed in one reading.

        Raises
        ------
        UsageError
            If there is nothing that can be read as a submission.
        """
        if not path.exists():
            raise UsageError(
                f"submission {path}: there is no such file or folder; "
                "name one with --submission PATH"
            )
        if path.is_symlink():  # it may lead to the reference, or to somebody else's work
            raise UsageError(f"submission {path}: is a symbolic link; hand in the file itself")
        try:
            files = _read(path)
        except OSError as problem:
            raise UsageError(
                f"submission {path}: cannot be read: {problem.strerror or problem}; "
                "check its permissions"
            ) from problem
        try:
            return self._stage(path, files)
        except OSError as problem:
            raise HarnessError(
                f"submission {path}: cannot be copied to {self._root}: "
                f"{problem.strerror or problem}; free some space there or set TMPDIR"
            ) from problem

    def folder(self) -> Path:
        """A new empty folder that workers may read; forks of a grader get folders of their own."""
        folder = Path(tempfile.mkdtemp(dir=self._root, prefix="s"))
        folder.chmod(0o755)
        return folder

    def remove(self, submission: Submission) -> None:
        """Remove a submission's snapshot, when nothing more will be asked of it."""
        shutil.rmtree(submission.folder, ignore_errors=True)

    def close(self) -> None:
        """Remove all snapshots."""
        shutil.rmtree(self._root, ignore_errors=True)

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stage(self, path: Path, files: dict[str, bytes]) -> Submission:
        folder = self.folder()
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o644)
        for inside in folder.rglob("*"):
            if inside.is_dir():
                inside.chmod(0o755)
        modules, problem = _modules(files)
        return Submission(
            name=path.name or path.resolve().name,
            path=str(path),
            sha256=_digest(files),
            folder=folder,
            modules=modules,
            problem=problem,
        )


def _read(path: Path) -> dict[str, bytes]:
    """The submission's files by relative path, each read once; a notebook as its code cells."""
    if path.is_file():
        if path.suffix == notebook.SUFFIX:
            return {path.name: _cells(path, _bounded(path))}
        if path.suffix != ".py":
            raise UsageError(
                f"submission {path}: is no .py file, .ipynb notebook or folder of them"
            )
        return {path.name: _bounded(path)}
    files: dict[str, bytes] = {}
    for root, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - set(_SKIPPED))
        for name in sorted(names):
            file = Path(root) / name
            if file.is_file() and not file.is_symlink():
                files[f"{_package_name(path)}/{file.relative_to(path).as_posix()}"] = _bounded(
                    file
                )
        if len(files) > _MAX_FILES or sum(map(len, files.values())) > MOST_BYTES:
            raise UsageError(
                f"submission {path}: more than {_MAX_FILES} files or {MOST_BYTES >> 20} MiB; "
                "leave data and environments out of it"
            )
    if not any(name.endswith(".py") for name in files):
        name = _only_notebook(path, files)
        files[name] = _cells(path / name.partition("/")[2], files[name])
    return files


def _only_notebook(path: Path, files: Iterable[str]) -> str:
    """The notebook that a folder without Python files is about."""
    notebooks = [name for name in files if name.endswith(notebook.SUFFIX)]
    if not notebooks:
        raise UsageError(f"submission {path}: the folder holds no .py file and no notebook")
    if len(notebooks) > 1:
        raise UsageError(
            f"submission {path}: the folder holds {len(notebooks)} notebooks and no .py file; "
            "hand in one"
        )
    return notebooks[0]


def _cells(path: Path, content: bytes) -> bytes:
    return notebook.stored(notebook.read_cells(path, content))


def _bounded(file: Path) -> bytes:
    size = file.stat().st_size
    if file.suffix == notebook.SUFFIX and size > notebook.MAX_NOTEBOOK_BYTES:
        raise UsageError(
            f"submission {file}: larger than {notebook.MAX_NOTEBOOK_BYTES >> 20} MiB; "
            "clear all outputs and save it again"
        )
    if size > MOST_BYTES:
        raise UsageError(f"submission {file}: larger than {MOST_BYTES >> 20} MiB")
    return file.read_bytes()


def _package_name(path: Path) -> str:
    name = path.resolve().name
    return name if name.isidentifier() else "submission"


def _modules(files: dict[str, bytes]) -> tuple[tuple[Module, ...], str | None]:
    """The importable modules, packages' own files first; and what is wrong with a BACKEND."""
    sources = {name: content for name, content in files.items() if name.endswith(".py")} or {
        name: "\n".join(notebook.cells_of(content)).encode()
        for name, content in files.items()
        if name.endswith(notebook.SUFFIX)
    }
    initial = next((name for name in sources if name.count("/") == 1 and _is_init(name)), None)
    default = _declared(sources[initial]) if initial else None
    modules = []
    for name in sorted(sources, key=lambda name: (not _is_init(name), name)):
        backend = _declared(sources[name]) or default or "numpy"
        if backend not in BACKENDS:
            return (), (
                f"{name}: BACKEND must be one of {', '.join(map(repr, BACKENDS))}; "
                f"it is {backend!r}"
            )
        modules.append(Module(_target(name, initial), backend, sources[name]))
    return tuple(modules), None


def _target(name: str, initial: str | None) -> str:
    """How a worker imports a file: by dotted name inside a package, else by its path."""
    if not initial:
        return name
    parts = name.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts) if all(part.isidentifier() for part in parts) else name


def _is_init(name: str) -> bool:
    return name.rpartition("/")[2] == "__init__.py"


def _declared(source: bytes) -> str | None:
    match = _BACKEND.search(source)
    return match[1].decode("utf-8", "replace")[:40] if match else None


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return digest.hexdigest()
