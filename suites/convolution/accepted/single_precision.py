"""NumPy in float32 throughout: shifted copies of the whole image, added up."""

import numpy as np


def pad2d(image, width, mode):
    names = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    if mode not in names:
        raise ValueError(mode)
    return np.pad(image.astype(np.float32), width, mode=names[mode])


def cross_correlate2d(image, kernel):
    image, kernel = image.astype(np.float32), kernel.astype(np.float32)
    rows, columns = np.subtract(image.shape, kernel.shape) + 1
    result = np.zeros((rows, columns), np.float32)
    for (a, b), weight in np.ndenumerate(kernel):
        result += weight * image[a : a + rows, b : b + columns]
    return result


def convolve2d(image, kernel):
    return cross_correlate2d(image, kernel[::-1, ::-1])


def conv2d(x, weight, bias, stride, padding):
    weight, bias = weight.astype(np.float32), bias.astype(np.float32)
    border = (padding, padding)
    padded = np.pad(x.astype(np.float32), ((0, 0), (0, 0), border, border))
    k, m = weight.shape[2:]
    rows = (padded.shape[2] - k) // stride + 1
    columns = (padded.shape[3] - m) // stride + 1
    result = np.zeros((len(x), len(weight), rows, columns), np.float32)
    for a in range(k):
        for b in range(m):
            seen = padded[:, :, a::stride, b::stride][:, :, :rows, :columns]
            result += np.einsum("ncij,oc->noij", seen, weight[:, :, a, b])
    return result + bias[:, np.newaxis, np.newaxis]


def conv_transpose2d(x, weight, stride, padding, output_padding):
    x, weight = x.astype(np.float32), weight.astype(np.float32)
    n, _, rows, columns = x.shape
    _, out, k, m = weight.shape
    height, width = (rows - 1) * stride + k, (columns - 1) * stride + m
    whole = np.zeros((n, out, height + output_padding, width + output_padding), np.float32)
    for i in range(rows):
        for j in range(columns):
            laid = np.einsum("nc,coab->noab", x[:, :, i, j], weight)
            whole[:, :, i * stride : i * stride + k, j * stride : j * stride + m] += laid
    height, width = whole.shape[2:]
    return whole[:, :, padding : height - padding, padding : width - padding]
