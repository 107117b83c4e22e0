"""Untrusted text made safe to lay out: no control characters, no hidden reordering, no floods."""

from __future__ import annotations

import re

__all__ = ["clip", "no_orders", "one_line", "plain", "running_text"]

_LONGEST_NAME = 90
_LONGEST_LINE = 700
_LONGEST_TEXT = 4000

_ANSI_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor moves
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links and other strings
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
)
_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_WORKFLOW_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_UNENCODABLE = re.compile("[\ud800-\udfff]")
_STACKED_MARKS = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def plain(text: str) -> str:
    """
    The text without what could hide, move or reorder its neighbours on a page.

    Escape sequences, control characters, bidirectional overrides and zero-width characters go;
    line breaks become newlines; accents pile up three high at most; what UTF-8 cannot hold
    becomes a question mark in a diamond. Markup is left as it stands: escaping is the template's.
    """
    if text.isascii() and text.isprintable():  # most of a page
        return text
    text = _ANSI_ESCAPE.sub("", text)
    text = _LINE_BREAK.sub("\n", text)
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    text = _STACKED_MARKS.sub(r"\1", text)
    return _UNENCODABLE.sub("\ufffd", text)


def clip(text: str, limit: int) -> str:
    """The text's first `limit` characters, with a note of how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def no_orders(text: str) -> str:
    """The text so that no CI service takes a line of it for one of its workflow commands."""
    return _WORKFLOW_COMMAND.sub(r"\1: :", text).replace("##[", "# #[")


def one_line(name: str) -> str:
    """A name on one line, plain, and not so long that it floods the page."""
    line = " ".join(plain(name).split()) or "(no name)"
    return line if len(line) <= _LONGEST_NAME else line[:_LONGEST_NAME] + "…"


def running_text(text: str) -> str:
    """A text with its line breaks, plain, and not so long that it floods the page."""
    lines = plain(text).strip("\n").split("\n")
    return clip("\n".join(clip(line, _LONGEST_LINE) for line in lines), _LONGEST_TEXT)
