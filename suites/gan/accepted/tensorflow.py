"""TensorFlow, with its own losses and automatic differentiation."""

import tensorflow as tf

BACKEND = "tensorflow"


def cross_entropy(logits, label):
    labels = tf.fill(tf.shape(logits), tf.cast(label, logits.dtype))
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    return tf.reduce_mean(losses)


def gan_value(d_real, d_fake):
    return tf.reduce_mean(tf.math.log(d_real)) + tf.reduce_mean(tf.math.log(1 - d_fake))


def discriminator_loss(real_logits, fake_logits, smooth):
    return cross_entropy(real_logits, 1 - smooth) + cross_entropy(fake_logits, 0)


def generator_loss(fake_logits):
    return -tf.reduce_mean(tf.math.log_sigmoid(fake_logits))


def generator_loss_minimax(fake_logits):
    return -cross_entropy(fake_logits, 0)


def generator_gradient(fake_logits, loss):
    losses = {"minimax": generator_loss_minimax, "non-saturating": generator_loss}
    if loss not in losses:
        raise ValueError(f"unknown loss: {loss}")
    with tf.GradientTape() as tape:
        tape.watch(fake_logits)
        value = losses[loss](fake_logits)
    return tape.gradient(value, fake_logits)


def optimal_discriminator(p_data, p_model):
    total = p_data + p_model
    return tf.where(total > 0, tf.math.divide_no_nan(p_data, total), 0.5)


def conditioning_augmentation(mu, log_variance, epsilon):
    return mu + tf.exp(log_variance / 2) * epsilon


def stackgan_generator_loss(fake_logits, mu, log_variance, weight):
    terms = tf.square(mu) + tf.exp(log_variance) - log_variance - 1
    divergence = 0.5 * tf.reduce_mean(tf.reduce_sum(terms, axis=1))
    return -tf.reduce_mean(tf.nn.softplus(fake_logits)) + weight * divergence


def doubled(image):
    return tf.repeat(tf.repeat(image, 2, axis=0), 2, axis=1)


def laplacian_pyramid(image, levels):
    pyramid = []
    for _ in range(levels):
        coarser = tf.nn.avg_pool2d(image[tf.newaxis, :, :, tf.newaxis], 2, 2, "VALID")[0, :, :, 0]
        pyramid.append(image - doubled(coarser))
        image = coarser
    return [*pyramid, image]


def reconstruct_pyramid(pyramid):
    image = pyramid[-1]
    for detail in reversed(pyramid[:-1]):
        image = detail + doubled(image)
    return image
