"""
One submission graded where a service calls for it: Gradescope's container, Classroom 50's runner.

`python -I -m benchharness.classroom.autograder` is what the files of `benchharness export` call.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchharness.classroom.assignment import Assignment
from benchharness.classroom.assignment_file import load_assignment
from benchharness.classroom.intake import handed_in
from benchharness.errors import ExitCode, HarnessError, UsageError
from benchharness.outcomes import (
    CheckVerdict,
    Isolation,
    Status,
    SubmissionVerdict,
    TaskVerdict,
)
from benchharness.reporting.classroom50 import identity_from, write_classroom50
from benchharness.reporting.files import write_whole
from benchharness.reporting.gradescope import to_gradescope, write_pending_results
from benchharness.reporting.quantities import counted
from benchharness.reporting.students_view import for_students
from benchharness.runner.grader import Grader, entry
from benchharness.runner.ledger import Ledger
from benchharness.runner.settings import Settings
from benchharness.suite.load import find_suite, load_suite
from benchharness.suite.task import Suite

__all__ = ["main", "student_in"]

_FAILED = "The autograder failed, which is not your fault. Ask the course staff to look at it."
_NOBODY = 65534


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade one submission; 0 where it has a verdict, whatever that is, else 3."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except HarnessError as problem:
        print(f"benchharness: {problem}", file=sys.stderr)
        return ExitCode.HARNESS_FAILED
    return code


def student_in(metadata: Path) -> dict[str, str]:
    """
    Whose a submission is and when it was handed in, by Gradescope's `submission_metadata.json`.

    A group goes by the names of all. Empty where the file cannot be read.
    """
    try:
        said = json.loads(metadata.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(said, dict):
        return {}
    listed = said.get("users")
    users = [user for user in listed if isinstance(user, dict)] if isinstance(listed, list) else []
    student = {key: ", ".join(_said(user, key) for user in users) for key in _OF_A_USER}
    student["submitted"] = _said(said, "created_at")
    return {key: text for key, text in student.items() if text}


_OF_A_USER = ("name", "email", "id")


def _said(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return str(value) if isinstance(value, (str, int)) else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchharness.classroom.autograder",
        description="Grade one submission where a service calls for it",
    )
    services = parser.add_subparsers(required=True, metavar="pending|gradescope|classroom50")
    pending = services.add_parser(
        "pending", help="a results.json for the time before there is one"
    )
    pending.add_argument("results", type=Path)
    pending.set_defaults(run=_pending)
    for name, run, place in (
        ("gradescope", _gradescope, "what is /autograder in Gradescope's container"),
        ("classroom50", _classroom50, "the checkout of a student's repository"),
    ):
        service = services.add_parser(name, help=f"grade one submission for {name}")
        service.add_argument("--assignment", type=Path, required=True, metavar="PATH")
        service.add_argument("--seed", type=int, required=True, metavar="N")
        service.add_argument("folder", type=Path, help=place)
        service.set_defaults(run=run)
    return parser


def _pending(options: argparse.Namespace) -> int:
    write_pending_results(options.results)
    return 0


def _gradescope(options: argparse.Namespace) -> int:
    """The results so far stand in results.json after every task: the time may be up at any."""
    results = options.folder / "results" / "results.json"
    student = student_in(options.folder / "submission_metadata.json")

    def documents() -> Iterator[bytes]:
        for verdict in _verdicts(options.folder / "submission", suites, settings):
            document = to_gradescope(_in_the_end(verdict, assignment, student))
            yield json.dumps(document, indent=2, allow_nan=False).encode()

    try:
        assignment, suites, settings = _asked_for(options)
        for document in _as_ordinary_user(documents):
            write_whole(results, document.decode() + "\n")
    except Exception:
        write_pending_results(results, _FAILED)
        raise
    return 0


def _as_ordinary_user(work: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
    """
    What a forked process yields that is no longer root.

    So what only root may read and write, the suites and the results, is out of reach of a
    submission even where the kernel offers no layer of the sandbox that would see to that.
    """
    reader, writer = multiprocessing.Pipe(duplex=False)

    def send() -> None:
        reader.close()
        _shed_root()
        for piece in work():
            writer.send_bytes(piece)

    process = multiprocessing.get_context("fork").Process(target=send)
    process.start()
    writer.close()
    with reader, contextlib.suppress(EOFError):
        while True:
            yield reader.recv_bytes()
    process.join()
    if process.exitcode:
        raise HarnessError(f"the grading process ended with {process.exitcode}; see above")


def _shed_root() -> None:
    """Become nobody, unless this is root in a container that has no other users."""
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _classroom50(options: argparse.Namespace) -> int:
    """The points of the checks; Classroom 50 itself marks what is late."""
    identity_from(os.environ)
    _, suites, settings = _asked_for(options)
    *_, verdict = _verdicts(options.folder, suites, settings)
    failed = [task.task for task in verdict.tasks if task.status is Status.HARNESS_FAILED]
    if failed:
        raise HarnessError(f"the harness failed on {', '.join(failed)}; nobody loses points by it")
    write_classroom50(verdict, os.environ, options.folder)
    return 0


def _asked_for(options: argparse.Namespace) -> tuple[Assignment, list[Suite], Settings]:
    assignment = load_assignment(options.assignment)
    suites = assignment.apply_to(load_suite(find_suite(name)) for name in assignment.suites)
    return assignment, suites, assignment.settings(Settings(seed=options.seed, timing="off"))


def _verdicts(
    folder: Path, suites: Sequence[Suite], settings: Settings
) -> Iterator[SubmissionVerdict]:
    """The verdict on what lies in a folder, once after every task; the last one is whole."""
    with (
        tempfile.TemporaryDirectory(prefix="benchharness-") as scratch,
        Grader(settings, suites) as grader,
    ):
        try:
            path = _handed_in(folder.resolve(), Path(scratch))
            submission = replace(grader.take_in(path), name="submission", path=path.name)
        except UsageError as problem:
            yield _not_readable(suites, str(problem))
            return
        ledger, assignments = Ledger(), grader.assignments(submission)
        of = counted(len(assignments), "task")
        for done, assignment in enumerate(assignments, start=1):
            grading = grader.grading(assignment)
            for check in assignment.task.checks:
                # How to repeat it would tell the seed, and who hands in again gets the same one.
                verdict = replace(grading.grade(check), rerun=None)
                advice = grader.advice(assignment)
                ledger.add(entry(assignment, submission.path, verdict, None, advice))
            (so_far,) = ledger.submissions()
            if done < len(assignments):
                yield replace(so_far, notes=(f"Graded so far: {done} of {of}.",))
        grader.release(submission)  # nothing of the submission is left that could change the last
        yield so_far
        print(_isolation_line(grader.workers.isolation))


def _handed_in(folder: Path, scratch: Path) -> Path:
    """What there is to grade in a folder that is one submission."""
    others = [path for path in folder.parent.iterdir() if path.name != folder.name]
    if not folder.is_dir():
        raise UsageError("nothing was handed in; hand in a .py file, a notebook or a zip of them")
    with handed_in([folder.parent], scratch, leave_out=others) as intake:
        (handed,) = intake
    if handed.path is None:
        raise UsageError(handed.problem)
    return handed.path


def _not_readable(suites: Sequence[Suite], problem: str) -> SubmissionVerdict:
    """No points for anything, and why."""
    tasks = []
    for suite in suites:
        for task in suite.tasks:
            checks = tuple(
                CheckVerdict(
                    check.name, Status.ERROR, 0, check.points, problem, visibility=check.visibility
                )
                for check in task.checks
            )
            tasks.append(
                TaskVerdict(
                    suite.name, task.name, "numpy", Status.ERROR, 0, task.points, problem,
                    checks=checks,
                )
            )  # fmt: skip
    return SubmissionVerdict("submission", "", "", tuple(tasks), notes=(problem,))


def _in_the_end(
    verdict: SubmissionVerdict, assignment: Assignment, student: Mapping[str, str]
) -> SubmissionVerdict:
    """The verdict with what the assignment makes of being late; notes tell nothing hidden."""
    if not assignment.changes_scores:
        return verdict
    told = assignment.in_the_end(for_students(verdict), student)
    notes = (*verdict.notes, *told.notes)
    return replace(assignment.in_the_end(verdict, student), notes=notes)


def _isolation_line(isolation: Isolation) -> str:
    """For the course staff, who alone see what is printed."""
    layers = ", ".join(isolation.layers) or "no layers"
    return f"sandbox: {isolation.tier} ({layers})"


if __name__ == "__main__":
    sys.exit(main())
