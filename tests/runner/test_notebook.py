"""Notebooks handed in: which are read, how their cells are graded, what students are told."""

import json
import os
from dataclasses import replace

import pytest
from tiny_suite import POINTS, RIGHT, tiny_suite

from benchharness.errors import UsageError
from benchharness.runner.grader import grade
from benchharness.runner.notebook import MAX_NOTEBOOK_BYTES, read_cells
from benchharness.runner.settings import Settings
from benchharness.runner.submission import Staging

SUITE = tiny_suite()
NEGATIVE = "def negative(image):\n    return 255 - image\n"
TOTAL = "def total(values):\n    return sum(values)\n"


@pytest.fixture
def staging():
    with Staging() as staging:
        yield staging


def content(*cells, **also):
    """A notebook of these code cells in JSON."""
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"nbformat": 4, "cells": code} | also)


def notebook(folder, *cells, **also):
    """The file of a notebook of these code cells."""
    path = folder / "hw.ipynb"
    path.write_text(content(*cells, **also), encoding="utf-8")
    return path


def read(path, text):
    return read_cells(path, text.encode() if isinstance(text, str) else text)


def refused(path, text):
    with pytest.raises(UsageError) as caught:
        read(path, text)
    return str(caught.value)


def graded(path, suite=SUITE, **changes):
    """The verdicts of the tasks by name."""
    settings = Settings(**{"timing": "off", "seed": 5} | changes)
    (submission,) = grade([path], [suite], settings).submissions
    return {task.task: task for task in submission.tasks}


# What is read


def test_code_cells_are_read_in_order(tmp_path):
    assert read(tmp_path, content("x = 1", ["y = 2\n", "z = 3"])) == ["x = 1", "y = 2\nz = 3"]


def test_other_cells_are_passed_over(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Title ("], "attachments": {"a.png": {}}},
        {"cell_type": "raw", "source": "not Python ("},
        {"cell_type": "code", "source": "y = 2", "outputs": [{"output_type": "nonsense"}]},
        {"cell_type": "heading", "source": 5},
    ]
    assert read(tmp_path, json.dumps({"cells": cells})) == ["y = 2"]


def test_cells_without_code_are_not_counted(tmp_path):
    """Jupyter gives them no number either."""
    assert read(tmp_path, content("", "x = 1", " \n", [], "# y")) == ["x = 1", "# y"]


def test_worksheets_of_format_3_are_read(tmp_path):
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python"}]
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": cells[:1]}, {}]})

    assert read(tmp_path, text) == ["x = 1\ny = 2"] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_notebook_of_any_unicode_is_read(encoding, tmp_path):
    text = json.dumps({"cells": [{"cell_type": "code", "source": "x = 'ö'"}]}, ensure_ascii=False)

    assert read(tmp_path, text.encode(encoding)) == ["x = 'ö'"]


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        5,
        {"kernelspec": []},
        {"kernelspec": {"language": None}, "language_info": {"name": ["R"]}},
        {"kernelspec": {"language": "python", "name": "whatever"}},
        {"language_info": {"name": "ipython"}},
    ],
)
def test_metadata_may_say_anything(metadata, tmp_path):
    assert read(tmp_path, content("x = 1", metadata=metadata, nbformat_minor="x")) == ["x = 1"]


def test_outputs_make_no_difference_to_the_hash(staging, tmp_path):
    cells = [{"cell_type": "code", "source": "x = 1", "outputs": [{"text": "1"}], "id": "a"}]
    first = staging.take_in(notebook(tmp_path, "x = 1")).sha256
    second = staging.take_in(notebook(tmp_path, cells=cells)).sha256

    assert first == second


def test_backend_may_be_declared_in_any_cell(staging, tmp_path):
    path = notebook(tmp_path, "%pylab\n", '%%time\nBACKEND = "torch"')

    assert staging.take_in(path).backends == ["torch"]


def test_only_notebook_of_a_folder_is_the_submission(tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    notebook(tmp_path, RIGHT)

    assert {task.status for task in graded(tmp_path).values()} == {"passed"}


def test_notebook_beside_python_files_is_not_read(staging, tmp_path):
    (tmp_path / "hw.ipynb").write_text("{")
    (tmp_path / "hw.py").write_text(RIGHT)

    assert not staging.take_in(tmp_path).is_notebook


def test_folder_of_several_notebooks_is_refused(staging, tmp_path):
    notebook(tmp_path, RIGHT).rename(tmp_path / "old.ipynb")
    notebook(tmp_path, RIGHT)

    with pytest.raises(UsageError, match=r"2 notebooks and no \.py file; hand in one"):
        staging.take_in(tmp_path)


# What is refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"cells"',
        '{"cells": 1}',
        '{"cells": [1]}',
        '{"cells": {"a": 1}}',
        '{"cells": [{"cell_type": "code", "source": 1}]}',
        '{"cells": [{"source": "x = 1"}]}',
        '{"worksheets": 1}',
        '{"worksheets": [1]}',
        content("x = 1")[:-3],
        "[" * 200_000,
        '{"cells": [' + "1" * 10_000 + "]}",
    ],
)
def test_broken_notebook_says_how_to_mend_it(text, tmp_path):
    said = refused(tmp_path / "hw.ipynb", text)

    assert "hw.ipynb: is no Jupyter notebook of format 4 (" in said
    assert said.endswith("); save it again in Jupyter")
    assert len(said) < 1_000


def test_notebook_that_is_no_unicode_says_so(tmp_path):
    said = refused(tmp_path, '{"cells": "é"}'.encode("latin-1"))

    assert said.endswith("is no UTF-8 text; save it again in Jupyter")


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "R", "name": "ir"}}, {"language_info": {"name": "R"}}],
)
def test_notebook_in_another_language_is_refused(metadata, tmp_path):
    said = refused(tmp_path, content("x <- 1", metadata=metadata))

    assert said.endswith("is a notebook in 'R'; hand in one in Python")


@pytest.mark.parametrize(
    "bomb",
    ["[],", '{"":0},', "1,", '"",', "["],
    ids=["lists", "objects", "numbers", "texts", "deep"],
)
def test_notebook_that_would_fill_the_memory_is_refused_unparsed(bomb, tmp_path, monkeypatch):
    monkeypatch.setattr("benchharness.runner.notebook.json.loads", None)

    assert "more than a million values; clear all outputs" in refused(tmp_path, bomb * 2**21)


def test_text_of_outputs_may_look_like_values(tmp_path):
    cells = [{"cell_type": "code", "source": "x = 1", "outputs": [{"text": "[1, 2], " * 2**19}]}]

    assert read(tmp_path, json.dumps({"cells": cells})) == ["x = 1"]


@pytest.mark.parametrize("size_bytes", [MAX_NOTEBOOK_BYTES + 1, 2**40])
def test_huge_notebook_is_refused_unread(size_bytes, staging, tmp_path):
    path = notebook(tmp_path, "x = 1")
    os.truncate(path, size_bytes)

    with pytest.raises(
        UsageError, match="larger than 64 MiB; clear all outputs and save it again"
    ):
        staging.take_in(path)


# What students are told


def test_cell_that_raises_costs_no_task_anything(tmp_path):
    path = notebook(tmp_path, NEGATIVE, "import nosuchpackage", "open('data.csv')", "f(", TOTAL)

    assert {task.status for task in graded(path).values()} == {"passed"}


def test_function_of_a_cell_that_failed_is_missed_with_its_reason(tmp_path):
    path = notebook(tmp_path, "1 / 0", NEGATIVE, "x = 1\nopen('data.csv')\n" + TOTAL)
    found = graded(path)["total"]

    assert found.status == "error"
    assert found.message == (
        "is not defined, but a cell failed: FileNotFoundError: [Errno 2] No such file or "
        "directory: 'data.csv' (hw.ipynb, code cell 3, line 2: `open('data.csv')`)"
    )


def test_function_that_is_no_python_is_missed_with_its_reason(tmp_path):
    path = notebook(tmp_path, NEGATIVE, "%pwd\ndef total(values):\n    return sum(values")
    found = graded(path)["total"]

    assert found.message.endswith(
        "SyntaxError: '(' was never closed (hw.ipynb, code cell 2, line 3: `return sum(values`)"
    )


def test_function_that_no_cell_defines_is_missing(tmp_path):
    found = graded(notebook(tmp_path, NEGATIVE, "total([1])"))["total"]

    assert found.status == "missing"
    assert "A cell failed: NameError: name 'total' is not defined (hw.ipynb, code" in found.message


def test_function_of_a_cell_that_failed_later_is_graded_and_told(tmp_path):
    found = graded(notebook(tmp_path, NEGATIVE, TOTAL + "assert total([1]) == 2"))["total"]

    assert found.status == "passed"
    assert found.summary == (
        "A cell that defines it failed: AssertionError "
        "(hw.ipynb, code cell 2, line 3: `assert total([1]) == 2`)"
    )


def test_error_in_a_call_names_the_cell_and_the_line_in_it(tmp_path):
    path = notebook(tmp_path, "", TOTAL, "!ls\ndef negative(image):\n    return image[10_000]\n")

    assert "(hw.ipynb, code cell 2, line 3: `return image[10_000]`)" in (
        graded(path)["negative"].message
    )


def test_name_that_a_failed_cell_did_not_define_is_explained(tmp_path):
    path = notebook(tmp_path, "open('data.csv')\nwhite = 255", NEGATIVE.replace("255", "white"))
    message = graded(path)["negative"].message

    assert "NameError: name 'white' is not defined (hw.ipynb, code cell 2, line 2" in message
    assert "A cell failed: FileNotFoundError" in message


def test_forbidden_call_names_the_cell_and_the_line_in_it(tmp_path):
    (negative, total) = SUITE.tasks
    suite = replace(SUITE, tasks=(negative, replace(total, forbidden=("numpy.sum",))))
    path = notebook(
        tmp_path, "import numpy as np", "def total(values):\n    return float(np.sum(values))"
    )

    assert graded(path, suite)["total"].message.endswith(
        "uses numpy.sum (hw.ipynb, code cell 2, line 2: `return float(np.sum(values))`), "
        "which this task forbids. Write that part yourself."
    )


def test_mention_of_what_is_forbidden_is_followed_from_cell_to_cell(tmp_path):
    (_, total) = SUITE.tasks
    suite = replace(SUITE, tasks=(replace(total, forbidden=("numpy.sum",)),))
    path = notebook(
        tmp_path,
        "import numpy as np",
        "def helper(values):\n    return np.sum",
        "def f(",
        "def total(values):\n    helper(values)\n    return sum(values)",
    )

    assert graded(path, suite)["total"].summary.startswith(
        "mentions numpy.sum (hw.ipynb, code cell 2, line 2)"
    )


# What does no harm


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\n" + RIGHT,
        "%%capture out\n" + RIGHT,
        "".join(f"    {line}\n" for line in RIGHT.splitlines()),
        RIGHT.replace("\n", "\r\n") + "%pwd",
        "from tqdm.notebook import tqdm\nimport matplotlib.pyplot as plt\n"
        + RIGHT.replace("sum(values)", "sum(x for x in tqdm(values)); plt.show()"),
        RIGHT + "display(negative)\nexit()",
        RIGHT + "answer = input()",
        RIGHT + "await nothing",
    ],
    ids=["time", "capture", "indented", "crlf", "plots", "exit", "input", "await"],
)
def test_right_cell_gets_all_points(cell, tmp_path):
    assert sum(task.score for task in graded(notebook(tmp_path, cell)).values()) == POINTS


def test_cell_that_does_not_end_costs_no_other_cell_anything(tmp_path):
    found = graded(notebook(tmp_path, "while True: pass", RIGHT), timeout_s=1.0)

    assert {task.status for task in found.values()} == {"passed"}
