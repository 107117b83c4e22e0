"""`pytest --bench --against`: yesterday's submission or a revision, and the gate that fails."""

import json

import pytest
from jsonschema import validate
from repositories import commit, git
from tiny_suite import RIGHT, WRONG, copy_tiny_suite

from benchharness.reporting.run_json import run_schema

SHORT = """
from dataclasses import replace

from benchharness.runner import timing

timing._PRESETS["quick"] = replace(timing._PRESETS["quick"], budget_s=0.05, wall_s=1.0)
"""
CLAIM = """
from benchharness.outcomes import TimingStatus
from benchharness.runner.grader import Grader

measured = Grader.time


def time(self, *arguments, **named):
    timing = measured(self, *arguments, **named)
    ratio = {{"speed_ratio": 0.8, "speed_ratio_ci95": (0.78, 0.82), "margin": 0.05}}
    status, comparison = TimingStatus("{status}"), "{comparison}"
    against = replace(timing.against, status=status, comparison=comparison, **ratio)
    return replace(timing, against=against)


Grader.time = time
"""
"""What was measured, however busy this machine is: tests make no claim about time."""


@pytest.fixture
def folder(pytester):
    """A folder with the tiny suite and a right submission, with measurements that are short."""
    copy_tiny_suite(pytester.mkdir("suites"))
    (pytester.path / "submission.py").write_text(RIGHT)
    (pytester.path / "conftest.py").write_text(SHORT)
    return pytester.path


@pytest.fixture
def bench(pytester, folder):
    def run(*arguments):
        return pytester.runpytest_subprocess("--bench", "-k", "negative", *arguments)

    return run


def earlier(folder, source):
    path = folder / "yesterday.py"
    path.write_text(source)
    return str(path)


def claim(folder, comparison, status="ok"):
    (folder / "conftest.py").write_text(SHORT + CLAIM.format(comparison=comparison, status=status))


def against(folder):
    """What the one timing of the run has to say of the earlier version."""
    run = json.loads((folder / "bench-results" / "run.json").read_text("utf-8"))
    validate(run, run_schema())
    return run["submissions"][0]["tasks"][0]["timings"][0]["against"]


def one_line(result):
    (line,) = (line for line in result.outlines + result.errlines if "benchharness:" in line)
    return line


def test_submission_beside_itself_never_fails_the_gate(bench, folder):
    result = bench("--against", earlier(folder, RIGHT), "--bench-fail-slower", "5%")

    assert result.ret == 0
    assert against(folder).get("comparison") != "SLOWER"
    assert against(folder)["rounds"] >= 1
    result.stdout.fnmatch_lines(
        ["      against *yesterday.py: *", "slower than before by more than 5 %: 0 of 1 timing;*"]
    )


def test_submission_that_got_slower_fails_the_gate_and_keeps_its_points(bench, folder):
    claim(folder, "SLOWER")

    result = bench("--against", earlier(folder, RIGHT), "--bench-fail-slower=5%")

    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "slower: a call takes 1.25* the time that it took in *; allowed is 5 % more",
            "submission.py: 3 of 3 points (100 %)",
            "slower than before by more than 5 %: 1 of 1 timing; not decided: 0",
        ]
    )


@pytest.mark.parametrize(
    ("comparison", "status"),
    [("SLOWER", "noisy"), ("INCONCLUSIVE", "ok"), ("SAME", "ok"), ("FASTER", "ok")],
)
def test_nothing_but_slower_fails_the_gate(comparison, status, bench, folder):
    claim(folder, comparison, status)

    assert bench("--against", earlier(folder, RIGHT), "--bench-fail-slower", "5").ret == 0


def test_without_a_gate_being_slower_fails_nothing(bench, folder):
    claim(folder, "SLOWER")

    assert bench("--against", earlier(folder, RIGHT)).ret == 0
    assert against(folder)["comparison"] == "SLOWER"


def test_revision_names_the_submissions_own_past(bench, folder):
    git(folder, "init", "--quiet")
    commit(folder, submission=RIGHT)
    commit(folder, submission=f"{RIGHT}# better")

    result = bench("--against", "HEAD~1")

    assert result.ret == 0
    assert against(folder)["version"].startswith("HEAD~1 (")
    result.stdout.fnmatch_lines(["benchharness: submission.py: against HEAD~1 (*)"])


def test_pytest_benchmark_is_told_of_the_earlier_version(bench, folder):
    pytest.importorskip("pytest_benchmark", reason="pytest-benchmark is not installed")

    bench("--against", earlier(folder, RIGHT), "--benchmark-json", "timings.json")

    benchmarks = json.loads((folder / "timings.json").read_text())["benchmarks"]
    assert benchmarks[0]["extra_info"]["against"]["version"].endswith("yesterday.py")


def test_each_submission_is_compared_with_its_own_past(bench, folder):
    git(folder, "init", "--quiet")
    commit(folder, submission=RIGHT, other=WRONG)
    (folder / "other.py").write_text(RIGHT)

    bench("--against", "HEAD", "--submission", "submission.py", "--submission", "other.py")

    run = json.loads((folder / "bench-results" / "run.json").read_text("utf-8"))
    pasts = [s["tasks"][0]["timings"][0]["against"] for s in run["submissions"]]
    assert "wrong answers" not in pasts[0]["message"]
    assert "wrong answers" in pasts[1]["message"]


def test_workers_of_xdist_time_nothing(bench, folder):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")

    result = bench("--against", earlier(folder, RIGHT), "-n", "2")

    assert result.ret == 0
    result.assert_outcomes(passed=2)


def test_wrong_earlier_version_is_said_and_costs_nothing(bench, folder):
    result = bench("--against", earlier(folder, WRONG), "--bench-fail-slower", "5%")

    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*: the earlier version gives wrong answers: not compared (*",
            "slower than before by more than 5 %: 0 of 1 timing; not decided: 1",
        ]
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def negative(image):", "fails: not compared (*IndentationError*"),
        ("def negative(image):\n    return image[99, 99]", "fails: not compared (*IndexError*"),
        ("def negative(image):\n    import os; os._exit(3)", "fails: not compared (*"),
        ("def total(values):\n    return sum(values)", "negative is new: *"),
    ],
)
def test_earlier_version_that_cannot_be_timed_is_said_and_costs_nothing(
    source, said, bench, folder
):
    result = bench("--against", earlier(folder, source), "--bench-fail-slower", "5%")

    assert result.ret == 0
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"      against *: *{said}"])


def test_tasks_that_are_gone_are_said(bench, folder):
    (folder / "submission.py").write_text("def negative(image):\n    return 255 - image\n")

    result = bench("--against", earlier(folder, RIGHT))

    result.stdout.fnmatch_lines(["benchharness: submission.py: gone since *yesterday.py: total"])


def test_submission_that_is_new_is_said_and_passes_the_gate(bench, folder):
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "nothing yet")

    result = bench("--against", "HEAD", "--bench-fail-slower", "5%")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["benchharness: submission.py: submission.py is not in HEAD (*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--bench-fail-slower", "5%"), "there is nothing to compare with; name an earlier"),
        (("--against", "yesterday.py"), "--against yesterday.py: *lies in no git repository"),
        (("--against", "suites/tiny/notes.txt"), "is no .py file"),
        (("--against", "submission.py", "--bench-fail-slower", "0"), "must lie in (0, 1000]"),
        (("--against", "submission.py", "--bench-fail-slower", "nan"), "must lie in (0, 1000]"),
        (("--against", "submission.py", "--bench-fail-slower", "x"), "takes a number, got 'x'"),
        (
            ("--against", "submission.py", "--bench-fail-slower", "5", "--bench-timing", "off"),
            "nothing is timed under -n, with --bench-timing off",
        ),
        (
            ("--against", "submission.py", "--bench-fail-slower", "5", "-n", "2"),
            "nothing is timed under -n",
        ),
    ],
)
def test_mistake_is_one_line_and_exit_code_2(arguments, said, bench, folder):
    (folder / "suites" / "tiny" / "notes.txt").write_text("")

    result = bench(*arguments)

    assert result.ret == 2
    for part in said.split("*"):
        assert part in one_line(result)
