"""Segmentation in PyTorch: all eight tasks on tensors; the watershed alone in plain Python."""

import heapq

import torch
import torch.nn.functional as F

BACKEND = "torch"


def kmeans_colors(image, centroids, iterations):
    colours = image.reshape(-1, 3).to(centroids.dtype)
    for _ in range(iterations):
        labels = torch.cdist(colours, centroids).argmin(dim=1)
        sizes = torch.bincount(labels, minlength=len(centroids)).unsqueeze(1)
        sums = torch.zeros_like(centroids).index_add(0, labels, colours)
        centroids = torch.where(sizes > 0, sums / sizes, centroids)
    return labels.reshape(image.shape[:2]), centroids


def watershed(elevation, markers, mask):
    heights, labels, wanted = elevation.tolist(), markers.tolist(), mask.tolist()
    queue = [(heights[y][x], 0, y, x) for y, x in markers.nonzero().tolist()]
    heapq.heapify(queue)
    age = 0
    while queue:
        _, _, y, x = heapq.heappop(queue)
        for v, u in ((y - 1, x), (y, x - 1), (y, x + 1), (y + 1, x)):
            inside = 0 <= v < len(heights) and 0 <= u < len(heights[0])
            if inside and wanted[v][u] and not labels[v][u]:
                labels[v][u] = labels[y][x]
                age += 1
                heapq.heappush(queue, (heights[v][u], age, v, u))
    return torch.tensor(labels)


def sliding_windows(image, size, stride):
    return image.unfold(0, size, stride).unfold(1, size, stride).reshape(-1, size, size)


def pixel_softmax(scores):
    return torch.softmax(scores, dim=0)


def pixel_cross_entropy(scores, labels):
    return F.cross_entropy(scores.unsqueeze(0), labels.unsqueeze(0), reduction="sum")


def segment_classes(scores):
    return scores.argmax(dim=0)


def mask_from_logits(logits):
    return torch.sigmoid(logits) > 0.5


def center_crop(image, height, width):
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    return image.narrow(1, top, height).narrow(2, left, width)
