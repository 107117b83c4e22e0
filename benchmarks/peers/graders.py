"""The same assignment in the form of each grader: how it is laid out, graded and read."""

from __future__ import annotations

import csv
import json
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from measuring import HERE, python

__all__ = [
    "CASES",
    "FORMS",
    "POINTS",
    "POINTS_A_CHECK",
    "Benchharness",
    "BenchharnessNotebooks",
    "Check50",
    "Command",
    "Grader",
    "GraderError",
    "GradescopeUtils",
    "Pytest",
    "Submissions",
    "code_cell",
    "notebook",
    "write",
]

POINTS = 20
POINTS_A_CHECK = 4
_SUITE = HERE / "suites" / "otsu_five_checks"
CASES = _SUITE / "cases.py"
FORMS = HERE / "peers" / "otsu"
_HOMES = Path(os.environ.get("BENCHHARNESS_PEERS", "/tmp/peers"))

Submissions = Mapping[str, str]


class GraderError(Exception):
    """A grader that is not installed, or does not do its work."""


@dataclass(frozen=True)
class Command:
    """A process to run, and where."""

    arguments: list[str]
    cwd: Path
    environment: dict[str, str] = field(default_factory=dict)


class Grader(ABC):
    """One way to grade the assignment: 5 checks of 4 points, 4 comparisons each."""

    name: str
    package: str
    notebooks = False
    """Whether it is given notebooks."""
    backends: tuple[str, ...] = ("numpy",)

    @property
    def home(self) -> Path:
        """The environment that it is installed in."""
        return _HOMES / self.name

    def missing(self) -> str | None:
        """What to do to have it here, where it is not installed."""
        if (self.home / "installed.txt").exists():
            return None
        install = f"python benchmarks/peers/install.py {_HOMES} {self.name}"
        return f"{self.name} is not installed; run `{install}`"

    def version(self) -> str:
        """Its version as installed."""
        lines = (self.home / "installed.txt").read_text(encoding="utf-8").splitlines()
        return next(line for line in lines if line.startswith(f"{self.package}==")).split("==")[1]

    @abstractmethod
    def lay_out(self, where: Path, submissions: Submissions, jobs: int) -> list[list[Command]]:
        """
        Lay out the assignment and the sources of the submissions in an empty folder.

        What comes back grades them: `jobs` lists at most, to be run beside each other, the
        commands of a list one after the other.
        """

    @abstractmethod
    def report(self, where: Path, name: str) -> Path:
        """The file that is there when a submission is graded."""

    @abstractmethod
    def points(self, where: Path, name: str) -> float | None:
        """The points of a submission; None where there is no report of it."""

    def program(self, name: str) -> str:
        """A program of its environment."""
        return str(self.home / "bin" / name)

    def activated(self, folder: Path) -> dict[str, str]:
        """Variables: its programs find each other, and leave nothing outside of the folder."""
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        path = f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "TMPDIR": str(temporary)}


class Benchharness(Grader):
    """`benchharness grade` with its sandbox, as a class is graded."""

    name = package = "benchharness"
    backends = ("numpy", "torch")

    def missing(self) -> str | None:
        return None

    def version(self) -> str:
        return version(self.package)

    def lay_out(self, where: Path, submissions: Submissions, jobs: int) -> list[list[Command]]:
        for name, source in submissions.items():
            self._write(where / "submissions" / name, source)
        arguments = ("grade", "submissions", "-o", "out", "--suite", _SUITE)
        settings = ("--jobs", jobs, "--timeout", 2, "--seed", 1)
        return [[Command(python("-m", "benchharness.cli", *arguments, *settings), where)]]

    def _write(self, path: Path, source: str) -> None:
        write(path.with_suffix(".py"), source)

    def report(self, where: Path, name: str) -> Path:
        return where / "out" / "grades.csv"

    def points(self, where: Path, name: str) -> float | None:
        with self.report(where, name).open(encoding="utf-8", newline="") as file:
            rows = {Path(row["submission"]).stem: row["score"] for row in csv.DictReader(file)}
        return float(rows[name]) if rows.get(name) else None


class BenchharnessNotebooks(Benchharness):
    """The same, with submissions that are notebooks."""

    name = "benchharness, notebooks"
    notebooks = True
    backends = ("numpy",)

    def _write(self, path: Path, source: str) -> None:
        write(path.with_suffix(".ipynb"), notebook(code_cell(source)))


class ProcessEach(Grader):
    """A grader that is started anew, in a fresh folder, for every submission."""

    def lay_out(self, where: Path, submissions: Submissions, jobs: int) -> list[list[Command]]:
        commands = []
        for name, source in submissions.items():
            folder = where / name
            folder.mkdir(parents=True)
            write(folder / "otsu.py", source)
            commands.append(self.command(folder))
        return [lane for lane in (commands[first::jobs] for first in range(jobs)) if lane]

    @abstractmethod
    def command(self, folder: Path) -> Command:
        """Complete the folder of a submission; what comes back grades it."""

    def report(self, where: Path, name: str) -> Path:
        return where / name / "results.json"


class Pytest(ProcessEach):
    """A fresh `pytest --junitxml`, without plugins."""

    name = package = "pytest"
    backends = ("numpy", "torch")

    def missing(self) -> str | None:
        return None

    def version(self) -> str:
        return version(self.package)

    def command(self, folder: Path) -> Command:
        shutil.copy(FORMS / "test_otsu.py", folder)
        shutil.copy(CASES, folder)
        alone = self.activated(folder) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return Command(python("-m", "pytest", "--junitxml=report.xml"), folder, alone)

    def report(self, where: Path, name: str) -> Path:
        return where / name / "report.xml"

    def points(self, where: Path, name: str) -> float | None:
        report = self.report(where, name)
        if not report.exists():
            return None
        tests = ElementTree.parse(report).iter("testcase")
        return POINTS_A_CHECK * sum(test.find("failure") is test.find("error") for test in tests)


class GradescopeUtils(ProcessEach):
    """The tests of a Gradescope autograder, as its container runs them."""

    name = package = "gradescope-utils"

    def command(self, folder: Path) -> Command:
        shutil.copytree(FORMS / "gradescope", folder, dirs_exist_ok=True)
        shutil.copy(CASES, folder)
        return Command([self.program("python"), "run_tests.py"], folder, self.activated(folder))

    def points(self, where: Path, name: str) -> float | None:
        return _read(self.report(where, name), lambda found: float(found["score"]))


class Check50(ProcessEach):
    """`check50 --dev`; it runs checks beside each other by itself."""

    name = package = "check50"

    def command(self, folder: Path) -> Command:
        checks = folder.parent / "checks"
        if not checks.exists():
            shutil.copytree(FORMS / "check50", checks)
            shutil.copy(CASES, checks)
        options = ["-o", "json", "--output-file", "results.json"]
        command = [self.program("check50"), "--dev", str(checks), *options]
        return Command(command, folder, self.activated(folder))

    def points(self, where: Path, name: str) -> float | None:
        def passed(found: Any) -> float:
            return POINTS_A_CHECK * sum(check["passed"] is True for check in found["results"])

        return _read(self.report(where, name), passed)


def write(path: Path, text: str) -> None:
    """A file of that text, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def notebook(*cells: dict[str, Any]) -> str:
    """A Jupyter notebook."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def code_cell(source: str, name: str = "otsu", **metadata: Any) -> dict[str, Any]:
    """A notebook's cell of code that has not been run."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def _read(report: Path, points: Callable[[Any], float]) -> float | None:
    """The points in a report in JSON; None where there is none, or half of one."""
    try:
        return points(json.loads(report.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return None
