"""What an audit found, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from benchharness.audit.examine import TaskAudit
from benchharness.audit.mutants import Mutant
from benchharness.worker.backends import BACKENDS

__all__ = ["as_json", "as_text", "is_sound"]

_HEADINGS = (
    "task", "points", "misconceptions", "stubs", "accepted", "mutants killed", "grading",
)  # fmt: skip
_LEAST_KILLED = 0.98


def is_sound(found: Sequence[TaskAudit]) -> bool:
    """Whether everything holds that an audit asks for, and at least 98 % of mutants are killed."""
    return not any(audit.problems for audit in found) and _share_killed(found) >= _LEAST_KILLED


def as_text(found: Sequence[TaskAudit], backends: Sequence[str]) -> str:
    """A table of all tasks, then what does not hold, then the mutants that survive."""
    rows = [_HEADINGS, *map(_row, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    for audit in found:
        lines += [f"problem: {audit.suite}: {audit.task}: {text}" for text in audit.problems]
    for audit in found:
        lines += [_survivor(audit, mutant) for mutant in audit.survivors]
    lines += ["", *_conclusion(found)]
    lines += dict.fromkeys(note for audit in found for note in audit.notes)
    if missing := [name for name in BACKENDS if name not in backends]:
        lines.append(f"not tried, for want of the framework: submissions in {', '.join(missing)}")
    return "\n".join(lines)


def as_json(found: Sequence[TaskAudit]) -> str:
    """The audits, whole; of a surviving mutant all but the module that it was made from."""
    tasks = [asdict(audit) for audit in found]
    for task in tasks:
        for survivor in task["survivors"]:
            del survivor["source"]
    return json.dumps({"sound": is_sound(found), "tasks": tasks}, indent=2)


def _row(audit: TaskAudit) -> tuple[str, ...]:
    problems = " ".join(audit.problems)
    wrong = sum(
        1 for text in audit.problems if text.startswith("misconception ")
    )  # one problem each at most for a precision
    mutants = f"{audit.killed}/{audit.mutants}" if audit.mutants else "-"
    if audit.equivalent:
        mutants += f" + {audit.equivalent} equivalent"
    return (
        f"{audit.suite}: {audit.task}",
        f"{audit.points:g}",
        f"{audit.misconceptions}" + (f" ({wrong} problems)" if wrong else ""),
        f"{audit.stubs}" + (" (some earn points)" if "stub, " in problems else ""),
        f"{len(audit.accepted)}" + (" (some fail)" if "accepted/" in problems else ""),
        mutants,
        f"{1e3 * audit.grading_s:.0f} ms",
    )


def _survivor(audit: TaskAudit, mutant: Mutant) -> str:
    return (
        f"survives: {audit.suite}: {audit.task}: {mutant.function}, line {mutant.line}: "
        f"{mutant.original}  ->  {mutant.becomes}"
    )


def _conclusion(found: Sequence[TaskAudit]) -> list[str]:
    problems = sum(len(audit.problems) for audit in found)
    misconceptions = sum(audit.misconceptions for audit in found)
    seeds = max((audit.seeds for audit in found), default=0)
    lines = [
        f"{len(found)} tasks, {misconceptions} misconceptions, {seeds} seeds: "
        + (f"{problems} problems" if problems else "no problem")
    ]
    if any(audit.mutants for audit in found):
        share = 100 * _share_killed(found)
        total = sum(audit.mutants for audit in found)
        lines.append(f"{total} mutants of the references: {share:.2f} % killed or equivalent")
    return lines


def _share_killed(found: Sequence[TaskAudit]) -> float:
    total = sum(audit.mutants for audit in found)
    return 1 - sum(len(audit.survivors) for audit in found) / total if total else 1.0
