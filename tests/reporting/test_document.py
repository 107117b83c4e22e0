"""Runs read back: the same run, or one line that says what is wrong with the document."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_run import hostile_submission, sample_run

from benchharness.errors import UsageError
from benchharness.outcomes import Ceilings, Run, Timing, TimingStatus
from benchharness.reporting.run_json import from_json, read_run, to_json, write_run

RUN = sample_run()


def without_pictures(run):
    """A run as `run.json` can hold it."""
    return replace(run, submissions=tuple(map(plain_submission, run.submissions)))


def plain_submission(submission):
    tasks = (
        replace(task, pictures=(), checks=tuple(replace(c, pictures=()) for c in task.checks))
        for task in submission.tasks
    )
    return replace(submission, tasks=tuple(tasks))


def document():
    return json.loads(json.dumps(to_json(RUN)))


def test_run_comes_back_as_it_was(tmp_path):
    write_run(RUN, tmp_path / "run.json")

    assert read_run(tmp_path / "run.json") == without_pictures(RUN)


def test_text_that_utf_8_cannot_hold_comes_back(tmp_path):
    submission = replace(plain_submission(hostile_submission()), name="a\ud800b")
    run = replace(RUN, submissions=(submission,))
    write_run(run, tmp_path / "run.json")

    assert read_run(tmp_path / "run.json") == run


def test_empty_run_comes_back():
    run = replace(RUN, submissions=())

    assert from_json(to_json(run)) == run


@given(
    st.builds(
        Timing,
        workload=st.text(),
        device=st.just("cpu"),
        status=st.sampled_from(TimingStatus),
        size=st.none() | st.integers(0, 10**9),
        median_s=st.none() | st.floats(0, 1e6),
        ci95_s=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
        samples_s=st.lists(st.floats(0, 1), max_size=3).map(tuple),
    )
)
def test_any_timing_comes_back(timing):
    run = RUN
    task = replace(run.submissions[0].tasks[0], timings=(timing,))
    changed = replace(run, submissions=(replace(run.submissions[0], tasks=(task,)),))

    assert from_json(json.loads(json.dumps(to_json(changed)))) == changed


def test_keys_of_a_later_version_are_passed_over():
    data = document()
    data["submissions"][0]["tasks"][0]["checks"][0]["weather"] = "fair"

    assert isinstance(from_json(data), Run)


def test_numbers_may_be_written_as_whole_ones():
    data = document()
    data["submissions"][0]["tasks"][0]["score"] = 2

    assert from_json(data).submissions[0].tasks[0].score == 2


def test_truncated_file_is_named_with_the_place(tmp_path):
    path = tmp_path / "run.json"
    write_run(RUN, path)
    path.write_text(path.read_text()[:2000])

    with pytest.raises(UsageError, match=r"run\.json: ends too early \(line \d+, column \d+"):
        read_run(path)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_file_cut_anywhere_is_refused(cut, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(to_json(replace(RUN, submissions=())))[:cut])

    with pytest.raises(UsageError, match=r"run\.json: ends too early"):
        read_run(path)


def test_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "run.json").write_text("<html></html>")

    with pytest.raises(UsageError, match=r"run\.json: is not JSON \(line 1, column 1"):
        read_run(tmp_path / "run.json")


def test_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "run.json").write_bytes(b"PK\x03\x04\xff\xfe")

    with pytest.raises(UsageError, match=r"run\.json: cannot be read"):
        read_run(tmp_path / "run.json")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"run\.json: cannot be read: .*name a run\.json"):
        read_run(tmp_path / "run.json")


@pytest.mark.parametrize("foreign", [{}, {"tests": []}, {"schema": None}, {"schema": "x/1"}])
def test_document_of_another_program_is_refused(foreign):
    with pytest.raises(UsageError, match=r"a\.json: is no run of benchharness: its `schema`"):
        from_json(foreign, "a.json")


@pytest.mark.parametrize("foreign", [[], 7, None, "run"])
def test_document_that_is_no_object_is_refused(foreign):
    with pytest.raises(UsageError, match=r"a\.json: must be an object, got"):
        from_json(foreign, "a.json")


def test_newer_document_asks_for_a_newer_program():
    with pytest.raises(UsageError, match=r"is a benchharness\.run/2 document.* or a newer one"):
        from_json({**document(), "schema": "benchharness.run/2"})


def test_missing_value_is_named_with_its_place():
    data = document()
    del data["submissions"][1]["tasks"][2]["status"]

    with pytest.raises(UsageError, match=r"submissions\[1\]\.tasks\[2\]\.status: is missing"):
        from_json(data)


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("status", "pased", "one of passed"),
        ("status", ["passed"], "one of passed"),
        ("score", "2", "a number"),
        ("score", True, "a number"),
        ("score", -1, "a number, 0 or more"),
        ("message", None, "a text"),
        ("checks", {}, "a list"),
        ("timings", [7], "an object"),
    ],
)
def test_misplaced_value_is_named_with_what_is_wanted(key, value, wanted):
    data = document()
    data["submissions"][0]["tasks"][0][key] = value

    with pytest.raises(UsageError, match=rf"tasks\[0\]\.{key}.*: must be {wanted}"):
        from_json(data)


def test_interval_of_a_net_time_may_begin_below_nothing():
    data = document()
    data["submissions"][0]["tasks"][5]["timings"][0]["ci95_s"] = [-1e-6, 2e-6]

    timing = from_json(data).submissions[0].tasks[5].timings[0]
    assert timing.ci95_s == (-1e-6, 2e-6)


def test_checks_are_passed_over_where_nobody_wants_them():
    found = from_json(document(), with_checks=False)

    tasks = [task for submission in found.submissions for task in submission.tasks]
    assert not any(task.checks for task in tasks) and any(task.timings for task in tasks)


def test_ceilings_of_a_machine_come_back():
    machine = replace(RUN.machine, governor="powersave", ceilings={"cpu": Ceilings(1e9, 2e9)})

    assert from_json(to_json(replace(RUN, machine=machine))).machine == machine


@pytest.mark.parametrize("interval", [[], [1.0], [1.0, 2.0, 3.0], "ab", [1.0, None]])
def test_interval_is_two_numbers(interval):
    data = document()
    data["submissions"][0]["tasks"][5]["timings"][0]["ci95_s"] = interval

    with pytest.raises(UsageError, match=r"timings\[0\]\.ci95_s"):
        from_json(data)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_not_finite_is_refused(constant, tmp_path):
    (tmp_path / "run.json").write_text(f'{{"schema": "benchharness.run/1", "seed": {constant}}}')

    with pytest.raises(UsageError, match="finite numbers only"):
        read_run(tmp_path / "run.json")


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "1" * 10_000, '{"seed": 1e999}'], ids=["deep", "long", "endless"]
)
def test_document_made_to_break_a_reader_is_refused(text, tmp_path):
    (tmp_path / "run.json").write_text(text)

    with pytest.raises(UsageError, match=r"run\.json: "):
        read_run(tmp_path / "run.json")


def test_long_values_are_not_repeated_in_full():
    data = {**document(), "seed": "x" * 10_000}

    with pytest.raises(UsageError) as caught:
        from_json(data)
    assert len(str(caught.value)) < 300
