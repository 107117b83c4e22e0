"""What a run is asked to do, and what it refuses to be asked."""

import pytest

from benchharness.errors import UsageError
from benchharness.runner.settings import Settings

MISTAKES = {
    "timing": "sometimes",
    "sandbox": "docker",
    "timeout_s": 0,
    "memory_mib": 15,
    "seed": -1,
}


def test_seed_is_fresh_for_each_run():
    assert Settings().seed != Settings().seed


def test_seed_survives_every_reader_of_json():
    assert all(0 <= Settings().seed < 2**53 for _ in range(100))


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_names_the_setting_and_what_arrived(name):
    with pytest.raises(UsageError) as caught:
        Settings(**{name: MISTAKES[name]})

    assert str(caught.value).startswith(name.partition("_")[0])
    assert str(caught.value).endswith(f"got {MISTAKES[name]!r}")


@pytest.mark.parametrize("timeout_s", [-1.0, float("nan"), float("inf"), 86_401])
def test_timeout_must_be_a_time(timeout_s):
    with pytest.raises(UsageError, match=r"timeout must lie in \(0, 86400\] seconds"):
        Settings(timeout_s=timeout_s)


@pytest.mark.parametrize("seed", [2**53, -1])
def test_seed_must_fit(seed):
    with pytest.raises(UsageError, match=r"seed must lie in 0\.\.2\*\*53-1"):
        Settings(seed=seed)


def test_limits_of_a_worker_follow():
    limits = Settings(timeout_s=2.0, memory_mib=100).limits

    assert (limits.call_s, limits.memory_bytes) == (2.0, 100 * 2**20)
