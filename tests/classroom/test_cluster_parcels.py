"""Suites, settings and submissions that travel as bytes and arrive as they were."""

import pickle
from dataclasses import replace

import pytest
from tiny_suite import RIGHT, copy_tiny_suite

from benchharness.classroom import cluster_parcels
from benchharness.classroom.cluster_parcels import pack_class, pack_submission
from benchharness.errors import SuiteError, UsageError
from benchharness.outcomes import Visibility
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging
from benchharness.suite.load import find_suite, load_suite


def arrived(suites, folder):
    """The suites as they are unpacked elsewhere."""
    packed = pickle.loads(pickle.dumps(pack_class(suites, Settings(seed=3))))
    return packed.unpacked_suites(folder / "there")


def test_checks_of_a_suite_arrive_as_an_assignment_left_them(tmp_path):
    suite = load_suite(copy_tiny_suite(tmp_path))
    task = suite.tasks[0]
    checks = (replace(task.checks[1], points=7, visibility=Visibility.VISIBLE),)
    changed = replace(suite, tasks=(replace(task, checks=checks, forbidden=("numpy.sum",)),))

    (found,) = arrived([changed], tmp_path)

    (there,) = found.tasks
    assert [(c.name, c.points, c.visibility) for c in there.checks] == [("black", 7, "visible")]
    assert there.forbidden == ("numpy.sum",)


def test_suite_of_ones_own_is_run_from_what_was_sent(tmp_path):
    suite = load_suite(copy_tiny_suite(tmp_path))

    (found,) = arrived([suite], tmp_path)

    assert found.tasks[0].reference_file == tmp_path / "there" / "0" / "tiny" / "reference.py"
    assert found.folder == suite.folder


def test_reference_that_stands_elsewhere_travels_along(tmp_path):
    folder = tmp_path / "thresholding"
    folder.mkdir()
    original = find_suite("thresholding") / "bench_thresholding.py"
    (folder / original.name).write_bytes(original.read_bytes())

    (found,) = arrived([load_suite(folder)], tmp_path)

    assert found.tasks[0].reference_file.parent == tmp_path / "there" / "0" / "thresholding"


def test_what_no_grader_needs_stays(tmp_path):
    folder = copy_tiny_suite(tmp_path)
    for name in ("accepted/right.py", ".git/config", "data/table.csv"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("1")

    (packed,) = pack_class([load_suite(folder)], Settings(seed=3)).suites

    assert set(packed.files) == {"bench_tiny.py", "reference.py", "data/table.csv"}


def test_suite_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_parcels, "_MAX_BYTES", 100)

    with pytest.raises(UsageError, match="give the suite a folder of its own"):
        pack_class([load_suite(copy_tiny_suite(tmp_path))], Settings(seed=3))


def test_bundled_suite_is_not_sent(tmp_path):
    suite = load_suite(find_suite("thresholding"))

    (packed,) = pack_class([suite], Settings(seed=3)).suites
    (found,) = arrived([suite], tmp_path)

    assert packed.files == {}
    assert (found.folder, found.tasks[0].name) == (suite.folder, suite.tasks[0].name)


def test_another_bundled_suite_of_that_name_is_refused(tmp_path):
    packed = pack_class([load_suite(find_suite("thresholding"))], Settings(seed=3))
    other = replace(packed, suites=(replace(packed.suites[0], digest="0"),))

    with pytest.raises(SuiteError, match="bundled suite thresholding differs from the client's"):
        other.unpacked_suites(tmp_path)


def test_package_is_staged_as_it_was(tmp_path):
    package = tmp_path / "work"
    (package / "accepted").mkdir(parents=True)
    (package / "__init__.py").write_text(RIGHT)
    (package / "accepted" / "data.txt").write_text("1")
    with Staging() as here, Staging() as there:
        sent = here.take_in(package)
        parcel = pickle.loads(pickle.dumps(pack_submission(sent)))
        found = parcel.staged(there)

        assert replace(found, folder=sent.folder) == sent
        assert (found.folder / "work" / "accepted" / "data.txt").read_text() == "1"
        assert (found.folder / "work" / "accepted").stat().st_mode & 0o777 == 0o755
