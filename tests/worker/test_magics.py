"""Cells of a notebook as plain Python: magics do nothing, and what is Python stays as it is."""

from __future__ import annotations

import ast

import pytest

from benchharness.worker.magics import plain_python

NOTHING = {
    "line_magic": "%matplotlib inline",
    "line_magic_that_times": "%timeit -n 10 f(x)",
    "shell": "!pip install numpy",
    "shell_with_output": "!!ls",
    "shell_over_two_lines": "!pip install \\\n  numpy",
    "question": "?print",
    "question_behind": "print?",
    "question_for_the_source": "np.linalg.norm??",
    "question_for_a_magic": "%timeit?",
    "pattern": "*exp*?",
    "cell_for_the_shell": "%%bash\nrm -rf nothing (",
    "cell_in_html": "\n\n%%html\n<b>x</b>",
    "cell_that_is_written_to_a_file": "%%writefile x.py\nx = (",
    "cell_that_is_timed": "%%timeit\nx = 1",
    "empty": "",
}


@pytest.mark.parametrize("cell", NOTHING.values(), ids=NOTHING)
def test_nothing_is_left_of_it(cell):
    assert ast.parse(plain_python(cell)).body == []


PYTHON = {
    "remainder": "y = 17 % 3  # (\nz = (y\n     % 2)\nz += 7 \\\n% 4",
    "percent_in_a_text": 's = """it\'s (\n%d\n!x\n"""',
    "question_in_a_comment": "x = 1  # why?\n#why?",
    "semicolon": "x = 1;",
    "await": "await f()",
    "call_of_ipython": "get_ipython().run_line_magic('matplotlib', 'inline')",
}


@pytest.mark.parametrize("cell", PYTHON.values(), ids=PYTHON)
def test_python_stays_as_it_is(cell):
    assert plain_python(cell) == cell


@pytest.mark.parametrize("cell", PYTHON.values(), ids=PYTHON)
def test_python_beside_a_magic_stays_as_it_is(cell):
    assert plain_python(f"%pwd\n{cell}\n!ls (") == f"\n{cell}\n"


@pytest.mark.parametrize(
    "cell, python",
    [
        ("%%time\ndef f():\n    return 1", "\ndef f():\n    return 1"),
        ("%%capture\n%%time\nx = 1\n!ls", "\n\nx = 1\n"),
        ("%%capture --no-stderr out\nx = 1", "out = get_ipython()\nx = 1"),
        ("%time x = (1,\n  2)", "x = (1,\n  2)"),
        ("y = %time f(3)", "y = f(3)"),
    ],
)
def test_code_that_a_magic_runs_is_kept(cell, python):
    assert plain_python(cell) == python


@pytest.mark.parametrize(
    "cell, python",
    [
        ("x = !ls -l", "x = []"),
        ("d['k'] = !ls", "d['k'] = []"),
        ("a, b = %who", "a, b = get_ipython()"),
    ],
)
def test_what_is_assigned_from_a_command_is_nothing(cell, python):
    assert plain_python(cell) == python


@pytest.mark.parametrize(
    "cell, python",
    [
        ("if x:\n    !ls\nelse:\n    ?name", "if x:\n    pass\nelse:\n    pass"),
        ("def f():\n\t%time y = 1\n\treturn y", "def f():\n\ty = 1\n\treturn y"),
    ],
)
def test_block_of_a_command_stays_a_block(cell, python):
    assert plain_python(cell) == python


@pytest.mark.parametrize(
    "cell", ["  x = 1\n  y = 2", "\n\tx = 1\n\n\ty = 2", "    %pwd\n    x = 1"]
)
def test_cell_that_is_indented_as_a_whole_is_moved_left(cell):
    assert all(not line[:1].isspace() for line in plain_python(cell).split("\n") if line)


@pytest.mark.parametrize("cell", ["%pwd\r\nx = 1\r\n", "\ufeff%pwd\nx = 1\n", "%pwd\rx = 1\r"])
def test_ends_of_lines_and_marks_of_editors_make_no_difference(cell):
    assert plain_python(cell) == "\nx = 1\n"


def test_lines_keep_their_numbers():
    cell = "!pip install \\\n  numpy\n%%time\nx = (\n\n%pwd"

    assert plain_python(cell).split("\n").index("x = (") == 3


@pytest.mark.parametrize("cell", ["x = '" + "\\'" * 50_000, "(" * 100_000, " " * 100_000 + "!"])
def test_hostile_cell_is_read_in_one_go(cell):
    assert plain_python(cell) is not None
