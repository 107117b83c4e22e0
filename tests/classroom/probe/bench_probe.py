"""Probe: a task whose judgement says where it was made, and dies when it is asked to."""

import os
import signal

from benchharness.suite import case, check, holds, reference, task, workload

solutions = reference(__file__)


def _complaint(answer, expected, value):
    if answer == -1:
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(1)
    if answer == -2:
        os._exit(1)
    return None if answer == expected else f"worker={os.getppid()} grader={os.getpid()}."


@task("double(value: int) -> int")
class Double:
    """Twice the value."""

    reference = solutions.double
    rule = holds(_complaint)

    @check(points=1)
    def small(rng):
        """A small number, and a smaller one."""
        yield case("a number", value=int(rng.integers(5, 9)))
        yield case("one", value=1)

    @workload(sizes=(8,))
    def numbers(rng, size):
        return {"value": int(rng.integers(0, size))}
