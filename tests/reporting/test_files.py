"""Results in files that are whole or absent, whatever interrupts the writing."""

import errno
import os
import resource
import subprocess
import sys

import pytest

from benchharness.errors import HarnessError
from benchharness.reporting.files import add_to, write_whole

MIB = 2**20


def test_text_is_written_as_utf_8(tmp_path):
    write_whole(tmp_path / "run.json", "Schätzung × 2\n")

    assert (tmp_path / "run.json").read_bytes() == "Schätzung × 2\n".encode()


def test_parts_are_written_one_after_the_other(tmp_path):
    write_whole(tmp_path / "grades.csv", (f"{number}\n" for number in range(3)))

    assert (tmp_path / "grades.csv").read_text() == "0\n1\n2\n"


def test_folders_are_made(tmp_path):
    write_whole(tmp_path / "a" / "b" / "run.json", "text")

    assert (tmp_path / "a" / "b" / "run.json").read_text() == "text"


def test_old_file_is_replaced(tmp_path):
    path = tmp_path / "run.json"
    write_whole(path, "old and long")
    write_whole(path, "new")

    assert path.read_text() == "new"


def test_others_may_read_the_file(tmp_path):
    write_whole(tmp_path / "run.json", "text")

    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o644


def test_nothing_else_is_left_beside_the_file(tmp_path):
    write_whole(tmp_path / "run.json", "text")

    assert os.listdir(tmp_path) == ["run.json"]


def test_text_that_utf_8_cannot_hold_is_written_escaped(tmp_path):
    write_whole(tmp_path / "run.json", "a\ud800b")

    assert (tmp_path / "run.json").read_text() == "a\\ud800b"


def test_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "run.json").symlink_to(tmp_path / "precious")

    write_whole(tmp_path / "run.json", "text")

    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "run.json").read_text() == "text"


def full_disk(path, size):
    """Write `size` characters where no file may grow beyond 1 MiB, as on a disk that is full."""
    code = (
        "import sys; from pathlib import Path; "
        "from benchharness.errors import HarnessError; "
        "from benchharness.reporting.files import add_to, write_whole\n"
        "try: write_whole(Path(sys.argv[1]), 'x' * int(sys.argv[2]))\n"
        "except HarnessError as problem: sys.exit(str(problem))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(path), str(size)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB)),
        stderr=subprocess.PIPE,
        text=True,
    )


def test_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "run.json"
    write_whole(path, "old")

    done = full_disk(path, 2 * MIB)

    assert "run.json: cannot be written: File too large; free some space" in done.stderr
    assert path.read_text() == "old"


def test_full_disk_leaves_no_half_file(tmp_path):
    full_disk(tmp_path / "run.json", 2 * MIB)

    assert os.listdir(tmp_path) == []


def test_interruption_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_whole(path, "old")

    def interrupt(fd):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["run.json"]


def test_place_that_cannot_be_written_to_is_named_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(HarnessError, match=r"file/run\.json: cannot be written: .*another place"):
        write_whole(tmp_path / "file" / "run.json", "text")


def test_cause_of_a_failure_is_kept(tmp_path):
    with pytest.raises(HarnessError) as caught:
        write_whole(tmp_path, "text")

    assert caught.value.__cause__.errno in (errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST)


def test_text_is_added_to_the_end(tmp_path):
    (tmp_path / "output").write_text("a=1\n")
    add_to(tmp_path / "output", "b=ü\n")

    assert (tmp_path / "output").read_text("utf-8") == "a=1\nb=ü\n"


def test_file_that_cannot_be_added_to_is_named(tmp_path):
    with pytest.raises(HarnessError, match=r"output: cannot be written: .*service named"):
        add_to(tmp_path / "no" / "output", "text")
