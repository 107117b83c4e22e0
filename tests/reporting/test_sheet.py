"""Tables that keep their bytes, and cells that no spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.errors import UsageError
from benchharness.reporting.sheet import Sheet, read_sheet, safe_cell

UGLY = '\ufeff"Student",ID , "x"\r\n\r\n"Doe, ""J"" Jane",7,\n"two\r\nlines","",  \rlast,row'


def test_sheet_that_is_not_changed_keeps_every_byte():
    assert str(Sheet(UGLY, "a.csv")) == UGLY


@given(st.text(alphabet='a,;"\n\r\t \ufeff', max_size=30))
def test_any_text_is_kept_or_refused(text):
    try:
        sheet = Sheet(text, "a.csv")
    except UsageError:
        return
    assert str(sheet) == text


@given(st.lists(st.lists(st.text(max_size=5), min_size=2, max_size=4), min_size=1, max_size=4))
def test_cells_say_what_the_writer_wrote(rows):
    rows = [[cell.replace("\0", "").lstrip("\ufeff") for cell in row] for row in rows]
    table = io.StringIO()
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows(rows)
    sheet = Sheet(table.getvalue(), "a.csv", ",")

    assert [list(sheet.row(number)) for number in range(len(sheet))] == rows


def test_only_the_cell_that_is_set_changes():
    sheet = Sheet(UGLY, "a.csv")
    sheet.set(2, 2, "9.5")

    assert str(sheet) == UGLY.replace('Jane",7,\n', 'Jane",7,9.5\n')


def test_cell_that_was_quoted_stays_quoted():
    sheet = Sheet('"a","b"\n', "a.csv")
    sheet.set(0, 1, "7")

    assert str(sheet) == '"a","7"\n'


@pytest.mark.parametrize("text", ["7,5", 'a"b', "two\nlines"])
def test_cell_is_quoted_where_it_has_to_be(text):
    sheet = Sheet("a,b\n", "a.csv")
    sheet.set(0, 1, text)

    assert Sheet(str(sheet), "a.csv").cell(0, 1) == text


def test_row_that_is_too_short_is_lengthened():
    sheet = Sheet("a,b,c\n1\n", "a.csv")
    sheet.set(1, 2, "7")

    assert str(sheet) == "a,b,c\n1,,7\n"


def test_cell_beyond_a_short_row_is_empty():
    assert Sheet("a,b,c\n1\n", "a.csv").cell(1, 2) == ""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_told_from_the_first_row(delimiter):
    sheet = Sheet(f'"a,b;c"{delimiter}d{delimiter}e\n', "a.csv")

    assert sheet.row(0) == ["a,b;c", "d", "e"]


def test_quote_that_is_never_closed_is_named_with_its_line():
    with pytest.raises(UsageError, match=r"a\.csv: line 3: a quote is never closed"):
        Sheet('a,b\n1,2\n3,"4\n5,6\n', "a.csv")


def test_file_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes("Müller".encode("cp1252"))

    with pytest.raises(UsageError, match=r"a\.csv: is not UTF-8 text.*download it again"):
        read_sheet(tmp_path / "a.csv", ",")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"a\.csv: cannot be read: No such file"):
        read_sheet(tmp_path / "a.csv", ",")


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1"]
)
def test_cell_is_no_formula(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Jane Doe", "a=b", "7"])
def test_harmless_cell_stays_as_it_is(text):
    assert safe_cell(text) == text
