"""Arguments on their way into a framework, and answers on their way out."""

import numpy as np
import pytest

from benchharness.worker.frameworks import from_backend, to_backend

X = np.arange(24.0).reshape(4, 6)
LAYOUTS = {
    "C order": X,
    "transposed": X.T,
    "upside down": X[::-1, ::-1],
    "every second": X[::2, ::3],
}


@pytest.mark.parametrize("array", LAYOUTS.values(), ids=LAYOUTS)
def test_pytorch_gets_tensors_that_can_be_viewed_in_another_shape(array):
    pytest.importorskip("torch", reason="PyTorch is not installed here")

    tensor = to_backend("torch")(array)

    assert tensor.view(-1).tolist() == array.ravel().tolist()


@pytest.mark.parametrize("array", LAYOUTS.values(), ids=LAYOUTS)
def test_numpy_gets_the_very_array(array):
    assert to_backend("numpy")(array) is array


@pytest.mark.parametrize("number", [0.5, 3, True, np.float32(0.5), np.int64(3), np.bool_(True)])
def test_long_list_of_numbers_travels_as_an_array(number):
    answer = from_backend([number, 0.0] * 501)

    assert isinstance(answer, np.ndarray)
    assert answer[:2].tolist() == [number, 0.0]


@pytest.mark.parametrize("item", [None, "a", [1.0]])
def test_long_list_of_anything_else_stays_a_list(item):
    assert from_backend([0.0, item] * 501) == [0.0, item] * 501
