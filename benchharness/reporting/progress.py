"""How far something is: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

from rich.console import Console

__all__ = ["Tell", "shown_on", "told"]

_T = TypeVar("_T")
Tell: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""


@contextmanager
def shown_on(console: Console) -> Iterator[Tell]:
    """What shows how far it is, where the console is a terminal; the bar is gone at the end."""
    if not console.is_terminal:
        yield lambda what, done, total: None
        return
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bars = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(bars[what], completed=done)

        yield tell


def told(what: str, items: Iterable[_T], total: int, tell: Tell) -> Iterator[_T]:
    """The same items; how many are done is told before the first and after each."""
    tell(what, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        tell(what, done, total)
