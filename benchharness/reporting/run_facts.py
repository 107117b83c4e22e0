"""When, where and behind what a run was made, as a page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from benchharness.outcomes import Isolation, Machine, Run
from benchharness.reporting.quantities import counted, format_bytes

__all__ = ["Fact", "RunFacts", "run_facts"]


@dataclass(frozen=True)
class Fact:
    """A term and what it says."""

    term: str
    text: str


@dataclass(frozen=True)
class RunFacts:
    """What every page says of its run."""

    created: str
    isolation_line: str
    is_isolated: bool
    machine: tuple[Fact, ...]
    layers: tuple[str, ...]
    missing_layers: tuple[Fact, ...]
    versions: tuple[Fact, ...]


def run_facts(run: Run) -> RunFacts:
    """The run without its submissions, ready to lay out."""
    return RunFacts(
        created=_date(run.created),
        isolation_line=_isolation_line(run.isolation),
        is_isolated=run.isolation.tier != "off",
        machine=_machine_facts(run.machine),
        layers=run.isolation.layers,
        missing_layers=tuple(Fact(layer, reason) for layer, reason in run.isolation.missing),
        versions=(
            *(Fact(name, version) for name, version in run.versions.items()),
            Fact("seed", str(run.seed)),
        ),
    )


def _machine_facts(machine: Machine) -> tuple[Fact, ...]:
    return (
        Fact("name", machine.name),
        Fact("system", machine.os),
        Fact("processor", machine.cpu),
        Fact("cores", str(machine.cores)),
        Fact("memory", format_bytes(machine.memory_bytes)),
        *(Fact("GPU", _gpu(gpu)) for gpu in machine.gpus),
    )


def _gpu(gpu: dict[str, object]) -> str:
    memory = gpu.get("memory_bytes")
    parts = [str(gpu.get("name", "unnamed"))]
    if isinstance(memory, int | float):
        parts.append(format_bytes(memory))
    if driver := gpu.get("driver"):
        parts.append(f"driver {driver}")
    return ", ".join(parts)


def _isolation_line(isolation: Isolation) -> str:
    if isolation.tier == "off":
        return "none: submissions ran unconfined"
    line = f"{isolation.tier}, {counted(len(isolation.layers), 'layer')}"
    return f"{line}, {len(isolation.missing)} not reached" if isolation.missing else line


def _date(created: str) -> str:
    """A moment as a reader says it; what is no ISO date stays as it came."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".rstrip()
