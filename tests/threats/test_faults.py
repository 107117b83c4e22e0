"""Faults of the machine: killed processes, an interrupted run, full and closed folders."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchharness.runner.grader import Grader

from . import leftovers
from .graded import HISTOGRAM, MIDPOINT, settings, suite_of

OLD_REPORT = '{"an": "older report"}\n'
SECOND_TASK = "valley_threshold(histogram, p1, p2)"
ENDLESS = "import time\ndef grey_histogram(image): time.sleep(3600)\n"


def checks_of(grader: Grader, path: Path) -> Iterator[str]:
    """The statuses of the submission's checks, each graded when it is asked for."""
    for assignment in grader.assignments(grader.take_in(path)):
        grading = grader.grading(assignment)
        for check in assignment.task.checks:
            yield grading.grade(check).status


def fork_servers() -> set[int]:
    """The fork-servers that this process has started."""
    return leftovers.children()


@pytest.fixture
def grader() -> Iterator[Grader]:
    with Grader(settings(), [suite_of("midpoint_threshold", "grey_histogram")]) as grader:
        yield grader


@pytest.fixture
def right(folder: Path) -> Path:
    """A submission that does both tasks right."""
    path = folder / "submission.py"
    path.write_text(MIDPOINT + HISTOGRAM)
    return path


# Killed processes


def test_fork_server_killed_between_tasks_is_replaced(grader, right):
    statuses = checks_of(grader, right)
    first = next(statuses)
    for pid in fork_servers():
        os.kill(pid, signal.SIGKILL)
    rest = list(statuses)
    assert first == "passed"
    assert rest.count("harness_failed") <= 1
    assert rest[-1] == "passed"


def test_fork_server_killed_before_the_first_task_is_replaced(grader, right):
    submission = grader.take_in(right)
    grader.workers.new("numpy", submission.folder).close()
    for pid in fork_servers():
        os.kill(pid, signal.SIGKILL)
    assert set(checks_of(grader, right)) == {"passed"}


def test_worker_killed_from_outside_gets_a_verdict_and_the_next_task_a_new_one(folder):
    path = folder / "submission.py"
    path.write_text("import time\ndef midpoint_threshold(p1, p2): time.sleep(3600)\n" + HISTOGRAM)
    tasks = suite_of("midpoint_threshold", "grey_histogram")
    with Grader(settings(timeout_s=30.0), [tasks]) as grader:
        statuses = checks_of(grader, path)
        killer = subprocess.Popen(
            [sys.executable, "-c", KILL_WORKER, str(os.getpid())], stdout=subprocess.DEVNULL
        )
        found = list(statuses)
        assert killer.wait() == 0
    assert found == ["crashed", "passed", "passed", "passed"]


KILL_WORKER = """
import os, signal, sys, time
def children(of):
    for name in filter(str.isdigit, os.listdir("/proc")):
        try: fields = open(f"/proc/{name}/stat").read().rpartition(") ")[2].split()
        except OSError: continue
        if int(fields[1]) == of and int(name) != os.getpid(): yield int(name)
end = time.monotonic() + 20
while time.monotonic() < end:
    for server in children(int(sys.argv[1])):
        for guard in children(server):
            for worker in children(guard):
                time.sleep(0.2)
                os.kill(worker, signal.SIGKILL)
                sys.exit(0)
    time.sleep(0.01)
sys.exit(1)
"""


# A run of `pytest --bench` that somebody ends


def hand_in(folder: Path, source: str, name: str = "submission.py") -> None:
    """Lay a file into the folder that was handed in."""
    (folder / "handed_in").mkdir(exist_ok=True)
    (folder / "handed_in" / name).write_text(source)


def bench(
    folder: Path, *options: str, name: str = "submission.py", **changes: object
) -> subprocess.Popen[str]:
    """`python -m pytest --bench` in a folder of its own, on what was handed in."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "--bench", "-p", "no:cacheprovider"]
    command += ["--submission", f"../handed_in/{name}", "--suite", "thresholding"]
    command += ["--bench-timing", "off", "--bench-timeout", "60", *options]
    return subprocess.Popen(
        command,
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **changes,  # type: ignore[call-overload]
    )


def has_worker(run: subprocess.Popen[str]) -> bool:
    """Whether fork-server, guard and worker stand below a run."""
    return len(leftovers.descendants(run.pid)) >= 3


@pytest.fixture
def waiting(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run in the middle of a call that does not end, and its folder, with an older report."""
    hand_in(folder, ENDLESS)
    results = folder / "work" / "bench-results"
    results.mkdir(parents=True)
    (results / "run.json").write_text(OLD_REPORT)
    run = bench(folder)
    try:
        assert leftovers.eventually(lambda: has_worker(run), 60)
        time.sleep(0.3)
        yield run, results
    finally:
        run.kill()
        run.communicate()


def test_nothing_survives_a_killed_grader(waiting):
    run, _ = waiting
    below = leftovers.descendants(run.pid)
    assert len(below) >= 3
    run.kill()
    run.wait()
    assert leftovers.eventually(lambda: not any(map(leftovers.is_running, below)))
    remove_what_a_killed_grader_left()


def remove_what_a_killed_grader_left() -> None:
    """Nobody cleans up after SIGKILL: staged files and a control group stay, and go here."""
    for name in leftovers.temporary_files():
        shutil.rmtree(Path(tempfile.gettempdir()) / name)
    for group in leftovers.empty_control_groups():
        with contextlib.suppress(OSError):  # another run's, which has filled or removed it
            group.rmdir()


def test_interrupted_run_ends_with_code_2_and_leaves_nothing(waiting):
    run, _ = waiting
    below = leftovers.descendants(run.pid)
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "KeyboardInterrupt" in output
    assert leftovers.eventually(lambda: not any(map(leftovers.is_running, below)))


def test_interrupted_run_keeps_the_older_report(waiting):
    run, results = waiting
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert (results / "run.json").read_text() == OLD_REPORT
    assert os.listdir(results) == ["run.json"]


def test_run_interrupted_after_some_verdicts_writes_no_report(folder):
    hand_in(folder, HISTOGRAM + ENDLESS.replace("grey_histogram(image)", SECOND_TASK))
    run = bench(folder, "-v")
    assert run.stdout is not None
    shown = ""
    while "memory_layouts PASSED" not in shown:
        line = run.stdout.readline()
        assert line, shown
        shown += line
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 2
    assert not (folder / "work" / "bench-results" / "run.json").exists()


# Results that cannot be written


def failing_to_write(folder: Path, results: Path, **changes: object) -> str:
    """What a run says whose report goes to `results`; it has to end with code 3."""
    hand_in(folder, HISTOGRAM + MIDPOINT)
    places = ("--bench-json", f"{results}/run.json", "--bench-html", f"{results}/report.html")
    run = bench(folder, "-k", "midpoint_threshold", *places, **changes)
    output, _ = run.communicate(timeout=120)
    assert run.returncode == 3, output
    return output


def one_line(output: str) -> str:
    """The harness's own line about what failed; a traceback would not be one."""
    assert "Traceback" not in output and "INTERNALERROR" not in output
    (line,) = [line for line in output.splitlines() if "cannot be written" in line]
    return line


def test_full_disk_ends_with_code_3_and_keeps_the_older_report(folder):
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk; the file-size limit below covers users")
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)], check=True)
    try:
        (disk / "run.json").write_text(OLD_REPORT)
        with open(disk / "fill", "wb", buffering=0) as fill, pytest.raises(OSError):
            while True:
                fill.write(bytes(4096))
        line = one_line(failing_to_write(folder, disk))
        left = sorted(os.listdir(disk))
        report = (disk / "run.json").read_text()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert "No space left on device; free some space or name another place" in line
    assert (report, left) == (OLD_REPORT, ["fill", "run.json"])


def test_file_size_limit_ends_with_code_3_and_keeps_the_older_report(folder):
    results = folder / "results"
    results.mkdir()
    (results / "run.json").write_text(OLD_REPORT)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    one_line(failing_to_write(folder, results, preexec_fn=limit))
    assert (results / "run.json").read_text() == OLD_REPORT
    assert os.listdir(results) == ["run.json"]


def test_folder_that_cannot_be_written_ends_with_code_3(folder):
    if os.geteuid() == 0:
        results = Path("/proc/1/results")  # not even root may write there
    else:
        results = folder / "results"
        results.mkdir(mode=0o555)
    assert str(results) in one_line(failing_to_write(folder, results))


def test_file_in_the_folders_place_ends_with_code_3(folder):
    (folder / "results").write_text("in the way")
    one_line(failing_to_write(folder, folder / "results"))


def test_full_temporary_folder_is_said_in_one_line(folder):
    if os.geteuid() != 0:
        pytest.skip("needs root, to mount a small disk")
    disk = folder / "tmp"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)], check=True)
    try:
        hand_in(folder, HISTOGRAM + "#" * 20_000)
        run = bench(folder, env={**os.environ, "TMPDIR": str(disk)})
        output, _ = run.communicate(timeout=120)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert run.returncode != 0
    assert "cannot be copied to" in output and "set TMPDIR" in output
    assert "Traceback" not in output and "INTERNALERROR" not in output


# What lies beside a submission


BESIDE = {
    "conftest.py": "import os\nos._exit(0)\n",
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "sitecustomize.py": "import os\nos._exit(0)\n",
    "usercustomize.py": "import os\nos._exit(0)\n",
    "numpy.py": "raise SystemExit(0)\n",
    "test_mine.py": "def test_mine(): pass\n",
    "benchharness.py": "raise SystemExit(0)\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--collect-only'\n",
}


@pytest.mark.parametrize("name", BESIDE)
def test_file_beside_the_submission_changes_no_verdict(name, folder):
    hand_in(folder, "def midpoint_threshold(p1, p2): return 0.0\n")
    hand_in(folder, BESIDE[name], name)
    run = bench(folder, "-k", "midpoint_threshold")
    output, _ = run.communicate(timeout=120)
    found = json.loads((folder / "work" / "bench-results" / "run.json").read_text())
    (task,) = found["submissions"][0]["tasks"]
    assert run.returncode == 1, output
    assert task["status"] == "failed"


@pytest.mark.parametrize("name", ["numpy.py", "conftest.py", "pytest.py", "torch.py"])
def test_submission_of_an_odd_name_is_graded_like_any_other(name, folder):
    hand_in(folder, MIDPOINT, name)
    run = bench(folder, "-k", "midpoint_threshold", name=name)
    output, _ = run.communicate(timeout=120)
    assert run.returncode == 0, output


HOSTILE_TEXT = "<script>alert(1)</script>\x1b[31mred\x1b[0m\0\x07\u202ebackwards"


def test_hostile_text_reaches_neither_terminal_nor_page_as_it_is(folder):
    hand_in(folder, f"def midpoint_threshold(p1, p2): raise ValueError({HOSTILE_TEXT!r})\n")
    run = bench(folder, "-k", "midpoint_threshold", "--junitxml", "junit.xml")
    output, _ = run.communicate(timeout=120)
    page = (folder / "work" / "bench-results" / "report.html").read_text()
    assert not {"\x1b", "\0", "\x07", "\u202e"} & set(output)
    assert not {"\x1b", "\0", "\x07", "\u202e"} & set(page)
    assert "<script>alert(1)" not in page and "alert(1)" in page
    xml.etree.ElementTree.parse(folder / "work" / "junit.xml")


def test_message_gives_no_order_to_the_ci_that_reads_the_output(folder):
    hand_in(folder, "def midpoint_threshold(p1, p2): raise ValueError('\\n::add-mask::0')\n")
    output, _ = bench(folder, "-k", "midpoint_threshold").communicate(timeout=120)
    assert not any(line.startswith("::") for line in output.splitlines())
