"""The report in a real browser: safe, readable, and usable without script or mouse."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path

import pytest
from sample_run import hostile_submission, sample_run

from benchharness.outcomes import Run, SubmissionVerdict
from benchharness.reporting.page import write_report

WIDTHS = (360, 900, 1600)
SCHEMES = ("light", "dark")
READ_BY_EVERYBODY = (
    "body",
    ".quiet",
    ".badge.good",
    ".badge.bad",
    ".badge.doubt",
    "a[href='#s1']",
    "td.measured",
    ".finding .message",
    ".finding .badge.bad",
    ".finding pre",
)
SHAPE = "[...document.querySelectorAll('*')].map(e => e.tagName + ' ' + e.getAttributeNames())"
COLOURS = """element => {
    let ground = element;
    while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
        ground = ground.parentElement;
    return [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
}"""

BADLY_PLACED_LABELS = """plot => {
    const frame = plot.getBoundingClientRect();
    const boxes = [...plot.querySelectorAll('text')].map(text => text.getBoundingClientRect());
    const apart = (a, b) =>
        a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
    return boxes.filter((box, i) =>
        box.left < frame.left || box.right > frame.right
        || box.top < frame.top || box.bottom > frame.bottom
        || boxes.some((other, j) => j < i && !apart(box, other))
    ).map(box => box.toJSON());
}"""


def harmless(value):
    """The same verdict with an x for all that is no small letter, in every text."""
    if isinstance(value, Enum) or not value:
        return value
    if isinstance(value, str):
        return re.sub(r"[^a-z\n]", "x", value)
    if isinstance(value, tuple):
        return tuple(map(harmless, value))
    if is_dataclass(value):
        return replace(value, **{f.name: harmless(getattr(value, f.name)) for f in fields(value)})
    return value


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, WCAG 2.2."""
    channels = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(colours: list[str]) -> float:
    """Contrast ratio of text and ground, WCAG 2.2."""
    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)


def run_of(*submissions: SubmissionVerdict) -> Run:
    return replace(sample_run(), submissions=submissions)


def test_hostile_text_changes_neither_elements_nor_attributes(open_report, tmp_path: Path) -> None:
    shapes = []
    for submission in (hostile_submission(), harmless(hostile_submission())):
        path = tmp_path / "report.html"
        write_report(run_of(submission), path)
        shapes.append(open_report(path).evaluate(SHAPE))
    assert shapes[0] == shapes[1]


def test_hostile_text_runs_no_script(open_report) -> None:
    page = open_report()
    assert page.title() == "Report on 3 submissions"


def test_page_asks_for_nothing_beside_itself(browser, report: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri(), wait_until="networkidle")
    page.close()
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]


def test_page_breaks_no_rule_of_its_policy(browser, report: Path) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(report.as_uri(), wait_until="networkidle")
    page.close()
    assert complaints == []


def test_every_picture_can_be_decoded(open_report) -> None:
    decoded = "[...document.images].map(i => i.complete && i.naturalWidth > 0)"
    assert all(open_report().evaluate(decoded))


def test_without_script_a_failure_is_seen_at_once(open_report) -> None:
    page = open_report(java_script_enabled=False)
    assert page.get_by_text("Likely cause: class means not divided").first.is_visible()


def test_without_script_a_passed_task_opens(open_report) -> None:
    page = open_report(java_script_enabled=False)
    page.locator("#s1-t1 > summary").click()
    assert page.locator("#s1-t1 table").is_visible()


def test_tab_reaches_every_link_and_every_task(open_report) -> None:
    page = open_report()
    wanted = page.evaluate("document.querySelectorAll('a, summary').length")
    reached = set()
    for _ in range(wanted + 60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('a, summary')].indexOf(document.activeElement)"
            )
        )
    assert reached - {-1} == set(range(wanted))


def test_enter_opens_a_task(open_report) -> None:
    page = open_report()
    page.locator("#s1-t1 > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#s1-t1 table").is_visible()


def test_first_tab_offers_to_skip_to_the_summary(open_report) -> None:
    page = open_report()
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0


def test_focus_is_seen(open_report) -> None:
    page = open_report()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_dark_mode_has_colours_of_its_own(open_report) -> None:
    colours = [
        open_report(color_scheme=scheme).locator("body").evaluate(COLOURS) for scheme in SCHEMES
    ]
    assert luminance(colours[0][1]) > 0.8
    assert luminance(colours[1][1]) < 0.05


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_the_contrast_that_wcag_aa_asks_for(open_report, scheme: str) -> None:
    page = open_report(color_scheme=scheme)
    ratios = {
        selector: contrast(page.locator(selector).first.evaluate(COLOURS))
        for selector in READ_BY_EVERYBODY
    }
    assert {s: r for s, r in ratios.items() if r < 4.5} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_page_never_scrolls_sideways(open_report, width: int) -> None:
    page = open_report(viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(task => task.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wide_table_scrolls_in_its_own_frame(open_report) -> None:
    page = open_report(viewport={"width": 360, "height": 900})
    frame = page.locator(".timings .wide").last
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")


def test_letters_of_plots_keep_their_size_on_a_phone(open_report) -> None:
    page = open_report(viewport={"width": 360, "height": 900})
    heights = page.locator(".histogram text").evaluate_all(
        "texts => texts.map(text => text.getBoundingClientRect().height)"
    )
    assert min(heights) > 10


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_of_a_growth_plot_stand_within_it_and_apart(open_report, width: int) -> None:
    page = open_report(viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(task => task.open = true)")
    assert page.locator(".growth svg[role=img]").first.evaluate(BADLY_PLACED_LABELS) == []


def test_both_sides_of_a_growth_plot_are_seen_in_the_dark(open_report) -> None:
    page = open_report(color_scheme="dark")
    page.evaluate("document.querySelectorAll('details').forEach(task => task.open = true)")
    for side in ("submission", "reference"):
        stroke = "element => getComputedStyle(element).stroke"
        colour = page.locator(f".growth line.{side}.law").first.evaluate(stroke)
        assert luminance(colour) > 0.3


def test_on_paper_closed_tasks_are_open(open_report) -> None:
    page = open_report()
    assert not page.locator("#s1-t1 table").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#s1-t1 table").is_visible()


def test_on_paper_dark_mode_prints_black_on_white(open_report) -> None:
    page = open_report(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("body").evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_on_paper_nothing_runs_off_the_sheet(open_report) -> None:
    page = open_report(viewport={"width": 680, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_every_table_says_what_it_is_and_names_its_columns(open_report) -> None:
    unnamed = "[...document.querySelectorAll('table')].filter(t => !t.caption?.textContent).length"
    unscoped = "document.querySelectorAll('th:not([scope])').length"
    page = open_report()
    assert (page.evaluate(unnamed), page.evaluate(unscoped)) == (0, 0)
