"""The reference solutions of convolution against their laws, NumPy, SciPy and PyTorch."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies
from scipy import ndimage, signal

from benchharness.content import content_root
from benchharness.suite.authoring import load_module

solutions = load_module(content_root() / "reference" / "convolution.py", "convolution_reference")

MODES = ("zeros", "reflect", "replicate", "circular")
IN_NUMPY = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}

few = strategies.integers(1, 3)
seeds = strategies.integers(0, 2**32 - 1)


@strategies.composite
def geometries(draw, most=9):
    """n, k, s, p of one axis, where the kernel fits into the padded map."""
    kernel, stride, padding = draw(strategies.integers(1, 5)), draw(few), draw(few) - 1
    n = draw(strategies.integers(max(1, kernel - 2 * padding), most))
    return n, kernel, stride, padding


@strategies.composite
def images_and_kernels(draw):
    """An image and a kernel that is no larger."""
    rng = np.random.default_rng(draw(seeds))
    shape = [draw(strategies.integers(1, 8)) for _ in "HW"]
    kernel = [draw(strategies.integers(1, n)) for n in shape]
    return rng.normal(size=shape), rng.normal(size=kernel)


@strategies.composite
def layers(draw):
    """u [N, C, H, W], weight [O, C, k, l], stride, padding, and how many rows are left over."""
    rng = np.random.default_rng(draw(seeds))
    stride, padding = draw(few), draw(few) - 1
    extra = draw(strategies.integers(0, stride - 1))
    kernel = [draw(strategies.integers(1, 4)) for _ in "kl"]
    positions = [draw(strategies.integers(3, 5)) for _ in "HW"]
    size = [
        (m - 1) * stride + k - 2 * padding + extra for m, k in zip(positions, kernel, strict=True)
    ]
    assume(min(size) > 0)
    examples, channels, out = draw(few), draw(few), draw(few)
    u = rng.normal(size=(examples, channels, *size))
    return u, rng.normal(size=(out, channels, *kernel)), stride, padding, extra


def conv2d(u, weight, stride, padding):
    return solutions.conv2d(u, weight, np.zeros(len(weight)), stride, padding)


# Sizes


@given(geometries(), geometries())
def test_convolution_has_as_many_rows_as_the_kernel_has_positions(rows, columns):
    size = solutions.conv_output_size(*zip(rows, columns, strict=True))
    assert size == tuple(len(range(0, n + 2 * p - k + 1, s)) for n, k, s, p in (rows, columns))


@given(geometries(), geometries())
def test_transposed_convolution_undoes_the_size_of_a_convolution(rows, columns):
    size, kernel, stride, padding = zip(rows, columns, strict=True)
    smaller = solutions.conv_output_size(size, kernel, stride, padding)
    extra = tuple((n + 2 * p - k) % s for n, k, s, p in (rows, columns))
    back = solutions.conv_transpose_output_size(smaller, kernel, stride, padding, extra)
    assert back == size


def test_convolution_of_figure_6_12_is_2_by_2():
    assert solutions.conv_output_size((5, 5), (4, 4), (2, 2), (1, 1)) == (2, 2)


def test_transposed_convolution_of_figure_6_13_is_4_by_4():
    size = solutions.conv_transpose_output_size((2, 2), (3, 3), (2, 2), (1, 1), (1, 1))
    assert size == (4, 4)


# Networks


def conv(out, kernel, stride=1, padding=0):
    return {"kind": "conv", "out": out, "kernel": kernel, "stride": stride, "padding": padding}


def pool(kernel, stride):
    return {"kind": "pool", "kernel": kernel, "stride": stride}


def conv_transpose(out, kernel, stride, padding=0, output_padding=0):
    return {
        "kind": "conv_transpose",
        "out": out,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
    }


FLATTEN = {"kind": "flatten"}


def dense(out):
    return {"kind": "dense", "out": out}


def join(index):
    return {"kind": "crop_concat", "with": index}


def test_lenet_makes_16_maps_of_5_by_5_from_32_by_32():
    network = [conv(6, 5), pool(2, 2), conv(16, 5), pool(2, 2), FLATTEN, dense(10)]
    assert solutions.network_shapes((1, 32, 32), network) == [
        (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400, 1, 1), (10, 1, 1),
    ]  # fmt: skip


def test_vgg_16_makes_512_maps_of_7_by_7_from_224_by_224():
    blocks = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
    network = [
        layer for out, n in blocks for layer in ([conv(out, 3, padding=1)] * n + [pool(2, 2)])
    ]
    assert solutions.network_shapes((3, 224, 224), network)[-1] == (512, 7, 7)


def test_u_net_makes_388_from_572():
    network = []
    for out in (64, 128, 256, 512):
        network += [conv(out, 3), conv(out, 3), pool(2, 2)]
    network += [conv(1024, 3), conv(1024, 3)]
    for out, skip in ((512, 10), (256, 7), (128, 4), (64, 1)):
        network += [conv_transpose(out, 2, 2), join(skip), conv(out, 3), conv(out, 3)]
    shapes = solutions.network_shapes((1, 572, 572), [*network, conv(2, 1)])
    assert shapes[13] == (1024, 28, 28)
    assert shapes[15] == (1024, 56, 56)
    assert shapes[-1] == (2, 388, 388)


def test_dcgan_discriminator_halves_128_to_8():
    widths = ((64, 2), (128, 2), (256, 2), (512, 1), (1024, 2))
    network = [conv(out, 5, stride, "same") for out, stride in widths]
    shapes = solutions.network_shapes((3, 128, 128), network)
    assert [rows for _, rows, _ in shapes] == [64, 32, 16, 16, 8]


def test_dcgan_generator_doubles_8_to_128():
    network = [conv_transpose(out, 5, 2, 2, 1) for out in (512, 256, 128, 64)]
    shapes = solutions.network_shapes((1024, 8, 8), [*network, conv_transpose(3, 5, 1, 2)])
    assert [rows for _, rows, _ in shapes] == [16, 32, 64, 128, 128]


def test_cifar_network_makes_64_maps_of_6_by_6_from_24_by_24():
    half = [conv(64, 5, padding="same"), pool(2, 2)]
    shapes = solutions.network_shapes((3, 24, 24), [*half, *half, FLATTEN])
    assert shapes[3:] == [(64, 6, 6), (2304, 1, 1)]


def test_upsampling_multiplies_rows_and_columns():
    shapes = solutions.network_shapes((2, 3, 5), [{"kind": "upsample", "factor": 3}])
    assert shapes == [(2, 9, 15)]


@given(few, geometries(), strategies.integers(1, 9))
def test_shapes_of_layers_are_those_of_their_results(out, geometry, columns):
    n, k, s, p = geometry
    columns = max(columns, k)
    x = np.zeros((1, 2, n, columns))
    (shape,) = solutions.network_shapes(x.shape[1:], [conv(out, k, s, p)])
    assert conv2d(x, np.zeros((out, 2, k, k)), s, p).shape[1:] == shape


@pytest.mark.parametrize(
    "network",
    [
        [conv(1, 6)],
        [conv(1, 9, 1, 1)],
        [pool(6, 1)],
        [conv_transpose(1, 1, 1, 3)],
        [conv(1, 2), conv_transpose(1, 2, 1), join(0)],
        [{"kind": "dropout"}],
    ],
    ids=[
        "kernel",
        "kernel, padded",
        "pool",
        "cut to nothing",
        "smaller map",
        "unknown kind",
    ],
)
def test_a_layer_that_does_not_fit_is_refused(network):
    with pytest.raises(ValueError, match=r"does not fit|cannot be cropped|no kind"):
        solutions.network_shapes((1, 5, 7), network)


# Borders


@pytest.mark.parametrize(
    ("mode", "padded"),
    [
        ("zeros", [0, 0, 1, 2, 3, 0, 0]),
        ("reflect", [3, 2, 1, 2, 3, 2, 1]),
        ("replicate", [1, 1, 1, 2, 3, 3, 3]),
        ("circular", [2, 3, 1, 2, 3, 1, 2]),
    ],
)
def test_the_lecture_notes_example_is_padded_as_printed(mode, padded):
    image = np.array([[1.0, 2.0, 3.0]] * 3)
    assert solutions.pad2d(image, 2, mode)[3].tolist() == padded


@given(seeds, strategies.integers(1, 6), strategies.integers(1, 6), strategies.data())
def test_borders_are_numpys(seed, rows, columns, data):
    mode = data.draw(strategies.sampled_from(MODES))
    least = min(rows, columns)
    widest = {"reflect": least - 1, "circular": least}.get(mode, 5)
    width = data.draw(strategies.integers(0, widest))
    image = np.random.default_rng(seed).normal(size=(rows, columns))
    expected = np.pad(image, width, mode=IN_NUMPY[mode])
    assert np.array_equal(solutions.pad2d(image, width, mode), expected)


def test_an_unknown_border_is_refused():
    with pytest.raises(ValueError, match="got 'wrap'"):
        solutions.pad2d(np.zeros((2, 2)), 1, "wrap")


# Two images


@given(images_and_kernels())
def test_cross_correlation_agrees_with_scipy(pair):
    expected = signal.correlate2d(*pair, mode="valid")
    np.testing.assert_allclose(solutions.cross_correlate2d(*pair), expected, atol=1e-12)


@given(images_and_kernels())
def test_convolution_agrees_with_scipy(pair):
    expected = signal.convolve2d(*pair, mode="valid")
    np.testing.assert_allclose(solutions.convolve2d(*pair), expected, atol=1e-12)


@given(images_and_kernels())
def test_cross_correlation_is_the_inside_of_ndimages(pair):
    image, kernel = pair
    filtered = ndimage.correlate(image, kernel, mode="constant")
    inside = tuple(
        slice(k // 2, k // 2 + n - k + 1) for n, k in zip(image.shape, kernel.shape, strict=True)
    )
    np.testing.assert_allclose(
        solutions.cross_correlate2d(image, kernel), filtered[inside], atol=1e-12
    )


def test_cross_correlation_of_the_worked_example():
    image = np.arange(1.0, 10.0).reshape(3, 3)
    kernel = np.array([[1.0, 0.0], [-1.0, 2.0]])
    assert solutions.cross_correlate2d(image, kernel).tolist() == [[7, 9], [13, 15]]


def test_convolution_of_the_worked_example():
    image = np.arange(1.0, 10.0).reshape(3, 3)
    kernel = np.array([[1.0, 0.0], [-1.0, 2.0]])
    assert solutions.convolve2d(image, kernel).tolist() == [[5, 7], [11, 13]]


@given(images_and_kernels())
def test_turning_the_kernel_makes_a_convolution_of_a_cross_correlation(pair):
    image, kernel = pair
    turned = solutions.cross_correlate2d(image, np.rot90(kernel, 2))
    np.testing.assert_allclose(solutions.convolve2d(image, kernel), turned, atol=1e-12)


@given(seeds)
def test_convolution_is_associative(seed):
    rng = np.random.default_rng(seed)
    image, first, second = (
        rng.normal(size=(7, 8)),
        rng.normal(size=(2, 3)),
        rng.normal(size=(3, 2)),
    )
    both = signal.convolve2d(first, second)
    one_by_one = solutions.convolve2d(solutions.convolve2d(image, first), second)
    np.testing.assert_allclose(one_by_one, solutions.convolve2d(image, both), atol=1e-11)


# Layers


@given(layers())
@settings(max_examples=50)
def test_layer_is_the_sum_over_channels_of_cross_correlations(layer):
    u, weight, stride, padding, _ = layer
    bias = np.arange(1.0, len(weight) + 1)
    result = solutions.conv2d(u, weight, bias, stride, padding)
    for n, o in itertools.product(range(len(u)), range(len(weight))):
        padded = (np.pad(channel, padding) for channel in u[n])
        pairs = zip(padded, weight[o], strict=True)
        total = sum(signal.correlate2d(image, kernel, mode="valid") for image, kernel in pairs)
        expected = total[::stride, ::stride] + bias[o]
        np.testing.assert_allclose(result[n, o], expected, atol=1e-11)


@given(layers())
def test_transposed_layer_is_the_adjoint_of_the_layer(layer):
    u, weight, stride, padding, extra = layer
    y = conv2d(u, weight, stride, padding)
    x = np.random.default_rng(y.size).normal(size=y.shape)
    back = solutions.conv_transpose2d(x, weight, stride, padding, extra)
    assert back.shape == u.shape
    assert np.vdot(y, x) == pytest.approx(np.vdot(u, back), abs=1e-9)


@given(layers())
@settings(max_examples=50)
def test_transposed_layer_convolves_what_has_zeros_inserted(layer):
    u, weight, stride, _, _ = layer
    between = np.zeros((*u.shape[:2], *((n - 1) * stride + 1 for n in u.shape[2:])))
    between[:, :, ::stride, ::stride] = u
    kernels = weight.swapaxes(0, 1)
    result = solutions.conv_transpose2d(u, kernels, stride, 0, 0)
    for n, o in itertools.product(range(len(u)), range(len(weight))):
        pairs = zip(between[n], weight[o], strict=True)
        total = sum(signal.convolve2d(image, kernel) for image, kernel in pairs)
        np.testing.assert_allclose(result[n, o], total, atol=1e-11)


def test_output_padding_reaches_what_the_crop_would_cut_off():
    kernel = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    result = solutions.conv_transpose2d(np.ones((1, 1, 1, 1)), kernel, 2, 1, 1)
    assert result[0, 0].tolist() == [[5, 6], [8, 9]]


@given(layers())
@settings(max_examples=30, deadline=None)
def test_layer_agrees_with_pytorch(layer):
    u, weight, stride, padding, _ = layer
    bias = np.arange(1.0, len(weight) + 1)
    expected = functional().conv2d(*tensors(u, weight, bias), stride=stride, padding=padding)
    np.testing.assert_allclose(
        solutions.conv2d(u, weight, bias, stride, padding), expected, atol=1e-11
    )


@given(layers())
@settings(max_examples=30, deadline=None)
def test_transposed_layer_agrees_with_pytorch(layer):
    u, weight, stride, padding, extra = layer
    x = conv2d(u, weight, stride, padding)
    expected = functional().conv_transpose2d(
        *tensors(x, weight), stride=stride, padding=padding, output_padding=extra
    )
    np.testing.assert_allclose(
        solutions.conv_transpose2d(x, weight, stride, padding, extra), expected, atol=1e-11
    )


def functional():
    return pytest.importorskip("torch.nn.functional", reason="PyTorch is not installed")


def tensors(*arrays):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]


def test_reference_imports_numpy_alone():
    """It is shipped to a worker as a single file."""
    source = (content_root() / "reference" / "convolution.py").read_text("utf-8")
    imported = {
        line.split()[1].partition(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= {"__future__", "collections", "math", "typing", "numpy"}
