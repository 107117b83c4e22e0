"""`pytest --bench` as a step on GitHub Actions: what its runner makes of the printed lines."""

import re

import pytest
from tiny_suite import RIGHT, copy_tiny_suite

ORDERS = """a
::error file=x.py::forged
::add-mask::12
  ::set-output name=grade::100
##[error]forged
::stop-commands::forged"""
HOSTILE = f"""
def negative(image):
    raise ValueError({ORDERS!r})


def total(values):
    return sum(values)
"""
COMMAND = re.compile(r"\s*::(?P<name>[a-z-]+|[0-9a-f]+)(?P<properties> [^:]*)?::(?P<text>.*)")


@pytest.fixture
def step(pytester, monkeypatch):
    """A function that runs `pytest --bench` as a step; the commands that the runner obeys."""
    copy_tiny_suite(pytester.mkdir("suites"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "summary.md"))

    def run(source, *arguments):
        (pytester.path / "submission.py").write_text(source)
        result = pytester.runpytest_subprocess("--bench", "--bench-timing=off", *arguments)
        return obeyed([*result.outlines, *result.errlines])

    return run


def obeyed(lines):
    """The commands among printed lines that GitHub's runner takes for its own."""
    token, commands = None, []
    for line in lines:
        found = COMMAND.fullmatch(line)
        if token:
            token = None if line.strip() == f"::{token}::" else token
        elif found and found["name"] == "stop-commands":
            token = found["text"]
        elif found or "##[" in line:
            commands.append(line)
    return commands


def kinds(commands):
    return [command.split()[0] for command in commands]


def test_findings_are_annotations_of_the_submission(step):
    error, notice = step(RIGHT.replace("sum(values)", "0"))

    assert error.startswith("::error file=submission.py,title=total%3A sums::")
    assert notice == "::notice title=benchharness::2 of 3 points. 1 check is shown later."


@pytest.mark.parametrize("option", ["-v", "-q", "-rA", "--tb=long"])
def test_text_of_a_submission_gives_no_orders(step, option):
    assert kinds(step(HOSTILE, option)) == ["::error", "::notice"]


def test_text_of_a_submission_that_cannot_be_loaded_gives_no_orders(step):
    assert set(kinds(step(f"raise SystemExit({ORDERS!r})"))) == {"::error", "::notice"}


def test_summary_is_what_the_student_may_see(step, pytester):
    step(RIGHT)
    text = (pytester.path / "summary.md").read_text()

    assert text.startswith("## 3 of 3 points")
    assert "1 check is shown later" in text
    assert "secret" not in text and "black" not in text


def test_files_are_named_as_the_repository_has_them(step, pytester, monkeypatch):
    monkeypatch.chdir(pytester.mkdir("elsewhere"))
    suite, submission = (pytester.path / name for name in ("suites/tiny", "submission.py"))
    error, _ = step(HOSTILE, f"--suite={suite}", "--rootdir=.", f"--submission={submission}")

    assert error.startswith("::error file=submission.py,line=3,title=")


def test_processes_beside_each_other_tell_it_once(step, pytester):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")

    assert kinds(step(HOSTILE, "-n2")) == ["::error", "::notice"]
    assert (pytester.path / "summary.md").read_text().count("## ") == 2


def test_it_can_be_switched_off(step, pytester):
    assert step(HOSTILE, "--bench-github=off") == []
    assert not (pytester.path / "summary.md").exists()


def test_elsewhere_nothing_is_told(step, pytester, monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS")

    assert step(RIGHT) == []
    assert not (pytester.path / "summary.md").exists()


def test_summary_that_cannot_be_written_is_a_failure_of_ours(step, pytester, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "no" / "summary.md"))
    (pytester.path / "submission.py").write_text(RIGHT)
    result = pytester.runpytest_subprocess("--bench", "--bench-timing=off")

    assert result.ret == 3
    assert "summary.md: cannot be written" in result.stdout.str()


def test_unknown_choice_is_refused(pytester):
    (pytester.path / "submission.py").write_text(RIGHT)
    result = pytester.runpytest_subprocess("--bench", "--bench-github=maybe")

    assert result.ret == 2
    assert "--bench-github must be auto or off; got 'maybe'" in result.stderr.str()
