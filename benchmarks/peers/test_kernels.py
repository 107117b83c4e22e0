"""The two pieces of work as a pytest-benchmark user times them."""

import pytest
from kernels import ARGUMENTS, FUNCTIONS


@pytest.mark.parametrize("name", ARGUMENTS)
def test_kernel(benchmark, name):
    benchmark(FUNCTIONS[name], *ARGUMENTS[name])
