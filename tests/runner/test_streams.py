"""Random streams belong to a seed and a place, whatever ran before."""

import numpy as np

from benchharness.runner.streams import stream


def first(seed, *place):
    return int(stream(seed, *place).integers(2**63))


def test_same_seed_and_place_give_the_same_numbers():
    assert first(7, "thresholding", "binarize") == first(7, "thresholding", "binarize")


def test_another_seed_gives_other_numbers():
    assert first(7, "binarize") != first(8, "binarize")


def test_another_place_gives_other_numbers():
    assert first(7, "binarize") != first(7, "otsu_threshold")


def test_names_are_not_run_together():
    assert first(7, "ab", "c") != first(7, "a", "bc")


def test_seed_and_name_are_not_run_together():
    assert first(1, "2") != first(12)


def test_numbers_stay_the_same_from_release_to_release():
    """A recorded run can be repeated: the key and the generator belong to the format."""
    assert first(271_828, "thresholding", "otsu_threshold", "photographs") == 2300748063392348563


def test_neighbouring_seeds_are_not_alike():
    drawn = np.array([stream(seed, "x").normal(size=50) for seed in range(20)])

    assert np.abs(np.corrcoef(drawn) - np.eye(20)).max() < 0.7
