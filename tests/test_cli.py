"""The command `benchharness`: what it prints, where it writes, and how it refuses."""

import json
import subprocess
import sys

import pytest

from benchharness import __version__
from benchharness.cli import main

COMMANDS = [
    "audit", "compare", "doctor", "export canvas", "export moodle", "grade", "new",
    "new submission", "new statement", "new suite",
]  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *arguments):
    """The one line in which a mistake is told."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line


def test_version_is_the_packages():
    done = subprocess.run(
        [sys.executable, "-m", "benchharness.cli", "--version"], stdout=subprocess.PIPE, text=True
    )

    assert done.stdout == f"benchharness {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])

    assert f"Example: benchharness {command}" in capsys.readouterr().out


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])

    printed = capsys.readouterr().out
    assert all(command in printed for command in ("doctor", "new"))


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["new"], ["new", "suite"]])
def test_command_that_does_not_exist_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    assert "Traceback" not in capsys.readouterr().err


def test_doctor_tells_a_person_what_there_is(capsys):
    assert main(["doctor"]) == 0

    printed = capsys.readouterr().out
    topics = ("machine", "packages", "sandbox", "clock", "noise", "gpu")
    assert all(f"\n{topic}" in f"\n{printed}" for topic in topics)


def test_doctor_tells_a_program_the_same(capsys):
    assert main(["doctor", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert {"machine", "versions", "packages", "isolation", "clock", "gpus"} <= set(found)


def test_new_submission_writes_the_starter_and_says_what_to_do(here, capsys):
    assert main(["new", "submission", "thresholding"]) == 0

    assert "def otsu_threshold" in (here / "submission.py").read_text("utf-8")
    assert capsys.readouterr().out == (
        "wrote submission.py; now: "
        "pytest --bench --submission=submission.py --suite=thresholding\n"
    )


def test_new_submission_is_for_the_backend_that_is_asked_for(here):
    main(["new", "submission", "thresholding", "--backend", "tensorflow"])

    assert "def otsu_threshold(image: tf.Tensor)" in (here / "submission.py").read_text("utf-8")


def test_new_statement_writes_the_assignment(here, capsys):
    assert main(["new", "statement", "thresholding"]) == 0

    assert "`otsu_threshold(image)` (6 points)" in (here / "statement.md").read_text("utf-8")
    assert capsys.readouterr().out == "wrote statement.md\n"


def test_new_submission_goes_where_it_is_asked_for(here):
    main(["new", "submission", "thresholding", "-o", "week 1/hw.py"])

    assert (here / "week 1" / "hw.py").is_file()


def test_new_submission_overwrites_nothing(here, capsys):
    (here / "submission.py").write_text("my work")

    assert "submission.py: exists already" in refused(capsys, "new", "submission", "thresholding")
    assert (here / "submission.py").read_text() == "my work"


def test_new_submission_of_an_unknown_suite_names_the_known_ones(here, capsys):
    said = refused(capsys, "new", "submission", "nothing")

    assert said.startswith("benchharness: suite 'nothing': ")
    assert "thresholding" in said


def test_new_suite_of_an_impossible_name_is_refused(here, capsys):
    assert "must be a Python identifier" in refused(capsys, "new", "suite", "week 1")
    assert not list(here.iterdir())


def pytest_bench(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--bench", "--bench-timing", "off", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


def test_new_suite_works_at_once(here):
    main(["new", "suite", "morphology"])

    code, printed = pytest_bench(here, "--submission", "suites/morphology/reference.py")

    assert (code, "reference.py: 3 of 3 points (100 %)" in printed) == (0, True)


def test_starter_of_a_new_suite_gets_no_points_and_says_why(here):
    main(["new", "suite", "morphology"])
    main(["new", "submission", "suites/morphology"])

    code, printed = pytest_bench(here)

    assert code == 1
    assert "submission.py: 0 of 3 points (0 %)" in printed
    assert "negative is not written yet: it raises NotImplementedError" in printed


@pytest.mark.parametrize(
    "wrong, misconception",
    [
        ("(256 - image.astype(int)) % 256", "subtracted from 256"),
        ("image.max() + image.min() - image", "scaled to its own range"),
    ],
)
def test_misconceptions_of_a_new_suite_are_recognised(wrong, misconception, here):
    main(["new", "suite", "morphology"])
    (here / "submission.py").write_text(f"def negative(image):\n    return {wrong}\n")

    code, printed = pytest_bench(here)

    assert (code, f"Why: {misconception}\n" in printed) == (1, True)


def test_printing_into_a_closed_pipe_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m benchharness.cli doctor | head -c 1",
        shell=True,
        capture_output=True,
    )

    assert done.stderr == b""
