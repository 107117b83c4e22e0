"""What a worker may read, and what is hidden in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from benchharness.sandbox.layers import readable
from benchharness.sandbox.layers.libc import supported

pytestmark = pytest.mark.skipif(supported() is not None, reason=f"the layers: {supported()}")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    readable.needed_by_python.cache_clear()
    yield
    readable.needed_by_python.cache_clear()


def test_a_hidden_folder_in_a_hidden_folder_is_hidden_once(monkeypatch):
    """In a wheel the content lies in the package; what is covered cannot be covered again."""
    package = os.path.dirname(os.__file__)
    inside = os.path.join(package, "json")
    monkeypatch.setattr(readable, "_content_folders", lambda: [package, inside])
    assert readable.needed_by_python().hidden == (package,)
