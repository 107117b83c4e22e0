"""Segmentation through scikit-image: `watershed`, `view_as_windows`, `crop`."""

import numpy as np
import skimage.segmentation
import skimage.util


def watershed(elevation, markers, mask):
    return skimage.segmentation.watershed(elevation, markers, mask=mask, connectivity=1)


def sliding_windows(image, size, stride):
    windows = skimage.util.view_as_windows(np.ascontiguousarray(image), size, stride)
    return windows.reshape(-1, size, size)


def center_crop(image, height, width):
    _, rows, columns = image.shape
    above, left = (rows - height) // 2, (columns - width) // 2
    below, right = rows - height - above, columns - width - left
    return skimage.util.crop(image, ((0, 0), (above, below), (left, right)))
