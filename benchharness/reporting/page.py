"""The report of a run as one HTML page that needs nothing beside itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from benchharness.content import content_root
from benchharness.outcomes import Isolation, Machine, Run
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import one_line, plain
from benchharness.reporting.quantities import counted, format_bytes
from benchharness.reporting.submission_page import SubmissionPage, submission_page

__all__ = ["render_report", "write_report"]


@dataclass(frozen=True)
class Fact:
    """A term and what it says."""

    term: str
    text: str


@dataclass(frozen=True)
class Page:
    """All that the templates lay out."""

    title: str
    created: str
    isolation_line: str
    is_isolated: bool
    submissions: tuple[SubmissionPage, ...]
    machine: tuple[Fact, ...]
    layers: tuple[str, ...]
    missing_layers: tuple[Fact, ...]
    versions: tuple[Fact, ...]


def write_report(run: Run, path: Path) -> None:
    """Writes the run's report to `path`, whole or not at all."""
    write_whole(path, render_report(run))


def render_report(run: Run) -> str:
    """The run's report as HTML, for students: what is to be shown later is not in it."""
    reports = content_root() / "reports"
    environment = Environment(
        loader=FileSystemLoader(reports / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain_output,
    )
    style = Markup((reports / "static" / "report.css").read_text(encoding="utf-8"))
    return environment.get_template("report.html").render(page=_page(run), style=style)


def _plain_output(value: object) -> object:
    """Every value on its way into a template, cleaned unless a template made it."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _page(run: Run) -> Page:
    return Page(
        title=_title(run),
        created=_date(run.created),
        isolation_line=_isolation_line(run.isolation),
        is_isolated=run.isolation.tier != "off",
        submissions=tuple(
            submission_page(f"s{number}", submission)
            for number, submission in enumerate(run.submissions, start=1)
        ),
        machine=_machine_facts(run.machine),
        layers=run.isolation.layers,
        missing_layers=tuple(Fact(layer, reason) for layer, reason in run.isolation.missing),
        versions=(
            *(Fact(name, version) for name, version in run.versions.items()),
            Fact("seed", str(run.seed)),
        ),
    )


def _title(run: Run) -> str:
    if len(run.submissions) == 1:
        return f"Report on {one_line(run.submissions[0].name)}"
    return f"Report on {len(run.submissions)} submissions"


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
