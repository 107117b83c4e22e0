"""One run of the harness inside a pytest session."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchharness.errors import ExitCode, HarnessError
from benchharness.outcomes import Isolation, Run, Status
from benchharness.pytest_plugin import options, xdist
from benchharness.pytest_plugin.arguments import arguments
from benchharness.pytest_plugin.collection import items as items_of
from benchharness.pytest_plugin.items import BenchItem, CheckItem, TimingItem
from benchharness.pytest_plugin.status_line import StatusLine, is_terminal
from benchharness.reporting.timing_progress import TimingProgress
from benchharness.runner.earlier import EarlierVersions
from benchharness.runner.grader import Assignment, Grader, record
from benchharness.runner.ledger import Ledger
from benchharness.runner.mistakes import mistakes
from benchharness.suite.load import bundled_suites, load_suites
from benchharness.suite.task import Suite

if TYPE_CHECKING:
    from benchharness.pytest_plugin.github import GitHubStep

__all__ = ["BenchRun", "run_or_exit"]

_USUAL_REPORT = "fE"


def run_or_exit(config: pytest.Config) -> BenchRun:
    """The run that the options ask for; pytest ends where there can be none."""
    try:
        return BenchRun(config, _github_step(config))
    except HarnessError as problem:
        pytest.exit(f"benchharness: {problem}", returncode=problem.exit_code)


def _github_step(config: pytest.Config) -> GitHubStep | None:
    if not options.is_github_told(config):
        return None
    from benchharness.pytest_plugin.github import GitHubStep

    return GitHubStep(config)


class BenchRun:
    """The grader, its submissions, and what pytest is told of them and tells in return."""

    def __init__(self, config: pytest.Config, github: GitHubStep | None) -> None:
        self.config = config
        self.github = github
        if config.option.reportchars == _USUAL_REPORT:
            config.option.reportchars = ""  # the summary below says it better
        self.minimum = options.least_score(config)
        self.tolerated = options.tolerated_slowdown(config)
        self.suites, broken = self._suites()
        self.problems = [f"left out: {problem}" for problem in broken]
        self.arguments = arguments(config)
        config.args = self.arguments.rest
        self.grader = Grader(options.settings(config), self.suites)
        try:
            self.submissions = [self.grader.take_in(path) for path in self.arguments.submissions]
            self.told_of_past = list(self._compare_with_past())
            backends = [backend for each in self.submissions for backend in each.backends]
            self.grader.devices.refuse_in_vain(backends)
            self.grader.devices.prepare(backends)
        except BaseException:
            self.grader.close()
            raise
        self.ledger = Ledger()
        self.status_line = StatusLine(config) if is_terminal() else None
        self.progress: TimingProgress | None = None
        self.run: Run | None = None
        self.isolation: Isolation | None = None
        self.versions: dict[str, str] = {}

    def _compare_with_past(self) -> Iterator[str]:
        """Have earlier versions timed as well; lines that say which, and what is gone since."""
        named = self.config.option.bench_against
        if named is None or xdist.is_worker(self.config):
            return
        versions = EarlierVersions(named, self.grader.staging, self.tolerated)
        tasks = [task for suite in self.suites for task in suite.tasks]
        for submission in self.submissions:
            version = versions.of(Path(submission.path))
            self.grader.compare_with(submission, version)
            yield f"{submission.path}: {version.problem or f'against {version.name}'}"
            if gone := version.gone(submission, tasks):
                yield f"{submission.path}: gone since {version.name}: {', '.join(gone)}"

    def _suites(self) -> tuple[list[Suite], list[str]]:
        """The suites that can be used, and what is wrong with the others."""
        named = self.config.getoption("suite") or self.config.getini("bench_suites")
        local = sorted(file.parent for file in self.config.rootpath.glob("suites/*/bench_*.py"))
        self.takes_every_suite = not named and not local
        return load_suites(named or [str(folder) for folder in local] or bundled_suites())

    def is_untouched(self, assignment: Assignment) -> bool:
        """Whether nobody asked for the suite by name, and the submission has nothing of it."""
        submission, tasks = assignment.submission, assignment.suite.tasks
        return self.takes_every_suite and not any(
            submission.speaks_of(task.name, backend)
            for task in tasks
            for backend in submission.backends
        )

    @contextmanager
    def telling(self, item: TimingItem) -> Iterator[Callable[[str], None]]:
        """What a long timing tells of its progress, on a terminal; nothing elsewhere."""
        if self.status_line is None or self.grader.settings.timing != "full":
            yield lambda what: None
            return
        timings = [each for each in item.session.items if isinstance(each, TimingItem)]
        progress = self.progress = self.progress or TimingProgress(len(timings))
        progress.begin(timings.index(item) + 1, f"{item.assignment.task.name} {item.name}")
        line = self.status_line
        try:
            yield lambda what: line.show(progress.line(what, line.width))
        finally:
            progress.end()
            line.remove()

    # -- the run as pytest sees it ----------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        xdist.hand_seed(node, self.grader.settings.seed)

    def pytest_report_header(self) -> list[str]:
        header = [
            f"benchharness: {len(self.submissions)} submission(s), suites: "
            + ", ".join(suite.name for suite in self.suites)
        ]
        told_of_gpus = [f"left out: {problem}" for problem in self.grader.devices.left_out]
        told = (*self.told_of_past, *told_of_gpus, *self.problems)
        header += [f"benchharness: {each}" for each in told]
        if xdist.is_distributed(self.config) and self.config.option.bench_timing != "off":
            header.append("benchharness: timing is off under -n, where workers disturb each other")
        return header

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        made = [item for item in items_of(self, session) if self.arguments.select(item)]
        items[:0] = made
        report = pytest.CollectReport("benchharness", "passed", None, list(made))
        config.hook.pytest_collectreport(report=report)

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        """What is wrong with the checks themselves, before a submission is asked anything."""
        asked = (
            (item.assignment.suite, item.assignment.task, item.check, item.assignment.backend)
            for item in items
            if isinstance(item, CheckItem)
        )
        left = "mend the suite: until then the check's points are left out"
        return [f"benchharness: {told}; {left}" for told in mistakes(self.grader.casebook, asked)]

    # -- what the items report --------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if isinstance(item, BenchItem) and item.entry is not None and report.when == "call":
            workers = self.grader.workers
            result = (item.entry, workers.isolation, workers.versions)
            # Reports travel between pytest's own processes as built-in values only.
            report.benchharness = pickle.dumps(result)  # type: ignore[attr-defined]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "benchharness") and not xdist.is_worker(self.config):
            entry, self.isolation, versions = pickle.loads(report.benchharness)
            self.versions |= versions
            self.ledger.add(entry)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
        if xdist.is_worker(self.config) or not self.ledger.entries or interrupted:
            self.grader.close()
            return
        ceilings = self.grader.ceilings()
        self.grader.close()
        assert self.isolation is not None
        seed = self.grader.settings.seed
        run = record(seed, self.ledger.submissions(), self.isolation, self.versions, ceilings)
        try:
            self._write_results(run)
            self.run = run
        except HarnessError as problem:
            self.problems.append(str(problem))
        statuses = [task.status for s in run.submissions for task in s.tasks]
        if Status.HARNESS_FAILED in statuses or self.problems:
            session.exitstatus = ExitCode.HARNESS_FAILED
        elif session.exitstatus == 0 and self._is_under_minimum(run):
            session.exitstatus = ExitCode.NOT_PASSED

    def _is_under_minimum(self, run: Run) -> bool:
        return any(s.percent < self.minimum for s in run.submissions)

    def _write_results(self, run: Run) -> None:
        from benchharness.pytest_plugin.results import write_results

        write_results(run, self.config)
        if self.github:
            self.github.take(run, self.config.rootpath)

    @pytest.hookimpl(trylast=True)  # below pytest-benchmark's tables, where students look
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.run is None and not self.problems:
            return
        terminalreporter.section("benchharness")
        if self.run is not None:
            from benchharness.pytest_plugin.results import show_summary

            show_summary(self.run, terminalreporter, self.tolerated)
        for problem in self.problems:
            terminalreporter.write_line(f"benchharness: {problem}", red=True)

    def pytest_unconfigure(self) -> None:
        self.grader.close()
