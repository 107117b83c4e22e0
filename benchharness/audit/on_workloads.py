"""
Right submissions on the inputs that they would be timed on.

Every timed answer is verified, so one that is right in all checks and wrong on a workload would
get a failed timing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from benchharness.checking.judge import judge
from benchharness.checking.precision import has_singles, in_double, in_single
from benchharness.outcomes import Status
from benchharness.runner.attempt import Attempt, for_backend
from benchharness.runner.casebook import Question, question
from benchharness.runner.streams import stream
from benchharness.sandbox.process import call_message
from benchharness.suite.task import Case, Inputs, Suite, Task, Workload

__all__ = ["Found", "on_workloads"]

_SEED = 0
_LONG_S = 0.05
"""A submission that takes longer for a call is not tried on larger inputs."""

_TOO_LARGE = (Status.TIMEOUT, Status.MEMORY)


class Found:
    """What went wrong, and which submissions timing would ask in float64, a sentence each."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.in_double: list[str] = []


def on_workloads(suite: Suite, task: Task, attempts: Sequence[Attempt]) -> Found:
    """
    Every submission on every workload and size, from the smallest on, until it takes long.

    That a submission takes too much time or memory for a size is its own doing, and no problem.
    """
    found = Found()
    for workload in task.workloads:
        remaining = list(attempts)
        for size in sorted(workload.sizes):
            where = f"workload {workload.name}, size {size} (seed {_SEED})"
            try:
                given = _Given(suite, task, workload, size)
            except Exception as problem:  # a mistake in the workload, or in the reference
                found.problems.append(f"{where}: {type(problem).__name__}: {problem}")
                break
            remaining = [each for each in remaining if given.is_passed_by(each, where, found)]
    return found


class _Given:
    """One set of inputs, as each backend sees it."""

    def __init__(self, suite: Suite, task: Task, workload: Workload, size: int) -> None:
        place = (suite.name, task.name, workload.name, str(size), "inputs")
        self._task = task
        self._inputs = in_single(workload.inputs(stream(_SEED, *place), size))
        self._asked_in = {"numpy": self._made(self._inputs)}

    def is_passed_by(self, attempt: Attempt, where: str, found: Found) -> bool:
        """Whether a submission is right, and quick enough to be asked for more."""
        file = f"accepted/{Path(attempt.path).name}"
        started = perf_counter()
        status, message = self._asked(attempt, self._question(attempt.backend))
        took_s = perf_counter() - started
        if status == Status.PASSED:
            return took_s < _LONG_S
        if status in _TOO_LARGE:
            return False
        if attempt.backend == "numpy" and has_singles(self._inputs):
            again, _ = self._asked(attempt, self._made(in_double(self._inputs)))
            if again == Status.PASSED:
                text = f"timed in float64: {file}: {self._task.name} fails in float32"
                found.in_double += [text] * (text not in found.in_double)
                return False
        found.problems.append(f"{file}: {where}: {status}: {message}")
        return False

    def _question(self, backend: str) -> Question:
        """The same for every backend, but for the order of axes."""
        if backend not in self._asked_in:
            task = self._task
            sent = for_backend(backend, task.signature, self._inputs)
            message = call_message(task.name, task.arguments(sent))
            self._asked_in[backend] = replace(self._asked_in["numpy"], message=message)
        return self._asked_in[backend]

    def _made(self, inputs: Inputs) -> Question:
        return question(self._task, Case("a workload", inputs), "numpy")

    def _asked(self, attempt: Attempt, asked: Question) -> tuple[Status, str]:
        """How an answer is judged, as it is where it is timed."""
        task = self._task
        answer = attempt.call(task, asked.message)
        if answer.status != Status.PASSED:
            return answer.status, answer.message
        wrong = judge(task, asked.case.inputs, answer.value, asked.expected, attempt.backend)
        return (Status.FAILED, wrong) if wrong else (Status.PASSED, "")
