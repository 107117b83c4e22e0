"""CSV, JSON and the terminal: one row a timing, units in the names, finite numbers only."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from made_up_runs import against, machine, run, task, timing, written
from rich.console import Console

from benchharness.cli import main
from benchharness.comparison.tables import COLUMNS, as_json, write_csv, write_json
from benchharness.comparison.text import show
from benchharness.comparison.whole import Comparison, compare_files


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    full = timing(
        64, 1.5, data_bytes=8000, operations=1000.0, energy_j=0.25, power_w=120.0, throttled=False
    )
    return compare_files(
        written(tmp_path, [run(task(timing(), timing(128))), run(task(full), on=machine("lab-2"))])
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_row_for_each_timing(comparison: Comparison, tmp_path: Path) -> None:
    write_csv(comparison, tmp_path / "rows.csv")
    found = rows(tmp_path / "rows.csv")
    assert [(row["run"], row["size"]) for row in found] == [("a", "64"), ("a", "128"), ("b", "64")]
    assert tuple(found[0]) == COLUMNS


def test_row_says_what_was_measured_and_decided(comparison: Comparison, tmp_path: Path) -> None:
    write_csv(comparison, tmp_path / "rows.csv")
    row = rows(tmp_path / "rows.csv")[2]
    assert float(row["speed_ratio"]) == 1.5
    assert (row["energy_j"], row["power_w"], row["throttled"]) == ("0.25", "120.0", "False")
    assert (row["verdict"], row["basis"], row["baseline"]) == ("INCONCLUSIVE", "times", "lab-1")
    assert float(row["share_of_roof"]) == pytest.approx(1.5e6 / 1.25e9)


def test_what_is_unknown_is_empty_and_never_zero(comparison: Comparison, tmp_path: Path) -> None:
    write_csv(comparison, tmp_path / "rows.csv")
    row = rows(tmp_path / "rows.csv")[0]
    assert (row["energy_j"], row["verdict"], row["share_of_roof"]) == ("", "", "")


def test_earlier_version_of_the_same_rounds_is_in_the_row(tmp_path: Path) -> None:
    one = run(task(timing(against=against(0.9, "SLOWER"))))
    write_csv(compare_files(written(tmp_path, [one])), tmp_path / "rows.csv")
    (row,) = rows(tmp_path / "rows.csv")
    assert (row["earlier"], row["earlier_verdict"]) == ("HEAD~1", "SLOWER")
    assert (row["earlier_status"], row["earlier_median_s"]) == ("ok", "0.001")
    assert float(row["earlier_speed_ratio_low"]) < float(row["earlier_speed_ratio"]) == 0.9


def test_json_has_the_same_rows_and_no_infinities(comparison: Comparison, tmp_path: Path) -> None:
    write_json(comparison, tmp_path / "all.json")
    document = json.loads((tmp_path / "all.json").read_text())
    assert document["schema"] == "benchharness.comparison/1"
    assert [row["size"] for row in document["rows"]] == [64, 128, 64]
    assert document["pairs"][0]["differences"][0] == "machine: lab-2, not lab-1"


def test_json_is_what_it_was_made_of(comparison: Comparison) -> None:
    assert json.loads(json.dumps(as_json(comparison), allow_nan=False))["margin"] == 0.02


def printed(comparison: Comparison, width: int = 160) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(comparison, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_terminal_shows_verdicts_and_what_differs(comparison: Comparison) -> None:
    text = printed(comparison)
    assert "INCONCLUSIVE (other run)" in text
    assert "what differs: machine: lab-2, not lab-1" in text


def test_terminal_takes_no_markup_from_names(tmp_path: Path) -> None:
    runs = [run(task(timing()), submission="[red]x[/red]", seed=n) for n in (1, 2)]
    assert "[red]x[/red]" in printed(compare_files(written(tmp_path, runs)))


def test_terminal_shows_earlier_versions_in_a_table_of_their_own(tmp_path: Path) -> None:
    one = run(task(timing(against=against(0.9, "SLOWER"))))
    text = printed(compare_files(written(tmp_path, [one])))
    assert "Beside earlier versions" in text
    assert "HEAD~1" in text and "SLOWER" in text


def test_terminal_is_silent_on_earlier_versions_where_there_are_none(
    comparison: Comparison,
) -> None:
    assert "earlier" not in printed(comparison)


def test_terminal_shows_the_first_of_many_rows(tmp_path: Path) -> None:
    many = task(*(timing(size) for size in range(1, 101)))
    assert "and 40 more" in printed(compare_files(written(tmp_path, [run(many)])))


def test_command_writes_what_is_asked_for(tmp_path: Path, capsys) -> None:
    paths = written(tmp_path, [run(task(timing())), run(task(timing(ratio=2)), seed=8)])
    wanted = ["--csv", str(tmp_path / "o.csv"), "--json", str(tmp_path / "o.json")]
    assert main(["compare", *map(str, paths), *wanted, "--margin", "5%"]) == 0
    assert "FASTER" in capsys.readouterr().out
    assert len(rows(tmp_path / "o.csv")) == 2
    assert json.loads((tmp_path / "o.json").read_text())["margin"] == 0.05


def test_command_tells_of_bad_files_and_compares_the_rest(tmp_path: Path, capsys) -> None:
    (good,) = written(tmp_path, [run(task(timing()))])
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert main(["compare", str(good), str(bad)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"benchharness: {bad}: ends too early")


def test_command_without_any_run_is_exit_code_2(tmp_path: Path, capsys) -> None:
    (tmp_path / "bad.json").write_text("{")
    assert main(["compare", str(tmp_path / "bad.json")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert "ends too early" in lines[0] and lines[1].endswith("no run is left to compare")


@pytest.mark.parametrize("margin", ["0", "200%", "x"])
def test_margin_that_is_none_is_refused(tmp_path: Path, margin: str, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["compare", str(tmp_path), "--margin", margin])
    assert "Traceback" not in capsys.readouterr().err


def test_page_without_the_drawing_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    (good,) = written(tmp_path, [run(task(timing()))])
    assert main(["compare", str(good), "-o", str(tmp_path / "x.html")]) == 2
    assert "pip install 'benchharness[report]'" in capsys.readouterr().err
