"""Every suite graded on one right submission a backend, without timing, from a fresh process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

from measuring import ROOT, folder, in_turn, python, seconds, two_cores
from results import Figure, Goal, Result

_GOALS_S = {"numpy": 5.0, "torch": 8.0, "tensorflow": 15.0}
_ACCEPTED = {"torch": "pytorch.py", "tensorflow": "tensorflow.py"}


def measure(*, quick: bool) -> Result:
    """Seconds that `pytest --bench --bench-timing off` takes on all suites."""
    with folder() as where, two_cores():
        measures = {
            backend: _grading(right_submission(where, backend), where) for backend in _GOALS_S
        }
        found = in_turn(1 if quick else 5, measures)
    return Result(
        title="All suites on one right submission, without timing",
        figures=tuple(_figure(backend, values) for backend, values in found.items()),
        notes=(
            "The whole process, from its start to its end, at most two cores; every framework is "
            "imported anew each time. NumPy: the references, handed in as a package; PyTorch and "
            "TensorFlow: `suites/*/accepted/pytorch.py` and `tensorflow.py`. Each run ends with "
            "full marks, else the benchmark fails.",
        ),
        data=dict(found),
    )


def right_submission(where: Path, backend: str) -> Path:
    """A package that does every task of every bundled suite right in one backend."""
    package = where / f"right_{backend}"
    package.mkdir()
    (package / "__init__.py").write_text(f'BACKEND = "{backend}"\n', encoding="utf-8")
    if backend == "numpy":
        files = {path.stem: path for path in (ROOT / "reference").glob("*.py")}
    else:
        paths = (ROOT / "suites").glob(f"*/accepted/{_ACCEPTED[backend]}")
        files = {path.parent.parent.name: path for path in paths}
    for name, path in files.items():
        shutil.copy(path, package / f"{name}.py")
    return package


def _grading(package: Path, where: Path) -> Callable[[], float]:
    command = python("-m", "pytest", "--bench", "--bench-timing", "off", "--submission", package)
    return lambda: seconds(command, where)


def _figure(backend: str, values: list[float]) -> Figure:
    goal = Goal(_GOALS_S[backend], f"< {_GOALS_S[backend]:g} s", "s")
    detail = f"{min(values):.2f} to {max(values):.2f} s, n = {len(values)}"
    return Figure(
        f"all suites, {backend}", median(values), f"{median(values):.2f} s", goal, detail
    )
