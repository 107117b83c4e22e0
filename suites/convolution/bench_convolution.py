"""
Convolution: sizes, padding, and the two layers that networks are made of.

Rows come before columns in every size, kernel and shape. An image is an array [H, W]; a batch of
feature maps is [N, C, H, W], with the kernels [O, C, k, l] of a convolution and [C, O, k, l] of
a transposed convolution. TensorFlow gets its own order: maps [N, H, W, C], kernels [k, l, C, O]
and [k, l, O, C]. Indices start at 0 everywhere, also where the course texts start at 1.
"""

import numpy as np

from benchharness.suite import (
    case,
    check,
    close,
    counterexamples,
    drawing,
    illustration,
    misconception,
    photograph,
    reference,
    refused,
    task,
    workload,
)

solutions = reference(__file__)


# Inputs that several tasks share


def values(rng, *shape):
    """Random numbers of both signs."""
    return rng.normal(0.0, 1.0, shape)


def read_only(array):
    """The array, which nobody can write to."""
    array.flags.writeable = False
    return array


def small_integers(draw, *shape):
    """A float array of small whole numbers, which read well."""
    return draw.array("int64", shape, -3, 3).astype(np.float64)


def pair(draw, low, high):
    """Two integers, for rows and for columns."""
    return draw.integer(low, high), draw.integer(low, high)


# Pictures that several tasks share


def pictures_of(image, expected, yours):
    """The input, the expected result and the submission's, the last two on one scale of grey."""
    yield drawing("Input", in_grey(image, image))
    yield drawing("Expected", in_grey(expected, expected))
    yield drawing("Yours", in_grey(yours, expected))


def in_grey(pixels, scale):
    """Pixels as grey levels: black is the least value of `scale`, white its largest."""
    low, high = scale.min(), scale.max()
    levels = 255 * (np.nan_to_num(pixels) - low) / max(high - low, 1e-300)
    return np.clip(levels, 0, 255).astype(np.uint8)


def some_sizes(rng):
    """A map's size and a kernel, stride and padding that differ in rows and columns."""
    k, s = rng.permutation([2, 3, 4, 5])[:2], rng.permutation([2, 3, 4])[:2]
    p = rng.permutation([1, 2, 3])[:2]
    positions = rng.permutation(np.arange(4, 12))[:2]
    left_over = s - 1
    n = (positions - 1) * s + k - 2 * p + left_over
    return as_pair(n), as_pair(k), as_pair(s), as_pair(p)


def as_pair(numbers):
    """Rows and columns as Python integers."""
    rows, columns = numbers
    return int(rows), int(columns)


def for_both(formula, *pairs):
    """A formula's result for rows and for columns."""
    rows, columns = (formula(*numbers) for numbers in zip(*pairs, strict=True))
    return rows, columns


@task(
    "conv_output_size(size: (int, int), kernel: (int, int), stride: (int, int), "
    "padding: (int, int)) -> (int, int)"
)
class ConvOutputSize:
    """
    The rows and columns of a convolutional layer's result.

    n' = ⌊(n + 2p − k) / s⌋ + 1, for rows and for columns: a map of n rows gets p rows of zeros
    above and p below, a kernel of k rows moves over it by s rows at a time, and only positions
    where it lies inside count. Each argument is a pair (rows, columns), and so is the result.
    The kernel is never larger than the padded map.
    """

    reference = solutions.conv_output_size

    @check(points=1)
    def published_layers(rng):
        """Figure 6.12 of the book, and the first layers of well-known networks."""
        for label, n, k, s, p in (
            ("figure 6.12", 5, 4, 2, 1), ("LeNet", 32, 5, 1, 0), ("AlexNet", 224, 11, 4, 2),
            ("VGG-16", 224, 3, 1, 1), ("ResNet", 224, 7, 2, 3), ("U-Net", 572, 3, 1, 0),
        ):  # fmt: skip
            yield case(label, size=(n, n), kernel=(k, k), stride=(s, s), padding=(p, p))

    @check(points=1)
    def rows_and_columns_differ(rng):
        """Random sizes, of which rows and columns are left over at the end."""
        for _ in range(4):
            size, kernel, stride, padding = some_sizes(rng)
            label = f"size {size}, kernel {kernel}, stride {stride}, padding {padding}"
            yield case(label, size=size, kernel=kernel, stride=stride, padding=padding)

    @check(points=1)
    def smallest_and_largest_kernels(rng):
        """Kernels as large as the padded map, 1 × 1 kernels, strides larger than the kernel."""
        n, m = int(rng.integers(5, 9)), int(rng.integers(10, 15))
        yield case(
            "as large as the map", size=(n, m), kernel=(n, m), stride=(2, 3), padding=(0, 0)
        )
        yield case(
            "as large as the padded map in rows",
            size=(n, m), kernel=(n + 2, 3), stride=(1, 1), padding=(1, 1),
        )  # fmt: skip
        yield case("1 × 1", size=(n, m), kernel=(1, 1), stride=(1, 1), padding=(0, 0))
        yield case("1 × 1, stride 2", size=(9, 12), kernel=(1, 1), stride=(2, 2), padding=(0, 0))
        yield case("1 × 1, padded", size=(n, m), kernel=(1, 1), stride=(1, 1), padding=(2, 1))
        yield case("a wide stride", size=(n, m), kernel=(2, 3), stride=(5, 4), padding=(0, 1))

    @misconception
    def rounded_up(size, kernel, stride, padding):
        """
        The division is rounded up; a position where the kernel sticks out does not count.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you take the ceiling.
        Example: n = 5, k = 4, s = 2, p = 1: ⌊3 / 2⌋ + 1 = 2, as in figure 6.12 of the book; you
        return ⌈3 / 2⌉ + 1 = 3.
        """
        return for_both(
            lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1, size, kernel, stride, padding
        )

    @misconception
    def rounded_to_nearest(size, kernel, stride, padding):
        """
        The division is rounded to the nearest number; it must be rounded down.

        Right is ⌊(n + 2p − k) / s⌋ + 1, with `//`; you use `round`.
        Example: n = 6, k = 3, s = 4, p = 0: ⌊3 / 4⌋ + 1 = 1; you return 2.
        """
        return for_both(
            lambda n, k, s, p: round((n + 2 * p - k) / s) + 1, size, kernel, stride, padding
        )

    @misconception
    def padding_counted_once(size, kernel, stride, padding):
        """
        The padding is counted once; it is added on both sides.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute ⌊(n + p − k) / s⌋ + 1.
        Example: n = 5, k = 3, s = 1, p = 1: 5 + 2 − 3 + 1 = 5; you return 4.
        """
        return for_both(lambda n, k, s, p: (n + p - k) // s + 1, size, kernel, stride, padding)

    @misconception
    def padding_left_out(size, kernel, stride, padding):
        """
        The padding is left out.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute ⌊(n − k) / s⌋ + 1.
        Example: n = 5, k = 3, s = 1, p = 1: 5 + 2 − 3 + 1 = 5; you return 3.
        """
        return for_both(lambda n, k, s, p: (n - k) // s + 1, size, kernel, stride, padding)

    @misconception
    def stride_and_padding_left_out(size, kernel, stride, padding):
        """
        Stride and padding are left out.

        Right is ⌊(n + 2p − k) / s⌋ + 1. You compute n − k + 1, as the course of three labs
        prints it; that is the size for stride 1 without padding.
        Example: n = 9, k = 3, s = 2, p = 0: 6 / 2 + 1 = 4; you return 7.
        """
        return for_both(lambda n, k, s, p: n - k + 1, size, kernel, stride, padding)

    @misconception
    def stride_left_out(size, kernel, stride, padding):
        """
        The stride is left out: these are all positions, not every s-th one.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute n + 2p − k + 1.
        Example: n = 5, k = 3, s = 2, p = 1: ⌊4 / 2⌋ + 1 = 3; you return 5.
        """
        return for_both(lambda n, k, s, p: n + 2 * p - k + 1, size, kernel, stride, padding)

    @misconception
    def first_position_not_counted(size, kernel, stride, padding):
        """
        These are the steps between the positions; there is one position more than steps.

        Right is ⌊(n + 2p − k) / s⌋ + 1; the + 1 is missing.
        Example: n = 5, k = 3, s = 2, p = 0: the kernel starts at 0 and at 2, two positions; you
        return 1.
        """
        return for_both(lambda n, k, s, p: (n + 2 * p - k) // s, size, kernel, stride, padding)

    @misconception
    def one_added_before_division(size, kernel, stride, padding):
        """
        The 1 is added before the division; it counts the first position and is not divided.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute ⌊(n + 2p − k + 1) / s⌋.
        Example: n = 5, k = 3, s = 2, p = 0: ⌊2 / 2⌋ + 1 = 2; you return ⌊3 / 2⌋ = 1.
        """
        return for_both(lambda n, k, s, p: (n + 2 * p - k + 1) // s, size, kernel, stride, padding)

    @misconception
    def as_if_same(size, kernel, stride, padding):
        """
        This is the size for the padding "same", whatever padding is given.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute ⌈n / s⌉.
        Example: n = 5, k = 3, s = 1, p = 0: 5 − 3 + 1 = 3; you return 5.
        """
        return for_both(lambda n, k, s, p: -(-n // s), size, kernel, stride, padding)

    @misconception
    def transposed_convolution(size, kernel, stride, padding):
        """
        This is the size of a transposed convolution, which makes maps larger.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute (n − 1)s − 2p + k.
        Example: n = 5, k = 3, s = 2, p = 1: ⌊4 / 2⌋ + 1 = 3; you return 9.
        """
        return for_both(lambda n, k, s, p: (n - 1) * s - 2 * p + k, size, kernel, stride, padding)

    @misconception
    def rows_for_both(size, kernel, stride, padding):
        """
        The rows' result is returned for the columns too.

        Each argument is a pair: the second number of each belongs to the columns.
        Example: size (5, 7), kernel (3, 3), stride (1, 1), padding (0, 0): 3 rows and 5 columns;
        you return (3, 3).
        """
        rows, _ = solutions.conv_output_size(size, kernel, stride, padding)
        return rows, rows

    @misconception
    def columns_first(size, kernel, stride, padding):
        """
        Columns come before rows; every pair of this suite is (rows, columns).

        The course texts print (width, height) in places; arrays have their rows first.
        Example: size (5, 7), kernel (3, 3), stride (1, 1), padding (0, 0): (3, 5); you return
        (5, 3).
        """
        rows, columns = solutions.conv_output_size(size, kernel, stride, padding)
        return columns, rows

    @counterexamples
    def small_maps(draw):
        kernel = pair(draw, 1, 3)
        return {
            "size": (kernel[0] + draw.integer(0, 5), kernel[1] + draw.integer(0, 5)),
            "kernel": kernel,
            "stride": pair(draw, 1, 3),
            "padding": pair(draw, 0, 2),
        }


@task(
    "conv_transpose_output_size(size: (int, int), kernel: (int, int), stride: (int, int), "
    "padding: (int, int), output_padding: (int, int)) -> (int, int)"
)
class ConvTransposeOutputSize:
    """
    The rows and columns of a transposed convolution's result.

    n' = (n − 1)s − 2p + k + output_padding, for rows and for columns: n kernels of k rows, laid
    s rows apart, of which p rows are cut off above and p below. A convolution maps s different
    sizes to n; `output_padding`, less than s, says which of them is wanted back. Each argument
    is a pair (rows, columns), and so is the result.
    """

    reference = solutions.conv_transpose_output_size

    @check(points=1)
    def published_layers(rng):
        """Figure 6.13 of the book, and layers of DCGAN and U-Net."""
        for label, n, k, s, p, extra in (
            ("figure 6.13", 2, 3, 2, 1, 1), ("DCGAN, first layer", 1, 4, 1, 0, 0),
            ("DCGAN, next layers", 4, 4, 2, 1, 0), ("the DCGAN thesis", 8, 5, 2, 2, 1),
            ("U-Net", 28, 2, 2, 0, 0),
        ):  # fmt: skip
            yield case(
                label, size=(n, n), kernel=(k, k), stride=(s, s), padding=(p, p),
                output_padding=(extra, extra),
            )  # fmt: skip

    @check(points=1)
    def rows_and_columns_differ(rng):
        """Random sizes, with rows and columns added at the end."""
        for _ in range(4):
            size, kernel, stride, padding = some_sizes(rng)
            extra = as_pair(rng.integers(1, stride))
            yield case(
                f"size {size}, kernel {kernel}, stride {stride}, padding {padding}, "
                f"output padding {extra}",
                size=size, kernel=kernel, stride=stride, padding=padding, output_padding=extra,
            )  # fmt: skip

    @check(points=1)
    def single_pixels_and_gaps(rng):
        """Maps of one row or pixel, kernels smaller than the stride, nothing cut off or added."""
        n = int(rng.integers(6, 10))
        for label, size, kernel, stride, padding, extra in (
            ("one pixel", (1, 1), (3, 4), (2, 3), (0, 0), (0, 0)),
            ("one row", (1, n), (4, 2), (2, 2), (1, 0), (1, 0)),
            ("a kernel smaller than the stride", (n, 5), (1, 2), (3, 4), (0, 0), (2, 3)),
            ("cut down to one pixel", (1, 1), (5, 3), (1, 1), (2, 1), (0, 0)),
            ("stride 1", (n, n + 1), (3, 5), (1, 1), (1, 3), (0, 0)),
        ):
            yield case(
                label, size=size, kernel=kernel, stride=stride, padding=padding,
                output_padding=extra,
            )  # fmt: skip

    @misconception
    def output_padding_left_out(size, kernel, stride, padding, output_padding):
        """
        The output padding is left out.

        Right is (n − 1)s − 2p + k + output_padding.
        Example: n = 2, k = 3, s = 2, p = 1, output padding 1: 2 − 2 + 3 + 1 = 4, as in figure
        6.13 of the book; you return 3.
        """
        return solutions.conv_transpose_output_size(size, kernel, stride, padding, (0, 0))

    @misconception
    def output_padding_on_both_sides(size, kernel, stride, padding, output_padding):
        """
        The output padding is counted twice; it is added on one side alone.

        Right is (n − 1)s − 2p + k + output_padding; you add 2 · output_padding.
        Example: n = 2, k = 3, s = 2, p = 1, output padding 1: 2 − 2 + 3 + 1 = 4; you return 5.
        """
        doubled = for_both(lambda extra: 2 * extra, output_padding)
        return solutions.conv_transpose_output_size(size, kernel, stride, padding, doubled)

    @misconception
    def convolution(size, kernel, stride, padding, output_padding):
        """
        This is the size of a convolution; the transposed one goes the other way.

        Right is (n − 1)s − 2p + k + output_padding; you compute ⌊(n + 2p − k) / s⌋ + 1.
        Example: n = 4, k = 4, s = 2, p = 1, output padding 0: 6 − 2 + 4 = 8; you return 2.
        """
        return solutions.conv_output_size(size, kernel, stride, padding)

    @misconception
    def padding_added(size, kernel, stride, padding, output_padding):
        """
        The padding is added; a transposed convolution cuts it off.

        Right is (n − 1)s − 2p + k + output_padding; you add 2p.
        Example: n = 4, k = 4, s = 2, p = 1, output padding 0: 6 − 2 + 4 = 8; you return 12.
        """
        negative = for_both(lambda p: -p, padding)
        return solutions.conv_transpose_output_size(size, kernel, stride, negative, output_padding)

    @misconception
    def padding_counted_once(size, kernel, stride, padding, output_padding):
        """
        The padding is subtracted once; it is cut off on both sides.

        Right is (n − 1)s − 2p + k + output_padding; you subtract p.
        Example: n = 4, k = 4, s = 2, p = 1, output padding 0: 6 − 2 + 4 = 8; you return 9.
        """
        return for_both(
            lambda n, k, s, p, extra: (n - 1) * s - p + k + extra,
            size, kernel, stride, padding, output_padding,
        )  # fmt: skip

    @misconception
    def padding_left_out(size, kernel, stride, padding, output_padding):
        """
        The padding is left out.

        Right is (n − 1)s − 2p + k + output_padding; you do not subtract 2p.
        Example: n = 4, k = 4, s = 2, p = 1, output padding 0: 6 − 2 + 4 = 8; you return 10.
        """
        return solutions.conv_transpose_output_size(size, kernel, stride, (0, 0), output_padding)

    @misconception
    def multiplied_by_stride(size, kernel, stride, padding, output_padding):
        """
        The size is multiplied by the stride, whatever kernel and padding are.

        Right is (n − 1)s − 2p + k + output_padding; n·s is right only where
        k + output_padding − 2p = s.
        Example: n = 2, k = 5, s = 2, p = 0, output padding 0: 2 + 5 = 7; you return 4.
        """
        return for_both(lambda n, s: n * s, size, stride)

    @misconception
    def last_step_counted(size, kernel, stride, padding, output_padding):
        """
        There are n steps of s in your sum; between n kernels there are n − 1.

        Right is (n − 1)s − 2p + k + output_padding; you compute n·s − 2p + k + output_padding.
        Example: n = 1, k = 3, s = 2, p = 0, output padding 0: one kernel, 3; you return 5.
        """
        return for_both(
            lambda n, k, s, p, extra: n * s - 2 * p + k + extra,
            size, kernel, stride, padding, output_padding,
        )  # fmt: skip

    @misconception
    def one_too_few(size, kernel, stride, padding, output_padding):
        """
        The result is one too small: the last kernel is k rows long, not k − 1.

        Right is (n − 1)s − 2p + k + output_padding; you compute with k − 1.
        Example: n = 1, k = 3, s = 2, p = 0, output padding 0: one kernel, 3; you return 2.
        """
        return for_both(
            lambda n, k, s, p, extra: (n - 1) * s - 2 * p + k - 1 + extra,
            size, kernel, stride, padding, output_padding,
        )  # fmt: skip

    @misconception
    def stride_left_out(size, kernel, stride, padding, output_padding):
        """
        The stride is left out: the kernels lie s rows apart, not one.

        Right is (n − 1)s − 2p + k + output_padding; you compute (n − 1) − 2p + k + output_padding.
        Example: n = 4, k = 4, s = 2, p = 1, output padding 0: 6 − 2 + 4 = 8; you return 5.
        """
        return solutions.conv_transpose_output_size(size, kernel, (1, 1), padding, output_padding)

    @misconception
    def rows_for_both(size, kernel, stride, padding, output_padding):
        """
        The rows' result is returned for the columns too.

        Each argument is a pair: the second number of each belongs to the columns.
        Example: size (2, 3), kernel (2, 2), stride (2, 2), no padding: (4, 6); you return (4, 4).
        """
        rows, _ = solutions.conv_transpose_output_size(
            size, kernel, stride, padding, output_padding
        )
        return rows, rows

    @misconception
    def columns_first(size, kernel, stride, padding, output_padding):
        """
        Columns come before rows; every pair of this suite is (rows, columns).

        Arrays have their rows first, and so have their shapes.
        Example: size (2, 3), kernel (2, 2), stride (2, 2), no padding: (4, 6); you return (6, 4).
        """
        rows, columns = solutions.conv_transpose_output_size(
            size, kernel, stride, padding, output_padding
        )
        return columns, rows

    @counterexamples
    def small_maps(draw):
        padding = pair(draw, 0, 1)
        stride = pair(draw, 1, 3)
        return {
            "size": pair(draw, 1, 4),
            "kernel": (2 * padding[0] + draw.integer(1, 3), 2 * padding[1] + draw.integer(1, 3)),
            "stride": stride,
            "padding": padding,
            "output_padding": (draw.integer(0, stride[0] - 1), draw.integer(0, stride[1] - 1)),
        }


# Layers and networks


def conv(out, kernel, stride=1, padding=0):
    """A convolutional layer."""
    return {"kind": "conv", "out": out, "kernel": kernel, "stride": stride, "padding": padding}


def pool(kernel, stride):
    """A pooling layer."""
    return {"kind": "pool", "kernel": kernel, "stride": stride}


def conv_transpose(out, kernel, stride, padding=0, output_padding=0):
    """A transposed convolution."""
    return {
        "kind": "conv_transpose", "out": out, "kernel": kernel, "stride": stride,
        "padding": padding, "output_padding": output_padding,
    }  # fmt: skip


def upsample(factor):
    """A layer that repeats every pixel."""
    return {"kind": "upsample", "factor": factor}


def dense(out):
    """A fully connected layer."""
    return {"kind": "dense", "out": out}


def crop_concat(index):
    """A skip connection from an earlier layer."""
    return {"kind": "crop_concat", "with": index}


FLATTEN = {"kind": "flatten"}

LENET = [
    conv(6, 5), pool(2, 2), conv(16, 5), pool(2, 2), FLATTEN, dense(120), dense(84), dense(10),
]  # fmt: skip

ALEXNET = [
    conv(96, 11, 4), pool(3, 2), conv(256, 5, 1, 2), pool(3, 2), conv(384, 3, 1, 1),
    conv(384, 3, 1, 1), conv(256, 3, 1, 1), pool(3, 2), FLATTEN, dense(4096), dense(4096),
    dense(1000),
]  # fmt: skip

CIFAR = [
    conv(64, 5, padding="same"), pool(2, 2), conv(64, 5, padding="same"), pool(2, 2), FLATTEN,
    dense(256), dense(128), dense(10),
]  # fmt: skip

DISCRIMINATOR = [
    *(conv(out, 5, stride, "same") for out, stride in (
        (64, 2), (128, 2), (256, 2), (512, 1), (1024, 2),
    )),
    FLATTEN, dense(1),
]  # fmt: skip

GENERATOR = [
    *(conv_transpose(out, 5, 2, 2, 1) for out in (512, 256, 128, 64)),
    conv_transpose(3, 5, 1, 2),
]


def vgg_16():
    """Thirteen convolutions in five blocks, then three fully connected layers."""
    layers = []
    for out, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [conv(out, 3, padding=1)] * repeats + [pool(2, 2)]
    return [*layers, FLATTEN, dense(4096), dense(4096), dense(1000)]


def u_net():
    """Four steps down, four steps up, each joined to its like."""
    layers = []
    for out in (64, 128, 256, 512):
        layers += [conv(out, 3), conv(out, 3), pool(2, 2)]
    layers += [conv(1024, 3), conv(1024, 3)]
    for out, skip in ((512, 10), (256, 7), (128, 4), (64, 1)):
        layers += [conv_transpose(out, 2, 2), crop_concat(skip), conv(out, 3), conv(out, 3)]
    return [*layers, conv(2, 1)]


def every_kind(rng):
    """An input shape and a network in which every kind of layer occurs, and fits."""
    channels = [int(c) for c in rng.permutation(np.arange(2, 20))[:7]]
    kernel, stride = int(rng.integers(3, 6)), int(rng.integers(2, 4))
    one_row_left_over = 2 * int(rng.integers(17, 24)) + kernel + 1
    no_column_left_over = 2 * int(rng.integers(30, 38)) + kernel
    return (channels[0], one_row_left_over, no_column_left_over), [
        conv(channels[1], kernel, 2, 1),
        conv(channels[2], int(rng.choice([2, 4])), stride, "same"),
        conv_transpose(channels[3], stride + 3, stride, 1, 1),
        pool(3, 2),
        crop_concat(0),
        upsample(int(rng.integers(2, 4))),
        conv(channels[4], 4, 1, "same"),
        conv(channels[5], 3),
        crop_concat(5),
        FLATTEN,
        dense(int(rng.integers(50, 90))),
        dense(channels[6]),
    ]


def shapes_with(input_shape, layers, *, refuse=True, **changed):
    """The network's shapes where functions are given for some kinds of layer."""
    shapes = []
    shape = tuple(input_shape)
    for layer in layers:
        shape = changed.get(layer["kind"], solutions.layer_shape)(layer, shape, shapes)
        if refuse and min(shape) < 1:
            raise ValueError("the layer does not fit")
        shapes.append(shape)
    return shapes


def by_formula(formula):
    """A `conv` layer whose rows and columns follow from `formula(n, k, s, p)`, if not "same"."""

    def shape_after(layer, shape, earlier):
        if layer["padding"] == "same":
            return solutions.layer_shape(layer, shape, earlier)
        k, s, p = layer["kernel"], layer["stride"], layer["padding"]
        return (layer["out"], *(formula(n, k, s, p) for n in shape[1:]))

    return shape_after


def same_by_formula(formula):
    """A `conv` layer whose rows and columns follow from `formula(n, k, s)`, if "same"."""

    def shape_after(layer, shape, earlier):
        if layer["padding"] != "same":
            return solutions.layer_shape(layer, shape, earlier)
        return (layer["out"], *(formula(n, layer["kernel"], layer["stride"]) for n in shape[1:]))

    return shape_after


def pool_by_formula(formula):
    """A `pool` layer whose rows and columns follow from `formula(n, k, s)`."""

    def shape_after(layer, shape, earlier):
        solutions.layer_shape(layer, shape, earlier)
        return (shape[0], *(formula(n, layer["kernel"], layer["stride"]) for n in shape[1:]))

    return shape_after


def transpose_by_formula(formula):
    """A `conv_transpose` layer whose rows and columns follow from `formula(n, k, s, p, extra)`."""

    def shape_after(layer, shape, earlier):
        settings = (layer[name] for name in ("kernel", "stride", "padding", "output_padding"))
        k, s, p, extra = settings
        return (layer["out"], *(formula(n, k, s, p, extra) for n in shape[1:]))

    return shape_after


def small_layer(draw):
    """A layer of any kind with small settings."""
    kernel, stride, out = draw.integer(1, 3), draw.integer(1, 2), draw.integer(1, 3)
    return draw.choice(
        [
            conv(out, kernel, stride, draw.choice((0, 1, "same"))),
            pool(kernel, stride),
            conv_transpose(out, kernel, stride, draw.integer(0, 1), draw.integer(0, stride - 1)),
            upsample(2),
            FLATTEN,
            dense(out),
            crop_concat(draw.integer(0, 1)),
        ]
    )


def fitting(input_shape, layers, layer):
    """The layer, if it fits behind the others; else none."""
    try:
        solutions.network_shapes(input_shape, [*layers, layer])
    except (ValueError, IndexError):  # an IndexError where there is no such earlier layer
        return []
    return [layer]


@task("network_shapes(input_shape: (int, int, int), layers: list[dict]) -> list[(int, int, int)]")
class NetworkShapes:
    """
    The shapes (C, H, W) that a network's layers put out, one for each layer.

    The input's shape is not in the list. Each layer is a dict; its `"kind"` says what else is in
    it, and what comes of a map (C, H, W). n stands for H and for W; kernels are square.

    - `conv`: `out`, `kernel` k, `stride` s, `padding` p. `out` channels, n' =
      ⌊(n + 2p − k) / s⌋ + 1. With the word "same" for `padding`: n' = ⌈n / s⌉.
    - `pool`: `kernel` k, `stride` s. The same channels, n' = ⌊(n − k) / s⌋ + 1.
    - `conv_transpose`: `out`, `kernel` k, `stride` s, `padding` p, `output_padding`. `out`
      channels, n' = (n − 1)s − 2p + k + output_padding.
    - `upsample`: `factor` f. The same channels, n' = f·n.
    - `flatten`: (C·H·W, 1, 1).
    - `dense`: `out`. (out, 1, 1).
    - `crop_concat`: `with`, the index of an earlier layer, counted from 0, the first layer. That
      layer's map is cropped to H × W around its centre and joined to this one: the channels of
      both add up, H and W stay.

    A layer that does not fit raises ValueError: a kernel larger than the (padded) map; a `with`
    whose map has fewer rows or columns than the current one.
    """

    reference = solutions.network_shapes

    @check(points=2)
    def every_kind_of_layer(rng):
        """Networks in which every kind of layer occurs, with random settings."""
        for number in (1, 2, 3):
            input_shape, layers = every_kind(rng)
            yield case(f"a random network ({number})", input_shape=input_shape, layers=layers)
        yield case(
            "the padding same",
            input_shape=(3, 3 * int(rng.integers(5, 9)) + 1, 24),
            layers=[conv(5, 4, 1, "same"), conv(7, 5, 3, "same"), conv(4, 2, 2, "same")],
        )
        yield case(
            "overlapping and spaced pools",
            input_shape=(4, 2 * int(rng.integers(20, 30)), 37),
            layers=[pool(3, 2), pool(3, 1), pool(2, 3)],
        )
        yield case("no layers at all", input_shape=(1, 2, 3), layers=[])

    @check(points=2)
    def published_networks(rng):
        """U-Net, LeNet, AlexNet, VGG-16, the thesis' DCGAN, the labs' CIFAR network."""
        yield case("U-Net, 572 to 388", input_shape=(1, 572, 572), layers=u_net())
        yield case("LeNet, 32 to 16 × 5 × 5", input_shape=(1, 32, 32), layers=LENET)
        yield case("AlexNet, 227 to 256 × 6 × 6", input_shape=(3, 227, 227), layers=ALEXNET)
        yield case("VGG-16, 224 to 512 × 7 × 7", input_shape=(3, 224, 224), layers=vgg_16())
        yield case("DCGAN's discriminator", input_shape=(3, 128, 128), layers=DISCRIMINATOR)
        yield case("DCGAN's generator, 8 to 128", input_shape=(1024, 8, 8), layers=GENERATOR)
        yield case("the CIFAR network, 24 to 6", input_shape=(3, 24, 24), layers=CIFAR)

    @check(points=1)
    def layers_that_do_not_fit(rng):
        """Layers that just fit, and layers that must raise ValueError."""
        n = int(rng.integers(5, 9))
        wide, high, column = (2, n, n + 3), (2, n + 3, n), (2, n, 1)
        three = [conv(4, 3), conv(5, 2), conv(6, 1)]
        larger = [conv(4, 3), conv_transpose(5, 3, 1)]
        square = [conv(3, 3), FLATTEN, upsample(n - 1)]
        wider = [conv(3, 1), upsample(2), conv(4, n + 2)]
        for label, input_shape, layers in (
            ("a kernel of the padded map's size", wide, [conv(3, n + 2, 1, 1)]),
            ("a pool of the map's rows", wide, [pool(n, 2)]),
            ("cut down to 1 × 1", (2, 1, 1), [conv_transpose(3, 5, 2, 2)]),
            ("joined to a map of its own size", wide, [*three, crop_concat(1)]),
            ("joined to the layer before", wide, [*three, crop_concat(2)]),
            ("joined to the first layer", wide, [*three, crop_concat(0)]),
        ):
            yield case(label, input_shape=input_shape, layers=layers)
        for label, input_shape, layers in (
            ("a kernel with one row too many", wide, [conv(3, n + 3, 1, 1)]),
            ("a kernel with one column too many", high, [conv(3, n + 3, 1, 1)]),
            ("a kernel far too large", wide, [conv(3, n + 9, 2)]),
            ("a pool with one row too many", wide, [pool(n + 1, 1)]),
            ("a pool with one column too many", column, [pool(2, 2)]),
            ("joined to a smaller map", wide, [*larger, crop_concat(0)]),
            ("joined to a map with one row too few", wide, [*square, crop_concat(0)]),
            ("joined to a map with one column too few", high, [*square, crop_concat(0)]),
            ("joined to a narrower map with more rows", wide, [*wider, crop_concat(0)]),
            ("joined to a lower map with more columns", high, [*wider, crop_concat(0)]),
        ):
            yield refused(label, input_shape=input_shape, layers=layers)

    @misconception
    def channels_not_added(input_shape, layers):
        """
        `crop_concat` keeps the number of channels; those of the earlier map are added.

        Joined maps stand one behind the other: C + C' channels.
        Example: in U-Net, 512 × 56 × 56 joined to a map with 512 channels is 1024 × 56 × 56; you
        return 512 × 56 × 56.
        """

        def joined(layer, shape, earlier):
            solutions.layer_shape(layer, shape, earlier)
            return shape

        return shapes_with(input_shape, layers, crop_concat=joined)

    @misconception
    def current_map_enlarged(input_shape, layers):
        """
        `crop_concat` takes the earlier map's rows and columns; that map is the one to be cropped.

        H and W stay those of the current map.
        Example: in U-Net, 512 × 56 × 56 joined to 512 × 64 × 64 is 1024 × 56 × 56; you return
        1024 × 64 × 64.
        """

        def joined(layer, shape, earlier):
            channels, _, _ = solutions.layer_shape(layer, shape, earlier)
            return (channels, *earlier[layer["with"]][1:])

        return shapes_with(input_shape, layers, crop_concat=joined)

    @misconception
    def input_counted_as_a_layer(input_shape, layers):
        """
        `with` is counted from the input; 0 is the output of the first layer.

        You keep the input's shape at the head of the list that `with` points into.
        Example: after conv(out=4) on an input of 2 channels, `with` 0 adds 4 channels; you add 2.
        """

        def joined(layer, shape, earlier):
            return solutions.layer_shape(layer, shape, [tuple(input_shape), *earlier])

        return shapes_with(input_shape, layers, crop_concat=joined)

    @misconception
    def smaller_map_accepted(input_shape, layers):
        """
        `crop_concat` accepts an earlier map that is smaller; there is nothing to crop from it.

        Right is to raise ValueError if it has fewer rows or fewer columns than the current map.
        Example: 5 × 8 × 11 joined to 4 × 6 × 9: ValueError; you return 9 × 8 × 11.
        """

        def joined(layer, shape, earlier):
            if 0 <= layer["with"] < len(earlier):
                return (shape[0] + earlier[layer["with"]][0], *shape[1:])
            raise ValueError("no earlier layer")

        return shapes_with(input_shape, layers, crop_concat=joined)

    @misconception
    def too_small_results_accepted(input_shape, layers):
        """
        A layer that does not fit gets a shape with no rows or columns, or less.

        Right is to raise ValueError when a kernel is larger than the (padded) map, or when a
        result has less than one row or column.
        Example: a 5 × 5 kernel on 3 × 3 pixels: ValueError; you return −1 × −1.
        """
        return shapes_with(
            input_shape,
            layers,
            refuse=False,
            conv=by_formula(lambda n, k, s, p: (n + 2 * p - k) // s + 1),
            pool=lambda layer, shape, _: (
                shape[0],
                *((n - layer["kernel"]) // layer["stride"] + 1 for n in shape[1:]),
            ),
            conv_transpose=transpose_by_formula(
                lambda n, k, s, p, extra: (n - 1) * s - 2 * p + k + extra
            ),
        )

    @misconception
    def stride_left_out(input_shape, layers):
        """
        The stride of `conv` is left out, also with the padding "same".

        Right is ⌊(n + 2p − k) / s⌋ + 1, and ⌈n / s⌉ for "same"; you compute with s = 1.
        Example: n = 128, k = 5, s = 2, "same": 64; you return 128.
        """

        def convolved(layer, shape, earlier):
            return solutions.layer_shape(layer | {"stride": 1}, shape, earlier)

        return shapes_with(input_shape, layers, conv=convolved)

    @misconception
    def stride_and_padding_left_out(input_shape, layers):
        """
        `conv` is computed without stride and padding.

        Right is ⌊(n + 2p − k) / s⌋ + 1. You compute n − k + 1, as the course of three labs
        prints it; that is the size for stride 1 without padding.
        Example: n = 224, k = 3, s = 1, p = 1: 224; you return 222.
        """
        return shapes_with(input_shape, layers, conv=by_formula(lambda n, k, s, p: n - k + 1))

    @misconception
    def padding_counted_once(input_shape, layers):
        """
        The padding of `conv` is counted once; it is added on both sides.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you compute ⌊(n + p − k) / s⌋ + 1.
        Example: n = 224, k = 3, s = 1, p = 1: 224; you return 223.
        """
        formula = by_formula(lambda n, k, s, p: (n + p - k) // s + 1)
        return shapes_with(input_shape, layers, conv=formula)

    @misconception
    def conv_rounded_up(input_shape, layers):
        """
        The division in `conv` is rounded up; a position where the kernel sticks out is none.

        Right is ⌊(n + 2p − k) / s⌋ + 1; you take the ceiling.
        Example: n = 6, k = 3, s = 2, p = 0: ⌊3 / 2⌋ + 1 = 2; you return 3.
        """
        formula = by_formula(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1)
        return shapes_with(input_shape, layers, conv=formula)

    @misconception
    def same_ignores_stride(input_shape, layers):
        """
        The padding "same" keeps the size whatever the stride is.

        Right is ⌈n / s⌉: only with stride 1 is the size the same.
        Example: n = 128, k = 5, s = 2, "same": 64; you return 128.
        """
        return shapes_with(input_shape, layers, conv=same_by_formula(lambda n, k, s: n))

    @misconception
    def same_rounded_down(input_shape, layers):
        """
        The padding "same" divides by the stride and rounds down; it rounds up.

        Right is ⌈n / s⌉; you compute ⌊n / s⌋.
        Example: n = 25, s = 2, "same": 13; you return 12.
        """
        return shapes_with(input_shape, layers, conv=same_by_formula(lambda n, k, s: n // s))

    @misconception
    def same_as_half_the_kernel(input_shape, layers):
        """
        "same" is computed with the padding ⌊k / 2⌋, which is too much for an even kernel.

        Right is ⌈n / s⌉, whatever k is.
        Example: n = 24, k = 4, s = 1, "same": 24; with p = 2 you return 25.
        """
        formula = same_by_formula(lambda n, k, s: (n + 2 * (k // 2) - k) // s + 1)
        return shapes_with(input_shape, layers, conv=formula)

    @misconception
    def same_as_half_of_one_less(input_shape, layers):
        """
        "same" is computed with the padding ⌊(k − 1) / 2⌋, which is too little for an even kernel.

        Right is ⌈n / s⌉, whatever k is.
        Example: n = 24, k = 4, s = 1, "same": 24; with p = 1 you return 23.
        """
        formula = same_by_formula(lambda n, k, s: (n + 2 * ((k - 1) // 2) - k) // s + 1)
        return shapes_with(input_shape, layers, conv=formula)

    @misconception
    def channels_kept_by_conv(input_shape, layers):
        """
        `conv` keeps the number of channels; it has `out` of them.

        Every kernel reaches over all channels and makes one new channel.
        Example: conv(out=6, kernel=5) on 1 × 32 × 32 gives 6 × 28 × 28; you return 1 × 28 × 28.
        """

        def convolved(layer, shape, earlier):
            return solutions.layer_shape(layer | {"out": shape[0]}, shape, earlier)

        return shapes_with(input_shape, layers, conv=convolved)

    @misconception
    def channels_multiplied_by_conv(input_shape, layers):
        """
        `conv` multiplies the number of channels by `out`; it has `out` of them.

        Every kernel reaches over all channels and adds them up to one new channel.
        Example: conv(out=16) on 6 channels gives 16; you return 96.
        """

        def convolved(layer, shape, earlier):
            return solutions.layer_shape(layer | {"out": shape[0] * layer["out"]}, shape, earlier)

        return shapes_with(input_shape, layers, conv=convolved)

    @misconception
    def pools_rounded_up(input_shape, layers):
        """
        The division in `pool` is rounded up; a window that sticks out does not count.

        Right is ⌊(n − k) / s⌋ + 1; you take the ceiling.
        Example: n = 6, k = 3, s = 2: ⌊3 / 2⌋ + 1 = 2; you return 3.
        """
        formula = pool_by_formula(lambda n, k, s: -(-(n - k) // s) + 1)
        return shapes_with(input_shape, layers, pool=formula)

    @misconception
    def pools_never_overlap(input_shape, layers):
        """
        `pool` divides by its kernel; its stride is left out.

        Right is ⌊(n − k) / s⌋ + 1; ⌊n / k⌋ is that only where s = k.
        Example: n = 55, k = 3, s = 2: 52 / 2 + 1 = 27; you return 18.
        """
        return shapes_with(input_shape, layers, pool=pool_by_formula(lambda n, k, s: n // k))

    @misconception
    def pool_kernel_left_out(input_shape, layers):
        """
        `pool` divides by its stride; its kernel is left out.

        Right is ⌊(n − k) / s⌋ + 1; ⌊n / s⌋ is that only where s = k.
        Example: n = 6, k = 3, s = 1: 3 + 1 = 4; you return 6.
        """
        return shapes_with(input_shape, layers, pool=pool_by_formula(lambda n, k, s: n // s))

    @misconception
    def transposed_like_conv(input_shape, layers):
        """
        `conv_transpose` has the size of a convolution; it goes the other way.

        Right is (n − 1)s − 2p + k + output_padding; you compute ⌊(n + 2p − k) / s⌋ + 1.
        Example: n = 8, k = 5, s = 2, p = 2, output_padding = 1: 14 − 4 + 5 + 1 = 16; you
        return 4.
        """
        formula = transpose_by_formula(lambda n, k, s, p, extra: (n + 2 * p - k) // s + 1)
        return shapes_with(input_shape, layers, conv_transpose=formula)

    @misconception
    def output_padding_left_out(input_shape, layers):
        """
        `conv_transpose` is computed without its output padding.

        Right is (n − 1)s − 2p + k + output_padding.
        Example: n = 8, k = 5, s = 2, p = 2, output_padding = 1: 14 − 4 + 5 + 1 = 16; you
        return 15.
        """
        formula = transpose_by_formula(lambda n, k, s, p, extra: (n - 1) * s - 2 * p + k)
        return shapes_with(input_shape, layers, conv_transpose=formula)

    @misconception
    def transposed_padding_added(input_shape, layers):
        """
        The padding of `conv_transpose` is added; it is cut off.

        Right is (n − 1)s − 2p + k + output_padding; you add 2p.
        Example: n = 8, k = 5, s = 2, p = 2, output_padding = 1: 14 − 4 + 5 + 1 = 16; you
        return 24.
        """
        formula = transpose_by_formula(lambda n, k, s, p, extra: (n - 1) * s + 2 * p + k + extra)
        return shapes_with(input_shape, layers, conv_transpose=formula)

    @misconception
    def multiplied_by_stride(input_shape, layers):
        """
        `conv_transpose` multiplies the size by the stride, whatever kernel and padding are.

        Right is (n − 1)s − 2p + k + output_padding; n·s is right only where
        k + output_padding − 2p = s.
        Example: n = 8, k = 5, s = 2, p = 1, output_padding = 0: 14 − 2 + 5 = 17; you return 16.
        """
        formula = transpose_by_formula(lambda n, k, s, p, extra: n * s)
        return shapes_with(input_shape, layers, conv_transpose=formula)

    @misconception
    def sub_pixel_convolution(input_shape, layers):
        """
        `upsample` takes the factor from the channels; they stay as many.

        Right is (C, f·H, f·W): every pixel is repeated. To move channels into pixels is another
        layer, the sub-pixel convolution.
        Example: 8 × 3 × 3 by 2 is 8 × 6 × 6; you return 2 × 6 × 6.
        """

        def enlarged(layer, shape, earlier):
            f = layer["factor"]
            return (max(shape[0] // f**2, 1), f * shape[1], f * shape[2])

        return shapes_with(input_shape, layers, upsample=enlarged)

    @misconception
    def channels_kept_by_flatten(input_shape, layers):
        """
        `flatten` keeps the channels apart; it makes one vector of all numbers.

        Right is (C·H·W, 1, 1); you return (C, H·W, 1).
        Example: 16 × 5 × 5 becomes 400 × 1 × 1; you return 16 × 25 × 1.
        """

        def flattened(layer, shape, earlier):
            return (shape[0], shape[1] * shape[2], 1)

        return shapes_with(input_shape, layers, flatten=flattened)

    @misconception
    def one_number_a_channel(input_shape, layers):
        """
        `flatten` leaves one number of each channel; it keeps them all.

        Right is (C·H·W, 1, 1). One number a channel is what global pooling leaves.
        Example: 16 × 5 × 5 becomes 400 × 1 × 1; you return 16 × 1 × 1.
        """

        def flattened(layer, shape, earlier):
            return (shape[0], 1, 1)

        return shapes_with(input_shape, layers, flatten=flattened)

    @misconception
    def rows_for_both(input_shape, layers):
        """
        The maps are taken to be square: the columns follow from the rows.

        H and W are computed separately, each from its own size.
        Example: conv(out=6, kernel=5) on 1 × 32 × 48 gives 6 × 28 × 44; you return 6 × 28 × 28.
        """
        channels, rows, _ = input_shape
        return solutions.network_shapes((channels, rows, rows), layers)

    @misconception
    def input_included(input_shape, layers):
        """
        The list starts with the input's shape; it has one shape for each layer.

        Right is the list of what the layers put out.
        Example: one layer conv(out=6, kernel=5) on 1 × 32 × 32: [(6, 28, 28)]; you return two
        shapes.
        """
        return [tuple(input_shape), *solutions.network_shapes(input_shape, layers)]

    @misconception
    def last_shape_only(input_shape, layers):
        """
        Only the last layer's shape is returned; every layer's is asked for.

        Append each shape to a list, in the order of the layers.
        Example: LeNet has eight layers, and so eight shapes; you return [(10, 1, 1)].
        """
        return solutions.network_shapes(input_shape, layers)[-1:]

    @counterexamples
    def short_networks(draw):
        rows = draw.integer(5, 7)
        input_shape = (draw.integer(1, 3), rows, rows + draw.integer(0, 2))
        layers = []
        for _ in range(draw.integer(1, 3)):
            layers += fitting(input_shape, layers, small_layer(draw))
        return {"input_shape": input_shape, "layers": layers}


MODES = ("zeros", "reflect", "replicate", "circular")
NAMES_IN_NUMPY = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}


@task("pad2d(image: float[H, W], width: int, mode: str) -> float[H+2w, W+2w]")
class Pad2d:
    """
    An image with a border of `width` pixels on all four sides.

    `mode` says what stands in the border; the row 1 2 3, padded by 2, becomes

    - zeros: 0 0 1 2 3 0 0
    - reflect: 3 2 1 2 3 2 1, mirrored at the outermost pixels, which are not repeated
    - replicate: 1 1 1 2 3 3 3, the nearest pixel
    - circular: 2 3 1 2 3 1 2, as if the image were laid side by side

    Rows are padded, and then columns, corners included. With `reflect`, the width is less than H
    and W; with `circular`, it is at most H and W; it may be 0. Any other mode raises ValueError.
    """

    reference = solutions.pad2d

    @check(points=1)
    def worked_example(rng):
        """The lecture notes' (1, 2, 3) by 2, in an image of three rows, in all modes."""
        image = np.arange(1.0, 10.0).reshape(3, 3)
        for mode in MODES:
            yield case(f"1 to 9, {mode}", image=image, width=2, mode=mode)
        wider = np.arange(1.0, 21.0).reshape(4, 5)
        for mode in ("reflect", "circular"):
            yield case(f"1 to 20, {mode}", image=wider, width=2, mode=mode)

    @check(points=1)
    def random_images(rng):
        """Random images in all modes, by one to four pixels."""
        widths = [int(width) for width in rng.permutation([1, 2, 3, 4])]
        for mode, width in zip(MODES, widths, strict=True):
            image = values(rng, *rng.permutation([6, 9]))
            yield case(f"{mode} by {width}", image=image, width=width, mode=mode)
            yield case(f"{mode} by 3", image=values(rng, 5, 7).T, width=3, mode=mode)

    @check(points=1)
    def widest_borders_and_none(rng):
        """The width 0, the widest borders that are allowed, single rows and pixels."""
        for mode in MODES:
            yield case(f"{mode} by 0", image=values(rng, 3, 4), width=0, mode=mode)
        yield case("reflect by H − 1", image=values(rng, 4, 6), width=3, mode="reflect")
        yield case("circular by W", image=values(rng, 5, 3), width=3, mode="circular")
        yield case("one row, circular", image=values(rng, 1, 5), width=1, mode="circular")
        yield case("one column, replicate", image=values(rng, 5, 1), width=4, mode="replicate")
        yield case("one pixel, replicate", image=values(rng, 1, 1), width=3, mode="replicate")
        yield case("one pixel, zeros", image=values(rng, 1, 1), width=2, mode="zeros")
        image = read_only(values(rng, 8, 10))
        yield case("every second pixel, reflect", image=image[::-2, ::2], width=2, mode="reflect")
        yield case("upside down, circular", image=image[::-1, ::-1], width=1, mode="circular")

    @check(points=1)
    def unknown_modes(rng):
        """The four modes, and words of other libraries that must raise ValueError."""
        image = values(rng, 3, 5)
        for mode in MODES:
            yield case(mode, image=image, width=1, mode=mode)
        for mode in ("symmetric", "edge", "wrap", "constant", "mirror", ""):
            yield refused(f"the mode {mode!r}", image=image, width=1, mode=mode)

    @misconception
    def edge_repeated(image, width, mode):
        """
        `reflect` repeats the outermost pixel; it is the mirror, and stands there once.

        Right is 3 2 1 2 3 2 1 for the row 1 2 3; you return 2 1 1 2 3 3 2, which NumPy calls
        `symmetric`.
        Example: 1 2 3 by 1 becomes 2 1 2 3 2; you return 1 1 2 3 3.
        """
        if mode == "reflect":
            return np.pad(image, width, mode="symmetric")
        return solutions.pad2d(image, width, mode)

    @misconception
    def circular_the_wrong_way(image, width, mode):
        """
        `circular` takes the border from the near side; it comes from the far one.

        Left of the first column stands the last one, as if the image were laid side by side.
        Example: 1 2 3 by 2 becomes 2 3 1 2 3 1 2; you return 1 2 1 2 3 2 3.
        """
        if mode != "circular":
            return solutions.pad2d(image, width, mode)
        rows, columns = (
            np.r_[np.arange(width), np.arange(n), np.arange(n - width, n)] for n in image.shape
        )
        return image[np.ix_(rows, columns)]

    @misconception
    def circular_mirrored(image, width, mode):
        """
        `circular` takes the right pixels in the wrong order: they are mirrored.

        Left of the first column stands the last one, and left of it the last but one.
        Example: 1 2 3 4 by 2 becomes 3 4 1 2 3 4 1 2; you return 4 3 1 2 3 4 2 1.
        """
        if mode != "circular":
            return solutions.pad2d(image, width, mode)
        rows, columns = (
            np.r_[np.arange(n)[::-1][:width], np.arange(n), np.arange(width)[::-1]]
            for n in image.shape
        )
        return image[np.ix_(rows, columns)]

    @misconception
    def reflect_for_circular(image, width, mode):
        """
        `circular` mirrors the image; it continues with the other side.

        Right is 2 3 1 2 3 1 2 for the row 1 2 3; a mirror is what `reflect` is.
        Example: 1 2 3 by 1 becomes 3 1 2 3 1; you return 2 1 2 3 2.
        """
        if mode == "circular":
            return np.pad(image, width, mode="reflect")
        return solutions.pad2d(image, width, mode)

    @misconception
    def circular_for_reflect(image, width, mode):
        """
        `reflect` continues with the other side; it is a mirror at the outermost pixel.

        Right is 3 2 1 2 3 2 1 for the row 1 2 3; you return what `circular` is.
        Example: 1 2 3 by 1 becomes 2 1 2 3 2; you return 3 1 2 3 1.
        """
        return solutions.pad2d(image, width, "circular" if mode == "reflect" else mode)

    @misconception
    def mirror_not_reversed(image, width, mode):
        """
        `reflect` takes the right pixels in the wrong order: they are not reversed.

        Next to the outermost pixel stands its neighbour, then the next one: it is a mirror.
        Example: 1 2 3 4 by 2 becomes 3 2 1 2 3 4 3 2; you return 2 3 1 2 3 4 2 3.
        """
        if mode != "reflect":
            return solutions.pad2d(image, width, mode)
        rows, columns = (
            np.r_[1 : width + 1, 0:n, n - 1 - width : n - 1].astype(np.int64) for n in image.shape
        )
        return image[np.ix_(rows, columns)]

    @misconception
    def always_zeros(image, width, mode):
        """
        The border is zero in every mode.

        `mode` says what stands in the border; only "zeros" is zero.
        Example: 1 2 3 by 1, replicate, becomes 1 1 2 3 3; you return 0 1 2 3 0.
        """
        solutions.pad2d(image, 0, mode)
        return np.pad(image, width)

    @misconception
    def corners_left_empty(image, width, mode):
        """
        The corners of the border are zero.

        Rows are padded first, and then columns, border rows included.
        Example: a single pixel 5 by 1, replicate, becomes 3 × 3 fives; you return zeros in the
        four corners.
        """
        padded = solutions.pad2d(image, width, mode).copy()
        rows, columns = (np.r_[:width, n + width : n + 2 * width] for n in image.shape)
        padded[np.ix_(rows.astype(np.int64), columns.astype(np.int64))] = 0
        return padded

    @misconception
    def columns_only(image, width, mode):
        """
        Only the columns are padded; the border is on all four sides.

        Right is the shape (H + 2w, W + 2w).
        Example: an image of 3 × 3 by 1 becomes 5 × 5; you return 3 × 5.
        """
        return solutions.pad2d(image, width, mode)[width : len(image) + width]

    @misconception
    def below_and_right_only(image, width, mode):
        """
        The whole border stands below and to the right; half of it belongs above and to the left.

        Right is `width` pixels on each side.
        Example: 1 2 3 by 1, zeros, becomes 0 1 2 3 0; you return 1 2 3 0 0.
        """
        solutions.pad2d(image, 0, mode)
        name = NAMES_IN_NUMPY.get(mode, mode)
        return np.pad(image, (0, 2 * width), mode=name)

    @misconception
    def width_in_all(image, width, mode):
        """
        The width is divided between the two sides; each side gets all of it.

        Right is the shape (H + 2w, W + 2w); yours is (H + w, W + w).
        Example: 1 2 3 by 2, zeros, becomes 0 0 1 2 3 0 0; you return 0 1 2 3 0.
        """
        solutions.pad2d(image, 0, mode)
        name = NAMES_IN_NUMPY.get(mode, mode)
        return np.pad(image, (width // 2, width - width // 2), mode=name)

    @misconception
    def doubled_by_width_zero(image, width, mode):
        """
        The width 0 doubles the image: `image[-0:]` is the whole image, not an empty one.

        Right is the image itself. Count from the front: `image[len(image) - width:]`.
        Example: the pixel 5 by 0, circular, stays one pixel; you return 2 × 2 fives.
        """
        if mode != "circular" or width:
            return solutions.pad2d(image, width, mode)
        return np.tile(image, (2, 2))

    @misconception
    def unknown_modes_as_zeros(image, width, mode):
        """
        An unknown mode pads with zeros in silence.

        Right is to raise ValueError: a misspelt mode would give wrong borders.
        Example: the mode "wrap": ValueError; you return a border of zeros.
        """
        return solutions.pad2d(image, width, mode if mode in MODES else "zeros")

    @misconception
    def names_of_numpy_accepted(image, width, mode):
        """
        The names that NumPy has for its modes are accepted.

        Right is to raise ValueError for every mode but zeros, reflect, replicate and circular.
        Example: the mode "wrap": ValueError; you return what `circular` is.
        """
        name = NAMES_IN_NUMPY.get(mode, mode)
        return np.pad(image, width, mode=name)

    @counterexamples
    def small_images(draw):
        return {
            "image": small_integers(draw, (3, 4), (3, 4)),
            "width": draw.integer(0, 2),
            "mode": draw.choice(MODES),
        }

    @workload(sizes=(128, 512, 1024))
    def reflected(rng, size):
        """A square image of that side, mirrored by eight pixels."""
        return {"image": rng.random((size, size)), "width": 8, "mode": "reflect"}

    @illustration
    def pictures(expected, yours, image, width, mode):
        yield from pictures_of(image, expected, yours)


# Two images


COINS_CORNER = (slice(60, 124), slice(100, 180))


def coins_corner():
    """Some of the photographed coins, 64 by 80 pixels of float."""
    return photograph("coins")[COINS_CORNER].astype(np.float64)


def emphasis(rng):
    """A 3 by 3 kernel of different whole numbers, so that no turn of it is the same."""
    return rng.permutation(np.arange(-4.0, 5.0)).reshape(3, 3)


def laid_out(rng):
    """Images and kernels in layouts that differ from C order."""
    yield case(
        "read-only", image=read_only(values(rng, 7, 9)), kernel=read_only(values(rng, 3, 2))
    )
    yield case("transposed", image=values(rng, 9, 7).T, kernel=values(rng, 2, 3).T)
    yield case(
        "upside down", image=values(rng, 8, 6)[::-1, ::-1], kernel=values(rng, 3, 3)[::-1, ::-1]
    )
    yield case(
        "every second pixel", image=values(rng, 14, 20)[::2, ::2], kernel=values(rng, 2, 6)[:, ::2]
    )


def odd_and_even_kernels(rng):
    """Kernels of several shapes on images that are not square."""
    for shape in ((3, 3), (2, 3), (4, 2), (5, 3), (2, 2), (1, 4)):
        image = values(rng, *(rng.permutation(5) + 6)[:2])
        yield case(f"a kernel of shape {shape}", image=image, kernel=values(rng, *shape))


def smallest_and_largest_kernels(rng):
    """Kernels of one pixel, of one row and column, and as large as the image."""
    yield case("as wide as the image", image=values(rng, 6, 5), kernel=values(rng, 2, 5))
    yield case("as high as the image", image=values(rng, 5, 6), kernel=values(rng, 5, 3))
    yield case("as large as the image", image=values(rng, 5, 5), kernel=values(rng, 5, 5))
    yield case("1 × 1", image=values(rng, 4, 6), kernel=values(rng, 1, 1))
    yield case("one row on one row", image=values(rng, 1, 8), kernel=values(rng, 1, 3))
    yield case("one column", image=values(rng, 7, 7), kernel=values(rng, 4, 1))
    yield case("one pixel on one pixel", image=values(rng, 1, 1), kernel=values(rng, 1, 1))


def size_of_terms(function):
    """The scale of a function's answers: the largest sum of magnitudes added up at one place."""

    def scale(**inputs):
        magnitudes = {
            name: np.abs(value) if isinstance(value, np.ndarray) else value
            for name, value in inputs.items()
        }
        return float(function(**magnitudes).max())

    return scale


def over_zeros(image, kernel, rows, columns):
    """The cross-correlation of the image with so many zeros before and after it."""
    return solutions.cross_correlate2d(np.pad(image, (rows, columns)), kernel)


def sides(image, kernel):
    """The image's and the kernel's rows, and then their columns."""
    return zip(image.shape, kernel.shape, strict=True)


def same_size(image, kernel):
    """The cross-correlation at every pixel of the image, with zeros around it."""
    rows, columns = ((n // 2, n - 1 - n // 2) for n in kernel.shape)
    return over_zeros(image, kernel, rows, columns)


def full_size(image, kernel):
    """The cross-correlation wherever the kernel touches the image, with zeros around it."""
    rows, columns = ((n - 1, n - 1) for n in kernel.shape)
    return over_zeros(image, kernel, rows, columns)


def small_image_and_kernel(draw):
    """A small image and a kernel that fits into it either way, of whole numbers."""
    return {
        "image": small_integers(draw, (3, 4), (3, 4)),
        "kernel": small_integers(draw, (1, 3), (1, 3)),
    }


def images_and_kernel(rng, size):
    """A square image of that side and a 5 by 5 kernel."""
    return {"image": values(rng, size, size), "kernel": values(rng, 5, 5)}


@task("cross_correlate2d(image: float[H, W], kernel: float[k, l]) -> float[H-k+1, W-l+1]")
class CrossCorrelate2d:
    """
    The weighted sums of an image under a kernel that is laid on it in every position.

    R[i, j] = Σ M[i + a, j + b] · K[a, b] over 0 ≤ a < k and 0 ≤ b < l: M is the image, K the
    kernel, which is not turned. Only positions where the kernel lies inside of the image count,
    so the result has H − k + 1 rows and W − l + 1 columns. The kernel is never larger than the
    image.
    """

    reference = solutions.cross_correlate2d
    rule = close(scale=size_of_terms(solutions.cross_correlate2d))

    @check(points=1)
    def worked_example_and_photograph(rng):
        """Whole numbers that you can follow by hand, and photographed coins."""
        image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
        yield case("by hand", image=image, kernel=np.array([[1.0, 0.0], [-1.0, 2.0]]))
        yield case("the coins", image=coins_corner(), kernel=emphasis(rng))

    @check(points=1)
    def random_images(rng):
        """Random images, square and other kernels with odd and even sides."""
        yield from odd_and_even_kernels(rng)

    @check(points=1)
    def extreme_kernels(rng):
        """Kernels as large as the image, of one row, of one column and of one pixel."""
        yield from smallest_and_largest_kernels(rng)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided images and kernels."""
        yield from laid_out(rng)

    @misconception
    def kernel_turned(image, kernel):
        """
        The kernel is turned by 180°: this is the convolution, the next task.

        Right is Σ M[i + a, j + b] · K[a, b]; you compute Σ M[i + a, j + b] · K[k−1−a, l−1−b].
        Example: the image 1 2 under the kernel 3 4 is 1·3 + 2·4 = 11; you return 10.
        """
        return solutions.convolve2d(image, kernel)

    @misconception
    def kernel_upside_down(image, kernel):
        """
        The rows of the kernel are in reverse order.

        Right is Σ M[i + a, j + b] · K[a, b], nothing turned.
        Example: the column 1 2 under the column 3 4 is 1·3 + 2·4 = 11; you return 10.
        """
        return solutions.cross_correlate2d(image, kernel[::-1])

    @misconception
    def kernel_mirrored(image, kernel):
        """
        The columns of the kernel are in reverse order.

        Right is Σ M[i + a, j + b] · K[a, b], nothing turned.
        Example: the row 1 2 under the row 3 4 is 1·3 + 2·4 = 11; you return 10.
        """
        return solutions.cross_correlate2d(image, kernel[:, ::-1])

    @misconception
    def kernel_transposed(image, kernel):
        """
        The kernel's rows and columns are exchanged.

        Right is Σ M[i + a, j + b] · K[a, b]; you multiply with K[b, a].
        Example: [[1, 2], [3, 4]] under [[0, 1], [0, 0]] is 2; you return 3.
        """
        return solutions.cross_correlate2d(image, kernel.T)

    @misconception
    def kernel_from_one(image, kernel):
        """
        The kernel's first row and first column are left out: a and b start at 1.

        Right is a from 0 to k − 1 and b from 0 to l − 1. The lecture notes count from 1, as
        mathematics does; `range(1, k)` leaves out what Python calls 0.
        Example: [[1, 2], [3, 4]] under [[1, 1], [1, 1]] is 10; you return 4.
        """
        rest = np.array(kernel)
        rest[0], rest[:, 0] = 0, 0
        return solutions.cross_correlate2d(image, rest)

    @misconception
    def image_from_one(image, kernel):
        """
        The image's first row and first column are never read: the kernel lies one pixel off.

        Right is M[i + a, j + b] with a and b from 0. The lecture notes print a and b from 1,
        which reads the rows 1 to H and needs a row that is not there; you take zeros for it.
        Example: [[1, 2], [3, 4]] under the kernel [[1]] is itself; you return [[4, 0], [0, 0]].
        """
        moved = np.pad(image[1:, 1:], ((0, 1), (0, 1)))
        return solutions.cross_correlate2d(moved, kernel)

    @misconception
    def first_position_missing(image, kernel):
        """
        The first row and the first column of the result are missing.

        The first position of the kernel is i = 0, j = 0; the lecture notes' a and b from 1 skip
        it. Right is the shape (H − k + 1, W − l + 1).
        Example: 5 × 5 under 2 × 2 is 4 × 4; you return 3 × 3.
        """
        return solutions.cross_correlate2d(image, kernel)[1:, 1:]

    @misconception
    def last_position_missing(image, kernel):
        """
        The last row and the last column of the result are missing.

        There are H − k + 1 positions, so `range(H - k + 1)`; yours ends one too early.
        Example: 5 × 5 under 2 × 2 is 4 × 4; you return 3 × 3.
        """
        return solutions.cross_correlate2d(image, kernel)[:-1, :-1]

    @misconception
    def image_padded(image, kernel):
        """
        The image is padded with zeros, so that the result has the image's size.

        Right are only those positions where the kernel lies inside: H − k + 1 by W − l + 1.
        SciPy calls this `valid`, and yours `same`.
        Example: 5 × 5 under 3 × 3 is 3 × 3; you return 5 × 5.
        """
        return same_size(image, kernel)

    @misconception
    def every_overlap(image, kernel):
        """
        Positions where the kernel sticks out of the image are included.

        Right are only those where it lies inside: H − k + 1 by W − l + 1. SciPy calls this
        `valid`, and yours `full`, which is its usual mode.
        Example: 5 × 5 under 3 × 3 is 3 × 3; you return 7 × 7.
        """
        return full_size(image, kernel)

    @misconception
    def even_kernels_one_off(image, kernel):
        """
        For a kernel with an even side, the result is taken one pixel too early.

        The centre of an even kernel is k // 2 in most libraries: crop the `same` result from
        there, not from (k − 1) // 2.
        Example: the row 1 2 3 under the row 3 4 is 11, 18; you return 4, 11.
        """
        inside = (slice((k - 1) // 2, (k - 1) // 2 + n - k + 1) for n, k in sides(image, kernel))
        return same_size(image, kernel)[tuple(inside)]

    @misconception
    def mean_of_products(image, kernel):
        """
        The products are averaged; they are added up.

        Right is the sum over a and b; you divide it by k · l.
        Example: the image 1 2 under the kernel 3 4 is 11; you return 5.5.
        """
        return solutions.cross_correlate2d(image, kernel) / kernel.size

    @misconception
    def divided_by_weights(image, kernel):
        """
        The sum is divided by the sum of the kernel.

        Right is Σ M[i + a, j + b] · K[a, b] with the kernel as it is.
        Example: the image 1 2 under the kernel 1 3 is 7; you return 7 / 4 = 1.75.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return solutions.cross_correlate2d(image, kernel) / kernel.sum()

    @counterexamples
    def small_images(draw):
        return small_image_and_kernel(draw)

    @workload(sizes=(64, 256, 512), operations=lambda size: 49 * (size - 4) ** 2)
    def five_by_five(rng, size):
        """A square image of that side under a 5 × 5 kernel."""
        return images_and_kernel(rng, size)

    @illustration
    def pictures(expected, yours, image, kernel):
        yield from pictures_of(image, expected, yours)


@task("convolve2d(image: float[H, W], kernel: float[k, l]) -> float[H-k+1, W-l+1]")
class Convolve2d:
    """
    The convolution of an image with a kernel, in the sense of mathematics: the kernel is turned.

    R[i, j] = Σ M[i + k − 1 − a, j + l − 1 − b] · K[a, b] over 0 ≤ a < k and 0 ≤ b < l. This is
    (f ∗ g)[m, n] = Σ f[m − a, n − b] · g[a, b] for those m and n at which no value outside of the
    image is needed, so the result has H − k + 1 rows and W − l + 1 columns. The kernel is never
    larger than the image.
    """

    reference = solutions.convolve2d
    rule = close(scale=size_of_terms(solutions.convolve2d))

    @check(points=1)
    def worked_example_and_photograph(rng):
        """Whole numbers that you can follow by hand, and photographed coins."""
        image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
        yield case("by hand", image=image, kernel=np.array([[1.0, 0.0], [-1.0, 2.0]]))
        yield case("the coins", image=coins_corner(), kernel=emphasis(rng))

    @check(points=1)
    def random_images(rng):
        """Random images, square and other kernels with odd and even sides."""
        yield from odd_and_even_kernels(rng)

    @check(points=1)
    def extreme_kernels(rng):
        """Kernels as large as the image, of one row, of one column and of one pixel."""
        yield from smallest_and_largest_kernels(rng)

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, transposed, reversed and strided images and kernels."""
        yield from laid_out(rng)

    @misconception
    def kernel_not_turned(image, kernel):
        """
        The kernel is not turned: this is the cross-correlation, the task before.

        Right is Σ M[i + k−1−a, j + l−1−b] · K[a, b]; you compute Σ M[i + a, j + b] · K[a, b].
        Neural networks call that a convolution, and so does the course of three labs where it
        explains the formula that it prints.
        Example: the row 1 2 with the kernel 3 4 is 2·3 + 1·4 = 10; you return 11.
        """
        return solutions.cross_correlate2d(image, kernel)

    @misconception
    def turned_in_rows_only(image, kernel):
        """
        The kernel is turned upside down only; its columns are reversed too.

        Right is `kernel[::-1, ::-1]`; you use `kernel[::-1]`.
        Example: the row 1 2 with the kernel 3 4 is 2·3 + 1·4 = 10; you return 11.
        """
        return solutions.cross_correlate2d(image, kernel[::-1])

    @misconception
    def turned_in_columns_only(image, kernel):
        """
        The kernel is mirrored left to right only; its rows are reversed too.

        Right is `kernel[::-1, ::-1]`; you use `kernel[:, ::-1]`.
        Example: the column 1 2 with the column 3 4 is 2·3 + 1·4 = 10; you return 11.
        """
        return solutions.cross_correlate2d(image, kernel[:, ::-1])

    @misconception
    def transposed_instead(image, kernel):
        """
        The kernel is transposed; it must be turned by 180°.

        Right is `kernel[::-1, ::-1]`; you use `kernel.T`.
        Example: [[1, 2], [3, 4]] with [[1, 0], [0, 0]] is 4; you return 1.
        """
        return solutions.cross_correlate2d(image, kernel.T)

    @misconception
    def transposed_too(image, kernel):
        """
        The kernel is turned and transposed; it must only be turned.

        Right is `kernel[::-1, ::-1]`; yours has rows and columns exchanged besides.
        Example: [[1, 2], [3, 4]] with [[0, 1], [0, 0]] is 3; you return 2.
        """
        return solutions.convolve2d(image, kernel.T)

    @misconception
    def turned_by_a_quarter(image, kernel):
        """
        The kernel is turned by 90°, not by 180°.

        `np.rot90(kernel)` is a quarter of a turn; right is `np.rot90(kernel, 2)`.
        Example: [[1, 2], [3, 4]] with [[0, 1], [0, 0]] is 3; you return 1.
        """
        return solutions.cross_correlate2d(image, np.rot90(kernel))

    @misconception
    def image_turned_too(image, kernel):
        """
        The result is turned by 180°: the image was turned in place of the kernel.

        Turning the image is as good, if you turn the result back.
        Example: the row 1 2 3 with the kernel 1 0 is 2, 3; you return 3, 2.
        """
        return solutions.convolve2d(image, kernel)[::-1, ::-1]

    @misconception
    def image_padded(image, kernel):
        """
        The image is padded with zeros, so that the result has the image's size.

        Right are only those positions where the kernel lies inside: H − k + 1 by W − l + 1.
        SciPy calls this `valid`, and yours `same`.
        Example: 5 × 5 with 3 × 3 is 3 × 3; you return 5 × 5.
        """
        rows, columns = (((n - 1) - (n - 1) // 2, (n - 1) // 2) for n in kernel.shape)
        return over_zeros(image, kernel[::-1, ::-1], rows, columns)

    @misconception
    def every_overlap(image, kernel):
        """
        Positions where the kernel sticks out of the image are included.

        Right are only those where it lies inside: H − k + 1 by W − l + 1. SciPy calls this
        `valid`, and yours `full`, which is its usual mode.
        Example: 5 × 5 with 3 × 3 is 3 × 3; you return 7 × 7.
        """
        return full_size(image, kernel[::-1, ::-1])

    @misconception
    def last_position_missing(image, kernel):
        """
        The last row and the last column of the result are missing.

        There are H − k + 1 positions, so `range(H - k + 1)`; yours ends one too early.
        Example: 5 × 5 with 2 × 2 is 4 × 4; you return 3 × 3.
        """
        return solutions.convolve2d(image, kernel)[:-1, :-1]

    @misconception
    def even_kernels_one_off(image, kernel):
        """
        For a kernel with an even side, the result is taken one pixel too late.

        SciPy's `same` result holds the `valid` one from (k − 1) // 2 on, not from k // 2.
        Example: the row 1 2 3 with the row 3 4 is 10, 17; you return 17, 12.
        """
        moved = (slice(k - k % 2, n + 1 - k % 2) for n, k in sides(image, kernel))
        return full_size(image, kernel[::-1, ::-1])[tuple(moved)]

    @misconception
    def mean_of_products(image, kernel):
        """
        The products are averaged; they are added up.

        Right is the sum over a and b; you divide it by k · l.
        Example: the row 1 2 with the kernel 3 4 is 10; you return 5.
        """
        return solutions.convolve2d(image, kernel) / kernel.size

    @counterexamples
    def small_images(draw):
        return small_image_and_kernel(draw)

    @workload(sizes=(64, 256, 512), operations=lambda size: 49 * (size - 4) ** 2)
    def five_by_five(rng, size):
        """A square image of that side with a 5 × 5 kernel."""
        return images_and_kernel(rng, size)

    @illustration
    def pictures(expected, yours, image, kernel):
        yield from pictures_of(image, expected, yours)


def maps_and_kernels(rng, x, weight, stride, padding):
    """Random inputs of `conv2d`, with a bias that is large enough to be missed."""
    return {
        "x": values(rng, *x),
        "weight": values(rng, *weight),
        "bias": values(rng, weight[0]) + 3.0,
        "stride": stride,
        "padding": padding,
    }


def no_bias(weight):
    """A bias of zeros for these kernels."""
    return np.zeros(len(weight))


@task(
    "conv2d(x: float[N, C, H, W], weight: float[O, C, k, l], bias: float[O], stride: int, "
    "padding: int) -> float[N, O, H', W']"
)
class Conv2d:
    """
    A convolutional layer: cross-correlation over all channels, with zero padding.

    y[n, o, i, j] = bias[o] + Σ x'[n, c, i·s + a, j·s + b] · weight[o, c, a, b] over all c, a and
    b, where x' is x with `padding` rows and columns of zeros on each side, and s the stride. As
    in every neural network, the kernel is not turned. The result has H' = ⌊(H + 2p − k) / s⌋ + 1
    rows, and columns likewise: only positions where the kernel lies inside of x' count. The
    kernel is never larger than x'.
    """

    reference = solutions.conv2d
    rule = close(scale=size_of_terms(solutions.conv2d))

    @check(points=2)
    def random_maps(rng):
        """Batches of maps with several channels, strides and paddings."""
        for x, weight, stride, padding in (
            ((2, 3, 9, 7), (4, 3, 3, 3), 2, 1), ((2, 2, 8, 10), (3, 2, 3, 2), 1, 0),
            ((3, 4, 7, 9), (2, 4, 2, 3), 1, 1), ((2, 3, 10, 8), (5, 3, 4, 3), 3, 2),
        ):  # fmt: skip
            label = f"{x} with {weight}, stride {stride}, padding {padding}"
            yield case(label, **maps_and_kernels(rng, x, weight, stride, padding))

    @check(points=1)
    def smallest_and_largest(rng):
        """One example, one channel, 1 × 1 kernels, kernels as large as the padded map."""
        for label, x, weight, stride, padding in (
            ("figure 6.12 of the book", (1, 1, 5, 5), (1, 1, 4, 4), 2, 1),
            ("a 1 × 1 kernel", (2, 3, 5, 6), (4, 3, 1, 1), 1, 0),
            ("a 1 × 1 kernel with stride 2", (1, 3, 6, 7), (2, 3, 1, 1), 2, 0),
            ("as large as the map", (2, 2, 4, 4), (3, 2, 4, 4), 1, 0),
            ("as large as the padded map", (1, 2, 3, 4), (3, 2, 5, 6), 2, 1),
            ("more padding than kernel", (1, 2, 4, 3), (2, 2, 2, 2), 1, 3),
            ("a stride larger than the kernel", (1, 1, 11, 9), (2, 1, 2, 3), 4, 1),
            ("one pixel", (2, 3, 1, 1), (2, 3, 3, 3), 1, 1),
        ):
            yield case(label, **maps_and_kernels(rng, x, weight, stride, padding))

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, channels-last, reversed and strided arrays."""
        inputs = maps_and_kernels(rng, (2, 3, 7, 6), (4, 3, 3, 2), 2, 1)
        for name in ("x", "weight", "bias"):
            read_only(inputs[name])
        yield case("read-only", **inputs)
        inputs = maps_and_kernels(rng, (2, 6, 3, 7), (3, 2, 4, 3), 1, 1)
        inputs["x"] = inputs["x"].transpose(0, 2, 3, 1)
        inputs["weight"] = inputs["weight"].transpose(2, 0, 1, 3)
        inputs["bias"] = values(rng, 4) + 3.0
        yield case("axes in another order in memory", **inputs)
        inputs = maps_and_kernels(rng, (2, 3, 8, 7), (3, 3, 3, 3), 2, 1)
        inputs["x"] = inputs["x"][:, ::-1, ::-1, :]
        inputs["weight"] = inputs["weight"][:, :, :, ::-1]
        yield case("reversed", **inputs)
        inputs = maps_and_kernels(rng, (4, 2, 7, 12), (6, 2, 3, 3), 1, 1)
        inputs["x"], inputs["weight"] = inputs["x"][::2, ..., ::2], inputs["weight"][::2]
        inputs["bias"] = inputs["bias"][::2]
        yield case("strided", **inputs)

    @misconception
    def kernel_turned(x, weight, bias, stride, padding):
        """
        The kernel is turned by 180°; the layer is a cross-correlation.

        Right is Σ x'[…, i·s + a, j·s + b] · weight[…, a, b]. The formula that the course of
        three labs prints turns the kernel; its layer does not.
        Example: the row 1 2 with the kernel 3 4 and no bias is 1·3 + 2·4 = 11; you return 10.
        """
        return solutions.conv2d(x, weight[:, :, ::-1, ::-1], bias, stride, padding)

    @misconception
    def kernel_transposed(x, weight, bias, stride, padding):
        """
        The kernels' rows and columns are exchanged.

        The last two axes of the weight are rows and columns, as those of x are.
        Example: [[1, 2], [3, 4]] with [[0, 1], [0, 0]] and no bias is 2; you return 3.
        """
        return solutions.conv2d(x, weight.swapaxes(2, 3), bias, stride, padding)

    @misconception
    def bias_left_out(x, weight, bias, stride, padding):
        """
        The bias is left out.

        Each output channel o has its number bias[o] added everywhere.
        Example: the row 1 2 with the kernel 3 4 and the bias 5 is 16; you return 11.
        """
        return solutions.conv2d(x, weight, no_bias(weight), stride, padding)

    @misconception
    def bias_for_every_channel(x, weight, bias, stride, padding):
        """
        The bias is added once for every input channel; it is added once.

        Right is bias[o] + Σ over c, a and b; in your sum over the channels the bias comes along.
        Example: two channels of zeros with the bias 5 are 5; you return 10.
        """
        return solutions.conv2d(x, weight, bias * x.shape[1], stride, padding)

    @misconception
    def bias_subtracted(x, weight, bias, stride, padding):
        """
        The bias is subtracted.

        Right is bias[o] + Σ …
        Example: the row 1 2 with the kernel 3 4 and the bias 5 is 16; you return 6.
        """
        return solutions.conv2d(x, weight, -bias, stride, padding)

    @misconception
    def channels_averaged(x, weight, bias, stride, padding):
        """
        The input channels are averaged; they are added up.

        Right is the sum over c, a and b; you divide it by C.
        Example: two channels 1 and 3 with the kernels 1 and 1 are 4; you return 2.
        """
        return solutions.conv2d(x, weight / x.shape[1], bias, stride, padding)

    @misconception
    def first_channel_only(x, weight, bias, stride, padding):
        """
        Only the first input channel counts; they are added up.

        Right is the sum over c, a and b.
        Example: two channels 1 and 3 with the kernels 1 and 1 are 4; you return 1.
        """
        return solutions.conv2d(x[:, :1], weight[:, :1], bias, stride, padding)

    @misconception
    def one_kernel_for_all_channels(x, weight, bias, stride, padding):
        """
        Every input channel gets the kernel of the first; each has its own.

        Right is weight[o, c]; you use weight[o, 0] for all c.
        Example: two channels 1 and 3 with the kernels 1 and 2 are 7; you return 4.
        """
        first = np.broadcast_to(weight[:, :1], weight.shape)
        return solutions.conv2d(x, first, bias, stride, padding)

    @misconception
    def stride_in_rows_only(x, weight, bias, stride, padding):
        """
        The stride is applied to the rows only; the columns are skipped too.

        Right is x'[…, i·s + a, j·s + b], with s in both.
        Example: 5 × 5 with a 3 × 3 kernel and stride 2 is 2 × 2; you return 2 × 3.
        """
        return solutions.conv2d(x, weight, bias, 1, padding)[:, :, ::stride]

    @misconception
    def stride_in_columns_only(x, weight, bias, stride, padding):
        """
        The stride is applied to the columns only; the rows are skipped too.

        Right is x'[…, i·s + a, j·s + b], with s in both.
        Example: 5 × 5 with a 3 × 3 kernel and stride 2 is 2 × 2; you return 3 × 2.
        """
        return solutions.conv2d(x, weight, bias, 1, padding)[..., ::stride]

    @misconception
    def stride_left_out(x, weight, bias, stride, padding):
        """
        The stride is left out: the kernel moves by one pixel.

        Right is x'[…, i·s + a, j·s + b].
        Example: 5 × 5 with a 3 × 3 kernel and stride 2 is 2 × 2; you return 3 × 3.
        """
        return solutions.conv2d(x, weight, bias, 1, padding)

    @misconception
    def last_windows_filled_up(x, weight, bias, stride, padding):
        """
        Windows that stick out at the end are filled up with zeros; they do not count.

        Right is ⌊(H + 2p − k) / s⌋ + 1 rows; you round up.
        Example: 6 × 6 with a 3 × 3 kernel and stride 2 is 2 × 2; you return 3 × 3.
        """
        wider = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
        short = [-(n - k) % stride for n, k in zip(wider.shape[2:], weight.shape[2:], strict=True)]
        filled = np.pad(wider, [(0, 0), (0, 0), (0, short[0]), (0, short[1])])
        return solutions.conv2d(filled, weight, bias, stride, 0)

    @misconception
    def padding_left_out(x, weight, bias, stride, padding):
        """
        The padding is left out.

        Right is x with `padding` rows and columns of zeros on each side.
        Example: 5 × 5 with a 3 × 3 kernel and padding 1 is 5 × 5; you return 3 × 3.
        """
        return solutions.conv2d(x, weight, bias, stride, 0)

    @misconception
    def padding_below_and_right(x, weight, bias, stride, padding):
        """
        The whole padding stands below and to the right; half of it belongs above and to the left.

        Right is `padding` rows and columns of zeros on each side.
        Example: the pixel 5 with padding 1 under the 3 × 3 kernel 1 to 9 is 25; you return 5.
        """
        wider = np.pad(x, [(0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)])
        return solutions.conv2d(wider, weight, bias, stride, 0)

    @misconception
    def padding_repeats_the_edge(x, weight, bias, stride, padding):
        """
        The padding repeats the outermost pixels; it is zero.

        Right is x with `padding` rows and columns of zeros on each side.
        Example: the pixel 5 with padding 1 under a 3 × 3 kernel of ones is 5; you return 45.
        """
        border = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
        return solutions.conv2d(np.pad(x, border, mode="edge"), weight, bias, stride, 0)

    @misconception
    def padding_same(x, weight, bias, stride, padding):
        """
        The padding is TensorFlow's "SAME", whatever padding is given.

        Right is `padding` rows and columns of zeros on each side. "SAME" takes as many as
        ⌈H / s⌉ rows need, and where their number is odd, one more below than above.
        Example: 5 × 5 with a 3 × 3 kernel and no padding is 3 × 3; you return 5 × 5.
        """
        border = [(0, 0), (0, 0)]
        for n, k in zip(x.shape[2:], weight.shape[2:], strict=True):
            missing = max((-(-n // stride) - 1) * stride + k - n, 0)
            border.append((missing // 2, missing - missing // 2))
        return solutions.conv2d(np.pad(x, border), weight, bias, stride, 0)

    @counterexamples
    def small_maps(draw):
        channels, out = draw.integer(1, 2), draw.integer(1, 2)
        return {
            "x": small_integers(draw, 1, channels, (3, 4), (3, 4)),
            "weight": small_integers(draw, out, channels, (1, 3), (1, 3)),
            "bias": small_integers(draw, out),
            "stride": draw.integer(1, 2),
            "padding": draw.integer(0, 1),
        }

    @workload(sizes=(16, 48, 96), operations=lambda size: 2 * 2 * 16 * 8 * 9 * size**2)
    def eight_to_sixteen_channels(rng, size):
        """Two square maps of that side with 8 channels under 16 kernels of 3 × 3."""
        return maps_and_kernels(rng, (2, 8, size, size), (16, 8, 3, 3), 1, 1)


def maps_and_transposed(rng, x, weight, stride, padding, extra):
    """Random inputs of `conv_transpose2d`."""
    return {
        "x": values(rng, *x),
        "weight": values(rng, *weight),
        "stride": stride,
        "padding": padding,
        "output_padding": extra,
    }


def spread_out(x, stride):
    """The maps with stride − 1 zeros between neighbours."""
    rows, columns = ((n - 1) * stride + 1 for n in x.shape[2:])
    result = np.zeros((*x.shape[:2], rows, columns))
    result[:, :, ::stride, ::stride] = x
    return result


def overwritten(x, weight, stride, padding, extra):
    """The result of `conv_transpose2d` where the last kernel laid on a pixel counts alone."""
    whole = np.zeros_like(solutions.conv_transpose2d(x, weight, stride, 0, extra))
    for i, j in np.ndindex(*x.shape[2:]):
        corner = whole[:, :, i * stride :, j * stride :]
        window = corner[:, :, : weight.shape[2], : weight.shape[3]]
        window[...] = np.tensordot(x[:, :, i, j], weight, 1)
    return cropped(whole, padding)


def cropped(maps, width):
    """The maps without so many rows and columns on each side."""
    return maps[:, :, width : maps.shape[2] - width, width : maps.shape[3] - width]


@task(
    "conv_transpose2d(x: float[N, C, H, W], weight: float[C, O, k, l], stride: int, "
    "padding: int, output_padding: int) -> float[N, O, H', W']"
)
class ConvTranspose2d:
    """
    A transposed convolution: every value of x lays its kernel, times itself, onto the result.

    Start with zeros of (H − 1)s + k + output_padding rows and (W − 1)s + l + output_padding
    columns, where s is the stride. For all n, c, o, i and j, add x[n, c, i, j] · weight[c, o] to
    the k × l window of y[n, o] whose upper left corner is (i·s, j·s); overlaps add up. Last, cut
    off `padding` rows and columns on each side. `output_padding` is less than the stride.

    This is the adjoint of `conv2d` with the same weight, stride and padding and without bias:
    ⟨conv2d(u), x⟩ = ⟨u, conv_transpose2d(x)⟩ for every u that has the shape of your result.
    """

    reference = solutions.conv_transpose2d
    rule = close(scale=size_of_terms(solutions.conv_transpose2d))

    @check(points=2)
    def random_maps(rng):
        """Batches of maps with several channels; kernels that overlap, and that leave gaps."""
        for x, weight, stride, padding, extra in (
            ((2, 3, 4, 5), (3, 2, 4, 5), 2, 1, 1), ((2, 2, 5, 4), (2, 3, 3, 3), 1, 0, 0),
            ((1, 4, 4, 3), (4, 2, 5, 4), 3, 1, 2), ((3, 2, 3, 5), (2, 4, 2, 3), 3, 0, 1),
            ((2, 3, 5, 6), (3, 3, 4, 4), 2, 2, 0),
        ):  # fmt: skip
            yield case(
                f"{x} with {weight}, stride {stride}, padding {padding}, output padding {extra}",
                **maps_and_transposed(rng, x, weight, stride, padding, extra),
            )

    @check(points=1)
    def smallest_and_largest(rng):
        """One pixel, one channel, 1 × 1 kernels, the sizes of figure 6.13, one pixel left."""
        for label, x, weight, stride, padding, extra in (
            ("figure 6.13 of the book", (1, 1, 2, 2), (1, 1, 3, 3), 2, 1, 1),
            ("one pixel", (2, 3, 1, 1), (3, 4, 3, 2), 2, 0, 1),
            ("a 1 × 1 kernel with stride 3", (1, 2, 3, 2), (2, 3, 1, 1), 3, 0, 2),
            ("a 1 × 1 kernel with stride 1", (2, 3, 4, 3), (3, 2, 1, 1), 1, 0, 0),
            ("U-Net's step up", (1, 4, 3, 5), (4, 2, 2, 2), 2, 0, 0),
            ("one pixel left", (1, 2, 1, 1), (2, 3, 5, 5), 1, 2, 0),
        ):
            yield case(label, **maps_and_transposed(rng, x, weight, stride, padding, extra))

    @check(points=1)
    def memory_layouts(rng):
        """Read-only, channels-last, reversed and strided arrays."""
        inputs = maps_and_transposed(rng, (2, 3, 4, 5), (3, 2, 4, 3), 2, 1, 1)
        read_only(inputs["x"])
        read_only(inputs["weight"])
        yield case("read-only", **inputs)
        inputs = maps_and_transposed(rng, (2, 6, 3, 4), (3, 2, 4, 3), 1, 1, 0)
        inputs["x"] = inputs["x"].transpose(0, 2, 3, 1)[:, :, :, ::2]
        inputs["weight"] = inputs["weight"].transpose(0, 3, 2, 1)
        yield case("axes in another order in memory", **inputs)
        inputs = maps_and_transposed(rng, (2, 3, 4, 3), (3, 2, 3, 3), 2, 0, 1)
        inputs["x"] = inputs["x"][:, ::-1, ::-1, :]
        inputs["weight"] = inputs["weight"][:, :, ::-1, ::-1]
        yield case("reversed", **inputs)

    @misconception
    def kernel_turned(x, weight, stride, padding, output_padding):
        """
        The kernel is turned by 180°; it is laid down as it is.

        Right adds x[n, c, i, j] · weight[c, o, a, b] at (i·s + a, j·s + b). (Who computes it as a
        convolution of x with zeros inserted must turn the kernel once, for `conv2d` does not.)
        Example: the pixel 1 with the kernel 3 4 is 3 4; you return 4 3.
        """
        turned = weight[:, :, ::-1, ::-1]
        return solutions.conv_transpose2d(x, turned, stride, padding, output_padding)

    @misconception
    def kernel_transposed(x, weight, stride, padding, output_padding):
        """
        The kernels' rows and columns are exchanged.

        It is the convolution that is transposed, as a matrix, not its kernel.
        Example: the pixel 1 with the kernel [[1, 2], [3, 4]] is that kernel; you return
        [[1, 3], [2, 4]].
        """
        exchanged = weight.swapaxes(2, 3)
        return solutions.conv_transpose2d(x, exchanged, stride, padding, output_padding)

    @misconception
    def zeros_not_inserted(x, weight, stride, padding, output_padding):
        """
        The stride is left out: neighbouring kernels lie one pixel apart.

        Right is a distance of s pixels, as if s − 1 zeros stood between the values of x.
        Example: the row 1 2 with the kernel 1 and stride 2 is 1 0 2; you return 1 2.
        """
        return solutions.conv_transpose2d(x, weight, 1, padding, output_padding)

    @misconception
    def stride_and_output_padding_left_out(x, weight, stride, padding, output_padding):
        """
        Stride and output padding are left out: neighbouring kernels lie one pixel apart.

        Right is a distance of s pixels, as if s − 1 zeros stood between the values of x, and
        `output_padding` more rows and columns in the end.
        Example: the row 1 2 with the kernel 1, stride 2 and output padding 1 is 1 0 2 0; you
        return 1 2.
        """
        return solutions.conv_transpose2d(x, weight, 1, padding, 0)

    @misconception
    def pixels_repeated(x, weight, stride, padding, output_padding):
        """
        The values of x are repeated; zeros stand between them.

        Right is a distance of s pixels between kernels, with nothing in between.
        Example: the row 1 2 with the kernel 1 and stride 2 is 1 0 2; you return 1 1 2.
        """
        rows, columns = (np.arange((n - 1) * stride + 1) // stride for n in x.shape[2:])
        repeated = x[:, :, rows][:, :, :, columns]
        return solutions.conv_transpose2d(repeated, weight, 1, padding, output_padding)

    @misconception
    def not_cropped(x, weight, stride, padding, output_padding):
        """
        Nothing is cut off: the padding is left out.

        Right is the sum of all kernels without its `padding` outermost rows and columns.
        Example: 2 × 2 with a 4 × 4 kernel, stride 2 and padding 1 is 4 × 4; you return 6 × 6.
        """
        return solutions.conv_transpose2d(x, weight, stride, 0, output_padding)

    @misconception
    def zeros_added_for_padding(x, weight, stride, padding, output_padding):
        """
        The padding adds zeros around the result; it cuts rows and columns off.

        Right is the sum of all kernels without its `padding` outermost rows and columns.
        Example: 2 × 2 with a 4 × 4 kernel, stride 2 and padding 1 is 4 × 4; you return 8 × 8.
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, output_padding)
        return np.pad(whole, [(0, 0), (0, 0), (padding, padding), (padding, padding)])

    @misconception
    def cropped_below_and_right(x, weight, stride, padding, output_padding):
        """
        All is cut off below and to the right; half of it belongs to the other two sides.

        Right is `padding` rows and columns on each side.
        Example: the pixel 1 with the 3 × 3 kernel 1 to 9 and padding 1 is 5, the kernel's middle;
        you return 1.
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, output_padding)
        rows, columns = whole.shape[2:]
        return whole[:, :, : rows - 2 * padding, : columns - 2 * padding]

    @misconception
    def cropped_above_and_left(x, weight, stride, padding, output_padding):
        """
        All is cut off above and to the left; half of it belongs to the other two sides.

        Right is `padding` rows and columns on each side.
        Example: the pixel 1 with the 3 × 3 kernel 1 to 9 and padding 1 is 5, the kernel's middle;
        you return 9.
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, output_padding)
        return whole[:, :, 2 * padding :, 2 * padding :]

    @misconception
    def cropped_on_two_sides_only(x, weight, stride, padding, output_padding):
        """
        Rows and columns are cut off above and to the left only, not below and to the right.

        Right is `padding` rows and columns on each side, so twice as many in all.
        Example: 2 × 2 with a 4 × 4 kernel, stride 2 and padding 1 is 4 × 4; you return 5 × 5.
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, output_padding)
        return whole[:, :, padding:, padding:]

    @misconception
    def nothing_left_without_padding(x, weight, stride, padding, output_padding):
        """
        Without padding, everything is cut off: the slice `[0:-0]` is empty.

        Right is the whole sum of all kernels where `padding` is 0. Count the end from the front:
        `[padding : rows - padding]`.
        Example: the row 1 2 with the kernel 1 and padding 0 is 1 2; you return no columns.
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, output_padding)
        return whole[:, :, padding:-padding, padding:-padding]

    @misconception
    def output_padding_left_out(x, weight, stride, padding, output_padding):
        """
        The output padding is left out.

        Right is H' = (H − 1)s − 2p + k + output_padding rows, and columns likewise.
        Example: 2 × 2 with a 3 × 3 kernel, stride 2, padding 1, output padding 1 is 4 × 4, as in
        figure 6.13 of the book; you return 3 × 3.
        """
        return solutions.conv_transpose2d(x, weight, stride, padding, 0)

    @misconception
    def output_padding_always_zeros(x, weight, stride, padding, output_padding):
        """
        The output padding adds zeros to the finished result; it is added before the crop.

        So its rows and columns hold what the kernels laid there, and the crop spares them.
        Example: the pixel 1 with the 3 × 3 kernel 1 to 9, stride 2, padding 1, output padding 1
        is [[5, 6], [8, 9]]; you return [[5, 0], [0, 0]].
        """
        finished = solutions.conv_transpose2d(x, weight, stride, padding, 0)
        return np.pad(finished, [(0, 0), (0, 0), (0, output_padding), (0, output_padding)])

    @misconception
    def output_padding_above_and_left(x, weight, stride, padding, output_padding):
        """
        The output padding stands above and to the left; it belongs below and to the right.

        The first kernel's corner is (0, 0) before the crop.
        Example: the pixel 1 with the kernel 2 and output padding 1 (stride 2) is [[2, 0], [0, 0]];
        you return [[0, 0], [0, 2]].
        """
        whole = solutions.conv_transpose2d(x, weight, stride, 0, 0)
        return cropped(
            np.pad(whole, [(0, 0), (0, 0), (output_padding, 0), (output_padding, 0)]), padding
        )

    @misconception
    def overlaps_overwritten(x, weight, stride, padding, output_padding):
        """
        Where kernels overlap, the last one stays; they add up.

        Right is `result[window] += value * kernel`; you write `=`.
        Example: the row 1 2 with the kernel 1 1 and stride 1 is 1 3 2; you return 1 2 2.
        """
        return overwritten(x, weight, stride, padding, output_padding)

    @misconception
    def overlaps_averaged(x, weight, stride, padding, output_padding):
        """
        Where kernels overlap, they are averaged; they add up.

        Right is the sum of all that is laid on a pixel.
        Example: the row 1 2 with the kernel 1 1 and stride 1 is 1 3 2; you return 1 1.5 2.
        """
        geometry = (stride, padding, output_padding)
        counts = solutions.conv_transpose2d(
            np.ones_like(x[:, :1]), np.ones_like(weight[:1]), *geometry
        )
        return solutions.conv_transpose2d(x, weight, *geometry) / np.maximum(counts, 1)

    @misconception
    def channels_averaged(x, weight, stride, padding, output_padding):
        """
        The input channels are averaged; they are added up.

        Right is the sum over c; you divide it by C.
        Example: two channels 1 and 3 with the kernels 1 and 1 are 4; you return 2.
        """
        mean = weight / len(weight)
        return solutions.conv_transpose2d(x, mean, stride, padding, output_padding)

    @misconception
    def padded_by_padding(x, weight, stride, padding, output_padding):
        """
        Zeros are inserted, and then `padding` zeros added around; that must be k − 1 − padding.

        Right is `conv2d` of x with zeros inserted and k − 1 − p zeros on each side, with the
        kernel turned. Only for p = (k − 1) / 2 is yours the same.
        Example: 2 × 2 with a 2 × 2 kernel, stride 1 and padding 0 is 3 × 3; you return 1 × 1.
        """
        wide = [(0, 0), (0, 0), (padding, padding + output_padding)]
        between = np.pad(spread_out(x, stride), [*wide, wide[-1]])
        turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
        return solutions.conv2d(between, turned, no_bias(turned), 1, 0)

    @counterexamples
    def small_maps(draw):
        channels, stride = draw.integer(1, 2), draw.integer(1, 3)
        return {
            "x": small_integers(draw, 1, channels, (2, 3), (2, 3)),
            "weight": small_integers(draw, channels, draw.integer(1, 2), (2, 3), (2, 3)),
            "stride": stride,
            "padding": draw.integer(0, 1),
            "output_padding": draw.integer(0, stride - 1),
        }

    @workload(sizes=(8, 24, 64), operations=lambda size: 2 * 2 * 16 * 8 * 9 * size**2)
    def sixteen_to_eight_channels(rng, size):
        """Two square maps of that side with 16 channels, made twice as large."""
        return maps_and_transposed(rng, (2, 16, size, size), (16, 8, 3, 3), 2, 1, 1)
