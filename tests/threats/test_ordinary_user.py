"""The same threats against a grader that is not root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ordinary_user import NOBODY, python_for_everybody

from benchharness.sandbox.layers.readable import reachable_by_others

ESSENTIAL = {
    "test_bad_input": "unreadable or endless_loop or memory_error or end_at_import or coroutine",
    "test_verdicts": "reading or tampering or signals or stops or fork or daemon or bomb or disk",
    "test_clock": "early_bell or second_bell or filled_after_return or stand_still",
    "test_faults": "survives or interrupted_run_ends or fork_server or file_size or cannot_be",
}
"""Where another user makes a difference: what may be opened, signalled, filled, left behind."""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root can become somebody else (with setpriv); other users run all tests as such",
)


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """An interpreter with our packages that every user can start."""
    packages, checkout = sysconfig.get_path("purelib"), Path(__file__).parents[2]
    for place in (packages, str(checkout)):
        if not reachable_by_others(place):
            pytest.skip(f"{place} cannot be read by other users: chmod a+rX it and its parents")
    with tempfile.TemporaryDirectory(prefix="threats-python-") as name:
        Path(name).chmod(0o755)
        yield str(python_for_everybody(Path(name)))


@pytest.mark.parametrize(("module", "chosen"), ESSENTIAL.items(), ids=list(ESSENTIAL))
def test_threats_end_alike_for_a_grader_that_is_not_root(module, chosen, python):
    checkout = Path(__file__).parents[2]
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    pytest_run = [python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        found = subprocess.run(
            [*user, *pytest_run, f"tests/threats/{module}.py", "-k", chosen],
            cwd=checkout,
            env={"PATH": os.defpath, "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
        )
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]
