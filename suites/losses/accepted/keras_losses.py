"""Losses through Keras's own activations, losses and metrics, which clip at 1e-7."""

import tensorflow as tf

BACKEND = "tensorflow"


def relu(x):
    return tf.keras.activations.relu(x)


def leaky_relu(x, alpha):
    return tf.keras.layers.LeakyReLU(negative_slope=alpha)(x)


def softmax(scores):
    return tf.keras.activations.softmax(scores, axis=-1)


def categorical_cross_entropy(probabilities, targets):
    return tf.keras.losses.CategoricalCrossentropy()(targets, probabilities)


def sigmoid_cross_entropy_with_logits(logits, labels):
    return tf.keras.losses.binary_crossentropy(
        labels[:, tf.newaxis], logits[:, tf.newaxis], from_logits=True
    )


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    cross_entropy = tf.keras.losses.categorical_crossentropy(class_targets, class_probabilities)
    squared_error = 4 * tf.keras.losses.MeanSquaredError(reduction=None)(box_targets, boxes)
    return tf.reduce_mean(alpha * cross_entropy + beta * squared_error)


def mean_squared_error(prediction, target):
    return tf.keras.losses.MeanSquaredError()(target, prediction)


def mean_absolute_error(forecast, actual):
    return tf.keras.losses.MeanAbsoluteError()(actual, forecast)
