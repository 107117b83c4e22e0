"""The layers as matrices: a row for every output, and the transposed layer is the transpose."""

import numpy as np


def matrix(weight, height, width, stride, padding):
    """The matrix of a convolution on maps of height × width, and the size of its result."""
    out, channels, k, m = weight.shape
    rows = (height + 2 * padding - k) // stride + 1
    columns = (width + 2 * padding - m) // stride + 1
    table = np.zeros((out, rows, columns, channels, height + 2 * padding, width + 2 * padding))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            table[:, i, j, :, top : top + k, left : left + m] = weight
    table = table[..., padding : height + padding, padding : width + padding]
    return table.reshape(out * rows * columns, -1), (rows, columns)


def conv2d(x, weight, bias, stride, padding):
    table, size = matrix(weight, *x.shape[2:], stride, padding)
    result = x.reshape(len(x), -1) @ table.T
    return result.reshape(len(x), len(weight), *size) + bias.reshape(-1, 1, 1)


def conv_transpose2d(x, weight, stride, padding, output_padding):
    n, _, rows, columns = x.shape
    _, out, k, m = weight.shape
    height = (rows - 1) * stride + k - 2 * padding + output_padding
    width = (columns - 1) * stride + m - 2 * padding + output_padding
    table, _ = matrix(weight, height, width, stride, padding)
    return (x.reshape(n, -1) @ table).reshape(n, out, height, width)


def cross_correlate2d(image, kernel):
    return conv2d(image[None, None], kernel[None, None], np.zeros(1), 1, 0)[0, 0]


def convolve2d(image, kernel):
    return cross_correlate2d(image, np.flip(kernel))


def network_shapes(input_shape, layers):
    shapes = []
    shape = np.array([*input_shape, 1])
    for layer in layers:
        table, stride = affine(layer, shape, shapes)
        shape = table @ shape // [1, stride, stride, 1]
        if shape.min() < 1:
            raise ValueError("the layer does not fit")
        shapes.append(shape)
    return [tuple(shape[:3].tolist()) for shape in shapes]


def affine(layer, shape, earlier):
    """The matrix of a layer on (C, H, W, 1), and what rows and columns are divided by then."""
    kind, stride, padding = (layer.get(name, 0) for name in ("kind", "stride", "padding"))
    channels, more = (0, layer["out"]) if "out" in layer else (1, 0)
    times, plus, divisor = 1, 0, 1
    if kind == "conv" and padding == "same":
        plus, divisor = stride - 1, stride
    elif kind in ("conv", "pool"):
        plus, divisor = 2 * padding - layer["kernel"] + stride, stride
    elif kind == "conv_transpose":
        times = stride
        plus = layer["kernel"] - stride - 2 * padding + layer["output_padding"]
    elif kind == "upsample":
        times = layer["factor"]
    elif kind == "flatten":
        channels, times, plus = shape[1] * shape[2], 0, 1
    elif kind == "dense":
        times, plus = 0, 1
    elif kind == "crop_concat" and layer["with"] in range(len(earlier)):
        joined = earlier[layer["with"]]
        if (joined < shape)[1:3].any():
            raise ValueError("the earlier map is smaller")
        more = joined[0]
    else:
        raise ValueError("the layer is unknown")
    table = np.diag([channels, times, times, 1])
    table[:3, 3] = more, plus, plus
    return table, divisor
