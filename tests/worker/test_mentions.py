"""What a look through a submission's source says about forbidden names."""

from __future__ import annotations

import textwrap

import pytest

from benchharness.worker.mentions import Mention, mention


def mentioned(source: str, *names: str, **files: str) -> Mention | None:
    """What `task` mentions in submission.py, beside further files."""
    texts = {"submission.py": source, **{f"{name}.py": text for name, text in files.items()}}
    sources = {path: {path: textwrap.dedent(text).encode()} for path, text in texts.items()}
    return mention(sources, "task", names)


MENTIONS = {
    "module": "import skimage.filters\ndef task(x): return skimage.filters.otsu(x)",
    "alias": "import skimage.filters as f\ndef task(x): return f.otsu(x)",
    "name": "from skimage.filters import otsu\ndef task(x): return otsu(x)",
    "alias_of_the_name": "from skimage.filters import otsu as o\ndef task(x): return o(x)",
    "star": "from skimage.filters import *\ndef task(x): return otsu(x)",
    "import_inside": "def task(x):\n    from skimage import filters\n    return filters.otsu(x)",
    "assignment": "import skimage\nf = skimage.filters\ndef task(x): return f.otsu(x)",
    "getattr": "from skimage import filters\ndef task(x): return getattr(filters, 'otsu')(x)",
    "pieces": "from skimage import filters as f\ndef task(x): return getattr(f, 'ot' + 'su')(x)",
    "import_by_text": "def task(x): return __import__('skimage.filters').otsu",
    "importlib": """
        import importlib
        def task(x): return importlib.import_module("skimage" + ".filters").otsu(x)
        """,
    "handed_on": "import skimage.filters as f\ndef task(x): return list(map(f.otsu, [x]))",
    "helper": """
        from skimage import filters
        def helper(x): return filters.otsu(x)
        def task(x): return helper(x)
        """,
    "class": """
        from skimage import filters
        class Helper:
            def run(self, x): return filters.otsu(x)
        def task(x): return Helper().run(x)
        """,
    "constant": "from skimage import filters\nf = filters.otsu\ndef task(x): return f(x)",
    "task_itself": "from skimage import filters\ntask = filters.otsu",
}


@pytest.mark.parametrize("source", MENTIONS.values(), ids=MENTIONS)
def test_a_mention_is_found(source: str) -> None:
    found = mentioned(source, "skimage")
    assert found is not None and found.name.startswith("skimage.filters")


SILENT = {
    "import_alone": "import skimage\ndef task(x): return x",
    "other_task": "import skimage\ndef other(x): return skimage.otsu(x)\ndef task(x): return x",
    "own_function_of_that_name": "def otsu(x): return x\ndef task(x): return otsu(x)",
    "own_attribute_of_that_name": "def task(x): return x.skimage.otsu",
    "longer_name": "import skimage_extra\ndef task(x): return skimage_extra.otsu(x)",
    "text": "def task(x):\n    'skimage.otsu'\n    return 'skimage.otsu'",
    "comment": "def task(x): return x  # skimage.otsu(x)",
    "no_such_task": "import skimage\ndef another(x): return skimage.otsu(x)",
    "broken_file": "def task(x) return skimage.otsu(x)",
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_nothing_is_said_without_a_mention(source: str) -> None:
    assert mentioned(source, "skimage") is None


def test_a_part_that_is_not_forbidden_may_be_mentioned() -> None:
    source = "import numpy as np\ndef task(x): return np.sum(x)"
    assert mentioned(source, "numpy.convolve", "numpy.linalg") is None


def test_the_same_thing_by_another_name_is_a_mention() -> None:
    source = "import os.path\ndef task(x): return os.path.join(x)"
    assert mentioned(source, "posixpath.join", "ntpath.join") is not None


def test_the_whole_name_its_file_and_its_line_are_told() -> None:
    source = "import skimage.filters as f\n\n\ndef task(x):\n    return f.otsu(x)\n"
    assert mentioned(source, "skimage") == Mention("skimage.filters.otsu", "submission.py", 5)


def test_a_helper_in_another_file_is_followed() -> None:
    found = mentioned(
        "from .helpers import smooth\ndef task(x): return smooth(x)",
        "skimage",
        helpers="import skimage\ndef smooth(x): return skimage.blur(x)",
        unrelated="import skimage\ndef smooth(x): return skimage.sharpen(x)",
    )
    assert found == Mention("skimage.blur", "helpers.py", 2)
