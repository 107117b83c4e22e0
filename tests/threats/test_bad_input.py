"""Accidents of students: each gets its status and advice, and costs the other tasks nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchharness.errors import UsageError
from benchharness.reporting.run_json import to_json
from benchharness.runner.grader import Grader
from benchharness.runner.submission import Staging

from .graded import HISTOGRAM, MIDPOINT, judged, run, settings, suite_of, verdicts, words

BOTH = ("midpoint_threshold", "grey_histogram")

# A wrong function: (source, status, words of the message)
FUNCTIONS = {
    "not_defined": ("x = 1", "missing", "Define midpoint_threshold(p1, p2)"),
    "misspelt": ("def midpoint_treshold(p1, p2): return 1", "missing", "is it misspelt?"),
    "a_number_in_its_place": ("midpoint_threshold = 127", "missing", "Define midpoint_threshold"),
    "a_class_in_its_place": ("class midpoint_threshold: pass", "error", "cannot be called as"),
    "not_written_yet": (
        "def midpoint_threshold(p1, p2): raise NotImplementedError",
        "error",
        "is not written yet",
    ),
    "too_few_parameters": (
        "def midpoint_threshold(p1): return p1",
        "error",
        "cannot be called as midpoint_threshold(p1, p2): it is defined as midpoint_threshold(p1)",
    ),
    "too_many_parameters": (
        "def midpoint_threshold(p1, p2, p3): return p1",
        "error",
        "it is defined as midpoint_threshold(p1, p2, p3)",
    ),
    "parameter_with_a_huge_default": (
        "def midpoint_threshold(p1, p2, p3, text='x' * 50_000_000): return p1",
        "error",
        "cannot be called as",
    ),
    "generator": (
        "def midpoint_threshold(p1, p2): yield 1",
        "failed",
        "Collect the result and `return` it",
    ),
    "coroutine": (
        "async def midpoint_threshold(p1, p2): return 1",
        "failed",
        "Define it with a plain `def`",
    ),
    "prints_instead_of_returning": (
        "def midpoint_threshold(p1, p2): print((p1 + p2) / 2)",
        "failed",
        "Printing a result is not returning it",
    ),
    "returns_a_string": (
        "def midpoint_threshold(p1, p2): return str((p1 + p2) / 2)",
        "failed",
        "returned a str, expected a single float",
    ),
    "returns_an_object": (
        "def midpoint_threshold(p1, p2): return object()",
        "failed",
        "returned object, which is no number",
    ),
    "returns_a_complex_number": (
        "def midpoint_threshold(p1, p2): return complex((p1 + p2) / 2)",
        "failed",
        "returned complex",
    ),
    "returns_an_array_of_one": (
        "import numpy as np\ndef midpoint_threshold(p1, p2): return np.array([(p1 + p2) / 2])",
        "failed",
        "expected a single float",
    ),
    "returns_nan": ("def midpoint_threshold(p1, p2): return float('nan')", "failed", "got nan"),
    "returns_infinity": (
        "def midpoint_threshold(p1, p2): return float('inf')",
        "failed",
        "got inf",
    ),
    "returns_a_huge_int": (
        "def midpoint_threshold(p1, p2): return 10**30",
        "failed",
        "more than 64 bits",
    ),
    "wrong_shape": (
        "import numpy as np\ndef grey_histogram(image): return np.ones((256, 1)) / 256",
        "failed",
        "returned an array of shape (256, 1), expected 1 axis",
    ),
    "wrong_length": (
        "import numpy as np\ndef grey_histogram(image): return np.ones(255) / 255",
        "failed",
        "returned shape (255,), expected (256,)",
    ),
    "wrong_dtype": (
        "import numpy as np\ndef grey_histogram(image): return np.full(256, None)",
        "failed",
        "dtype object",
    ),
    "array_of_strings": (
        "import numpy as np\ndef grey_histogram(image): return np.full(256, 'a')",
        "failed",
        "dtype <U1",
    ),
    "list_of_strings": (
        "def grey_histogram(image): return ['a'] * 256",
        "failed",
        "returned a list that holds a str",
    ),
    "ragged_list": (
        "def grey_histogram(image): return [[1.0], [1.0, 2.0]]",
        "failed",
        "its rows differ in length",
    ),
    "array_of_nan": (
        "import numpy as np\ndef grey_histogram(image): return np.full(256, np.nan)",
        "failed",
        "got nan",
    ),
    "half_precision": (
        HISTOGRAM.replace("image.size", "np.float16(image.size)").replace(
            "minlength=256)", "minlength=256).astype(np.float16)"
        ),
        "failed",
        "values differ",
    ),
    "input_changed_in_place": (
        HISTOGRAM.replace("    return", "    image = image.view()\n    image[:1] = 0\n    return"),
        "failed",
        "Work on a copy",
    ),
    "huge_output": (
        "import numpy as np\ndef grey_histogram(image): return np.zeros(100_000_000)",
        "memory",
        "ran out of memory",
    ),
    "output_that_fits_but_is_absurd": (
        "import numpy as np\ndef grey_histogram(image): return np.zeros(200_000_000, np.uint8)",
        "failed",
        "returned 200000000 values, expected 256",
    ),
    "long_list": (
        "def midpoint_threshold(p1, p2): return [1.5, None] * 300_000",
        "failed",
        "use an array",
    ),
    "endless_print": (
        "def midpoint_threshold(p1, p2):\n    while True: print('x' * 10_000)",
        "timeout",
        "Is there a loop that never stops?",
    ),
    "endless_loop": (
        "def midpoint_threshold(p1, p2):\n    while True: pass",
        "timeout",
        "did not end within 0.5 s",
    ),
    "endless_wait": (
        "import time\ndef midpoint_threshold(p1, p2): time.sleep(3600)",
        "timeout",
        "did not end within 0.5 s",
    ),
    "waits_for_input": (
        "def midpoint_threshold(p1, p2): return float(input('threshold? '))",
        "error",
        "raised EOFError",
    ),
    "raises": (
        "def midpoint_threshold(p1, p2): return 1 / 0",
        "error",
        "raised ZeroDivisionError: division by zero (submission.py, line 1",
    ),
    "exits": (
        "import sys\ndef midpoint_threshold(p1, p2): sys.exit(0)",
        "error",
        "A function must return, not exit",
    ),
    "interrupts": (
        "def midpoint_threshold(p1, p2): raise KeyboardInterrupt",
        "error",
        "A function must return, not exit",
    ),
    "endless_recursion": (
        "def midpoint_threshold(p1, p2): return midpoint_threshold(p2, p1)",
        "error",
        "RecursionError",
    ),
    "memory_error": (
        "import numpy as np\ndef midpoint_threshold(p1, p2): return np.ones(10**11)",
        "memory",
        "ran out of memory",
    ),
    "segmentation_fault": (
        "import ctypes\ndef midpoint_threshold(p1, p2): return ctypes.string_at(0)",
        "crashed",
        "the process died of SIGSEGV",
    ),
    "answers_at_random": (
        "import random\ndef midpoint_threshold(p1, p2): return 300 * random.random()",
        "failed",
        "expected",
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_function_gets_status_advice_and_leaves_the_other_task_alone(name, folder):
    source, status, advice = FUNCTIONS[name]
    verdict, other = judged(folder, source + "\n")
    assert (verdict.status, verdict.score, other.status) == (status, 0, "passed")
    assert advice in words(verdict.message)
    assert verdict.max_score > 0, "a failure must cost its points"


# A file that cannot be imported: nothing in it can be graded

FILES = {
    "syntax_error": (b"def f(:\n", "error", "invalid syntax (submission.py, line 1: `def f(:`)"),
    "indentation": (b"def f():\nreturn 1\n", "error", "IndentationError"),
    "latin_1": (b"name = '\xe9'\n", "error", "save it as UTF-8"),
    "utf_16": ("﻿x = 1\n".encode("utf-16"), "error", "save it as UTF-8"),
    "nul_bytes": (b"x = 1\n\0\0\n", "error", "contains NUL bytes; save it as UTF-8"),
    "missing_package": (b"import nosuchpackage\n", "error", "Install it here, or do without it"),
    "own_file_missing": (b"open('data.csv')\n", "error", "FileNotFoundError"),
    "exit_at_import": (b"import sys\nsys.exit(0)\n", "error", "it calls exit()"),
    "end_at_import": (b"import os\nos._exit(0)\n", "crashed", "exit code 0"),
    "raises_at_import": (b"1 / 0\n", "error", "ZeroDivisionError"),
    "loop_at_import": (b"while True: pass\n", "timeout", "importing it: did not end within 1.5 s"),
    "memory_at_import": (b"import numpy as np\nnp.ones(10**11)\n", "memory", "importing it used"),
    "unknown_backend": (b"BACKEND = 'jax'\n", "error", "must be one of 'numpy', 'torch'"),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_cannot_be_imported_says_why(name, folder):
    start, status, advice = FILES[name]
    path = folder / "submission.py"
    path.write_bytes(start + (HISTOGRAM + MIDPOINT).encode())
    found = verdicts(path, *BOTH)
    assert {verdict.status for verdict in found.values()} == {status}
    assert all(advice in words(verdict.message) for verdict in found.values())


def test_waiting_import_is_ended(folder):
    path = folder / "submission.py"
    path.write_text("import time\ntime.sleep(3600)\n" + MIDPOINT)
    found = verdicts(path, "midpoint_threshold", timeout_s=0.2)
    assert found["midpoint_threshold"].status == "timeout"


def test_byte_order_mark_does_no_harm(folder):
    path = folder / "submission.py"
    path.write_bytes(b"\xef\xbb\xbf" + MIDPOINT.encode())
    assert verdicts(path, "midpoint_threshold")["midpoint_threshold"].status == "passed"


def test_a_broken_submission_costs_the_next_one_nothing(folder):
    broken, right = folder / "broken.py", folder / "right.py"
    broken.write_text("import os\nos._exit(0)\n")
    right.write_text(MIDPOINT)
    with Grader(settings(), [suite_of("midpoint_threshold")]) as grader:
        statuses = []
        for submission in [grader.take_in(path) for path in (broken, right)]:
            (assignment,) = grader.assignments(submission)
            grading = grader.grading(assignment)
            statuses += [grading.grade(check).status for check in assignment.task.checks]
    assert statuses == ["crashed", "passed"]


def test_broken_module_of_a_package_costs_the_other_modules_nothing(folder):
    package = folder / "handed_in"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "histograms.py").write_text("def grey_histogram(:\n")
    (package / "midpoints.py").write_text(MIDPOINT)
    found = verdicts(package, *BOTH)
    assert found["midpoint_threshold"].status == "passed"


# What is no submission at all


def refusal(path: Path) -> str:
    with Staging() as staging, pytest.raises(UsageError) as refused:
        staging.take_in(path)
    return str(refused.value)


def test_missing_submission_says_how_to_name_one(folder):
    assert "name one with --submission PATH" in refusal(folder / "nowhere.py")


def test_unreadable_submission_says_so(folder):
    if os.geteuid() == 0:
        pytest.skip("root reads every file; the ordinary user's run of these tests covers it")
    path = folder / "submission.py"
    path.write_text(MIDPOINT)
    path.chmod(0)
    assert "check its permissions" in refusal(path)


def test_wrong_kind_of_file_says_what_is_right(folder):
    path = folder / "report.pdf"
    path.write_bytes(b"%PDF")
    assert "is no .py file, .ipynb notebook or folder of them" in refusal(path)


def test_empty_folder_says_what_is_missing(folder):
    assert "holds no .py file" in refusal(folder)


def test_pipe_in_the_submissions_place_blocks_nobody(folder):
    path = folder / "submission.py"
    os.mkfifo(path)
    assert "holds no .py file" in refusal(path)


def test_symbolic_link_to_the_reference_is_refused(folder):
    path = folder / "submission.py"
    path.symlink_to(suite_of("midpoint_threshold").tasks[0].reference_file)
    assert "hand in the file itself" in refusal(path)


# Notebooks


def notebook(folder: Path, *cells: object, **content: object) -> Path:
    path = folder / "submission.ipynb"
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "cells": code} | content))
    return path


CELLS = {
    "shell_line": "!pip install numpy",
    "line_magic": "%matplotlib inline",
    "cell_magic": "%%bash\nrm -rf /",
    "question": "len?",
    "lines_as_a_list": ["x = 1\n", "y = 2"],
    "lone_surrogate": "s = '\ud800'",
    "empty": "",
}


@pytest.mark.parametrize("name", CELLS)
def test_notebook_cell_does_no_harm(name, folder):
    path = notebook(folder, CELLS[name], MIDPOINT)
    assert verdicts(path, "midpoint_threshold")["midpoint_threshold"].status == "passed"


def test_notebook_line_that_looks_like_a_magic_is_left_alone(folder):
    path = notebook(folder, 'x = (7\n% 3)\ntext = """\n!no shell\n"""', MIDPOINT)
    assert verdicts(path, "midpoint_threshold")["midpoint_threshold"].status == "passed"


def test_notebook_assignment_from_the_shell_does_no_harm(folder):
    path = notebook(folder, "files = !ls", MIDPOINT)
    assert verdicts(path, "midpoint_threshold")["midpoint_threshold"].status == "passed"


@pytest.mark.parametrize(
    "content",
    [{"cells": None}, {"cells": [None]}, {"cells": [{"cell_type": "code", "source": 1}]}],
    ids=["no_cells", "no_cell", "no_source"],
)
def test_broken_notebook_says_what_to_do(content, folder):
    assert "save it again in Jupyter" in refusal(notebook(folder, **content))


def test_deeply_nested_notebook_says_what_to_do(folder):
    path = folder / "submission.ipynb"
    path.write_text("[" * 200_000)
    assert "save it again in Jupyter" in refusal(path)


def test_notebook_that_prints_without_measure_fills_nothing(folder):
    path = notebook(folder, "for _ in range(100):\n    print('x' * 2**20)", MIDPOINT)
    found = run(path, "midpoint_threshold")
    assert found.submissions[0].tasks[0].status == "passed"
    assert len(json.dumps(to_json(found))) < 100_000


def test_notebook_that_raises_a_huge_message_fills_nothing(folder):
    path = notebook(folder, "def grey_histogram(image):\n    pass\nraise ValueError('x' * 10**8)")
    found = run(path, *BOTH)
    assert len(json.dumps(to_json(found))) < 100_000
