"""The reference solutions of unpooling against their laws, NumPy, scikit-image and PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from hypothesis.extra import numpy as arrays
from skimage.transform import resize

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "unpooling.py", "unpooling_reference")
pooling = load_module(content_root() / "reference" / "pooling.py", "pooling_reference")

TWO_BY_TWO = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])

laws = settings(deadline=None, max_examples=50)  # machines may be busy

sides = strategies.integers(1, 4)
factors = strategies.integers(1, 4)
numbers = strategies.integers(-40, 40).map(lambda quarter: quarter / 4)


def arrays_of(*shape):
    return arrays.arrays(np.float64, shape, elements=numbers)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch")


@strategies.composite
def maps(draw):
    """Maps of images and channels."""
    planes = draw(strategies.integers(1, 2)), draw(strategies.integers(1, 3))
    return draw(arrays_of(*planes, draw(sides), draw(sides)))


@strategies.composite
def unpooled_maps(draw):
    """Maps, a factor, and larger maps that it leads to."""
    x, factor = draw(maps()), draw(factors)
    N, C, H, W = x.shape
    return x, factor, draw(arrays_of(N, C, H * factor, W * factor))


@strategies.composite
def pooled_maps(draw):
    """Maps that windows of a side divide, the side, and values of the pooled maps' shape."""
    x, size, larger = draw(unpooled_maps())
    return larger, size, x


def pooled(planes, size, mode):
    """Every plane pooled by itself."""
    N, C, H, W = planes.shape
    flat = [pooling.pool2d(plane, size, mode) for plane in planes.reshape(N * C, H, W)]
    return np.reshape(flat, (N, C, H // size, W // size))


def test_nearest_of_figure_6_10():
    larger = solutions.unpool_nearest(TWO_BY_TWO, 2)
    assert larger[0, 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


@laws
@given(maps(), factors)
def test_nearest_is_the_kronecker_product_with_ones(x, factor):
    ones = np.ones((1, 1, factor, factor))
    assert np.array_equal(solutions.unpool_nearest(x, factor), np.kron(x, ones))


@laws
@given(maps(), factors)
def test_nearest_agrees_with_pytorch(torch, x, factor):
    theirs = torch.nn.functional.interpolate(torch.from_numpy(x), scale_factor=factor)
    assert np.array_equal(solutions.unpool_nearest(x, factor), theirs.numpy())


def test_nearest_agrees_with_scikit_image():
    plane = np.random.default_rng(5).normal(size=(4, 7))
    theirs = resize(plane, (12, 21), order=0, anti_aliasing=False)
    assert solutions.unpool_nearest(plane[None, None], 3)[0, 0] == pytest.approx(theirs)


@laws
@given(unpooled_maps())
def test_nearest_is_the_adjoint_of_sum_pooling(inputs):
    x, factor, y = inputs
    left = np.sum(pooled(y, factor, "sum") * x)
    assert left == pytest.approx(np.sum(y * solutions.unpool_nearest(x, factor)))


@laws
@given(maps(), factors, strategies.sampled_from(["max", "average"]))
def test_pooling_undoes_nearest(x, factor, mode):
    assert pooled(solutions.unpool_nearest(x, factor), factor, mode) == pytest.approx(x)


@laws
@given(maps(), factors, factors)
def test_nearest_twice_is_nearest_once_by_the_product(x, first, second):
    twice = solutions.unpool_nearest(solutions.unpool_nearest(x, first), second)
    assert np.array_equal(twice, solutions.unpool_nearest(x, first * second))


def test_bed_of_nails_of_figure_6_10():
    larger = solutions.unpool_bed_of_nails(TWO_BY_TWO, 2)
    assert larger[0, 0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


@laws
@given(maps(), factors)
def test_bed_of_nails_is_the_kronecker_product_with_a_nail(x, factor):
    nail = np.zeros((1, 1, factor, factor))
    nail[0, 0, 0, 0] = 1
    assert np.array_equal(solutions.unpool_bed_of_nails(x, factor), np.kron(x, nail))


@laws
@given(maps(), factors)
def test_bed_of_nails_is_a_transposed_convolution_with_a_nail(torch, x, factor):
    nail = torch.zeros(x.shape[1], 1, factor, factor, dtype=torch.float64)
    nail[:, :, 0, 0] = 1
    theirs = torch.nn.functional.conv_transpose2d(
        torch.from_numpy(x), nail, stride=factor, groups=x.shape[1]
    )
    assert np.array_equal(solutions.unpool_bed_of_nails(x, factor), theirs.numpy())


@laws
@given(unpooled_maps())
def test_bed_of_nails_is_the_adjoint_of_subsampling(inputs):
    x, factor, y = inputs
    left = np.sum(y[:, :, ::factor, ::factor] * x)
    assert left == pytest.approx(np.sum(y * solutions.unpool_bed_of_nails(x, factor)))


@laws
@given(maps(), factors)
def test_sum_pooling_undoes_the_bed_of_nails(x, factor):
    nails = solutions.unpool_bed_of_nails(x, factor)
    assert np.array_equal(pooled(nails, factor, "sum"), x)


@laws
@given(maps(), factors)
def test_bed_of_nails_is_max_unpooling_at_the_top_left_corners(x, factor):
    H, W = x.shape[2:]
    corners = np.arange(0, H * factor, factor)[:, np.newaxis] * W * factor
    indices = np.broadcast_to(corners + np.arange(0, W * factor, factor), x.shape)
    nails = solutions.max_unpool(x, indices, H * factor, W * factor)
    assert np.array_equal(solutions.unpool_bed_of_nails(x, factor), nails)


def test_max_unpooling_puts_values_at_their_indices():
    unpooled = solutions.max_unpool(TWO_BY_TWO, np.array([[[[5, 7], [8, 15]]]]), 4, 4)
    assert unpooled[0, 0].tolist() == [[0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4]]


@laws
@given(pooled_maps())
def test_max_unpooling_agrees_with_pytorch(torch, inputs):
    x, size, values = inputs
    _, indices = pooling.max_pool_indices(x, size)
    theirs = torch.nn.functional.max_unpool2d(
        torch.from_numpy(values), torch.from_numpy(indices), size
    )
    assert np.array_equal(solutions.max_unpool(values, indices, *x.shape[2:]), theirs.numpy())


@laws
@given(pooled_maps())
def test_max_unpooling_keeps_the_maxima_of_a_map_and_nothing_else(inputs):
    x, size, _ = inputs
    values, indices = pooling.max_pool_indices(x, size)
    unpooled = solutions.max_unpool(values, indices, *x.shape[2:])
    is_maximum = solutions.max_unpool(np.ones_like(values), indices, *x.shape[2:])
    assert np.array_equal(unpooled, np.where(is_maximum, x, 0))


@laws
@given(pooled_maps())
def test_pooling_undoes_max_unpooling_of_what_is_not_negative(inputs):
    x, size, values = inputs
    _, indices = pooling.max_pool_indices(x, size)
    unpooled = solutions.max_unpool(np.abs(values), indices, *x.shape[2:])
    assert np.array_equal(pooling.max_pool_indices(unpooled, size)[0], np.abs(values))


@laws
@given(pooled_maps())
def test_max_unpooling_is_the_gradient_of_max_pooling(inputs):
    x, size, grad = inputs
    _, indices = pooling.max_pool_indices(x, size)
    backward = pooling.max_pool_backward(grad, indices, *x.shape[2:])
    assert np.array_equal(solutions.max_unpool(grad, indices, *x.shape[2:]), backward)


@pytest.mark.parametrize("index", [-1, 16, 1000])
def test_index_outside_of_the_map_is_refused(index):
    indices = np.array([[[[5, 7], [8, index]]]])
    with pytest.raises(ValueError, match=r"indices must lie in 0\.\.15"):
        solutions.max_unpool(TWO_BY_TWO, indices, 4, 4)


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "unpooling.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "typing", "numpy"}
