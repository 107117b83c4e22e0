"""Arguments on their way into a framework."""

import numpy as np
import pytest

from benchharness.worker.frameworks import to_backend

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
