"""The staff's page of a class: what it counts, whom it names, and that no name breaks out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from itertools import pairwise
from pathlib import Path
from weakref import ref

import pytest
from sample_class import (
    ATTACK,
    OURS,
    UNREADABLE,
    facts,
    graded,
    harness_failed,
    hidden,
    sample_class,
    sample_suites,
    student,
    task,
    timed,
    unread,
)
from sample_run import HIDDEN_WORDS
from test_page import Tags

from benchharness.errors import HarnessError
from benchharness.outcomes import CheckVerdict, Graded, Status, TimingStatus
from benchharness.reporting.dashboard import render_dashboard, write_dashboard

SUITES = sample_suites()
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def html() -> str:
    return render(*sample_class())


@pytest.fixture(scope="module")
def tags(html: str) -> Tags:
    return Tags(html)


def render(*submissions: Graded) -> str:
    return render_dashboard(submissions, SUITES, facts())


def text(html: str) -> str:
    """What a reader reads: no tags, single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def section(html: str, place: str) -> str:
    """The text of one part of the page."""
    found = re.search(rf'<section id="{place}".*?</section>', html, re.DOTALL)
    return text(found[0]) if found else ""


def data(html: str) -> dict:
    return json.loads(DATA.search(html)[1])


def traits(html: str) -> dict[str, int]:
    """What the table can be filtered by: words, and the number of the trait."""
    options = re.findall(r'<option value="(\d+)">(.*?)</option>', html)
    return {unescape(words): int(number) for number, words in options}


def holders(html: str, words: str) -> list[str]:
    """The names of the submissions that a filter leaves."""
    number = traits(html)[words]
    return [row[0] for row in data(html)["rows"] if number in row[-1]]


def test_title_counts_the_submissions(html: str) -> None:
    assert "<title>Results of 10 submissions</title>" in html


def test_every_submission_has_a_row_of_data_and_one_without_javascript(html: str) -> None:
    plain = re.search(r"<noscript>.*?</noscript>", html, re.DOTALL)[0]
    assert [row[0] for row in data(html)["rows"]] == [one.name for one in sample_class()]
    assert plain.count('<th scope="row">') == 10


def test_a_row_says_name_student_score_percent_status_and_the_suite_s_score() -> None:
    html = render(student("emil", wrong=("cumulative",)))
    found = data(html)
    name, who, score, percent, standing, suite, href, contact, most, _ = found["rows"][0]
    assert (name, who, contact) == ("emil", "Emil", "emil@example.org")
    assert (score, most, percent, suite) == (3, 5, 60.0, 3)
    assert found["badges"][standing][0] == "failed"
    assert href == "submissions/emil/report.html"


def test_rows_are_ordered_by_name_and_numbers_in_it_by_size() -> None:
    names = ("team 10", "Team 9", "anna")
    rows = data(render(*map(student, names)))["rows"]
    assert [row[0] for row in rows] == ["anna", "Team 9", "team 10"]


def test_a_suite_that_nobody_was_judged_on_has_no_column() -> None:
    html = render(unread("ivan"))
    assert "data-column=" in html
    assert 'data-column="5"' not in html


def test_standings_count_the_submissions(html: str) -> None:
    header = text(html.partition("<main")[0])
    assert "failed 3" in header
    assert "passed 4" in header
    assert "not read 1" in header
    assert "tampered 1" in header


def test_scores_leave_out_who_could_not_be_read() -> None:
    html = render(student("anna"), unread("ivan"))
    assert "Median 100.0 %" in section(html, "scores")


def test_a_task_says_how_many_passed_and_how_the_others_ended(html: str) -> None:
    row = section(html, "tasks").partition("otsu_threshold thresholding")[2]
    assert row.startswith(" 57.1 % 4 of 7 71.4 % timeout 1 , failed 2 ")


def test_a_task_in_two_backends_counts_once_and_by_its_worse_end() -> None:
    verdicts = [task("otsu_threshold", s, 0, 1) for s in (Status.PASSED, Status.ERROR)]
    html = render(graded("anna", replace(verdicts[0], backend="torch"), verdicts[1]))
    assert "0 of 1" in section(html, "tasks")


def test_tasks_stand_in_the_order_of_the_suite(html: str) -> None:
    found = section(html, "tasks")
    assert found.index("grey_histogram") < found.index("otsu_threshold")


def test_misconceptions_are_ranked_by_how_many_share_them() -> None:
    html = render(
        student("anna", wrong=("most_frequent_level",)),
        student("ben", wrong=("class_means_not_divided",)),
        student("chen", wrong=("class_means_not_divided", "class_means_not_divided")),
    )
    found = section(html, "misconceptions")
    first, second = found.index("class means not divided"), found.index("most frequent level")
    assert first < second
    assert "2 66.7 % ben , chen" in found


def test_a_misconception_is_explained_in_one_sentence() -> None:
    known = {m.name: m.summary for t in SUITES[0].tasks for m in t.misconceptions}
    html = render(student("anna", wrong=("most_frequent_level",)))
    assert " ".join(known["most_frequent_level"].split()) in section(html, "misconceptions")


def test_of_many_examples_five_are_named() -> None:
    html = render(*(student(f"s{n}", wrong=("most_frequent_level",)) for n in range(8)))
    assert "s0 , s1 , s2 , s3 , s4 and 3 more" in section(html, "misconceptions")


def test_a_wrong_answer_that_nothing_explains_is_counted() -> None:
    html = render(student("anna", wrong=(None,)), student("ben", wrong=("most_frequent_level",)))
    assert holders(html, "otsu_threshold (1)") == ["anna"]


def test_hidden_checks_are_shown_to_the_staff() -> None:
    assert HIDDEN_WORDS[2] in section(render(hidden("anna")), "misconceptions")


def test_a_failure_of_the_harness_stands_apart_with_what_it_said(html: str) -> None:
    found = section(html, "harness")
    assert "multi_otsu thresholding 1 submission hana" in found
    assert OURS in found


def test_a_failure_of_the_harness_shows_beside_the_student_s_own() -> None:
    html = render(harness_failed("hana"))
    assert holders(html, "harness failed (1)") == holders(html, "failed (1)") == ["hana"]


def test_the_same_message_of_the_harness_is_kept_once() -> None:
    html = render(*(harness_failed(f"s{n}") for n in range(9)))
    assert section(html, "harness").count(OURS) == 1


def test_what_the_harness_failed_on_spoils_no_pass_rate() -> None:
    ours = task("otsu_threshold", Status.HARNESS_FAILED, 0, 0)
    html = render(student("anna"), graded("ben", ours))
    assert "otsu_threshold thresholding 100.0 % 1 of 1" in section(html, "tasks")


def test_who_could_not_be_read_is_listed_with_the_reason(html: str) -> None:
    assert f"ivan Ivan {UNREADABLE}" in section(html, "unread")


def test_however_many_cannot_be_read_all_are_listed() -> None:
    found = section(render(*(unread(f"s{n}") for n in range(60))), "unread")
    assert found.count(UNREADABLE) == 60


@pytest.mark.parametrize("place", ["harness", "unread", "misconceptions", "speed"])
def test_what_there_is_nothing_to_say_about_is_left_out(place: str) -> None:
    html = render(student("anna"))
    assert f'id="{place}"' not in html
    assert f'href="#{place}"' not in html


def test_fastest_and_slowest_are_named_with_their_ties(html: str) -> None:
    found = section(html, "speed")
    assert "2.00× [1.88, 2.12] anna , ben , chen" in found
    assert "0.40× [0.38, 0.42] dora" in found


def test_those_who_cannot_be_told_apart_share_a_place(html: str) -> None:
    places = section(html, "speed").partition("Geometric mean")[2]
    assert [re.search(rf"(\S+) {name} ", places)[1] for name in ("anna", "chen", "dora")] == [
        "1=",
        "1=",
        "4",
    ]


def test_only_the_largest_size_counts() -> None:
    both = replace(
        student("anna").verdict.tasks[1], timings=(timed(9.0, size=64), timed(1.0, size=512))
    )
    found = section(
        render(graded("anna", both), student("ben", timing=timed(5.0, size=64))), "speed"
    )
    assert "photograph 512 otsu_threshold · thresholding 1 " in found
    assert "ben" not in found


def test_a_noisy_timing_is_on_no_leaderboard() -> None:
    html = render(student("anna", timing=timed(9.0, status=TimingStatus.NOISY)))
    assert section(html, "speed") == ""


def test_who_lacks_a_workload_is_not_on_the_suite_s_leaderboard() -> None:
    second = replace(
        student("anna", speed=1.0).verdict.tasks[1], timings=(timed(1.0), timed(1.0, workload="b"))
    )
    html = render(graded("anna", second), student("ben", speed=5.0))
    places = section(html, "speed").partition("Geometric mean")[2]
    assert "anna" in places
    assert "ben" not in places


def test_who_handed_in_late_can_be_found() -> None:
    late = replace(student("anna"), student={"name": "Anna", "late": "yes"})
    html = render(late, student("ben"))
    assert holders(html, "handed in late (1)") == ["anna"]


@pytest.mark.parametrize("trait", ["otsu_threshold: timeout (1)", "passed (4)", "not read (1)"])
def test_the_table_can_be_filtered_by(html: str, trait: str) -> None:
    assert trait in traits(html)


def test_every_count_that_filters_names_a_trait_of_the_filter(html: str, tags: Tags) -> None:
    counts = {int(a["data-trait"]) for a in tags.named("a") if "data-trait" in a}
    assert counts <= set(traits(html).values())


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "a&lt;b"])
def test_no_name_breaks_out_of_the_data(name: str) -> None:
    html = render(student(name))
    assert not re.search(r"[<>&]", DATA.search(html)[1])
    assert data(html)["rows"][0][0] == name


def test_no_text_of_a_student_adds_an_element() -> None:
    shapes = []
    for said in ("kate", ATTACK):
        ours = CheckVerdict(said, Status.HARNESS_FAILED, 0, 0, said, misconception=said)
        wrong = replace(task(said, Status.FAILED, 0, 1, checks=(ours,)), suite=said, message=said)
        judged = replace(graded(said, wrong), student={"name": said, "email": said})
        seen = Tags(render(judged, unread(f"{said}!", problem=said))).seen
        shapes.append([(tag, sorted(attributes)) for tag, attributes in seen])
    assert shapes[0] == shapes[1]


def test_no_name_moves_its_link_out_of_the_folder() -> None:
    href = data(render(student('../../x" onclick=alert(1) ?#\ud800')))["rows"][0][6]
    assert re.fullmatch(r"submissions/[\w.%-]+/report\.html", href, re.ASCII)
    assert "/../" not in href


def test_the_policy_allows_the_page_s_own_script_alone(html: str, tags: Tags) -> None:
    policy = next(m["content"] for m in tags.named("meta") if "http-equiv" in m)
    assert re.search(r"script-src 'sha256-[\w+/=]{44}';", policy)
    assert "default-src 'none'" in policy


def test_the_page_asks_for_nothing_beside_itself(tags: Tags) -> None:
    assert not [a for _, a in tags.seen if "src" in a]
    assert not tags.named("link")


def test_every_link_within_the_page_has_its_place(tags: Tags) -> None:
    places = {attributes.get("id") for _, attributes in tags.seen}
    links = {str(a["href"])[1:] for a in tags.named("a") if str(a["href"]).startswith("#")}
    assert links <= places


def test_no_place_is_named_twice(tags: Tags) -> None:
    places = [attributes["id"] for _, attributes in tags.seen if "id" in attributes]
    assert len(places) == len(set(places))


def test_headings_leave_out_no_level(tags: Tags) -> None:
    levels = [int(tag[1]) for tag, _ in tags.seen if re.fullmatch(r"h[1-5]", tag)]
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_facts_of_the_run_stand_at_its_end(html: str) -> None:
    found = section(html, "machine")
    assert "seed 271828" in found
    assert "Isolation: strict" in found


def test_a_class_without_a_sandbox_is_warned_of(html: str) -> None:
    run = facts()
    unconfined = replace(run, isolation=replace(run.isolation, tier="off"))
    assert "Not isolated" not in html
    assert "Not isolated" in render_dashboard([], SUITES, unconfined)


def test_a_class_of_nobody_has_a_page() -> None:
    assert "This class holds no submissions." in render()


def test_submissions_are_let_go_one_by_one() -> None:
    made, alive = [], []

    def remembered(one: Graded) -> Graded:
        made.append(ref(one.verdict))
        return one

    def stream() -> Iterator[Graded]:
        for n in range(5):
            alive.append(sum(one() is not None for one in made))
            yield remembered(student(f"s{n}"))

    render_dashboard(stream(), SUITES, facts())
    assert max(alive) == 1


def test_page_is_written_where_it_is_wanted(tmp_path: Path, html: str) -> None:
    path = tmp_path / "OUT" / "index.html"
    write_dashboard(sample_class(), SUITES, facts(), path)
    assert path.read_text(encoding="utf-8") == html


def test_a_failure_leaves_the_old_page_alone(tmp_path: Path) -> None:
    def broken() -> Iterator[Graded]:
        yield student("anna")
        raise HarnessError("results.sqlite: cannot be read")

    path = tmp_path / "index.html"
    path.write_text("old")
    with pytest.raises(HarnessError, match=r"results\.sqlite"):
        write_dashboard(broken(), SUITES, facts(), path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["index.html"]
