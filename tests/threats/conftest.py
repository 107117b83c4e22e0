"""Every test here grades with the real sandbox and has to leave the machine as it was."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import leftovers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = "the sandbox's layers and fork-servers are Linux's"
    here = Path(__file__).parent
    for item in items:
        if sys.platform != "linux" and here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for submissions that every user can read."""
    with tempfile.TemporaryDirectory(prefix="threats-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No process, temporary file or control group outlives the run of a test."""
    leftovers.adopt_orphans()
    running, groups = leftovers.children(), leftovers.empty_control_groups()
    with tempfile.TemporaryDirectory(prefix="threats-tmp-") as name:
        Path(name).chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", name)
        monkeypatch.setenv("TMPDIR", name)
        yield
        files = leftovers.temporary_files()
        monkeypatch.undo()
    assert leftovers.eventually(lambda: leftovers.children() <= running), "processes are left"
    assert leftovers.eventually(lambda: leftovers.empty_control_groups() <= groups)
    assert files == set()
