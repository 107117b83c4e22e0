"""The audit of every bundled suite: misconceptions, right submissions over many seeds, mutants."""

from __future__ import annotations

import os
from dataclasses import asdict

from measuring import say
from results import Figure, Goal, Result

from benchharness.audit.examine import TaskAudit
from benchharness.audit.run import AuditSettings, audit, installed_backends
from benchharness.suite.load import bundled_suites, load_suites

_SEEDS, _RIGHT_SEEDS = 20, 200


def measure(*, quick: bool) -> Result:
    """Shares of what is wrong that is rejected and named, and of what is right that passes."""
    suites, broken = load_suites(bundled_suites())
    assert not broken, broken
    settings = AuditSettings(
        seeds=2 if quick else _SEEDS,
        right_seeds=3 if quick else _RIGHT_SEEDS,
        backends=installed_backends(),
        jobs=os.cpu_count() or 1,
    )
    found = []
    for task_audit in audit(suites, settings):
        say(f"{task_audit.suite}: {task_audit.task}")
        found.append(task_audit)
    found.sort(key=lambda task_audit: (task_audit.suite, task_audit.task))
    return Result(
        title="The graders, graded: `benchharness audit` on all suites",
        figures=_figures(found, settings),
        notes=(
            "A misconception counts when every seed rejects it in float64 and in float32, fails "
            "the same checks, and names it and no other. Right submissions are "
            "`suites/*/accepted/`, each graded in the sandbox in its own backend. Surviving "
            "mutants that are equivalent are listed with the reason in "
            "`suites/*/equivalent_mutants.toml`.",
        ),
        data={"tasks": [_facts(task_audit) for task_audit in found]},
    )


def _figures(found: list[TaskAudit], settings: AuditSettings) -> tuple[Figure, ...]:
    misconceptions = sum(task.misconceptions for task in found)
    unsound = sum(len(_about(task, "misconception ")) for task in found)
    right = sum(len(task.accepted) for task in found)
    lost = sum(len(_about(task, "accepted/")) for task in found)
    stubs = sum(task.stubs for task in found)
    earning = sum(len(_about(task, "stub, ")) for task in found)
    mutants = sum(task.mutants for task in found)
    survivors = sum(len(task.survivors) for task in found)
    equivalent = sum(task.equivalent for task in found)
    return (
        _share("misconceptions rejected and named", misconceptions - unsound, misconceptions, 1.0,
               f"{len(found)} tasks, {settings.seeds} seeds, two precisions"),
        _share("right submissions that pass", right - lost, right, 1.0,
               f"task by task, {settings.right_seeds} seeds, {', '.join(settings.backends)}"),
        _share("stubs that earn nothing", stubs - earning, stubs, 1.0,
               f"{settings.seeds} seeds"),
        _share("mutants killed, of those not equivalent", mutants - equivalent - survivors,
               mutants - equivalent, 0.98, f"{equivalent} of {mutants} are equivalent"),
    )  # fmt: skip


def _about(task: TaskAudit, start: str) -> list[str]:
    return [problem for problem in task.problems if problem.startswith(start)]


def _share(what: str, good: int, total: int, least: float, detail: str) -> Figure:
    share = good / total if total else 0.0
    said = f"{100 * least:g} %" if least == 1 else f"at least {100 * least:g} %"
    goal = Goal(least, said, "share", at_least=True)
    return Figure(what, share, f"{good} of {total} ({100 * share:.2f} %)", goal, detail)


def _facts(task: TaskAudit) -> dict[str, object]:
    facts = asdict(task)
    for survivor in facts["survivors"]:
        del survivor["source"]
    return facts
