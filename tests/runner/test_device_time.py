"""What a GPU says of calls: what of it is believed, and when it is warm."""

import math
from itertools import chain, count, repeat
from types import SimpleNamespace

import pytest

from benchharness.outcomes import Timing, TimingStatus
from benchharness.runner.device_time import Traced, trace_both, warm_up
from benchharness.timing import CallFailed

TIMING = Timing("noise", "cuda:0", TimingStatus.OK, median_s=1e-3, speed_ratio=2.0)
SENT = {"answer": 5, "device_s": 0.5, "peak_bytes": 10}


class Function:
    """A function in a worker of its own, with the traces that it is to give."""

    def __init__(self, device_s=(), answers=()):
        self.turns = 0
        self.is_running = False
        self._device_s = chain(device_s, repeat(0.01))
        self._answers = chain(answers, repeat("right"))

    def resume(self):
        self.turns += 1
        self.is_running = True

    def suspend(self):
        self.is_running = False

    def call(self, arguments):
        assert self.is_running

    def trace(self, arguments):
        assert self.is_running
        return Traced(next(self._answers), next(self._device_s), 100)


def verify(arguments, answer):
    return None if answer == "right" else "wrong"


def traced(submission, reference=None):
    return trace_both(TIMING, submission, reference, lambda: "inputs", verify)


# What is believed


def test_what_a_gpu_says_is_taken_up_to_the_time_that_the_whole_call_took():
    assert Traced.of(SENT, 0.5) == Traced(5, 0.5, 10)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        5,
        {},
        {"answer": 5},
        SENT | {"more": 1},
        SENT | {"device_s": 0.51},
        SENT | {"device_s": -1e-9},
        SENT | {"device_s": math.nan},
        SENT | {"device_s": math.inf},
        SENT | {"device_s": 0},
        SENT | {"device_s": "0.1"},
        SENT | {"device_s": [0.1]},
        SENT | {"peak_bytes": -1},
        SENT | {"peak_bytes": 1.5},
    ],
)
def test_anything_else_is_tampering(sent):
    with pytest.raises(CallFailed) as caught:
        Traced.of(sent, 0.5)

    assert caught.value.status == TimingStatus.TAMPERED


def test_framework_without_a_clock_says_nothing():
    assert Traced.of(SENT | {"device_s": None, "peak_bytes": None}, 0.5).device_s is None


# What is made of it


def test_median_of_several_calls_is_told():
    timing = traced(Function([9.0, 0.1, 9.0], []))

    assert timing.device_median_s == 0.01
    assert timing.peak_memory_bytes == 100


def test_reference_on_the_cpu_has_no_time_on_the_gpu():
    assert traced(Function()).reference_device_median_s is None


def test_reference_on_the_gpu_is_asked_as_well():
    assert traced(Function(), Function(repeat(0.02))).reference_device_median_s == 0.02


def test_functions_take_turns():
    submission, reference = Function(), Function()

    traced(submission, reference)

    assert submission.turns == reference.turns == 20
    assert not (submission.is_running or reference.is_running)


def test_timing_stays_as_it_was_otherwise():
    timing = traced(Function())

    assert (timing.status, timing.median_s, timing.speed_ratio) == ("ok", 1e-3, 2.0)


def test_wrong_answer_fails_the_timing_and_takes_its_ratio():
    timing = traced(Function(answers=["right", "other"]))

    assert (timing.status, timing.speed_ratio) == ("failed", None)
    assert timing.message == "call 2 with the GPU's clock: wrong"


# Warming up


def calls_until_warm(clocks_mhz):
    """Calls until a GPU is warm, each of 10 ms, with the given readings of its clock."""
    function, readings, moments = Function(), iter(clocks_mhz), (i / 200 for i in count())
    warm_up(function, lambda: "inputs", lambda: next(readings), lambda: next(moments))
    return function.turns


def test_gpu_is_warm_when_its_clock_stands_still():
    rising = [600.0, 900.0, 1200.0, 1400.0, 1410.0, 1405.0]

    assert calls_until_warm(rising) > calls_until_warm(rising[-3:])


def test_gpu_whose_clock_nobody_knows_is_warm_after_some_time():
    ticks = iter(i / 100 for i in count())
    function = Function()

    warm_up(function, lambda: "inputs", lambda: None, lambda: next(ticks))

    assert 0 < function.turns < 40


def test_clock_that_never_stands_still_is_waited_for_no_longer_than_three_seconds():
    function, moments = Function(), SimpleNamespace(now=0.0)

    def now():
        moments.now += 0.01
        return moments.now

    warm_up(function, lambda: "inputs", lambda: 1000 + 500 * math.sin(99 * moments.now), now)

    assert 2.9 < moments.now < 3.2
