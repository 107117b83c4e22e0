"""The smallest input that goes wrong, found within its time and without traces."""

import time

import numpy as np
import pytest

from benchharness.checking.shrink import smallest_counterexample
from benchharness.suite import check, counterexamples, task


@task("f(values: int64[N], k: int) -> int")
class F:
    def reference(values, k):
        return k

    @check()
    def never_drawn(rng):
        yield

    @counterexamples
    def small(draw):
        return {
            "values": draw.array("int64", ((1, 6),), 0, 255),
            "k": draw.choice([1, 2, 3]),
        }


def search(is_wrong, seconds=20.0, seed=1, task=F):
    return smallest_counterexample(task, is_wrong, seed=seed, seconds=seconds)


def test_smallest_input_is_found():
    found = search(lambda inputs: inputs["values"].max() >= 17)

    assert (found["values"].tolist(), found["k"]) == ([17], 1)


def test_fewer_elements_matter_more_than_smaller_numbers():
    found = search(lambda inputs: inputs["values"].sum() >= 30)

    assert found["values"].tolist() == [30]


def test_nothing_wrong_gives_nothing():
    assert search(lambda inputs: False) is None


def test_task_without_counterexamples_is_not_searched():
    @task("g(x: int) -> int")
    class G:
        def reference(x):
            return x

        @check()
        def never_drawn(rng):
            yield

    assert search(lambda inputs: 1 / 0, task=G) is None


def test_same_seed_finds_the_same():
    def odd(inputs):
        return inputs["values"].sum() % 7 == 3

    first, second = search(odd, seed=5), search(odd, seed=5)

    np.testing.assert_array_equal(first["values"], second["values"])


def test_search_asks_nothing_more_when_its_time_is_over():
    asked = []
    end = time.monotonic() + 0.2

    def slowly_wrong(inputs):
        asked.append(time.monotonic())
        time.sleep(0.02)
        return len(inputs["values"]) > 1

    search(slowly_wrong, seconds=0.2)

    assert max(asked) < end + 0.05


def test_what_was_found_in_time_stands():
    asked = []

    def wrong_until_the_end(inputs):
        asked.append(inputs)
        if len(asked) > 3:
            raise StopIteration
        return True

    assert search(wrong_until_the_end) is not None


def test_same_input_is_asked_for_once():
    asked = []

    def wrong(inputs):
        asked.append((inputs["values"].tobytes(), inputs["k"]))
        return inputs["values"].max() > 40

    search(wrong)

    assert len(set(asked)) == len(asked)


@pytest.mark.filterwarnings("error")
def test_no_hypothesis_folder_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    search(lambda inputs: inputs["k"] == 2)

    assert list(tmp_path.iterdir()) == []


def test_arrays_have_the_dtype_and_the_bounds_asked_for():
    seen = []

    @task("h(image: float32[H, W]) -> int")
    class H:
        def reference(image):
            return 0

        @check()
        def never_drawn(rng):
            yield

        @counterexamples
        def images(draw):
            return {"image": draw.array("float32", ((1, 2), 3), -1, 1)}

    search(lambda inputs: seen.append(inputs["image"]) or False, task=H)

    assert {image.dtype for image in seen} == {np.dtype("float32")}
    assert {image.shape for image in seen} == {(1, 3), (2, 3)}
    assert all(np.abs(image).max() <= 1 for image in seen)
