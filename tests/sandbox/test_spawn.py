"""Plain child processes, as macOS and Windows have to do with, tried where these tests run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchharness.sandbox.limits import Limits
from benchharness.sandbox.policy import Policy
from benchharness.sandbox.process import Death, WorkerLost, WorkerProcess, call_message
from benchharness.sandbox.spawn import SpawnServer
from benchharness.worker.messages import Outcome

MIB = 2**20
LIMITS = Limits(call_s=0.5, request_bytes=8 * MIB, reply_bytes=8 * MIB)
SOURCE = """
import os
import numpy

def doubled(image):
    return image * 2.0

def changed(image):
    image[:] = 0
    return 1

def endless(image):
    while True:
        pass

def gone(image):
    os._exit(7)
"""
NAMES = ["doubled", "changed", "endless", "gone"]
IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.fixture(scope="module")
def server() -> Iterator[SpawnServer]:
    server = SpawnServer("numpy", 2048 * MIB)
    yield server
    server.close()


@pytest.fixture
def worker(server: SpawnServer, tmp_path: Path) -> Iterator[WorkerProcess]:
    (tmp_path / "submission.py").write_text(SOURCE)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    policy = Policy("auto", str(tmp_path), 1024 * MIB, scratch_parent=str(scratch))
    worker = server.worker(policy, LIMITS)
    worker.load(str(tmp_path), ["submission.py"], NAMES, LIMITS)
    yield worker
    worker.close()


def test_an_answer_comes_back(worker):
    reply = worker.call(call_message("doubled", (IMAGE,)), LIMITS)
    np.testing.assert_array_equal(reply.value, IMAGE * 2.0)


def test_a_large_timed_call_is_answered(worker):
    image = np.ones((1024, 512))
    reply = worker.call(call_message("doubled", (image,)), LIMITS, timed=True)
    assert reply.outcome == Outcome.RETURNED and reply.value.sum() == 2 * image.size


def test_a_changed_input_is_noticed(worker):
    assert not worker.call(call_message("changed", (IMAGE,)), LIMITS).inputs_kept


def test_an_endless_call_is_ended(worker):
    with pytest.raises(WorkerLost) as lost:
        worker.call(call_message("endless", (IMAGE,)), replace(LIMITS, patience=1.0))
    assert lost.value.cause == Death.TIMEOUT


def test_a_process_that_ends_itself_is_named(worker):
    with pytest.raises(WorkerLost, match="exit code 7") as lost:
        worker.call(call_message("gone", (IMAGE,)), LIMITS)
    assert lost.value.cause == Death.CRASHED


def test_what_it_lacks_is_said(worker):
    missing = dict(worker.confinement["missing"])
    assert "seccomp" in missing and "mount-namespace" in missing


def test_nothing_is_left_in_the_shared_folder(worker, tmp_path):
    folder = worker._life._folder
    worker.close()
    assert not folder.exists()
