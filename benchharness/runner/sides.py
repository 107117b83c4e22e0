"""The sides of one comparison, each in several workers, and the null calls beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchharness.errors import HarnessError
from benchharness.outcomes import Against, TimingStatus
from benchharness.runner.attempt import import_problem, problem_of
from benchharness.runner.devices import CPU
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.submission import Submission
from benchharness.runner.timed_function import (
    NULL_SOURCE,
    NUMPY,
    Place,
    TimedFunction,
    TimedNull,
    failure_of,
    status_of,
)
from benchharness.runner.workers import MOST_COPIES, Workers
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import Reply, WorkerLost, WorkerProcess
from benchharness.suite.task import Suite, Task
from benchharness.timing import CallFailed, Earlier, NullRotation, Rotation, Variants
from benchharness.worker.devices import GPUS
from benchharness.worker.messages import Outcome

__all__ = ["EARLIER", "SUBMISSION", "Past", "Sides"]

SUBMISSION, EARLIER = "submission", "earlier version"
_REFERENCE = "reference"
_COPIES_ON_GPU = 3
"""Each has a context of some hundred MB on the GPU."""

_FEWEST_COPIES, _STARTING_S = 3, 2.0
"""How long all workers of a side may take to start, unless they are the fewest."""

_Function = TypeVar("_Function", bound=TimedFunction)


class _Undefined(CallFailed):
    """What was to be timed is not defined there."""


@dataclass(frozen=True)
class _Side(Generic[_Function]):
    """One function in workers that are started one by one."""

    start: Callable[[], _Function]
    copies: list[_Function] = field(default_factory=list)

    def start_another(self) -> None:
        """Start one more worker."""
        self.copies.append(self.start())


@dataclass(frozen=True)
class Past:
    """An earlier version of the submission, and what it computes with and where."""

    version: EarlierVersion
    place: Place


class Sides:
    """
    The workers that time one task of one submission on one device, kept for all its workloads.

    Every side has several, which take turns: where the memory of a process lies makes copies of
    the same code differ by some percent for their lives. The order in which workers are started
    makes them differ as well, so every side starts its own at all stages of it.

    Raises
    ------
    CallFailed
        If the submission cannot be timed at all.
    HarnessError
        If the reference or a null call cannot. An earlier version that fails leaves `earlier`
        saying so.
    """

    def __init__(
        self,
        workers: Workers,
        limits: Limits,
        suite: Suite,
        task: Task,
        place: Place,
        submission: Submission,
        version: EarlierVersion | None = None,
    ) -> None:
        self.place, self.reference_place = place, NUMPY
        self.earlier: Past | Against | None = None
        self._workers, self._limits, self._suite, self._task = workers, limits, suite, task
        self._copies = MOST_COPIES if place.device == CPU else _COPIES_ON_GPU
        self._fastest_new_s: dict[Place, float] = {}
        self._longest_import_s = 0.0
        self._sides: dict[str, _Side[TimedFunction]] = {}
        self._nulls: dict[Place, _Side[TimedNull]] = {}
        self._stack = ExitStack()
        try:
            self._add(SUBMISSION, self._submitted(SUBMISSION, submission, place))
            if version:
                self.earlier = self._past(version)
            self._add_reference()
            self._add_nulls()
            self._copies = min(self._copies, max(_FEWEST_COPIES, self._fitting_copies))
            self._start_the_rest()
        except BaseException:
            self.close()
            raise

    @property
    def submission(self) -> TimedFunction:
        """The submission in the first of its workers."""
        return self._sides[SUBMISSION].copies[0]

    @property
    def reference(self) -> TimedFunction:
        """The reference in the first of its workers."""
        return self._sides[_REFERENCE].copies[0]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The functions that are called, each with its backend."""
        return list(dict.fromkeys(function.asks_for for function in self._functions))

    @property
    def in_numpy(self) -> list[str]:
        """Whose code is not the harness's and gets NumPy's arrays."""
        places = {SUBMISSION: self.place}
        if isinstance(past := self.earlier, Past):
            places[EARLIER] = past.place
        return [name for name, place in places.items() if place == NUMPY]

    @property
    def workers(self) -> list[WorkerProcess]:
        """Every worker of every side, null calls included."""
        return [function.worker for function in self._functions]

    @property
    def _functions(self) -> list[TimedFunction]:
        compared = [copy for side in self._sides.values() for copy in side.copies]
        return compared + [null for side in self._nulls.values() for null in side.copies]

    def variants(self, example: Any, verify: Callable[..., str | None]) -> Variants:
        """
        The sides as the protocol wants them; null calls answer like `example`.

        `verify(arguments, answer, backend=...)` is told an earlier version's backend.
        """
        taking_turns = {name: Rotation(side.copies) for name, side in self._sides.items()}
        nulls = {}
        for place, side in self._nulls.items():
            for null in side.copies:
                null.prepare(example)
            nulls[place] = NullRotation(side.copies)
        earlier = None
        if isinstance(past := self.earlier, Past):
            verify_past = partial(verify, backend=past.place.backend)
            rival = taking_turns[EARLIER]
            earlier = Earlier(rival, nulls[past.place], verify_past, past.version.margin)
        return Variants(
            taking_turns[SUBMISSION],
            taking_turns[_REFERENCE],
            nulls[self.place],
            nulls[self.reference_place],
            earlier,
        )

    def take_numpy_reference(self) -> None:
        """Compare with NumPy's reference, where another has turned out to be wrong."""
        self.reference_place = NUMPY
        self._add(_REFERENCE, self._numpy_reference())
        for _ in range(1, self._copies):
            self._sides[_REFERENCE].start_another()

    @contextmanager
    def nothing_flushed(self) -> Iterator[None]:
        """Leave out what is done to a GPU between calls: it would take energy of its own."""
        functions = self._functions
        for each in functions:
            each.is_refreshed = False
        try:
            yield
        finally:
            for each in functions:
                each.is_refreshed = each.on_gpu

    def close(self) -> None:
        """End the workers."""
        self._stack.close()

    # -- who takes part --------------------------------------------------------------------

    def _add(self, name: str, start: Callable[[], TimedFunction]) -> None:
        """One more side, with the first of its workers."""
        self._sides[name] = _Side(start, [start()])

    def _past(self, version: EarlierVersion) -> Past | Against:
        """The earlier version as one more side, or why it cannot be."""
        if version.submission is None:
            return Against(version.name, message=version.problem)
        if version.submission.problem:
            return _failed_past(version, TimingStatus.FAILED, version.submission.problem)
        backend = version.backend_for(self._task, self.place.backend)
        place = replace(self.place, backend=backend) if backend in GPUS else Place(backend, CPU)
        try:
            self._add(EARLIER, self._submitted(EARLIER, version.submission, place))
        except _Undefined:
            text = f"{self._task.name} is new: it was not defined then"
            return Against(version.name, message=text)
        except (HarnessError, ProcessLookupError) as problem:
            return _failed_start(version, problem)
        return Past(version, place)

    def _add_reference(self) -> None:
        """The suite's own right submission on the same GPU if it has one, or NumPy's reference."""
        file = self._suite.accepted_in(self.place.backend)
        if self.place.device != CPU and file is not None:
            try:
                self._add(_REFERENCE, self._given(file, self._task.name, self.place))
                self.reference_place = self.place
                return
            except HarnessError:
                pass
        self._add(_REFERENCE, self._numpy_reference())

    def _add_nulls(self) -> None:
        places = [self.place, NUMPY]
        if isinstance(self.earlier, Past):
            places.append(self.earlier.place)
        for place in dict.fromkeys(places):
            self._nulls[place] = _Side(self._null(place))
            self._nulls[place].start_another()

    @property
    def _fitting_copies(self) -> int:
        """
        How many workers of a side start soon enough.

        A fork takes milliseconds. Where there is none, a process imports its framework anew, which
        takes seconds. The fastest start counts: the first one may have waited for a fork-server.
        """
        start_s = max(self._fastest_new_s.values()) + self._longest_import_s
        return int(_STARTING_S / start_s)

    def _start_the_rest(self) -> None:
        """
        Start the workers that each side still needs, side by side, forwards and backwards.

        The earlier ones are a little slower: by 1 to 2 % where all of one side's came first.
        """
        for turn in range(1, self._copies):
            starts = [side.start_another for side in self._nulls.values()]
            for name, side in self._sides.items():
                starts.append(self._start_another_past if name == EARLIER else side.start_another)
            for start_another in reversed(starts) if turn % 2 else starts:
                start_another()

    def _start_another_past(self) -> None:
        assert isinstance(self.earlier, Past)
        try:
            self._sides[EARLIER].start_another()
        except (HarnessError, ProcessLookupError) as problem:
            self.earlier = _failed_start(self.earlier.version, problem)
            del self._sides[EARLIER]

    # -- how a worker of each is started ---------------------------------------------------

    def _submitted(
        self, name: str, submission: Submission, place: Place
    ) -> Callable[[], TimedFunction]:
        """A version of the submission."""
        task, targets = self._task, submission.targets(place.backend, [self._task.name])

        def problem(reply: Reply) -> str | None:
            found = problem_of(reply, task.signature, "(...)")
            return found.message if found else None

        def start() -> TimedFunction:
            worker = self._worker(place, submission.folder, targets, [task.name])
            call = (task.name, place.backend)
            on_gpu = place.device != CPU
            return TimedFunction(name, worker, call, self._limits, problem, on_gpu=on_gpu)

        return start

    def _numpy_reference(self) -> Callable[[], TimedFunction]:
        return self._given(self._task.reference_file, self._task.reference.__name__, NUMPY)

    def _given(self, file: Path, function: str, place: Place) -> Callable[[], TimedFunction]:
        """A trusted function, alone with its file."""
        folder = self._staged(file.name, file.read_bytes())

        def start() -> TimedFunction:
            with _trusted():
                worker = self._worker(place, folder, [file.name], [function])
            call, on_gpu = (function, place.backend), place.device != CPU
            return TimedFunction(_REFERENCE, worker, call, self._limits, failure_of, on_gpu=on_gpu)

        return start

    def _null(self, place: Place) -> Callable[[], TimedNull]:
        """A function that only waits."""
        folder = self._staged("null.py", NULL_SOURCE)
        name, call = f"null call ({place.backend})", ("null", place.backend)

        def start() -> TimedNull:
            with _trusted():
                worker = self._worker(place, folder, ["null.py"], ["prepare", "last", "null"])
            on_gpu = place.device != CPU
            return TimedNull(name, worker, call, self._limits, failure_of, on_gpu=on_gpu)

        return start

    def _staged(self, name: str, source: bytes) -> Path:
        target = self._workers.staging.folder() / name
        target.write_bytes(source)
        target.chmod(0o644)
        return target.parent

    def _worker(
        self, place: Place, folder: Path, targets: list[str], wanted: list[str]
    ) -> WorkerProcess:
        began = time.perf_counter()
        worker = self._workers.new(place.backend, folder, place.device.uuid)
        self._stack.callback(worker.close)
        new_s = time.perf_counter() - began
        self._fastest_new_s[place] = min(new_s, self._fastest_new_s.get(place, new_s))
        try:
            reply = worker.load(str(folder), targets, wanted, self._limits)
        except WorkerLost as loss:
            raise CallFailed(status_of(loss), f"importing it again: {loss}") from loss
        worker.suspend()
        self._longest_import_s = max(self._longest_import_s, reply.wall_s)
        if reply.outcome != Outcome.RETURNED:
            why = f"importing it again: {_import_failure(reply)}"
            raise CallFailed(TimingStatus.FAILED, why)
        if not set(wanted) <= _names_found(reply):
            raise _Undefined(TimingStatus.FAILED, f"{wanted[0]} is not defined")
        return worker


@contextmanager
def _trusted() -> Iterator[None]:
    """What fails here is not the submission's doing."""
    try:
        yield
    except CallFailed as failure:
        raise HarnessError(f"timing the reference: {failure}") from failure


def _failed_start(version: EarlierVersion, problem: HarnessError | ProcessLookupError) -> Against:
    status = problem.status if isinstance(problem, CallFailed) else TimingStatus.FAILED
    return _failed_past(version, status, str(problem))


def _failed_past(version: EarlierVersion, status: TimingStatus, why: str) -> Against:
    text = f"the earlier version fails: not compared ({why})"
    return Against(version.name, status=status, message=text)


def _import_failure(reply: Reply) -> str:
    raised = reply.outcome == Outcome.RAISED
    return import_problem(reply.value) if raised else f"ended with {reply.outcome.name}"


def _names_found(reply: Reply) -> set[str]:
    """The functions that a worker says it has found; it may say anything."""
    found = reply.value.get("found") if isinstance(reply.value, dict) else None
    return {str(name) for name in found} if isinstance(found, dict) else set()
