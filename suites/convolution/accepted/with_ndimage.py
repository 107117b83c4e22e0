"""scipy.ndimage filters, cropped to where the kernel lies inside of the image."""

from scipy import ndimage


def cross_correlate2d(image, kernel):
    filtered = ndimage.correlate(image, kernel, mode="constant")
    top, left = (n // 2 for n in kernel.shape)
    return inside(filtered, top, left, kernel)


def convolve2d(image, kernel):
    filtered = ndimage.convolve(image, kernel, mode="constant")
    top, left = ((n - 1) // 2 for n in kernel.shape)
    return inside(filtered, top, left, kernel)


def inside(filtered, top, left, kernel):
    rows = filtered.shape[0] - kernel.shape[0] + 1
    columns = filtered.shape[1] - kernel.shape[1] + 1
    return filtered[top : top + rows, left : left + columns]
