"""A class from beginning to end: taken in, graded beside each other, written down, shown."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchharness import __version__
from benchharness.classroom.assignment import Assignment
from benchharness.classroom.intake import HandedIn, handed_in
from benchharness.classroom.notice import Notice
from benchharness.classroom.pool import Done, attempted, in_processes
from benchharness.classroom.store import Row, Store
from benchharness.errors import UsageError
from benchharness.outcomes import Graded, Run, Status, SubmissionVerdict, TaskVerdict
from benchharness.reporting.dashboard import write_dashboard
from benchharness.reporting.files import ends_with, write_whole
from benchharness.reporting.grades_csv import Grades
from benchharness.reporting.gradescope import results_text
from benchharness.reporting.junit import write_junit
from benchharness.reporting.page import render_report
from benchharness.reporting.run_json import from_json, run_text, to_json
from benchharness.reporting.students_view import for_students
from benchharness.reporting.templates import prepare
from benchharness.runner.grader import Grader, record
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Submission
from benchharness.suite.task import Suite

if TYPE_CHECKING:
    from benchharness.classroom.cluster import Cluster

__all__ = ["ClassRun", "Step", "counted_in"]

_FILES = {"run.json": "}\n", "report.html": "</html>", "gradescope.json": "}\n"}
"""What is written for each submission, and how it ends."""

_UNFINISHED = "unfinished"
"""The fact of a folder that some files may not be on the disk; since when the machine runs."""


@dataclass(frozen=True)
class Step:
    """One submission of a class is done; `row` is None where it was graded before."""

    name: str
    row: Row | None
    done: int
    total: int


@dataclass(frozen=True)
class _Work:
    """One submission that was taken in, or the problem with it."""

    handed: HandedIn
    submission: Submission | None
    problem: str
    fingerprint: str


class ClassRun:
    """
    One class in one folder of results; a context manager.

    Everybody gets the same inputs: the seed stays in the folder, so that a run that was
    interrupted goes on with it.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        suites: Sequence[Suite],
        settings: Settings,
        out: Path,
        *,
        assignment: Assignment | None = None,
        jobs: int = 1,
        resume: bool = True,
        is_seed_asked_for: bool = False,
        cluster: Cluster | None = None,
    ) -> None:
        """
        Take in what was handed in, and go on where an earlier run in `out` has stopped.

        It is graded by `jobs` processes here, or by a cluster. Of the assignment, what is due,
        speed and attempts count here; what it makes of suites and settings is the caller's to ask
        for.

        Raises
        ------
        UsageError
            If nothing was handed in, another run has `out`, or another seed is asked for than the
            class has.
        """
        self.suites = tuple(suites)
        self.out = out
        self._assignment = assignment or Assignment()
        self._jobs, self._cluster = jobs, cluster
        self._store = Store(out)
        self._scratch = Path(tempfile.mkdtemp(prefix="benchharness-"))
        try:
            seed = self._seed(settings.seed, is_seed_asked_for)
            self._intake = handed_in(paths, self._scratch, leave_out=[out])
            whole = self._whole_before()
            self._known = whole if resume else {}
            self._grader = Grader(replace(settings, seed=seed), suites)
            if not cluster:  # most submissions use it: its import is over when the first is read
                self._grader.workers.start(["numpy"])
            prepare()
        except BaseException:
            self._close_folders()
            raise
        self.total = len(self._intake)
        self.timed = Notice()
        self._unchanged: deque[str] = deque()
        self._common = _fingerprint(self.suites, self._grader.settings, self._assignment)

    @property
    def seed(self) -> int:
        """The seed of the class."""
        return self._grader.settings.seed

    def mistakes(self) -> list[str]:
        """What is wrong with the suites' checks, a line each; to be told before `steps`."""
        return self._grader.mistakes()

    def steps(self) -> Iterator[Step]:
        """Grade everybody; each submission is written down before its process begins another."""
        done = 0
        for each in self._on(self._cluster) if self._cluster else self._here():
            row = each.result or self._failed(each)
            self._store.add(row)
            self._clean_up(each.work)
            for name, new in (*((name, None) for name in self._told()), (row.name, row)):
                done += 1
                yield Step(name, new, done, self.total)
        for name in self._told():
            done += 1
            yield Step(name, None, done, self.total)

    def write_summaries(self) -> None:
        """`grades.csv`, `grades.json` and `index.html`, of everybody that the folder knows."""
        grades = Grades([suite.name for suite in self.suites])
        everybody = grades.each(self._everybody())
        write_dashboard(everybody, self.suites, self._recorded(), self.out / "index.html")
        grades.write(self.out)
        _flush_files()
        self._store.change(_UNFINISHED, "")

    def write_junit(self, path: Path) -> None:
        """JUnit XML of the same, for staff."""
        write_junit(self._everybody(), path)

    def close(self) -> None:
        """End all workers and let others have the folder."""
        self._grader.close()
        self._intake.close()
        self._close_folders()

    def __enter__(self) -> ClassRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _seed(self, seed: int, is_asked_for: bool) -> int:
        known = int(self._store.fact("seed", str(seed)))
        if is_asked_for and known != seed:
            raise UsageError(
                f"{self.out}: this class is graded with the seed {known}, not {seed}: everybody "
                "gets the same inputs; leave --seed out, or name another folder with -o"
            )
        return known

    def _whole_before(self) -> dict[str, str]:
        """
        What was graded by earlier runs and is whole, with its fingerprint; this run begins here.

        The files of a submission are on the disk some seconds after they are written, all of them
        when a run ends. After one that did not, on a machine that has been started anew, those
        that lost theirs are graded again, however many runs it takes until one ends.
        """
        known = self._store.fingerprints()
        unfinished = self._store.fact(_UNFINISHED, "")
        if not unfinished:
            self._store.change(_UNFINISHED, _since_start())
        if unfinished in ("", _since_start()):
            return known
        return {name: fingerprint for name, fingerprint in known.items() if self._is_whole(name)}

    def _is_whole(self, name: str) -> bool:
        folder = self.out / "submissions" / name
        return all(ends_with(folder / file, end) for file, end in _FILES.items())

    def _close_folders(self) -> None:
        self._store.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _here(self) -> Iterator[Done[_Work, Row]]:
        """Everybody graded by processes of this machine, which write the files as well."""
        workers = self._grader.workers
        return in_processes(
            self._prepared(), self._graded, self._jobs, version=lambda: workers.backends
        )

    def _on(self, cluster: Cluster) -> Iterator[Done[_Work, Row]]:
        """Everybody graded by a cluster; the files are written here."""
        work = self._work()
        settings = self._grader.settings
        for done in cluster.judged(work, lambda each: each.submission, self.suites, settings):
            if done.problem:
                yield Done(done.work, None, done.problem)
            else:
                run = done.result or self._unread(done.work)
                yield attempted(partial(self._written, run=run), done.work)

    def _prepared(self) -> Iterator[_Work]:
        """Whom there is to grade, each when the frameworks that are needed have been imported."""
        for work in self._work():
            if work.submission:
                self._grader.prepare(work.submission.backends or ["numpy"])
            yield work

    def _work(self) -> Iterator[_Work]:
        """Whom there is to grade."""
        for handed in self._intake:
            work = self._taken_in(handed)
            if self._known.get(handed.name) == work.fingerprint:
                self._unchanged.append(handed.name)
                self._clean_up(work)
                continue
            yield work

    def _taken_in(self, handed: HandedIn) -> _Work:
        submission, problem = None, handed.problem
        if handed.path is not None:
            try:
                taken = self._grader.staging.take_in(handed.path)
                submission = replace(taken, name=handed.name, path=handed.path.name)
            except UsageError as refused:
                problem = str(refused)
        content = submission.sha256 if submission else _digest(problem)
        return _Work(handed, submission, problem, f"{self._common}-{content}")

    def _clean_up(self, work: _Work) -> None:
        """Remove what was unpacked and staged for one submission."""
        shutil.rmtree(self._scratch / work.handed.name, ignore_errors=True)
        if work.submission:
            self._grader.staging.remove(work.submission)

    def _told(self) -> Iterator[str]:
        """Those that were graded before and are not told of yet."""
        while self._unchanged:
            yield self._unchanged.popleft()

    def _graded(self, work: _Work) -> Row:
        """One submission's row, made in a process of its own; its files are written before."""
        if not work.submission:
            return self._written(work, self._unread(work))
        tell = self.timed.of(work.handed.name)
        return self._written(work, self._recorded(self._grader.judged(work.submission, tell)))

    def _failed(self, done: Done[_Work, Row]) -> Row:
        """The row of a submission at which the harness has failed; it is tried again next time."""
        text = f"the harness failed: {done.problem}"
        lost = self._recorded(self._lost(done.work, Status.HARNESS_FAILED, text))
        return replace(self._written(done.work, lost), fingerprint="")

    def _unread(self, work: _Work) -> Run:
        """The run of a submission that could not be taken in."""
        return self._recorded(self._lost(work, Status.ERROR, work.problem))

    def _lost(self, work: _Work, status: Status, message: str) -> SubmissionVerdict:
        """The verdict where no task could be looked at; what is our fault costs nobody a point."""
        is_ours = status == Status.HARNESS_FAILED
        tasks = tuple(
            TaskVerdict(
                suite.name, task.name, "numpy", status, 0, 0 if is_ours else task.points, message
            )
            for suite in self.suites
            for task in suite.tasks
        )
        path = work.handed.path.name if work.handed.path else ""
        return SubmissionVerdict(work.handed.name, path, "", tasks)

    def _written(self, work: _Work, run: Run) -> Row:
        """The row of a run with one verdict, whose files are written before."""
        handed, (verdict,) = work.handed, run.submissions
        final = self._assignment.in_the_end(verdict, handed.student)
        for_student = self._assignment.in_the_end(for_students(verdict), handed.student)
        run = replace(run, submissions=(final,))
        shown = replace(run, submissions=(for_student,))
        folder = self.out / "submissions" / handed.name
        # Gradescope keeps back what is shown later, but for what is told of the whole.
        told = replace(final, notes=for_student.notes)
        texts = run_text(shown), render_report(shown), results_text(told)
        for name, text in zip(_FILES, texts, strict=True):
            write_whole(folder / name, text, at_once=False)
        graded = Graded(handed.name, dict(handed.student), final, work.problem)
        return Row(
            name=graded.name,
            fingerprint=work.fingerprint,
            student=graded.student,
            problem=graded.problem,
            score=final.score,
            max_score=final.max_score,
            status=graded.status,
            run=json.dumps(to_json(run), allow_nan=False),
        )

    def _recorded(self, *verdicts: SubmissionVerdict) -> Run:
        workers = self._grader.workers
        return record(self.seed, verdicts, workers.isolation, workers.versions)

    def _everybody(self) -> Iterator[Graded]:
        """Every submission that the folder knows, and which of a student's do not count."""
        attempts = self._assignment.attempts
        known = {}
        if attempts:
            percents = ((graded, graded.verdict.percent) for graded in _all_in(self._store))
            known = attempts.not_counted(percents)
        for graded in _all_in(self._store):
            yield replace(graded, not_counted=known.get(graded.name, ""))


def counted_in(out: Path) -> list[Graded]:
    """
    The submissions that count in a folder of results, for the exports.

    Where nothing is known of a student, the submission's name stands for the login.

    Raises
    ------
    UsageError
        If no class was graded into the folder.
    """
    try:
        told = json.loads((out / "grades.json").read_text("utf-8"))["submissions"]
    except (OSError, ValueError, KeyError) as problem:
        raise UsageError(
            f"{out}: holds no grades.json: grade a class with `benchharness grade ... -o {out}`"
        ) from problem
    left_out = {row["submission"] for row in told if row.get("not_counted")}
    with Store(out) as store:
        return [
            graded if graded.student else replace(graded, student={"login": graded.name})
            for graded in _all_in(store)
            if graded.name not in left_out
        ]


def _flush_files() -> None:
    """Have the system take to the disk what was written, and wait for it."""
    if hasattr(os, "sync"):
        os.sync()


@cache
def _since_start() -> str:
    """What tells this time that the machine is running from all others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # elsewhere than on Linux every time is taken for another
        return secrets.token_hex(16)


def _all_in(store: Store) -> Iterator[Graded]:
    for row in store.rows():
        run = from_json(json.loads(row.run), f"{store.folder}: {row.name}")
        yield Graded(row.name, row.student, run.submissions[0], row.problem)


def _fingerprint(suites: Sequence[Suite], settings: Settings, assignment: Assignment) -> str:
    """What all verdicts of a class depend on beside the submission."""
    facts = [__version__, repr(settings), repr(assignment.of_scores)]
    for suite in suites:
        for task in suite.tasks:
            checks = [(check.name, check.points, check.visibility) for check in task.checks]
            facts += [suite.name, str(task.signature), repr(checks), repr(task.forbidden)]
        files = {*suite.folder.glob("bench_*.py"), *(t.reference_file for t in suite.tasks)}
        facts += [file.read_text("utf-8") for file in sorted(files)]
    return _digest(*facts)


def _digest(*texts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        digest.update(f"{len(text)}\0{text}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
