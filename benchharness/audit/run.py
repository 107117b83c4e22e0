"""An audit of several suites, task by task, on several processes."""

from __future__ import annotations

import atexit
import importlib.util
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from benchharness.audit.examine import Examiner, TaskAudit
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings
from benchharness.suite.load import load_suite
from benchharness.suite.task import Suite
from benchharness.worker.backends import BACKENDS

__all__ = ["AuditSettings", "audit", "installed_backends"]


@dataclass(frozen=True)
class AuditSettings:
    """
    How thorough an audit is: its seeds 0, 1, ..., the backends, mutants or none, processes.

    Right submissions may be tried under more seeds than the rest; 0 means as many.
    """

    seeds: int = 20
    right_seeds: int = 0
    backends: tuple[str, ...] = BACKENDS
    mutants: bool = True
    jobs: int = 1


def installed_backends() -> tuple[str, ...]:
    """The backends whose framework can be imported here."""
    return tuple(name for name in BACKENDS if importlib.util.find_spec(name))


def audit(suites: Sequence[Suite], settings: AuditSettings) -> Iterator[TaskAudit]:
    """The audits of all tasks of the suites, each as soon as it is done."""
    work = [(suite.folder, task.name) for suite in suites for task in suite.tasks]
    with ProcessPoolExecutor(settings.jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_examined, folder, name, settings) for folder, name in work]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _examined(folder: Path, task_name: str, settings: AuditSettings) -> TaskAudit:
    suite = _suite(folder)
    (task,) = (task for task in suite.tasks if task.name == task_name)
    return _examiner(settings).examine(suite, task)


@cache
def _suite(folder: Path) -> Suite:
    return load_suite(folder)


@cache
def _examiner(settings: AuditSettings) -> Examiner:
    """One for each process, so that a framework is imported once."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    grader = Grader(Settings(seed=0, timing="off"), [])
    atexit.register(grader.close)
    return Examiner(
        grader,
        settings.seeds,
        settings.backends,
        mutate=settings.mutants,
        right_seeds=settings.right_seeds,
    )
