"""The staff's page in a real browser: filter, sort and pages, and everything without a script."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from sample_class import ATTACK, facts, sample_class, sample_suites, student
from test_report import COLOURS, SCHEMES, SHAPE, WIDTHS, contrast, luminance

from benchharness.outcomes import Graded
from benchharness.reporting.dashboard import write_dashboard

READ_BY_EVERYBODY = (
    "body",
    ".quiet",
    ".more",
    ".badge.good",
    ".badge.bad",
    ".badge.doubt",
    ".those",
    "#table thead button",
    "#query",
    "#next",
)
NAMES = "[...document.querySelectorAll('#body th')].map(name => name.textContent)"
MANY = 130


def written(path: Path, submissions: Iterable[Graded]) -> Path:
    write_dashboard(submissions, sample_suites(), facts(), path)
    return path


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("class") / "index.html"
    others = [student(f"m{n}", wrong=("most_frequent_level",)) for n in range(MANY)]
    return written(path, [*sample_class(), *others])


@pytest.fixture
def open_dashboard(open_report, dashboard: Path):
    """A function that opens the page in a window of its own, with the settings asked for."""
    return lambda path=dashboard, **settings: open_report(path, **settings)


def test_first_page_of_rows_is_there_at_once(open_dashboard) -> None:
    page = open_dashboard()
    assert len(page.evaluate(NAMES)) == 50
    assert page.locator("#shown").text_content() == "1 to 50 of 140"


def test_next_page_goes_on_where_the_first_one_ends(open_dashboard) -> None:
    page = open_dashboard()
    last = page.evaluate(NAMES)[-1]
    page.get_by_role("button", name="Next").click()
    assert page.evaluate(NAMES)[0] == f"m{int(last[1:]) + 1}"


def test_all_rows_can_be_shown_at_once(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Rows").select_option("all")
    assert len(page.evaluate(NAMES)) == 140


@pytest.mark.parametrize("query", ["emil", "EMIL@EXAMPLE", "Emil"])
def test_name_student_and_address_are_searched(open_dashboard, query: str) -> None:
    page = open_dashboard()
    page.get_by_label("Name or student").fill(query)
    assert page.evaluate(NAMES) == ["emil"]
    assert page.locator("#shown").text_content() == "1 to 1 of 1 that match, of 140 in all"


def test_a_search_without_matches_says_so(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Name or student").fill("nobody of that name")
    assert page.locator("#shown").text_content() == "0 to 0 of 0 that match, of 140 in all"


def test_table_is_filtered_by_a_misconception(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Only those with").select_option(
        "class means not divided, otsu_threshold (2)"
    )
    assert page.evaluate(NAMES) == ["emil", "finn"]


def test_a_count_shows_those_that_it_counts(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Name or student").fill("somebody")
    page.locator("#misconceptions .those").first.click()
    assert page.locator("#shown").text_content() == "1 to 50 of 130 that match, of 140 in all"
    assert page.locator("#submissions").evaluate("e => e.getBoundingClientRect().top") < 900


def test_clear_brings_all_back(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Name or student").fill("emil")
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("document.querySelectorAll('#body tr').length === 50")


def test_a_heading_sorts_and_sorts_backwards(open_dashboard) -> None:
    page = open_dashboard()
    score = page.locator("#table").get_by_role("button", name="Percent")
    score.click()
    assert page.evaluate(NAMES)[0] in ("hana", "ivan", "kate")
    score.click()
    assert page.evaluate(NAMES)[0] == "anna"


def test_what_has_no_score_is_last_either_way(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Rows").select_option("all")
    percent = page.locator("#table").get_by_role("button", name="Percent")
    for _ in range(2):
        percent.click()
        assert page.evaluate(NAMES)[-1] == "ivan"


def test_a_screen_reader_hears_how_the_table_is_sorted(open_dashboard) -> None:
    page = open_dashboard()
    page.locator("#table").get_by_role("button", name="Student").click()
    sorted_by = "[...document.querySelectorAll('[aria-sort]')].map(h => [h.innerText, h.ariaSort])"
    assert page.evaluate(sorted_by) == [["Student", "ascending"]]


def test_keys_alone_sort_and_filter(open_dashboard) -> None:
    page = open_dashboard()
    page.locator("#query").focus()
    page.keyboard.type("m12")
    while page.evaluate("document.activeElement.textContent") != "Submission":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate(NAMES)[0] == "m129"


def test_a_row_leads_to_the_page_of_its_submission(open_dashboard, dashboard: Path) -> None:
    href = open_dashboard().locator("#body a").first.evaluate("link => link.href")
    assert href == (dashboard.parent / "submissions" / "anna" / "report.html").as_uri()


def test_without_javascript_every_submission_is_in_the_table(open_dashboard) -> None:
    page = open_dashboard(java_script_enabled=False)
    assert page.locator("noscript tbody tr").count() == 140
    assert page.get_by_role("rowheader", name="m129").is_visible()


def test_without_javascript_nothing_is_offered_that_needs_it(open_dashboard) -> None:
    page = open_dashboard(java_script_enabled=False)
    assert not page.locator("#query").is_visible()


def test_rows_are_the_same_with_and_without_javascript(open_dashboard) -> None:
    page = open_dashboard()
    page.get_by_label("Rows").select_option("all")
    rows = "rows => rows.map(row => row.innerText.trim().split(/\\s+/).join(' '))"
    scripted = page.locator("#body tr").evaluate_all(rows)
    page = open_dashboard(java_script_enabled=False)
    assert scripted == page.locator("noscript tbody tr").evaluate_all(rows)


@pytest.mark.parametrize("script", [True, False])
def test_hostile_names_change_neither_elements_nor_title(
    open_dashboard, tmp_path: Path, script: bool
) -> None:
    shapes = []
    for name in ("kate", ATTACK):
        path = written(tmp_path / "index.html", [student(name, wrong=(name,))])
        page = open_dashboard(path, java_script_enabled=script)
        shapes.append(page.evaluate(SHAPE))
        assert page.title() == "Results of 1 submission"
    assert shapes[0] == shapes[1]


def test_page_asks_for_nothing_and_complains_of_nothing(browser, dashboard: Path) -> None:
    page = browser.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(dashboard.as_uri(), wait_until="networkidle")
    page.close()
    assert (asked, complaints) == ([dashboard.as_uri()], [])


def test_a_class_of_nobody_opens_without_complaint(browser, tmp_path: Path) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(written(tmp_path / "index.html", []).as_uri())
    page.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_the_contrast_that_wcag_aa_asks_for(open_dashboard, scheme: str) -> None:
    page = open_dashboard(color_scheme=scheme)
    ratios = {
        selector: contrast(page.locator(selector).first.evaluate(COLOURS))
        for selector in READ_BY_EVERYBODY
    }
    assert {s: r for s, r in ratios.items() if r < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bars_stand_out_from_the_page(open_dashboard, scheme: str) -> None:
    page = open_dashboard(color_scheme=scheme)
    fill = page.locator(".scores rect").first.evaluate("bar => getComputedStyle(bar).fill")
    ground = page.locator("body").evaluate(COLOURS)[1]
    lighter, darker = sorted(map(luminance, (fill, ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_page_never_scrolls_sideways(open_dashboard, width: int, script: bool) -> None:
    page = open_dashboard(viewport={"width": width, "height": 900}, java_script_enabled=script)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_nothing_runs_off_the_sheet(open_dashboard) -> None:
    page = open_dashboard(viewport={"width": 680, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_on_paper_there_are_no_controls(open_dashboard) -> None:
    page = open_dashboard()
    page.emulate_media(media="print")
    assert not page.locator("#query").is_visible()
    assert page.locator("#body").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_every_table_says_what_it_is_and_names_its_columns(open_dashboard, script: bool) -> None:
    unnamed = "[...document.querySelectorAll('table')].filter(t => !t.caption?.textContent).length"
    unscoped = "document.querySelectorAll('th:not([scope])').length"
    page = open_dashboard(java_script_enabled=script)
    assert (page.evaluate(unnamed), page.evaluate(unscoped)) == (0, 0)


def test_every_field_has_a_label(open_dashboard) -> None:
    unlabelled = "[...document.querySelectorAll('input, select')].filter(f => !f.labels.length)"
    assert open_dashboard().evaluate(f"{unlabelled}.length") == 0
