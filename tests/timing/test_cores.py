"""The core that a measurement keeps."""

import os
import subprocess
import sys

import pytest

from benchharness.timing.cores import on_one_core, quietest_core

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system cannot hold a process on a core"
)


@pytest.fixture
def worker():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_grader_and_worker_share_one_core(worker):
    with on_one_core([worker.pid]) as core:
        assert os.sched_getaffinity(0) == os.sched_getaffinity(worker.pid) == {core}


def test_both_may_use_all_their_cores_again_afterwards(worker):
    before = os.sched_getaffinity(0), os.sched_getaffinity(worker.pid)
    with on_one_core([worker.pid]):
        pass
    assert (os.sched_getaffinity(0), os.sched_getaffinity(worker.pid)) == before


def test_a_worker_that_died_meanwhile_is_no_error(worker):
    before = os.sched_getaffinity(0)
    with on_one_core([worker.pid]):
        worker.kill()
        worker.wait()
    assert os.sched_getaffinity(0) == before


def test_the_quietest_core_is_one_that_may_be_used():
    assert quietest_core() in os.sched_getaffinity(0)


def test_looking_for_the_quietest_core_leaves_the_process_where_it_may_run():
    before = os.sched_getaffinity(0)
    quietest_core()
    assert os.sched_getaffinity(0) == before
