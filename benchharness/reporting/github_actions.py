"""GitHub Actions: annotations and a step summary; a submission's text gives no orders there."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from benchharness.outcomes import CheckVerdict, Status, SubmissionVerdict
from benchharness.reporting.badges import status_badge
from benchharness.reporting.files import add_to
from benchharness.reporting.plain_text import clip, one_line, plain
from benchharness.reporting.quantities import counted, format_points, format_ratio, format_score
from benchharness.reporting.students_view import (
    for_students,
    later_line,
    titled_tasks,
)
from benchharness.reporting.terminal import explained

__all__ = [
    "in_repository",
    "stop_commands",
    "to_annotations",
    "to_step_summary",
    "write_step_summary",
]

_MOST_OF_A_KIND = 10
"""GitHub shows no more annotations of one kind for a step."""

_MOST_BYTES = 1024 * 1024
"""A longer summary is not shown at all."""

_RESERVE = 1024
_LONGEST_MESSAGE = 2000
_LONGEST_TITLE = 200
_LINE = re.compile(r"(?P<file>[^\s()`'\"]+\.py), line (?P<line>\d{1,7})")
_MARKUP = re.compile(r"([\\`*_\[\](){}<>#|~$&@:.!-])")


def stop_commands() -> tuple[str, str]:
    """
    Two commands to print: from the first to the second, GitHub takes no line for a command.

    What is printed between them cannot know the second, which is made up anew each time.
    """
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def in_repository(submission: SubmissionVerdict, root: Path, workspace: str) -> SubmissionVerdict:
    """
    The submission with its path as the repository has it, where it lies in there.

    Its own path counts from `root`; `workspace` is what `$GITHUB_WORKSPACE` names.
    """
    place = root / submission.path
    if not workspace or not place.is_relative_to(workspace):
        return submission
    return replace(submission, path=place.relative_to(workspace).as_posix())


def to_annotations(submissions: Sequence[SubmissionVerdict]) -> list[str]:
    """
    Workflow commands to print: an error for each thing that went wrong, and everybody's points.

    They point to the submissions' paths, and tell what their students may see. No more of a kind
    than GitHub shows for a step: the last one counts those that had no room. A submission's text
    stands behind the command's own `::`, on one line, and cannot end it.
    """
    kinds: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for submission in submissions:
        shown = for_students(submission)
        for title, check in _findings(shown):
            kind = "warning" if check.status is Status.HARNESS_FAILED else "error"
            kinds[kind].append(_annotation(kind, title, check, shown.path))
        whose = "" if len(submissions) == 1 else f"{one_line(shown.path)}: "
        text = f"{whose}{_points(shown)} {later_line(submission)}".strip()
        kinds["notice"].append(_command("notice", {"title": "benchharness"}, text))
    return [line for kind, lines in kinds.items() for line in _bounded(kind, lines)]


def write_step_summary(submission: SubmissionVerdict, path: Path) -> None:
    """
    Add the submission's summary to the file that `$GITHUB_STEP_SUMMARY` names.

    Raises
    ------
    HarnessError
        If the file cannot be written.
    """
    there = path.stat().st_size if path.exists() else 0
    add_to(path, to_step_summary(submission, most_bytes=_MOST_BYTES - there))


def to_step_summary(submission: SubmissionVerdict, *, most_bytes: int = _MOST_BYTES) -> str:
    """
    The submission as Markdown: points, a table of its tasks, then what went wrong.

    What does not fit into `most_bytes` is left out and counted.
    """
    shown = for_students(submission)
    head = "\n".join(_head(shown, later_line(submission)))
    parts = [_passage(title, check) for title, check in _findings(shown)]
    return _joined(head, parts, most_bytes - _RESERVE)


def _findings(shown: SubmissionVerdict) -> Iterator[tuple[str, CheckVerdict]]:
    """What was lost and why: a title and one check, once for all checks that tell the same."""
    for title, task in titled_tasks(shown):
        alike: dict[tuple[Status, str], list[CheckVerdict]] = {}
        for check in task.checks:
            if check.status is not Status.PASSED:
                alike.setdefault((check.status, check.message), []).append(check)
        for checks in alike.values():
            names = ", ".join(one_line(check.name) for check in checks)
            yield clip(f"{title}: {names}", _LONGEST_TITLE), checks[0]


def _annotation(kind: str, title: str, check: CheckVerdict, place: str) -> str:
    properties = {**_location(check.message, place), "title": title}
    return _command(kind, properties, clip(explained(check), _LONGEST_MESSAGE))


def _location(message: str, place: str) -> dict[str, str]:
    """The submission's file, and the line of it that a message names last, if it names one."""
    named = list(_LINE.finditer(message))
    last = named[-1] if named else None
    if last is None or place.endswith(".ipynb"):
        return {"file": place}
    if place.endswith(".py"):
        is_it = PurePosixPath(last["file"]).name == PurePosixPath(place).name
        return {"file": place, "line": last["line"]} if is_it else {"file": place}
    inside = PurePosixPath(last["file"])
    if inside.is_absolute() or ".." in inside.parts:
        return {"file": place}
    return {"file": f"{place}/{inside}", "line": last["line"]}


def _command(kind: str, properties: Mapping[str, str], message: str) -> str:
    """One workflow command on one line."""
    listed = ",".join(f"{name}={_escaped(text, ':,')}" for name, text in properties.items())
    return f"::{kind} {listed}::{_escaped(message)}"


def _escaped(text: str, also: str = "") -> str:
    text = plain(text).replace("##[", "# #[")
    for sign in f"%\r\n{also}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _bounded(kind: str, commands: Sequence[str]) -> Sequence[str]:
    if len(commands) <= _MOST_OF_A_KIND:
        return commands
    rest = len(commands) - _MOST_OF_A_KIND + 1
    text = f"{counted(rest, 'more finding')}: see the step's summary."
    return [*commands[: _MOST_OF_A_KIND - 1], _command(kind, {"title": "benchharness"}, text)]


def _points(shown: SubmissionVerdict) -> str:
    return f"{format_points(shown.score)} of {format_points(shown.max_score)} points."


def _head(shown: SubmissionVerdict, later: str) -> Iterator[str]:
    yield f"## {_markdown(_points(shown))}"
    yield f"\n{_code(one_line(shown.path))} {_markdown(later)}".rstrip()
    yield "\n| task | ends | points | speed |\n|---|---|---|---|"
    for title, task in titled_tasks(shown):
        badge = status_badge(task.status)
        ratios = [format_ratio(t.speed_ratio) for t in task.timings if t.speed_ratio is not None]
        cells = (
            title,
            f"{badge.symbol} {badge.word}",
            format_score(task.score, task.max_score),
            ", ".join(ratios),
        )
        yield f"| {' | '.join(map(_markdown, cells))} |"


def _passage(title: str, check: CheckVerdict) -> str:
    text = clip(explained(check), _LONGEST_MESSAGE)
    fence = "`" * max(3, 1 + _longest_run(text))
    return f"\n### {_markdown(title)}\n\n{fence}text\n{text}\n{fence}\n"


def _joined(head: str, parts: Sequence[str], most_bytes: int) -> str:
    """The head and as many parts as fit, with a line on those that do not."""
    text = head + "\n"
    if _size(text) > most_bytes:
        return ""
    for number, part in enumerate(parts):
        if _size(text) + _size(part) > most_bytes:
            rest = counted(len(parts) - number, "more finding")
            return f"{text}\n{rest}: there is no room here to tell them.\n"
        text += part
    return text


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _markdown(text: str) -> str:
    """A text as Markdown that shows it as it stands: no links, no HTML, no headings."""
    return _MARKUP.sub(r"\\\1", plain(text))


def _code(text: str) -> str:
    """A text as Markdown's code; backticks inside do not end it."""
    fence = "`" * (1 + _longest_run(text))
    return f"{fence} {text} {fence}"


def _longest_run(text: str) -> int:
    """How many backticks stand side by side at most."""
    return max(map(len, re.findall("`+", text)), default=0)
