"""An audit of several suites on several processes, and how it is told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchharness.audit.report import as_json, as_text, is_sound
from benchharness.audit.run import AuditSettings, audit
from benchharness.cli import main
from benchharness.suite.load import load_suite

WEAK = Path(__file__).with_name("weak")


@pytest.fixture(scope="module")
def found():
    """The audits of the weak suite, by task."""
    settings = AuditSettings(seeds=2, backends=("numpy",), jobs=2)
    return {task.task: task for task in audit([load_suite(WEAK)], settings)}


def test_every_task_is_audited(found):
    assert set(found) == {"double", "halve", "is_even", "largest", "mean", "last", "count"}


def test_processes_agree_with_one_process(found):
    settings = AuditSettings(seeds=2, backends=("numpy",), jobs=1)

    for task in audit([load_suite(WEAK)], settings):
        assert replace(task, grading_s=found[task.task].grading_s) == found[task.task]


def test_sound_tasks_are_sound(found):
    assert is_sound([found["double"]])


def test_a_problem_is_not_sound(found):
    assert not is_sound([found["double"], found["is_even"]])


def test_too_many_survivors_are_not_sound(found):
    double = found["double"]
    survivors = found["halve"].survivors[:1]

    assert not is_sound([replace(double, survivors=survivors)])
    assert is_sound([replace(double, mutants=100, survivors=survivors)])


def test_table_has_a_row_a_task_and_a_line_a_problem(found):
    lines = as_text(list(found.values()), ("numpy",)).splitlines()

    assert sum(line.startswith("weak: ") for line in lines) == 7
    assert "problem: weak: is_even: stub, returns True: earns even_numbers (seed 0)" in lines
    assert any(line.startswith("survives: weak: halve: halve, line ") for line in lines)
    assert lines[-1] == "not tried, for want of the framework: submissions in torch, tensorflow"


def test_json_says_the_same(found):
    told = json.loads(as_json(list(found.values())))

    assert told["sound"] is False
    assert {task["task"] for task in told["tasks"]} == set(found)
    (double,) = (task for task in told["tasks"] if task["task"] == "double")
    assert double["problems"] == []


def test_command_audits_a_folder_and_exits_with_1(capsys):
    assert main(["audit", str(WEAK), "--seeds", "1", "--no-mutants", "--jobs", "1"]) == 1

    printed = capsys.readouterr()
    assert "weak: double" in printed.out
    assert printed.err == ""


def test_command_refuses_a_suite_that_is_not_there(capsys):
    assert main(["audit", "nothing"]) == 2
    assert "suite 'nothing': no bundled suite" in capsys.readouterr().err


@pytest.mark.parametrize("seeds", ["0", "-3", "many"])
def test_command_refuses_a_senseless_number_of_seeds(seeds, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["audit", "--seeds", seeds])

    assert "--seeds" in capsys.readouterr().err
