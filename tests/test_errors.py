"""Whose doing a failure is, and with which exit code commands end by it."""

import errno
from pathlib import Path

import pytest

from benchharness.cli import main
from benchharness.errors import HarnessError, SandboxError, SuiteError, UsageError, unwritable
from benchharness.pytest_plugin import run
from benchharness.runner import doctor

CODES = pytest.mark.parametrize(
    ("failure", "code"), [(UsageError, 2), (SuiteError, 2), (SandboxError, 3), (HarnessError, 3)]
)


@pytest.fixture
def raising(failure, monkeypatch):
    """Both ways in, with what they do first replaced by a failure."""

    def fail(*_):
        raise failure("it failed")

    monkeypatch.setattr(doctor, "examine", fail)
    monkeypatch.setattr(run, "_github_step", fail)


@CODES
@pytest.mark.usefixtures("raising")
def test_command_ends_by_whose_doing_it_is(code, capsys):
    assert main(["doctor"]) == code
    assert capsys.readouterr().err == "benchharness: it failed\n"


@CODES
@pytest.mark.usefixtures("raising")
def test_pytest_ends_by_whose_doing_it_is(code, pytestconfig):
    with pytest.raises(pytest.exit.Exception, match="benchharness: it failed") as ended:
        run.run_or_exit(pytestconfig)

    assert ended.value.returncode == code


@pytest.mark.parametrize(
    ("reason", "code"),
    [(errno.EACCES, 2), (errno.ENOTDIR, 2), (errno.ENOSPC, 3), (errno.EFBIG, 3)],
)
def test_place_is_the_users_and_a_full_disk_is_not(reason, code):
    failure = unwritable(Path("out"), OSError(reason, "a reason"))

    assert failure.exit_code == code
    assert str(failure) == (
        "out: cannot be written: a reason; free some space or name another place"
    )
