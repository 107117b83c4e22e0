"""The histogram of scores: where a score is counted, and what is said of all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.reporting.distribution import distribution


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_every_score_is_counted_once(percents: list[float]) -> None:
    bars = distribution(percents).bars
    assert sum(int(bar.count) for bar in bars) == len(percents)


@pytest.mark.parametrize(
    ("percent", "span"),
    [
        (0, "0 to under 5 %"),
        (4.99, "0 to under 5 %"),
        (5, "5 to under 10 %"),
        (100, "95 to 100 %"),
    ],
)
def test_a_score_lies_in_its_interval(percent: float, span: str) -> None:
    assert distribution([percent]).bars[0].title == f"{span}: 1 submission"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_bars_stand_within_the_plot_and_apart(percents: list[float]) -> None:
    bars = distribution(percents).bars
    edges = [edge for bar in bars for edge in (bar.x, bar.x + bar.width)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= 100


@given(st.integers(1, 100_000))
def test_few_counts_are_labelled(most: int) -> None:
    lines = distribution([50.0] * min(most, 500)).counts
    assert 1 <= len(lines) <= 5


def test_sentence_gives_median_mean_quartiles_and_both_ends() -> None:
    assert distribution([0, 25, 50, 75, 100]).sentence == (
        "Median 50.0 %, mean 50.0 %; half of the class lies between 25.0 % and 75.0 %. "
        "1 submission has full marks, 1 has none."
    )


def test_one_submission_is_a_distribution() -> None:
    assert distribution([60.0]).sentence.startswith("Median 60.0 %")


def test_no_submission_is_none() -> None:
    assert distribution([]) is None
