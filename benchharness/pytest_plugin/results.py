"""What a run leaves behind: its files, and the summary below what pytest prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchharness.outcomes import Run
from benchharness.reporting.gradescope import write_gradescope
from benchharness.reporting.page import write_report
from benchharness.reporting.regressions import gate_in_words
from benchharness.reporting.run_json import write_run
from benchharness.reporting.terminal import summary

__all__ = ["show_summary", "write_results"]


def write_results(run: Run, config: pytest.Config) -> None:
    """
    Write each file that is usual or that an option names.

    Raises
    ------
    HarnessError
        If one of them cannot be written.
    """
    option = config.option
    write_run(run, _place(config, option.bench_json, "run.json"))
    write_report(run, _place(config, option.bench_html, "report.html"))
    if option.bench_gradescope:
        write_gradescope(run, _place(config, option.bench_gradescope, ""))


def show_summary(
    run: Run, terminalreporter: pytest.TerminalReporter, tolerated: float | None
) -> None:
    """Show the scores, what is slower by more than is `tolerated`, and where the report is."""
    for line in summary(run):
        colour = {True: {"green": True}, False: {"red": True}, None: {}}[line.good]
        terminalreporter.write_line(line.text, bold=line.bold, **colour)
    if tolerated is not None:
        terminalreporter.write_line(gate_in_words(run, tolerated))
    config = terminalreporter.config
    report = _place(config, config.option.bench_html, "report.html")
    terminalreporter.write_line(f"report: {report}", bold=True)


def _place(config: pytest.Config, named: str | None, usual: str) -> Path:
    folder = config.invocation_params.dir
    return folder / named if named else folder / "bench-results" / usual
