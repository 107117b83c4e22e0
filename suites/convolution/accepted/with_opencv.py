"""OpenCV's borders and linear filter."""

import cv2
import numpy as np

BORDERS = {
    "zeros": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "circular": cv2.BORDER_WRAP,
}


def pad2d(image, width, mode):
    if mode not in BORDERS:
        raise ValueError(f"unknown mode {mode}")
    image = np.ascontiguousarray(image)
    return cv2.copyMakeBorder(image, width, width, width, width, BORDERS[mode], value=0)


def cross_correlate2d(image, kernel):
    image, kernel = np.ascontiguousarray(image), np.ascontiguousarray(kernel)
    filtered = cv2.filter2D(image, cv2.CV_64F, kernel, anchor=(0, 0))
    rows, columns = kernel.shape
    return filtered[: image.shape[0] - rows + 1, : image.shape[1] - columns + 1]


def convolve2d(image, kernel):
    return cross_correlate2d(image, cv2.flip(np.ascontiguousarray(kernel), -1))


def conv2d(x, weight, bias, stride, padding):
    result = []
    for example in x:
        maps = [pad2d(channel, padding, "zeros") for channel in example]
        result.append(
            [
                sum(map(cross_correlate2d, maps, kernels))[::stride, ::stride] + shift
                for kernels, shift in zip(weight, bias, strict=True)
            ]
        )
    return np.array(result)
