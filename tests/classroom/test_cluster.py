"""A class graded by a Dask cluster: a real scheduler and real workers, some of which are lost."""

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dask_processes import Dask, wait_until
from tiny_suite import MISSING, RAISES, RIGHT, WRONG, copy_tiny_suite

from benchharness.classroom import cluster as cluster_module
from benchharness.classroom.assignment_file import assignment_for
from benchharness.classroom.cluster import Cluster
from benchharness.classroom.run import ClassRun
from benchharness.cli import main
from benchharness.errors import ExitCode, HarnessError, UsageError
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging
from benchharness.suite.load import find_suite, load_suite

pytest.importorskip("distributed", reason="dask.distributed is not installed")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="graders of a cluster are tried on Linux only"
)

PROBE = load_suite(Path(__file__).with_name("probe"))
DOUBLE = "def double(value):\n    return 2 * value\n"
SLOW = "import time\n\n\ndef double(value):\n    time.sleep(0.2)\n    return 2 * value\n"
TELLS = "def double(value):\n    return 0\n"
KILLS_WORKER = "def double(value):\n    return -1\n"
KILLS_GRADER = "def double(value):\n    return -2\n"

ASSIGNMENT = """
suites = ["tiny"]
only = ["negative"]
[tasks.negative]
points = 10
[tasks.negative.checks.black]
points = 7
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    dask = Dask(tmp_path_factory.mktemp("dask"))
    yield dask
    dask.close()


@pytest.fixture
def dask(scheduler):
    """The scheduler, whose workers end with the test."""
    yield scheduler
    scheduler.end_workers()


@pytest.fixture
def told():
    return []


@pytest.fixture
def connect(told):
    """Connections that are closed with the test, and whose messages are `told`."""
    opened = []

    def connected(dask, patience_s=60.0):
        opened.append(Cluster(dask.address, tell=told.append, patience_s=patience_s))
        return opened[-1]

    yield connected
    for cluster in opened:
        cluster.close()


def class_of(folder, **sources):
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def many(source, count):
    return {f"s{number:02}": f"{source}\n# {number}\n" for number in range(count)}


def settings(**changes):
    return Settings(**{"timing": "off", "timeout_s": 2.0, "seed": 3} | changes)


def graded(folder, out, cluster=None, suites=(PROBE,), changes=None, **options):
    """The steps of a run, summaries written."""
    chosen = settings(**changes or {})
    with ClassRun([folder], suites, chosen, out, cluster=cluster, **options) as run:
        steps = list(run.steps())
        run.write_summaries()
    return steps


def statuses(out):
    with (out / "grades.csv").open(newline="") as file:
        return {row["submission"]: row["status"] for row in csv.DictReader(file)}


def places(out, what="worker"):
    """The processes that say they have judged."""
    reports = out.glob("submissions/*/run.json")
    return {int(n) for file in reports for n in re.findall(rf"{what}=(\d+)", file.read_text())}


def test_grades_are_those_of_a_run_without_a_cluster(dask, connect, tmp_path):
    folder = class_of(
        tmp_path / "class", ann=RIGHT, ben=WRONG, cleo=RAISES, dan="def negative(:",
        eve="import os\nos._exit(0)", fay=MISSING,
        gil=RIGHT.replace("255 - image", "__import__('time').sleep(60)"),
    )  # fmt: skip
    (folder / "hal.py").symlink_to("ann.py")
    copy_tiny_suite(tmp_path)
    (tmp_path / "assignment.toml").write_text(ASSIGNMENT)
    assignment = assignment_for(tmp_path / "assignment.toml", [])
    tiny = assignment.apply_to([load_suite(tmp_path / "tiny")])
    suites = [*tiny, load_suite(find_suite("thresholding"))]
    dask.worker(nanny=True)
    dask.worker("--nthreads", "2")

    graded(folder, tmp_path / "here", suites=suites, assignment=assignment)
    graded(folder, tmp_path / "there", connect(dask), suites=suites, assignment=assignment)

    here, there = ((tmp_path / name / "grades.csv").read_text() for name in ("here", "there"))
    assert there == here
    assert len(here.splitlines()) == 9


def test_students_file_says_the_same_as_without_a_cluster(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", ben=WRONG)
    suites = [load_suite(copy_tiny_suite(tmp_path))]
    dask.worker()

    graded(folder, tmp_path / "here", suites=suites)
    graded(folder, tmp_path / "there", connect(dask), suites=suites)

    assert told_to(tmp_path / "there", "ben") == told_to(tmp_path / "here", "ben")


def told_to(out, name):
    """What a student is told of each check; how long it took is left out."""
    run = json.loads((out / "submissions" / name / "run.json").read_text())
    tasks = run["submissions"][0]["tasks"]
    checks = [check for task in tasks for check in task["checks"]]
    return [{key: v for key, v in check.items() if key != "seconds"} for check in checks]


def test_nobody_is_graded_again(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 3))
    dask.worker()
    graded(folder, tmp_path / "out", connect(dask))

    dask.end_workers()
    again = graded(folder, tmp_path / "out", connect(dask))
    without = graded(folder, tmp_path / "out")

    assert [step.row for step in (*again, *without)] == [None] * 6


def test_work_is_taken_no_further_ahead_than_there_are_workers(dask, connect, tmp_path):
    dask.worker()
    folder = class_of(tmp_path / "class", **many(DOUBLE, 30))
    taken = []
    with Staging() as staging:

        def work():
            for path in sorted(folder.iterdir()):
                taken.append(path)
                yield staging.take_in(path)

        running = connect(dask).judged(work(), lambda piece: piece, [PROBE], settings())
        next(running)
        ahead = len(taken)
        running.close()

    assert ahead <= 1 + 2 + 1


def test_one_grader_stays_warm_from_submission_to_submission(dask, connect, tmp_path):
    dask.worker()
    folder = class_of(tmp_path / "class", **many(TELLS, 4))

    graded(folder, tmp_path / "out", connect(dask))

    assert len(places(tmp_path / "out", "grader")) == 1


def test_worker_that_is_killed_costs_nobody_a_verdict(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(SLOW, 12))
    dask.worker()
    victim = dask.worker()

    names = []
    with ClassRun([folder], [PROBE], settings(), tmp_path / "out", cluster=connect(dask)) as run:
        for step in run.steps():
            names.append(step.name)
            if len(names) == 3:
                victim.kill()
        run.write_summaries()

    assert sorted(names) == sorted(many(SLOW, 12))
    assert set(statuses(tmp_path / "out").values()) == {"passed"}


@pytest.mark.parametrize("killer", [KILLS_WORKER, KILLS_GRADER])
def test_submission_over_which_two_workers_are_lost_is_given_up(dask, connect, tmp_path, killer):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 6), s03a=killer)
    for _ in range(3):
        dask.worker()

    graded(folder, tmp_path / "out", connect(dask))

    found = statuses(tmp_path / "out")
    assert found.pop("s03a") == "harness_failed"
    assert set(found.values()) == {"passed"}
    assert len(found) == 6


def test_nanny_restores_a_worker_that_was_lost(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 3), s01a=KILLS_WORKER)
    dask.worker(nanny=True)

    graded(folder, tmp_path / "out", connect(dask))

    found = statuses(tmp_path / "out")
    assert found.pop("s01a") == "harness_failed"
    assert set(found.values()) == {"passed"}


def test_class_stops_when_all_workers_are_gone_and_goes_on_later(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(SLOW, 8))
    victim = dask.worker()
    done = []
    with (
        ClassRun(
            [folder], [PROBE], settings(), tmp_path / "out", cluster=connect(dask, patience_s=2)
        ) as run,
        pytest.raises(HarnessError, match=r"no worker is left, .* what is graded is kept") as told,
    ):
        for step in run.steps():
            done.append(step.name)
            victim.kill()

    dask.worker()
    steps = graded(folder, tmp_path / "out", connect(dask))

    assert told.value.exit_code == ExitCode.HARNESS_FAILED
    assert {step.name for step in steps if step.row is None} == set(done)
    assert list(statuses(tmp_path / "out").values()) == ["passed"] * 8


def test_class_stops_when_the_scheduler_is_gone(tmp_path, connect):
    own = Dask(tmp_path / "dask")
    try:
        own.worker()
        folder = class_of(tmp_path / "class", **many(SLOW, 8))
        cluster = connect(own, patience_s=2)
        with (
            ClassRun([folder], [PROBE], settings(), tmp_path / "out", cluster=cluster) as run,
            pytest.raises(HarnessError, match="is gone; what is graded is kept"),
        ):
            for _ in run.steps():
                own.scheduler.kill()
    finally:
        own.close()


DIFFERENT = {
    "benchharness 9.9 instead of": "import benchharness; benchharness.__version__ = '9.9'",
    r"Python 3\.99 instead of": "import platform; "
    "platform.python_version_tuple = lambda: ('3', '99', '0')",
    r"numpy 1\.0 instead of": "import importlib.metadata as m; known = m.version; "
    "m.version = lambda name: '1.0' if name == 'numpy' else known(name)",
    "torch .* instead of": "import importlib.metadata as m; known = m.version; "
    "m.version = lambda name: '1.0' if name == 'torch' else known(name)",
    "it cannot run benchharness": "import sys; sys.modules['benchharness.classroom'] = None",
}


@pytest.mark.parametrize("reason", DIFFERENT)
def test_worker_with_another_environment_is_refused(dask, connect, told, tmp_path, reason):
    dask.worker(before=DIFFERENT[reason])
    good = dask.worker()

    assert judged_until(told, connect(dask), tmp_path) == {good.pid}
    (message,) = told
    assert re.search(rf"^worker tcp://\S+ is refused: .*{reason}", message)
    assert "\n" not in message


def test_class_is_not_begun_when_no_worker_can_be_used(dask, tmp_path, capsys):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 2))
    dask.worker(before="import benchharness; benchharness.__version__ = '9.9'")

    code = main(["grade", str(folder), "-o", str(tmp_path / "out"), "--suite",
                 str(PROBE.folder), "--dask", dask.address])  # fmt: skip

    assert code == 2
    assert "can be used: tcp://" in capsys.readouterr().err


def test_class_is_not_begun_when_no_worker_comes(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 2))

    with pytest.raises(UsageError, match="no worker has come in 1 s; start some with"):
        graded(folder, tmp_path / "out", connect(dask, patience_s=1))


def test_worker_that_joins_later_is_looked_at_too(dask, connect, told, tmp_path):
    good = dask.worker()

    def join():
        dask.worker(before="import benchharness; benchharness.__version__ = '9.9'")

    assert judged_until(told, connect(dask), tmp_path, after_first=join) == {good.pid}
    assert "9.9 instead of" in told[0]


def judged_until(told, cluster, folder, after_first=lambda: None):
    """The workers that have judged something, which there is to do until a message is told."""
    source = class_of(folder / "class", s=TELLS) / "s.py"
    with Staging() as staging:

        def work():
            yield staging.take_in(source)
            after_first()
            for _ in range(500):
                if not told:
                    yield staging.take_in(source)

        done = list(cluster.judged(work(), lambda piece: piece, [PROBE], settings()))
    messages = [each.result.submissions[0].tasks[0].checks[0].message for each in done]
    return {int(re.search(r"worker=(\d+)", message)[1]) for message in messages}


def test_suite_that_cannot_be_loaded_there_is_told(dask, connect, told, tmp_path):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 2))
    there = (tmp_path / "content").mkdir() or tmp_path / "content"
    (there / "suites" / "thresholding").mkdir(parents=True)
    (there / "suites" / "thresholding" / "bench_thresholding.py").write_text(
        (PROBE.folder / "bench_probe.py").read_text()
    )
    (there / "reference").mkdir()
    reference = (PROBE.folder / "reference.py").read_text()
    (there / "reference" / "thresholding.py").write_text(reference)
    wrapper = tmp_path / "python"
    wrapper.write_text(
        f"#!{sys.executable}\nimport sys, runpy, benchharness.content as content\n"
        f"from pathlib import Path\ncontent.content_root = lambda: Path({str(there)!r})\n"
        "sys.argv = sys.argv[2:]\nrunpy.run_module(sys.argv[0], run_name='__main__')\n"
    )
    wrapper.chmod(0o755)
    dask.worker(before=f"import sys; sys.executable = {str(wrapper)!r}")
    suites = [load_suite(find_suite("thresholding"))]

    with pytest.raises(UsageError, match="bundled suite thresholding differs from the client's"):
        graded(folder, tmp_path / "out", connect(dask), suites=suites)


def test_what_needs_a_gpu_goes_to_a_worker_that_declares_one(dask, connect, told, tmp_path):
    folder = class_of(tmp_path / "class", **many(TELLS, 4))
    dask.worker()
    able = dask.worker("--resources", "GPU=1")

    graded(folder, tmp_path / "out", connect(dask), changes={"device": "cuda"})

    assert places(tmp_path / "out") == {able.pid}
    assert "it declares no GPU; start it with --resources GPU=1" in told[0]


@pytest.mark.parametrize("timing", ["off", "quick"])
def test_worker_with_threads_times_one_submission_at_a_time(dask, connect, tmp_path, timing):
    slow = TELLS.replace("return", "__import__('time').sleep(0.3)\n    return")
    folder = class_of(tmp_path / "class", **many(slow, 4))
    dask.worker("--nthreads", "2")

    graded(folder, tmp_path / "out", connect(dask), changes={"timing": timing})

    assert len(places(tmp_path / "out", "grader")) == (2 if timing == "off" else 1)


def test_right_submission_is_timed_there(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", ann=DOUBLE)
    dask.worker()

    graded(folder, tmp_path / "out", connect(dask), changes={"timing": "quick"})

    run = json.loads((tmp_path / "out" / "submissions" / "ann" / "run.json").read_text())
    assert run["submissions"][0]["tasks"][0]["timings"][0]["status"] in ("ok", "noisy")


def test_nothing_is_left_on_the_workers_machine(dask, connect, tmp_path):
    folder = class_of(tmp_path / "class", **many(DOUBLE, 2))
    dask.worker()
    before = dask.leftovers()

    graded(folder, tmp_path / "out", connect(dask))

    wait_until(lambda: dask.leftovers() <= before)


def test_interrupted_command_stops_at_once_and_goes_on_later(dask, tmp_path):
    folder = class_of(tmp_path / "class", **many(SLOW.replace("0.2", "1"), 8))
    dask.worker()
    command = [
        sys.executable, "-m", "benchharness.cli", "grade", str(folder), "-o",
        str(tmp_path / "out"), "--suite", str(PROBE.folder), "--dask", dask.address,
    ]  # fmt: skip
    before = dask.leftovers()
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = running.stdout.readline()
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)

    assert running.returncode == 130
    assert errors == "stopped: the same command goes on where this was\n"
    wait_until(lambda: dask.leftovers() <= before)
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0
    assert f"{first.split(': ')[1]}: graded before" in again.stdout


def test_scheduler_that_is_not_there_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster_module, "_CONNECT_S", 1)
    folder = class_of(tmp_path / "class", **many(DOUBLE, 2))

    code = main(["grade", str(folder), "-o", str(tmp_path / "out"), "--suite",
                 str(PROBE.folder), "--dask", "tcp://127.0.0.1:9"])  # fmt: skip

    assert code == 2
    assert "--dask tcp://127.0.0.1:9: no scheduler can be reached" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["nonsense", "foo://host:1", "tls://127.0.0.1:9"])
def test_address_that_cannot_be_is_refused(address):
    with pytest.raises(UsageError, match=f"--dask {address}: no scheduler can be reached"):
        Cluster(address)


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(UsageError, match=r'pip install "benchharness\[dask\]"'):
        Cluster("tcp://127.0.0.1:9")
