"""What being late takes off, to the minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.classroom.lateness import Deadline, submitted

DUE = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def after(**late):
    """Somebody who has handed in so much after the due date."""
    return {"submitted": (DUE + timedelta(**late)).isoformat()}


def deadline(**changes):
    return Deadline(**{"due": DUE, "percent_per_day": 10, "max_percent": 50} | changes)


@pytest.mark.parametrize(
    "late, percent",
    [
        ({"days": -1}, 0),
        ({}, 0),
        ({"microseconds": 1}, 10),
        ({"days": 1}, 10),
        ({"days": 1, "microseconds": 1}, 20),
        ({"days": 4, "hours": 1}, 50),
        ({"days": 40}, 50),
    ],
)
def test_every_started_day_takes_off_up_to_the_most(late, percent):
    assert deadline().lateness(after(**late)).percent == percent


@pytest.mark.parametrize(
    "late, percent",
    [
        ({"minutes": 15}, 0),
        ({"minutes": 15, "seconds": 1}, 10),
        ({"days": 1, "minutes": 15}, 10),
        ({"days": 1, "minutes": 16}, 20),
    ],
)
def test_first_day_begins_when_the_grace_period_ends(late, percent):
    assert deadline(grace=QUARTER).lateness(after(**late)).percent == percent


def test_time_of_another_zone_is_the_same_moment():
    student = {"submitted": "2026-11-22T23:59:00+01:00"}

    assert deadline().lateness(student).sentence == "Handed in by the due date."


@pytest.mark.parametrize(
    "student, sentence",
    [
        ({}, "When it was handed in is not known: nothing is taken off."),
        (
            {"late": "yes"},
            "Marked as late, but when it was handed in is not known: nothing is taken off.",
        ),
        (
            {"submitted": "2030-01-01T00:00:00"},
            "The time of handing in cannot be read, or lacks its time zone: nothing is taken off.",
        ),
        (
            {"submitted": "<b>yesterday</b>"},
            "The time of handing in cannot be read, or lacks its time zone: nothing is taken off.",
        ),
        (
            after(days=2, hours=3),
            "Handed in 2 d 3 h after the due date: 3 started days after 15 min of grace "
            "at 10 % a day, 30 % off.",
        ),
        (
            after(days=9),
            "Handed in 9 d after the due date: 9 started days after 15 min of grace "
            "at 10 % a day, 50 % off, the most that is taken.",
        ),
        (
            after(seconds=40),
            "Handed in 40 s after the due date, within the 15 min of grace: nothing is taken off.",
        ),
    ],
)
def test_sentence_says_how_late_and_what_that_costs(student, sentence):
    assert deadline(grace=QUARTER).lateness(student).sentence == sentence


def test_due_date_alone_takes_nothing_off():
    lateness = Deadline(DUE).lateness(after(hours=2, minutes=30))

    assert lateness.percent == 0
    assert lateness.sentence == "Handed in 2 h 30 min after the due date: nothing is taken off."


@pytest.mark.parametrize("student", [{}, {"late": "yes"}, {"submitted": "2030-01-01T00:00:00"}])
def test_time_that_is_not_known_takes_nothing_off(student):
    assert deadline().lateness(student).percent == 0


def test_delay_is_told_in_its_two_largest_units():
    sentence = deadline().lateness(after(days=1, hours=2, minutes=3)).sentence

    assert sentence.startswith("Handed in 1 d 2 h after the due date: 2 started days at 10 %")


def test_moment_too_late_is_a_second():
    assert "Handed in 1 s after" in deadline().lateness(after(microseconds=1)).sentence


def test_last_moment_of_grace_is_within_it():
    assert "within the 15 min" in deadline(grace=QUARTER).lateness(after(minutes=15)).sentence


def test_all_is_taken_off_at_most():
    assert Deadline(DUE, percent_per_day=60).lateness(after(days=3)).percent == 100


YEAR = timedelta(days=365)


@given(st.timedeltas(-YEAR, YEAR), st.timedeltas(timedelta(), YEAR))
def test_handing_in_later_never_takes_off_less(late, more):
    at = deadline(grace=QUARTER)
    sooner, later = (
        at.lateness({"submitted": (DUE + span).isoformat()}) for span in (late, late + more)
    )

    assert sooner.percent <= later.percent


def test_time_that_the_place_said_has_its_zone():
    assert submitted({"submitted": "2026-11-22T22:59:00Z"}) == DUE
