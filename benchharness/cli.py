"""The command `benchharness`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchharness import __version__
from benchharness.errors import ExitCode, HarnessError
from benchharness.worker.backends import BACKENDS

if TYPE_CHECKING:
    from benchharness.classroom.cluster import Cluster
    from benchharness.classroom.export import Course
    from benchharness.reporting.gradebook import Filled

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 not sound, 2 the user's mistake, 3 ours."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except HarnessError as problem:
        print(f"benchharness: {problem}", file=sys.stderr)
        return problem.exit_code
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
        "--dask",
        metavar="ADDRESS",
        help="grade on a Dask cluster instead, as in tcp://HOST:8786; see docs/cluster.md",
    )
    grade.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="what is graded and unchanged is not graded again (default)",
    )
    grade.add_argument("--junit", type=Path, metavar="PATH", help="JUnit XML, for staff")
    grade.add_argument("--timing", default="off", metavar="off|quick|full", help="default: off")
    grade.add_argument(
        "--device", default="all", metavar="cpu|cuda|all", help="what to time on; default: all"
    )
    grade.add_argument("--seed", type=int, metavar="N", help="default: fresh, kept in OUT")
    grade.add_argument("--timeout", type=float, metavar="SECONDS", help="per call; default: 10")
    grade.add_argument("--memory", type=int, metavar="MIB", help="default: 2048")
    grade.add_argument("--sandbox", default="auto", metavar="auto|strict|process|off")
    grade.set_defaults(run=_grade)
    _add_compare(
        _command(
            commands,
            "compare",
            "compare runs: machines, devices, backends and submissions",
            "benchharness compare monday/run.json tuesday/run.json -o report.html",
        )
    )
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
    _add_exports(
        _command(
            commands,
            "export",
            "files for Gradescope, Classroom 50 and GitHub Actions, grades for Canvas and Moodle",
            "benchharness export gradescope -o autograder.zip --suite thresholding",
        ).add_subparsers(required=True, metavar="gradescope|classroom50|github|canvas|moodle")
    )
    return parser


def _add_compare(compare: argparse.ArgumentParser) -> None:
    compare.add_argument(
        "runs",
        nargs="+",
        metavar="RUN.json",
        type=Path,
        help="a run, or a folder: the run.json in it, else all below it",
    )
    compare.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a page with charts, for a browser"
    )
    compare.add_argument("--csv", type=Path, metavar="FILE", help="a row for each timing")
    compare.add_argument("--json", type=Path, metavar="FILE", help="everything, for programs")
    compare.add_argument(
        "--margin",
        type=_margin,
        default=0.02,
        metavar="PERCENT",
        help="the difference that counts as one (default: 2%%)",
    )
    compare.add_argument(
        "--baseline",
        metavar="NAME",
        help="a run, machine, submission, backend, device or side that the others are compared "
        "with (default: the first run)",
    )
    compare.set_defaults(run=_compare)


def _add_exports(services: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    gradescope = _command(
        services,
        "gradescope",
        "an autograder's zip for Gradescope",
        "benchharness export gradescope -o autograder.zip --suite thresholding",
    )
    _add_course(gradescope, "FILE")
    gradescope.set_defaults(run=_export_gradescope)
    classroom50 = _command(
        services,
        "classroom50",
        "the files of an assignment's bundle for Classroom 50",
        "benchharness export classroom50 -o autograders/lab1 --suite thresholding",
    )
    _add_course(classroom50, "DIR")
    classroom50.set_defaults(run=_export_classroom50)
    github = _command(
        services,
        "github",
        "a workflow for GitHub Actions that grades a repository",
        "benchharness export github -o . --suite thresholding --min-score 60",
    )
    _add_suites(github, "DIR")
    github.add_argument(
        "--submission", default="submission.py", metavar="PATH", help="default: submission.py"
    )
    github.add_argument(
        "--min-score", type=_percent, default=100.0, metavar="PERCENT", help="default: 100"
    )
    github.set_defaults(run=_export_github)
    canvas = _command(
        services,
        "canvas",
        "a class's grades in a gradebook that Canvas exported",
        "benchharness export canvas book.csv --assignment 'Lab 1' --results results -o new.csv",
    )
    _add_gradebook(canvas, "a gradebook's CSV from Canvas")
    canvas.add_argument("--assignment", required=True, metavar="TITLE_OR_ID")
    canvas.set_defaults(run=_export_canvas)
    moodle = _command(
        services,
        "moodle",
        "a class's grades in an offline grading worksheet of Moodle",
        "benchharness export moodle worksheet.csv --results results -o new.csv",
    )
    _add_gradebook(moodle, "an offline grading worksheet from Moodle")
    moodle.add_argument("--comments", action="store_true", help="with what went wrong, in short")
    moodle.set_defaults(run=_export_moodle)


def _add_gradebook(parser: argparse.ArgumentParser, what: str) -> None:
    """The sheet to fill in, the results of `benchharness grade`, and where the new sheet goes."""
    parser.add_argument("sheet", type=Path, metavar="CSV", help=what)
    parser.add_argument("--results", required=True, type=Path, metavar="OUT")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")


def _add_suites(parser: argparse.ArgumentParser, output: str) -> None:
    """Where an export goes, which suites it grades, and what their functions compute in."""
    parser.add_argument("-o", "--output", required=True, metavar=output, type=Path)
    parser.add_argument("--suite", action="append", default=[], metavar="NAME_OR_PATH")
    parser.add_argument(
        "--backend", choices=BACKENDS, default="numpy", help="what to install (default: numpy)"
    )


def _add_course(parser: argparse.ArgumentParser, output: str) -> None:
    """The same with the settings of an assignment, and one seed for everybody."""
    _add_suites(parser, output)
    parser.add_argument(
        "--assignment",
        type=Path,
        metavar="PATH",
        help="default: assignment.toml beside the one suite that is named",
    )
    parser.add_argument(
        "--wheel", type=Path, metavar="PATH", help="install benchharness from this file, not PyPI"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="default: fresh, kept in the export")


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

    from benchharness.audit.report import as_json, as_text, is_sound
    from benchharness.audit.run import AuditSettings, audit, installed_backends
    from benchharness.reporting.progress import shown_on, told
    from benchharness.suite.load import bundled_suites, load_suites

    suites, broken = load_suites(options.suites or bundled_suites())
    settings = AuditSettings(
        seeds=options.seeds,
        backends=installed_backends(),
        mutants=not options.no_mutants,
        jobs=options.jobs,
    )
    tasks = [(suite.name, task.name) for suite in suites for task in suite.tasks]
    with shown_on(Console(stderr=True)) as tell:
        found = list(told("tasks", audit(suites, settings), len(tasks), tell))
    found.sort(key=lambda task_audit: tasks.index((task_audit.suite, task_audit.task)))
    print(as_json(found) if options.json else as_text(found, settings.backends))
    for problem in broken:
        print(f"benchharness: left out: {problem}", file=sys.stderr)
    return 0 if is_sound(found) and not broken else ExitCode.NOT_PASSED


def _grade(options: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's threads would spin beside jobs
    from rich.console import Console

    from benchharness.classroom.assignment_file import assignment_for
    from benchharness.classroom.interruption import interruptible
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
    usual = assignment.settings(
        Settings(timing=options.timing, device=options.device, sandbox=options.sandbox)
    )
    settings = replace(usual, **{key: v for key, v in named.items() if v is not None})
    if assignment.counts_speed and options.timing == "off":
        text = "the assignment counts speed, which needs --timing quick; its points are left out"
        print(f"benchharness: {text}", file=sys.stderr)
    has_failed = bool(broken)
    with (
        _cluster_at(options.dask) as cluster,
        ClassRun(
            options.submissions,
            suites,
            settings,
            options.output,
            assignment=assignment,
            jobs=options.jobs,
            resume=options.resume,
            is_seed_asked_for=options.seed is not None,
            cluster=cluster,
        ) as run,
    ):
        if mistakes := run.mistakes():
            lines = [f"{mistake}; mend the suite and start again" for mistake in mistakes]
            for line in (*lines, "nobody was graded; what was graded before is kept"):
                print(f"benchharness: {line}", file=sys.stderr)
            return ExitCode.USAGE
        try:
            with interruptible() as stop_if_interrupted:
                for step in shown(run.steps(), run.total, Console(), run.timed.read):
                    has_failed |= step.row is not None and step.row.status == "harness_failed"
                    stop_if_interrupted()
        except KeyboardInterrupt:
            print("stopped: the same command goes on where this was", file=sys.stderr)
            return ExitCode.INTERRUPTED
        run.write_summaries()
        if options.junit:
            run.write_junit(options.junit)
    print(f"wrote {options.output / 'index.html'}, {options.output / 'grades.csv'}")
    return ExitCode.HARNESS_FAILED if has_failed else ExitCode.DONE


def _compare(options: argparse.Namespace) -> int:
    gc.disable()  # it would look through all timings again and again, and find nothing
    try:
        return _compared(options)
    finally:
        gc.enable()


def _compared(options: argparse.Namespace) -> int:
    if options.output:
        from benchharness.reporting.charts import warm_up

        warm_up()  # it is ready when the runs are read

    from rich.console import Console

    from benchharness.comparison.tables import write_csv, write_json
    from benchharness.comparison.text import show
    from benchharness.comparison.whole import compare_files
    from benchharness.reporting.progress import shown_on

    written = []
    with shown_on(Console(stderr=True)) as tell:
        comparison = compare_files(
            options.runs, margin=options.margin, baseline=options.baseline, tell=tell
        )
        if options.output:
            from benchharness.comparison.page import write_page

            write_page(comparison, options.output, tell=tell)
            written.append(options.output)
    for problem in comparison.problems:
        print(f"benchharness: {problem}", file=sys.stderr)
    for path, write in ((options.csv, write_csv), (options.json, write_json)):
        if path:
            write(comparison, path)
            written.append(path)
    show(comparison, Console())
    for path in written:
        print(f"wrote {path}")
    return 0


def _cluster_at(address: str | None) -> AbstractContextManager[Cluster | None]:
    """A connection to the cluster where one is named."""
    if address is None:
        return nullcontext()
    from benchharness.classroom.cluster import Cluster

    return Cluster(address, tell=lambda text: print(f"benchharness: {text}", file=sys.stderr))


def _export_canvas(options: argparse.Namespace) -> int:
    from benchharness.classroom.run import counted_in
    from benchharness.reporting.canvas import write_canvas

    class_ = counted_in(options.results)
    filled = write_canvas(options.sheet, options.output, options.assignment, class_)
    return _tell_of_gradebook(filled, options.output)


def _export_moodle(options: argparse.Namespace) -> int:
    from benchharness.classroom.run import counted_in
    from benchharness.reporting.moodle import write_moodle

    class_ = counted_in(options.results)
    filled = write_moodle(options.sheet, options.output, class_, comments=options.comments)
    return _tell_of_gradebook(filled, options.output)


def _tell_of_gradebook(filled: Filled, output: Path) -> int:
    from benchharness.reporting.gradebook import in_words

    print("\n".join((*in_words(filled), f"wrote {output}")))
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {text}")
    return number


def _margin(text: str) -> float:
    share = float(text.removesuffix("%")) / 100
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"must lie between 0% and 100%, got {text}")
    return share


def _percent(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"must lie in 0..100, got {text}")
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


def _export_gradescope(options: argparse.Namespace) -> int:
    from benchharness.classroom.export import export_gradescope

    course = _course(options)
    path = export_gradescope(course, options.output, _seed(options.seed))
    print(f"wrote {path}; upload it under Configure Autograder")
    if course.backend == "tensorflow":
        text = "TensorFlow takes 600 MiB and 6 s of a processor alone: choose a larger container"
        print(f"benchharness: {text}", file=sys.stderr)
    return 0


def _export_classroom50(options: argparse.Namespace) -> int:
    from benchharness.classroom.export import export_classroom50

    path = export_classroom50(_course(options), options.output, _seed(options.seed))
    print(f"wrote {path} and what it needs; put them into CLASSROOM/autograders/ASSIGNMENT")
    return 0


def _export_github(options: argparse.Namespace) -> int:
    from benchharness.classroom.export import course, export_github

    graded = course(options.suite, backend=options.backend)
    path = export_github(graded, options.output, options.submission, options.min_score)
    print(f"wrote {path} and {options.output / 'GRADING.md'}")
    if graded.files:
        text = "who can read the repository can read the suite's reference in .github/benchharness"
        print(f"benchharness: {text}", file=sys.stderr)
    return 0


def _course(options: argparse.Namespace) -> Course:
    from benchharness.classroom.export import course

    graded = course(options.suite, options.assignment, options.backend, options.wheel)
    if graded.counts_speed:
        text = "the assignment counts speed, which nobody measures there; its points are left out"
        print(f"benchharness: {text}", file=sys.stderr)
    return graded


def _seed(asked_for: int | None) -> int:
    from benchharness.runner.settings import Settings

    return Settings().seed if asked_for is None else Settings(seed=asked_for).seed


if __name__ == "__main__":
    sys.exit(main())
