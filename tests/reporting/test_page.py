"""The page's source: what stands in it, what must not, and how it reaches the disk."""

from __future__ import annotations

import os
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from sample_run import HIDDEN_WORDS, hidden_check, hostile_submission, sample_run, wrong_submission

from benchharness.errors import HarnessError
from benchharness.outcomes import (
    Picture,
    Run,
    Status,
    SubmissionVerdict,
    TaskVerdict,
    Visibility,
)
from benchharness.reporting.page import render_report, write_report


class Tags(HTMLParser):
    """The page's elements in order, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(sample_run())


@pytest.fixture(scope="module")
def tags(html: str) -> Tags:
    return Tags(html)


def run_of(*submissions: SubmissionVerdict) -> Run:
    return replace(sample_run(), submissions=submissions)


def one_task(**changes: object) -> Run:
    task = TaskVerdict("thresholding", "otsu_threshold", "numpy", Status.FAILED, 1.0, 2.0)
    return run_of(
        SubmissionVerdict("listing_6_1", "listing_6_1.py", "ab12", (replace(task, **changes),))
    )


def test_summary_names_the_misconception_of_a_failed_task(html: str) -> None:
    summary = html.partition('id="s1"')[0]
    assert "class means not divided" in summary


def test_summary_gives_every_submission_its_score(html: str) -> None:
    summary = html.partition('id="s1"')[0]
    assert [p in summary for p in ("100 %", "54.2 %", "0 %")] == [True] * 3


def test_explanation_keeps_the_columns_of_its_formulas(html: str) -> None:
    assert "listing 6.1   μ₁ = 0.25 · 10        = 2.5\nright" in html


def test_failed_tasks_are_open_and_passed_ones_closed(tags: Tags) -> None:
    opened = ["open" in task for task in tags.named("details")]
    assert opened == [False] * 7 + [False] * 4 + [True] * 3 + [True]


def test_every_link_within_the_page_has_its_place(tags: Tags) -> None:
    places = {attributes.get("id") for _, attributes in tags.seen}
    links = {str(link["href"]).removeprefix("#") for link in tags.named("a")}
    assert links <= places


def test_no_place_is_named_twice(tags: Tags) -> None:
    places = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(places) == len(set(places))


def test_headings_leave_out_no_level(tags: Tags) -> None:
    levels = [int(tag[1]) for tag, _ in tags.seen if tag in {"h1", "h2", "h3", "h4", "h5"}]
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_every_picture_is_inlined_and_described(tags: Tags) -> None:
    inlined = {f"#{picture['id']}": str(picture["href"]) for picture in tags.named("image")}
    shown = [str(use["href"]) for use in tags.named("use")]
    assert len(shown) == 5
    assert all(inlined[name].startswith("data:image/png;base64,") for name in shown)
    assert all(svg["aria-label"] for svg in tags.named("svg") if svg.get("role") == "img")


def test_a_picture_that_is_shown_twice_is_inlined_once() -> None:
    checks = [check for task in wrong_submission().tasks for check in task.checks]
    picture = next(p for check in checks for p in check.pictures if isinstance(p, Picture))
    shown = tuple(replace(check, pictures=(picture,)) for check in checks[:2])
    page = Tags(render_report(one_task(checks=shown)))
    assert (len(page.named("image")), len(page.named("use"))) == (1, 2)


def test_only_tiny_pictures_are_drawn_with_sharp_pixels(tags: Tags) -> None:
    widths = [picture["width"] for picture in tags.named("svg") if picture.get("class") == "tiny"]
    assert widths == ["8"]


def test_histogram_shows_both_thresholds(html: str) -> None:
    assert "expected 107</text>" in html
    assert "yours 89</text>" in html


def test_a_workload_timed_at_several_sizes_says_how_its_time_grows(html: str) -> None:
    assert html.count("From 64 to 1024, time grows like size^1.60 (1.5 to 1.7); ") == 1


def test_every_plot_tells_its_numbers_in_words(tags: Tags) -> None:
    assert all(svg["aria-label"] for svg in tags.named("svg") if svg.get("role") == "img")


def test_policy_forbids_all_but_inline_styles_and_data_pictures(tags: Tags) -> None:
    policies = [m["content"] for m in tags.named("meta") if "http-equiv" in m]
    assert policies == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    ]


def test_page_needs_no_script_and_no_other_file(tags: Tags) -> None:
    assert not tags.named("script")
    assert not tags.named("link")


@pytest.mark.parametrize("tag", ["script", "iframe"])
def test_hostile_text_becomes_no_element(tag: str) -> None:
    assert not Tags(render_report(run_of(hostile_submission()))).named(tag)


def test_hostile_text_becomes_no_event_handler() -> None:
    tags = Tags(render_report(run_of(hostile_submission())))
    assert not [name for _, attributes in tags.seen for name in attributes if name[:2] == "on"]


def test_control_characters_and_bidi_overrides_are_gone() -> None:
    html = render_report(run_of(hostile_submission()))
    assert not set(html) & set("\x1b\x00\x07\x08\u202e\u202c\u2066\u2069")


def test_long_lines_are_cut() -> None:
    html = render_report(run_of(hostile_submission()))
    assert "x" * 1000 not in html
    assert "more characters)" in html


def test_sample_stays_under_two_megabytes(html: str) -> None:
    assert len(html.encode()) < 2_000_000


@pytest.mark.parametrize("word", HIDDEN_WORDS)
def test_a_check_that_is_shown_later_is_not_in_the_source(html: str, word: str) -> None:
    assert word not in html
    assert word.replace("_", " ") not in html


@pytest.mark.parametrize("visibility", set(Visibility) - {Visibility.VISIBLE})
def test_checks_that_are_shown_later_are_counted(visibility: Visibility) -> None:
    run = one_task(checks=(hidden_check(visibility), hidden_check(visibility)))
    assert "2 checks are shown later." in render_report(run)


def test_a_task_s_message_does_not_tell_of_a_hidden_check() -> None:
    run = one_task(message=f"failed: {HIDDEN_WORDS[1]}", checks=(hidden_check(),))
    assert HIDDEN_WORDS[1] not in render_report(run)


def test_a_task_s_pictures_do_not_tell_of_a_hidden_check() -> None:
    run = one_task(pictures=hidden_check().pictures, checks=(hidden_check(),))
    assert HIDDEN_WORDS[0] not in render_report(run)


def test_a_task_without_checks_and_timings_has_neither_table(html: str) -> None:
    page = render_report(one_task())
    assert "<caption>Checks</caption>" not in page
    assert "<h4" not in page


def test_a_submission_without_tasks_says_so() -> None:
    assert "No task was judged." in render_report(
        run_of(SubmissionVerdict("empty", "empty.py", "ab"))
    )


def test_a_run_without_submissions_says_so() -> None:
    assert "This run holds no submissions." in render_report(run_of())


def test_one_submission_gives_the_page_its_name() -> None:
    assert "<title>Report on listing_6_1</title>" in render_report(run_of(wrong_submission()))


def test_a_run_without_a_sandbox_is_warned_of(html: str) -> None:
    run = sample_run()
    unconfined = replace(run, isolation=replace(run.isolation, tier="off"))
    assert "Not isolated" not in html
    assert "Not isolated" in render_report(unconfined)


def test_a_picture_that_is_no_png_is_named() -> None:
    with pytest.raises(HarnessError, match="'mask' must be PNG bytes, got b'GIF89a'"):
        render_report(one_task(pictures=(Picture("mask", b"GIF89a"),)))


def test_report_is_written_where_it_is_wanted(tmp_path: Path, html: str) -> None:
    path = tmp_path / "bench-results" / "report.html"
    write_report(sample_run(), path)
    assert path.read_text(encoding="utf-8") == html


def test_a_failure_leaves_the_old_report_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(HarnessError):
        write_report(one_task(pictures=(Picture("mask", b""),)), path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]
