"""Who is who in a gradebook, and what is left alone."""

import pytest
from sample_gradebook import graded

from benchharness.reporting.gradebook import (
    Filled,
    Place,
    fill,
    in_words,
    key,
    name_key,
    number_in,
    points_of,
)
from benchharness.reporting.sheet import Sheet

TABLE = "name,id,grade\nJane Doe,7,\nLi Wei,8,3\nLi Wei,9,4\n"


def filled(*class_, locked=""):
    """The little table filled in by id, then by name."""
    sheet = Sheet(TABLE, "a.csv")
    places = [
        Place(
            row,
            sheet.cell(row, 0),
            (*key("id", sheet.cell(row, 1)), *name_key(sheet.cell(row, 0))),
            locked,
        )
        for row in range(1, len(sheet))
    ]
    return fill(
        sheet,
        places,
        class_,
        lambda student: (*key("id", student.get("id")), *name_key(student.get("name"))),
        lambda graded, _: {2: f"{graded.verdict.score:g}"},
    )


def test_grade_goes_to_the_row_with_the_students_key():
    assert filled(graded("doe", 20.0, id="7")).text == TABLE.replace(
        "Jane Doe,7,", "Jane Doe,7,20"
    )


def test_surer_key_wins():
    assert filled(graded("doe", 20.0, id="9", name="Jane Doe")).text == TABLE.replace(
        "9,4", "9,20"
    )


def test_name_that_two_have_says_nothing():
    result = filled(graded("wei", 20.0, name="Wei, Li"))

    assert (result.text, result.not_found) == (TABLE, ("wei",))


def test_key_that_fits_nobody_lets_the_next_one_try():
    assert filled(graded("doe", 20.0, id="70", name="doe jane")).written == 1


def test_everybody_without_a_submission_is_named():
    assert filled(graded("doe", 20.0, id="7")).nothing_graded == ("Li Wei", "Li Wei")


def test_two_submissions_of_one_student_are_left_alone():
    result = filled(graded("doe", 20.0, id="7"), graded("doe-2", 10.0, id="7"))

    assert result.text == TABLE
    assert result.left == (("doe", "belongs to the same student as doe-2"),)
    assert result.written == 0


def test_submission_that_could_not_be_read_is_left_alone():
    result = filled(graded("doe", 0.0, 0.0, id="8", problem="damaged"))

    assert (result.text, result.left) == (TABLE, (("doe", "could not be read: damaged"),))


def test_submission_of_which_nothing_was_graded_is_left_alone():
    result = filled(graded("doe", 0.0, 0.0, id="8"))

    assert (result.text, result.left) == (TABLE, (("doe", "nothing of it was graded"),))


def test_locked_row_is_left_alone():
    result = filled(graded("doe", 20.0, id="7"), locked="is excused")

    assert (result.text, result.left) == (TABLE, (("doe", "is excused"),))


def test_no_row_is_invented():
    assert filled(graded("new", 20.0, id="99")).text.count("\n") == TABLE.count("\n")


def test_report_names_everybody_who_got_no_grade():
    result = Filled("", 3, ("Li Wei",), ("new",), (("doe", "is excused"),))

    assert list(in_words(result)) == [
        "3 grades filled in",
        "left as it was: doe: is excused",
        "not in the gradebook: new",
        "nothing handed in: Li Wei",
    ]


def test_report_has_no_control_characters():
    lines = list(in_words(filled(graded("\x1b[31ma\nb\u202e", 1.0))))

    assert "not in the gradebook: a b" in lines


@pytest.mark.parametrize("written", ["Doe, Jane", "jane doe", "  JANE   Doe "])
def test_names_are_the_same_in_any_order_and_case(written):
    assert list(name_key(written)) == list(name_key("Jane Doe"))


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_is_no_key(nothing):
    assert not list(key("id", nothing)) and not list(name_key(nothing))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100", 100.0),
        (" 10.50 ", 10.5),
        ("10,50", 10.5),
        ("1,000.5", 1000.5),
        ("1.000,5", 1000.5),
        ("", None),
        ("-", None),
        (".", None),
        ("(read only)", None),
        ("1e3", None),
    ],
)
def test_number_of_a_cell(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("most", "points"),
    [("", "13.00"), ("20", "13.00"), ("100.00", "65.00"), ("10,00", "6,50"), ("0", "13.00")],
)
def test_points_are_a_share_of_what_the_gradebook_gives(most, points):
    assert points_of(graded("doe", 13.0), most) == points
