"""A submission taken in: read once, hashed, and staged where its workers may see it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchharness.errors import HarnessError, UsageError
from benchharness.worker.frameworks import BACKENDS

__all__ = ["Module", "Staging", "Submission"]

_BACKEND = re.compile(rb"""^BACKEND\s*(?::[^=\n]*)?=\s*["']([^"'\n]*)["']""", re.MULTILINE)
_LONG_QUOTES = ('"""', "'''")
_TOKEN = re.compile(
    r"""\"{3}|'{3}|"(?:\\.?|[^"\\])*(?:"|$)|'(?:\\.?|[^'\\])*(?:'|$)|#.*|[][(){}]"""
)
_SHELL_ASSIGNMENT = re.compile(r"(\s*[A-Za-z_]\w*\s*=\s*)[!%]")
_MAX_FILES = 10_000
_MAX_BYTES = 512 * 2**20
_SKIPPED = ("__pycache__", ".git", ".ipynb_checkpoints", "node_modules", ".venv")


@dataclass(frozen=True)
class Module:
    """One Python file of a submission: how it is imported, in which backend, and its source."""

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
    """The submission's files by relative path, each read once."""
    if path.is_file():
        content = _bounded(path)
        if path.suffix == ".ipynb":
            return {f"{path.stem}.py": _notebook_source(path, content)}
        if path.suffix != ".py":
            raise UsageError(
                f"submission {path}: is no .py file, .ipynb notebook or folder of them"
            )
        return {path.name: content}
    files: dict[str, bytes] = {}
    for root, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - set(_SKIPPED))
        for name in sorted(names):
            file = Path(root) / name
            if file.is_file() and not file.is_symlink():
                files[f"{_package_name(path)}/{file.relative_to(path).as_posix()}"] = _bounded(
                    file
                )
        if len(files) > _MAX_FILES or sum(map(len, files.values())) > _MAX_BYTES:
            raise UsageError(
                f"submission {path}: more than {_MAX_FILES} files or {_MAX_BYTES >> 20} MiB; "
                "leave data and environments out of it"
            )
    if not any(name.endswith(".py") for name in files):
        raise UsageError(f"submission {path}: the folder holds no .py file")
    return files


def _bounded(file: Path) -> bytes:
    if file.stat().st_size > _MAX_BYTES:
        raise UsageError(f"submission {file}: larger than {_MAX_BYTES >> 20} MiB")
    return file.read_bytes()


def _package_name(path: Path) -> str:
    name = path.resolve().name
    return name if name.isidentifier() else "submission"


def _modules(files: dict[str, bytes]) -> tuple[tuple[Module, ...], str | None]:
    """The importable modules, packages' own files first; and what is wrong with a BACKEND."""
    sources = {name: content for name, content in files.items() if name.endswith(".py")}
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


def _notebook_source(path: Path, content: bytes) -> bytes:
    """The code cells in order as one module; magics and shell lines do nothing."""
    try:
        cells = json.loads(content)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise UsageError(
            f"submission {path}: is no Jupyter notebook of format 4 ({type(problem).__name__}); "
            "save it again in Jupyter"
        ) from problem
    plain = [_without_magics(source) for source in sources]
    return "\n\n".join(f"# cell {n}\n{text}" for n, text in enumerate(plain, 1)).encode(
        "utf-8", "backslashreplace"
    )


def _without_magics(cell: str) -> str:
    if cell.lstrip().startswith("%%"):
        return "pass  # cell magic"
    lines, statement = [], _Statement()
    for line in cell.split("\n"):
        bare = line.lstrip()
        magic = bare.startswith(("%", "!", "?")) or (bare.endswith("?") and " " not in bare)
        assigned = None if statement.is_open else _SHELL_ASSIGNMENT.match(line)
        if magic and not statement.is_open:
            lines.append(line[: len(line) - len(bare)] + "pass  # magic")
        elif assigned:
            lines.append(f"{assigned[1]}[]  # magic")
        else:
            statement.read(line)
            lines.append(line)
    return "\n".join(lines)


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
