"""The benchmarks beside other graders: they go on without them, and ask everybody the same."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SUITE = BENCHMARKS / "suites" / "otsu_five_checks"
OURS = "benchharness, notebooks"

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the benchmarks need Linux: they pin processes to cores"
)


def run(script, *arguments, peers):
    """What a benchmark prints where other graders are looked for in that folder."""
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"BENCHHARNESS_PEERS": str(peers)},
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def without_peers(tmp_path_factory):
    """Two results of one folder: ours measured and otter missing, then otter alone again."""
    folder = tmp_path_factory.mktemp("results")
    found = []
    for names in ([OURS, "otter"], ["otter"]):
        only = [argument for name in names for argument in ("--only", name)]
        run("class_against_peers.py", "--quick", "-o", folder, *only, peers=folder)
        found.append(json.loads((folder / "class_against_peers.json").read_text()))
    return found


def test_missing_grader_is_left_out_with_the_command_that_installs_it(without_peers):
    (remark,) = (note for note in without_peers[0]["notes"] if "Left out" in note)

    assert "otter is not installed; run `python benchmarks/peers/install.py" in remark


def test_the_others_are_measured_where_a_grader_is_missing(without_peers):
    rows = without_peers[0]["data"]["rows"]

    assert {row["grader"] for row in rows} == {OURS}
    assert all(row["a_minute"] > 0 for row in rows)


def test_measuring_one_grader_again_keeps_what_the_others_had(without_peers):
    first, second = without_peers

    assert second["data"]["rows"] == first["data"]["rows"]
    assert f"Kept from an earlier run: {OURS}." in second["notes"]


def test_hostile_submissions_get_no_points_from_us(tmp_path):
    shown = run("hostile_everywhere.py", "--quick", "--only", "otter", peers=tmp_path)

    assert "reads the expected value off the stack: 0 of 20 reached" in shown
    assert "ends the process with exit code 0: 0 of 20 reached" in shown


def test_table_that_the_others_compare_with_holds_the_answers_of_our_reference():
    cases = runpy.run_path(str(SUITE / "cases.py"))
    threshold = runpy.run_path(str(SUITE / "reference.py"))["otsu_threshold"]

    for check, expected in cases["EXPECTED"].items():
        assert [threshold(image) for image in cases["images"](check)] == expected


def test_unknown_grader_is_not_installed(tmp_path):
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "peers" / "install.py", tmp_path, "speed"],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert "no peer speed" in done.stderr
