"""Whose submission is whose: what names and metadata of the usual places say."""

import datetime

import pytest

from benchharness.classroom.places import bundles, is_download


class Listing:
    """Names at the top, as a folder or an archive would show them; folders end with a slash."""

    def __init__(self, *names, name="class", metadata="", clones=()):
        self.name = name
        self.entries = {entry.rstrip("/"): entry.endswith("/") for entry in names}
        self._metadata, self._clones = metadata, clones
        if metadata:
            self.entries["submission_metadata.yml"] = False

    def lines(self, entry):
        return iter(self._metadata.split("\n"))

    def has(self, entry, inside):
        return inside == ".git" and entry in self._clones


def found(*names, **options):
    """Bundles by title."""
    return {bundle.title: bundle for bundle in bundles(Listing(*names, **options))}


def test_plain_listing_has_a_submission_for_each_thing_that_can_be_one():
    names = ["anna.py", "bob.ipynb", "carla/", "dan.zip", "eve.tar.gz", "roster.csv", "README"]

    assert [*found(*names)] == ["anna", "bob", "carla", "dan", "eve"]


def test_archive_of_another_kind_is_said_to_be_refused():
    assert found("anna.rar")["anna"].problem == (
        "anna.rar: .rar archives are not opened; hand in a zip file"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Anna Kovalenko_1234_assignsubmission_file/",
        "Anna Kovalenko_1234_assignsubmission_file_/",
        "Anna Kovalenko_1234_assignsubmission_file_hw_2.py",
    ],
)
def test_moodle_names_say_who_and_which_participant(name):
    bundle = found(name)["Anna Kovalenko_1234"]

    assert bundle.student == {"name": "Anna Kovalenko", "participant": "1234"}


def test_moodle_files_get_their_own_names_back():
    bundle = found("A B_7_assignsubmission_file_hw_2.py", "A B_7_assignsubmission_file_util.py")

    assert [*bundle["A B_7"].entries.values()] == ["hw_2.py", "util.py"]


def test_moodle_online_text_is_left_out():
    bundle = found("A_7_assignsubmission_file_/", "A_7_assignsubmission_onlinetext_/")["A_7"]

    assert (bundle.problem, len(bundle.entries)) == ("", 1)


@pytest.mark.parametrize(
    "name", ["A_7_assignsubmission_onlinetext/", "A_7_assignsubmission_onlinetext_onlinetext.html"]
)
def test_moodle_student_without_a_file_is_not_lost(name):
    assert found(name)["A_7"].problem.startswith("no file came; hand in")


def test_moodle_group_may_have_no_number():
    bundle = found("Default group_assignsubmission_file_/")["Default group"]

    assert bundle.student == {"name": "Default group"}


def test_canvas_names_say_who_and_how_late():
    bundle = found("kovalenkoanna_LATE_120_456_hw.py", "li_121_457_hw.py")

    assert bundle["kovalenkoanna_120"].student == {
        "name": "kovalenkoanna",
        "canvas_id": "120",
        "late": "yes",
    }


def test_canvas_files_of_one_student_belong_together():
    bundle = found("anna_120_456_hw.py", "anna_120_457_util.py", "li_121_458_hw.py")

    assert [*bundle["anna_120"].entries.values()] == ["hw.py", "util.py"]


def test_canvas_number_of_a_further_attempt_is_removed():
    bundle = found("anna_120_456_hw-1.py", "anna_120_457_util-12.py", "li_121_458_data-1.csv")

    assert [*bundle["anna_120"].entries.values()] == ["hw.py", "util.py"]


def test_canvas_numbers_stay_where_they_tell_files_apart():
    bundle = found("anna_120_456_hw-1.py", "anna_120_457_hw-2.py", "li_121_458_hw.py")

    assert [*bundle["anna_120"].entries.values()] == ["hw-1.py", "hw-2.py"]


def test_canvas_name_does_not_change_with_lateness_or_a_further_attempt():
    assert [*found("anna_120_456_hw.py", "li_121_457_hw.py")] == [
        *found("anna_LATE_120_999_hw-1.py", "li_121_457_hw.py")
    ]


def test_canvas_may_hide_names():
    bundle = found("anon_x8aqR_456_hw.py", "LATE_anon_77_457_hw.py")

    assert bundle["77"].student == {"anonymous_id": "77", "late": "yes"}


def test_canvas_student_without_a_file_is_not_lost():
    bundle = found("anna_120_456_hw.py", "li_121_text.html", "wu_LATE_122_link.html")

    assert bundle["li_121"].problem == bundle["wu_122"].problem != ""


def test_number_in_a_name_does_not_give_somebody_elses_identity():
    """Who is called `x_120` gets `x_120_199_458_hw.py`, which could be of user 120."""
    bundle = found("anna_120_456_hw.py", "x_120_199_458_hw.py", "li_121_457_hw.py")

    assert bundle["anna_120"].problem == bundle["x_120"].problem != ""
    assert not bundle["li_121"].problem


def test_numbers_of_somebodys_own_scheme_are_no_canvas():
    names = ["lab_3_17_anna.py", "lab_3_18_bob.py"]

    assert [*found(*names)] == ["lab_3_17_anna", "lab_3_18_bob"]


def test_file_name_cannot_make_a_canvas_class_look_like_moodle():
    bundle = found("eve_1_2_x_9_assignsubmission_file_hw.py", "anna_120_456_hw.py")

    assert [*bundle] == ["anna_120", "eve_1"]


METADATA = """---
submission_100:
  :submitters:
  - :name: Anna O'Hara
    :sid: '0612'
    :email: anna@example.org
  :created_at: 2023-12-02 02:52:07.938335000 Z
  :score: 0.0
  :status: processed
  :results:
    output: "fake:\\n  :submitters:\\n"
    tests:
    - output: |-
        submission_100:
          :submitters:
          - :name: Mallory
            :email: mallory@example.org
  :history:
  - :submitters: []
    :created_at: 2022-01-01 00:00:00.000000000 Z
    :id: 90
submission_200:
  :submitters:
  - :name: 李雷
    :sid: ''
    :email: &1 li@example.org
  - :name: "Zo\\xEB \\U0001F600"
    :sid: '7'
    :email:
  :created_at: 2023-12-02 05:52:07.9 +03:00
work.ipynb:
  :submitters: []
  :created_at: soon
submission_300:
  :submitters:
  - :name: Nobody Came
    :sid: '9'
"""


def test_gradescope_metadata_say_who_and_when():
    bundle = found("submission_100/", metadata=METADATA)["Anna O'Hara_0612"]

    assert bundle.student == {
        "name": "Anna O'Hara",
        "email": "anna@example.org",
        "id": "0612",
        "submitted": "2023-12-02T02:52:07.938335+00:00",
    }


def test_gradescope_members_of_a_group_are_joined_in_order():
    bundle = found("submission_200/", metadata=METADATA)["李雷"]

    assert (bundle.student["name"], bundle.student["id"]) == ("李雷; Zoë 😀", "; 7")


def test_gradescope_time_can_be_read_again():
    text = found("submission_200/", metadata=METADATA)["李雷"].student["submitted"]

    assert datetime.datetime.fromisoformat(text).utcoffset() == datetime.timedelta(hours=3)


def test_gradescope_submission_without_submitters_keeps_its_own_name():
    bundle = found("work.ipynb", metadata=METADATA)["work"]

    assert (bundle.student, bundle.entries) == ({}, {"work.ipynb": "work.ipynb"})


def test_gradescope_student_without_a_folder_is_not_lost():
    assert "no file came" in found("submission_100/", metadata=METADATA)["Nobody Came_9"].problem


def test_gradescope_folder_without_metadata_is_not_lost():
    assert "submission_999" in found("submission_999/", metadata=METADATA)


def test_gradescope_metadata_that_are_none_leave_the_folders():
    assert [*found("submission_1/", metadata="<html>\x00:submitters:\n: :\n")] == ["submission_1"]


def logins(*names, folder="class"):
    bundle = found(*(f"{name}/" for name in names), name=folder, clones=names)
    return [bundle[name].student.get("github") for name in names]


def test_login_is_what_follows_the_assignment():
    assert logins("hw-1-anna", "hw-1-bob-b") == ["anna", "bob-b"]


def test_folder_of_github_classroom_says_where_the_login_begins():
    assert logins("hw-anna-b", "hw-anna-c", folder="hw-submissions") == ["anna-b", "anna-c"]


def test_folder_of_classroom_50_says_where_the_login_begins():
    folder = "cs-hw_submissions_2026_05_09_T_14_30_45"

    assert logins("cs-hw-anna", folder=folder) == ["anna"]


def test_clones_without_a_common_beginning_have_no_login():
    assert logins("anna", "bob") == [None, None]


def test_folders_that_are_no_clones_have_no_login():
    assert not found("hw-anna/", "hw-bob/")["hw-anna"].student


def test_student_facts_have_no_control_characters():
    name = "A\u202e\nB_7_assignsubmission_file_/"

    assert next(iter(found(name).values())).student["name"] == "A B"


@pytest.mark.parametrize(
    "names, expected",
    [
        (["A_7_assignsubmission_file_/"], True),
        (["submission_metadata.yml"], True),
        (["hw.py", "notes_1_2_3.py"], False),
    ],
)
def test_download_of_a_class_is_recognised(names, expected):
    assert is_download(Listing(*names)) is expected
