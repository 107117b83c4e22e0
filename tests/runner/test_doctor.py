"""What the machine offers, found by trying it."""

import numpy as np
import pytest

from benchharness.outcomes import Isolation
from benchharness.runner.doctor import examine
from benchharness.sandbox.confine import LAYERS


@pytest.fixture(scope="module")
def examination():
    return examine()


def test_versions_of_the_packages_are_told(examination):
    assert examination.packages["numpy"] == np.__version__


def test_missing_package_is_told_as_missing(examination, monkeypatch):
    monkeypatch.setattr("benchharness.runner.doctor._PACKAGES", {"nobody": "nobodys-package"})

    assert examine().packages == {"nobody": None}


def test_each_layer_works_or_has_a_reason_why_not(examination):
    isolation = examination.isolation
    if isolation is None:
        pytest.skip(f"no worker starts here: {examination.sandbox_problem}")

    assert sorted([*isolation.layers, *dict(isolation.missing)]) == sorted(LAYERS)


def test_worker_was_started_for_real(examination):
    assert isinstance(examination.isolation, Isolation)
    assert examination.worker_start_s > 0


def test_clock_was_read(examination):
    assert 0 < examination.clock.overhead_s < 1
    assert examination.clock.probe_spread >= 0


def test_gpus_are_named_or_their_absence_explained(examination):
    assert examination.gpus or examination.gpu_problem
