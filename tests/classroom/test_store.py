"""The database of a class: whole rows, one run at a time, nothing lost."""

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from benchharness.classroom.store import Row, Store
from benchharness.errors import HarnessError, UsageError

ROW = Row("ann", "f1", {"name": "Ann Ö"}, "", 3.0, 4.0, "failed", "{}")
DIES_IN_A_TRANSACTION = """
import os, signal, sys
from pathlib import Path
from benchharness.classroom.store import Store
store = Store(Path(sys.argv[1]))
with store._writing("ben"):
    store._database.execute(
        "INSERT INTO submissions VALUES ('ben', 'f', '{}', '', 1, 1, 'passed', '{}')"
    )
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_row_comes_back_as_it_went_in(tmp_path):
    with Store(tmp_path) as store:
        store.add(ROW)
        assert list(store.rows()) == [ROW]


def test_rows_come_in_the_order_of_names(tmp_path):
    with Store(tmp_path) as store:
        for name in ("cleo", "ann", "ben"):
            store.add(replace(ROW, name=name))
        assert [row.name for row in store.rows()] == ["ann", "ben", "cleo"]


def test_new_row_takes_the_place_of_the_old_one(tmp_path):
    with Store(tmp_path) as store:
        store.add(ROW)
        store.add(replace(ROW, score=4.0, fingerprint="f2"))
        assert store.fingerprints() == {"ann": "f2"}


def test_rows_are_there_when_it_is_opened_again(tmp_path):
    with Store(tmp_path) as store:
        store.add(ROW)
    with Store(tmp_path) as store:
        assert list(store.rows()) == [ROW]


def test_first_word_about_a_fact_counts(tmp_path):
    with Store(tmp_path) as store:
        assert store.fact("seed", "7") == "7"
        assert store.fact("seed", "8") == "7"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_second_run_on_the_same_folder_is_refused(tmp_path):
    with Store(tmp_path), pytest.raises(UsageError, match="another run is grading into it"):
        Store(tmp_path)


def test_foreign_file_is_refused(tmp_path):
    (tmp_path / "results.sqlite").write_text("no database at all, but long enough to be one" * 9)

    with pytest.raises(UsageError, match=r"results\.sqlite: is no database of benchharness"):
        Store(tmp_path)


def test_database_of_another_version_is_refused(tmp_path):
    Store(tmp_path).close()
    database = sqlite3.connect(tmp_path / "results.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(UsageError, match="another version of benchharness"):
        Store(tmp_path)


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(HarnessError, match="cannot be written"):
        Store(tmp_path / "file" / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_death_in_a_transaction_loses_that_row_alone(tmp_path):
    with Store(tmp_path) as store:
        store.add(ROW)

    died = subprocess.run([sys.executable, "-c", DIES_IN_A_TRANSACTION, str(tmp_path)])

    assert died.returncode == -signal.SIGKILL
    with Store(tmp_path) as store:
        assert list(store.rows()) == [ROW]


def test_failed_writing_says_what_to_do_and_keeps_the_rest(tmp_path):
    with Store(tmp_path) as store:
        store.add(ROW)
        store._database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(HarnessError, match="what was graded before is kept"):
            store.add(replace(ROW, name="ben", run="x" * 1_000_000))
        assert list(store.rows()) == [ROW]
