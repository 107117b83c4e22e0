"""`run.json`: a run as other programs read it and as it is read back, and its schema."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from benchharness.errors import UsageError
from benchharness.outcomes import (
    Against,
    Ceilings,
    CheckVerdict,
    Isolation,
    Machine,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Timing,
    TimingStatus,
    Visibility,
)
from benchharness.reporting.document import (
    COUNT,
    INTERVAL,
    NUMBER,
    NUMBERS,
    TEXT,
    Node,
    parsed,
    word_of,
)
from benchharness.reporting.energy_json import read_energy
from benchharness.reporting.files import write_whole

__all__ = [
    "OF_TIMING",
    "SCHEMA_NAME",
    "from_json",
    "read_details",
    "read_run",
    "run_schema",
    "run_text",
    "to_json",
    "write_run",
]

SCHEMA_NAME = "benchharness.run/1"
_INTERVALS = ("ci95_s", "reference_ci95_s", "speed_ratio_ci95", "energy_ratio_ci95")
_SAMPLES = ("samples_s", "reference_samples_s")
_TEXTS = ("message", "comparison", "reference_backend", "reference_device", "precision")
_COUNTS = ("size", "calls", "verified_calls", "rounds", "peak_memory_bytes", "data_bytes")
_NUMBERS = (
    "median_s",
    "raw_median_s",
    "null_median_s",
    "reference_median_s",
    "reference_raw_median_s",
    "reference_null_median_s",
    "speed_ratio",
    "device_median_s",
    "reference_device_median_s",
    "contaminated_share",
    "operations",
    "energy_j",
    "energy_reference_j",
    "energy_ratio",
    "power_w",
    "clock_mhz",
    "temperature_c",
)
_OF_EVERY_TIMING = ("workload", "device", "status")
OF_TIMING = {
    "workload": TEXT,
    "device": TEXT,
    "status": word_of(TimingStatus),
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(_COUNTS, COUNT),
    **dict.fromkeys(_NUMBERS, NUMBER),
    **dict.fromkeys(_INTERVALS, INTERVAL),
    **dict.fromkeys(_SAMPLES, NUMBERS),
}
_OF_AGAINST = {
    **dict.fromkeys(("message", "comparison"), TEXT),
    **dict.fromkeys(("margin", "median_s", "speed_ratio"), NUMBER),
    **dict.fromkeys(("ci95_s", "speed_ratio_ci95"), INTERVAL),
    "rounds": COUNT,
}
_OF_SOME_MACHINES = ("governor", "ceilings")
_LEFT_OUT_WHERE_EMPTY = ("throttle_reasons", "not_measured")


def write_run(run: Run, path: Path) -> None:
    """Write `run.json`, whole or not at all."""
    write_whole(path, run_text(run))


def run_text(run: Run) -> str:
    """The text of `run.json`: one line, since to lay it out takes ten times as long."""
    return json.dumps(to_json(run), ensure_ascii=False, allow_nan=False) + "\n"


@cache
def run_schema() -> dict[str, Any]:
    """The JSON Schema of `run.json`, as it is published with the package."""
    text = resources.files("benchharness.reporting").joinpath("run.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def to_json(run: Run) -> dict[str, Any]:
    """A run as plain JSON values; times in seconds, memory in bytes, finite numbers only."""
    return {
        "schema": SCHEMA_NAME,
        "created": run.created,
        "versions": run.versions,
        "machine": _machine(run.machine),
        "isolation": {
            "tier": run.isolation.tier,
            "layers": list(run.isolation.layers),
            "missing": dict(run.isolation.missing),
        },
        "seed": run.seed,
        "submissions": [_submission(submission) for submission in run.submissions],
    }


def read_run(path: Path) -> Run:
    """
    The run that `write_run` wrote, its pictures apart.

    Raises
    ------
    UsageError
        If the file cannot be read, or holds no run that this version understands.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: cannot be read: {problem}; name a run.json") from problem
    return from_json(parsed(text, str(path)), str(path))


def from_json(data: Any, name: str = "run.json", *, with_checks: bool = True) -> Run:
    """
    The run that `to_json` wrote, its pictures apart; what it does not know, it passes over.

    Without its checks where only the tasks and their timings are wanted: it takes a third of the
    time. Tasks may have been read already, as `run_decoder.document_of` does.

    Raises
    ------
    UsageError
        If it is another program's document, a newer one, or one with something missing or
        misplaced; the text names the document and the place in it.
    """
    document = Node(data, name)
    _refuse_other_schemas(document)
    machine, isolation = document["machine"], document["isolation"]
    return Run(
        created=document["created"].text(),
        versions={key: version.text() for key, version in document["versions"].entries()},
        machine=Machine(
            name=machine["name"].text(),
            os=machine["os"].text(),
            cpu=machine["cpu"].text(),
            cores=machine["cores"].count(),
            memory_bytes=machine["memory_bytes"].count(),
            gpus=tuple(gpu.object() for gpu in machine["gpus"].items()),
            governor=governor.text() if (governor := machine.get("governor")) else None,
            ceilings={key: _read_ceilings(node) for key, node in _entries(machine, "ceilings")},
        ),
        isolation=Isolation(
            tier=isolation["tier"].text(),
            layers=tuple(layer.text() for layer in isolation["layers"].items()),
            missing=tuple((key, why.text()) for key, why in _entries(isolation, "missing")),
        ),
        seed=document["seed"].count(),
        submissions=tuple(
            _read_submission(node, with_checks) for node in document["submissions"].items()
        ),
    )


def _refuse_other_schemas(document: Node) -> None:
    schema = document.get("schema")
    found = schema.value if schema else None
    if found == SCHEMA_NAME:
        return
    family = SCHEMA_NAME.partition("/")[0] + "/"
    if isinstance(found, str) and found.startswith(family):
        raise UsageError(
            f"{document.where}: is a {found[:40]} document, this version reads {SCHEMA_NAME}; "
            "use the benchharness that wrote it, or a newer one"
        )
    raise UsageError(
        f"{document.where}: is no run of benchharness: its `schema` is not {SCHEMA_NAME!r}; "
        "name a run.json"
    )


def _entries(node: Node, key: str) -> tuple[tuple[str, Node], ...]:
    found = node.get(key)
    return found.entries() if found else ()


def _read_submission(node: Node, with_checks: bool) -> SubmissionVerdict:
    return SubmissionVerdict(
        name=node["name"].text(),
        path=node["path"].text(),
        sha256=node["sha256"].text(),
        tasks=tuple(_read_task(task, with_checks) for task in node["tasks"].items()),
        final=(node["score"].number(), node["max_score"].number()) if node.get("notes") else None,
        notes=tuple(note.text() for note in node["notes"].items()) if node.get("notes") else (),
    )


def _read_task(node: Node, with_checks: bool) -> TaskVerdict:
    if isinstance(node.value, TaskVerdict):
        return node.value
    summary = node.get("summary")
    return TaskVerdict(
        suite=node["suite"].text(),
        task=node["task"].text(),
        backend=node["backend"].text(),
        status=node["status"].word(Status),
        score=node["score"].number(),
        max_score=node["max_score"].number(),
        message=node["message"].text(),
        summary=summary.text() if summary else "",
        checks=tuple(map(_read_check, node["checks"].items())) if with_checks else (),
        timings=tuple(map(_read_timing, node["timings"].items())),
    )


def _read_check(node: Node) -> CheckVerdict:
    optional: dict[str, Any] = {
        key: found.text()
        for key in ("misconception", "explanation", "counterexample", "rerun")
        if (found := node.get(key))
    }
    return CheckVerdict(
        name=node["name"].text(),
        status=node["status"].word(Status),
        score=node["score"].number(),
        max_score=node["max_score"].number(),
        message=node["message"].text(),
        visibility=node["visibility"].word(Visibility),
        seconds=node["seconds"].number(),
        **optional,
    )


def _read_ceilings(node: Node) -> Ceilings:
    return Ceilings(node["copy_bytes_per_s"].number(), node["matmul_flop_per_s"].number())


def _read_timing(node: Node) -> Timing:
    values = node.optional(OF_TIMING, required=_OF_EVERY_TIMING)
    return Timing(**values, **read_details(node))


def read_details(timing: Node) -> dict[str, Any]:
    """The fields of a timing that are more than a value; those that are absent stay away."""
    found = read_energy(timing)
    if against := timing.get("against"):
        found["against"] = _read_against(against)
    return found


def _read_against(node: Node) -> Against:
    status = node.get("status")
    return Against(
        version=node["version"].text(),
        status=status.word(TimingStatus) if status else None,
        **node.optional(_OF_AGAINST),
    )


def _machine(machine: Machine) -> dict[str, Any]:
    values = {**asdict(machine), "gpus": list(machine.gpus)}
    return {key: value for key, value in values.items() if value or key not in _OF_SOME_MACHINES}


def _submission(submission: SubmissionVerdict) -> dict[str, Any]:
    return {
        "name": submission.name,
        "path": submission.path,
        "sha256": submission.sha256,
        "score": submission.score,
        "max_score": submission.max_score,
        "tasks": [_task(task) for task in submission.tasks],
        **({"notes": list(submission.notes)} if submission.notes else {}),
    }


def _task(task: TaskVerdict) -> dict[str, Any]:
    return {
        "suite": task.suite,
        "task": task.task,
        "backend": task.backend,
        "status": task.status.value,
        "score": task.score,
        "max_score": task.max_score,
        "message": task.message,
        "summary": task.summary,
        "checks": [_check(check) for check in task.checks],
        "timings": [_timing(timing) for timing in task.timings],
    }


def _check(check: CheckVerdict) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status.value,
        "score": check.score,
        "max_score": check.max_score,
        "message": check.message,
        "misconception": check.misconception,
        "explanation": check.explanation,
        "counterexample": check.counterexample,
        "visibility": check.visibility.value,
        "seconds": check.seconds,
        "rerun": check.rerun,
    }


def _timing(timing: Timing) -> dict[str, Any]:
    """What was measured; a number that is absent or not finite is left out, never written as 0."""
    values = {**asdict(timing), "not_measured": dict(timing.not_measured)}
    for key in _LEFT_OUT_WHERE_EMPTY:
        if not values[key]:
            del values[key]
    return _measured(values)


def _measured(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _plain(value) for key, value in values.items() if value is not None and _finite(value)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return _measured(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _finite(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
