"""Otsu's threshold in PyTorch."""

import torch

BACKEND = "torch"


def otsu_threshold(image):
    counts = torch.bincount(image.flatten().to(torch.int64), minlength=256).double()
    below = counts.cumsum(0)
    sums = (counts * torch.arange(256)).cumsum(0)
    above = image.numel() - below
    means = sums / below.clamp(min=1), (sums[-1] - sums) / above.clamp(min=1)
    return int((below * above * (means[0] - means[1]) ** 2).argmax())
