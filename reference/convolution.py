"""
Convolution: output sizes, padding, cross-correlation, convolution, and the two layers.

The sources are section 1 of the lecture notes (definition 3 and "The convolutional layer"),
section 1.6 of the course of three labs, and chapter 6 of the book (figures 6.12 and 6.13). Where
they err, the function that corrects it says so under Notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = [
    "conv2d",
    "conv_output_size",
    "conv_transpose2d",
    "conv_transpose_output_size",
    "convolve2d",
    "cross_correlate2d",
    "layer_shape",
    "network_shapes",
    "pad2d",
]

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]
Shape = tuple[int, int, int]
Layer = dict[str, Any]


def conv_output_size(size: Pair, kernel: Pair, stride: Pair, padding: Pair) -> Pair:
    """
    Rows and columns of a convolutional layer's result.

    n' = floor((n + 2p - k) / s) + 1, for rows and for columns

    Parameters
    ----------
    size : (int, int)
        Rows and columns of the map, before padding.
    kernel, stride : (int, int)
        At least 1; the kernel is no larger than the padded map.
    padding : (int, int)
        Rows added above and below, columns added left and right.

    Returns
    -------
    (int, int)

    Notes
    -----
    The course of three labs prints (w, h) = (mW - kW + 1, mH - kH + 1), which holds for stride 1
    without padding alone.

    References
    ----------
    The book, chapter 6, figure 6.12: 5 x 5, kernel 4, stride 2, padding 1.
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016),
    relationship 6.
    """
    rows, columns = (
        (n + 2 * p - k) // s + 1 for n, k, s, p in zip(size, kernel, stride, padding, strict=True)
    )
    return rows, columns


def conv_transpose_output_size(
    size: Pair, kernel: Pair, stride: Pair, padding: Pair, output_padding: Pair
) -> Pair:
    """
    Rows and columns of a transposed convolution's result.

    n' = (n - 1) s - 2p + k + output_padding, for rows and for columns

    Parameters
    ----------
    size : (int, int)
        Rows and columns of the map.
    kernel, stride : (int, int)
        At least 1.
    padding : (int, int)
        What the convolution pads whose transpose this is: it is cut off here.
    output_padding : (int, int)
        Less than the stride: which of the s sizes that the convolution maps to n is meant.

    Returns
    -------
    (int, int)

    References
    ----------
    The book, chapter 6, figure 6.13: 2 x 2 becomes 4 x 4 with kernel 3 and stride 2.
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016),
    relationship 14.
    """
    rows, columns = (
        (n - 1) * s - 2 * p + k + extra
        for n, k, s, p, extra in zip(size, kernel, stride, padding, output_padding, strict=True)
    )
    return rows, columns


def network_shapes(input_shape: Shape, layers: Sequence[Layer]) -> list[Shape]:
    """
    Shapes (C, H, W) that a network's layers put out, one after the other.

    Parameters
    ----------
    input_shape : (int, int, int)
        Channels, rows and columns of the input.
    layers : list of dict
        What each layer is, by its `kind`: `conv` (out, kernel, stride, padding), `pool` (kernel,
        stride), `conv_transpose` (out, kernel, stride, padding, output_padding), `upsample`
        (factor), `flatten`, `dense` (out), `crop_concat` (with). Kernels are square. The padding
        of `conv` may be "same": n' = ceil(n / s). `with` counts the layers from 0.

    Returns
    -------
    list of (int, int, int)
        As many as there are layers; the input is not among them.

    Raises
    ------
    ValueError
        If a layer does not fit: its kernel is larger than the padded map, its result would have
        no row or no column, `crop_concat` names a layer with a smaller map, or
        its kind is unknown.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document
    recognition, Proceedings of the IEEE 86(11):2278-2324 (1998), section II.B: LeNet-5.
    O. Ronneberger, P. Fischer, T. Brox, U-Net: convolutional networks for biomedical image
    segmentation (2015), figure 1; the book, chapter 6, "U-Net": 572 becomes 388.
    The lecture notes, section 2 and figure 6; the DCGAN thesis, sections 2.3.1 and 2.3.2; the
    course of three labs, section 1.13.3.
    """
    shapes: list[Shape] = []
    shape = input_shape
    for layer in layers:
        shape = layer_shape(layer, shape, shapes)
        shapes.append(shape)
    return shapes


def layer_shape(layer: Layer, shape: Shape, earlier: Sequence[Shape]) -> Shape:
    """
    Shape (C, H, W) of one layer's output.

    Parameters
    ----------
    layer : dict
        As in `network_shapes`.
    shape : (int, int, int)
        Channels, rows and columns of the layer's input.
    earlier : list of (int, int, int)
        The outputs of all layers before it.

    Returns
    -------
    (int, int, int)

    Raises
    ------
    ValueError
        If the layer does not fit, as in `network_shapes`.
    """
    channels, size = shape[0], shape[1:]
    result: Shape
    match layer["kind"]:
        case "conv" if layer["padding"] == "same":
            rows, columns = (-(-n // layer["stride"]) for n in size)
            result = (layer["out"], rows, columns)
        case "conv":
            kernel, stride, padding = _both(layer, "kernel", "stride", "padding")
            result = (layer["out"], *conv_output_size(size, kernel, stride, padding))
        case "pool":
            kernel, stride = _both(layer, "kernel", "stride")
            result = (channels, *conv_output_size(size, kernel, stride, (0, 0)))
        case "conv_transpose":
            geometry = _both(layer, "kernel", "stride", "padding", "output_padding")
            result = (layer["out"], *conv_transpose_output_size(size, *geometry))
        case "upsample":
            result = (channels, size[0] * layer["factor"], size[1] * layer["factor"])
        case "flatten":
            result = (prod(shape), 1, 1)
        case "dense":
            result = (layer["out"], 1, 1)
        case "crop_concat":
            result = (channels + _cropped_channels(layer["with"], size, earlier), *size)
        case kind:
            raise ValueError(f"{kind!r} is no kind of layer")
    if min(result) < 1:
        raise ValueError(f"{layer} does not fit a map of {shape}: its result would be {result}")
    return result


def _both(layer: Layer, *names: str) -> list[Pair]:
    """The layer's settings, each for rows and for columns."""
    return [(layer[name], layer[name]) for name in names]


def _cropped_channels(index: int, size: Pair, earlier: Sequence[Shape]) -> int:
    """How many channels an earlier layer adds, if its map can be cropped to `size`."""
    channels, rows, columns = earlier[index]
    if rows < size[0] or columns < size[1]:
        raise ValueError(f"a map of {rows} x {columns} cannot be cropped to {size[0]} x {size[1]}")
    return channels


def pad2d(image: Array, width: int, mode: str) -> Array:
    """
    An image with a border of the given width on all four sides.

    Parameters
    ----------
    image : float array, shape (H, W)
    width : int
        0 <= width; for "reflect" less than H and W, for "circular" at most H and W.
    mode : str
        "zeros"; "reflect", mirrored at the first and the last pixel, which are not repeated;
        "replicate", the nearest pixel; "circular", as if the image were laid side by side.

    Returns
    -------
    float array, shape (H + 2 * width, W + 2 * width)

    Raises
    ------
    ValueError
        If the mode is none of the four.

    References
    ----------
    The lecture notes, section 1.1: the four ways to pad (1, 2, 3) by 2.
    """
    if mode == "zeros":
        return np.pad(image, width)
    rows, columns = (_source_index(n, width, mode) for n in image.shape)
    padded: Array = image[np.ix_(rows, columns)]
    return padded


def _source_index(n: int, width: int, mode: str) -> Array:
    """Which of n pixels stands at each place of a padded line."""
    places = np.arange(-width, n + width)
    match mode:
        case "reflect":
            index: Array = (n - 1) - np.abs((n - 1) - np.abs(places))
        case "replicate":
            index = np.clip(places, 0, n - 1)
        case "circular":
            index = places % n
        case _:
            raise ValueError(f"mode must be zeros, reflect, replicate or circular, got {mode!r}")
    return index


def cross_correlate2d(image: Array, kernel: Array) -> Array:
    """
    Cross-correlation of an image with a kernel, where the kernel lies inside of the image.

    R[i, j] = sum_{a, b} M[i + a, j + b] K[a, b],  0 <= a < k, 0 <= b < l

    Parameters
    ----------
    image : float array, shape (H, W)
        M.
    kernel : float array, shape (k, l)
        K, with k <= H and l <= W.

    Returns
    -------
    float array, shape (H - k + 1, W - l + 1)

    Notes
    -----
    Definition 3 of the lecture notes lets a and b run from 1 in M[i + a, j + b], so that the
    image's first row and column are never read, and the row after its last one is.

    References
    ----------
    The lecture notes, definition 3.
    """
    windows = sliding_window_view(image, kernel.shape)
    sums: Array = np.einsum("ijab,ab->ij", windows, kernel, dtype=np.float64)
    return sums


def convolve2d(image: Array, kernel: Array) -> Array:
    """
    Convolution of an image with a kernel, where the kernel lies inside of the image.

    R[i, j] = sum_{a, b} M[i + k - 1 - a, j + l - 1 - b] K[a, b],  0 <= a < k, 0 <= b < l

    Parameters
    ----------
    image : float array, shape (H, W)
        M.
    kernel : float array, shape (k, l)
        K, with k <= H and l <= W.

    Returns
    -------
    float array, shape (H - k + 1, W - l + 1)

    Notes
    -----
    This is (f * g)[m, n] = sum f[m - k, n - l] g[k, l] of the course of three labs, for those m
    and n that need no value outside of f. The text explains the formula as a window that slides
    over the image; that is `cross_correlate2d`, with the kernel not turned.

    References
    ----------
    The course of three labs, section 1.6. R. C. Gonzalez, R. E. Woods, Digital Image Processing,
    4th edition (2018), equation 3-44.
    """
    return cross_correlate2d(image, kernel[::-1, ::-1])


def conv2d(x: Array, weight: Array, bias: Array, stride: int, padding: int) -> Array:
    """
    A convolutional layer: cross-correlation over all channels, with zero padding.

    y[n, o, i, j] = bias[o] + sum_{c, a, b} x'[n, c, i s + a, j s + b] weight[o, c, a, b]

    where x' is x with `padding` rows and columns of zeros on every side.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    weight : float array, shape (O, C, k, l)
        k <= H + 2 * padding, l <= W + 2 * padding.
    bias : float array, shape (O,)
    stride : int
        s, for rows and columns alike.
    padding : int

    Returns
    -------
    float array, shape (N, O, H', W')
        H' and W' as `conv_output_size` says.

    References
    ----------
    The lecture notes, section 1.2; the book, chapter 6, figure 6.12.
    Goodfellow, Bengio, Courville, Deep Learning (2016), equation 9.8.
    """
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    result = np.tensordot(windows, weight, axes=((1, 4, 5), (1, 2, 3))) + bias
    return result.transpose(0, 3, 1, 2)


def conv_transpose2d(
    x: Array, weight: Array, stride: int, padding: int, output_padding: int
) -> Array:
    """
    A transposed convolution: each value of x lays the kernel, times itself, onto the result.

    y'[n, o, i s + a, j s + b] = sum of x[n, c, i, j] weight[c, o, a, b] over c and over all
    (i, a), (j, b) that meet in that place; y is y' without its `padding` outermost rows and
    columns on every side.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
    weight : float array, shape (C, O, k, l)
    stride : int
        s, for rows and columns alike.
    padding : int
    output_padding : int
        Rows and columns of zeros added below and to the right of y' before it is cropped; less
        than the stride.

    Returns
    -------
    float array, shape (N, O, H', W')
        H' and W' as `conv_transpose_output_size` says.

    Notes
    -----
    It is the adjoint of `conv2d` with the same weight and without bias:
    <conv2d(u, w), x> = <u, conv_transpose2d(x, w)> for every u of the result's shape.

    References
    ----------
    The book, chapter 6, "Transposed convolution", figure 6.13.
    V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016), chapter 4.
    """
    rows, columns = x.shape[2:]
    out, *kernel = weight.shape[1:]
    height = (rows - 1) * stride + kernel[0] + output_padding
    width = (columns - 1) * stride + kernel[1] + output_padding
    whole = np.zeros((len(x), out, height, width))
    products = np.tensordot(x.astype(np.float64), weight, axes=(1, 0))
    for a, b in np.ndindex(*kernel):
        reached = whole[:, :, a::stride, b::stride][:, :, :rows, :columns]
        reached += products[..., a, b].transpose(0, 3, 1, 2)
    return whole[:, :, padding : height - padding, padding : width - padding]
