"""Ctrl-C stops a class wherever it falls."""

import signal
import sys
import threading

import pytest
from tiny_suite import RIGHT, copy_tiny_suite

from benchharness.classroom import progress
from benchharness.classroom.interruption import interruptible
from benchharness.cli import main


class FailingWhenFreed:
    def __del__(self):
        raise ValueError


class InterruptedWhenFreed:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def ignored(monkeypatch):
    """What Python says that it has ignored."""
    found = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: found.append(told.exc_type))
    return found


def test_what_a_destructor_has_lost_is_raised_again(ignored):
    with interruptible() as raise_again:
        raise_again()
        InterruptedWhenFreed()
        assert ignored == []
        with pytest.raises(KeyboardInterrupt):
            raise_again()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_else_is_ignored_is_said(ignored):
    with interruptible():
        FailingWhenFreed()
    InterruptedWhenFreed()
    assert ignored == [ValueError, KeyboardInterrupt]


def test_ctrl_c_is_raised_at_once():
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_that_is_ignored_stays_ignored():
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible() as raise_again:
            signal.raise_signal(signal.SIGINT)
            raise_again()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, former)


def test_another_thread_is_left_alone():
    told = []

    def use():
        with interruptible() as raise_again:
            raise_again()
            told.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert told == [signal.default_int_handler]


def test_class_stops_where_a_destructor_has_lost_it(ignored, tmp_path, capsys, monkeypatch):
    copy_tiny_suite(tmp_path / "suites")
    folder = tmp_path / "class"
    folder.mkdir()
    for name in ("ada", "emmy", "grace"):
        (folder / f"{name}.py").write_text(RIGHT)
    line_of = progress._line
    monkeypatch.setattr(progress, "_line", lambda step: InterruptedWhenFreed() and line_of(step))
    command = ["grade", str(folder), "-o", str(tmp_path / "out"), "--jobs", "1",
               "--suite", str(tmp_path / "suites" / "tiny")]  # fmt: skip

    assert main(command) == 130
    assert ignored == []
    told = capsys.readouterr()
    assert told.err == "stopped: the same command goes on where this was\n"
    assert len(told.out.splitlines()) == 1
    monkeypatch.undo()
    assert main(command) == 0
    assert capsys.readouterr().out.count(": graded before") == 1
