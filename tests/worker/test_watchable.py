"""What a suite's author is told of forbidden names whose uses go unseen."""

from __future__ import annotations

import pytest

from benchharness.worker.watchable import unwatchable

SEEN = [
    "numpy.convolve",
    "numpy.dot",
    "numpy.array",
    "numpy.ndarray.sum",
    "numpy.linalg",
    "numpy.linalg.LinAlgError",
    "numpy.vectorize",
    "math",
    "skimage",
    "skimage.filters.threshold_otsu",
    "fractions.Fraction.from_float",
]


@pytest.mark.parametrize("name", SEEN)
def test_nothing_is_said_of_a_name_whose_uses_are_seen(name: str) -> None:
    assert unwatchable(name) is None


UNSEEN = {
    "numpy.matmul": "ufunc",
    "numpy.random.default_rng": "cython",
    "numpy.ndarray": "object of this type",
    "numpy.ndarray.__matmul__": "operator",
    "numpy.pi": "float",
    "numpy.convolution": "no such name",
    "nonexistent.package": "no such name",
}


@pytest.mark.parametrize(("name", "reason"), UNSEEN.items())
def test_the_reason_is_said_where_uses_go_unseen(name: str, reason: str) -> None:
    assert reason in (unwatchable(name) or "")


def test_of_a_module_it_is_said_which_parts_go_unseen() -> None:
    said = unwatchable("numpy") or ""
    assert "absolute" in said and "more" in said
