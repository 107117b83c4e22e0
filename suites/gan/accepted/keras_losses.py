"""Keras: its binary cross-entropy for every loss, and its layers for the pyramids."""

import tensorflow as tf
from tensorflow import keras

BACKEND = "tensorflow"

from_logits = keras.losses.BinaryCrossentropy(from_logits=True)
from_probabilities = keras.losses.BinaryCrossentropy()


def gan_value(d_real, d_fake):
    real = from_probabilities(tf.ones_like(d_real), d_real)
    return -real - from_probabilities(tf.zeros_like(d_fake), d_fake)


def discriminator_loss(real_logits, fake_logits, smooth):
    real = from_logits((1 - smooth) * tf.ones_like(real_logits), real_logits)
    return real + from_logits(tf.zeros_like(fake_logits), fake_logits)


def generator_loss(fake_logits):
    return from_logits(tf.ones_like(fake_logits), fake_logits)


def generator_loss_minimax(fake_logits):
    return -from_logits(tf.zeros_like(fake_logits), fake_logits)


def generator_gradient(fake_logits, loss):
    if loss not in ("minimax", "non-saturating"):
        raise ValueError(f"{loss} is no loss")
    probabilities = keras.activations.sigmoid(fake_logits)
    slopes = -probabilities if loss == "minimax" else probabilities - 1
    return slopes / len(fake_logits)


def laplacian_pyramid(image, levels):
    down, up = keras.layers.AveragePooling2D(2), keras.layers.UpSampling2D(2)
    image = image[tf.newaxis, ..., tf.newaxis]
    pyramid = []
    for _ in range(levels):
        coarser = down(image)
        pyramid.append((image - up(coarser))[0, ..., 0])
        image = coarser
    return [*pyramid, image[0, ..., 0]]


def reconstruct_pyramid(pyramid):
    up = keras.layers.UpSampling2D(2, interpolation="nearest")
    image = pyramid[-1][tf.newaxis, ..., tf.newaxis]
    for detail in pyramid[-2::-1]:
        image = up(image) + detail[tf.newaxis, ..., tf.newaxis]
    return image[0, ..., 0]
