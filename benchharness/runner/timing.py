"""One workload of one task, timed: all sides of the comparison in workers that are alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace

import numpy as np

from benchharness.checking.judge import judge
from benchharness.checking.precision import has_singles, in_double, in_single
from benchharness.outcomes import Against, Timing, TimingStatus
from benchharness.runner.attempt import for_backend
from benchharness.runner.device_time import trace_both, turn_of, warm_up
from benchharness.runner.devices import CPU, Device
from benchharness.runner.earlier import EarlierVersion
from benchharness.runner.energy import FULL_ENERGY, Supply, with_energy, without_energy
from benchharness.runner.sensors import meter_of, watched
from benchharness.runner.settings import Settings
from benchharness.runner.sides import Past, Sides
from benchharness.runner.streams import stream
from benchharness.runner.submission import Submission
from benchharness.runner.timed_function import NUMPY, Arguments, Place
from benchharness.runner.workers import Workers
from benchharness.sandbox.process import call_message
from benchharness.suite.task import Suite, Task, Workload
from benchharness.timing import (
    FULL,
    QUICK,
    CallFailed,
    Measurement,
    Meter,
    NotMeasured,
    Variants,
    alone_on_this_machine,
    measure,
    on_one_core,
    punctual_timers,
    to_against,
    to_timing,
)

__all__ = ["TimingBench", "failed_timing"]

_PRESETS = {"quick": QUICK, "full": FULL}


def failed_timing(
    failure: CallFailed, workload: Workload, size: int, device: Device = CPU
) -> Timing:
    """The timing of a submission that could not even be started."""
    return Timing(workload.name, device.name, failure.status, str(failure), size=size)


class TimingBench:
    """Times one task of one submission on one device, in workers kept for all its workloads."""

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
        place = Place(backend, device)
        self._settings, self._suite, self._task = settings, suite, task
        self._backend, self._device = backend, device
        self._sides = Sides(workers, settings.limits, suite, task, place, submission, earlier)

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
        task, backend, sides = self._task, self._backend, self._sides
        place = (self._suite.name, task.name, workload.name, str(size))
        inputs_rng = stream(self._settings.seed, *place, "inputs")
        example = task.expected(workload.inputs(inputs_rng, size))

        def inputs() -> Arguments:
            made, calls = in_single(workload.inputs(inputs_rng, size)), sides.calls
            sent = {b: task.arguments(for_backend(b, task.signature, made)) for _, b in calls}
            packed = {(name, b): call_message(name, sent[b]) for name, b in calls}
            exact = in_double(made)
            own = {}
            if in_float64:
                own = dict.fromkeys(sides.in_numpy, call_message(task.name, task.arguments(exact)))
            return Arguments(exact, task.expected(exact), packed, own)

        def verify(arguments: object, answer: object, backend: str = backend) -> str | None:
            assert isinstance(arguments, Arguments)
            return judge(task, arguments.inputs, answer, arguments.expected, backend)

        device = self._device
        if device != CPU:
            try:
                self._start_gpu(inputs, verify)
            except CallFailed as failure:
                return failed_timing(failure, workload, size, device)
        variants = sides.variants(example, verify)
        preset, rng = _PRESETS[self._settings.timing], stream(self._settings.seed, *place)
        processes = [worker.pid for worker in sides.workers]
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
                    timing = self._with_energy(timing, variants, inputs, verify, rng, tell)
        except ProcessLookupError:  # a thread of the submission has ended its process meanwhile
            failed = CallFailed(TimingStatus.FAILED, "the process ended itself between calls")
            return failed_timing(failed, workload, size, device)
        return replace(timing, against=self._against(measurement))

    def _with_energy(
        self,
        timing: Timing,
        variants: Variants,
        inputs: Callable[[], Arguments],
        verify: Callable[[object, object], str | None],
        rng: np.random.Generator,
        tell: Callable[[str], None],
    ) -> Timing:
        """The timing with the energy of its calls, where its device has a meter."""
        if timing.status in (TimingStatus.FAILED, TimingStatus.TAMPERED):
            return timing
        device = self._device
        on_it = self._sides.reference_place.device == device
        ours, reference = variants.submission, variants.reference if on_it else None
        supply = Supply(inputs, lambda made: made.packed_bytes, verify)
        try:
            with (
                meter_of(device.name, device.uuid or None) as meter,
                self._sides.nothing_flushed(),
            ):
                return with_energy(
                    timing, meter, ours, reference, supply, rng, settings=FULL_ENERGY, tell=tell
                )
        except NotMeasured as problem:
            return without_energy(timing, str(problem))

    @property
    def usable(self) -> bool:
        """Whether all workers still live."""
        return all(worker.alive for worker in self._sides.workers)

    def close(self) -> None:
        """End the workers."""
        self._sides.close()

    def _against(self, measurement: Measurement) -> Against | None:
        """What a measurement, or what came before it, says of the earlier version."""
        if not isinstance(past := self._sides.earlier, Past):
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
        sides, device = self._sides, self._device
        if sides.reference_place != NUMPY:
            trial = inputs()
            try:
                with turn_of(sides.reference) as reference:
                    answer = reference.call(trial).answer
                wrong = verify(trial, answer, sides.reference_place.backend)
            except CallFailed as failure:
                wrong = str(failure)
            if wrong:
                sides.take_numpy_reference()
        with ExitStack() as stack:
            stack.enter_context(alone_on_this_machine())
            meter: Meter | None = None
            with suppress(NotMeasured):
                meter = stack.enter_context(meter_of(device.name, device.uuid or None))
            clock_mhz = meter.clock_mhz if meter else lambda: None
            warm_up(sides.submission, inputs, clock_mhz)

    def _with_device_time(
        self,
        timing: Timing,
        inputs: Callable[[], Arguments],
        verify: Callable[[object, object], str | None],
    ) -> Timing:
        """A timing on a GPU, with what ran beside it, and what the GPU says of both."""
        sides = self._sides
        timing = replace(
            timing,
            contaminated_share=None,
            reference_backend=sides.reference_place.backend,
            reference_device=sides.reference_place.device.name,
        )
        if timing.status not in (TimingStatus.OK, TimingStatus.NOISY):
            return timing
        reference = sides.reference if sides.reference_place != NUMPY else None
        return trace_both(timing, sides.submission, reference, inputs, verify)
