"""TensorFlow, channels last: repeat, a transposed convolution, scatter_nd."""

import tensorflow as tf

BACKEND = "tensorflow"


def unpool_nearest(x, factor):
    return tf.repeat(tf.repeat(x, factor, axis=1), factor, axis=2)


def unpool_bed_of_nails(x, factor):
    N, H, W, C = x.shape
    corner = tf.pad(tf.ones((1, 1)), ((0, factor - 1), (0, factor - 1)))
    nail = corner[:, :, tf.newaxis, tf.newaxis] * tf.eye(C)
    return tf.nn.conv2d_transpose(x, nail, (N, H * factor, W * factor, C), factor, "VALID")


def max_unpool(values, indices, height, width):
    if tf.reduce_any((indices < 0) | (indices >= height * width)):
        raise ValueError("an index lies outside of the map")
    N, _, _, C = values.shape
    n = tf.range(N, dtype=tf.int64)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    n = tf.broadcast_to(n, tf.shape(indices))
    c = tf.broadcast_to(tf.range(C, dtype=tf.int64), tf.shape(indices))
    places = tf.stack([n, indices // width, indices % width, c], axis=-1)
    return tf.scatter_nd(places, values, (N, height, width, C))
