"""What grading processes tell of their timings, in memory that they share."""

import os

import pytest

from benchharness.classroom.notice import Notice


@pytest.fixture
def notice():
    return Notice()


def test_there_is_nothing_to_say_at_first(notice):
    assert notice.read() == ""


def test_line_of_a_fork_is_read_here(notice):
    if os.fork() == 0:
        notice.of("ann")("otsu_threshold noise[256]: rounds")
        os._exit(0)
    os.wait()

    assert notice.read() == "ann: otsu_threshold noise[256]: rounds"


def test_shorter_line_leaves_nothing_of_a_longer_one(notice):
    notice.of("ann")("a long story")
    notice.of("ann")("short")

    assert notice.read() == "ann: short"


def test_submission_takes_its_own_line_away(notice):
    notice.of("ann")("rounds")
    notice.of("ann")("")

    assert notice.read() == ""


def test_submission_leaves_the_line_of_the_next_one(notice):
    notice.of("ben")("rounds")
    notice.of("ann")("")

    assert notice.read() == "ben: rounds"


@pytest.mark.parametrize("name", ["n" * 5000, "ü" * 5000, "\x1b[2Jann\nben", "\udc80"])
def test_name_of_any_kind_leaves_room_for_the_rest_on_one_line(notice, name):
    notice.of(name)("rounds")

    assert notice.read().endswith(": rounds")
    assert notice.read().isprintable()
