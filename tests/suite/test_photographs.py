"""scikit-image's photographs, read from its files."""

import subprocess
import sys

import numpy as np
import pytest
from skimage import data

from benchharness.errors import SuiteError
from benchharness.suite import photograph


@pytest.mark.parametrize("name", ["coins", "camera", "page", "text", "moon"])
def test_grey_photograph_is_the_one_that_scikit_image_shows(name):
    np.testing.assert_array_equal(photograph(name), getattr(data, name)())


def test_colour_photograph_becomes_grey():
    assert photograph("coffee").ndim == 2


def test_photograph_is_read_once():
    assert photograph("coins") is photograph("coins")


def test_photograph_is_read_only():
    with pytest.raises(ValueError, match="read-only"):
        photograph("coins")[0, 0] = 0


def test_unknown_photograph_is_a_suites_mistake():
    with pytest.raises(SuiteError, match="photograph 'nobody': scikit-image bundles no such file"):
        photograph("nobody")


def test_scikit_image_itself_is_not_imported():
    code = (
        "import sys; from benchharness.suite import photograph; photograph('coins'); "
        "sys.exit('skimage' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
