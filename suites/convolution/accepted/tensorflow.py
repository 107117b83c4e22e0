"""TensorFlow's own functions, with its order of axes: maps N, H, W, C and kernels k, l, ..."""

import math

import tensorflow as tf

BACKEND = "tensorflow"


def conv_output_size(size, kernel, stride, padding):
    n, k = tf.constant(size), tf.constant(kernel)
    result = (n + 2 * tf.constant(padding) - k) // tf.constant(stride) + 1
    return result[0], result[1]


def conv_transpose_output_size(size, kernel, stride, padding, output_padding):
    full = (tf.constant(size) - 1) * tf.constant(stride) + tf.constant(kernel)
    result = full - 2 * tf.constant(padding) + tf.constant(output_padding)
    return result[0], result[1]


def network_shapes(input_shape, layers):
    shapes = []
    shape = tf.TensorShape(input_shape)
    for layer in layers:
        shape = tf.TensorShape(after(layer, *shape.as_list(), shapes))
        shapes.append(shape.as_list())
    return shapes


def after(layer, channels, rows, columns, shapes):
    kind = layer["kind"]
    if kind == "conv" and layer["padding"] == "same":
        return layer["out"], *(math.ceil(n / layer["stride"]) for n in (rows, columns))
    if kind in ("conv", "pool"):
        padded = [n + 2 * layer.get("padding", 0) for n in (rows, columns)]
        if min(padded) < layer["kernel"]:
            raise ValueError("the kernel is too large")
        steps = [(n - layer["kernel"]) // layer["stride"] for n in padded]
        return layer.get("out", channels), steps[0] + 1, steps[1] + 1
    if kind == "conv_transpose":
        ends = [(n - 1) * layer["stride"] + layer["kernel"] for n in (rows, columns)]
        ends = [n - 2 * layer["padding"] + layer["output_padding"] for n in ends]
        if min(ends) < 1:
            raise ValueError("nothing is left")
        return layer["out"], *ends
    if kind == "upsample":
        return channels, layer["factor"] * rows, layer["factor"] * columns
    if kind in ("flatten", "dense"):
        return layer.get("out", channels * rows * columns), 1, 1
    if kind == "crop_concat" and layer["with"] in range(len(shapes)):
        more, *size = shapes[layer["with"]]
        if size[0] >= rows and size[1] >= columns:
            return channels + more, rows, columns
    raise ValueError("the layer does not fit")


def pad2d(image, width, mode):
    paddings = [[width, width], [width, width]]
    if mode == "zeros":
        return tf.pad(image, paddings)
    if mode == "reflect":
        return tf.pad(image, paddings, mode="REFLECT")
    if mode not in ("replicate", "circular"):
        raise ValueError(f"unknown mode {mode}")
    for axis in (0, 1):
        n = image.shape[axis]
        places = tf.range(-width, n + width)
        wrapped = places % n if mode == "circular" else tf.clip_by_value(places, 0, n - 1)
        image = tf.gather(image, wrapped, axis=axis)
    return image


def cross_correlate2d(image, kernel):
    image, kernel = image[tf.newaxis, :, :, tf.newaxis], kernel[:, :, tf.newaxis, tf.newaxis]
    return tf.nn.conv2d(image, kernel, strides=1, padding="VALID")[0, :, :, 0]


def convolve2d(image, kernel):
    return cross_correlate2d(image, tf.reverse(kernel, axis=[0, 1]))


def conv2d(x, weight, bias, stride, padding):
    padded = tf.pad(x, [[0, 0], [padding, padding], [padding, padding], [0, 0]])
    return tf.nn.bias_add(tf.nn.conv2d(padded, weight, strides=stride, padding="VALID"), bias)


def conv_transpose2d(x, weight, stride, padding, output_padding):
    n, rows, columns, _ = x.shape
    k, m, out, _ = weight.shape
    height = (rows - 1) * stride + k + output_padding
    width = (columns - 1) * stride + m + output_padding
    whole = tf.nn.conv2d_transpose(
        x, weight, output_shape=(n, height, width, out), strides=stride, padding="VALID"
    )
    return whole[:, padding : height - padding, padding : width - padding]
