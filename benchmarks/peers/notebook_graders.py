"""The graders of notebooks: the same assignment in their forms, graded in batches."""

from __future__ import annotations

import csv
import json
import runpy
import shutil
from abc import abstractmethod
from pathlib import Path
from typing import Any

from measuring import environment, run
from peers.graders import (
    CASES,
    FORMS,
    POINTS_A_CHECK,
    Command,
    Grader,
    GraderError,
    Submissions,
    code_cell,
    notebook,
    write,
)

__all__ = ["Nbgrader", "Otter"]


class Batch(Grader):
    """A grader of notebooks, one process for many; as many of them as there are jobs."""

    notebooks = True
    graded: str
    """The file that is there when NAME is graded."""

    def lay_out(self, where: Path, submissions: Submissions, jobs: int) -> list[list[Command]]:
        names, lanes = list(submissions), []
        for lane in range(min(jobs, len(names))):
            share = {name: submissions[name] for name in names[lane::jobs]}
            folder = where / f"lane{lane}"
            folder.mkdir()
            lanes.append([self.command(folder, share)])
        return lanes

    @abstractmethod
    def command(self, folder: Path, submissions: Submissions) -> Command:
        """Lay out the assignment and these submissions; what comes back grades them."""

    def report(self, where: Path, name: str) -> Path:
        return next(where.glob(f"lane*/{self.graded}".replace("NAME", name)), where / name)

    def _run(self, program: str, folder: Path, *arguments: str) -> None:
        command = [self.program(program), *arguments]
        try:
            run(command, folder, env=environment(**self.activated(folder)))
        except RuntimeError as error:
            raise GraderError(f"{self.name}: {error}") from error


class Otter(Batch):
    """`otter run`, many in one process; `otter grade` does that in containers."""

    name, package = "otter", "otter-grader"
    graded = "points/NAME.json"

    def command(self, folder: Path, submissions: Submissions) -> Command:
        test = (FORMS / "otter" / "CHECK.py").read_text(encoding="utf-8")
        for check in _checks():
            write(folder / "tests" / f"{check}.py", test.replace("CHECK", check))
        shutil.copy(CASES, folder)
        shutil.copy(FORMS / "otter" / "grade_all.py", folder)
        for name, source in submissions.items():
            write(folder / "submissions" / f"{name}.ipynb", notebook(code_cell(source)))
        self._run("otter", folder, "generate", "-t", "tests", "cases.py")
        return Command([self.program("python"), "grade_all.py"], folder, self.activated(folder))

    def points(self, where: Path, name: str) -> float | None:
        report = self.report(where, name)
        return float(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else None


class Nbgrader(Batch):
    """`nbgrader autograde`, the whole class in one process."""

    name = package = "nbgrader"
    graded = "autograded/NAME/otsu/otsu.ipynb"

    def command(self, folder: Path, submissions: Submissions) -> Command:
        shutil.copy(FORMS / "nbgrader" / "nbgrader_config.py", folder)
        write(folder / "source" / "otsu" / "otsu.ipynb", self._assignment("pass"))
        self._run("nbgrader", folder, "generate_assignment", "otsu", "--create")
        for name, source in submissions.items():
            handed_in = folder / "submitted" / name / "otsu" / "otsu.ipynb"
            write(handed_in, self._assignment(source))
        return Command(
            [self.program("nbgrader"), "autograde", "otsu"], folder, self.activated(folder)
        )

    def _assignment(self, source: str) -> str:
        """The notebook: the student's cell, the inputs, and a cell with points for each check."""
        test = (FORMS / "nbgrader" / "check.py").read_text(encoding="utf-8")
        return notebook(
            _cell(source, "otsu_threshold", solution=True),
            _cell(CASES.read_text(encoding="utf-8"), "cases", locked=True),
            *(
                _cell(
                    test.replace("CHECK", check),
                    check,
                    locked=True,
                    grade=True,
                    points=POINTS_A_CHECK,
                )
                for check in _checks()
            ),
        )

    def points(self, where: Path, name: str) -> float | None:
        report = self.report(where, name)
        if not report.exists():
            return None
        folder = report.parents[3]
        table = folder / "grades.csv"
        if not table.exists():
            self._run("nbgrader", folder, "export", "--to", table.name)
        with table.open(encoding="utf-8", newline="") as file:
            scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
        return float(scores[name]) if scores.get(name) else None


def _checks() -> list[str]:
    return list(runpy.run_path(str(CASES))["EXPECTED"])


def _cell(
    source: str,
    name: str,
    *,
    solution: bool = False,
    locked: bool = False,
    grade: bool = False,
    points: int = 0,
) -> dict[str, Any]:
    """A cell with what nbgrader wants to know of it."""
    facts = {
        "schema_version": 3,
        "grade_id": name,
        "solution": solution,
        "locked": locked,
        "grade": grade,
        "task": False,
    }
    return code_cell(source, name, nbgrader=facts | ({"points": points} if grade else {}))
