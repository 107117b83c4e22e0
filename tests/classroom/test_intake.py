"""A class as it was handed in: every form that it comes in, and what of it is refused."""

import os
import stat
import tarfile

import pytest
from packing import MIB, SOURCE, Zeros, encrypted, tar_entry, tarred, zip_bytes, zip_entry, zipped

from benchharness.classroom.intake import handed_in
from benchharness.errors import HarnessError, UsageError
from benchharness.runner.submission import Staging

NOTEBOOK = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1"}]}'


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


@pytest.fixture
def room(tmp_path):
    """A folder for a class, beside `scratch`."""
    (tmp_path / "class").mkdir()
    return tmp_path / "class"


def lay(folder, files):
    """Write files; a folder for each slash."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def come(scratch, *paths):
    """The submissions by name."""
    with handed_in(paths, scratch) as intake:
        return {one.name: one for one in intake}


def files_of(one):
    """What a submission holds, by name."""
    if one.path.is_file():
        return {one.path.name: one.path.read_bytes()}
    found = (file for file in one.path.rglob("*") if file.is_file())
    return {file.relative_to(one.path).as_posix(): file.read_bytes() for file in found}


def refused(scratch, *paths):
    with pytest.raises(UsageError) as caught:
        come(scratch, *paths)
    return str(caught.value)


# What is one submission, and what a class


def test_file_is_one_submission(room, scratch):
    lay(room, {"anna.py": SOURCE})

    assert come(scratch, room / "anna.py")["anna"].path == room / "anna.py"


def test_folder_named_alone_is_a_class(room, scratch):
    lay(room, {"anna.py": b"", "bob.ipynb": NOTEBOOK, "carla/hw.py": b"", "roster.csv": b""})

    assert [*come(scratch, room)] == ["anna", "bob", "carla"]


def test_package_named_alone_is_one_submission(room, scratch):
    lay(room, {"__init__.py": b"", "hw.py": SOURCE})

    assert come(scratch, room)["class"].path == room


def test_each_of_several_paths_is_one_submission(room, scratch):
    lay(room, {"anna/hw.py": b"", "anna/util.py": b"", "bob/hw.py": b"", "bob/util.py": b""})

    assert [*come(scratch, room / "anna", room / "bob")] == ["anna", "bob"]


def test_each_of_several_archives_is_one_submission(room, scratch):
    paths = [zipped(room / f"{who}.zip", {"hw.py": b"", "util.py": b""}) for who in ("li", "wu")]

    assert [*come(scratch, *paths)] == ["li", "wu"]


def test_path_that_is_named_twice_counts_once(room, scratch):
    lay(room, {"anna.py": b""})

    assert [*come(scratch, room / "anna.py", room / ".." / "class" / "anna.py")] == ["anna"]


@pytest.mark.parametrize(
    "pack, name",
    [(zipped, "c.zip"), (tarred, "c.tar.gz"), (lambda p, f: tarred(p, f, "w"), "c.tar")],
)
def test_archive_named_alone_is_a_class(pack, name, tmp_path, scratch):
    path = pack(tmp_path / name, {"anna.py": b"1", "bob/hw.py": b"2", "README": b""})

    come_in = come(scratch, path)
    assert {name: files_of(one) for name, one in come_in.items()} == {
        "anna": {"anna.py": b"1"},
        "bob": {"hw.py": b"2"},
    }


def test_only_folder_of_an_archive_is_looked_into(tmp_path, scratch):
    path = zipped(
        tmp_path / "class.zip",
        {
            "class/anna.py": b"",
            "class/bob/hw.py": b"",
            "__MACOSX/class/._anna.py": b"",
            ".DS_Store": b"",
        },
    )

    assert [*come(scratch, path)] == ["anna", "bob"]


def test_archive_of_a_package_is_one_submission(tmp_path, scratch):
    path = zipped(tmp_path / "anna.zip", {"hw/__init__.py": b"", "hw/core.py": SOURCE})

    assert files_of(come(scratch, path)["anna"]) == {"__init__.py": b"", "core.py": SOURCE}


def test_files_of_tools_are_nobodys(room, scratch):
    lay(room, {"anna.py": b"", ".git/x.py": b"", "__pycache__/a.py": b"", ".hidden.py": b""})

    assert [*come(scratch, room)] == ["anna"]


def test_scratch_and_results_in_the_class_are_no_submissions(room):
    lay(room, {"anna.py": b"", "out/index.html": b"", "grades/x.py": b""})

    intake = handed_in([room], room / "out" / "scratch", leave_out=[room / "grades"])
    assert [one.name for one in intake] == ["anna"]


def test_number_of_submissions_is_known_at_once(room, scratch):
    lay(room, {"anna.py": b"", "bob.py": b""})

    assert len(handed_in([room], scratch)) == 2


@pytest.mark.parametrize("paths, said", [([], "no submission is named"), (["no"], "no such file")])
def test_paths_that_name_nothing_are_a_mistake(paths, said, room, scratch):
    assert said in refused(scratch, *(room / path for path in paths))


@pytest.mark.parametrize("files", [{}, {"roster.csv": b""}])
def test_class_without_submissions_is_a_mistake(files, room, scratch):
    assert "holds no submission; hand in" in refused(scratch, lay(room, files))


def test_archive_named_alone_that_cannot_be_read_is_a_mistake(tmp_path, scratch):
    (tmp_path / "class.zip").write_bytes(b"<html>please log in</html>")

    assert "class.zip: is no zip or tar archive" in refused(scratch, tmp_path / "class.zip")


# The usual places


MOODLE = {
    "Anna Ковальчук_11_assignsubmission_file_/hw.py": SOURCE,
    "Anna Ковальчук_11_assignsubmission_file_/util.py": b"",
    "Anna Ковальчук_11_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
    "Li Lei_12_assignsubmission_file_/homework.zip": zip_bytes({"hw/hw.py": SOURCE}),
    "Wu_13_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
}
MOODLE_FLAT = {
    "Anna Ковальчук_11_assignsubmission_file_hw.py": SOURCE,
    "Anna Ковальчук_11_assignsubmission_file_util.py": b"",
    "Li Lei_12_assignsubmission_file_homework.zip": zip_bytes({"hw/hw.py": SOURCE}),
    "Wu_13_assignsubmission_onlinetext_onlinetext.html": b"<p>",
}
CANVAS = {
    "anna_LATE_11_101_hw-1.py": SOURCE,
    "anna_LATE_11_102_util.py": b"",
    "li_12_103_homework.zip": zip_bytes({"hw/hw.py": SOURCE}),
    "wu_13_text.html": b"<p>",
}
GRADESCOPE = {
    "submission_metadata.yml": b"submission_1:\n  :submitters:\n  - :name: Anna\n    :sid: '11'\n"
    b"submission_2:\n  :submitters:\n  - :name: Li\n    :sid: '12'\n"
    b"submission_3:\n  :submitters:\n  - :name: Wu\n    :sid: '13'\n",
    "submission_1/hw.py": SOURCE,
    "submission_1/util.py": b"",
    "submission_2/homework.zip": zip_bytes({"hw/hw.py": SOURCE}),
}
DOWNLOADS = {"moodle": MOODLE, "flat": MOODLE_FLAT, "canvas": CANVAS, "gradescope": GRADESCOPE}


def as_folder(tmp_path, files):
    return lay(tmp_path / "class", files)


def as_zip(tmp_path, files):
    return zipped(tmp_path / "class.zip", files)


def as_wrapped_zip(tmp_path, files):
    return zipped(tmp_path / "class.zip", {f"a b/{name}": text for name, text in files.items()})


def as_tar(tmp_path, files):
    return tarred(tmp_path / "class.tar.gz", files)


@pytest.mark.parametrize("form", [as_folder, as_zip, as_wrapped_zip, as_tar])
@pytest.mark.parametrize("place", DOWNLOADS)
def test_downloads_come_as_they_are(place, form, tmp_path, scratch):
    anna, li, wu = come(scratch, form(tmp_path, DOWNLOADS[place])).values()

    assert files_of(anna) == {"hw.py": SOURCE, "util.py": b""}
    assert files_of(li) == {"hw.py": SOURCE}
    assert "no file came" in wu.problem


@pytest.mark.parametrize("form", [as_folder, as_zip, as_tar])
def test_clones_know_their_logins(form, tmp_path, scratch):
    files = {f"hw-{who}/{name}": SOURCE for who in ("li", "wu") for name in ("hw.py", ".git/HEAD")}

    found = come(scratch, form(tmp_path, files))
    assert {name: one.student for name, one in found.items()} == {
        "hw-li": {"github": "li"},
        "hw-wu": {"github": "wu"},
    }


def test_only_folder_of_an_archive_may_say_where_logins_begin(tmp_path, scratch):
    files = {"hw-submissions/hw-li-lei/.git/HEAD": b"", "hw-submissions/hw-li-lei/hw.py": SOURCE}
    (one,) = come(scratch, zipped(tmp_path / "download.zip", files)).values()

    assert (one.student, one.path.name) == ({"github": "li-lei"}, "hw.py")


def test_class_among_other_paths_is_not_taken_for_one_submission(room, scratch):
    paths = [zipped(room / "class.zip", MOODLE), zipped(room / "anna.zip", {"hw.py": b""})]

    assert come(scratch, *paths)["class"].problem == (
        "class.zip: looks like the download of a whole class; name it alone"
    )


# What a submission holds


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"hw.py": b"1"}, {"hw.py": b"1"}),
        ({"hw1/final/hw.py": b"1"}, {"hw.py": b"1"}),
        ({"hw/a.py": b"1", "hw/b/c.py": b"2"}, {"a.py": b"1", "b/c.py": b"2"}),
        ({"README": b"", "src/hw.py": b"1"}, {"README": b"", "src/hw.py": b"1"}),
        ({"hw.ipynb": NOTEBOOK, "report.pdf": b""}, {"hw.ipynb": NOTEBOOK}),
        ({"hw.zip": zip_bytes({"hw.py": b"1"}), "report.pdf": b""}, {"hw.py": b"1"}),
        ({"hw.zip": zip_bytes({"a/hw.ipynb": NOTEBOOK})}, {"hw.ipynb": NOTEBOOK}),
        (
            {"a.zip": zip_bytes({"a.py": b"1"}), "b.zip": zip_bytes({"b.py": b"2"})},
            {"0/a.py": b"1", "1/b.py": b"2"},
        ),
    ],
)
@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_work_is_found_in_a_students_folder(form, files, expected, tmp_path, scratch):
    path = form(tmp_path, {f"anna/{name}": text for name, text in files.items()} | {"b.py": b""})

    assert files_of(come(scratch, path)["anna"]) == expected


@pytest.mark.parametrize(
    "files, said",
    [
        ({"report.pdf": b""}, "holds no .py file or notebook; hand in"),
        ({"a.ipynb": b"", "b.ipynb": b""}, "holds 2 notebooks and no .py file; hand in one"),
        ({"hw.zip": zip_bytes({"hw.zip": zip_bytes({"hw.py": b""})})}, "an archive in an archive"),
        ({"hw.zip": zip_bytes({})}, "holds no files"),
        ({"hw.zip": b"Rar!"}, "hw.zip: is no zip or tar archive"),
        ({"hw.zip": zip_bytes(MOODLE)}, "looks like the download of a whole class"),
        ({".hidden.py": b""}, "holds no"),
    ],
)
@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_folder_without_work_is_refused(form, files, said, tmp_path, scratch):
    path = form(tmp_path, {f"anna/{name}": text for name, text in files.items()} | {"b.py": b""})

    one = come(scratch, path)["anna"]
    assert one.path is None and said in one.problem


def test_archives_beside_python_files_are_data(room, scratch):
    lay(room, {"anna/hw.py": b"", "anna/data.zip": zip_bytes({"x.py": b""}), "b.py": b""})

    assert come(scratch, room)["anna"].path == room / "anna"


def test_package_keeps_its_folder(room, scratch):
    lay(room, {"anna/net/__init__.py": b"", "b.py": b""})

    assert come(scratch, room)["anna"].path == room / "anna" / "net"


def test_empty_folder_of_a_student_is_not_lost(tmp_path, scratch):
    path = zipped(tmp_path / "class.zip", {"anna/": b"", "bob.py": b""})

    assert "holds no files" in come(scratch, path)["anna"].problem


def test_same_work_has_the_same_hash_wherever_it_was_unpacked(tmp_path):
    path = zipped(tmp_path / "anna.zip", {"__init__.py": b"", "hw.py": SOURCE})
    with Staging() as staging:
        first, second = (
            staging.take_in(come(tmp_path / place, path)["anna"].path).sha256 for place in "ab"
        )

    assert first == second


# Names


def test_files_of_one_name_are_told_apart(room, scratch):
    lay(room, {"anna/submission.py": b"a", "bob/submission.py": b"b"})
    found = come(scratch, room / "anna/submission.py", room / "bob/submission.py")

    assert {name: files_of(one)["submission.py"] for name, one in found.items()} == {
        "anna-submission": b"a",
        "bob-submission": b"b",
    }


def test_names_that_differ_in_case_are_told_apart(tmp_path, scratch):
    path = zipped(tmp_path / "class.zip", {"Anna.py": b"1", "anna.py": b"2", "ANNA.zip": b""})

    assert len({name.casefold() for name in come(scratch, path)}) == 3


def test_names_depend_on_what_came_and_not_on_the_way(tmp_path, scratch):
    files = {f"{who}.{kind}": SOURCE for who in ("Li", "li", "wu") for kind in ("py", "zip")}
    backwards = dict(reversed(files.items()))

    assert [*come(scratch, zipped(tmp_path / "a.zip", files))] == [
        *come(scratch, tarred(tmp_path / "b.tar.gz", backwards))
    ]


@pytest.mark.parametrize(
    "name",
    ["x" * 300, "two\nlines", "right\u202eleft", "CON", " lead", "<b>&", "=1+1", "ф" * 99],
)
@pytest.mark.parametrize("pack, suffix", [(zipped, "zip"), (tarred, "tar.gz")])
def test_strange_name_of_a_student_is_no_obstacle(pack, suffix, name, tmp_path, scratch):
    path = pack(tmp_path / f"class.{suffix}", {f"{name}.py": SOURCE, "bob.py": SOURCE})

    (one,) = (one for key, one in come(scratch, path).items() if key != "bob")
    assert one.path.read_bytes() == SOURCE and one.path.is_relative_to(scratch / one.name)


def test_names_of_a_disk_in_another_encoding_are_no_obstacle(room, scratch):
    with open(os.fsencode(room) + b"/\xe4\xf6.py", "wb") as file:
        file.write(SOURCE)

    (one,) = come(scratch, room).values()
    assert one.name.isprintable() and one.path.read_bytes() == SOURCE


# What is hostile


BAD_MEMBERS = {
    "traversal": {"anna/../../evil.py": SOURCE},
    "absolute": {"/anna/evil.py": SOURCE},
    "link": {"anna/way": tar_entry(tarfile.SYMTYPE, "/etc"), "anna/way/evil.py": SOURCE},
    "hard link": {"anna/hw.py": tar_entry(tarfile.LNKTYPE, "/etc/passwd")},
    "device": {"anna/hw.py": tar_entry(tarfile.CHRTYPE)},
    "long": {f"anna/{'x' * 300}.py": SOURCE},
    "lines": {"anna/a\nb.py": SOURCE},
    "case": {"anna/a.py": SOURCE, "anna/A.py": SOURCE},
    "large": {"anna/zeros.py": Zeros(513 * MIB)},
    "many": {f"anna/{n}.py": b"" for n in range(10_001)},
}


@pytest.mark.parametrize("evil", BAD_MEMBERS)
def test_one_bad_submission_in_a_tar_leaves_the_others(evil, tmp_path, scratch):
    path = tarred(tmp_path / "class.tar.gz", {**BAD_MEMBERS[evil], "bob.py": SOURCE})

    found = come(scratch, path)
    assert [name for name, one in found.items() if one.problem] == ["anna"]
    assert files_of(found["bob"]) == {"bob.py": SOURCE}


BAD_FILES = {
    "traversal": lambda path: zipped(path, {"../evil.py": SOURCE}),
    "drive": lambda path: zipped(path, {"C:\\evil.py": SOURCE}),
    "link": lambda path: zipped(path, [(zip_entry("a.py", stat.S_IFLNK | 0o777), b"/etc/passwd")]),
    "bomb": lambda path: zipped(path, {"zeros.py": Zeros(513 * MIB)}),
    "tar bomb": lambda path: tarred(path, {"zeros.py": Zeros(513 * MIB)}),
    "many": lambda path: zipped(path, {f"{n}.py": b"" for n in range(10_001)}),
    "encrypted": lambda path: encrypted(path, "hw.py"),
    "cut": lambda path: path.write_bytes(zip_bytes({"hw.py": SOURCE})[:-9]),
    "foreign": lambda path: path.write_bytes(b"7z\xbc\xaf\x27\x1c"),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("evil", BAD_FILES)
def test_one_bad_archive_leaves_the_others(evil, room, scratch):
    lay(room, {"bob.py": SOURCE})
    BAD_FILES[evil](room / "anna.zip")

    found = come(scratch, room)
    assert [name for name, one in found.items() if one.problem] == ["anna"]


def test_one_damaged_file_in_a_zip_leaves_the_others(tmp_path, scratch):
    path = zipped(tmp_path / "class.zip", {"anna.py": b"A" * 99, "bob.py": SOURCE}, 0)
    path.write_bytes(path.read_bytes().replace(b"A" * 99, b"B" * 99))

    assert [name for name, one in come(scratch, path).items() if one.problem] == ["anna"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_submissions_under_one_name_in_an_archive_are_refused(tmp_path, scratch):
    path = zipped(tmp_path / "class.zip", [("anna.py", b"1"), ("anna.py", b"2"), ("b.py", b"")])

    assert "keep one of them" in come(scratch, path)["anna"].problem


def test_bomb_in_a_students_archive_counts_with_what_else_came(tmp_path, scratch):
    inner = zip_bytes({"zeros.py": Zeros(400 * MIB)})
    path = zipped(tmp_path / "class.zip", {"anna/a.zip": inner, "anna/b.zip": inner, "b.py": b""})

    assert "512 MiB" in come(scratch, path)["anna"].problem


def test_what_was_refused_leaves_no_files(tmp_path, scratch):
    come(scratch, zipped(tmp_path / "class.zip", {"anna/zeros.py": Zeros(513 * MIB), "b.py": b""}))

    assert [path.name for path in scratch.iterdir()] == ["b"]


@pytest.mark.parametrize("target", ["/etc/passwd", "/etc", "bob.py", "nowhere"])
def test_symbolic_link_in_a_class_is_refused(target, room, scratch):
    lay(room, {"bob.py": SOURCE})
    (room / "anna.py").symlink_to(target)

    (one,) = (one for one in come(scratch, room).values() if one.problem)
    assert one.problem == "anna.py: is a symbolic link; hand in the file itself"


def test_symbolic_link_does_not_take_the_place_of_its_target(room, scratch):
    lay(room, {"bob.py": SOURCE})
    (room / "eve.py").symlink_to("bob.py")

    assert come(scratch, room / "bob.py", room / "eve.py")["bob"].path == room / "bob.py"


def test_links_inside_of_a_folder_are_not_work(room, scratch):
    lay(room, {"anna/README": b"", "bob.py": b""})
    (room / "anna" / "hw.py").symlink_to("/etc/passwd")

    assert "holds no .py file" in come(scratch, room)["anna"].problem


def test_device_is_refused_without_waiting_for_it(room, scratch):
    lay(room, {"bob.py": b""})
    os.mkfifo(room / "anna.py")

    assert come(scratch, room)["anna"].path is None


@pytest.mark.parametrize(
    "suffix, said", [("ipynb", "64 MiB; clear its outputs"), ("py", "512 MiB")]
)
def test_huge_file_is_refused_unread(suffix, said, room, scratch):
    lay(room, {"bob.py": b""})
    with (room / f"anna.{suffix}").open("wb") as file:
        file.truncate(2**31)

    assert said in come(scratch, room)["anna"].problem


def test_huge_folder_is_refused_unread(room, scratch):
    lay(room, {"anna/hw.py": b"", "bob.py": b""})
    with (room / "anna" / "weights.npy").open("wb") as file:
        file.truncate(2**31)

    assert "512 MiB; leave data" in come(scratch, room)["anna"].problem


def test_capital_suffix_is_refused_rather_than_lost(room, scratch):
    assert (
        "is no .py file" in come(scratch, lay(room, {"ANNA.PY": b"", "b.py": b""}))["ANNA"].problem
    )


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["anna", "anna.zip"])
def test_unreadable_submission_is_refused(name, room, scratch):
    lay(room, {"anna/hw.py": b"", "anna.zip": b"PK", "bob.py": b""})
    (room / name).chmod(0)

    refused = [one.problem for one in come(scratch, room).values() if "permissions" in one.problem]
    assert len(refused) == 1


# Disk


def test_submissions_are_unpacked_when_they_are_asked_for(tmp_path, scratch):
    intake = handed_in([zipped(tmp_path / "class.zip", {"a.py": b"", "b.py": b""})], scratch)
    next(intake)

    assert [path.name for path in scratch.iterdir()] == ["a"]


def test_archive_is_closed_after_the_last_submission(tmp_path, scratch):
    before = set(os.listdir("/proc/self/fd"))
    come(scratch, tarred(tmp_path / "class.tar.gz", {"a.py": b"", "b.zip": b"PK"}))

    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_opened_archive_is_not_kept_beside_what_it_held(tmp_path, scratch):
    path = zipped(tmp_path / "class.zip", {"anna.zip": zip_bytes({"hw.py": SOURCE}), "b.py": b""})
    come(scratch, path)

    assert not list(scratch.rglob("*.zip"))


def test_what_an_earlier_run_left_is_replaced(tmp_path, scratch):
    lay(scratch, {"anna/anna.py": b"old", "anna/other.py": b"old"})

    one = come(scratch, zipped(tmp_path / "class.zip", {"anna.py": SOURCE, "b.py": b""}))["anna"]
    assert one.path.read_bytes() == SOURCE and not (scratch / "anna/other.py").exists()


def test_nothing_is_written_outside_of_scratch(tmp_path, scratch):
    (tmp_path / "class").mkdir()
    paths = [lay(tmp_path / "class", MOODLE), zipped(tmp_path / "c.zip", CANVAS)]
    before = {path for path in tmp_path.rglob("*")}
    for path in paths:
        come(scratch, path)

    written = {path for path in tmp_path.rglob("*")} - before
    assert written and all(path.is_relative_to(scratch) for path in written)


def test_place_that_cannot_be_written_is_nobodys_submissions_fault(tmp_path):
    path = zipped(tmp_path / "class.zip", {"anna.py": b"", "b.py": b""})
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(HarnessError, match="cannot be written"):
        come(tmp_path / "file" / "scratch", path)
