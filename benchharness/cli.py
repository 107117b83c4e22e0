"""The command `benchharness`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchharness import __version__
from benchharness.errors import HarnessError

__all__ = ["main"]

_USAGE, _HARNESS_FAILED = 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 2 the user's mistake, 3 ours."""
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
    new = _command(
        commands,
        "new",
        "a suite or a submission that works at once",
        "benchharness new submission thresholding",
    )
    kinds = new.add_subparsers(required=True, metavar="suite|submission")
    submission = _command(
        kinds,
        "submission",
        "a starter file for a suite's students",
        "benchharness new submission thresholding -o submission.py",
    )
    submission.add_argument("suite", help="a bundled suite's name or a folder")
    submission.add_argument("-o", "--output", default="submission.py", metavar="FILE")
    submission.set_defaults(run=_new_submission)
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


def _new_submission(options: argparse.Namespace) -> int:
    from benchharness.runner.starters import new_submission

    path = new_submission(options.suite, options.output)
    print(f"wrote {path}; now: pytest --bench --submission={path} --suite={options.suite}")
    return 0


def _new_suite(options: argparse.Namespace) -> int:
    from benchharness.runner.starters import new_suite

    folder = new_suite(options.name, options.output)
    print(f"wrote {folder}; see docs/suite-authors.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
