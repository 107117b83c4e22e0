"""The benchmarks run from one command and leave results that can be read."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RUN_ALL = Path(__file__).resolve().parents[2] / "benchmarks" / "run_all.py"
CHEAP = ("plugin_cost", "same_score", "quiet_and_busy")
OF_SIX = """
import json, sys
sys.path.insert(0, sys.argv[1])
from class_of_5000 import measure
found = measure(quick=True, students=6)
print(json.dumps({figure.what: figure.value for figure in found.figures}))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    if sys.platform != "linux":
        pytest.skip("the benchmarks need Linux: they pin processes to cores")
    folder = tmp_path_factory.mktemp("results")
    subprocess.run(
        [sys.executable, RUN_ALL, "--quick", "-o", folder, *CHEAP],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return folder


@pytest.mark.parametrize("name", CHEAP)
def test_result_file_says_what_was_measured_where_and_how(results, name):
    found = json.loads((results / f"{name}.json").read_text())

    assert found["schema"] == "benchharness.benchmark/1"
    assert found["command"] == f"python benchmarks/run_all.py --quick {name}"
    assert found["machine"]["cores"] >= 1
    assert found["quick"] is True


@pytest.mark.parametrize("name", CHEAP)
def test_every_figure_has_a_number_and_words_for_it(results, name):
    found = json.loads((results / f"{name}.json").read_text())

    assert found["figures"]
    for figure in found["figures"]:
        assert isinstance(figure["value"], (int, float))
        assert figure["what"] and figure["shown"] and figure["verdict"]


def test_tables_hold_every_figure_in_rows_of_equal_width(results):
    lines = (results / "tables.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("|")]
    figures = [
        figure["what"]
        for name in CHEAP
        for figure in json.loads((results / f"{name}.json").read_text())["figures"]
    ]

    assert all(any(f"| {figure} |" in row for row in rows) for figure in figures)
    assert {row.count("|") for row in rows} == {6}


def test_quick_results_are_marked_as_no_results_to_quote(results):
    assert (results / "tables.md").read_text().count("no result to quote") == len(CHEAP)


def test_unknown_benchmark_is_refused_by_name(tmp_path):
    done = subprocess.run(
        [sys.executable, RUN_ALL, "-o", tmp_path, "speed"], capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "no benchmark speed" in done.stderr


def test_long_class_is_followed_from_its_beginning_to_its_page():
    if sys.platform != "linux":
        pytest.skip("the benchmarks need Linux: they pin processes to cores")
    if not (shutil.which("chromium") and importlib.util.find_spec("playwright")):
        pytest.skip("the page is opened by playwright in chromium, which are not both installed")
    command = [sys.executable, "-c", OF_SIX, RUN_ALL.parent]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["memory of all processes at 100 %"] > 2**20
    assert figures["temporary files at 10 %, 50 %, 100 % and afterwards"] == 0
