"""grades.csv and grades.json: the header that is promised, and cells that nothing runs."""

import csv
import io
import json
from dataclasses import replace

import pytest
from gold import assert_gold
from sample_gradebook import graded
from sample_run import INJECTIONS, right_submission, wrong_submission

from benchharness.outcomes import Graded, Status, SubmissionVerdict
from benchharness.reporting.grades_csv import Grades

SUITES = ["thresholding", "pooling"]


def sample_class():
    """Three submissions, one of which could not be read."""
    nothing = SubmissionVerdict("zip", "zip.zip", "")
    return [
        Graded("doe", {"name": "Doe, Jane", "email": "jane@example.org"}, right_submission()),
        Graded("müller", {}, wrong_submission()),
        Graded("zip", {}, nothing, "the archive is damaged: hand it in again"),
    ]


def grades(class_):
    """The class, every submission of which has passed."""
    found = Grades(SUITES)
    assert list(found.each(iter(class_))) == class_
    return found


def rows(class_):
    return list(csv.DictReader(io.StringIO(grades(class_).as_csv())))


def test_csv_equals_the_gold_file():
    assert_gold(grades(sample_class()).as_csv(), "grades.csv")


def test_json_equals_the_gold_file():
    assert_gold(grades(sample_class()).as_json(), "grades.json")


def test_header_is_as_promised():
    header = grades([]).as_csv().splitlines()[0]

    assert header == "submission,score,max_score,percent,status,thresholding,pooling"


def test_suite_that_was_not_judged_is_left_empty():
    assert [row["pooling"] for row in rows(sample_class())] == ["", "", ""]


def test_points_of_a_suite_are_summed_over_its_tasks():
    tasks = right_submission().tasks[:2]
    both = replace(right_submission(), tasks=(*tasks, replace(tasks[0], suite="pooling")))
    (row,) = rows([Graded("doe", {}, both)])

    assert (row["thresholding"], row["pooling"], row["score"]) == ("3", "2", "5")


def test_submission_that_could_not_be_read_is_an_error():
    row = rows(sample_class())[2]

    assert (row["status"], row["score"], row["percent"]) == ("error", "0", "0")


@pytest.mark.parametrize(
    ("score", "written"), [(0.0, "0"), (10.0, "10"), (6.5, "6.5"), (1 / 3, "0.3333"), (0.1, "0.1")]
)
def test_numbers_are_written_without_needless_decimals(score, written):
    assert rows([graded("doe", score)])[0]["score"] == written


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A0", "+1", "-x", "@a", "\t=1", "\r=1", " =1"])
def test_no_cell_is_a_formula(name):
    written = rows([graded(name, 1.0)])[0]["submission"]

    assert written.startswith("'") and len(rows([graded(name, 1.0)])) == 1


@pytest.mark.parametrize(
    "name", [*INJECTIONS, 'a"b,c\nd', "\u202egnp.exe", "\x1b[31mred", "\ud800"]
)
def test_any_name_is_one_row_of_plain_text(name):
    (row,) = rows([graded(name, 1.0)])

    assert row["status"] == "failed"
    assert not set(row["submission"]) & set("\n\x1b\u202e\ud800")


def test_any_name_comes_back_from_json():
    data = json.loads(grades([graded("\u202e\ud800\n=1", 1.0)]).as_json())

    assert data["submissions"][0]["submission"] == "\u202e\ud800\n=1"


def test_json_of_no_submissions_is_json():
    assert json.loads(grades([]).as_json())["submissions"] == []


def test_json_says_whose_it_is_and_what_was_wrong():
    data = json.loads(grades(sample_class()).as_json())["submissions"]

    assert data[0]["student"]["email"] == "jane@example.org"
    assert data[2]["problem"] == "the archive is damaged: hand it in again"


def test_statuses_are_the_words_of_the_contract():
    assert {row["status"] for row in rows(sample_class())} <= set(map(str, Status))


def test_both_files_are_written(tmp_path):
    grades(sample_class()).write(tmp_path)

    assert len((tmp_path / "grades.csv").read_text().splitlines()) == 4
    assert len(json.loads((tmp_path / "grades.json").read_text())["submissions"]) == 3
