"""Plain Python loops over positions, kernels and channels."""

import numpy as np


def conv_output_size(size, kernel, stride, padding):
    counts = []
    for axis in (0, 1):
        last = size[axis] + 2 * padding[axis] - kernel[axis]
        counts.append(len(range(0, last + 1, stride[axis])))
    return tuple(counts)


def conv_transpose_output_size(size, kernel, stride, padding, output_padding):
    lengths = []
    for axis in (0, 1):
        end = 0
        for position in range(size[axis]):
            end = position * stride[axis] + kernel[axis]
        lengths.append(end + output_padding[axis] - 2 * padding[axis])
    return tuple(lengths)


def network_shapes(input_shape, layers):
    shapes = []
    channels, rows, columns = input_shape
    for layer in layers:
        kind = layer["kind"]
        if kind in ("conv", "pool"):
            if kind == "conv":
                channels = layer["out"]
            padding = layer.get("padding", 0)
            sizes = []
            for n in (rows, columns):
                if padding == "same":
                    sizes.append(len(range(0, n, layer["stride"])))
                elif n + 2 * padding < layer["kernel"]:
                    raise ValueError("the kernel is larger than the map")
                else:
                    starts = range(0, n + 2 * padding - layer["kernel"] + 1, layer["stride"])
                    sizes.append(len(starts))
            rows, columns = sizes
        elif kind == "conv_transpose":
            channels = layer["out"]
            more = layer["kernel"] + layer["output_padding"] - 2 * layer["padding"]
            rows = (rows - 1) * layer["stride"] + more
            columns = (columns - 1) * layer["stride"] + more
            if rows <= 0 or columns <= 0:
                raise ValueError("nothing is left")
        elif kind == "upsample":
            rows *= layer["factor"]
            columns *= layer["factor"]
        elif kind == "flatten":
            channels, rows, columns = channels * rows * columns, 1, 1
        elif kind == "dense":
            channels, rows, columns = layer["out"], 1, 1
        elif kind == "crop_concat":
            if layer["with"] < 0 or layer["with"] >= len(shapes):
                raise ValueError("no earlier layer")
            more_channels, more_rows, more_columns = shapes[layer["with"]]
            if more_rows < rows or more_columns < columns:
                raise ValueError("the earlier map is smaller")
            channels += more_channels
        else:
            raise ValueError("unknown layer")
        shapes.append((channels, rows, columns))
    return shapes


def pad2d(image, width, mode):
    if mode not in ("zeros", "reflect", "replicate", "circular"):
        raise ValueError(mode)
    rows, columns = image.shape
    padded = np.zeros((rows + 2 * width, columns + 2 * width))
    for i in range(rows + 2 * width):
        for j in range(columns + 2 * width):
            y = source(i - width, rows, mode)
            x = source(j - width, columns, mode)
            if y is not None and x is not None:
                padded[i, j] = image[y, x]
    return padded


def source(place, n, mode):
    if 0 <= place < n:
        return place
    if mode == "zeros":
        return None
    if mode == "reflect":
        return -place if place < 0 else 2 * (n - 1) - place
    if mode == "replicate":
        return 0 if place < 0 else n - 1
    return place + n if place < 0 else place - n


def cross_correlate2d(image, kernel):
    height, width = kernel.shape
    result = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for a in range(height):
                for b in range(width):
                    result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result


def convolve2d(image, kernel):
    height, width = kernel.shape
    result = np.zeros((image.shape[0] - height + 1, image.shape[1] - width + 1))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for a in range(height):
                for b in range(width):
                    result[i, j] += image[i + height - 1 - a, j + width - 1 - b] * kernel[a, b]
    return result


def conv2d(x, weight, bias, stride, padding):
    n, channels, rows, columns = x.shape
    out, _, height, width = weight.shape
    new_rows = (rows + 2 * padding - height) // stride + 1
    new_columns = (columns + 2 * padding - width) // stride + 1
    result = np.zeros((n, out, new_rows, new_columns))
    for example in range(n):
        for o in range(out):
            for i in range(new_rows):
                for j in range(new_columns):
                    total = bias[o]
                    for c in range(channels):
                        for a in range(height):
                            for b in range(width):
                                y = i * stride + a - padding
                                z = j * stride + b - padding
                                if 0 <= y < rows and 0 <= z < columns:
                                    total += x[example, c, y, z] * weight[o, c, a, b]
                    result[example, o, i, j] = total
    return result


def conv_transpose2d(x, weight, stride, padding, output_padding):
    n, channels, rows, columns = x.shape
    _, out, height, width = weight.shape
    new_rows = (rows - 1) * stride - 2 * padding + height + output_padding
    new_columns = (columns - 1) * stride - 2 * padding + width + output_padding
    result = np.zeros((n, out, new_rows, new_columns))
    for example in range(n):
        for c in range(channels):
            for i in range(rows):
                for j in range(columns):
                    for a in range(height):
                        for b in range(width):
                            y, z = i * stride + a - padding, j * stride + b - padding
                            if 0 <= y < new_rows and 0 <= z < new_columns:
                                value = x[example, c, i, j]
                                result[example, :, y, z] += value * weight[c, :, a, b]
    return result
