"""What stands in for what shows a notebook: it does nothing, and no answer comes of it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from unittest import mock

import pytest

from benchharness.worker import stand_ins
from benchharness.worker.codec import Unsupported
from benchharness.worker.frameworks import from_backend
from benchharness.worker.stand_ins import Absent


@pytest.fixture(autouse=True)
def stood_in(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    with mock.patch.dict(sys.modules):
        stand_ins.install()
        yield


IMPORTS = {
    "ipython": "from IPython.display import display, Image, clear_output\nclear_output(wait=True)",
    "get_ipython": "from IPython import get_ipython\nget_ipython().run_line_magic('cd', '..')",
    "system": "from IPython import get_ipython\nget_ipython().system('ls')",
    "colab": "from google.colab import drive, files\ndrive.mount('/content')",
    "pyplot": "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nplt.ion()",
    "subplots": "from matplotlib import pyplot\nfig, ax = pyplot.subplots()\nax.set_title('x')",
    "axes_in_space": "import matplotlib\nmatplotlib.use('Agg')\nfrom mpl_toolkits import mplot3d",
    "widgets": "from ipywidgets import interact\n@interact\ndef f(x): pass\nassert f(1) is None",
    "subclass": "import ipywidgets\nclass Box(ipywidgets.VBox): pass\nBox()",
}


@pytest.mark.parametrize("code", IMPORTS.values(), ids=IMPORTS)
def test_what_only_shows_does_nothing(code):
    exec(code, {"__name__": "hw"})


@pytest.mark.parametrize("package", ["tqdm", "tqdm.auto", "tqdm.notebook"])
def test_bar_of_progress_iterates_over_what_it_is_given(package):
    bars = importlib.import_module(package)
    with bars.tqdm([1, 2], total=2) as bar:
        bar.set_description("x")

        assert (list(bar), list(bars.trange(2, 4))) == ([1, 2], [2, 3])


def test_what_a_bar_of_progress_does_not_offer_is_no_silent_nothing():
    if importlib.util.find_spec("tqdm").origin is not None:
        pytest.skip("tqdm is installed here")
    with pytest.raises(ImportError):
        exec("from tqdm.contrib import tzip")


def test_other_packages_are_not_stood_in_for():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_package")


def test_missing_library_is_named_where_its_result_is_used():
    with pytest.raises(ModuleNotFoundError, match="No module named 'matplotlib'"):
        max(Absent("matplotlib").hist([1, 2]))


def test_nothing_is_no_answer():
    with pytest.raises(Unsupported):
        from_backend(Absent("matplotlib"))
