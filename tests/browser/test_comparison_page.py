"""The page of a comparison in a real browser: charts, table, and everything without a script."""

from __future__ import annotations

import base64
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_report import COLOURS, SCHEMES, SHAPE, WIDTHS, contrast

pytest.importorskip("vl_convert", reason="vl-convert-python is not installed")
sys.path.insert(0, str(Path(__file__).parents[1] / "comparison"))

from lab_runs import ATTACK, lab_run, write_lab_runs
from made_up_runs import against, run, task, timing, written

from benchharness.comparison.page import write_page
from benchharness.comparison.whole import compare_files

READ_BY_EVERYBODY = (
    "body",
    ".quiet",
    ".badge.good",
    ".badge.doubt",
    ".remark",
    ".chart figcaption",
    ".keys li",
    "#table thead button",
    "#query",
)
ROWS = "[...document.querySelectorAll('#body tr')].map(row => row.innerText)"


def page_of(folder: Path, *paths: Path) -> Path:
    write_page(compare_files(paths), folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    return page_of(folder, *write_lab_runs(folder))


@pytest.fixture
def open_comparison(open_report, comparison: Path):
    """A function that opens the page, its table filled, with the settings asked for."""

    def open_page(path: Path = comparison, **settings: object):
        page = open_report(path, **settings)
        if settings.get("java_script_enabled", True):
            page.wait_for_function("!document.getElementById('table').hidden")
        return page

    return open_page


def test_first_rows_are_there_at_once(open_comparison) -> None:
    page = open_comparison()
    assert len(page.evaluate(ROWS)) == 50
    assert page.locator("#shown").text_content() == "1 to 50 of 54"


def test_table_is_searched_by_side(open_comparison) -> None:
    page = open_comparison()
    page.get_by_label("Task, workload or side").fill("CUDA:0 · lab-b")
    assert page.locator("#shown").text_content() == "1 to 9 of 9 that match, of 54 in all"


def test_table_is_filtered_by_verdict(open_comparison) -> None:
    page = open_comparison()
    page.locator("#outcome").select_option("faster")
    assert page.evaluate(ROWS) and all("faster" in row for row in page.evaluate(ROWS))


def test_a_heading_sorts_and_sorts_backwards(open_comparison) -> None:
    page = open_comparison()
    heading = page.locator("#table").get_by_role("button", name="Time a call")
    heading.click()
    assert "µs" in page.evaluate(ROWS)[0]
    heading.click()
    assert " ms" in page.evaluate(ROWS)[0]
    assert heading.locator("..").get_attribute("aria-sort") == "descending"


def test_rows_can_be_saved(open_comparison) -> None:
    page = open_comparison()
    page.get_by_label("Task, workload or side").fill("pool2d")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("suite,workload,size,side,verdict,against_baseline")
    assert len(lines) == 1 + 18 and {line.count(",") for line in lines} == {lines[0].count(",")}


def test_numbers_of_a_chart_are_downloaded_without_a_script(open_comparison) -> None:
    page = open_comparison(java_script_enabled=False)
    link = page.locator("#tasks .numbers a").first
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "conv2d-noise-time.csv"
    assert download.value.path().read_text().startswith("side,size,time_s,time_s_low")


def test_numbers_of_every_chart_stand_in_a_table_too(open_comparison) -> None:
    page = open_comparison()
    charts = page.locator("figure.chart")
    assert charts.count() == page.locator("figure.chart table").count() > 12
    href = page.locator("figure.chart .numbers a").first.get_attribute("href")
    text = base64.b64decode(href.partition("base64,")[2]).decode()
    rows = page.locator("figure.chart table").first.locator("tbody tr").count()
    assert len(text.splitlines()) == 1 + rows


def test_every_chart_has_a_name_and_its_points_say_what_they_are(open_comparison) -> None:
    page = open_comparison()
    charts = page.locator("figure.chart > svg")
    names = charts.evaluate_all("all => all.map(svg => svg.getAttribute('aria-label'))")
    assert all(names)
    titles = page.locator("#tasks figure.chart title").all_text_contents()
    assert any("numpy · cpu · lab-a: size 64" in title for title in titles)
    assert any("(noisy)" in title for title in titles)


def test_throttling_is_marked_in_the_trace(open_comparison) -> None:
    traces = open_comparison().locator("#traces figure.chart")
    assert "clocks held down" in traces.first.locator("figcaption").text_content()


def test_machine_cards_say_what_the_machines_are(open_comparison) -> None:
    cards = open_comparison().locator(".card").all_text_contents()
    assert ["performance" in card for card in cards] == [True, False]
    assert all("NVIDIA A10" in card and "copies" in card for card in cards)


def test_without_javascript_the_results_are_in_a_table(open_comparison) -> None:
    page = open_comparison(java_script_enabled=False)
    assert page.locator("noscript tbody tr").count() == 54
    assert not page.locator("#query").is_visible()


def test_page_asks_for_nothing_and_complains_of_nothing(browser, comparison: Path) -> None:
    page = browser.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(comparison.as_uri(), wait_until="networkidle")
    page.close()
    assert (asked, complaints) == ([comparison.as_uri()], [])


@pytest.mark.parametrize("script", [True, False])
def test_hostile_names_change_neither_elements_nor_title(
    open_comparison, tmp_path: Path, script: bool
) -> None:
    shapes = []
    for number, name in enumerate(("kate", ATTACK)):
        folder = tmp_path / str(number)
        made = lab_run("lab", 1.0, seed=1, submission=name)
        tasks = tuple(replace(t, suite=f"s {name}") for t in made.submissions[0].tasks)
        made = replace(made, submissions=(replace(made.submissions[0], tasks=tasks),))
        path = page_of(folder, *written(folder, [made, run(task(timing()), submission="x")]))
        page = open_comparison(path, java_script_enabled=script)
        shapes.append(page.evaluate(SHAPE))
        assert page.title() == "Comparison of 2 runs"
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_the_contrast_that_wcag_aa_asks_for(open_comparison, scheme: str) -> None:
    page = open_comparison(color_scheme=scheme)
    ratios = {
        selector: contrast(page.locator(selector).first.evaluate(COLOURS))
        for selector in READ_BY_EVERYBODY
    }
    assert {s: r for s, r in ratios.items() if r < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_and_labels_of_charts_stand_out_from_the_page(open_comparison, scheme: str) -> None:
    page = open_comparison(color_scheme=scheme)
    ground = page.locator("body").evaluate(COLOURS)[1]
    fills = page.locator("figure.chart text").evaluate_all(
        "all => [...new Set(all.map(text => getComputedStyle(text).fill))]"
    )
    keys = page.locator(".keys path").evaluate_all(
        "all => [...new Set(all.map(path => getComputedStyle(path).fill))]"
    )
    assert min(contrast((fill, ground)) for fill in fills) >= 4.5
    assert len(keys) == 6 and min(contrast((fill, ground)) for fill in keys) >= 3


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_page_never_scrolls_sideways(open_comparison, width: int, script: bool) -> None:
    page = open_comparison(viewport={"width": width, "height": 900}, java_script_enabled=script)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_charts_are_there_and_controls_are_not(open_comparison) -> None:
    page = open_comparison(viewport={"width": 680, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert page.locator("figure.chart > svg").first.is_visible()
    assert not page.locator("#query").is_visible()


def test_many_sides_become_bands(open_comparison, tmp_path: Path) -> None:
    timings = (timing(8), timing(64, 0.2))
    runs = {
        f"{name}{n}": run(task(*timings), submission=f"s{n}", seed=n, numpy=name)
        for n in range(7)
        for name in ("1.26", "2.0")
    }
    page = open_comparison(page_of(tmp_path, *written(tmp_path, runs)))
    captions = page.locator("#tasks figcaption").all_text_contents()
    assert captions and all("bands from the least to the greatest side" in c for c in captions)


@pytest.mark.parametrize("script", [True, False])
def test_every_table_says_what_it_is_and_names_its_columns(open_comparison, script: bool) -> None:
    unnamed = "[...document.querySelectorAll('table')].filter(t => !t.caption?.textContent).length"
    unscoped = "document.querySelectorAll('th:not([scope])').length"
    page = open_comparison(java_script_enabled=script)
    assert (page.evaluate(unnamed), page.evaluate(unscoped)) == (0, 0)


def test_earlier_versions_have_a_table_of_their_own(open_comparison, tmp_path: Path) -> None:
    one = run(task(timing(against=against(0.9, "SLOWER", version=ATTACK))))
    page = open_comparison(page_of(tmp_path, *written(tmp_path, [one])))
    row = page.locator("#earlier tbody tr").inner_text()
    assert "slower" in row and "0.90×" in row
    assert "<script>" in row and page.title() != "owned"
