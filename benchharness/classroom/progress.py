"""How far a class is: a bar on a terminal, a line a submission elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from benchharness.classroom.run import Step
from benchharness.reporting.plain_text import no_orders, one_line
from benchharness.reporting.quantities import format_score

__all__ = ["shown"]


def shown(
    steps: Iterable[Step], total: int, console: Console, timed: Callable[[], str]
) -> Iterator[Step]:
    """The same steps; each is shown as it passes, and on a terminal what is `timed` just now."""
    if not console.is_terminal:
        for step in steps:
            print(no_orders(_line(step)), flush=True)
            yield step
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with _WithTiming(*columns, console=console, timed=timed) as progress:
        bar = progress.add_task("grading", total=total, rate="")
        for step in steps:
            speed = progress.tasks[0].speed
            rate = f"{60 * speed:.0f} a minute" if speed else ""
            name = escape(one_line(step.name)[:30])
            progress.update(bar, completed=step.done, rate=rate, description=name)
            yield step


class _WithTiming(Progress):
    """A bar, and a line below it while something is timed."""

    def __init__(
        self, *columns: ProgressColumn, console: Console, timed: Callable[[], str]
    ) -> None:
        self._timed = timed
        super().__init__(*columns, console=console)

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if line := self._timed():
            yield Text(f"timing {line}", no_wrap=True, overflow="ellipsis")


def _line(step: Step) -> str:
    place = f"{step.done} of {step.total}: {one_line(step.name)}"
    if step.row is None:
        return f"{place}: graded before"
    if step.row.problem:
        return f"{place}: {one_line(step.row.problem)}"
    return f"{place}: {step.row.status}, {format_score(step.row.score, step.row.max_score)} points"
