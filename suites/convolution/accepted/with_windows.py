"""NumPy's views of all windows, summed up by einsum; patches laid down by `add.at`."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv_output_size(size, kernel, stride, padding):
    n, k, s, p = map(np.array, (size, kernel, stride, padding))
    return (n + 2 * p - k + s) // s


def conv_transpose_output_size(size, kernel, stride, padding, output_padding):
    n, k, s, p, extra = map(np.array, (size, kernel, stride, padding, output_padding))
    return (n * s + k - s - 2 * p + extra).astype(float)


def pad2d(image, width, mode):
    border = {
        "zeros": lambda n: np.full(width, -1),
        "reflect": lambda n: np.arange(width, 0, -1),
        "replicate": lambda n: np.zeros(width, int),
        "circular": lambda n: np.arange(n - width, n),
    }
    if mode not in border:
        raise ValueError(f"no border {mode!r}")

    def order(n):
        before = border[mode](n)
        after = n - 1 - before[::-1] if mode != "zeros" else before
        return np.concatenate([before, np.arange(n), after])

    rows, columns = map(order, image.shape)
    padded = image[rows][:, columns]
    padded[rows < 0] = 0
    padded[:, columns < 0] = 0
    return padded


def cross_correlate2d(image, kernel):
    return np.tensordot(sliding_window_view(image, kernel.shape), kernel)


def convolve2d(image, kernel):
    turned = np.rot90(image, 2)
    return np.rot90(cross_correlate2d(turned, kernel), 2)


def conv2d(x, weight, bias, stride, padding):
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    windows = sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return np.einsum("ncijab,ocab->noij", windows, weight) + bias[:, None, None]


def conv_transpose2d(x, weight, stride, padding, output_padding):
    n, _, rows, columns = x.shape
    _, out, height, width = weight.shape
    patches = np.einsum("ncij,coab->nojbia", x, weight)
    y = np.arange(rows)[:, None] * stride + np.arange(height)
    z = np.arange(columns)[:, None] * stride + np.arange(width)
    whole = np.zeros((n, out, y.max() + 1 + output_padding, z.max() + 1 + output_padding))
    np.add.at(whole, np.s_[:, :, y[None, None], z[:, :, None, None]], patches)
    height, width = whole.shape[2:]
    return whole[:, :, padding : height - padding, padding : width - padding]
