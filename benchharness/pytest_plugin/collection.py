"""The items of a run, which stand in a tree like those that pytest collects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchharness.pytest_plugin.arguments import shown
from benchharness.pytest_plugin.items import (
    BenchItem,
    CheckItem,
    SubmissionNode,
    TaskNode,
    TimingItem,
)
from benchharness.runner.grader import Assignment

if TYPE_CHECKING:
    from benchharness.pytest_plugin.run import BenchRun

__all__ = ["items"]


def items(bench: BenchRun, session: pytest.Session) -> Iterator[BenchItem]:
    """Each check, and each workload at each size on each device, of each submission."""
    for submission in bench.submissions:
        name = shown(Path(submission.path), bench.config)
        page = SubmissionNode.from_parent(session, name=name, nodeid=name)
        assignments = bench.grader.assignments(submission)
        tasks = [each.task.name for each in assignments]
        for assignment in assignments:
            is_repeated = tasks.count(assignment.task.name) > 1
            node = _task_node(page, assignment, is_repeated=is_repeated)
            node.grading, node.told = bench.grader.grading(assignment), set()
            yield from _checks(bench, node, assignment)
            if bench.grader.settings.timing != "off":
                yield from _timings(bench, node, assignment)


def _task_node(page: SubmissionNode, assignment: Assignment, *, is_repeated: bool) -> TaskNode:
    task = assignment.task.name
    name = f"{task}[{assignment.backend}]" if is_repeated else task
    nodeid = f"{page.nodeid}::{assignment.suite.name}::{name}"
    return TaskNode.from_parent(page, name=name, nodeid=nodeid)


def _checks(bench: BenchRun, node: TaskNode, assignment: Assignment) -> Iterator[CheckItem]:
    for check in assignment.task.checks:
        item = CheckItem.from_parent(node, name=check.name)
        item.prepare(bench, assignment, check)
        yield item


def _timings(bench: BenchRun, node: TaskNode, assignment: Assignment) -> Iterator[TimingItem]:
    for device in bench.grader.devices.of(assignment.backend):
        place = "" if device.name == "cpu" else f"-{device.name}"
        for workload in assignment.task.workloads:
            for size in workload.sizes:
                item = TimingItem.from_parent(node, name=f"{workload.name}[{size}{place}]")
                item.prepare(bench, assignment, workload, size, device)
                yield item
