"""Thresholding in plain Python loops: all seven tasks, right and slow."""

BACKEND = "numpy"


def grey_histogram(image):
    counts = [0] * 256
    for row in image:
        for pixel in row:
            counts[pixel] += 1
    return [count / image.size for count in counts]


def valley_threshold(histogram, p1, p2):
    lowest = p1
    for level in range(p1, p2 + 1):
        if histogram[level] < histogram[lowest]:
            lowest = level
    return lowest


def midpoint_threshold(p1, p2):
    return (p1 + p2) / 2


def binarize(image, threshold):
    result = image.copy()
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            result[y, x] = 255 if image[y, x] <= threshold else 0
    return result


def between_class_variance(histogram, t):
    p1 = p2 = s1 = s2 = 0.0
    for level in range(256):
        if level <= t:
            p1 += histogram[level]
            s1 += level * histogram[level]
        else:
            p2 += histogram[level]
            s2 += level * histogram[level]
    if p1 == 0 or p2 == 0:
        return 0.0
    mu = s1 + s2
    return p1 * (s1 / p1 - mu) ** 2 + p2 * (s2 / p2 - mu) ** 2


def otsu_threshold(image):
    histogram = grey_histogram(image)
    best = 0
    largest = 0.0
    for t in range(256):
        variance = between_class_variance(histogram, t)
        if variance > largest:
            best, largest = t, variance
    return best


def multi_otsu(image, classes):
    histogram = grey_histogram(image)
    # division[t]: the worth of the best classes that end with level t, and their thresholds
    division = [(class_worth(p, s), []) for p, s in sums_from(0, histogram)]
    for number in range(2, classes + 1):
        larger = [None] * 256
        for start in range(number - 1, 256):
            before, thresholds = division[start - 1]
            for offset, (p, s) in enumerate(sums_from(start, histogram)):
                total = before + class_worth(p, s)
                end = start + offset
                if larger[end] is None or total > larger[end][0]:
                    larger[end] = (total, [*thresholds, start - 1])
        division = larger
    return division[255][1]


def sums_from(start, histogram):
    """The probability and the sum of levels of the classes start..start, start..start+1, ..."""
    p = s = 0.0
    for level in range(start, 256):
        p += histogram[level]
        s += level * histogram[level]
        yield p, s


def class_worth(p, s):
    return s * s / p if p > 0 else 0.0
