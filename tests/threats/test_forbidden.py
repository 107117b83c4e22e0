"""What a task forbids: who uses it gets nothing for the task, and nobody else loses a point."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from benchharness.outcomes import TaskVerdict
from benchharness.runner.grader import grade
from benchharness.suite.load import load_suite
from benchharness.suite.task import Suite

from .graded import settings

REFERENCE = """
import numpy as np

def smooth(values, kernel):
    return np.convolve(values, kernel, "valid")

def total(values):
    return float(np.sum(values))
"""

TASKS = '''
"""Bans: a task that forbids much, and one that forbids nothing."""

import numpy as np

from benchharness.suite import case, check, reference, task

solutions = reference(__file__)


def whole_numbers(rng, size):
    return rng.integers(-9, 10, size).astype(float)


@task("smooth(values: float[N], kernel: float[K]) -> float[M]")
class Smooth:
    """Every weighted sum of K neighbours."""

    reference = solutions.smooth
    forbidden = {forbidden!r}

    @check(points=2)
    def random_values(rng):
        """Random values."""
        for size in (9, 12):
            values, kernel = whole_numbers(rng, size), whole_numbers(rng, 3)
            yield case(f"{{size}} values", values=values, kernel=kernel)

    @check(points=1)
    def as_many(rng):
        """As many values as weights."""
        values, kernel = whole_numbers(rng, 3), whole_numbers(rng, 3)
        yield case("three values", values=values, kernel=kernel)


@task("total(values: float[N]) -> float")
class Total:
    """The sum of the values."""

    reference = solutions.total

    @check(points=1)
    def random_values(rng):
        """Random values."""
        yield case("random values", values=whole_numbers(rng, 9))
'''

TOTAL = {
    "numpy": "import numpy\ndef total(values): return numpy.convolve(values, numpy.ones(9))[8]\n",
    "torch": "def total(values): return values.sum()\n",
    "tensorflow": "import tensorflow\ndef total(values): return tensorflow.reduce_sum(values)\n",
}
"""The other task does what it likes: what is forbidden is forbidden in its own task."""

LOOPS = """
def smooth(values, kernel):
    k = kernel[::-1]
    n = len(values) - len(k) + 1
    return [sum(values[i + j] * k[j] for j in range(len(k))) for i in range(n)]
"""


def suite(folder: Path, *forbidden: str) -> Suite:
    """A suite whose task `smooth` forbids these names."""
    place = folder / "bans"
    place.mkdir()
    (place / "reference.py").write_text(REFERENCE, encoding="utf-8")
    (place / "bench_bans.py").write_text(TASKS.format(forbidden=forbidden), encoding="utf-8")
    return load_suite(place)


def judged(folder: Path, source: str, *forbidden: str, **changes: object) -> TaskVerdict:
    """What `smooth` got; `total` has to pass beside it."""
    source = textwrap.dedent(source)
    backend = next((b for b in ("torch", "tensorflow") if f'BACKEND = "{b}"' in source), "numpy")
    path = folder / "submission.py"
    path.write_text(source + TOTAL[backend], encoding="utf-8")
    run = grade([path], [suite(folder, *forbidden)], settings(timeout_s=10.0, **changes))
    smooth, total = run.submissions[0].tasks
    assert total.status == "passed", total.message
    return smooth


NUMPY = {
    "by_its_name": "import numpy\ndef smooth(v, k): return numpy.convolve(v, k, 'valid')\n",
    "alias": "from numpy import convolve as c\ndef smooth(v, k): return c(v, k, 'valid')\n",
    "getattr": """
        import numpy
        def smooth(v, k): return getattr(numpy, "con" + "volve")(v, k, "valid")
        """,
    "eval": """
        import numpy
        def smooth(v, k): return eval("numpy.con" "volve(v, k, 'valid')")
        """,
    "re_export": """
        from numpy._core.numeric import convolve
        def smooth(v, k): return convolve(v, k, "valid")
        """,
    "partial": """
        from functools import partial
        import numpy
        valid = partial(numpy.convolve, mode="valid")
        def smooth(v, k): return valid(v, k)
        """,
    "thread": """
        import threading, numpy
        def smooth(v, k):
            found = []
            work = lambda: found.append(numpy.convolve(v, k, "valid"))
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            return found[0]
        """,
    "only_as_a_way_out": """
        import numpy
        def smooth(v, k):
            try:
                raise RuntimeError
            except RuntimeError:
                return numpy.convolve(v, k, "valid")
        """,
    "only_once": """
        import numpy
        answers = {}
        def smooth(v, k):
            if not answers:
                answers["first"] = numpy.convolve(v, k, "valid")
            return numpy.array([(v[i : i + len(k)] * k[::-1]).sum() for i in range(len(v) - 2)])
        """,
    "wrong_and_forbidden": "import numpy\ndef smooth(v, k): return numpy.convolve(v, k) + 1\n",
    "and_then_an_error": "import numpy\ndef smooth(v, k): return numpy.convolve(v, k)[99]\n",
}


@pytest.mark.parametrize("source", NUMPY.values(), ids=NUMPY)
def test_a_forbidden_function_earns_nothing(folder: Path, source: str) -> None:
    verdict = judged(folder, source, "numpy.convolve")
    assert verdict.status == "forbidden"
    assert verdict.score == 0
    assert "uses numpy.convolve" in verdict.message


@pytest.mark.parametrize("sandbox", ["off", "process"])
def test_a_forbidden_function_is_seen_in_every_tier(folder: Path, sandbox: str) -> None:
    verdict = judged(folder, NUMPY["by_its_name"], "numpy.convolve", sandbox=sandbox)
    assert verdict.status == "forbidden"


def test_the_line_of_a_forbidden_use_is_told(folder: Path) -> None:
    verdict = judged(folder, NUMPY["by_its_name"], "numpy.convolve")
    line = "(submission.py, line 2: `def smooth(v, k): return numpy.convolve(v, k, 'valid')`)"
    assert line in verdict.message


PACKAGE = {
    "at_the_top": """
        from skimage.filters import correlate_sparse
        def smooth(v, k): return correlate_sparse(v, k[::-1], mode="valid")
        """,
    "inside": """
        def smooth(v, k):
            import skimage.filters
            return skimage.filters.correlate_sparse(v, k[::-1], mode="valid")
        """,
    "by_text": """
        def smooth(v, k):
            import importlib
            filters = importlib.import_module("ski" + "mage.fil" + "ters")
            return getattr(filters, "correlate_" + "sparse")(v, k[::-1], mode="valid")
        """,
}


@pytest.mark.parametrize("source", PACKAGE.values(), ids=PACKAGE)
def test_a_forbidden_package_earns_nothing(folder: Path, source: str) -> None:
    assert judged(folder, source, "skimage").status == "forbidden"


FUNCTION, MODULE = "torch.nn.functional.conv1d", "torch.nn.functional"

TORCH = {
    "functional": (FUNCTION, "F.conv1d(v[None], k.flip(0)[None, None])[0]"),
    "torch": (FUNCTION, "torch.conv1d(v[None], k.flip(0)[None, None])[0]"),
    "getattr": (MODULE, "getattr(F, 'conv' + '1d')(v[None], k.flip(0)[None, None])[0]"),
    "decorated": (FUNCTION, "quiet(lambda: F.conv1d(v[None], k.flip(0)[None, None])[0])()"),
}


@pytest.mark.parametrize(("forbidden", "call"), TORCH.values(), ids=TORCH)
def test_a_forbidden_function_of_torch_earns_nothing(
    folder: Path, forbidden: str, call: str
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    verdict = judged(folder, in_torch(call), forbidden, memory_mib=2048)
    assert verdict.status == "forbidden", verdict.message


def test_operations_of_torch_that_are_not_forbidden_pass(folder: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    source = in_torch("torch.stack([w.dot(k.flip(0)) for w in v.unfold(0, len(k), 1)])")
    verdict = judged(folder, source, MODULE, "torch.conv1d", memory_mib=2048)
    assert verdict.status == "passed", verdict.message


def in_torch(expression: str) -> str:
    """A submission that computes `smooth` so."""
    return f"""
        BACKEND = "torch"
        import torch
        import torch.nn.functional as F
        quiet = torch.no_grad()
        def smooth(v, k):
            return {expression}
        """


TENSORFLOW = {
    "by_its_name": "def smooth(v, k): return smoothed(v, k)",
    "in_a_graph": "@tf.function\ndef smooth(v, k): return smoothed(v, k)",
}

IN_TENSORFLOW = """
BACKEND = "tensorflow"
import tensorflow as tf
def smoothed(v, k):
    return tf.nn.conv1d(v[None, :, None], k[::-1, None, None], 1, "VALID")[0, :, 0]
"""


@pytest.mark.parametrize("source", TENSORFLOW.values(), ids=TENSORFLOW)
def test_a_forbidden_function_of_tensorflow_earns_nothing(folder: Path, source: str) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    verdict = judged(folder, f"{IN_TENSORFLOW}{source}\n", "tensorflow.nn.conv1d", memory_mib=4096)
    assert verdict.status == "forbidden", verdict.message


EVERYTHING = ("numpy.convolve", "numpy.correlate", "scipy.signal", "skimage", "numpy.linalg.svd")

INNOCENT = {
    "loops": LOOPS,
    "own_function_of_that_name": LOOPS.replace("smooth", "convolve") + "smooth = convolve\n",
    "own_attribute_of_that_name": LOOPS
    + """
from types import SimpleNamespace
signal = SimpleNamespace(convolve=smooth)
def smooth(v, k): return signal.convolve(v, k)
""",
    "another_function": """
from numpy.lib.stride_tricks import sliding_window_view
def smooth(v, k): return sliding_window_view(v, len(k)) @ k[::-1]
""",
    "a_library_that_uses_it": """
import numpy as np
def smooth(v, k): return np.polynomial.polynomial.polymul(v, k)[len(k) - 1 : len(v)]
""",
    "a_library_that_uses_the_package": """
import scipy.ndimage
def smooth(v, k):
    half = len(k) // 2
    return scipy.ndimage.convolve1d(v, k)[half : len(v) - half]
""",
    "imports_alone": """
import scipy.signal, skimage.filters
from numpy import convolve
from skimage.filters import gaussian
"""
    + LOOPS,
    "use_outside_of_the_task": """
import numpy as np
table = np.convolve([1, 2], [3, 4])
def test_of_mine(v, k): return np.convolve(v, k, "valid")
"""
    + LOOPS,
    "compiled_code_that_uses_it": LOOPS
    + """
import numpy as np
own = smooth
def smooth(v, k):
    noise = np.random.default_rng(0).multivariate_normal([0, 0], np.eye(2))
    return np.array(own(v, k)) + 0 * noise[0]
""",
}


@pytest.mark.parametrize("source", INNOCENT.values(), ids=INNOCENT)
def test_nobody_is_accused_who_did_not_use_it(folder: Path, source: str) -> None:
    verdict = judged(folder, source, *EVERYTHING)
    assert verdict.status == "passed", verdict.message


def test_a_submission_that_switches_the_watch_off_is_a_miss(folder: Path) -> None:
    """As docs/sandbox.md says: without evidence there is no accusation."""
    source = """
        import sys, numpy
        def smooth(v, k):
            sys.setprofile(None)
            return numpy.convolve(v, k, "valid")
        """
    assert judged(folder, source, "numpy.convolve").status == "passed"


def test_a_mention_that_was_not_seen_to_be_used_is_told_and_costs_nothing(folder: Path) -> None:
    source = f"import skimage.filters\n{LOOPS}    return skimage.filters.gaussian(values)\n"
    verdict = judged(folder, source, "skimage")
    assert verdict.status == "passed"
    assert verdict.summary == (
        "mentions skimage.filters.gaussian (submission.py, line 7), which this task forbids; "
        "the checks did not see it called."
    )


def test_a_mention_is_not_told_beside_the_evidence(folder: Path) -> None:
    assert judged(folder, NUMPY["by_its_name"], "numpy.convolve").summary == ""


def test_a_task_that_forbids_nothing_is_not_watched(folder: Path) -> None:
    watched = "def smooth(v, k): return [s + (sys.getprofile() is not None) for s in own(v, k)]"
    source = f"import sys\n{LOOPS}own = smooth\n{watched}\n"
    assert judged(folder, source).status == "passed"


def test_a_name_that_does_not_exist_forbids_nothing(folder: Path) -> None:
    assert judged(folder, LOOPS, "numpy.convolution", "nobody.knows").status == "passed"
