"""Equivalent mutants are read from a suite's folder, and mistakes in the list are told."""

import pytest

from benchharness.audit.equivalents import FILE_NAME, read_equivalents, stale
from benchharness.audit.mutants import mutants
from benchharness.errors import SuiteError

SOURCE = """
def share(counts):
    return counts / _total(counts)


def _total(counts):
    return max(sum(counts), 1)
"""
ENTRY = """
[[mutant]]
task = "share"
function = "_total"
original = "return max(sum(counts), 1)"
becomes = "return max(sum(counts), 0)"
why = "There is always a pixel."
"""


@pytest.fixture
def listed(tmp_path):
    """A function that writes the list into a suite's folder and reads it."""
    folder = tmp_path / "suites" / "shares"
    folder.mkdir(parents=True)

    def read(text):
        (folder / FILE_NAME).write_text(text, "utf-8")
        return read_equivalents(folder)

    return read


def test_folder_without_a_list_has_none(tmp_path):
    assert read_equivalents(tmp_path) == ()


def test_entry_describes_its_mutant_alone(listed):
    (entry,) = listed(ENTRY)

    described = [m.becomes for m in mutants(SOURCE, "share") if entry.describes("share", m)]
    assert described == ["return max(sum(counts), 0)"]


def test_entry_speaks_of_one_task(listed):
    (entry,) = listed(ENTRY)

    assert not any(entry.describes("mean", mutant) for mutant in mutants(SOURCE, "share"))


def test_function_is_the_tasks_own_where_none_is_named(listed):
    (entry,) = listed(ENTRY.replace('function = "_total"\n', ""))

    assert entry.function == "share"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ENTRY.replace("why", "reason"), r"mutant 1: has the unknown key 'reason'"),
        (ENTRY + ENTRY.replace("There is always a pixel.", " "), r"mutant 2: why must be a text"),
        (ENTRY.replace('task = "share"\n', ""), r"mutant 1: task must be a text .* got None"),
        (ENTRY.replace('"_total"', "3"), r"mutant 1: function must be a text .* got 3"),
        (ENTRY.replace("[[mutant]]", "[[mutants]]"), r"must hold tables under \[\[mutant\]\]"),
        ('mutant = "none"', r"must hold tables under \[\[mutant\]\]"),
        (ENTRY.replace("[[mutant]]", "[[mutant]"), r"is no TOML"),
    ],
)
def test_mistake_in_the_list_is_told_with_its_place(listed, text, problem):
    with pytest.raises(SuiteError, match=rf"suites/shares/{FILE_NAME}: .*{problem}"):
        listed(text)


def test_entry_that_no_mutant_matches_is_stale(listed):
    entries = listed(ENTRY + ENTRY.replace(", 1)", ", 2)"))

    assert stale(entries, {"share": mutants(SOURCE, "share")}) == entries[1:]


def test_entry_of_an_unknown_task_is_stale(listed):
    entries = listed(ENTRY)

    assert stale(entries, {"mean": mutants(SOURCE, "share")}) == entries
