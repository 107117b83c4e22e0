"""
`pytest --bench`: grading and timing as ordinary pytest items.

Only options are declared unless `--bench` is given; everything else, the other modules of this
package among it, is imported then. Submissions are never collected by pytest's own means, which
would import them into this process: the items are made here, and each of them only shows what the
grader found.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

__all__: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bench", "benchharness: grade and time submissions")
    group.addoption(
        "--bench",
        action="store_true",
        help="grade and time submissions, for example: pytest --bench --submission submission.py",
    )
    group.addoption(
        "--submission",
        action="append",
        metavar="PATH",
        help="a .py file, package folder or .ipynb notebook; repeatable "
        "(default: submission.py, submission/ or submission.ipynb)",
    )
    group.addoption(
        "--suite",
        action="append",
        metavar="NAME_OR_PATH",
        help="a bundled suite or a folder; repeatable (default: suites/, else all bundled ones)",
    )
    group.addoption(
        "--bench-device",
        default="all",
        metavar="cpu|cuda|all",
        help="what to time on (default: the CPU, and each GPU that the backend can use)",
    )
    group.addoption("--bench-timing", default="quick", metavar="off|quick|full")
    group.addoption("--bench-seed", metavar="N", help="repeat a run's inputs")
    group.addoption("--bench-timeout", default="10", metavar="SECONDS", help="for each call")
    group.addoption("--bench-memory", default="2048", metavar="MIB")
    group.addoption("--bench-sandbox", default="auto", metavar="auto|strict|process|off")
    group.addoption("--bench-json", metavar="PATH", help="default: bench-results/run.json")
    group.addoption("--bench-html", metavar="PATH", help="default: bench-results/report.html")
    group.addoption("--bench-gradescope", metavar="PATH", help="a Gradescope results.json")
    group.addoption(
        "--bench-github",
        default="auto",
        metavar="auto|off",
        help="annotations and a step summary on GitHub Actions",
    )
    group.addoption("--bench-min-score", metavar="PERCENT", help="exit with 1 below it")
    group.addoption(
        "--against",
        "--bench-against",
        dest="bench_against",
        metavar="PATH_OR_REVISION",
        help="time an earlier version in the same rounds: a file, folder or notebook, or each "
        "submission as it was at a git revision, for example: --against HEAD~1",
    )
    group.addoption(
        "--bench-fail-slower",
        metavar="PERCENT",
        help="fail where a call is surely slower than in --against by more than that",
    )
    parser.addini("bench_submission", "submissions to grade", type="args")
    parser.addini("bench_suites", "suites to grade them on", type="args")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    if early_config.known_args_namespace.bench:
        from benchharness.pytest_plugin.arguments import start_again_where_misread

        start_again_where_misread(list(early_config.invocation_params.args))
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bench_check: a check of benchharness")
    config.addinivalue_line("markers", "bench_timing: a timing of benchharness")
    if config.getoption("bench") and not config.option.help:
        from benchharness.pytest_plugin.run import run_or_exit

        config.pluginmanager.register(run_or_exit(config), "benchharness-run")
