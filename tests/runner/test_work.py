"""The work of a workload, from its definition: bytes of inputs and answer, operations."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tiny_suite import tiny_suite

from benchharness.outcomes import Timing, TimingStatus
from benchharness.runner.work import data_bytes, with_work

NEGATIVE, TOTAL = tiny_suite().tasks
TIMING = Timing("noise", "cpu", TimingStatus.OK, median_s=1e-3)


def test_bytes_are_those_of_inputs_and_answer():
    assert data_bytes(NEGATIVE, {"image": np.zeros((4, 6), np.uint8)}) == 24 + 24


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_count_in_single_precision(dtype):
    assert data_bytes(TOTAL, {"values": np.zeros(9, dtype)}) == 9 * 4 + 4


def test_timing_gets_bytes_and_operations():
    workload = replace(NEGATIVE.workloads[0], operations=lambda size: size**2)
    found = with_work(TIMING, NEGATIVE, workload, 8)
    assert (found.data_bytes, found.operations) == (2 * 64, 64.0)


def test_operations_that_nobody_counted_stay_unknown():
    assert with_work(TIMING, NEGATIVE, NEGATIVE.workloads[0], 8).operations is None
