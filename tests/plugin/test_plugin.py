"""`pytest --bench` as students, labs and CI jobs run it: pytest in a folder of its own."""

import json
import re
import shlex
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from jsonschema import validate
from tiny_suite import POINTS, RIGHT, WRONG, copy_tiny_suite

from benchharness.reporting.run_json import run_schema

NODES = {
    "submission.py::tiny::negative::images",
    "submission.py::tiny::negative::black",
    "submission.py::tiny::total::sums",
}
TIMED = "submission.py::tiny::negative::noise[8]"
BROKEN_CHECK = """
    @check(points=7)
    def broken(rng):
        raise RuntimeError("mistake of the author")

    @misconception
"""
SPY = "open(r'{mark}', 'a').write(__file__ + '\\n')\n"


@pytest.fixture
def folder(pytester):
    """A folder with the tiny suite and a right submission to it."""
    copy_tiny_suite(pytester.mkdir("suites"))
    submit(pytester.path, RIGHT)
    return pytester.path


@pytest.fixture
def bench(pytester, folder):
    """A function that runs `pytest --bench` there, without timing unless it is asked for."""

    def run(*arguments):
        timing = [] if "--bench-timing" in arguments else ["--bench-timing", "off"]
        return pytester.runpytest_subprocess("--bench", *timing, *arguments)

    return run


def submit(folder, source, name="submission.py"):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    return path


def break_a_check(folder):
    """Give the suite a check that raises."""
    file = folder / "suites" / "tiny" / "bench_tiny.py"
    file.write_text(file.read_text().replace("\n    @misconception\n", BROKEN_CHECK, 1))


def run_json(folder, name="bench-results/run.json"):
    return json.loads((folder / name).read_text("utf-8"))


def tasks_of(run):
    return {task["task"]: task for task in run["submissions"][0]["tasks"]}


def listed(result):
    """The node ids that --collect-only -q printed."""
    return {line for line in result.outlines if "::" in line}


def one_line(result):
    """The one line in which a usage error is told."""
    (line,) = (line for line in result.outlines + result.errlines if "benchharness:" in line)
    return line


# Without --bench


def test_without_bench_nothing_else_of_ours_is_imported(pytester, folder):
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            ours = {name for name in sys.modules if name.partition(".")[0] == "benchharness"}
            assert ours == {"benchharness", "benchharness.pytest_plugin"}
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_without_bench_existing_tests_run_as_they_did(pytester, folder):
    submit(folder, "raise RuntimeError('imported')")
    pytester.makepyfile("def test_one(): pass\ndef test_two(): assert False")

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=1, failed=1)
    assert not (folder / "bench-results").exists()


# What is graded, and how it reads


def test_default_submission_and_suites_are_found(bench, folder):
    result = bench()

    assert result.ret == 0
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "benchharness: 1 submission(s), suites: tiny",
            "submission.py: 4 of 4 points (100 %)",
            "  passed         negative  3/3",
            "sandbox: *; seed *",
            "report: *bench-results/report.html",
        ]
    )
    validate(run_json(folder), run_schema())
    assert "<html" in (folder / "bench-results" / "report.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["submission/__init__.py", "submission.ipynb"])
def test_folder_and_notebook_are_default_submissions_too(name, bench, folder):
    (folder / "submission.py").unlink()
    cell = {"cell_type": "code", "source": RIGHT}
    notebook = json.dumps({"nbformat": 4, "cells": [cell]})
    submit(folder, notebook if name.endswith("ipynb") else RIGHT, name)

    assert bench().ret == 0


def test_wrong_submission_fails_with_the_reason(bench, folder):
    submit(folder, WRONG)

    result = bench()

    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "failed: 2 of 2 cases are wrong. a random image: *",
            "Why: subtracted from 256",
            "  The levels are subtracted from 256 instead of 255.",
            "Smallest case found:",
            "  image = [[][[]0]]",
            "Run just this again:",
            "  pytest --bench --submission=submission.py --suite=suites/tiny --bench-seed *",
            "submission.py: 1 of 4 points (25 %)",
        ]
    )


def test_nothing_of_a_hidden_check_is_shown(bench, folder):
    submit(folder, WRONG)

    result = bench()

    result.stdout.fnmatch_lines(["failed: This check's details are shown later."])
    result.stdout.no_fnmatch_line("*a secret black image*")


def test_command_to_run_a_check_again_works(bench, folder, pytester):
    submit(folder, WRONG)
    command = next(line for line in bench().outlines if line.startswith("  pytest --bench"))

    assert pytester.run(sys.executable, "-m", *shlex.split(command)).ret == 1


def test_items_have_names_that_say_what_they_check(bench, folder):
    assert listed(bench("--collect-only", "-q")) == NODES
    assert not (folder / "bench-results").exists()


def test_timings_are_items_of_their_own(bench):
    assert listed(bench("--collect-only", "-q", "--bench-timing", "quick")) == {*NODES, TIMED}


# Which submission, which suite


def test_several_submissions_are_graded_in_one_run(bench, folder):
    first, second = submit(folder, RIGHT, "a.py"), submit(folder, WRONG, "b.py")

    result = bench("--submission", first, "--submission", second, "-v")

    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["b.py::tiny::total::sums PASSED *"])
    assert [s["path"] for s in run_json(folder)["submissions"]] == ["a.py", "b.py"]


def test_ini_options_name_submissions_and_suites(bench, folder, pytester):
    submit(folder, RIGHT, "work/hw.py")
    (folder / "suites").rename(folder / "lessons")
    pytester.makeini("[pytest]\nbench_submission = work/hw.py\nbench_suites = lessons/tiny")

    bench().stdout.fnmatch_lines(["work/hw.py: 4 of 4 points (100 %)"])


def test_options_win_over_ini_options(bench, folder, pytester):
    pytester.makeini("[pytest]\nbench_submission = nothing.py\nbench_suites = nothing")

    assert bench("--submission", "submission.py", "--suite", "suites/tiny").ret == 0


def test_without_suites_of_its_own_a_folder_gets_the_bundled_ones(bench, folder):
    (folder / "suites").rename(folder / "lessons")

    bench("--collect-only").stdout.fnmatch_lines(["benchharness: *suites: *thresholding*"])


@pytest.fixture
def only_games(folder):
    """A submission to a part of one bundled suite, and no suites of the folder's own."""
    (folder / "suites").rename(folder / "lessons")
    submit(folder, "def maximin(payoffs):\n    row = payoffs.min(1).argmax()\n"
                   "    return row, payoffs[row].min()\n")  # fmt: skip


def test_suite_that_nobody_named_or_touched_is_skipped(bench, folder, only_games):
    result = bench("-rs", "-k", "maximin or relu")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["SKIPPED *nothing of the suite losses is defined"])
    assert tasks_of(run_json(folder))["relu"]["status"] == "missing"


def test_missing_task_of_a_suite_that_was_begun_is_lost(bench, folder, only_games):
    assert bench("-k", "minimax and figures").ret == 1


def test_suite_that_was_named_is_never_skipped(bench, folder, only_games):
    assert bench("--suite", "losses", "-k", "relu").ret == 1


def test_broken_suite_is_our_failure_and_the_good_one_is_still_graded(bench, folder):
    (copy_tiny_suite(folder / "suites", "broken") / "bench_broken.py").write_text("1 / 0")

    result = bench()

    assert result.ret == 3
    result.stdout.fnmatch_lines(
        [
            "benchharness: left out: suites/broken/bench_broken.py, line 1: ZeroDivisionError: *",
            "submission.py: 4 of 4 points (100 %)",
        ]
    )


# Mistakes of the user: one line, exit code 2


def test_missing_submission_says_how_to_name_one(bench, folder):
    (folder / "submission.py").unlink()

    result = bench()

    assert result.ret == 2
    assert "there is no submission: name one with --submission PATH" in one_line(result)


USAGE = {
    "no such submission": (["--submission", "x.py"], "submission x.py: there is no such file"),
    "no such suite": (["--suite", "nothing"], "suite 'nothing': no bundled suite and no folder"),
    "timeout 0": (["--bench-timeout", "0"], "timeout must lie in (0, 86400] seconds, got 0.0"),
    "memory 1": (["--bench-memory", "1"], "memory must lie in 16..1048576 MiB, got 1"),
    "seed -1": (["--bench-seed", "-1"], "seed must lie in 0..2**53-1, got -1"),
    "score 101": (["--bench-min-score", "101"], "--bench-min-score must lie in 0..100, got 101"),
    "no such device": (["--bench-device", "tpu"], "device must be one of cpu, cuda, all; got"),
    "NumPy on a GPU": (
        ["--bench-device", "cuda", "--bench-timing", "quick"],
        "device cuda: only tensorflow or torch compute on a GPU; here is only numpy",
    ),
}


@pytest.mark.parametrize("arguments, said", USAGE.values(), ids=USAGE)
def test_mistake_is_one_line_and_exit_code_2(arguments, said, bench):
    result = bench(*arguments)

    assert result.ret == 2
    assert said in one_line(result)


@pytest.mark.parametrize(
    "arguments", [["--bench-timing", "often"], ["--bench-sandbox", "x"], ["--bench-seed", "x"]]
)
def test_value_that_is_no_choice_is_refused_with_the_choices(arguments, bench):
    result = bench(*arguments)

    assert result.ret == 2
    assert re.search("must be one of|takes a whole number", one_line(result))


def test_gradescope_file_of_two_submissions_is_refused(bench, folder):
    submit(folder, RIGHT, "other.py")
    names = ["--submission", "submission.py", "--submission", "other.py"]

    result = bench(*names, "--bench-gradescope", "results.json")

    assert result.ret == 2
    assert "--bench-gradescope: is about one submission, this run has 2" in one_line(result)


# pytest's own options


def test_k_selects_by_task_and_check(bench):
    assert listed(bench("--collect-only", "-q", "-k", "negative and images")) == {
        "submission.py::tiny::negative::images"
    }


def test_m_selects_checks_or_timings(bench):
    quick = ["--collect-only", "-q", "--bench-timing", "quick"]

    assert listed(bench(*quick, "-m", "bench_check")) == NODES
    assert listed(bench(*quick, "-m", "bench_timing")) == {TIMED}


def test_x_stops_at_the_first_failure(bench, folder):
    submit(folder, WRONG)

    bench("-x").assert_outcomes(failed=1)


def test_lf_runs_only_what_failed_last(bench, folder):
    submit(folder, WRONG)
    bench()

    bench("--lf").assert_outcomes(failed=2, deselected=1)


def test_v_shows_names_that_can_be_copied(bench):
    bench("-v").stdout.fnmatch_lines_random([f"{node} PASSED *" for node in NODES])


@pytest.mark.parametrize(
    "node, selected",
    [("", 4), ("::tiny", 4), ("::tiny::negative", 3), ("::tiny::negative::noise", 1)],
)
def test_node_id_selects_what_stands_under_it(node, selected, bench):
    named = bench(f"submission.py{node}", "--collect-only", "-q", "--bench-timing", "quick")

    assert len(listed(named)) == selected


def test_submission_named_by_node_id_is_never_imported_by_pytest(bench, folder):
    mark = folder / "mark"
    submit(
        folder,
        f"import os\nif 'pytest' in __import__('sys').modules: {SPY.format(mark=mark)}\n{RIGHT}",
    )

    bench("submission.py::tiny::negative::images").assert_outcomes(passed=1)

    assert not mark.exists()


def test_submission_named_like_a_test_file_is_never_imported_by_pytest(bench, folder):
    mark = folder / "mark"
    path = submit(
        folder,
        f"if 'pytest' in __import__('sys').modules: {SPY.format(mark=mark)}\n{RIGHT}",
        "test_hw.py",
    )

    bench("--submission", path, path).assert_outcomes(passed=3)

    assert not mark.exists()


def test_own_tests_run_beside_the_grading_where_they_are_named(bench, pytester):
    pytester.makepyfile(test_mine="def test_mine(): pass")

    bench("test_mine.py").assert_outcomes(passed=4)


def test_junit_file_names_task_and_check(bench, folder):
    submit(folder, WRONG)
    bench("--junitxml", "junit.xml")

    cases = ElementTree.parse(folder / "junit.xml").iter("testcase")
    found = {(case.get("classname"), case.get("name"), len(case)) for case in cases}
    assert found == {
        ("submission.tiny.negative", "images", 1),
        ("submission.tiny.negative", "black", 1),
        ("submission.tiny.total", "sums", 0),
    }


def test_help_shows_the_options(pytester):
    pytester.runpytest_subprocess("--help").stdout.fnmatch_lines(
        ["benchharness: grade and time submissions:", "*--bench *grade and time submissions, for*"]
    )


def test_workers_of_xdist_share_seed_and_results(bench, folder):
    submit(folder, WRONG)

    result = bench("-n", "2", "--bench-timing", "quick", "-v")

    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["benchharness: timing is off under -n, *"])
    run = run_json(folder)
    validate(run, run_schema())
    assert tasks_of(run)["negative"]["checks"][0]["rerun"].count(f"--bench-seed {run['seed']} ")
    assert (run["submissions"][0]["score"], run["submissions"][0]["max_score"]) == (1, POINTS)


def test_workers_of_xdist_keep_the_seed_that_was_given(bench, folder):
    bench("-n", "2", "--bench-seed", "0")

    assert run_json(folder)["seed"] == 0


# Exit codes and files


def test_score_under_the_minimum_is_exit_code_1(bench, folder):
    submit(folder, RIGHT.partition("def total")[0])

    assert bench("-k", "negative", "--bench-min-score", "100").ret == 0
    assert bench("--bench-min-score", "80").ret == 1


def test_mistake_of_the_suite_is_exit_code_3_and_never_counted(bench, folder):
    break_a_check(folder)

    result = bench()

    assert result.ret == 3
    negative = tasks_of(run_json(folder))["negative"]
    assert (negative["status"], negative["score"], negative["max_score"]) == (
        "harness_failed",
        3,
        3,
    )


def test_mistake_of_the_suite_is_told_before_anything_runs(bench, folder):
    break_a_check(folder)

    bench().stdout.fnmatch_lines(
        [
            "benchharness: suites/tiny: negative: check broken: RuntimeError in bench_tiny.py, "
            "line *: mistake of the author; mend the suite: *",
            "submission.py *",
        ]
    )


def test_mistake_in_a_check_that_is_not_selected_is_not_looked_for(bench, folder):
    break_a_check(folder)

    result = bench("-k", "total")

    assert result.ret == 0
    assert "mistake of the author" not in result.stdout.str()


def test_results_go_where_they_are_asked_for(bench, folder):
    bench(
        "--bench-json", "out/a.json", "--bench-html", "out/b.html", "--bench-gradescope", "c.json"
    )

    validate(run_json(folder, "out/a.json"), run_schema())
    assert run_json(folder, "c.json")["score"] == POINTS
    assert not (folder / "bench-results").exists()


def test_result_that_cannot_be_written_is_exit_code_3_in_one_line(bench, folder):
    (folder / "file").write_text("")

    result = bench("--bench-json", "file/run.json")

    assert result.ret == 3
    result.stdout.fnmatch_lines(["benchharness: *file/run.json: cannot be written: *"])
    result.stdout.no_fnmatch_line("Traceback*")


def test_seed_repeats_a_run(bench, folder):
    submit(folder, RIGHT.replace("sum(values)", "0.0"))

    messages = []
    for _ in range(2):
        bench("--bench-seed", "12345")
        messages.append(tasks_of(run_json(folder))["total"]["message"])

    assert run_json(folder)["seed"] == 12345
    assert messages[0] == messages[1] != ""


def test_seed_is_fresh_and_recorded_otherwise(bench, folder):
    seeds = set()
    for _ in range(2):
        bench()
        seeds.add(run_json(folder)["seed"])

    assert len(seeds) == 2


# What lies beside a submission


@pytest.fixture
def elsewhere(folder, tmp_path_factory):
    """A submission in another folder, among files that pytest would like to obey or to run."""
    other = tmp_path_factory.mktemp("handed-in")
    for name in ("conftest.py", "__init__.py", "test_evil.py", "evil.py"):
        submit(other, SPY.format(mark=folder / "mark"), name)
    return submit(other, RIGHT, "hw.py")


def spied(folder):
    mark = folder / "mark"
    return mark.read_text() if mark.exists() else ""


@pytest.mark.parametrize("form", ["--submission {}", "--submission={}"])
def test_neighbours_of_a_submission_are_not_run(form, bench, folder, elsewhere):
    result = bench(*form.format(elsewhere).split())

    assert (result.ret, spied(folder)) == (0, "")


@pytest.mark.parametrize("form", ["--submission {}", "--submission={}"])
def test_settings_beside_a_submission_are_not_obeyed(form, bench, folder, elsewhere):
    submit(elsewhere.parent, f"[pytest]\naddopts = {elsewhere.parent}\n", "pytest.ini")

    result = bench(*form.format(elsewhere).split())

    assert (result.ret, spied(folder)) == (0, "")


def test_plugin_that_a_submissions_settings_ask_for_is_not_loaded(bench, folder, elsewhere):
    submit(elsewhere.parent, "[pytest]\naddopts = -p evil\npythonpath = .\n", "pytest.ini")

    bench(f"--submission={elsewhere}")

    assert spied(folder) == ""


@pytest.mark.xfail(
    reason="pytest obeys a pytest.ini beside PATH in `--submission PATH` before it loads any "
    "installed plugin; `--submission=PATH` is safe"
)
def test_plugin_beside_a_submission_that_is_named_apart_is_not_loaded(bench, folder, elsewhere):
    submit(elsewhere.parent, "[pytest]\naddopts = -p evil\npythonpath = .\n", "pytest.ini")

    bench("--submission", elsewhere)

    assert spied(folder) == ""


def test_settings_here_hold_for_a_submission_elsewhere(bench, folder, elsewhere, pytester):
    (folder / "suites").rename(folder / "lessons")
    pytester.makeini("[pytest]\nbench_suites = lessons/tiny")

    bench("--submission", elsewhere).stdout.fnmatch_lines(["*hw.py: 4 of 4 points (100 %)"])


def test_submission_here_is_found_beside_a_suite_elsewhere(bench, folder, tmp_path_factory):
    other = copy_tiny_suite(tmp_path_factory.mktemp("course"))
    submit(other, "[pytest]\n", "pytest.ini")

    bench("--suite", other).stdout.fnmatch_lines(["submission.py: 4 of 4 points (100 %)"])
