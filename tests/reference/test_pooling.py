"""The reference solutions of pooling against their laws, scikit-image, SciPy and PyTorch."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from hypothesis.extra import numpy as arrays
from scipy.ndimage import maximum_position
from skimage.measure import block_reduce

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "pooling.py", "pooling_reference")

LAB_MATRIX = np.array(
    [[12, 20, 30, 0], [8, 12, 2, 0], [34, 70, 37, 4], [112, 100, 25, 12]], np.float64
)
FUNCTIONS = {"max": np.max, "average": np.mean, "sum": np.sum}

laws = settings(deadline=None, max_examples=50)  # machines may be busy

sides = strategies.integers(1, 4)
numbers = strategies.integers(-40, 40).map(lambda quarter: quarter / 4)
modes = strategies.sampled_from(sorted(FUNCTIONS))


def arrays_of(*shape):
    return arrays.arrays(np.float64, shape, elements=numbers)


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch", reason="compares with PyTorch")


@strategies.composite
def maps(draw):
    """A map and the side of windows that divide it."""
    size = draw(sides)
    return draw(arrays_of(draw(sides) * size, draw(sides) * size)), size


@strategies.composite
def batches(draw):
    """Maps of images and channels, and the side of windows that divide them."""
    size = draw(strategies.integers(1, 3))
    planes = draw(strategies.integers(1, 2)), draw(strategies.integers(1, 3))
    return draw(arrays_of(*planes, draw(sides) * size, draw(sides) * size)), size


@strategies.composite
def gradients(draw):
    """Maps, the side of their windows, and a gradient with respect to the pooled maps."""
    x, size = draw(batches())
    N, C, H, W = x.shape
    return x, size, draw(arrays_of(N, C, H // size, W // size))


@strategies.composite
def region_inputs(draw):
    """Features, a few regions in them, and the size of a grid."""
    H, W = draw(strategies.integers(1, 9)), draw(strategies.integers(1, 9))
    features = draw(arrays_of(draw(strategies.integers(1, 2)), H, W))
    rois = []
    for _ in range(draw(strategies.integers(1, 3))):
        top, left = draw(strategies.integers(0, H - 1)), draw(strategies.integers(0, W - 1))
        bottom, right = (
            draw(strategies.integers(top + 1, H)),
            draw(strategies.integers(left + 1, W)),
        )
        rois.append((top, left, bottom, right))
    return features, np.array(rois), draw(sides), draw(sides)


def at(planes, indices):
    """The cells of every plane that indices in the plane point to."""
    N, C = planes.shape[:2]
    flat = np.take_along_axis(planes.reshape(N, C, -1), indices.reshape(N, C, -1), axis=2)
    return flat.reshape(indices.shape)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("max", [[20, 30], [112, 37]]),
        ("average", [[13, 8], [79, 19.5]]),
        ("sum", [[52, 32], [316, 78]]),
    ],
)
def test_pooling_the_labs_matrix(mode, expected):
    assert solutions.pool2d(LAB_MATRIX, 2, mode).tolist() == expected


@laws
@given(maps(), modes)
def test_pooling_agrees_with_scikit_image(given_map, mode):
    x, size = given_map
    theirs = block_reduce(x, (size, size), FUNCTIONS[mode])
    assert solutions.pool2d(x, size, mode) == pytest.approx(theirs)


@laws
@given(maps())
def test_sum_is_the_average_times_the_cells_of_a_window(given_map):
    x, size = given_map
    average = solutions.pool2d(x, size, "average")
    assert solutions.pool2d(x, size, "sum") == pytest.approx(average * size**2)


@laws
@given(arrays_of(12, 6), strategies.sampled_from([(2, 3), (3, 2), (1, 6), (6, 1)]), modes)
def test_pooling_twice_is_pooling_once_by_the_product(x, sizes, mode):
    first, second = sizes
    twice = solutions.pool2d(solutions.pool2d(x, first, mode), second, mode)
    assert twice == pytest.approx(solutions.pool2d(x, first * second, mode))


@laws
@given(maps(), modes)
def test_pooling_the_transposed_map_transposes_the_result(given_map, mode):
    x, size = given_map
    assert solutions.pool2d(x.T, size, mode) == pytest.approx(solutions.pool2d(x, size, mode).T)


@pytest.mark.parametrize("mode", sorted(FUNCTIONS))
def test_pooling_windows_of_one_cell_returns_a_copy(mode):
    pooled = solutions.pool2d(LAB_MATRIX, 1, mode)
    assert np.array_equal(pooled, LAB_MATRIX)
    assert not np.shares_memory(pooled, LAB_MATRIX)


@pytest.mark.parametrize("shape", [(3, 4), (4, 3), (5, 5), (1, 1)])
def test_windows_that_do_not_divide_the_map_are_refused(shape):
    with pytest.raises(ValueError, match="windows of side 2 do not divide a map of shape"):
        solutions.pool2d(np.zeros(shape), 2, "max")


def test_indices_of_the_labs_matrix():
    values, indices = solutions.max_pool_indices(LAB_MATRIX[np.newaxis, np.newaxis], 2)
    assert values[0, 0].tolist() == [[20, 30], [112, 37]]
    assert indices[0, 0].tolist() == [[1, 2], [12, 10]]


def test_maxima_of_figure_2_stand_where_the_lecture_notes_say():
    x = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.float64)
    _, indices = solutions.max_pool_indices(x[np.newaxis, np.newaxis], 2)
    from_one = [(i // 4 + 1, i % 4 + 1) for i in indices.ravel().tolist()]
    assert from_one == [(2, 2), (2, 4), (3, 1), (4, 4)]


@laws
@given(batches())
def test_values_of_every_plane_are_its_pooled_maxima(batch):
    x, size = batch
    values, _ = solutions.max_pool_indices(x, size)
    for n, c in np.ndindex(x.shape[:2]):
        assert np.array_equal(values[n, c], solutions.pool2d(x[n, c], size, "max"))


@laws
@given(batches())
def test_indices_point_to_the_values(batch):
    x, size = batch
    values, indices = solutions.max_pool_indices(x, size)
    assert np.array_equal(at(x, indices), values)


@laws
@given(batches())
def test_index_lies_in_its_window(batch):
    x, size = batch
    _, indices = solutions.max_pool_indices(x, size)
    y, column = np.divmod(indices, x.shape[3])
    _, _, i, j = np.indices(indices.shape)
    assert np.array_equal(y // size, i)
    assert np.array_equal(column // size, j)


@laws
@given(batches())
def test_of_equal_maxima_the_first_one_is_found_as_scipy_finds_it(batch):
    x, size = batch
    _, indices = solutions.max_pool_indices(x, size)
    for n, c, i, j in np.ndindex(indices.shape):
        rows, columns = (slice(k * size, (k + 1) * size) for k in (i, j))
        row, column = maximum_position(x[n, c, rows, columns])
        assert indices[n, c, i, j] == (i * size + row) * x.shape[3] + j * size + column


@laws
@given(batches())
def test_indices_agree_with_pytorch(torch, batch):
    x, size = batch
    values, indices = solutions.max_pool_indices(x, size)
    theirs = torch.nn.functional.max_pool2d(torch.from_numpy(x), size, return_indices=True)
    assert np.array_equal(values, theirs[0].numpy())
    assert np.array_equal(indices, theirs[1].numpy())


def test_gradient_of_figure_2_is_zero_but_at_the_maxima():
    indices = np.array([[[[5, 7], [8, 15]]]])
    grad = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    spread = solutions.max_pool_backward(grad, indices, 4, 4)
    assert spread[0, 0].tolist() == [[0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4]]


@laws
@given(gradients())
def test_backward_is_the_adjoint_of_reading_the_maxima(inputs):
    x, size, grad = inputs
    _, indices = solutions.max_pool_indices(x, size)
    spread = solutions.max_pool_backward(grad, indices, *x.shape[2:])
    assert np.sum(spread * x) == pytest.approx(np.sum(grad * at(x, indices)))


@laws
@given(gradients())
def test_backward_agrees_with_pytorchs_automatic_differentiation(torch, inputs):
    x, size, grad = inputs
    tensor = torch.from_numpy(x).requires_grad_()
    torch.nn.functional.max_pool2d(tensor, size).backward(torch.from_numpy(grad))
    _, indices = solutions.max_pool_indices(x, size)
    ours = solutions.max_pool_backward(grad, indices, *x.shape[2:])
    assert np.array_equal(ours, tensor.grad.numpy())


def test_backward_is_the_slope_of_the_pooled_map():
    rng = np.random.default_rng(3)
    x, grad = rng.permutation(96).reshape(2, 2, 4, 6) / 8, rng.normal(size=(2, 2, 2, 3))
    _, indices = solutions.max_pool_indices(x, 2)
    slope = solutions.max_pool_backward(grad, indices, 4, 6)
    for cell in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[cell] = 0.01
        up, down = (solutions.max_pool_indices(x + s, 2)[0] for s in (step, -step))
        assert slope[cell] == pytest.approx(np.sum(grad * (up - down)) / 0.02)


def test_rows_and_columns_left_over_have_no_gradient():
    grad, indices = np.ones((1, 1, 1, 2)), np.array([[[[6, 2]]]])
    spread = solutions.max_pool_backward(grad, indices, 3, 5)
    assert spread[0, 0].tolist() == [[0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]]


@laws
@given(region_inputs())
def test_roi_pooling_agrees_with_pytorchs_adaptive_pooling(torch, inputs):
    features, rois, height, width = inputs
    ours = solutions.roi_pool(features, rois, height, width)
    for pooled, (top, left, bottom, right) in zip(ours, rois, strict=True):
        region = torch.from_numpy(features[:, top:bottom, left:right].copy())
        theirs = torch.nn.functional.adaptive_max_pool2d(region, (height, width))
        assert np.array_equal(pooled, theirs.numpy())


@laws
@given(region_inputs())
def test_roi_pooling_takes_the_maximum_over_the_bins_of_the_definition(inputs):
    features, rois, height, width = inputs
    ours = solutions.roi_pool(features, rois, height, width)
    for r, (top, left, bottom, right) in enumerate(rois):
        h, w = bottom - top, right - left
        for i, j in np.ndindex(height, width):
            above, below = np.floor(i * h / height), np.ceil((i + 1) * h / height)
            start, stop = np.floor(j * w / width), np.ceil((j + 1) * w / width)
            rows, columns = slice(int(above), int(below)), slice(int(start), int(stop))
            region = features[:, top:bottom, left:right]
            assert np.array_equal(ours[r, :, i, j], region[:, rows, columns].max(axis=(1, 2)))


@laws
@given(maps())
def test_roi_pooling_of_the_whole_map_is_max_pooling_where_the_grid_divides_it(given_map):
    x, size = given_map
    H, W = x.shape
    rois = np.array([[0, 0, H, W]])
    pooled = solutions.roi_pool(x[np.newaxis], rois, H // size, W // size)
    assert np.array_equal(pooled[0, 0], solutions.pool2d(x, size, "max"))


@laws
@given(region_inputs())
def test_largest_bin_of_a_region_is_the_maximum_of_the_region(inputs):
    features, rois, height, width = inputs
    pooled = solutions.roi_pool(features, rois, height, width)
    for grid, (top, left, bottom, right) in zip(pooled, rois, strict=True):
        region = features[:, top:bottom, left:right]
        assert np.array_equal(grid.max(axis=(1, 2)), region.max(axis=(1, 2)))


def test_region_smaller_than_the_grid_repeats_its_cells():
    features = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]])
    pooled = solutions.roi_pool(features, np.array([[1, 1, 2, 3]]), 2, 4)
    assert pooled[0, 0].tolist() == [[5, 5, 6, 6], [5, 5, 6, 6]]


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "pooling.py").read_text("utf-8")
    imported = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= {"__future__", "functools", "typing", "numpy"}
