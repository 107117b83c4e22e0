"""What `benchharness export` writes, and what it does where a service runs it."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import tomllib
import zipfile
from pathlib import Path

import pytest
from ordinary_user import NOBODY, python_for_everybody
from sandbox.confined import refuse
from tiny_suite import POINTS, RIGHT, WRONG, copy_tiny_suite

from benchharness import __version__
from benchharness.classroom import autograder
from benchharness.cli import main
from benchharness.sandbox.layers.readable import reachable_by_others
from benchharness.sandbox.layers.seccomp import call_number

IS_ROOT = os.geteuid() == 0
LANDLOCK_CREATE_RULESET = 444
LATE = """
due = 2026-11-20T12:00:00+00:00
late = { percent_per_day = 50 }
"""
METADATA = {
    "id": 7,
    "created_at": "2026-11-20T15:00:00+00:00",
    "users": [{"id": 1, "name": "Ann", "email": "ann@example.org"}],
}
RUNNER = {
    "CLASSROOM": "cs",
    "ASSIGNMENT": "lab1",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ann",
    "SUBMISSION_TAG": "submit/20261120T150000Z-abcdef0",
    "COMMIT_URL": "https://github.com/cs/lab1-ann/commit/abcdef0",
    "RELEASE_URL": "https://github.com/cs/lab1-ann/releases/tag/submit",
    "REVIEW_URL": "https://github.com/cs/lab1-ann/commit/abcdef0",
}


@pytest.fixture
def suite(tmp_path):
    """A suite that does not come with benchharness."""
    return copy_tiny_suite(tmp_path / "course")


@pytest.fixture
def export(tmp_path, suite):
    """Run `benchharness export SERVICE` on the suite; the path that it wrote to."""

    def export(service, *options, output="out"):
        path = tmp_path / output
        assert main(["export", service, "-o", str(path), "--suite", str(suite), *options]) == 0
        return path

    return export


@pytest.fixture(scope="module")
def python():
    """An interpreter that the autograder can start as the user that it becomes."""
    if not IS_ROOT:
        yield sys.executable
        return
    for place in (sysconfig.get_path("purelib"), str(Path(__file__).parents[2])):
        if not reachable_by_others(place):
            pytest.skip(f"{place} cannot be read by other users: chmod a+rX it and its parents")
    with tempfile.TemporaryDirectory(prefix="export-python-") as name:
        Path(name).chmod(0o755)
        yield str(python_for_everybody(Path(name)))


@pytest.fixture
def container(export):
    """A folder laid out like Gradescope's /autograder, that every user can enter."""
    with tempfile.TemporaryDirectory(prefix="export-gradescope-") as name:
        root = Path(name)
        root.chmod(0o755)
        unpack(export("gradescope"), root / "source")
        (root / "submission").mkdir()
        (root / "results").mkdir()
        (root / "submission_metadata.json").write_text(json.dumps(METADATA))
        shutil.copy(root / "source" / "run_autograder", root)
        yield root


def unpack(path, folder):
    """What a service does with a zip: its files, with their modes."""
    with zipfile.ZipFile(path) as packed:
        for entry in packed.infolist():
            Path(packed.extract(entry, folder)).chmod(entry.external_attr >> 16 & 0o777)


def forbid_namespaces():
    """As containers do."""
    refuse(call_number("unshare"), errno.EPERM)


def forbid_namespaces_and_landlock():
    """As containers on a kernel before 5.13 do."""
    forbid_namespaces()
    refuse(LANDLOCK_CREATE_RULESET, errno.ENOSYS)


def run_autograder(root, python, before=None):
    """What Gradescope does for a submission: its results."""
    environment = {"AUTOGRADER_ROOT": str(root), "BENCHHARNESS_PYTHON": python}
    done = subprocess.run(
        [root / "run_autograder"],
        preexec_fn=before,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
    )
    results = json.loads((root / "results" / "results.json").read_text())
    return results, done


def refused(capsys, *arguments):
    """The one line in which a mistake is told."""
    assert main(["export", *map(str, arguments)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


# What is written


def test_zip_for_gradescope_has_its_programs_at_the_root(export):
    with zipfile.ZipFile(export("gradescope")) as packed:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in packed.infolist()}

    assert modes == {
        "setup.sh": 0o755,
        "run_autograder": 0o755,
        "requirements.txt": 0o644,
        "assignment.toml": 0o644,
        "suites/tiny/bench_tiny.py": 0o644,
        "suites/tiny/reference.py": 0o644,
    }


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_programs_for_gradescope_are_bash(name, export):
    with zipfile.ZipFile(export("gradescope")) as packed:
        script = packed.read(name)

    assert script.startswith(b"#!/usr/bin/env bash\n")
    assert b"@" not in script.replace(b"[@]", b"")
    assert subprocess.run(["bash", "-n"], input=script).returncode == 0


def test_same_course_and_seed_give_the_same_zip(export):
    first, second = (
        export("gradescope", "--seed", "3", output=name).read_bytes() for name in "ab"
    )

    assert first == second


def test_bundled_suite_is_named_and_not_packed(tmp_path):
    path = tmp_path / "autograder.zip"
    main(["export", "gradescope", "-o", str(path), "--suite", "thresholding"])

    with zipfile.ZipFile(path) as packed:
        assert not any(name.startswith("suites/") for name in packed.namelist())
        assert tomllib.loads(packed.read("assignment.toml").decode()) == {
            "suites": ["thresholding"]
        }


def test_backend_is_installed_with_benchharness(export):
    folder = export("classroom50", "--backend", "torch")

    lines = (folder / "requirements.txt").read_text().splitlines()
    assert lines[-1] == f"benchharness[torch]=={__version__}"


def test_wheel_is_packed_and_installed(export, tmp_path):
    wheel = tmp_path / "benchharness-9.9-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    folder = export("classroom50", "--wheel", str(wheel), "--backend", "tensorflow")

    assert (folder / wheel.name).read_bytes() == b"wheel"
    assert (folder / "requirements.txt").read_text() == f"./{wheel.name}[tensorflow]\n"


def test_assignment_beside_the_suite_goes_along(export, suite):
    (suite / "assignment.toml").write_text(LATE)
    folder = export("classroom50")

    moved = tomllib.loads((folder / "assignment.toml").read_text())
    assert moved == {"suites": ["suites/tiny"], **tomllib.loads(LATE)}


def test_assignment_says_the_suites_where_none_is_named(suite, tmp_path):
    settings = tmp_path / "assignment.toml"
    settings.write_text('# ours\nsuites = [\n  "course/tiny",\n]\nonly = ["total"]\n')
    command = ["export", "classroom50", "-o", str(tmp_path / "out"), "--assignment"]

    assert main([*command, str(settings)]) == 0
    text = (tmp_path / "out" / "assignment.toml").read_text()
    assert text == '# ours\nsuites = ["suites/tiny"]\nonly = ["total"]\n'


# Refusals


@pytest.mark.parametrize("service", ["gradescope", "classroom50", "github"])
def test_nothing_is_overwritten(service, export, suite, tmp_path, capsys):
    export(service)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    capsys.readouterr()

    line = refused(capsys, service, "-o", tmp_path / "out", "--suite", suite)
    assert "exists already" in line
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("service", ["gradescope", "classroom50", "github"])
def test_export_of_nothing_is_refused(service, tmp_path, capsys):
    assert "--suite" in refused(capsys, service, "-o", tmp_path / "out")


def test_settings_that_do_not_fit_the_suite_are_refused(suite, tmp_path, capsys):
    (suite / "assignment.toml").write_text('only = ["totl"]\n')

    line = refused(capsys, "gradescope", "-o", tmp_path / "out", "--suite", suite)
    assert "totl" in line and "line 1" in line


def test_two_suites_of_one_name_are_refused(suite, tmp_path, capsys):
    other = copy_tiny_suite(tmp_path / "other")
    command = ("gradescope", "-o", tmp_path / "out", "--suite", suite, "--suite", other)

    assert "two suites are called tiny" in refused(capsys, *command)


def test_what_is_no_wheel_of_ours_is_refused(suite, tmp_path, capsys):
    command = ("gradescope", "-o", tmp_path / "out", "--suite", suite, "--wheel", suite)

    assert "benchharness-" in refused(capsys, *command)


@pytest.mark.parametrize("place", ["/etc/passwd", "../other.py"])
def test_submission_outside_the_repository_is_refused(place, suite, tmp_path, capsys):
    command = ("github", "-o", tmp_path / "out", "--suite", suite, "--submission", place)

    assert "inside the repository" in refused(capsys, *command)


# Gradescope


def test_right_submission_gets_full_points(container, python):
    (container / "submission" / "homework.py").write_text(RIGHT)

    results, done = run_autograder(container, python)
    assert done.returncode == 0, done.stderr
    assert results["score"] == sum(test["max_score"] for test in results["tests"]) == POINTS
    assert "output" not in results


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_root_grades_as_an_ordinary_user(container, python):
    source = "import os\n\ndef negative(image):\n    raise ValueError(f'user {os.getuid()}')\n"
    (container / "submission" / "homework.py").write_text(source)

    results, _ = run_autograder(container, python, forbid_namespaces)
    assert f"ValueError: user {NOBODY}" in results["tests"][0]["output"]
    assert (container / "results" / "results.json").stat().st_uid == 0


def test_no_namespaces_are_needed(container, python):
    (container / "submission" / "homework.py").write_text(RIGHT)

    results, done = run_autograder(container, python, forbid_namespaces)
    assert done.stdout == "sandbox: strict (landlock, seccomp, rlimits)\n"
    assert results["score"] == POINTS


LAYERS = [
    pytest.param(forbid_namespaces, id="without namespaces"),
    pytest.param(
        forbid_namespaces_and_landlock,
        id="without namespaces and Landlock",
        marks=pytest.mark.skipif(not IS_ROOT, reason="only root can keep files from its worker"),
    ),
]


@pytest.mark.parametrize("before", LAYERS)
def test_submission_sees_neither_suite_nor_results(before, container, python):
    looking = f"""
        import os

        def negative(image):
            found = []
            for folder in ("results", "source/suites"):
                for _, _, names in os.walk({str(container)!r} + "/" + folder):
                    found += names
            for place in ("results/results.json", "source/suites/tiny/reference.py"):
                for mode in ("a", "r"):
                    try:
                        open({str(container)!r} + "/" + place, mode)
                        found.append(place)
                    except OSError:
                        pass
            raise ValueError(f"found {{found}}")
    """
    (container / "submission" / "homework.py").write_text(textwrap.dedent(looking))

    results, _ = run_autograder(container, python, before)
    assert "ValueError: found []" in results["tests"][0]["output"]


def test_seed_stays_secret(container, python):
    (container / "submission" / "homework.py").write_text(WRONG)
    text = (container / "run_autograder").read_text()
    results, _ = run_autograder(container, python)

    assert re.search(r"--seed=(\d+)", text)[1] not in json.dumps(results)


def test_wrong_submission_is_told_why_and_hidden_checks_stay_hidden(container, python):
    (container / "submission" / "homework.py").write_text(WRONG)

    results, _ = run_autograder(container, python)
    found = {test["name"]: test for test in results["tests"]}
    assert 0 < results["score"] < POINTS
    assert "256 instead of 255" in found["negative: images"]["output"]
    assert found["negative: black"]["visibility"] == "hidden"


def test_late_submission_loses_what_the_assignment_says(container, python):
    (container / "submission" / "homework.py").write_text(RIGHT)
    with (container / "source" / "assignment.toml").open("a") as settings:
        settings.write(LATE)

    results, _ = run_autograder(container, python)
    assert results["score"] == POINTS / 2
    assert "3 h after the due date" in results["output"]


@pytest.mark.parametrize("name", ["", "homework.pdf"])
def test_what_is_no_submission_gets_no_points_and_the_reason(name, container, python):
    if name:
        (container / "submission" / name).write_text("%PDF")

    results, done = run_autograder(container, python)
    assert done.returncode == 0, done.stderr
    assert results["score"] == 0
    assert "hand in a .py file" in results["output"]


def test_results_are_valid_where_the_grading_is_killed(container, python):
    dying = container / "dying"
    dying.write_text(f'#!/bin/sh\ncase "$*" in *gradescope*) kill -9 $$;; esac\n{python} "$@"\n')
    dying.chmod(0o755)

    results, done = run_autograder(container, str(dying))
    assert done.returncode != 0
    assert results["score"] == 0
    assert "has not come to an end" in results["output"]


def test_failure_of_ours_is_told_and_is_not_the_students(container, python):
    (container / "source" / "suites" / "tiny" / "reference.py").write_text("1 / 0")

    results, done = run_autograder(container, python)
    assert done.returncode == 3
    assert "not your fault" in results["output"]


def test_results_so_far_are_there_after_every_task(container, monkeypatch):
    (container / "submission" / "homework.py").write_text(RIGHT)
    written = []
    monkeypatch.setattr(
        autograder, "write_whole", lambda path, text: written.append(json.loads(text))
    )
    monkeypatch.setattr(autograder, "_shed_root", lambda: None)  # this interpreter may be root's
    settings = container / "source" / "assignment.toml"
    autograder.main(["gradescope", f"--assignment={settings}", "--seed=3", str(container)])

    first, last = written
    assert {test["name"].split(":")[0] for test in first["tests"]} == {"negative"}
    assert first["output"] == "Graded so far: 1 of 2 tasks."
    assert last["score"] == POINTS


@pytest.mark.parametrize("text", ["", "[]", '{"users": [3], "created_at": []}'])
def test_metadata_that_says_nothing_is_nobodys(text, tmp_path):
    path = tmp_path / "submission_metadata.json"
    path.write_text(text)

    assert autograder.student_in(path) == {}


def test_group_goes_by_the_names_of_all(tmp_path):
    path = tmp_path / "submission_metadata.json"
    users = [*METADATA["users"], {"id": 2, "name": "Ben", "email": "ben@example.org"}]
    path.write_text(json.dumps(METADATA | {"users": users}))

    assert autograder.student_in(path) == {
        "name": "Ann, Ben",
        "email": "ann@example.org, ben@example.org",
        "id": "1, 2",
        "submitted": "2026-11-20T15:00:00+00:00",
    }


# Classroom 50


@pytest.fixture
def grade_checkout(export, tmp_path):
    """What Classroom 50's runner does in a student's checkout: how the autograder ended."""
    bundle = export("classroom50")
    checkout = tmp_path / "lab1-ann"
    checkout.mkdir()

    def grade(files, environment=RUNNER):
        for name, text in files.items():
            (checkout / name).write_text(text)
        done = subprocess.run(
            [sys.executable, bundle / "autograder.py"],
            cwd=checkout,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
            capture_output=True,
            text=True,
        )
        return done, checkout

    return grade


def test_classroom50_gets_whole_points_of_what_is_visible(grade_checkout):
    done, checkout = grade_checkout({"submission.py": RIGHT})

    assert done.returncode == 0, done.stderr
    result = json.loads((checkout / "result.json").read_text())
    assert result["owner"] == "ann"
    assert result["score"] == result["max-score"] == POINTS - 1
    assert "black" not in json.dumps(result)
    assert (checkout / "release-body.md").is_file()


def test_modules_in_a_checkout_stand_in_for_none_of_ours(grade_checkout):
    forged = "raise SystemExit('forged')"
    done, checkout = grade_checkout(
        {"submission.py": RIGHT, "benchharness.py": forged, "argparse.py": forged}
    )

    assert done.returncode == 0, done.stderr
    assert json.loads((checkout / "result.json").read_text())["tests"]


def test_checkout_without_a_submission_gets_no_points(grade_checkout):
    done, checkout = grade_checkout({"README.md": "# Lab 1"})

    assert done.returncode == 0, done.stderr
    result = json.loads((checkout / "result.json").read_text())
    assert (result["score"], result["max-score"]) == (0, POINTS - 1)


def test_missing_identity_is_no_grade(grade_checkout):
    done, checkout = grade_checkout({"submission.py": RIGHT}, {"CLASSROOM": "cs"})

    assert done.returncode != 0
    assert "set CLASSROOM, ASSIGNMENT" in done.stderr
    assert not (checkout / "result.json").exists()


# GitHub Actions


def script_of(workflow, step):
    """The shell script of a workflow's step."""
    found = re.search(rf"- name: {step}\n(?:.*\n)*?        run: \|\n((?: {{10}}.*\n)+)", workflow)
    return textwrap.dedent(found[1])


@pytest.mark.parametrize(
    ("source", "code"), [(RIGHT, 0), (WRONG, 1)], ids=["right submission", "wrong submission"]
)
def test_workflow_grades_a_repository(source, code, export, tmp_path):
    repository, temporary = export("github", "--min-score", "90"), tmp_path / "runner"
    temporary.mkdir()
    (repository / "submission.py").write_text(source)
    (repository / "conftest.py").write_text("raise SystemExit('forged')")
    workflow = (repository / ".github" / "workflows" / "grade.yml").read_text()
    tools = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-e", "-c", script_of(workflow, "Grade")],
        cwd=repository,
        env={
            "PATH": tools, "HOME": str(tmp_path), "LANG": "C.UTF-8",
            "GITHUB_WORKSPACE": str(repository), "RUNNER_TEMP": str(temporary),
            "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        },
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stdout[-2000:]
    assert done.stdout.startswith("::stop-commands::")
    assert done.stdout.splitlines()[-1].startswith("::notice title=benchharness::")
    assert (tmp_path / "summary.md").read_text().startswith("## ")
    assert os.listdir(temporary / "bench-results") == ["report.html"]


def test_workflow_may_only_read(export):
    workflow = (export("github") / ".github" / "workflows" / "grade.yml").read_text()

    assert "permissions:\n  contents: read\n\n" in workflow
    assert "persist-credentials: false" in workflow


def test_reader_of_the_repository_learns_how_to_grade_it(export):
    text = (export("github") / "GRADING.md").read_text()

    assert "--submission=submission.py --suite=.github/benchharness/suites/tiny\n" in text


@pytest.mark.parametrize("service", ["", "gradescope", "classroom50", "github"])
def test_help_has_an_example(service, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["export", *service.split(), "--help"])

    assert f"Example: benchharness export {service or 'gradescope'} -o" in capsys.readouterr().out


@pytest.mark.parametrize("percent", ["-1", "101", "half"])
def test_impossible_minimum_is_refused(percent, tmp_path, capsys):
    command = ["export", "github", "-o", str(tmp_path / "out"), "--suite", "thresholding"]
    with pytest.raises(SystemExit, match="2"):
        main([*command, "--min-score", percent])

    assert "--min-score" in capsys.readouterr().err
