"""A comparison as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from markupsafe import Markup

from benchharness.comparison.drawings import (
    MOST_SERIES,
    MOST_TASKS_IN_FULL,
    Chart,
    Family,
    families,
    mean_chart,
    roofline_chart,
    task_charts,
    trace_chart,
)
from benchharness.comparison.earlier import Earlier, beside_earlier
from benchharness.comparison.means import Growth
from benchharness.comparison.sides import Cell, Side
from benchharness.comparison.sources import Source
from benchharness.comparison.summaries import Spread, Summary, summary
from benchharness.comparison.verdicts import Verdict
from benchharness.comparison.whole import ComparedPair, Comparison
from benchharness.comparison.words import (
    cell_name,
    decided,
    mean_text,
    needs,
    spread_joules,
    spread_ratio,
    spread_seconds,
    tally,
)
from benchharness.outcomes import Machine, Trace
from benchharness.reporting.badges import Badge
from benchharness.reporting.files import write_whole
from benchharness.reporting.plain_text import one_line, plain
from benchharness.reporting.progress import Tell, told
from benchharness.reporting.quantities import (
    counted,
    format_bytes,
    format_ratio,
    format_si,
    three_digits,
)
from benchharness.reporting.run_facts import Fact
from benchharness.reporting.run_json import read_run
from benchharness.reporting.templates import asset, policy_hash, render
from benchharness.timing.statistics import Comparison as Outcome

__all__ = ["render_page", "write_page"]

_MOST_PLAIN_ROWS = 500
_MOST_TRACES = 12
_MOST_ROOFS, _FEW_ROOFS = 4, 2
_BADGES = {
    Outcome.FASTER: Badge("faster", "▲", "good"),
    Outcome.SLOWER: Badge("slower", "▼", "bad"),
    Outcome.SAME: Badge("the same", "=", "quiet"),
    Outcome.INCONCLUSIVE: Badge("open", "?", "doubt"),
    None: Badge("not compared", "–", "quiet"),
}


@dataclass(frozen=True)
class SideRow:
    """How one side stands."""

    number: int
    label: str
    runs: str
    reference: str
    energy: str
    baseline: str
    ratio: str
    badge: Badge | None
    tally: str
    basis: str
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One machine, and the runs that were made on it."""

    name: str
    facts: tuple[Fact, ...]
    runs: str


@dataclass(frozen=True)
class GrowthRow:
    """How the time of a side grows at one workload."""

    workload: str
    side: str
    exponent: str
    sizes: str


@dataclass(frozen=True)
class EarlierRow:
    """A side at a workload beside an earlier version of its submission."""

    workload: str
    side: str
    version: str
    then: str
    ratio: str
    badge: Badge | None
    verdict: str


@dataclass(frozen=True)
class TaskPart:
    """The charts of one task or one suite; `of` is the task's suite."""

    anchor: str
    name: str
    of: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Head:
    """A column of the table of all results."""

    number: int
    name: str
    is_number: bool


@dataclass(frozen=True)
class Page:
    """What the template lays out."""

    title: str
    subtitle: str
    problems: tuple[str, ...]
    sides: tuple[SideRow, ...]
    has_energy: bool
    earlier: tuple[EarlierRow, ...]
    earlier_count: int
    mean: Chart | None
    cards: tuple[Card, ...]
    tasks: tuple[TaskPart, ...]
    roofs: tuple[Chart, ...]
    traces: tuple[Chart, ...]
    growth: tuple[GrowthRow, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    data: Markup


def write_page(comparison: Comparison, path: Path, *, tell: Tell = lambda *_: None) -> None:
    """Writes the comparison's page to `path`, whole or not at all."""
    write_whole(path, render_page(comparison, tell=tell))


def render_page(comparison: Comparison, *, tell: Tell = lambda *_: None) -> str:
    """The comparison's page as HTML; `tell` is told how many charts are drawn."""
    script = asset("table.js") + asset("comparison.js")
    page = _page(comparison)
    _wait_for(page, tell)
    return render(
        "comparison.html",
        page=page,
        style=asset("report.css") + asset("dashboard.css") + asset("comparison.css"),
        script=script,
        script_hash=policy_hash(script),
    )


def _wait_for(page: Page, tell: Tell) -> None:
    charts = [chart for part in page.tasks for chart in part.charts]
    charts += [*filter(None, [page.mean]), *page.roofs, *page.traces]
    for chart in told("drawing charts", charts, len(charts), tell):
        chart.drawing.result()


def _page(comparison: Comparison) -> Page:
    found = {
        (side.number, cell): summary(side, cell)
        for side in comparison.sides
        for cell in side.cells
    }
    groups = families(comparison.sides)
    tasks = tuple(_tasks(comparison, found, groups))  # first: they are drawn beside the rest
    mean = mean_chart(comparison)
    roofs = tuple(_roofs(comparison, found, groups))
    traces = tuple(_traces(comparison))
    machines = {side.facets.machine for side in comparison.sides}
    in_order = [
        (found[side.number, cell], comparison.verdicts.get((side.number, cell)))
        for cell in comparison.cells
        for side in comparison.sides
        if cell in side.cells
    ]
    heads = _heads(in_order)
    labels = {side.number: side.label for side in comparison.sides}
    earlier = list(beside_earlier(comparison))
    return Page(
        title=f"Comparison of {counted(len(comparison.sources), 'run')}",
        subtitle=" · ".join(
            (
                _dates(comparison.sources),
                counted(len(machines), "machine"),
                counted(len(comparison.rows), "timing"),
                f"margin {100 * comparison.margin:g} %",
            )
        ),
        problems=comparison.problems,
        sides=tuple(_sides(comparison)),
        has_energy=bool(comparison.energy_means),
        earlier=tuple(_earlier_row(labels, one) for one in earlier[:_MOST_PLAIN_ROWS]),
        earlier_count=len(earlier),
        mean=mean,
        cards=tuple(_cards(comparison)),
        tasks=tasks,
        roofs=roofs,
        traces=traces,
        growth=tuple(_growth(comparison, groups)),
        heads=heads,
        rows=tuple(_plain_row(labels, *row, heads) for row in in_order[:_MOST_PLAIN_ROWS]),
        count=len(in_order),
        data=_data(comparison, in_order),
    )


def _dates(sources: Sequence[Source]) -> str:
    days = sorted(source.run.created[:10] for source in sources)
    return days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def _sides(comparison: Comparison) -> Iterator[SideRow]:
    pairs: dict[int, ComparedPair] = {p.pairing.side.number: p for p in comparison.pairs}
    numbers = {side.number: n for n, side in enumerate(comparison.sides, start=1)}
    for n, side in enumerate(comparison.sides, start=1):
        pair = pairs.get(side.number)
        energy = comparison.energy_means.get(side.number)
        outcome = pair.mean.comparison if pair and pair.mean else None
        yield SideRow(
            number=n,
            label=one_line(side.label),
            runs=str(len(side.runs)),
            reference=mean_text(comparison.reference_means.get(side.number)),
            energy=mean_text(energy),
            baseline=f"{numbers[pair.pairing.baseline.number]}" if pair else "",
            ratio=mean_text(pair.mean) if pair else "",
            badge=_BADGES[outcome] if outcome else None,
            tally=tally(Counter(v.comparison for v in pair.verdicts)) if pair else "",
            basis=pair.pairing.basis.value if pair else "",
            differences=tuple(map(plain, pair.pairing.differences)) if pair else (),
        )


def _earlier_row(labels: Mapping[int, str], found: Earlier) -> EarlierRow:
    return EarlierRow(
        workload=cell_name(found.cell),
        side=one_line(labels[found.side]),
        version=found.version,
        then=spread_seconds(found.time_s),
        ratio=spread_ratio(found.ratio),
        badge=_BADGES[found.outcome] if found.outcome else None,
        verdict="" if found.outcome and found.verdict == found.outcome.value else found.verdict,
    )


def _cards(comparison: Comparison) -> Iterator[Card]:
    runs: dict[str, list[int]] = defaultdict(list)
    for side in comparison.sides:
        runs[side.facets.machine] += [r for r in side.runs if r not in runs[side.facets.machine]]
    for name, numbers in runs.items():
        sources = [comparison.sources[number] for number in numbers]
        named = ", ".join(one_line(source.name) for source in sources[:6])
        more = f" and {len(sources) - 6} more" if len(sources) > 6 else ""
        yield Card(name, tuple(_machine_facts(sources)), f"{named}{more}")


def _threads(device: str) -> str:
    """With how many threads a device's ceilings were reached, where that is a matter."""
    return " with one thread" if device == "cpu" else ""


def _machine_facts(sources: Sequence[Source]) -> Iterator[Fact]:
    machine: Machine = sources[0].run.machine
    yield Fact("processor", f"{machine.cpu}, {counted(machine.cores, 'core')}")
    yield Fact("memory", format_bytes(machine.memory_bytes))
    yield Fact("system", _all(source.run.machine.os for source in sources))
    if any(source.run.machine.governor for source in sources):
        yield Fact("governor", _all(source.run.machine.governor or "–" for source in sources))
    for gpu in machine.gpus:
        yield Fact("GPU", ", ".join(_gpu(gpu)))
    for device, ceilings in machine.ceilings.items():
        yield Fact(
            f"reaches, {device}",
            f"copies {format_si(ceilings.copy_bytes_per_s, 'B/s')}, matrix products "
            f"{format_si(ceilings.matmul_flop_per_s, 'FLOP/s')}{_threads(device)}",
        )
    names = dict.fromkeys(name for source in sources for name in source.run.versions)
    for name in names:
        yield Fact(name, _all(source.run.versions.get(name, "–") for source in sources))
    yield Fact("isolation", _all(source.run.isolation.tier for source in sources))


def _all(values: Any) -> str:
    return " or ".join(dict.fromkeys(values))


def _gpu(gpu: Mapping[str, object]) -> Iterator[str]:
    yield str(gpu.get("name", "unnamed"))
    memory, limit = gpu.get("memory_bytes"), gpu.get("power_limit_w")
    if isinstance(memory, int | float):
        yield format_bytes(memory)
    if isinstance(limit, int | float):
        yield f"limit {limit:.0f} W"
    if driver := gpu.get("driver"):
        yield f"driver {driver}"


def _tasks(
    comparison: Comparison, found: Mapping[tuple[int, Cell], Summary], groups: Sequence[Family]
) -> Iterator[TaskPart]:
    """A part for each task or, where each has one chart only, for each suite."""
    parts: dict[tuple[str, str], list[Chart]] = defaultdict(list)
    tasks = dict.fromkeys((cell.suite, cell.task) for cell in comparison.cells)
    in_full = len(tasks) <= MOST_TASKS_IN_FULL
    for suite, task in tasks:
        charts = task_charts(comparison, suite, task, found, groups, in_full=in_full)
        parts[suite, task if in_full else ""] += charts
    for n, ((suite, task), drawn) in enumerate(parts.items()):
        if drawn:
            yield TaskPart(f"t{n}", one_line(task or suite), suite if task else "", tuple(drawn))


def _roofs(
    comparison: Comparison, found: Mapping[tuple[int, Cell], Summary], groups: Sequence[Family]
) -> Iterator[Chart]:
    family = {side: group for group in groups for side in group.sides}
    largest: dict[Cell, Cell] = {}
    for cell in comparison.cells:
        largest[cell._replace(size=None)] = cell
    places: dict[tuple[str, str], list[Side]] = defaultdict(list)
    for side in comparison.sides:
        if side.facets.device in side.machine.ceilings:
            places[side.facets.machine, side.facets.device].append(side)
    few = _MOST_ROOFS if len(comparison.sides) <= MOST_SERIES else _FEW_ROOFS
    for (machine, device), sides in list(places.items())[:few]:
        shown = [
            (side.label, family[side.number].style, found[side.number, cell])
            for side in sides
            for cell in largest.values()
            if cell in side.cells
        ]
        if chart := roofline_chart(machine, device, sides[0].machine.ceilings[device], shown):
            yield chart


def _traces(comparison: Comparison) -> Iterator[Chart]:
    """The traces of the largest sizes, throttled ones first, read from the files once more."""
    known = [row for row in comparison.rows if row.timing.trace is not None]
    known.sort(key=lambda row: (not row.timing.throttled, -(row.timing.size or 0)))
    wanted = list({(row.side, row.cell): row for row in reversed(known)}.values())[::-1]
    labels = {side.number: side.label for side in comparison.sides}
    read: dict[int, dict[tuple[object, ...], Trace | None]] = {}
    for row in wanted[:_MOST_TRACES]:
        if row.run not in read:
            read[row.run] = _traces_of(comparison.sources[row.run])
        key = (row.submission.name, row.task.backend, row.timing.device, row.cell)
        trace = read[row.run].get(key)
        title = f"{row.task.task} {row.timing.workload} {row.timing.size}: {labels[row.side]}"
        if trace and (chart := trace_chart(title, trace, bool(row.timing.throttled))):
            yield chart


def _traces_of(source: Source) -> dict[tuple[object, ...], Trace | None]:
    return {
        (
            submission.name,
            task.backend,
            timing.device,
            Cell(task.suite, task.task, timing.workload, timing.size),
        ): timing.trace
        for submission in read_run(source.path).submissions
        for task in submission.tasks
        for timing in task.timings
    }


def _growth(comparison: Comparison, groups: Sequence[Family]) -> Iterator[GrowthRow]:
    """The exponents of each workload: of each side, or of many sides their median and range."""
    of_side = {side: group for group in groups for side in group.sides}
    found: dict[tuple[Cell, str], list[Growth]] = defaultdict(list)
    for growth in sorted(comparison.growth, key=lambda growth: growth.cell[:3]):
        found[growth.cell, of_side[growth.side].label].append(growth)
    for (cell, label), growths in found.items():
        exponents = [growth.law.exponent for growth in growths]
        value, low, high = (
            (exponents[0].value, exponents[0].low, exponents[0].high)
            if len(exponents) == 1
            else (median(e.value for e in exponents), *_range(e.value for e in exponents))
        )
        smallest, _ = _range(growth.law.smallest for growth in growths)
        _, largest = _range(growth.law.largest for growth in growths)
        yield GrowthRow(
            workload=one_line(f"{cell.task} {cell.workload}"),
            side=one_line(label),
            exponent=f"{value:.2f} [{low:.2f}, {high:.2f}]",
            sizes=f"{smallest:g} to {largest:g}",
        )


def _range(values: Iterable[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


_HEADS = (
    "Workload",
    "Size",
    "Side",
    "Verdict",
    "Beside the baseline",
    "Beside the reference",
    "Time a call",
    "Energy a result",
    "Power",
    "Clock",
    "Under the roof",
)
_TEXTS = ("Workload", "Side", "Verdict")


def _heads(rows: Sequence[tuple[Summary, Verdict | None]]) -> tuple[Head, ...]:
    """The columns that there is something to say in."""
    empty = {
        "Verdict": not any(verdict or found.doubts for found, verdict in rows),
        "Beside the baseline": not any(verdict for _, verdict in rows),
        "Energy a result": not any(found.energy_j for found, _ in rows),
        "Power": not any(found.power_w for found, _ in rows),
        "Clock": not any(found.clock_mhz for found, _ in rows),
        "Under the roof": not any(found.placement for found, _ in rows),
    }
    return tuple(
        Head(number, head, head not in _TEXTS)
        for number, head in enumerate(_HEADS)
        if not empty.get(head)
    )


def _plain_row(
    labels: Mapping[int, str], found: Summary, verdict: Verdict | None, heads: Sequence[Head]
) -> tuple[str, ...]:
    place = found.placement
    cells = (
        f"{found.cell.task} {found.cell.workload}",
        "–" if found.cell.size is None else str(found.cell.size),
        labels[found.side],
        f"{decided(verdict)} {needs(verdict)}" if verdict else ", ".join(found.doubts),
        format_ratio(verdict.ratio.value, (verdict.ratio.low, verdict.ratio.high))
        if verdict and verdict.ratio
        else "–",
        spread_ratio(found.speed_ratio),
        spread_seconds(found.time_s),
        spread_joules(found.energy_j),
        "–" if found.power_w is None else f"{three_digits(found.power_w)} W",
        "–" if found.clock_mhz is None else f"{found.clock_mhz:.0f} MHz",
        "–" if place is None else f"{100 * place.share:.0f} %",
    )
    return tuple(one_line(cells[head.number]) if cells[head.number] else "" for head in heads)


def _data(comparison: Comparison, rows: Sequence[tuple[Summary, Verdict | None]]) -> Markup:
    """All rows for the script that sorts and filters: packed, since there may be thousands."""
    texts: dict[str, int] = {}
    sides = {side.number: n for n, side in enumerate(comparison.sides)}

    def known(text: str) -> int:
        return texts.setdefault(plain(text), len(texts))

    values = [
        [
            known(found.cell.suite),
            known(f"{found.cell.task} {found.cell.workload}"),
            found.cell.size,
            sides[found.side],
            *_of_verdict(verdict),
            known(_said(found, verdict)),
            *_numbers(found.speed_ratio),
            *_numbers(found.time_s),
            *_numbers(found.energy_j),
            _short(found.power_w),
            _short(found.clock_mhz),
            _short(found.placement.share if found.placement else None),
        ]
        for found, verdict in rows
    ]
    data = {
        "sides": [plain(side.label) for side in comparison.sides],
        "texts": list(texts),
        "outcomes": [[b.word, b.symbol, b.tone] for b in _BADGES.values()],
        "rows": values,
    }
    packed = zlib.compress(json.dumps(data, separators=(",", ":"), allow_nan=False).encode(), 6)
    return Markup(base64.b64encode(packed).decode("ascii"))


def _said(found: Summary, verdict: Verdict | None) -> str:
    if verdict is None:
        return ", ".join(found.doubts)
    return "; ".join(filter(None, (", ".join(verdict.doubts), needs(verdict))))


def _of_verdict(verdict: Verdict | None) -> list[float | None]:
    if verdict is None:
        return [None, None, None, None]
    outcome = list(_BADGES).index(verdict.comparison)
    if verdict.ratio is None:
        return [outcome, None, None, None]
    return [outcome, *map(_short, (verdict.ratio.value, verdict.ratio.low, verdict.ratio.high))]


def _numbers(spread: Spread | None) -> list[float | None]:
    return [None, None, None] if spread is None else [_short(value) for value in spread]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
