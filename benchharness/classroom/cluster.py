"""
A Dask cluster as one more way to grade a class: submissions out, runs with a verdict back.

Each submission is sent to one worker of our choosing, so that nobody gets one whose environment
has not been compared, and so that it is known over which submission a worker was lost.
"""

from __future__ import annotations

import logging
import pickle
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from benchharness.classroom.cluster_parcels import pack_class, pack_submission
from benchharness.classroom.cluster_worker import Answer, close_class, environment
from benchharness.classroom.pool import Done
from benchharness.errors import HarnessError, UsageError
from benchharness.outcomes import Run
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Submission
from benchharness.suite.task import Suite

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Cluster"]

_Work = TypeVar("_Work")
_CONNECT_S = 10.0
_PATIENCE_S = 60.0
_LOOK_S = 0.5
_MOST_LOSSES = 2
_CALL = "__import__('benchharness.classroom.cluster_worker', fromlist=['']).{}(*arguments)"
_SAME = "give client, scheduler and workers one environment (docs/cluster.md)"


class Cluster:
    """A connection to a Dask scheduler; a context manager."""

    def __init__(
        self,
        address: str,
        *,
        tell: Callable[[str], None] = lambda text: None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """
        Connect to a scheduler, which has to answer within seconds.

        `tell` is given one-line messages about workers; `patience_s` is how long to wait for a
        worker that can be used, or for the scheduler to come back.

        Raises
        ------
        UsageError
            If dask.distributed is not installed, or no scheduler is at the address.
        """
        self.address = address
        self.tell = tell
        self.patience_s = patience_s
        self.client = _connected(address)

    def judged(
        self,
        work: Iterable[_Work],
        submission_of: Callable[[_Work], Submission | None],
        suites: Sequence[Suite],
        settings: Settings,
    ) -> Iterator[Done[_Work, Run]]:
        """
        Every piece of work with the run that its submission gave, each as soon as it is over.

        A piece without a submission comes straight back without a run. No more is taken from
        `work` than the workers are busy with, and one piece. What was lost with a worker goes to
        another, once.

        Raises
        ------
        UsageError
            If no worker can be used, or none comes.
        HarnessError
            If all workers are gone, or the scheduler is, and do not come back in time.
        """
        crew: _Crew[_Work] = _Crew(self, work, submission_of, suites, settings)
        try:
            while True:
                yield from crew.fill()
                if crew.is_done:
                    return
                crew.look_around()
                yield from crew.arrived()
        finally:
            crew.close()

    def close(self) -> None:
        """Disconnect; what is still at work there is given up."""
        with suppress(Exception):
            self.client.close(timeout=_CONNECT_S)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class _Event(Generic[_Work]):
    """A call on a worker is over; `deal_with` takes what came of it."""

    worker: _Worker[_Work]
    deal_with: Callable[[_Worker[_Work], Future], None]
    future: Future


@dataclass(eq=False)
class _Sent(Generic[_Work]):
    """A piece of work, and how many workers were lost over it."""

    work: _Work
    submission: Submission
    losses: int = 0


@dataclass(eq=False)
class _Worker(Generic[_Work]):
    """
    A worker as we know it.

    It `has_class` when the class was sent to it, and `seats` when it may be given submissions; a
    refused one has a `problem`.
    """

    address: str
    seats: int = 0
    has_class: bool = False
    problem: str = ""
    sent: dict[str, tuple[Future, _Sent[_Work]]] = field(default_factory=dict)

    def has_room_for(self, losses: int) -> bool:
        """Work over which a worker was lost goes alone, so that it is known who is to blame."""
        if losses or any(sent.losses for _, sent in self.sent.values()):
            return self.seats > 0 and not self.sent
        return len(self.sent) < self.seats


class _Crew(Generic[_Work]):
    """The workers of a cluster while they grade one class."""

    def __init__(
        self,
        cluster: Cluster,
        work: Iterable[_Work],
        submission_of: Callable[[_Work], Submission | None],
        suites: Sequence[Suite],
        settings: Settings,
    ) -> None:
        self._cluster, self._client = cluster, cluster.client
        self._pending = iter(work)
        self._submission_of = submission_of
        self._settings = settings
        self._needs_gpu = settings.device == "cuda"
        self._key = secrets.token_hex(8)
        self._class = pickle.dumps(pack_class(suites, settings))
        self._workers: dict[str, _Worker[_Work]] = {}
        self._waiting: deque[_Sent[_Work]] = deque()
        self._given_up: deque[_Sent[_Work]] = deque()
        self._events: SimpleQueue[_Event[_Work]] = SimpleQueue()
        self._wanted = {name: v for name, v in environment().items() if v}
        self._has_been_accepted = False
        self._looked = float("-inf")
        self._last_seen = self._last_usable = time.monotonic()

    @property
    def is_done(self) -> bool:
        """Whether all work is over, when as much as possible was given out."""
        at_work = any(worker.sent for worker in self._workers.values())
        return not (at_work or self._waiting or self._given_up)

    def look_around(self) -> None:
        """See who has come and who is gone; raise when there has been nobody for too long."""
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        try:
            present = set(self._client.nthreads(callback_timeout=_CONNECT_S))
        except Exception as problem:
            has_given_up = self._client.status == "closed"
            if has_given_up or now - self._last_seen > self._cluster.patience_s:
                raise HarnessError(
                    f"the scheduler at {self._cluster.address} is gone; what is graded is kept: "
                    "the same command goes on where this was"
                ) from problem
            return
        self._last_seen = time.monotonic()
        for address in self._workers.keys() - present:
            self._forget(self._workers[address])
        for address in sorted(present - self._workers.keys()):
            worker = self._workers[address] = _Worker(address)
            self._submit(worker, self._offered, "offer")
        self._require_somebody()

    def fill(self) -> Iterator[Done[_Work, Run]]:
        """Give work to the workers that have room; work that needs none comes back."""
        while self._given_up:
            sent = self._given_up.popleft()
            yield Done(sent.work, None, f"{sent.losses} workers were lost over it")
        while True:
            if not self._waiting:
                yield from self._take()
            if not self._waiting or not (worker := self._with_room(self._waiting[0].losses)):
                return
            self._send(worker, self._waiting.popleft())

    def arrived(self) -> Iterator[Done[_Work, Run]]:
        """Wait a moment for something that a worker has to say."""
        try:
            event = self._events.get(timeout=_LOOK_S)
        except Empty:
            return
        worker = event.worker
        if self._workers.get(worker.address) is not worker:
            return  # it was forgotten, and its work is done elsewhere
        if sent := worker.sent.pop(event.future.key, None):
            yield from self._ended(worker, sent[1], event.future)
        else:
            event.deal_with(worker, event.future)

    def close(self) -> None:
        """Let go of everything that is at work for the class."""
        addresses = [w.address for w in self._workers.values() if w.has_class]
        for worker in self._workers.values():
            for future, _ in worker.sent.values():
                future.release()
        if addresses:
            with suppress(Exception):
                self._client.run(
                    close_class, self._key, workers=addresses, callback_timeout=_CONNECT_S
                )

    def _take(self) -> Iterator[Done[_Work, Run]]:
        """Take the next submission from the work; pieces without one come back."""
        for piece in self._pending:
            submission = self._submission_of(piece)
            if submission:
                self._waiting.append(_Sent(piece, submission))
                return
            yield Done(piece, None)

    def _submit(
        self,
        worker: _Worker[_Work],
        deal_with: Callable[[_Worker[_Work], Future], None],
        function: str,
        *arguments: object,
        **demands: object,
    ) -> Future:
        """
        One call of a function of `cluster_worker` on one worker.

        Its name is sent, not the function: a Dask worker that cannot import a function dies, where
        one that cannot evaluate an expression says so; and the scheduler need not know us at all.
        """
        future = self._client.submit(
            eval,
            _CALL.format(function),
            {"arguments": arguments},
            key=f"benchharness-{function}-{secrets.token_hex(8)}",
            workers=[worker.address],
            allow_other_workers=False,
            pure=False,
            **demands,
        )
        future.add_done_callback(lambda done: self._events.put(_Event(worker, deal_with, done)))
        return future

    def _offered(self, worker: _Worker[_Work], future: Future) -> None:
        """A new worker has said what it is."""
        said: dict[str, Any] | None = _result(future)
        if said is None:
            ours = f"benchharness {self._wanted['benchharness']}"
            self._refuse(worker, f"it cannot run {ours} ({_reason(future)}); {_SAME}")
            return
        theirs: Mapping[str, str] = said["environment"]
        if differences := _differences(theirs, self._wanted):
            self._refuse(worker, f"{differences}; {_SAME}")
        elif self._needs_gpu and not said["gpus"]:
            self._refuse(worker, "it declares no GPU; start it with --resources GPU=1")
        else:
            self._wanted = dict(theirs)
            worker.has_class = True
            seats = 1 if self._settings.timing != "off" else said["threads"] + 1
            self._submit(
                worker,
                lambda worker, future: self._opened(worker, future, seats),
                "open_class",
                self._key,
                self._class,
            )

    def _opened(self, worker: _Worker[_Work], future: Future, seats: int) -> None:
        """A worker has the class, or cannot load it."""
        problem: str | None = _result(future)
        if problem is None or problem:
            self._refuse(worker, problem or _reason(future))
        else:
            worker.seats = seats
            self._has_been_accepted = True

    def _send(self, worker: _Worker[_Work], sent: _Sent[_Work]) -> None:
        parcel = pickle.dumps(pack_submission(sent.submission))
        demands = {"resources": {"GPU": 1}} if self._needs_gpu else {}
        future = self._submit(
            worker, lambda worker, future: None, "judged", self._key, parcel, **demands
        )
        worker.sent[future.key] = (future, sent)

    def _ended(
        self, worker: _Worker[_Work], sent: _Sent[_Work], future: Future
    ) -> Iterator[Done[_Work, Run]]:
        """What came of a submission."""
        if future.status == "error" and not _is_loss(future):
            yield Done(sent.work, None, _reason(future))
            return
        answer: Answer = _result(future) or Answer(lost=True)
        if answer.lost:
            self._lost(sent)
        elif answer.is_closed:
            self._lost(sent)
            self._forget(worker)
        else:
            yield Done(sent.work, answer.run, answer.problem)

    def _with_room(self, losses: int) -> _Worker[_Work] | None:
        """The least busy of the workers that can be given work."""
        if self._client.status != "running":  # the scheduler is gone; it may come back
            return None
        free = [worker for worker in self._workers.values() if worker.has_room_for(losses)]
        return min(free, key=lambda worker: len(worker.sent), default=None)

    def _lost(self, sent: _Sent[_Work]) -> None:
        """A worker was lost over a submission: it goes to another, or is given up."""
        sent.losses += 1
        if sent.losses < _MOST_LOSSES:
            self._waiting.appendleft(sent)
        else:
            self._given_up.append(sent)

    def _forget(self, worker: _Worker[_Work]) -> None:
        """A worker is gone, or is no more what it was."""
        del self._workers[worker.address]
        for future, sent in worker.sent.values():
            future.release()
            self._lost(sent)

    def _refuse(self, worker: _Worker[_Work], problem: str) -> None:
        worker.problem = problem
        self._cluster.tell(f"worker {worker.address} is refused: {problem}")

    def _require_somebody(self) -> None:
        """Raise when nobody can be given work, and nobody will be."""
        now = time.monotonic()
        if any(worker.seats for worker in self._workers.values()):
            self._last_usable = now
            return
        refused = [worker for worker in self._workers.values() if worker.problem]
        if refused and len(refused) == len(self._workers) and not self._has_been_accepted:
            raise UsageError(
                f"no worker at {self._cluster.address} can be used: "
                f"{refused[0].address}: {refused[0].problem}"
            )
        if now - self._last_usable > self._cluster.patience_s:
            where = f"{self._cluster.address}: no worker"
            waited = f"in {self._cluster.patience_s:g} s"
            if not self._has_been_accepted:
                raise UsageError(
                    f"{where} has come {waited}; start some with `dask worker` "
                    f"({len(self._workers)} are there and say nothing)"
                )
            raise HarnessError(
                f"{where} is left, and none has come {waited}; what is graded is kept: the same "
                "command goes on where this was"
            )


def _connected(address: str) -> Client:
    try:
        import dask
        from distributed import Client
    except ImportError as problem:
        raise UsageError(
            '--dask needs dask.distributed: pip install "benchharness[dask]"'
        ) from problem
    # What it would log, such as that a worker is gone, is told in our own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    try:
        return Client(address, timeout=_CONNECT_S, set_as_default=False)
    except Exception as problem:  # of every kind: OSError, ValueError, TypeError without TLS
        raise UsageError(
            f"--dask {address}: no scheduler can be reached ({problem}); name one that runs, as "
            "in tcp://HOST:8786"
        ) from problem


def _differences(theirs: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """What another environment has otherwise, in words."""
    return ", ".join(
        f"{name} {theirs.get(name) or '(none)'} instead of {version or '(none)'}"
        for name, version in wanted.items()
        if theirs.get(name, "") != version
    )


def _result(future: Future) -> Any:
    """What a call gave; None where that cannot be had, as when its worker is gone with it."""
    if future.status == "finished":
        with suppress(Exception):
            return future.result(timeout=_CONNECT_S)
    return None


def _is_loss(future: Future) -> bool:
    from distributed import KilledWorker

    return isinstance(future.exception(), KilledWorker)


def _reason(future: Future) -> str:
    """Why a call gave nothing, in a line."""
    problem = future.exception() if future.status == "error" else None
    text = str(problem).partition("\n")[0] if problem else "it was lost"
    return f"{type(problem).__name__}: {text}" if problem else text
