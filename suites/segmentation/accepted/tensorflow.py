"""Segmentation in TensorFlow: all eight tasks, classes and channels on the last axis."""

import heapq

import tensorflow as tf

BACKEND = "tensorflow"


def kmeans_colors(image, centroids, iterations):
    colours = tf.cast(tf.reshape(image, [-1, 3]), centroids.dtype)
    clusters = len(centroids)
    for _ in range(iterations):
        differences = colours[:, tf.newaxis] - centroids
        labels = tf.argmin(tf.reduce_sum(differences**2, axis=2), axis=1)
        sizes = tf.math.bincount(tf.cast(labels, tf.int32), minlength=clusters)
        means = tf.math.unsorted_segment_mean(colours, labels, clusters)
        centroids = tf.where(sizes[:, tf.newaxis] > 0, means, centroids)
    return tf.reshape(labels, tf.shape(image)[:2]), centroids


def watershed(elevation, markers, mask):
    heights, labels, wanted = elevation.numpy(), markers.numpy().copy(), mask.numpy()
    queue = [(heights[y, x], y, x) for y, x in tf.where(markers > 0).numpy()]
    heapq.heapify(queue)
    while queue:
        _, y, x = heapq.heappop(queue)
        for v, u in ((y - 1, x), (y, x - 1), (y, x + 1), (y + 1, x)):
            inside = 0 <= v < heights.shape[0] and 0 <= u < heights.shape[1]
            if inside and wanted[v, u] and not labels[v, u]:
                labels[v, u] = labels[y, x]
                heapq.heappush(queue, (heights[v, u], v, u))
    return tf.constant(labels)


def sliding_windows(image, size, stride):
    patches = tf.image.extract_patches(
        image[tf.newaxis, :, :, tf.newaxis],
        sizes=[1, size, size, 1],
        strides=[1, stride, stride, 1],
        rates=[1, 1, 1, 1],
        padding="VALID",
    )
    return tf.reshape(patches, [-1, size, size])


def pixel_softmax(scores):
    return tf.nn.softmax(scores)


def pixel_cross_entropy(scores, labels):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)
    return tf.reduce_sum(losses)


def segment_classes(scores):
    return tf.argmax(scores, axis=-1)


def mask_from_logits(logits):
    return tf.sigmoid(logits) > 0.5


def center_crop(image, height, width):
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return tf.image.crop_to_bounding_box(image, top, left, height, width)
