"""The images of five checks and their thresholds: every grader asks for the same ones."""

import numpy as np

EXPECTED = {
    "bright_objects": [111, 108, 105, 100],
    "dark_objects": [145, 137, 140, 143],
    "faint_contrast": [108, 117, 126, 136],
    "wide_images": [99, 109, 119, 128],
    "views": [112, 116, 119, 124],
}


def images(check):
    """The four images of a check."""
    rng = np.random.default_rng(list(EXPECTED).index(check))
    if check == "bright_objects":
        return [two_bands(rng, 60 - 10 * k, 170, 0.2 + 0.1 * k) for k in range(4)]
    if check == "dark_objects":
        return [two_bands(rng, 80, 180 + 10 * k, 0.9 - 0.1 * k) for k in range(4)]
    if check == "faint_contrast":
        return [two_bands(rng, 100, 120 + 20 * k, 0.4) for k in range(4)]
    if check == "wide_images":
        return [two_bands(rng, 50 + 20 * k, 150, 0.5, (8, 400 + 100 * k)) for k in range(4)]
    first, *others = (two_bands(rng, 70 + 10 * k, 160, 0.35, (96, 80)) for k in range(4))
    transposed, mirrored, thinned = others
    return [np.asfortranarray(first), transposed.T, mirrored[::-1], thinned[:, ::2]]


def two_bands(rng, dark, bright, share, shape=(64, 64)):
    """A grey image with that share of bright pixels."""
    middle = np.where(rng.random(shape) < share, bright, dark)
    return rng.normal(middle, 30).clip(0, 255).astype(np.uint8)
