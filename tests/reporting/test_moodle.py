"""Moodle: the worksheet that was downloaded, with grades that its importer takes."""

import csv
import html
import io
from dataclasses import replace

import pytest
from gold import GOLD, assert_gold
from sample_gradebook import graded
from sample_run import INJECTIONS

from benchharness.errors import UsageError
from benchharness.reporting.moodle import fill_moodle, write_moodle
from benchharness.reporting.sheet import Sheet, read_sheet

ENGLISH, GERMAN = GOLD / "moodle-worksheet.csv", GOLD / "moodle-bewertung.csv"
CLASS = [
    graded("Jane Doe_31001", 20.0, participant="31001", name="Jane Doe"),
    graded("John Smith_31002", 13.5, participant="31002"),
    graded("shea", 6.6666, email="Shea@Example.org"),
    graded("garcia", 10.0, name="García, Ana María"),
    graded("kim", 20.0, participant="31005"),
    graded("novak", 0.0, 0.0, participant="31006", problem="the archive is damaged"),
    graded("wei", 20.0, name="Li Wei"),
    graded("stranger", 20.0, participant="99999"),
]
HEADER = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade),"
    "Feedback comments\n"
)


def filled(class_=tuple(CLASS), source=ENGLISH, *, comments=False):
    return fill_moodle(read_sheet(source, ",;\t"), class_, comments=comments)


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def column(text, title):
    header, *rest = rows(text)
    return [row[header.index(title)] for row in rest]


def comment_on(*tasks):
    """What the first student reads after losing points in tasks of these names."""
    one = graded("doe", 10.0, participant="31001")
    lost = tuple(replace(one.verdict.tasks[0], task=task) for task in tasks)
    class_ = [replace(one, verdict=replace(one.verdict, tasks=lost))]
    return column(filled(class_, comments=True).text, "Feedback comments")[0]


def test_filled_worksheet_equals_the_gold_file():
    assert_gold(filled(comments=True).text, "moodle-filled.csv")


def test_filled_german_worksheet_equals_the_gold_file():
    assert_gold(filled(source=GERMAN).text, "moodle-ausgefuellt.csv")


@pytest.mark.parametrize("source", [ENGLISH, GERMAN])
def test_worksheet_without_submissions_keeps_every_byte(source):
    assert filled((), source).text.encode() == source.read_bytes()


def test_only_grades_change_where_no_comments_are_asked_for():
    before, after = rows(ENGLISH.read_bytes().decode()), rows(filled().text)

    assert [row[:4] + row[5:] for row in before] == [row[:4] + row[5:] for row in after]


def test_grades_are_a_share_of_the_maximum_grade():
    grades = column(filled().text, "Grade")

    assert grades == ["100.00", "67.50", "33.33", "50.00", "70.00", "12.50", "", ""]


def test_everybody_is_accounted_for():
    result = filled()

    assert result.written == 4
    assert result.not_found == ("wei", "stranger")
    assert dict(result.left) == {
        "kim": "Moodle does not let its grade be changed",
        "novak": "could not be read: the archive is damaged",
    }
    assert result.nothing_graded == ("Li Wei", "Li Wei")


def test_decimal_comma_is_kept_and_quoted():
    text = filled(source=GERMAN).text

    assert column(text, "Bewertung") == ["100,00", "67,50", "33,33"]
    assert 'abgegeben","67,50","100,00"' in text


def test_comment_that_somebody_wrote_is_kept():
    comments = column(filled(comments=True).text, "Feedback comments")

    assert comments[1] == "Well done, see me."


def test_comment_of_an_earlier_grading_is_replaced():
    comments = column(filled(comments=True).text, "Feedback comments")

    assert comments[2].startswith("Graded automatically: 6.67 of 20 points.")


def test_comment_names_what_was_lost_and_why():
    comment = column(filled(comments=True).text, "Feedback comments")[3]

    assert comment == (
        "Graded automatically: 10 of 20 points.<br>1 check is shown later."
        "<br>otsu_threshold: 10 / 20 (class means not divided)"
    )


def test_nothing_of_later_checks_is_in_a_comment():
    assert "SECRET" not in filled(comments=True).text


@pytest.mark.parametrize("attack", INJECTIONS)
def test_comment_is_escaped_for_moodle_which_takes_it_for_html(attack):
    comment = comment_on(attack)

    assert "<" not in comment.replace("<br>", "")
    assert attack.split()[0] in html.unescape(comment)


def test_comment_is_short_whatever_the_number_of_tasks():
    comment = comment_on(*(f"task_{number}" for number in range(500)))

    assert len(comment) < 3000
    assert comment.endswith("more tasks lost points.")


def test_comments_need_their_column():
    with pytest.raises(UsageError, match=r"bewertung\.csv: has no column `Feedback comments`"):
        filled(source=GERMAN, comments=True)


def test_worksheet_without_a_maximum_gets_our_points():
    text = HEADER.replace("Maximum Grade,", "") + "Participant 7,Jane,,,,-,\n"

    assert fill_moodle(Sheet(text, "a.csv"), [graded("doe", 13.0, participant="7")]).text.endswith(
        "Participant 7,Jane,,,13.00,-,\n"
    )


def test_worksheet_of_anonymous_participants_is_filled_by_number():
    text = "Identifier,Status,Grade,Maximum grade,Last modified (grade)\nParticipant 7,,,10,-\n"

    assert (
        "Participant 7,,6.50,10,-"
        in fill_moodle(
            Sheet(text, "a.csv"), [graded("doe", 13.0, participant="7", name="Jane Doe")]
        ).text
    )


def test_scale_of_words_is_refused():
    text = HEADER.replace("Maximum Grade", "Scale") + 'Participant 7,Jane,,,,"poor\ngood",-,\n'

    with pytest.raises(UsageError, match="is graded by a scale of words"):
        fill_moodle(Sheet(text, "a.csv"), [])


@pytest.mark.parametrize("missing", ["Grade,", "Last modified (grade),"])
def test_column_that_the_importer_needs_is_asked_for(missing):
    text = HEADER.replace(f",{missing}", ",") + "Participant 7,Jane,,,,100,-,\n"

    with pytest.raises(UsageError, match=r"a\.csv: has no columns `Grade` and `Last modified"):
        fill_moodle(Sheet(text, "a.csv"), [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name,grade\n",
        "Student,ID,Section,A (1)\nDoe,7,S1,\n",
        "ID,Name,Status,Note,Max\nT1,Jane,ok,1,5\nT2,John,ok,2,6\n",  # no one maximum
        "ID,Name,Status,Note,Max,Andere,Rest\nT1,Jane,,,5,,7\nT2,John,,,5,,7\n",  # two of them
        "ID,Name,Status,Note,Max\n1,Jane,ok,,5\n2,John,ok,,5\n",  # no identifier
    ],
)
def test_worksheet_that_cannot_be_told_for_certain_is_refused(text):
    with pytest.raises(UsageError, match="is no grading worksheet of Moodle, or its columns"):
        fill_moodle(Sheet(text, "a.csv"), [])


def test_worksheet_is_filled_into_another_file(tmp_path):
    write_moodle(ENGLISH, tmp_path / "filled.csv", CLASS)

    assert (tmp_path / "filled.csv").read_bytes().decode() == filled().text
