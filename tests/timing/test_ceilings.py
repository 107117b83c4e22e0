"""The ceilings of a machine: what one thread reaches at best."""

import subprocess

from benchharness.outcomes import Ceilings
from benchharness.timing import ceilings
from benchharness.timing.ceilings import ceilings_of, measured_ceilings


def test_ceilings_are_rates_above_nothing():
    found = ceilings_of(seconds=0.001, copied=1000, side=8)
    assert found.copy_bytes_per_s > 0 and found.matmul_flop_per_s > 0


def test_the_fastest_of_many_counts(monkeypatch):
    ticks = iter([0.0, 0.0, 0.0, 0.5, 0.6, 0.6, 0.7, 9.0])
    monkeypatch.setattr(ceilings.time, "perf_counter", lambda: next(ticks))
    assert round(ceilings._fastest(lambda: None, 1.0), 6) == 0.1


def test_they_are_measured_with_one_thread_in_a_process_of_its_own(monkeypatch):
    asked = {}

    def run(command, *, env, **_):
        asked.update(env)
        printed = b'{"copy_bytes_per_s": 1e9, "matmul_flop_per_s": 2e9}'
        return subprocess.CompletedProcess(command, 0, printed, b"")

    monkeypatch.setattr(subprocess, "run", run)
    assert measured_ceilings() == {"cpu": Ceilings(1e9, 2e9)}
    assert asked["OPENBLAS_NUM_THREADS"] == asked["MKL_NUM_THREADS"] == "1"


def test_a_probe_that_fails_leaves_them_unknown(monkeypatch):
    def run(command, **_):
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(subprocess, "run", run)
    assert measured_ceilings() == {}
