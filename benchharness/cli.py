"""The command `benchharness`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchharness import __version__
from benchharness.errors import HarnessError
from benchharness.worker.frameworks import BACKENDS

__all__ = ["main"]

_NOT_SOUND, _USAGE, _HARNESS_FAILED, _INTERRUPTED = 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 not sound, 2 the user's mistake, 3 ours."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except HarnessError as problem:
        print(f"benchharness: {problem}", file=sys.stderr)
        return _USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchharness",
        description="Grades and times implementations of deep-learning course tasks. "
        "Students and CI run `pytest --bench`; the commands here are for everything beside it.",
    )
    parser.add_argument("--version", action="version", version=f"benchharness {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = _command(
        commands,
        "doctor",
        "what this machine offers, what is missing, and how to get it",
        "benchharness doctor --json",
    )
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.set_defaults(run=_doctor)
    audit = _command(
        commands,
        "audit",
        "grade the graders: what is right passes, what is wrong is rejected and named",
        "benchharness audit thresholding --seeds 50",
    )
    audit.add_argument("suites", nargs="*", metavar="SUITE", help="default: all bundled suites")
    audit.add_argument("--seeds", type=_count, default=20, metavar="N", help="default: 20")
    audit.add_argument("--jobs", type=_count, default=os.cpu_count(), metavar="N")
    audit.add_argument("--no-mutants", action="store_true", help="leave the mutants out")
    audit.add_argument("--json", action="store_true", help="for programs")
    audit.set_defaults(run=_audit)
    grade = _command(
        commands,
        "grade",
        "grade a class: files, notebooks, folders, and downloads from Moodle, Canvas, Gradescope",
        "benchharness grade submissions.zip -o results --suite thresholding",
    )
    grade.add_argument("submissions", nargs="+", metavar="SUBMISSION", type=Path)
    grade.add_argument("-o", "--output", required=True, metavar="OUT", type=Path)
    grade.add_argument(
        "--suite", action="append", metavar="NAME_OR_PATH", help="default: all bundled suites"
    )
    grade.add_argument(
        "--assignment",
        type=Path,
        metavar="PATH",
        help="points, due date, limits; see docs/assignment.md (default: assignment.toml beside "
        "the one suite that is named)",
    )
    grade.add_argument("--jobs", type=_count, default=os.cpu_count(), metavar="N")
    grade.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="what is graded and unchanged is not graded again (default)",
    )
    grade.add_argument("--timing", default="off", metavar="off|quick|full", help="default: off")
    grade.add_argument("--seed", type=int, metavar="N", help="default: fresh, kept in OUT")
    grade.add_argument("--timeout", type=float, metavar="SECONDS", help="per call; default: 10")
    grade.add_argument("--memory", type=int, metavar="MIB", help="default: 2048")
    grade.add_argument("--sandbox", default="auto", metavar="auto|strict|process|off")
    grade.set_defaults(run=_grade)
    new = _command(
        commands,
        "new",
        "a submission, an assignment or a suite to start from",
        "benchharness new submission thresholding",
    )
    kinds = new.add_subparsers(required=True, metavar="submission|statement|suite")
    submission = _command(
        kinds,
        "submission",
        "a file with a suite's functions for students to write",
        "benchharness new submission thresholding -o submission.py --backend torch",
    )
    submission.add_argument("suite", help="a bundled suite's name or a folder")
    submission.add_argument("-o", "--output", default="submission.py", metavar="FILE")
    submission.add_argument(
        "--backend", choices=BACKENDS, help="what the functions compute in (default: numpy)"
    )
    submission.set_defaults(run=_new_submission)
    statement = _command(
        kinds,
        "statement",
        "a suite's assignment in Markdown for students to read",
        "benchharness new statement thresholding -o statement.md",
    )
    statement.add_argument("suite", help="a bundled suite's name or a folder")
    statement.add_argument("-o", "--output", default="statement.md", metavar="FILE")
    statement.set_defaults(run=_new_statement)
    suite = _command(
        kinds,
        "suite",
        "a suite of one task to start from",
        "benchharness new suite morphology",
    )
    suite.add_argument("name", help="the suite's name, a Python identifier")
    suite.add_argument("-o", "--output", default="suites", metavar="FOLDER")
    suite.set_defaults(run=_new_suite)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    purpose: str,
    example: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:],
        epilog=f"Example: {example}",
    )


def _doctor(options: argparse.Namespace) -> int:
    from benchharness.reporting.examination import as_json, as_text
    from benchharness.runner.doctor import examine

    examination = examine()
    print(as_json(examination) if options.json else as_text(examination))
    return 0


def _audit(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from benchharness.audit.report import as_json, as_text, is_sound
    from benchharness.audit.run import AuditSettings, audit, installed_backends
    from benchharness.suite.load import bundled_suites, load_suites

    suites, broken = load_suites(options.suites or bundled_suites())
    settings = AuditSettings(
        seeds=options.seeds,
        backends=installed_backends(),
        mutants=not options.no_mutants,
        jobs=options.jobs,
    )
    tasks = [(suite.name, task.name) for suite in suites for task in suite.tasks]
    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    found = []
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("tasks", total=len(tasks))
        for task_audit in audit(suites, settings):
            found.append(task_audit)
            progress.advance(bar)
    found.sort(key=lambda task_audit: tasks.index((task_audit.suite, task_audit.task)))
    print(as_json(found) if options.json else as_text(found, settings.backends))
    for problem in broken:
        print(f"benchharness: left out: {problem}", file=sys.stderr)
    return 0 if is_sound(found) and not broken else _NOT_SOUND


def _grade(options: argparse.Namespace) -> int:
    from rich.console import Console

    from benchharness.classroom.assignment_file import assignment_for
    from benchharness.classroom.progress import shown
    from benchharness.classroom.run import ClassRun
    from benchharness.runner.settings import Settings
    from benchharness.suite.load import bundled_suites, load_suites

    assignment = assignment_for(options.assignment, options.suite or [])
    suites, broken = load_suites(options.suite or assignment.suites or bundled_suites())
    for problem in broken:
        print(f"benchharness: left out: {problem}", file=sys.stderr)
    suites = assignment.apply_to(suites)
    named = {
        "seed": options.seed,
        "timeout_s": options.timeout,
        "memory_mib": options.memory,
    }
    usual = assignment.settings(Settings(timing=options.timing, sandbox=options.sandbox))
    settings = replace(usual, **{key: v for key, v in named.items() if v is not None})
    if assignment.counts_speed and options.timing == "off":
        text = "the assignment counts speed, which needs --timing quick; its points are left out"
        print(f"benchharness: {text}", file=sys.stderr)
    has_failed = bool(broken)
    with ClassRun(
        options.submissions,
        suites,
        settings,
        options.output,
        assignment=assignment,
        jobs=options.jobs,
        resume=options.resume,
        is_seed_asked_for=options.seed is not None,
    ) as run:
        try:
            for step in shown(run.steps(), run.total, Console()):
                has_failed |= step.row is not None and step.row.status == "harness_failed"
        except KeyboardInterrupt:
            print("stopped: the same command goes on where this was", file=sys.stderr)
            return _INTERRUPTED
        run.write_summaries()
    print(f"wrote {options.output / 'index.html'}, {options.output / 'grades.csv'}")
    return _HARNESS_FAILED if has_failed else 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return number


def _new_submission(options: argparse.Namespace) -> int:
    from benchharness.runner.starters import new_submission

    path = new_submission(options.suite, options.output, options.backend)
    print(f"wrote {path}; now: pytest --bench --submission={path} --suite={options.suite}")
    return 0


def _new_statement(options: argparse.Namespace) -> int:
    from benchharness.runner.starters import new_statement

    print(f"wrote {new_statement(options.suite, options.output)}")
    return 0


def _new_suite(options: argparse.Namespace) -> int:
    from benchharness.runner.starters import new_suite

    folder = new_suite(options.name, options.output)
    print(f"wrote {folder}; see docs/suite-authors.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
