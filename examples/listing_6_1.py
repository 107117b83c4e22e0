"""
Listing 6.1 of the course text as printed, in Python 3, cut into functions. It is wrong.

The means u1 and u2 are not divided by p1 and p2, and the first half compares with `<`.
"""

import numpy as np

BACKEND = "numpy"


def binarize(gray, threshold):
    row, col = np.shape(gray)
    gray_flat = np.reshape(gray, (row * col, 1))[:, 0]
    gray_const = []
    for i in range(len(gray_flat)):
        if gray_flat[i] < threshold:
            gray_const.append(255)
        else:
            gray_const.append(0)
    gray_const = np.reshape(np.array(gray_const), (row, col))
    return gray_const


def grey_histogram(gray):
    row, col = np.shape(gray)
    hist_dist = 256 * [0]
    for i in range(row):
        for j in range(col):
            hist_dist[gray[i, j]] += 1
    hist_dist = [c / float(row * col) for c in hist_dist]
    return hist_dist


def between_class_variance(hist_dist, t):
    u1, u2, p1, p2, u = 0, 0, 0, 0, 0
    for i in range(t + 1):
        u1 += hist_dist[i] * i
        p1 += hist_dist[i]
    for i in range(t + 1, 256):
        u2 += hist_dist[i] * i
        p2 += hist_dist[i]
    for i in range(256):
        u += hist_dist[i] * i
    var_c1_c2 = p1 * (u1 - u) ** 2 + p2 * (u2 - u) ** 2
    return var_c1_c2


def otsu_threshold(gray):
    hist_dist = grey_histogram(gray)
    variance_list = []
    for i in range(256):
        var_c1_c2 = between_class_variance(hist_dist, i)
        variance_list.append(var_c1_c2)
    t_hat = np.argmax(variance_list)
    return t_hat
