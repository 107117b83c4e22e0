"""Cheats on the clock: a timing is refused, or it says at least how long the work took."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchharness.outcomes import Timing
from benchharness.runner import timing
from benchharness.runner.grader import Grader
from benchharness.suite.task import Suite
from benchharness.timing import QUICK

from .graded import WORKER, settings, suite_of

WORK_S = 0.005
WORK = f"""
import os, threading, time
import numpy as np
now = time.process_time
def histogram(image):
    return np.bincount(image.ravel(), minlength=256) / image.size
def work(clock=now):
    "{WORK_S} seconds of processor time."
    end = clock() + {WORK_S}
    while clock() < end: pass
"""

SLOW = {
    "honest": """
def grey_histogram(image):
    work()
    return histogram(image)
""",
    "clocks_that_stand_still": """
def grey_histogram(image):
    work()
    return histogram(image)
time.perf_counter = time.monotonic = time.time = lambda: 0.0
time.perf_counter_ns = time.monotonic_ns = time.time_ns = lambda: 0
time.clock_gettime = lambda clock: 0.0
""",
    "slow_clock": """
real = time.perf_counter
def grey_histogram(image):
    work()
    return histogram(image)
time.perf_counter = lambda: real() / 1000
""",
    "quick_while_warming_up": """
calls = 0
def grey_histogram(image):
    global calls
    calls += 1
    if calls > 1: work()
    return histogram(image)
""",
}

FALSE = {
    "cache_by_identity": """
cache = {}
def grey_histogram(image):
    return cache.setdefault(id(image), histogram(image) if id(image) not in cache else None)
""",
    "cache_by_pointer": """
cache = {}
def grey_histogram(image):
    key = image.__array_interface__["data"][0], image.shape
    if key not in cache: cache[key] = histogram(image)
    return cache[key]
""",
    "cache_by_corners": """
cache = {}
def grey_histogram(image):
    key = image.shape
    if key not in cache: cache[key] = histogram(image)
    return cache[key]
""",
    "previous_answer": """
last = None
def grey_histogram(image):
    global last
    answer = histogram(image) if last is None else last
    last = histogram(image)
    return answer
""",
    "filled_after_return": """
def grey_histogram(image):
    answer = np.zeros(256)
    def fill(image=image.copy()):
        work()
        answer[:] = histogram(image)
    threading.Thread(target=fill).start()
    return answer
""",
    "answer_of_the_next_call": """
pending = []
def grey_histogram(image):
    pending.append(image.copy())
    return histogram(pending[-2] if len(pending) > 1 else image)
""",
    "early_bell": WORKER
    + """
from benchharness.worker.codec import pack
from benchharness.worker.messages import DONE, MAGIC, REPLY, REQUEST
def grey_histogram(image):
    harness = worker()
    serial = REQUEST.unpack_from(harness.requests)[2]
    pack(np.zeros(256)).write(harness.replies[REPLY.size:])
    REPLY.pack_into(harness.replies, 0, MAGIC, 2, serial)
    os.write(harness.done, DONE)
    work()
    return histogram(image)
""",
    "second_bell": """
import os
calls = 0
def grey_histogram(image):
    global calls
    calls += 1
    if calls > 1:
        for fd in range(3, 16):
            try: os.write(fd, b"\\x01")
            except OSError: pass
    return histogram(image)
""",
    "right_only_while_warming_up": """
calls = 0
def grey_histogram(image):
    global calls
    calls += 1
    return histogram(image) if calls < 2 else np.zeros(256)
""",
    "ends_after_a_while": """
calls = 0
def grey_histogram(image):
    global calls
    calls += 1
    if calls > 1: os._exit(0)
    return histogram(image)
""",
    "hangs_after_a_while": """
calls = 0
def grey_histogram(image):
    global calls
    calls += 1
    while calls > 1: pass
    return histogram(image)
""",
    "import_that_fails_where_it_is_timed": """
import sys
frame = sys._getframe()
while frame:
    if len(frame.f_locals.get("wanted") or "ab") == 1: raise SystemExit(0)
    frame = frame.f_back
def grey_histogram(image): return histogram(image)
""",
    "process_that_ends_between_calls": """
threading.Thread(target=lambda: (time.sleep(0.0005), os._exit(0))).start()
def grey_histogram(image): return histogram(image)
""",
}

SERVES_ITSELF = f"""
{WORKER}
from benchharness.worker.codec import pack, unpack
from benchharness.worker.messages import DONE, MAGIC, REPLY, REQUEST, Outcome
def binarize(image, threshold):
    harness = worker()
    while True:
        serial = REQUEST.unpack_from(harness.requests)[2]
        image, threshold = unpack(harness.requests[REQUEST.size:], trusted=True)[1]
        answer = pack(np.where(image <= threshold, 255, 0).astype(np.uint8))
        REPLY.pack_into(harness.replies, 0, MAGIC, Outcome.RETURNED, serial)
        FILL, RING
        os.read(harness.doorbell, 1)
"""
FILL = "answer.write(harness.replies[REPLY.size:])"
EMPTY = "pack(np.zeros_like(image)).write(harness.replies[REPLY.size:])"
RING = "os.write(harness.done, DONE)"

BUSY = """
def spin():
    while True: pass
for _ in range(2): threading.Thread(target=spin, daemon=True).start()
def grey_histogram(image):
    work()
    return histogram(image)
"""


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many calls as a verdict needs, and no more: precision is not the subject here."""
    short = replace(QUICK, budget_s=0.1, wall_s=10.0, warm_up_s=0.05)
    monkeypatch.setitem(timing._PRESETS, "quick", short)


def suite() -> Suite:
    """The histogram and the midpoint; two tasks, so that a submission can tell them apart."""
    return suite_of("grey_histogram", "midpoint_threshold")


def timed(folder: Path, source: str, size: int = 64, of: Suite | None = None) -> Timing:
    """The timing of a histogram, or of a suite's first task."""
    path = folder / "submission.py"
    path.write_text(WORK + source)
    with Grader(settings(timing="quick"), [of or suite()]) as grader:
        assignment = grader.assignments(grader.take_in(path))[0]
        (workload,) = assignment.task.workloads
        return grader.time(assignment, workload, size)


@pytest.mark.parametrize("name", SLOW)
def test_time_is_no_less_than_the_work_took(name, folder):
    found = timed(folder, SLOW[name])
    assert found.status in ("ok", "noisy"), found.message
    assert found.raw_median_s >= WORK_S
    assert found.median_s > 0.9 * WORK_S


@pytest.mark.parametrize("name", FALSE)
def test_wrong_or_missing_answer_ends_the_timing(name, folder):
    found = timed(folder, FALSE[name])
    assert found.status in ("failed", "tampered"), found
    assert found.message
    assert found.speed_ratio is None


def test_large_inputs_are_not_answered_ahead_of_the_clock(folder):
    found = timed(folder, FALSE["filled_after_return"], size=1024)
    assert found.status in ("failed", "tampered")


@pytest.mark.parametrize("side", [256, 768, 1536])
def test_answers_filled_in_after_the_bell_are_wrong(side, folder):
    in_time = SERVES_ITSELF.replace("FILL, RING", f"{FILL}, {RING}")
    late = SERVES_ITSELF.replace("FILL, RING", f"{EMPTY}, {RING}, work(), {FILL}")
    assert timed(folder, in_time, side, suite_of("binarize")).status in ("ok", "noisy")
    found = timed(folder, late, side, suite_of("binarize"))
    assert found.status == "failed"
    assert "expected" in found.message
    assert found.speed_ratio is None


def test_busy_threads_slow_their_own_submission_alone(folder):
    found = timed(folder, BUSY)
    assert found.status in ("ok", "noisy", "failed")
    assert found.median_s is None or found.median_s > 0.5 * WORK_S


def test_every_timed_call_is_verified(folder):
    found = timed(folder, SLOW["honest"])
    assert found.calls == found.verified_calls > 0


def test_failed_timing_leaves_the_next_one_alone(folder):
    path = folder / "submission.py"
    path.write_text(WORK + FALSE["ends_after_a_while"])
    other = folder / "other.py"
    other.write_text(WORK + SLOW["honest"])
    with Grader(settings(timing="quick"), [suite()]) as grader:
        statuses = []
        for submission in [grader.take_in(path), grader.take_in(other)]:
            assignment = grader.assignments(submission)[0]
            (workload,) = assignment.task.workloads
            statuses.append(grader.time(assignment, workload, 64).status)
    assert statuses[0] == "failed"
    assert statuses[1] in ("ok", "noisy")
