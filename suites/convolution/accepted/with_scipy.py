"""SciPy's signal processing; borders from NumPy's `pad`."""

import numpy as np
from scipy.signal import convolve2d as convolved
from scipy.signal import correlate2d

NAMES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad2d(image, width, mode):
    if mode not in NAMES:
        raise ValueError(f"unknown mode {mode}")
    return np.pad(image, width, mode=NAMES[mode])


def cross_correlate2d(image, kernel):
    return correlate2d(image, kernel, mode="valid")


def convolve2d(image, kernel):
    return convolved(image, kernel, mode="valid")


def conv2d(x, weight, bias, stride, padding):
    border = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), border, border))
    return np.stack(
        [
            [
                sum(map(cross_correlate2d, example, kernels))[::stride, ::stride] + shift
                for kernels, shift in zip(weight, bias, strict=True)
            ]
            for example in padded
        ]
    )


def conv_transpose2d(x, weight, stride, padding, output_padding):
    n, channels, rows, columns = x.shape
    between = np.zeros((n, channels, (rows - 1) * stride + 1, (columns - 1) * stride + 1))
    between[:, :, ::stride, ::stride] = x
    full = np.array(
        [
            [sum(map(convolved, example, kernels)) for kernels in weight.swapaxes(0, 1)]
            for example in between
        ]
    )
    full = np.pad(full, ((0, 0), (0, 0), (0, output_padding), (0, output_padding)))
    rows, columns = full.shape[2:]
    return full[:, :, padding : rows - padding, padding : columns - padding]
