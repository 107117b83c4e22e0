"""
`pytest --bench`: grading and timing as ordinary pytest items.

Only options are declared unless `--bench` is given; everything else is imported then. Submissions
are never collected by pytest's own means, which would import them into this process: the items
are made here, and each of them only shows what the grader found.
"""

from __future__ import annotations

import itertools
import os
import pickle
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from benchharness.outcomes import CheckVerdict, Isolation, Run, Timing
    from benchharness.runner.grader import Assignment, Grader
    from benchharness.runner.grading import TaskGrading
    from benchharness.runner.ledger import Entry
    from benchharness.suite.task import Check, Workload

__all__: list[str] = []

_PATH_OPTIONS = ("--submission", "--suite", "--bench-json", "--bench-html", "--bench-gradescope")
_USAGE, _HARNESS_FAILED = 2, 3
_USUAL_REPORT = "fE"
_USUAL_SUBMISSIONS = ("submission.py", "submission", "submission.ipynb")


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
    group.addoption("--bench-device", default="all", metavar="cpu|cuda|all")
    group.addoption("--bench-timing", default="quick", metavar="off|quick|full")
    group.addoption("--bench-seed", metavar="N", help="repeat a run's inputs")
    group.addoption("--bench-timeout", default="10", metavar="SECONDS", help="for each call")
    group.addoption("--bench-memory", default="2048", metavar="MIB")
    group.addoption("--bench-sandbox", default="auto", metavar="auto|strict|process|off")
    group.addoption("--bench-json", metavar="PATH", help="default: bench-results/run.json")
    group.addoption("--bench-html", metavar="PATH", help="default: bench-results/report.html")
    group.addoption("--bench-gradescope", metavar="PATH", help="a Gradescope results.json")
    group.addoption("--bench-min-score", metavar="PERCENT", help="exit with 1 below it")
    parser.addini("bench_submission", "submissions to grade", type="args")
    parser.addini("bench_suites", "suites to grade them on", type="args")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    if early_config.known_args_namespace.bench:
        _start_again_where_misread(list(early_config.invocation_params.args))
    return (yield)


def _start_again_where_misread(given: list[str]) -> None:
    """
    Run `--submission PATH` again as `--submission=PATH`, unless PATH stands right here.

    As long as pytest has not loaded its plugins it takes such a PATH for one of the tests that it
    is to run, and looks beside it for its settings and its root folder: a pytest.ini that was
    handed in would be obeyed, and the one that stands here overlooked.
    """
    pairs = itertools.pairwise(given)
    misread = any(_is_elsewhere(Path(value)) for name, value in pairs if name in _PATH_OPTIONS)
    if misread and sys.argv[1:] == given and os.name == "posix":
        head = sys.orig_argv[1 : len(sys.orig_argv) - len(given)]
        os.execv(sys.executable, [sys.executable, *head, *_joined(given)])


def _is_elsewhere(path: Path) -> bool:
    folder = path if path.is_dir() else path.parent
    return path.exists() and folder.resolve() != Path.cwd()


def _joined(arguments: list[str]) -> Iterator[str]:
    """The arguments with `--name=value` for `--name value`, where the value is a path of ours."""
    rest = iter(arguments)
    for argument in rest:
        value = next(rest, None) if argument in _PATH_OPTIONS else None
        yield argument if value is None else f"{argument}={value}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bench_check: a check of benchharness")
    config.addinivalue_line("markers", "bench_timing: a timing of benchharness")
    if config.getoption("bench") and not config.option.help:
        config.pluginmanager.register(_configured(config), "benchharness-run")


def _configured(config: pytest.Config) -> BenchRun:
    from benchharness.errors import HarnessError, SuiteError, UsageError

    try:
        return BenchRun(config)
    except HarnessError as problem:
        ours = not isinstance(problem, (SuiteError, UsageError))
        code = _HARNESS_FAILED if ours else _USAGE
        pytest.exit(f"benchharness: {problem}", returncode=code)


def _minimum(text: str | None) -> float:
    """The least score in percent that ends a run well; 0 where none is asked for."""
    from benchharness.errors import UsageError

    minimum: float = _number("--bench-min-score", text or "0", float)
    if not 0 <= minimum <= 100:
        raise UsageError(f"--bench-min-score must lie in 0..100, got {text}")
    return minimum


def _number(option: str, text: str, kind: type[int] | type[float]) -> Any:
    from benchharness.errors import UsageError

    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise UsageError(f"{option} takes {wanted}, got {text!r}") from None


def _as_typed(path: Path) -> Path:
    """A path as a user in the working directory would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


class BenchRun:
    """One run of the harness inside a pytest session."""

    def __init__(self, config: pytest.Config) -> None:
        from benchharness.runner.grader import Grader
        from benchharness.runner.ledger import Ledger

        self.config = config
        if config.option.reportchars == _USUAL_REPORT:
            config.option.reportchars = ""  # the summary below says it better
        self.minimum = _minimum(config.option.bench_min_score)
        self.suites, broken = self._suites()
        self.problems = [f"left out: {problem}" for problem in broken]
        paths, self.node_ids, config.args = self._split_arguments()
        self.grader: Grader = Grader(self._settings(), self.suites)
        try:
            self.submissions = [self.grader.take_in(path) for path in paths]
        except BaseException:
            self.grader.close()
            raise
        self.ledger = Ledger()
        self.run: Run | None = None
        self.isolation: Isolation | None = None
        self.versions: dict[str, str] = {}

    def _settings(self) -> Any:
        from benchharness.errors import UsageError
        from benchharness.runner.settings import Settings

        option = self.config.option
        if option.bench_device == "cuda":
            raise UsageError("--bench-device cuda: timing on a GPU is not built yet; use cpu")
        if option.bench_device not in ("cpu", "all"):
            raise UsageError(
                f"--bench-device must be cpu, cuda or all; got {option.bench_device!r}"
            )
        seed = self._worker_input("bench_seed")
        if seed is None and option.bench_seed is not None:
            seed = _number("--bench-seed", option.bench_seed, int)
        values = {
            "timing": "off" if self._is_timing_off() else option.bench_timing,
            "sandbox": option.bench_sandbox,
            "timeout_s": _number("--bench-timeout", option.bench_timeout, float),
            "memory_mib": _number("--bench-memory", option.bench_memory, int),
        }
        return Settings(**values) if seed is None else Settings(seed=seed, **values)

    def _suites(self) -> tuple[list[Any], list[str]]:
        """The suites that can be used, and what is wrong with the others."""
        from benchharness.suite.load import bundled_suites, load_suites

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

    def _split_arguments(self) -> tuple[list[Path], list[str], list[str]]:
        """Submissions to take in, node ids that select among their items, pytest's own rest."""
        from benchharness.errors import UsageError

        config = self.config
        root = config.rootpath
        usual = [
            folder / name
            for folder in (Path.cwd(), root)
            for name in _USUAL_SUBMISSIONS
            if (folder / name).exists()
        ]
        paths = [Path(name) for name in config.getoption("submission") or ()] or [
            _as_typed(root / name) for name in config.getini("bench_submission") or usual[:1]
        ]
        if not paths:
            raise UsageError(
                "there is no submission: name one with --submission PATH, or call it "
                "submission.py (`benchharness new submission SUITE` writes a starter)"
            )
        if config.option.bench_gradescope and len(paths) > 1:
            raise UsageError(
                f"--bench-gradescope: is about one submission, this run has {len(paths)}"
            )
        given = config.args if config.args_source == pytest.Config.ArgsSource.ARGS else []
        ours = {arg: node_id for arg in given if (node_id := self._node_id(arg, paths))}
        rest = [arg for arg in given if arg not in ours]
        return list(dict.fromkeys(paths)), list(ours.values()), rest

    def _node_id(self, argument: str, paths: list[Path]) -> str | None:
        """The argument as a node id of ours, if it names a submission of this run."""
        named, separator, rest = argument.partition("::")
        place = (self.config.invocation_params.dir / named).resolve()
        shown = next((self._shown(path) for path in paths if path.resolve() == place), None)
        return shown and f"{shown}{separator}{rest}"

    def _is_timing_off(self) -> bool:
        option = self.config.option
        disabled = getattr(option, "benchmark_disable", False)
        enabled = getattr(option, "benchmark_enable", False)
        return self._is_distributed() or (disabled and not enabled)

    def _is_distributed(self) -> bool:
        return bool(getattr(self.config.option, "numprocesses", None)) or self._is_xdist_worker()

    def _is_xdist_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    def _worker_input(self, name: str) -> Any:
        return getattr(self.config, "workerinput", {}).get(name)

    # -- the run as pytest sees it ----------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["bench_seed"] = self.grader.settings.seed

    def pytest_report_header(self) -> list[str]:
        header = [
            f"benchharness: {len(self.submissions)} submission(s), suites: "
            + ", ".join(suite.name for suite in self.suites)
        ]
        header += [f"benchharness: {problem}" for problem in self.problems]
        if self._is_distributed() and self.config.option.bench_timing != "off":
            header.append("benchharness: timing is off under -n, where workers disturb each other")
        return header

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        made = [item for item in self._items(session) if self._is_selected(item)]
        items[:0] = made
        report = pytest.CollectReport("benchharness", "passed", None, list(made))
        config.hook.pytest_collectreport(report=report)

    def pytest_report_collectionfinish(self, items: Sequence[pytest.Item]) -> list[str]:
        """What is wrong with the checks themselves, before a submission is asked anything."""
        found = (item.mistake() for item in items if isinstance(item, CheckItem))
        return [f"benchharness: {mistake}" for mistake in dict.fromkeys(found) if mistake]

    def _is_selected(self, item: pytest.Item) -> bool:
        return not self.node_ids or any(
            item.nodeid == wanted or item.nodeid.startswith((f"{wanted}::", f"{wanted}["))
            for wanted in self.node_ids
        )

    def _items(self, session: pytest.Session) -> Iterator[pytest.Item]:
        for submission in self.submissions:
            shown = self._shown(Path(submission.path))
            page = SubmissionNode.from_parent(session, name=shown, nodeid=shown)
            assignments = self.grader.assignments(submission)
            names = [a.task.name for a in assignments]
            for assignment in assignments:
                task = assignment.task
                several = names.count(task.name) > 1
                name = f"{task.name}[{assignment.backend}]" if several else task.name
                suite = f"{shown}::{assignment.suite.name}"
                node = TaskNode.from_parent(page, name=name, nodeid=f"{suite}::{name}")
                node.grading, node.told = self.grader.grading(assignment), set()
                yield from self._task_items(node, assignment)

    def _task_items(self, node: TaskNode, assignment: Assignment) -> Iterator[pytest.Item]:
        for check in assignment.task.checks:
            item = CheckItem.from_parent(node, name=check.name)
            item.prepare(self, assignment, check)
            yield item
        if self.grader.settings.timing == "off":
            return
        for workload in assignment.task.workloads:
            for size in workload.sizes:
                timing = TimingItem.from_parent(node, name=f"{workload.name}[{size}]")
                timing.prepare(self, assignment, workload, size)
                yield timing

    def _shown(self, path: Path) -> str:
        root, path = self.config.rootpath, path.absolute()
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()

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
        if hasattr(report, "benchharness") and not self._is_xdist_worker():
            entry, self.isolation, versions = pickle.loads(report.benchharness)
            self.versions |= versions
            self.ledger.add(entry)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.grader.close()
        interrupted = session.exitstatus == pytest.ExitCode.INTERRUPTED
        if self._is_xdist_worker() or not self.ledger.entries or interrupted:
            return
        from benchharness.errors import HarnessError
        from benchharness.outcomes import Status
        from benchharness.runner.grader import record

        assert self.isolation is not None
        seed = self.grader.settings.seed
        run = record(seed, self.ledger.submissions(), self.isolation, self.versions)
        try:
            self._write_results(run)
            self.run = run
        except HarnessError as problem:
            self.problems.append(str(problem))
        statuses = [task.status for s in run.submissions for task in s.tasks]
        if Status.HARNESS_FAILED in statuses or self.problems:
            session.exitstatus = _HARNESS_FAILED
        elif session.exitstatus == 0 and self._is_under_minimum(run):
            session.exitstatus = 1

    def _is_under_minimum(self, run: Run) -> bool:
        return any(s.percent < self.minimum for s in run.submissions)

    def _write_results(self, run: Run) -> None:
        from benchharness.reporting.page import write_report
        from benchharness.reporting.run_json import write_run

        option = self.config.option
        write_run(run, self._place(option.bench_json, "run.json"))
        write_report(run, self._place(option.bench_html, "report.html"))
        if option.bench_gradescope:
            from benchharness.reporting.gradescope import write_gradescope

            write_gradescope(run, self._place(option.bench_gradescope, ""))

    def _place(self, named: str | None, usual: str) -> Path:
        folder = self.config.invocation_params.dir
        return folder / named if named else folder / "bench-results" / usual

    @pytest.hookimpl(trylast=True)  # below pytest-benchmark's tables, where students look
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.run is None and not self.problems:
            return
        terminalreporter.section("benchharness")
        if self.run is not None:
            self._show_summary(terminalreporter, self.run)
        for problem in self.problems:
            terminalreporter.write_line(f"benchharness: {problem}", red=True)

    def _show_summary(self, terminalreporter: pytest.TerminalReporter, run: Run) -> None:
        from benchharness.reporting.terminal import summary

        for line in summary(run):
            colour = {True: {"green": True}, False: {"red": True}, None: {}}[line.good]
            terminalreporter.write_line(line.text, bold=line.bold, **colour)
        report = self._place(self.config.option.bench_html, "report.html")
        terminalreporter.write_line(f"report: {report}", bold=True)

    def pytest_unconfigure(self) -> None:
        self.grader.close()


class SubmissionNode(pytest.Collector):
    """A submission in the tree of items; nothing of it is imported here."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return []


class TaskNode(pytest.Collector):
    """One task of a submission, with the misconceptions that were explained already."""

    grading: TaskGrading
    told: set[str]

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return []


class NotPassed(Exception):
    """Carries a verdict's text to pytest's report."""


class BenchItem(pytest.Item):
    """Something that the grader is asked for when pytest comes to it."""

    entry: Entry | None = None
    bench: BenchRun
    assignment: Assignment

    def record(self, check: CheckVerdict | None, timing: Timing | None = None) -> None:
        from benchharness.runner.grader import entry

        shown = self.nodeid.partition("::")[0]
        advice = self.bench.grader.advice(self.assignment)
        self.entry = entry(self.assignment, shown, check, timing, advice)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotPassed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        where = Path(self.nodeid.partition("::")[0])
        return where, 0, self.nodeid.replace("::", ": ")


class CheckItem(BenchItem):
    """One check of one task."""

    def prepare(self, bench: BenchRun, assignment: Assignment, check: Check) -> None:
        self.bench, self.assignment, self.check = bench, assignment, check
        self.add_marker("bench_check")

    def mistake(self) -> str | None:
        """What is wrong with the check, whatever the submission does."""
        assert isinstance(self.parent, TaskNode)
        return self.parent.grading.mistake(self.check)

    def runtest(self) -> None:
        from benchharness.outcomes import Status, Visibility
        from benchharness.reporting.terminal import failure_text

        assert isinstance(self.parent, TaskNode)
        verdict = self.parent.grading.grade(self.check)
        self.record(verdict)
        if verdict.status == Status.MISSING and self.bench.is_untouched(self.assignment):
            pytest.skip(f"nothing of the suite {self.assignment.suite.name} is defined")
        if verdict.status != Status.PASSED:
            told = self.parent.told
            again = verdict.misconception in told
            if verdict.visibility == Visibility.VISIBLE:
                told.add(verdict.misconception or verdict.name)
            raise NotPassed(f"{verdict.status}: {failure_text(verdict, again=again)}")


class TimingItem(BenchItem):
    """One workload of one task at one size, beside the reference."""

    fixturenames = ("benchmark",)
    """What makes it a benchmark for `--benchmark-only` and `--benchmark-skip`."""

    def prepare(
        self, bench: BenchRun, assignment: Assignment, workload: Workload, size: int
    ) -> None:
        self.bench, self.assignment = bench, assignment
        self.workload, self.size = workload, size
        self.add_marker("bench_timing")

    def runtest(self) -> None:
        from benchharness.outcomes import TimingStatus

        assert isinstance(self.parent, TaskNode)
        unfit = self.parent.grading.unfit_for_timing()
        if unfit:
            pytest.skip(unfit)
        try:
            timing = self.bench.grader.time(self.assignment, self.workload, self.size)
        except Exception as problem:
            where = f"workload {self.workload.name}: {type(problem).__name__}: {problem}"
            self.bench.problems.append(f"{self.assignment.task.name}: {where}")
            raise NotPassed(f"harness_failed: {where}") from problem
        self.record(None, timing)
        self._show_in_pytest_benchmark(timing)
        if timing.status in (TimingStatus.FAILED, TimingStatus.TAMPERED):
            raise NotPassed(f"{timing.status}: {timing.message}")

    def _show_in_pytest_benchmark(self, timing: Timing) -> None:
        session = getattr(self.config, "_benchmarksession", None)
        if session is not None and timing.samples_s:
            from benchharness.reporting.pytest_benchmark import show

            show(session, self, timing)
