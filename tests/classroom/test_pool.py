"""Work done by processes beside each other: all of it, once, whatever happens to a process."""

import os
import signal
import sys
from pathlib import Path

import pytest

from benchharness.classroom.pool import in_processes

JOBS = [1, 3]
LINUX_ONLY = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are forked on Linux only"
)


def results(work, do, jobs):
    return {done.work: done.result for done in in_processes(work, do, jobs)}


@pytest.mark.parametrize("jobs", JOBS)
def test_everything_is_done(jobs):
    assert results(range(20), lambda n: n * n, jobs) == {n: n * n for n in range(20)}


@pytest.mark.parametrize("jobs", JOBS)
def test_no_work_is_no_result(jobs):
    assert results([], lambda n: n, jobs) == {}


@LINUX_ONLY
def test_processes_differ_and_are_used_again():
    pids = set(results(range(12), lambda n: os.getpid(), 3).values())

    assert os.getpid() not in pids
    assert len(pids) <= 3


@pytest.mark.parametrize("jobs", JOBS)
def test_exception_is_told_and_the_rest_is_done(jobs):
    def do(n):
        return 1 / (n - 2)

    found = {done.work: done for done in in_processes(range(4), do, jobs)}

    assert found[2].result is None
    assert found[2].problem.startswith("ZeroDivisionError: division by zero (test_pool.py, line ")
    assert found[3].result == 1


@LINUX_ONLY
def test_work_of_a_process_that_was_killed_is_tried_again(tmp_path):
    def do(n):
        mark = Path(tmp_path, str(n))
        if n == 2 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    assert results(range(5), do, 2) == {n: n for n in range(5)}


@LINUX_ONLY
def test_work_that_kills_every_process_is_given_up():
    def do(n):
        if n == 2:
            os._exit(1)
        return n

    found = {done.work: done for done in in_processes(range(5), do, 2)}

    assert found[2].problem == "the grading process died, twice"
    assert sorted(found) == [0, 1, 2, 3, 4]


@LINUX_ONLY
def test_work_is_taken_no_further_ahead_than_there_are_processes():
    taken = []

    def work():
        for n in range(50):
            taken.append(n)
            yield n

    running = in_processes(work(), lambda n: n, 2)
    next(running)

    assert len(taken) <= 3
    running.close()
