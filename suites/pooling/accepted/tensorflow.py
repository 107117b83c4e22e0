"""TensorFlow, channels last: tf.nn's pooling, its argmax divided by the channels, scatter_nd."""

import tensorflow as tf

BACKEND = "tensorflow"


def pool2d(x, size, mode):
    if x.shape[0] % size or x.shape[1] % size:
        raise ValueError(size)
    pool = tf.nn.max_pool2d if mode == "max" else tf.nn.avg_pool2d
    pooled = pool(x[tf.newaxis, :, :, tf.newaxis], size, size, "VALID")[0, :, :, 0]
    return pooled * size**2 if mode == "sum" else pooled


def max_pool_indices(x, size):
    values, indices = tf.nn.max_pool_with_argmax(x, size, size, "VALID")
    return values, indices // x.shape[3]


def max_pool_backward(grad, indices, height, width):
    N, _, _, C = grad.shape
    image = tf.range(N, dtype=tf.int64)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    channel = tf.range(C, dtype=tf.int64)
    places = (image * height * width + indices) * C + channel
    flat = tf.scatter_nd(
        tf.reshape(places, (-1, 1)), tf.reshape(grad, (-1,)), (N * height * width * C,)
    )
    return tf.reshape(flat, (N, height, width, C))


def roi_pool(features, rois, height, width):
    return tf.stack([grid_of_maxima(features, roi, height, width) for roi in rois.numpy()])


def grid_of_maxima(features, roi, height, width):
    top, left, bottom, right = (int(corner) for corner in roi)
    region = features[top:bottom, left:right]
    h, w = bottom - top, right - left
    rows = []
    for i in range(height):
        strip = region[i * h // height : -(-(i + 1) * h // height)]
        strip = tf.reduce_max(strip, axis=0)
        bins = [strip[j * w // width : -(-(j + 1) * w // width)] for j in range(width)]
        rows.append(tf.stack([tf.reduce_max(cells, axis=0) for cells in bins]))
    return tf.stack(rows)
