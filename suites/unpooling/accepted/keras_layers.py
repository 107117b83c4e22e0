"""TensorFlow: Keras' UpSampling2D, a masked resize, one-hot planes; channels last."""

import tensorflow as tf

BACKEND = "tensorflow"


def unpool_nearest(x, factor):
    return tf.keras.layers.UpSampling2D(factor, interpolation="nearest")(x)


def unpool_bed_of_nails(x, factor):
    _, H, W, _ = x.shape
    larger = tf.image.resize(x, (H * factor, W * factor), method="nearest")
    rows = tf.cast(tf.range(H * factor) % factor == 0, tf.float32)
    columns = tf.cast(tf.range(W * factor) % factor == 0, tf.float32)
    return larger * (rows[:, tf.newaxis] * columns)[tf.newaxis, :, :, tf.newaxis]


def max_unpool(values, indices, height, width):
    places = indices.numpy()
    if places.min() < 0 or places.max() >= height * width:
        raise ValueError("an index lies outside of the map")
    marks = tf.one_hot(indices, height * width)
    planes = tf.einsum("nijc,nijck->nkc", values, marks)
    return tf.reshape(planes, (len(values), height, width, values.shape[3]))
