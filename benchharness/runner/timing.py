"""
One workload of one task, timed: submission, reference and null calls in identical workers.

So is an earlier version of the submission, where there is one to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchharness.checking.judge import judge
from benchharness.checking.precision import has_singles, in_double, in_single
from benchharness.errors import HarnessError
from benchharness.outcomes import Against, Timing, TimingStatus
from benchharness.runner.attempt import for_backend, import_problem, problem_of
from benchharness.runner.device_time import trace_both, turn_of, warm_up
from benchharness.runner.devices import CPU, Device
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.energy import FULL_ENERGY, Supply, with_energy, without_energy
from benchharness.runner.sensors import meter_of, watched
from benchharness.runner.settings import Settings
from benchharness.runner.streams import stream
from benchharness.runner.submission import Submission
from benchharness.runner.timed_function import (
    NULL_SOURCE,
    NUMPY,
    Arguments,
    Place,
    TimedFunction,
    TimedNull,
    failure_of,
    status_of,
)
from benchharness.runner.workers import Workers
from benchharness.sandbox.process import (
    Reply,
    WorkerLost,
    WorkerProcess,
    call_message,
)
from benchharness.suite.task import Suite, Task, Workload
from benchharness.timing import (
    FULL,
    QUICK,
    CallFailed,
    Earlier,
    Measurement,
    Meter,
    NotMeasured,
    NullRotation,
    Rotation,
    Variants,
    alone_on_this_machine,
    measure,
    on_one_core,
    punctual_timers,
    to_against,
    to_timing,
)
from benchharness.worker.devices import GPUS
from benchharness.worker.messages import Outcome

__all__ = ["TimingBench", "failed_timing"]

_COPIES, _COPIES_ON_GPU = range(6), range(2)
_PRESETS = {"quick": QUICK, "full": FULL}
_SUBMISSION, _EARLIER = "submission", "earlier version"


def failed_timing(
    failure: CallFailed, workload: Workload, size: int, device: Device = CPU
) -> Timing:
    """The timing of a submission that could not even be started."""
    return Timing(workload.name, device.name, failure.status, str(failure), size=size)


class _Undefined(CallFailed):
    """What was to be timed is not defined there."""


@dataclass(frozen=True)
class _Past:
    """An earlier version of the submission in workers of its own."""

    version: EarlierVersion
    variant: Rotation
    place: Place


def _failed_past(version: EarlierVersion, status: TimingStatus, why: str) -> Against:
    text = f"the earlier version fails: not compared ({why})"
    return Against(version.name, status=status, message=text)


class TimingBench:
    """
    The workers that time one task of one submission on one device, kept for all its workloads.

    Submission and reference have several workers each, which take turns: where the memory of a
    process lies makes copies of the same code differ by some percent for their lives.
    """

    def __init__(
        self,
        workers: Workers,
        settings: Settings,
        submission: Submission,
        suite: Suite,
        task: Task,
        backend: str,
        earlier: EarlierVersion | None = None,
        device: Device = CPU,
    ) -> None:
        self._workers, self._settings = workers, settings
        self._place = Place(backend, device)
        self._reference_place = NUMPY
        self._copies = _COPIES if device == CPU else _COPIES_ON_GPU
        self._functions: dict[str, list[TimedFunction]] = {}
        self._suite, self._task, self._backend = suite, task, backend
        self._limits = settings.limits
        self._stack = ExitStack()
        self._opened: list[WorkerProcess] = []
        self._earlier: _Past | Against | None = None
        try:
            self._submission = self._submission_variant(_SUBMISSION, submission, self._place)
            if earlier:
                self._earlier = self._past(earlier)
            self._reference, self._nulls = self._trusted_variants()
        except BaseException:
            self.close()
            raise

    def time(
        self, workload: Workload, size: int, tell: Callable[[str], None] = lambda what: None
    ) -> Timing:
        """
        How fast the submission is on one workload, every timed call of it verified.

        `tell` hears what is being done, outside of anything that is measured. Floats come in
        float32; a NumPy submission that is not right so gets the same numbers in float64, as in
        the checks. The reference stays in float32, so that nobody gains by it.

        Raises
        ------
        HarnessError
            If the reference or a null call fails: then nothing can be said of the submission.
        """
        timing = self._time(workload, size, tell)
        if timing.status != TimingStatus.FAILED or not self._may_be_double(workload, size):
            return timing
        again = self._time(workload, size, tell, in_float64=True)
        if again.status == TimingStatus.FAILED:
            return timing
        note = f"timed in float64, since in float32 it fails: {timing.message}"
        message = "; ".join(filter(None, [again.message, note]))
        return replace(again, precision="float64", message=message)

    def _may_be_double(self, workload: Workload, size: int) -> bool:
        """Whether there is another precision to try, and somebody left to try it on."""
        if self._backend != "numpy" or not self.usable:
            return False
        return has_singles(in_single(workload.inputs(np.random.default_rng(size), size)))

    def _time(
        self,
        workload: Workload,
        size: int,
        tell: Callable[[str], None],
        *,
        in_float64: bool = False,
    ) -> Timing:
        """The same in one precision."""
        task, backend = self._task, self._backend
        place = (self._suite.name, task.name, workload.name, str(size))
        inputs_rng = stream(self._settings.seed, *place, "inputs")
        example = task.expected(workload.inputs(inputs_rng, size))
        nulls = {}
        for seat, copies in self._nulls.items():
            for null in copies:
                null.prepare(example)
            nulls[seat] = NullRotation(copies)
        calls = {(task.name, backend), (task.reference.__name__, "numpy")}
        calls |= {("null", seat.backend) for seat in self._nulls}
        if isinstance(self._earlier, _Past):
            calls.add((task.name, self._earlier.place.backend))

        in_numpy = [_SUBMISSION]
        if isinstance(past := self._earlier, _Past) and past.place == NUMPY:
            in_numpy.append(_EARLIER)

        def inputs() -> Arguments:
            made = in_single(workload.inputs(inputs_rng, size))
            sent = {b: task.arguments(for_backend(b, task.signature, made)) for _, b in calls}
            packed = {(name, b): call_message(name, sent[b]) for name, b in calls}
            exact = in_double(made)
            own = {}
            if in_float64:
                own = dict.fromkeys(in_numpy, call_message(task.name, task.arguments(exact)))
            return Arguments(exact, task.expected(exact), packed, own)

        def verify(arguments: object, answer: object, backend: str = backend) -> str | None:
            assert isinstance(arguments, Arguments)
            return judge(task, arguments.inputs, answer, arguments.expected, backend)

        device = self._place.device
        if device != CPU:
            try:
                self._start_gpu(inputs, verify)
            except CallFailed as failure:
                return failed_timing(failure, workload, size, device)
        reference_null = nulls[self._reference_place]
        variants = Variants(self._submission, self._reference, nulls[self._place], reference_null)
        if isinstance(past := self._earlier, _Past):
            verify_past = partial(verify, backend=past.place.backend)
            earlier = Earlier(past.variant, nulls[past.place], verify_past, past.version.margin)
            variants = replace(variants, earlier=earlier)
        preset, rng = _PRESETS[self._settings.timing], stream(self._settings.seed, *place)
        processes = [worker.pid for worker in self._opened]
        try:
            with alone_on_this_machine(), on_one_core(processes), punctual_timers():
                tell("rounds")
                with watched(device.name, device.uuid or None) as with_sensors:
                    measurement = measure(variants, inputs, verify, preset, rng)
                timing = with_sensors(
                    to_timing(measurement, workload=workload.name, device=device.name, size=size)
                )
                if device != CPU:
                    timing = self._with_device_time(timing, inputs, verify)
                if preset is FULL:
                    timing = self._with_energy(timing, inputs, verify, rng, tell)
        except ProcessLookupError:  # a thread of the submission has ended its process meanwhile
            failed = CallFailed(TimingStatus.FAILED, "the process ended itself between calls")
            return failed_timing(failed, workload, size, device)
        return replace(timing, against=self._against(measurement))

    def _with_energy(
        self,
        timing: Timing,
        inputs: Callable[[], Arguments],
        verify: Callable[[object, object], str | None],
        rng: np.random.Generator,
        tell: Callable[[str], None],
    ) -> Timing:
        """The timing with the energy of its calls, where its device has a meter."""
        if timing.status in (TimingStatus.FAILED, TimingStatus.TAMPERED):
            return timing
        device = self._place.device
        reference = self._reference if self._reference_place.device == device else None
        supply = Supply(inputs, lambda made: made.packed_bytes, verify)
        try:
            with meter_of(device.name, device.uuid or None) as meter, self._nothing_flushed():
                ours, settings = self._submission, FULL_ENERGY
                return with_energy(
                    timing, meter, ours, reference, supply, rng, settings=settings, tell=tell
                )
        except NotMeasured as problem:
            return without_energy(timing, str(problem))

    @contextmanager
    def _nothing_flushed(self) -> Iterator[None]:
        """Leave out what is done to a GPU between calls: it would take energy of its own."""
        functions = [each for functions in self._functions.values() for each in functions]
        for each in functions:
            each.is_refreshed = False
        try:
            yield
        finally:
            for each in functions:
                each.is_refreshed = each.on_gpu

    @property
    def usable(self) -> bool:
        """Whether all workers still live."""
        return all(worker.alive for worker in self._opened)

    def close(self) -> None:
        """End the workers."""
        self._stack.close()

    def _past(self, version: EarlierVersion) -> _Past | Against:
        """The earlier version, ready to be timed, or why it cannot be."""
        if version.submission is None:
            return Against(version.name, message=version.problem)
        if version.submission.problem:
            return _failed_past(version, TimingStatus.FAILED, version.submission.problem)
        backend = version.backend_for(self._task, self._backend)
        place = replace(self._place, backend=backend) if backend in GPUS else Place(backend, CPU)
        opened = len(self._opened)
        try:
            past = self._submission_variant(_EARLIER, version.submission, place)
            return _Past(version, past, place)
        except _Undefined:
            del self._opened[opened:]
            text = f"{self._task.name} is new: it was not defined then"
            return Against(version.name, message=text)
        except (HarnessError, ProcessLookupError) as problem:
            del self._opened[opened:]
            status = problem.status if isinstance(problem, CallFailed) else TimingStatus.FAILED
            return _failed_past(version, status, str(problem))

    def _against(self, measurement: Measurement) -> Against | None:
        """What a measurement, or what came before it, says of the earlier version."""
        if not isinstance(past := self._earlier, _Past):
            return past
        if measurement.against is None:
            return None
        version = past.version
        return to_against(measurement.against, version=version.name, margin=version.margin)

    def _start_gpu(
        self,
        inputs: Callable[[], Arguments],
        verify: Callable[[object, object, str], str | None],
    ) -> None:
        """Let its clock rise; take NumPy for the reference where PyTorch's is not right there."""
        backend, device = self._reference_place.backend, self._place.device
        trial = inputs()
        if self._reference_place != NUMPY:
            try:
                with turn_of(self._functions["reference"][0]) as reference:
                    wrong = verify(trial, reference.call(trial).answer, backend)
            except CallFailed as failure:
                wrong = str(failure)
            if wrong:
                self._functions.pop("reference")
                self._reference, self._reference_place = self._numpy_reference(), NUMPY
        with ExitStack() as stack:
            stack.enter_context(alone_on_this_machine())
            meter: Meter | None = None
            with suppress(NotMeasured):
                meter = stack.enter_context(meter_of(device.name, device.uuid or None))
            clock_mhz = meter.clock_mhz if meter else lambda: None
            warm_up(self._functions[_SUBMISSION][0], inputs, clock_mhz)

    def _with_device_time(
        self,
        timing: Timing,
        inputs: Callable[[], Arguments],
        verify: Callable[[object, object], str | None],
    ) -> Timing:
        """A timing on a GPU, with what ran beside it, and what the GPU says of both."""
        place = self._reference_place
        timing = replace(
            timing,
            contaminated_share=None,
            reference_backend=place.backend,
            reference_device=place.device.name,
        )
        if timing.status not in (TimingStatus.OK, TimingStatus.NOISY):
            return timing
        submission = self._functions[_SUBMISSION][0]
        reference = self._functions["reference"][0] if place != NUMPY else None
        return trace_both(timing, submission, reference, inputs, verify)

    def _submission_variant(self, name: str, submission: Submission, place: Place) -> Rotation:
        backend = place.backend
        task, targets = self._task, submission.targets(backend, [self._task.name])

        def problem(reply: Reply) -> str | None:
            found = problem_of(reply, task.signature, "(...)")
            return found.message if found else None

        def open_one() -> WorkerProcess:
            return self._worker(place, submission.folder, targets, [task.name])

        call = (task.name, backend)
        return Rotation(
            [self._timed(name, open_one(), call, problem, place) for _ in self._copies]
        )

    def _numpy_reference(self) -> Rotation:
        """The trusted function, alone with its file."""
        return self._reference_variant(
            self._task.reference_file, self._task.reference.__name__, NUMPY
        )

    def _reference_on_gpu(self) -> Rotation | None:
        """The suite's own right submission on the same GPU, if it has one for the task."""
        file = self._suite.accepted_in(self._place.backend)
        if self._place.device == CPU or file is None:
            return None
        opened = len(self._opened)
        try:
            return self._reference_variant(file, self._task.name, self._place)
        except CallFailed:
            del self._opened[opened:]
            self._functions.pop("reference", None)
            return None

    def _reference_variant(self, file: Path, name: str, place: Place) -> Rotation:
        folder = self._staged(file.name, file.read_bytes())

        def open_one() -> WorkerProcess:
            return self._worker(place, folder, [file.name], [name])

        call = (name, place.backend)
        return Rotation(
            [self._timed("reference", open_one(), call, failure_of, place) for _ in self._copies]
        )

    def _trusted_variants(self) -> tuple[Rotation, dict[Place, list[TimedNull]]]:
        """The reference and the null calls; where they fail, it is not the submission's doing."""
        try:
            places = {self._place, NUMPY}
            if isinstance(self._earlier, _Past):
                places.add(self._earlier.place)
            nulls = {place: self._null_variant(place) for place in places}
            on_gpu = self._reference_on_gpu()
            self._reference_place = self._place if on_gpu else NUMPY
            return on_gpu or self._numpy_reference(), nulls
        except CallFailed as failure:
            raise HarnessError(f"timing the reference: {failure}") from failure

    def _null_variant(self, place: Place) -> list[TimedNull]:
        """A function that only waits."""
        folder = self._staged("null.py", NULL_SOURCE)
        name, call = f"null call ({place.backend})", ("null", place.backend)

        def open_one() -> TimedNull:
            worker = self._worker(place, folder, ["null.py"], ["prepare", "last", "null"])
            on_gpu = place.device != CPU
            return TimedNull(name, worker, call, self._limits, failure_of, on_gpu=on_gpu)

        return [open_one() for _ in self._copies]

    def _staged(self, name: str, source: bytes) -> Path:
        target = self._workers.staging.folder() / name
        target.write_bytes(source)
        target.chmod(0o644)
        return target.parent

    def _worker(
        self, place: Place, folder: Path, targets: list[str], wanted: list[str]
    ) -> WorkerProcess:
        worker = self._workers.new(place.backend, folder, place.device.uuid)
        self._stack.callback(worker.close)
        self._opened.append(worker)
        try:
            reply = worker.load(str(folder), targets, wanted, self._limits)
        except WorkerLost as loss:
            raise CallFailed(status_of(loss), f"importing it again: {loss}") from loss
        worker.suspend()
        if reply.outcome != Outcome.RETURNED:
            why = f"importing it again: {_import_failure(reply)}"
            raise CallFailed(TimingStatus.FAILED, why)
        if not set(wanted) <= _names_found(reply):
            raise _Undefined(TimingStatus.FAILED, f"{wanted[0]} is not defined")
        return worker

    def _timed(
        self,
        name: str,
        worker: WorkerProcess,
        call: tuple[str, str],
        problem: Callable[[Reply], str | None],
        place: Place,
    ) -> TimedFunction:
        on_gpu = place.device != CPU
        timed = TimedFunction(name, worker, call, self._limits, problem, on_gpu=on_gpu)
        self._functions.setdefault(name, []).append(timed)
        return timed


def _import_failure(reply: Reply) -> str:
    raised = reply.outcome == Outcome.RAISED
    return import_problem(reply.value) if raised else f"ended with {reply.outcome.name}"


def _names_found(reply: Reply) -> set[str]:
    """The functions that a worker says it has found; it may say anything."""
    found = reply.value.get("found") if isinstance(reply.value, dict) else None
    return {str(name) for name in found} if isinstance(found, dict) else set()
