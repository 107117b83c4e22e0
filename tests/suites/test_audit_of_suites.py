"""
Every bundled suite is fair and strict, as `benchharness audit` finds out.

Right submissions of frameworks that are not installed here are left out.
"""

import os

import pytest

from benchharness.audit.run import AuditSettings, audit, installed_backends
from benchharness.suite.load import bundled_suites, find_suite, load_suite

SUITES = [load_suite(find_suite(name)) for name in bundled_suites()]
TASKS = [(suite.name, task.name) for suite in SUITES for task in suite.tasks]
EVERY_TASK = pytest.mark.parametrize("task", TASKS, ids=": ".join)
SEEDS = 5
"""`benchmarks/graders_graded.py` takes 20, and 200 for right submissions."""


@pytest.fixture(scope="module")
def audited():
    """The audits of all tasks, by suite and name."""
    settings = AuditSettings(seeds=SEEDS, backends=installed_backends(), jobs=os.cpu_count() or 1)
    return {(found.suite, found.task): found for found in audit(SUITES, settings)}


@EVERY_TASK
def test_right_is_accepted_and_wrong_is_rejected_and_named(audited, task):
    assert audited[task].problems == ()


@EVERY_TASK
def test_mutants_of_the_reference_are_killed_or_equivalent(audited, task):
    assert [(mutant.original, mutant.becomes) for mutant in audited[task].survivors] == []


@EVERY_TASK
def test_task_has_misconceptions_and_right_submissions_of_several_kinds(audited, task):
    found = audited[task]

    assert found.misconceptions >= 4
    assert len(found.accepted) >= 2
