"""Notebooks run cell by cell: what a cell leaves behind, and what it costs the others."""

from __future__ import annotations

import asyncio
import inspect
import json
import linecache
import sys
from types import ModuleType
from unittest import mock

import pytest

from benchharness.worker import cells


@pytest.fixture(autouse=True)
def imports_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    with mock.patch.dict(sys.modules), mock.patch.dict(linecache.cache):
        yield


@pytest.fixture
def run(tmp_path):
    """A function that runs some cells: their names, and what those raised that failed."""

    def run(*sources, limit_s=30):
        path = tmp_path / "hw.ipynb"
        path.write_text(json.dumps(sources))
        module = ModuleType("hw")
        broken = cells.run_notebook(str(path), module, limit_s)
        return vars(module), [cell.problem for cell in broken]

    return run


def test_cells_share_their_names(run):
    names, broken = run("x = 1\n", "y = x + 1")

    assert (names["y"], broken) == (2, [])


def test_cell_that_raises_costs_no_other_cell_anything(run):
    names, (problem,) = run("x = 1", "y = 2\n1 / 0\nz = 3", "w = 4")

    assert isinstance(problem, ZeroDivisionError)
    assert {"x", "y", "w"} <= set(names)
    assert "z" not in names


@pytest.mark.parametrize("cell", ["def f(:", "x = 'a\0'", "return 1", "(" * 100_000])
def test_cell_that_is_no_python_costs_no_other_cell_anything(cell, run):
    names, broken = run(cell, "x = 1")

    assert (names["x"], len(broken)) == (1, 1)


@pytest.mark.parametrize(
    "cell", ["exit()", "quit()", "raise KeyboardInterrupt", "raise MemoryError"]
)
def test_cell_that_ends_everything_ends_itself(cell, run):
    assert run(cell, "x = 1")[0]["x"] == 1


def test_cell_that_does_not_end_is_stopped(run):
    names, (problem,) = run(
        "def f(): return 1\nwhile True:\n    try: f()\n    except Exception: f()",
        "x = f()",
        limit_s=0.2,
    )

    assert isinstance(problem, cells.CellTimeout)
    assert names["x"] == 1


def test_traceback_names_the_cell_and_the_line_in_it(run):
    names, _ = run("x = 1", "%pwd\ndef f():\n    return 1 / 0")
    with pytest.raises(ZeroDivisionError) as caught:
        names["f"]()
    entry = caught.traceback[-1]

    assert entry.frame.code.raw.co_filename.endswith("hw.ipynb, code cell 2")
    assert (entry.lineno + 1, str(entry.statement).strip()) == (3, "return 1 / 0")


def test_mistake_in_the_syntax_names_the_cell_and_the_line_in_it(run):
    _, (problem,) = run("x = 1", "y = 2\nz = = 3")

    assert (problem.filename.rpartition("/")[2], problem.lineno) == ("hw.ipynb, code cell 2", 2)


def test_source_of_a_function_can_be_looked_up(run):
    """As `tf.function` and `torch.jit.script` do."""
    names, _ = run("x = 1", "def f():\n    return 1")

    assert inspect.getsource(names["f"]) == "def f():\n    return 1\n"


def test_sources_are_told_cell_by_cell(run, tmp_path):
    run("x = 1", "!ls\ny = 2")

    assert list(cells.sources_of_cells(str(tmp_path / "hw.ipynb")).values()) == [
        b"x = 1\n",
        b"\ny = 2\n",
    ]


def test_last_results_can_be_looked_up(run):
    names, broken = run("5", "6;", "None", "x = _ + __ + Out[1]", "c = In[1]")

    assert broken == []
    assert (names["x"], names["c"]) == (16, "5")


@pytest.fixture
def no_loop_running():
    """As in a worker; the tests of pages keep a loop of their browser's running here."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


def test_await_at_the_top_waits(run, no_loop_running):
    names, broken = run("async def f(): return 8\nx = await f()", "await f()", "y = _")

    assert broken == []
    assert (names["x"], names["y"]) == (8, 8)


def test_future_of_a_cell_holds_for_those_after_it(run):
    names, broken = run("from __future__ import annotations", "def f(x: Later): return x")

    assert (names["f"].__annotations__, broken) == ({"x": "Later"}, [])


@pytest.mark.parametrize(
    "cell",
    [
        "def f(x):",
        "class f:",
        "async def f(x):",
        "f = g",
        "    f: object = g",
        "from helper import g, f",
        "from helper import *",
        "import helper as f",
    ],
)
def test_cell_that_was_to_define_a_name_is_known(cell):
    assert cells.BrokenCell(ValueError(), f"x = 1\n{cell}").defines("f")


@pytest.mark.parametrize("cell", ["f(x)", "x = f", "assert f == 1", "def ff():", "import of"])
def test_cell_that_only_uses_a_name_does_not_define_it(cell):
    assert not cells.BrokenCell(ValueError(), cell).defines("f")
