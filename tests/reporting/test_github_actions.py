"""GitHub Actions: within its limits, and no text of a submission is taken for a command."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from gold import assert_gold
from hypothesis import given
from hypothesis import strategies as st
from sample_run import (
    HIDDEN_WORDS,
    HOSTILE,
    INJECTIONS,
    hostile_submission,
    right_submission,
    wrong_submission,
)

from benchharness.errors import HarnessError
from benchharness.outcomes import CheckVerdict, Status
from benchharness.reporting.github_actions import (
    in_repository,
    stop_commands,
    to_annotations,
    to_step_summary,
    write_step_summary,
)

KIB = 1024
COMMAND = re.compile(
    r"::(?P<kind>error|warning|notice) (?P<properties>[^\r\n]*?)::(?P<text>[^\r\n]*)"
)
ORDERS = [
    "::set-output name=grade::100",
    "a\n::error::b",
    "a\r::add-mask::b",
    "a\r\n::stop-commands::x",
    "##[error]b",
    "a ##[set-env name=PATH]b",
    "%0A::error::b",
    "\u2028::error::b",
    "x::y,title=z::w",
]


def with_checks(*checks, path="submission.py"):
    """A submission of one task with the given checks."""
    task = replace(right_submission().tasks[0], checks=checks)
    return replace(right_submission(), path=path, tasks=(task,))


def lost(name="coins", message="wrong", status=Status.FAILED, **more):
    return CheckVerdict(name, status, 0.0, 1.0, message=message, **more)


def lost_in_many_ways(number, text="wrong"):
    return [lost(message=f"{text} {way}") for way in range(number)]


def read(line):
    """A command as GitHub's runner reads it: kind, properties, text."""
    found = COMMAND.fullmatch(line)
    assert found, line
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    return found["kind"], {k: unescaped(v) for k, v in pairs}, unescaped(found["text"])


def unescaped(text):
    for sign in "\n\r:,%":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def test_annotations_equal_the_gold_file():
    assert_gold("\n".join(to_annotations([wrong_submission()])) + "\n", "github-annotations.txt")


def test_summary_equals_the_gold_file():
    assert_gold(to_step_summary(wrong_submission()), "github-summary.md")


def test_each_lost_check_is_an_error_in_the_submissions_file():
    kind, properties, text = read(to_annotations([with_checks(lost())])[0])

    assert (kind, properties["file"]) == ("error", "submission.py")
    assert (properties["title"], text) == ("grey_histogram: coins", "wrong")


def test_points_are_a_notice():
    kind, _, text = read(to_annotations([right_submission()])[-1])

    assert (kind, text) == ("notice", "12 of 12 points.")


def test_failure_of_the_harness_is_a_warning():
    commands = to_annotations([with_checks(lost(status=Status.HARNESS_FAILED))])

    assert read(commands[0])[0] == "warning"


@pytest.mark.parametrize(
    ("path", "message", "file", "line"),
    [
        ("a/submission.py", "raised X: y (submission.py, line 12: `z`)", "a/submission.py", "12"),
        (
            "submission.py",
            "raised X: (other.py, line 3) (submission.py, line 12)",
            "submission.py",
            "12",
        ),
        ("submission.py", "raised X: y (other.py, line 12)", "submission.py", None),
        ("submission.py", "wrong", "submission.py", None),
        ("work", "raised X: y (tasks/otsu.py, line 12)", "work/tasks/otsu.py", "12"),
        ("work", "raised X: y (../../etc/x.py, line 12)", "work", None),
        ("work", "raised X: y (/etc/x.py, line 12)", "work", None),
        ("lab.ipynb", "raised X: y (lab.py, line 12)", "lab.ipynb", None),
    ],
)
def test_line_is_the_one_that_the_message_names(path, message, file, line):
    _, properties, _ = read(to_annotations([with_checks(lost(message=message), path=path)])[0])

    assert (properties["file"], properties.get("line")) == (file, line)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("submission.py", "lab/submission.py"),
        ("/repository/src/submission.py", "src/submission.py"),
        ("/elsewhere/submission.py", "/elsewhere/submission.py"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the paths are those of GitHub's Linux machines")
def test_path_is_that_of_the_repository(path, named):
    submission = replace(right_submission(), path=path)

    assert in_repository(submission, Path("/repository/lab"), "/repository").path == named


def test_path_stays_where_there_is_no_repository():
    assert in_repository(right_submission(), Path("/lab"), "") == right_submission()


def test_stopped_commands_go_on_with_a_word_that_is_new_each_time():
    stop, resume = stop_commands()

    assert stop == f"::stop-commands::{resume.strip(':')}"
    assert len(resume) > 32
    assert stop_commands() != (stop, resume)


def test_several_submissions_are_told_apart():
    both = [right_submission(), replace(right_submission(), path="other.py")]

    texts = [read(line)[2] for line in to_annotations(both)]
    assert texts == ["submissions/textbook.py: 12 of 12 points.", "other.py: 12 of 12 points."]


def test_several_submissions_share_what_github_shows():
    kinds = [read(line)[0] for line in to_annotations([with_checks(lost())] * 12)]

    assert kinds == ["error"] * 10 + ["notice"] * 10


@pytest.mark.parametrize("number", [10, 11, 200])
def test_no_more_of_a_kind_than_github_shows(number):
    kinds = [read(line)[0] for line in to_annotations([with_checks(*lost_in_many_ways(number))])]

    assert kinds == ["error"] * 10 + ["notice"]


def test_checks_of_a_task_that_tell_the_same_share_one():
    missing = "is not defined."
    checks = [lost("a", missing), lost("b", missing), lost("c", "x")]
    commands = to_annotations([with_checks(*checks)])

    titles = [read(line)[1]["title"] for line in commands[:-1]]
    assert titles == ["grey_histogram: a, b", "grey_histogram: c"]


def test_checks_without_room_are_counted():
    commands = to_annotations([with_checks(*lost_in_many_ways(25))])

    assert read(commands[9])[2] == "16 more findings: see the step's summary."


@pytest.mark.parametrize("order", [*ORDERS, HOSTILE, *INJECTIONS])
def test_no_text_of_a_submission_is_a_command(order):
    check = lost(name=order, message=order, counterexample=order, explanation=order, rerun=order)
    commands = to_annotations([with_checks(check, path=order)])

    assert [read(line)[0] for line in commands] == ["error", "notice"]
    assert not any("##[" in line for line in commands)


@given(st.text(alphabet="%:,\n\r#[]=a ", max_size=20))
def test_text_comes_out_of_an_annotation_as_it_went_in(text):
    _, properties, shown = read(
        to_annotations([with_checks(lost(name=f"n{text}", message=text))])[0]
    )

    assert "\n" not in properties["title"] and "\r" not in shown
    assert properties["title"].startswith("grey_histogram: n")


def test_message_of_an_annotation_is_bounded():
    (command, _) = to_annotations([with_checks(lost(counterexample="x" * 10**6))])

    assert len(command) < 4 * KIB


def test_nothing_of_later_checks_is_told():
    told = "\n".join(to_annotations([wrong_submission()])) + to_step_summary(wrong_submission())

    assert not any(word in told for word in HIDDEN_WORDS)
    assert "1 check is shown later" in told


def test_summary_of_any_submission_keeps_within_githubs_limit():
    checks = lost_in_many_ways(2000, "ü" * 1400)

    assert len(to_step_summary(with_checks(*checks)).encode()) <= 1024 * KIB


def test_checks_without_room_in_the_summary_are_counted():
    text = to_step_summary(with_checks(*lost_in_many_ways(20, "x" * 500)), most_bytes=5 * KIB)

    assert len(text) <= 5 * KIB
    assert re.search(r"\n\d+ more findings: there is no room", text)


def test_summary_leaves_room_for_what_the_step_wrote_before(tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("x" * (1023 * KIB))
    write_step_summary(wrong_submission(), path)

    assert path.stat().st_size <= 1024 * KIB


def test_summary_is_added_to_the_steps_file(tmp_path):
    (tmp_path / "summary.md").write_text("before\n")
    write_step_summary(right_submission(), tmp_path / "summary.md")

    assert (tmp_path / "summary.md").read_text() == "before\n" + to_step_summary(
        right_submission()
    )


def test_summary_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(HarnessError, match=r"summary\.md: cannot be written: .*service named"):
        write_step_summary(right_submission(), tmp_path / "no" / "summary.md")


@pytest.mark.parametrize("attack", INJECTIONS)
def test_markup_in_names_is_shown_and_not_followed(attack):
    text = to_step_summary(with_checks(lost(name=attack)))
    heading = next(line for line in text.splitlines() if line.startswith("### "))

    assert not re.search(r"(?<!\\)[<>\[\]`|]", heading)


def test_fence_is_longer_than_any_in_the_text():
    text = to_step_summary(with_checks(lost(message="````\n# heading\n<img src=x>")))
    before, _, rest = text.partition("`````text\n")

    assert before and rest.endswith("\n`````\n")


def test_path_with_backticks_stays_code():
    text = to_step_summary(with_checks(path="a``b`.py"))

    assert "\n``` a``b`.py ```" in text


def test_hostile_submission_makes_one_table_row():
    rows = [
        line for line in to_step_summary(hostile_submission()).splitlines() if line[:2] == "| "
    ]

    assert len(rows) == 2  # the header and its task
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
