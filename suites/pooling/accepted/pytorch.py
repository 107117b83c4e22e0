"""PyTorch's own layers: max_pool2d with indices, avg_pool2d, adaptive_max_pool2d, a scatter."""

import torch
import torch.nn.functional as F

BACKEND = "torch"


def pool2d(x, size, mode):
    if x.shape[0] % size or x.shape[1] % size:
        raise ValueError(f"windows of {size} do not divide {tuple(x.shape)}")
    x = x[None, None]
    if mode == "max":
        return F.max_pool2d(x, size)[0, 0]
    return F.avg_pool2d(x, size, divisor_override=1 if mode == "sum" else None)[0, 0]


def max_pool_indices(x, size):
    return F.max_pool2d(x, size, return_indices=True)


def max_pool_backward(grad, indices, height, width):
    N, C = grad.shape[:2]
    planes = torch.zeros(N, C, height * width)
    planes.scatter_(2, indices.flatten(2), grad.flatten(2))
    return planes.view(N, C, height, width)


def roi_pool(features, rois, height, width):
    return torch.stack(
        [
            F.adaptive_max_pool2d(features[:, top:bottom, left:right], (height, width))
            for top, left, bottom, right in rois.tolist()
        ]
    )
