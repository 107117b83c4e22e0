"""
Processes that grade the submissions of a class beside each other.

The grader is made once, with its fork-servers and all questions; on Linux each process is a fork
of it, so that a framework is imported once and the questions' memory is shared. A process that
dies takes one submission with it, which is tried again in a new one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

__all__ = ["Done", "attempted", "in_processes"]

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")
_TRIES = 2


@dataclass(frozen=True)
class Done(Generic[_Work, _Result]):
    """A piece of work that is over; where there is no result, `problem` says why."""

    work: _Work
    result: _Result | None
    problem: str = ""


def in_processes(
    work: Iterable[_Work],
    do: Callable[[_Work], _Result],
    jobs: int,
    *,
    version: Callable[[], object] = lambda: None,
) -> Iterator[Done[_Work, _Result]]:
    """
    Every piece of work done by one of `jobs` forked processes, each as soon as it is over.

    A process gets its next piece when what came of the last one has been dealt with. When what
    `version` returns has changed, because taking a piece has changed this process, its forks are
    made anew. Elsewhere than on Linux, where forking is unsafe, and with one job, everything
    happens in this process.
    """
    if jobs == 1 or sys.platform != "linux":
        for piece in work:
            yield attempted(do, piece)
        return
    crew = _Crew(work, do, version)
    gc.freeze()  # a collection in a fork would touch, and so copy, all that they share
    try:
        crew.fill(jobs)
        while crew.busy:
            crew.look_ahead()
            for process in crew.ready():
                done = process.ended()
                if done is None:
                    done = crew.lost(process)
                else:
                    crew.rest(process)
                if done is not None:
                    yield done
                crew.fill(jobs)
    finally:
        crew.close()
        gc.unfreeze()


class _Crew(Generic[_Work, _Result]):
    """The processes at work, those that wait for some, and the work that is still to be done."""

    def __init__(
        self,
        work: Iterable[_Work],
        do: Callable[[_Work], _Result],
        version: Callable[[], object],
    ) -> None:
        self.busy: dict[Connection, _Process[_Work, _Result]] = {}
        self._idle: list[_Process[_Work, _Result]] = []
        self._pending = iter(work)
        self._ahead: deque[_Work] = deque()
        self._again: deque[tuple[_Work, int]] = deque()
        self._do, self._version = do, version

    def fill(self, jobs: int) -> None:
        """Give work to as many processes as there may be."""
        while len(self.busy) < jobs:
            following = self._following()
            if following is None:
                return
            process = self._process()
            self.busy[process.pipe] = process
            process.begin(*following)

    def look_ahead(self) -> None:
        """Take the next piece while all are at work, for whoever is done first."""
        if not self._ahead:
            self._ahead.extend(islice(self._pending, 1))

    def ready(self) -> list[_Process[_Work, _Result]]:
        """Wait for processes that have something to say, or are gone."""
        ready = wait(list(self.busy))
        return [self.busy[pipe] for pipe in ready if isinstance(pipe, Connection)]

    def rest(self, process: _Process[_Work, _Result]) -> None:
        """A process is done with its work."""
        self._idle.append(self.busy.pop(process.pipe))

    def lost(self, process: _Process[_Work, _Result]) -> Done[_Work, _Result] | None:
        """A process is gone; its work is tried again, or given up."""
        self.busy.pop(process.pipe).close()
        if process.tries < _TRIES:
            self._again.append((process.work, process.tries + 1))
            return None
        return Done(process.work, None, "the grading process died, twice")

    def close(self) -> None:
        """End all processes."""
        for process in (*self.busy.values(), *self._idle):
            process.close()

    def _following(self) -> tuple[_Work, int] | None:
        if self._again:
            return self._again.popleft()
        self.look_ahead()
        return (self._ahead.popleft(), 1) if self._ahead else None

    def _process(self) -> _Process[_Work, _Result]:
        version = self._version()
        while self._idle:
            process = self._idle.pop()
            if process.version == version:
                return process
            process.close()
        others = [*self.busy, *(process.pipe for process in self._idle)]
        return _Process(self._do, others, version)


class _Process(Generic[_Work, _Result]):
    """One forked process, with one piece of work at a time."""

    def __init__(
        self, do: Callable[[_Work], _Result], others: list[Connection], version: object
    ) -> None:
        self.version = version
        self.pipe, theirs = multiprocessing.Pipe()
        # A fork that kept the parent's ends would keep its siblings from noticing that it is gone.
        parents = [self.pipe, *others]
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_serve, args=(theirs, do, parents), daemon=True)
        self._process.start()
        theirs.close()
        self.tries = 0
        self.work: _Work

    def begin(self, work: _Work, tries: int) -> None:
        self.work, self.tries = work, tries
        self.pipe.send(work)

    def ended(self) -> Done[_Work, _Result] | None:
        """What came of the work; None if the process has died over it."""
        try:
            done: Done[_Work, _Result] = self.pipe.recv()
        except (EOFError, OSError):
            return None
        return done

    def close(self) -> None:
        self.pipe.close()
        self._process.join(1.0)
        if self._process.is_alive():  # in the middle of work that nobody waits for any more
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, do: Callable[[_Work], _Result], parents: list[Connection]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    for connection in parents:
        connection.close()
    try:
        while True:
            pipe.send(attempted(do, pipe.recv()))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # what the parent owns is the parent's to clean up


def attempted(do: Callable[[_Work], _Result], work: _Work) -> Done[_Work, _Result]:
    """A piece of work done here and now; what it raises becomes the problem."""
    try:
        return Done(work, do(work))
    except Exception as problem:
        frame = traceback.extract_tb(problem.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
        return Done(work, None, f"{type(problem).__name__}: {problem} ({place})")
