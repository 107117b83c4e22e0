"""Files that make a service grade with benchharness: Gradescope, Classroom 50, GitHub Actions."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

from benchharness import __version__
from benchharness.classroom.assignment_file import assignment_for
from benchharness.content import content_root
from benchharness.errors import UsageError, unwritable
from benchharness.suite.load import find_suite, load_suite

__all__ = ["Course", "course", "export_classroom50", "export_github", "export_gradescope"]

_TEMPLATES = Path(__file__).with_name("templates")
_ASSIGNMENT, _REQUIREMENTS = "assignment.toml", "requirements.txt"
_SUITES_LINE = re.compile(r"^suites[ \t]*=[ \t]*\[[^\]]*\]", re.MULTILINE)
_EXECUTABLE, _ORDINARY = 0o755, 0o644
_REGULAR_FILE = 0o100000
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_CPU_WHEELS = "--extra-index-url https://download.pytorch.org/whl/cpu"


@dataclass(frozen=True)
class Course:
    """
    What a service is to grade, checked and ready to be packed.

    `files` are the files of suites that do not come with benchharness, by their place under
    `suites/`, and `names` say where each suite is found from there. `settings` is the text of the
    assignment's file, which names them.
    """

    titles: tuple[str, ...]
    names: tuple[str, ...]
    files: Mapping[str, bytes]
    settings: str
    counts_speed: bool
    backend: str = "numpy"
    wheel: Path | None = None

    @property
    def requirements(self) -> tuple[str, ...]:
        """What pip has to install, by name or from the wheel that lies beside."""
        extra = "" if self.backend == "numpy" else f"[{self.backend}]"
        if self.wheel:
            return (f"./{self.wheel.name}{extra}",)
        return (f"benchharness{extra}=={__version__}",)


def course(
    suites: Sequence[str],
    assignment: Path | None = None,
    backend: str = "numpy",
    wheel: Path | None = None,
) -> Course:
    """
    What `--suite` and `--assignment` name, with everything that is needed elsewhere to grade it.

    Raises
    ------
    UsageError
        If no suite is named, one of them cannot be found, or the settings do not fit them.
    SuiteError
        If a suite cannot be used.
    """
    if wheel is not None and not (
        wheel.is_file() and wheel.name.startswith("benchharness-") and wheel.suffix == ".whl"
    ):
        raise UsageError(f"--wheel {wheel}: is no benchharness-….whl; make one with `pip wheel .`")
    settings = assignment_for(assignment, suites)
    wanted = suites or settings.suites
    if not wanted:
        raise UsageError("name what to grade with --suite NAME_OR_PATH, or with --assignment PATH")
    folders = [find_suite(name) for name in wanted]
    loaded = [load_suite(folder) for folder in folders]
    settings.apply_to(loaded)
    files: dict[str, bytes] = {}
    names = []
    for folder in folders:
        if folder.parent == (content_root() / "suites").resolve():
            names.append(folder.name)
            continue
        names.append(f"suites/{folder.name}")
        if names.count(names[-1]) > 1:
            raise UsageError(f"two suites are called {folder.name}; rename the folder of one")
        files |= _packed(folder)
    path = assignment
    if path is None and settings.suites:  # beside the one suite that is named
        path = folders[0] / _ASSIGNMENT
    return Course(
        titles=tuple(suite.name for suite in loaded),
        names=tuple(names),
        files=files,
        settings=_moved_settings(path, names),
        counts_speed=settings.counts_speed,
        backend=backend,
        wheel=wheel,
    )


def export_gradescope(graded: Course, output: Path, seed: int) -> Path:
    """
    The autograder's zip for Gradescope, at `output`.

    Raises
    ------
    UsageError
        If there is something already, or it cannot be written.
    """
    values = {"SEED": str(seed)}
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("setup.sh", "run_autograder"):
            _add(packed, name, _filled(name, values).encode(), _EXECUTABLE)
        for name, content in _common(graded).items():
            _add(packed, name, content, _ORDINARY)
    return _write_all({output: archive.getvalue()})[0]


def export_classroom50(graded: Course, folder: Path, seed: int) -> Path:
    """
    The files of an assignment's bundle for Classroom 50, `autograder.py` among them, in `folder`.

    Raises
    ------
    UsageError
        If one of them is there already, or cannot be written.
    """
    entrance = _filled("autograder.py", {"SEED": str(seed)}).encode()
    files = {"autograder.py": entrance, **_common(graded)}
    return _write_all({folder / name: content for name, content in files.items()})[0]


def export_github(graded: Course, folder: Path, submission: str, min_score: float) -> Path:
    """
    The workflow for a repository at `folder`, and how to read it; suites of one's own lie beside.

    Raises
    ------
    UsageError
        If one of the files is there already or cannot be written, or the submission cannot lie in
        the repository.
    """
    place = PurePosixPath(submission)
    if place.is_absolute() or ".." in place.parts or not submission.isprintable():
        raise UsageError(f"--submission {submission!r}: name a path inside the repository")
    own = ".github/benchharness"
    where = [f"{own}/{name}" if name.startswith("suites/") else name for name in graded.names]
    absolute = [
        f'"$GITHUB_WORKSPACE"/{shlex.quote(name)}' if "/" in name else name for name in where
    ]
    values = {
        "SUBMISSION": shlex.quote(submission),
        "SUITES": " ".join(f"--suite={name}" for name in absolute),
        "LOCAL_SUITES": " ".join(f"--suite={shlex.quote(name)}" for name in where),
        "TITLES": ", ".join(graded.titles),
        "MIN_SCORE": f"{min_score:g}",
        "REQUIREMENTS": " ".join([*_index(graded), *map(shlex.quote, graded.requirements)]),
    }
    files = {
        ".github/workflows/grade.yml": _filled("grade.yml", values).encode(),
        "GRADING.md": _filled("GRADING.md", values).encode(),
        **{f"{own}/{name}": content for name, content in graded.files.items()},
    }
    return _write_all({folder / name: content for name, content in files.items()})[0]


def _common(graded: Course) -> dict[str, bytes]:
    """What every service needs beside the program that it calls."""
    lines = (*_index(graded), *graded.requirements)
    wheel = {graded.wheel.name: graded.wheel.read_bytes()} if graded.wheel else {}
    return {
        _REQUIREMENTS: "".join(f"{line}\n" for line in lines).encode(),
        _ASSIGNMENT: graded.settings.encode(),
        **wheel,
        **graded.files,
    }


def _index(graded: Course) -> list[str]:
    """PyTorch for processors only, which is a tenth of the size."""
    return [_CPU_WHEELS] if graded.backend == "torch" else []


def _packed(folder: Path) -> dict[str, bytes]:
    """The files of a suite, with its reference, by their place in an export."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        is_left_out = any(part.startswith((".", "__pycache__")) for part in inside.parts)
        if path.is_file() and not is_left_out:
            found[f"suites/{folder.name}/{inside.as_posix()}"] = path.read_bytes()
    return found


def _moved_settings(path: Path | None, names: Sequence[str]) -> str:
    """The assignment's file with its suites where the export has them."""
    line = f"suites = {json.dumps(list(names), ensure_ascii=False)}"
    if path is None:
        return f"{line}\n"
    text = path.read_text("utf-8")
    found = _SUITES_LINE.search(text)
    moved = f"{text[: found.start()]}{line}{text[found.end() :]}" if found else f"{line}\n{text}"
    try:
        is_same = tomllib.loads(moved) == {**tomllib.loads(text), "suites": list(names)}
    except tomllib.TOMLDecodeError:
        is_same = False
    if not is_same:
        raise UsageError(f"{path}: suites: write it as one array of names at the file's top")
    return moved


def _filled(name: str, values: Mapping[str, str]) -> str:
    """A template with its places filled in."""
    text = (_TEMPLATES / f"{name}.in").read_text("utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda place: values[place[1]], text)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    """One file, with its mode, and with no time: the same course gives the same zip."""
    entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
    entry.external_attr = (_REGULAR_FILE | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _write_all(files: Mapping[Path, bytes]) -> list[Path]:
    """Write new files, or none where one of them is there already."""
    for path in files:
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path}: exists already; remove it or name another with -o")
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as problem:
            raise unwritable(path, problem) from problem
    return list(files)
