"""Names that strangers chose: safe everywhere, unique, and the same tomorrow."""

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.classroom.naming import plain, safe_file_name, safe_name, unique_names


@pytest.mark.parametrize(
    "title",
    ["anna", "Олена Ковальчук_1234567", "Zoë O'Brien", "李雷_12", "hw1 (1)", "أحمد", "v1.2"],
)
def test_ordinary_names_stay(title):
    assert safe_name(title) == title


@pytest.mark.parametrize(
    "title, expected",
    [
        ("../../etc/passwd", "etc-passwd"),
        ("a\\b:c*d?", "a-b-c-d-"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("=cmd|' /C calc'!A0", "cmd-' -C calc'-A0"),
        ("trailing. . ", "trailing"),
        ("two\nlines\x00\x1b[31m", "two-lines---31m"),
        ("right\u202eyp.exe", "rightyp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("<script>", "script-"),
        ("CON", "_CON"),
        ("aux.py", "_aux.py"),
        ("LPT1.tar", "_LPT1.tar"),
        ("COM²", "_COM²"),
        ("", "submission"),
        ("...", "submission"),
        ("\udcff", "submission"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_other_names_become_safe(title, expected):
    assert safe_name(title) == expected


@given(st.text(max_size=400))
def test_any_name_can_be_a_folder(tmp_path_factory, title):
    name = safe_name(title)

    (tmp_path_factory.mktemp("any") / name).mkdir()
    assert len(name) <= 100 and not set(name) & set('/\\:*?"<>|\0\n')


@given(st.text(max_size=400))
def test_safe_name_is_safe_already(title):
    assert safe_name(safe_name(title)) == safe_name(title)


def test_wide_letters_fit_into_a_file_system():
    assert len(os.fsencode(safe_name("😀李" * 100))) <= 255


def test_long_file_name_keeps_its_suffix():
    name = safe_file_name("x" * 300 + ".py", ".py")

    assert len(name) == 100 and name.endswith("x.py")


def test_unique_titles_are_the_names():
    assert unique_names([("anna", "anna.py"), ("bob", "bob.py")]) == ["anna", "bob"]


def test_one_file_name_of_many_students_is_told_apart_by_their_folders():
    wanted = [("submission", "anna/submission.py"), ("submission", "bob/submission.py")]

    assert unique_names(wanted) == ["anna-submission", "bob-submission"]


@pytest.mark.parametrize(
    "wanted",
    [
        [("anna", "anna.py"), ("anna", "anna.zip")],
        [("Anna", "Anna.py"), ("anna", "anna.py")],
        [("Zoë", "1"), ("Zoe\u0308", "2")],
        [("straße", "1"), ("STRASSE", "2")],
        [("a?", "1"), ("a*", "2")],
        [("x" * 300, "1"), ("x" * 301, "2")],
        [("a", "a.py"), ("a", "b/a.py"), ("b-a", "b-a.py")],
    ],
)
def test_colliding_names_differ_on_every_system(wanted):
    names = unique_names(wanted)

    assert len({name.casefold() for name in names}) == len(wanted)


def test_hash_that_somebody_took_for_a_name_is_no_collision():
    wanted = [("anna", "anna.py"), ("anna", "anna.zip")]
    taken = unique_names(wanted)[0]

    names = unique_names([*wanted, (taken, "c.py")])
    assert len(set(names)) == 3


@given(
    st.lists(
        st.tuples(st.text("aAb.", max_size=3), st.text("ab/", max_size=4)),
        max_size=8,
        unique_by=lambda pair: pair[1],
    ),
    st.randoms(),
)
def test_names_do_not_depend_on_the_order(wanted, chance):
    names = dict(zip(wanted, unique_names(wanted), strict=True))
    shuffled = random.Random(chance.random()).sample(wanted, len(wanted))

    assert dict(zip(shuffled, unique_names(shuffled), strict=True)) == names


def test_text_for_tables_has_one_line_and_no_commands():
    assert plain("a\nb\x1b[31m\u202ec\t d") == "a b [31m c d"


def test_text_for_tables_is_shortened():
    assert plain("x" * 300, 10) == "xxxxxxxxx…"
