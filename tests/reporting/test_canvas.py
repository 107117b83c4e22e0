"""Canvas: only the assignment's cells of graded students change, and the importer reads them."""

import csv
import io
import re

import pytest
from gold import GOLD, assert_gold
from sample_gradebook import graded

from benchharness.errors import UsageError
from benchharness.reporting.canvas import fill_canvas, write_canvas
from benchharness.reporting.sheet import Sheet, read_sheet

EXPORT = GOLD / "canvas-export.csv"
CLASS = [
    graded("doejane_7101", 20.0, canvas_id="7101", name="doejane"),
    graded("smith", 13.5, id="s-204"),
    graded("oneil", 6.6666, email="ONeil@Example.org"),
    graded("garcia", 10.0, name="Ana María García"),
    graded("excused", 20.0, canvas_id="7105"),
    graded("unread", 0.0, 0.0, canvas_id="7106", problem="the archive is damaged"),
    graded("stranger", 20.0, canvas_id="9999", name="Nobody Known"),
]


def filled(class_=tuple(CLASS), assignment="4321"):
    return fill_canvas(read_sheet(EXPORT, ",;"), assignment, class_)


def rows(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_filled_gradebook_equals_the_gold_file():
    assert_gold(filled().text, "canvas-filled.csv")


def test_only_the_assignments_column_changes():
    before = rows(EXPORT.read_bytes().decode())
    after = rows(filled().text)
    column = before[0].index("Otsu, by hand (4321)")

    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert old[:column] + old[column + 1 :] == new[:column] + new[column + 1 :]


def test_gradebook_without_submissions_keeps_every_byte():
    assert filled(()).text.encode() == EXPORT.read_bytes()


def test_everybody_is_accounted_for():
    result = filled()

    assert result.written == 4
    assert result.not_found == ("stranger",)
    assert dict(result.left) == {
        "excused": "is excused in Canvas",
        "unread": "could not be read: the archive is damaged",
    }
    assert "Student, Test" in result.nothing_graded


def test_grades_are_what_canvas_reads_as_numbers():
    column = rows(filled().text)
    grades = [row[7] for row in column[3:] if row[1] in ("7101", "7102", "7103", "7104")]

    assert grades == ["10.00", "6.75", "3.33", "5.00"]  # of 10 points possible, 20 with us
    assert all(re.fullmatch(r"-?[0-9.,]+%?", grade) for grade in grades)


@pytest.mark.parametrize(
    "assignment", ["4321", "Otsu, by hand", "otsu,  BY hand", "Otsu, by hand (4321)"]
)
def test_assignment_is_found_by_number_or_title(assignment):
    assert filled(assignment=assignment).text == filled().text


def test_unknown_assignment_names_those_that_there_are():
    with pytest.raises(UsageError, match=r"canvas-export\.csv: assignment '99': no column .*Otsu"):
        filled(assignment="99")


def test_title_that_two_assignments_have_asks_for_the_number():
    text = "Student,ID,SIS Login ID,Section,A (1),A (2)\n"

    with pytest.raises(UsageError, match=r"'a': several columns of that .*A \(1\), A \(2\)"):
        fill_canvas(Sheet(text, "a.csv"), "a", [])


@pytest.mark.parametrize("assignment", ["Section", "ID", "Notes", "Current Score"])
def test_column_that_is_no_assignment_is_not_filled(assignment):
    with pytest.raises(UsageError, match=r"no column of that title|read only"):
        filled(assignment=assignment)


def test_column_that_canvas_ignores_is_refused():
    text = "Student,ID,SIS Login ID,Section,A (1)\n    Points Possible,,,,(read only)\n"

    with pytest.raises(UsageError, match=r"column 'A \(1\)' is read only"):
        fill_canvas(Sheet(text, "a.csv"), "1", [])


@pytest.mark.parametrize(
    "text", ["", "name,grade\n", "Student,ID\n", "ID,Student,Section,A (1)\n"]
)
def test_other_table_is_refused(text):
    with pytest.raises(UsageError, match=r"a\.csv: is no gradebook of Canvas: its first row"):
        fill_canvas(Sheet(text, "a.csv"), "1", [])


def test_semicolons_and_decimal_commas_are_kept():
    text = (
        "\ufeffStudent;ID;SIS Login ID;Section;A (1)\r\n    Points Possible;;;;10,00\r\n"
        "Doe, Jane;7;jane;S1;\r\n"
    )
    result = fill_canvas(Sheet(text, "a.csv", ",;"), "A", [graded("doe", 13.0, canvas_id="7")])

    assert result.text == text.replace("S1;\r\n", "S1;6,50\r\n")


def test_points_are_our_own_where_canvas_has_none():
    text = "Student,ID,SIS Login ID,Section,A (1)\n    Points Possible,,,,\nDoe,7,jane,S1,\n"
    result = fill_canvas(Sheet(text, "a.csv"), "A", [graded("doe", 13.0, login="JANE")])

    assert result.text.endswith("Doe,7,jane,S1,13.00\n")


def test_gradebook_with_names_in_two_columns_is_read():
    text = "LastName,FirstName,ID,SIS Login ID,Section,A (1)\nDoe,Jane,7,jane,S1,\n"
    result = fill_canvas(Sheet(text, "a.csv"), "A", [graded("doe", 13.0, name="Jane Doe")])

    assert result.text.endswith("Doe,Jane,7,jane,S1,13.00\n")


def test_student_known_by_a_number_of_another_kind_is_not_matched():
    result = filled([graded("doe", 20.0, id="7101")])

    assert result.not_found == ("doe",)


def test_export_is_filled_into_another_file(tmp_path):
    before = EXPORT.read_bytes()
    write_canvas(EXPORT, tmp_path / "filled.csv", "4321", CLASS)

    assert (tmp_path / "filled.csv").read_bytes().decode() == filled().text
    assert EXPORT.read_bytes() == before


@pytest.mark.parametrize("name", ["=cmd()", '"; DROP', "a,b\n", "\u202e"])
def test_hostile_names_change_no_cell(name):
    result = filled([graded(name, 20.0, name=name, email=name, id=name, login=name)])

    assert result.text.encode() == EXPORT.read_bytes()
