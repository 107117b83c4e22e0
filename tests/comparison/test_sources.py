"""Runs found, read and named; what cannot be compared is told in one line, the rest is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_up_runs import edited, run, task, timing, written

from benchharness.comparison.sources import read_sources, without_bulk
from benchharness.outcomes import Trace

RUN = run(task(timing()))


def only_problem(*paths: Path) -> str:
    """The one line that is told of a file which is left out beside a good one."""
    found = read_sources([*paths])
    assert len(found.runs) == 1
    (problem,) = found.problems
    assert "\n" not in problem
    return problem


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path, {"good": RUN})[0]


def test_file_is_called_by_its_name_and_run_json_by_its_folder(tmp_path: Path, good: Path) -> None:
    other = written(tmp_path / "monday", {"run": run(task(timing()), seed=8)})
    found = read_sources([good, *other])
    assert [source.name for source in found.runs] == ["good", "monday"]


def test_folder_stands_for_the_run_in_it(tmp_path: Path) -> None:
    written(tmp_path, {"run": RUN, "submissions/anna/run": run(task(timing()), seed=8)})
    assert len(read_sources([tmp_path]).runs) == 1


def test_folder_without_a_run_stands_for_all_below_it(tmp_path: Path) -> None:
    written(tmp_path, {"a/run": RUN, "b/run": run(task(timing()), seed=8)})
    found = read_sources([tmp_path])
    assert [source.name for source in found.runs] == [f"{tmp_path.name}/{n}" for n in "ab"]
    assert {source.group for source in found.runs} == {tmp_path.name}


def test_truncated_file_is_left_out(tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(good.read_text()[:500])
    assert "bad.json: ends too early" in only_problem(good, bad)


def test_foreign_file_is_left_out(tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"benchmarks": []}')
    assert "bad.json: is no run of benchharness" in only_problem(good, bad)


def test_newer_file_is_left_out(tmp_path: Path, good: Path) -> None:
    bad = edited(written(tmp_path, {"bad": RUN})[0], schema="benchharness.run/2")
    assert "bad.json: is a benchharness.run/2 document" in only_problem(good, bad)


def test_bytes_that_are_no_text_are_left_out(tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"\xff\xfe\x00")
    assert "bad.json: is not UTF-8 text" in only_problem(good, bad)


def test_missing_file_is_told(tmp_path: Path, good: Path) -> None:
    assert "nowhere.json: cannot be read" in only_problem(good, tmp_path / "nowhere.json")


def test_run_without_timings_is_left_out(tmp_path: Path, good: Path) -> None:
    (bad,) = written(tmp_path, {"bad": run(task())})
    assert "bad.json: holds no timings; run it with" in only_problem(good, bad)


def test_times_in_another_unit_are_left_out(tmp_path: Path, good: Path) -> None:
    (bad,) = written(tmp_path, {"bad": run(task(timing()), seed=8)})
    bad.write_text(bad.read_text().replace('"median_s"', '"median_ms"'))
    assert "bad.json: has median_ms, and seconds are wanted" in only_problem(good, bad)


def test_stated_unit_other_than_seconds_is_left_out(tmp_path: Path, good: Path) -> None:
    bad = edited(written(tmp_path, {"bad": RUN})[0], unit="ms")
    assert "its unit is 'ms', and seconds are wanted" in only_problem(good, bad)


def test_file_that_is_named_twice_counts_once(good: Path) -> None:
    assert "good.json: is named twice; counted once" in only_problem(good, good)


def test_copy_of_a_file_counts_once(tmp_path: Path, good: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(good.read_bytes())
    assert "copy.json: holds the same run as" in only_problem(good, copy)


def test_runs_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = written(tmp_path, {"x/day": RUN, "y/day": run(task(timing()), seed=7, sha256="b")})
    found = read_sources(paths)
    assert [source.name for source in found.runs] == ["x/day", "y/day"]
    assert "another run is called 'day' too; this is 'y/day'" in found.problems[0]


def test_run_of_another_suite_is_told_and_kept(tmp_path: Path, good: Path) -> None:
    (other,) = written(tmp_path, {"other": run(task(timing(), name="pool2d"))})
    found = read_sources([good, *written(tmp_path, {"b": run(task(timing(ratio=2)))}), other])
    assert len(found.runs) == 3
    assert "other.json: has no workload in common with the others" in found.problems[0]


def test_seed_that_differs_is_told_and_kept(tmp_path: Path, good: Path) -> None:
    more = written(tmp_path, [run(task(timing(ratio=2))), run(task(timing()), seed=99)])
    found = read_sources([good, *more])
    assert len(found.runs) == 3
    assert found.problems == (
        f"{more[1]}: its seed is 99, the others' 7: other inputs of the same sizes",
    )


def test_many_seeds_are_told_in_one_line(tmp_path: Path) -> None:
    seeds = (7, 7, 1, 2, 3, 4)
    runs = [run(task(timing(ratio=1 + n)), seed=seed) for n, seed in enumerate(seeds)]
    (problem,) = read_sources(written(tmp_path, runs)).problems
    assert "c.json and 3 others: their seeds are not the rest's 7" in problem


def test_samples_are_skipped_and_everything_else_read(tmp_path: Path) -> None:
    full = timing(samples_s=(0.1, 0.2), reference_samples_s=(0.3,), trace=Trace((0.0, 1.0)))
    (path,) = written(tmp_path, [run(task(full))])
    (source,) = read_sources([path]).runs
    (found,) = source.run.submissions[0].tasks[0].timings
    assert (found.samples_s, found.median_s) == ((), full.median_s)


def test_words_that_look_like_samples_stay_as_they_are() -> None:
    text = json.dumps({"message": 'a "samples_s": [1, 2] b', "samples_s": [1, 2]})
    assert json.loads(without_bulk(text.encode())) == {
        "message": 'a "samples_s": [1, 2] b',
        "samples_s": [],
    }


def test_samples_without_an_end_stay_a_fault(tmp_path: Path, good: Path) -> None:
    full = timing(samples_s=tuple(float(n) for n in range(50)))
    (path,) = written(tmp_path, [run(task(full))])
    text = path.read_text()
    path.write_text(text[: text.index("samples_s") + 60])
    assert "a.json: ends too early" in only_problem(good, path)


def test_how_many_files_are_read_is_told(tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    steps: list[tuple[str, int, int]] = []
    read_sources([good, bad], tell=lambda *step: steps.append(step))
    assert steps == [("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2)]
