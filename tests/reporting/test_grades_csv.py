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
from benchharness.reporting.grades_csv import (
    grades_csv,
    grades_json,
    write_grades_csv,
    write_grades_json,
)

SUITES = ["thresholding", "pooling"]


def sample_class():
    """Three submissions, one of which could not be read."""
    nothing = SubmissionVerdict("zip", "zip.zip", "")
    return [
        Graded("doe", {"name": "Doe, Jane", "email": "jane@example.org"}, right_submission()),
        Graded("müller", {}, wrong_submission()),
        Graded("zip", {}, nothing, "the archive is damaged: hand it in again"),
    ]


def rows(class_):
    return list(csv.DictReader(io.StringIO(grades_csv(class_, SUITES))))


def test_csv_equals_the_gold_file():
    assert_gold(grades_csv(sample_class(), SUITES), "grades.csv")


def test_json_equals_the_gold_file():
    assert_gold(grades_json(sample_class(), SUITES), "grades.json")


def test_header_is_as_promised():
    header = grades_csv([], SUITES).splitlines()[0]

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
    data = json.loads(grades_json([graded("\u202e\ud800\n=1", 1.0)], SUITES))

    assert data["submissions"][0]["submission"] == "\u202e\ud800\n=1"


def test_json_of_no_submissions_is_json():
    assert json.loads(grades_json([], SUITES))["submissions"] == []


def test_json_says_whose_it_is_and_what_was_wrong():
    data = json.loads(grades_json(sample_class(), SUITES))["submissions"]

    assert data[0]["student"]["email"] == "jane@example.org"
    assert data[2]["problem"] == "the archive is damaged: hand it in again"


def test_statuses_are_the_words_of_the_contract():
    assert {row["status"] for row in rows(sample_class())} <= set(map(str, Status))


def test_class_is_gone_through_once(tmp_path):
    write_grades_csv(iter(sample_class()), SUITES, tmp_path / "grades.csv")
    write_grades_json(iter(sample_class()), SUITES, tmp_path / "grades.json")

    assert len((tmp_path / "grades.csv").read_text().splitlines()) == 4
    assert len(json.loads((tmp_path / "grades.json").read_text())["submissions"]) == 3
