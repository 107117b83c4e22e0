"""Untrusted text: what is taken out, what stays, how much of it."""

from __future__ import annotations

import pytest

from benchharness.reporting.plain_text import clip, no_orders, one_line, plain, running_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://example.org\x1b\\link", "link"),
        ("\x1b]never closed", "never closed"),
        ("a\x00\x08\x7f\x9bb", "ab"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066a\u2069\u200f\u061c\ufeff", "a"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\ud800", "\ufffd"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 3),
    ],
    ids=[
        "colours",
        "title",
        "link",
        "open string",
        "controls",
        "override",
        "isolates",
        "line breaks",
        "surrogate",
        "stacked accents",
    ],
)
def test_what_could_hide_or_reorder_is_taken_out(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("text", ["μ₁ = Σ i·P(i)\n\tx", "<b> & {{ x }}", "Größe שלום 漢字 é"])
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_taking_out_one_escape_forms_no_other() -> None:
    assert "\x1b" not in plain("\x1b\x1b[0m[31m")


def test_clip_says_how_much_is_left_out() -> None:
    assert clip("abcdef", 4) == "abcd… (2 more characters)"


def test_a_name_stays_on_one_line() -> None:
    assert one_line("a\nb\t c") == "a b c"


def test_an_empty_name_is_still_seen() -> None:
    assert one_line("\u200b") == "(no name)"


def test_running_text_keeps_its_lines() -> None:
    assert running_text("\nfirst\n  second\n") == "first\n  second"


def test_running_text_is_bounded_however_many_lines_it_has() -> None:
    assert len(running_text("line\n" * 10_000)) < 5_000


@pytest.mark.parametrize("order", ["::error::x", "a\n  ::add-mask::x", "1 of 2: ##[error]x"])
def test_no_line_is_a_workflow_command(order: str) -> None:
    lines = no_orders(order).splitlines()

    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


def test_colons_inside_a_line_stay() -> None:
    assert no_orders("torch::nn and [::-1]") == "torch::nn and [::-1]"
