"""PyTorch: unfolded windows, and gradients by automatic differentiation."""

import torch
import torch.nn.functional as F

BACKEND = "torch"


def pool2d(x, size, mode):
    if x.shape[0] % size or x.shape[1] % size:
        raise ValueError("cannot be pooled")
    windows = x.unfold(0, size, size).unfold(1, size, size)
    if mode == "max":
        return windows.amax(dim=(2, 3))
    return windows.mean(dim=(2, 3)) if mode == "average" else windows.sum(dim=(2, 3))


def max_pool_indices(x, size):
    windows = x.unfold(2, size, size).unfold(3, size, size).flatten(4)
    values, inside = windows.max(dim=4)
    y = torch.arange(0, x.shape[2], size)[:, None] + inside // size
    column = torch.arange(0, x.shape[3], size) + inside % size
    return values, y * x.shape[3] + column


def max_pool_backward(grad, indices, height, width):
    x = torch.zeros(*grad.shape[:2], height * width, requires_grad=True)
    x.gather(2, indices.flatten(2)).backward(grad.flatten(2))
    return x.grad.view(*grad.shape[:2], height, width)


def roi_pool(features, rois, height, width):
    pooled = []
    for roi in rois:
        region = features[:, roi[0] : roi[2], roi[1] : roi[3]]
        pooled.append(F.adaptive_max_pool2d(region[None], (height, width)))
    return torch.cat(pooled)
