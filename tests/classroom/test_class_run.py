"""A class from beginning to end, on the tiny suite."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from tiny_suite import POINTS, RAISES, RIGHT, WRONG, copy_tiny_suite, tiny_suite

from benchharness.classroom.run import ClassRun
from benchharness.classroom.store import Store
from benchharness.cli import main
from benchharness.errors import UsageError
from benchharness.outcomes import SubmissionVerdict
from benchharness.runner.grader import Grader
from benchharness.runner.settings import Settings

SUITE = tiny_suite()
CLASS = {
    "ann": RIGHT,
    "ben": WRONG,
    "cleo": RAISES,
    "dan": "def negative(:",
    "eve": "import os\nos._exit(0)",
    "fay": RIGHT.replace("255 - image", "__import__('time').sleep(60)"),
}
STATUS = {
    "ann": "passed", "ben": "failed", "cleo": "error", "dan": "error", "eve": "crashed",
    "fay": "timeout",
}  # fmt: skip


@pytest.fixture
def handed_in(tmp_path):
    """A folder with a file a student."""
    folder = tmp_path / "class"
    folder.mkdir()
    for name, source in CLASS.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def settings(**changes):
    return Settings(**{"timing": "off", "timeout_s": 1.0, "seed": 3} | changes)


def graded(folder, out, **changes):
    """The steps of a run, summaries written."""
    with ClassRun([folder], [SUITE], settings(), out, **changes) as run:
        steps = list(run.steps())
        run.write_summaries()
    return steps


def grades(out):
    with (out / "grades.csv").open(newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_everybody_gets_what_they_earned(handed_in, tmp_path, jobs):
    graded(handed_in, tmp_path / "out", jobs=jobs)

    found = grades(tmp_path / "out")
    assert {name: row["status"] for name, row in found.items()} == STATUS
    assert found["ann"]["score"] == found["ann"]["max_score"] == str(POINTS)
    assert float(found["ben"]["score"]) < POINTS


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_timed_is_told_by_the_process_that_times_it(
    handed_in, tmp_path, monkeypatch, jobs
):
    def judged(self, submission, tell):
        tell("total noise[8]: rounds")
        return SubmissionVerdict(submission.name, submission.path, submission.sha256)

    monkeypatch.setattr(Grader, "judged", judged)
    with ClassRun([handed_in / "ann.py"], [SUITE], settings(), tmp_path / "out", jobs=jobs) as run:
        list(run.steps())

        assert run.timed.read() == "ann: total noise[8]: rounds"


def left_unfinished(out, since):
    """As a run leaves its folder that ended before its files were surely on the disk."""
    with Store(out) as store:
        store.change("unfinished", since)


def done_again(steps):
    return {step.name for step in steps if step.row}


@pytest.mark.parametrize("file", ["run.json", "report.html", "gradescope.json"])
def test_submission_whose_file_a_power_cut_took_is_graded_again(handed_in, tmp_path, file):
    out = tmp_path / "out"
    graded(handed_in, out)
    left_unfinished(out, "an earlier start of the machine")
    lost = out / "submissions" / "ann" / file
    whole = lost.read_bytes()
    lost.write_bytes(whole[:-5])
    (out / "submissions" / "ben" / file).write_bytes(b"")
    (out / "submissions" / "dan" / file).unlink()

    assert done_again(graded(handed_in, out)) == {"ann", "ben", "dan"}
    assert lost.read_bytes().endswith(whole[-5:])
    assert done_again(graded(handed_in, out)) == set()


def test_files_that_a_power_cut_took_are_missed_after_a_killed_run_too(handed_in, tmp_path):
    out = tmp_path / "out"
    graded(handed_in, out)
    left_unfinished(out, "an earlier start of the machine")
    (out / "submissions" / "ann" / "report.html").unlink()
    with ClassRun([handed_in], [SUITE], settings(), out):
        pass  # ended before it came to her

    assert done_again(graded(handed_in, out)) == {"ann"}


@pytest.mark.parametrize("resume", [True, False])
def test_run_that_was_not_finished_is_known_by_its_folder(handed_in, tmp_path, resume):
    out = tmp_path / "out"
    with ClassRun([handed_in / "ann.py"], [SUITE], settings(), out, resume=resume):
        pass
    with Store(out) as store:
        assert store.fact("unfinished", "") != ""

    graded(handed_in / "ann.py", out)
    with Store(out) as store:
        assert store.fact("unfinished", "") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells its starts apart")
def test_killed_run_on_a_machine_that_stayed_up_has_lost_no_file(handed_in, tmp_path):
    out = tmp_path / "out"
    graded(handed_in, out)
    left_unfinished(out, Path("/proc/sys/kernel/random/boot_id").read_text().strip())
    (out / "submissions" / "ann" / "report.html").unlink()

    assert done_again(graded(handed_in, out)) == set()


def test_header_of_the_grades_is_the_contracts(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")

    header = (tmp_path / "out" / "grades.csv").read_text().splitlines()[0]
    assert header == "submission,score,max_score,percent,status,tiny"


def test_every_submission_has_its_files(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")

    for name in CLASS:
        folder = tmp_path / "out" / "submissions" / name
        assert {file.name for file in folder.iterdir()} == {
            "run.json",
            "report.html",
            "gradescope.json",
        }


@pytest.mark.parametrize("file", ["run.json", "report.html"])
def test_nothing_of_a_hidden_check_is_in_a_students_file(handed_in, tmp_path, file):
    graded(handed_in, tmp_path / "out")

    for name in CLASS:
        text = (tmp_path / "out" / "submissions" / name / file).read_text()
        assert "secret" not in text
        assert '"black"' not in text


def test_steps_count_up_to_the_class(handed_in, tmp_path):
    steps = graded(handed_in, tmp_path / "out", jobs=2)

    assert [(step.done, step.total) for step in steps] == [(n, 6) for n in range(1, 7)]
    assert {step.name for step in steps} == set(CLASS)


def test_second_run_grades_nobody_again(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")
    before = (tmp_path / "out" / "grades.csv").read_bytes()

    steps = graded(handed_in, tmp_path / "out")

    assert [step.row for step in steps] == [None] * 6
    assert (tmp_path / "out" / "grades.csv").read_bytes() == before


def test_what_has_changed_is_graded_again(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")
    (handed_in / "ben.py").write_text(RIGHT)

    steps = graded(handed_in, tmp_path / "out")

    assert [step.name for step in steps if step.row] == ["ben"]
    assert grades(tmp_path / "out")["ben"]["status"] == "passed"


def test_without_resuming_everybody_is_graded_again(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")

    assert all(step.row for step in graded(handed_in, tmp_path / "out", resume=False))


def test_seed_of_the_first_run_stays(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")

    with ClassRun([handed_in], [SUITE], settings(seed=99), tmp_path / "out") as run:
        assert run.seed == 3


def test_another_seed_that_was_asked_for_is_refused(handed_in, tmp_path):
    graded(handed_in, tmp_path / "out")

    with pytest.raises(UsageError, match="is graded with the seed 3, not 99"):
        ClassRun([handed_in], [SUITE], settings(seed=99), tmp_path / "out", is_seed_asked_for=True)


def test_one_after_the_other_they_share_a_folder_of_results(handed_in, tmp_path):
    graded(handed_in / "ann.py", tmp_path / "out")
    graded(handed_in / "ben.py", tmp_path / "out")

    assert set(grades(tmp_path / "out")) == {"ann", "ben"}


def test_nothing_is_left_in_the_temporary_folder(handed_in, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    graded(handed_in, tmp_path / "out", jobs=2)

    assert [p.name for p in scratch.iterdir() if not p.name.endswith(".lock")] == []


def test_failure_of_the_harness_costs_nobody_a_point_and_is_tried_again(
    handed_in, tmp_path, monkeypatch
):
    monkeypatch.setattr("benchharness.runner.grader.Grader.judged", lambda self, submission: 1 / 0)
    graded(handed_in / "ann.py", tmp_path / "out")
    assert grades(tmp_path / "out")["ann"]["status"] == "harness_failed"
    assert grades(tmp_path / "out")["ann"]["max_score"] == "0"

    monkeypatch.undo()
    graded(handed_in / "ann.py", tmp_path / "out")
    assert grades(tmp_path / "out")["ann"]["status"] == "passed"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_class_that_was_killed_ends_like_one_that_was_not(handed_in, tmp_path):
    graded(handed_in, tmp_path / "undisturbed")
    command = [
        sys.executable, "-m", "benchharness.cli", "grade", str(handed_in), "--suite",
        str(SUITE.folder), "--seed", "3", "--timeout", "1", "--jobs", "2", "-o",
        str(tmp_path / "killed"),
    ]  # fmt: skip
    rows = Path(tmp_path, "killed", "submissions")
    for wanted in (1, 3):
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        while process.poll() is None and len(list(rows.glob("*/gradescope.json"))) < wanted:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0
    undisturbed = (tmp_path / "undisturbed" / "grades.csv").read_bytes()
    assert (tmp_path / "killed" / "grades.csv").read_bytes() == undisturbed


LATE = """
suites = ["tiny"]
due = 2026-01-10T12:00:00Z
[late]
percent_per_day = 25
[tasks.total]
points = 3
"""


def late_class(folder):
    """A Gradescope-like export of one right submission, handed in a day late."""
    handed = folder / "export" / "submission_1"
    handed.mkdir(parents=True)
    (handed / "hw.py").write_text(RIGHT)
    (folder / "export" / "submission_metadata.yml").write_text(
        "---\nsubmission_1:\n  :submitters:\n  - :name: Ann\n    :sid: '7'\n"
        "    :email: ann@example.org\n  :created_at: 2026-01-11 13:00:00.000000000 Z\n"
    )
    return folder / "export"


def test_assignment_scales_points_and_takes_off_for_being_late(tmp_path, capsys):
    copy_tiny_suite(tmp_path)
    (tmp_path / "assignment.toml").write_text(LATE)

    code = main(["grade", str(late_class(tmp_path)), "-o", str(tmp_path / "out"), "--jobs", "1",
                 "--assignment", str(tmp_path / "assignment.toml")])  # fmt: skip

    assert code == 0
    (row,) = grades(tmp_path / "out").values()
    assert (row["score"], row["max_score"]) == ("3", "6")
    (page,) = (tmp_path / "out" / "submissions").glob("*/report.html")
    assert "taken off for being late" in page.read_text()


def test_mistake_in_an_assignment_names_line_and_key(handed_in, tmp_path, capsys):
    (tmp_path / "assignment.toml").write_text("suites = ['thresholding']\n\nduw = 3\n")

    code = main(["grade", str(handed_in), "-o", str(tmp_path / "out"),
                 "--assignment", str(tmp_path / "assignment.toml")])  # fmt: skip

    assert code == 2
    assert "assignment.toml, line 3: duw: " in capsys.readouterr().err


def test_command_grades_a_class_and_says_where_the_results_are(handed_in, tmp_path, capsys):
    out = tmp_path / "out"

    code = main(["grade", str(handed_in), "-o", str(out), "--suite", str(SUITE.folder),
                 "--timeout", "1", "--jobs", "2"])  # fmt: skip

    printed = capsys.readouterr().out
    assert code == 0
    assert "of 6: ann: passed, 4 / 4 points" in printed
    assert printed.splitlines()[-1] == f"wrote {out / 'index.html'}, {out / 'grades.csv'}"
    told = json.loads((out / "grades.json").read_text())
    assert len(told["submissions"]) == 6


def test_command_writes_the_class_as_junit_xml(handed_in, tmp_path, capsys):
    main(["grade", str(handed_in), "-o", str(tmp_path / "out"), "--suite", str(SUITE.folder),
          "--timeout", "1", "--jobs", "2", "--junit", str(tmp_path / "junit.xml")])  # fmt: skip

    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == sorted(CLASS)
    assert {suite.get("name") for suite in root if suite.find(".//error") is None} == {
        "ann",
        "ben",
    }


BROKEN = """
    @check(points=7)
    def broken(rng):
        raise RuntimeError("mistake\\nof the author")

    @misconception
"""


@pytest.fixture
def broken_suite(tmp_path):
    """The tiny suite with a check that raises."""
    folder = copy_tiny_suite(tmp_path / "course")
    file = folder / "bench_tiny.py"
    file.write_text(file.read_text().replace("\n    @misconception\n", BROKEN, 1))
    return folder


def test_mistake_in_a_check_is_told_before_anybody_is_graded(
    handed_in, tmp_path, broken_suite, capsys
):
    command = ["grade", str(handed_in), "-o", str(tmp_path / "out"), "--suite", str(broken_suite)]

    assert main(command) == 2
    mistake, last = capsys.readouterr().err.splitlines()
    assert "suites/tiny: negative: check broken: RuntimeError in bench_tiny.py, line " in mistake
    assert mistake.endswith(": mistake of the author; mend the suite and start again")
    assert last == "benchharness: nobody was graded; what was graded before is kept"
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_what_was_graded_before_a_mistake_came_in_is_kept(
    handed_in, tmp_path, broken_suite, capsys
):
    graded(handed_in, tmp_path / "out")
    before = (tmp_path / "out" / "grades.csv").read_bytes()

    main(["grade", str(handed_in), "-o", str(tmp_path / "out"), "--suite", str(broken_suite)])

    assert (tmp_path / "out" / "grades.csv").read_bytes() == before
    assert all(step.row is None for step in graded(handed_in, tmp_path / "out"))


def test_command_refuses_what_is_not_there(tmp_path, capsys):
    assert main(["grade", str(tmp_path / "nothing"), "-o", str(tmp_path / "out")]) == 2
    assert "nothing" in capsys.readouterr().err


def test_grades_are_filled_into_a_gradebook_of_canvas(handed_in, tmp_path, capsys):
    graded(handed_in, tmp_path / "out")
    sheet, filled = tmp_path / "gradebook.csv", tmp_path / "new.csv"
    sheet.write_text(
        "Student,ID,SIS Login ID,Section,Lab 1 (7)\n    Points Possible,,,,8\nann,1,ann,A,\n"
    )

    code = main(["export", "canvas", str(sheet), "--assignment", "Lab 1", "--results",
                 str(tmp_path / "out"), "-o", str(filled)])  # fmt: skip

    printed = capsys.readouterr().out
    assert code == 0
    assert "not in the gradebook: ben" in printed
    assert printed.splitlines()[-1] == f"wrote {filled}"
    assert filled.read_text().splitlines()[2] == "ann,1,ann,A,8.00"


def test_export_says_when_no_class_was_graded(tmp_path, capsys):
    (tmp_path / "sheet.csv").write_text("Identifier,Grade,Last modified (grade)\n")

    code = main(["export", "moodle", str(tmp_path / "sheet.csv"), "--results", str(tmp_path),
                 "-o", str(tmp_path / "new.csv")])  # fmt: skip

    assert code == 2
    assert "grade a class with `benchharness grade" in capsys.readouterr().err
