"""PyTorch, by softplus, distributions and clamped logarithms."""

import torch
import torch.nn.functional as F
from torch.distributions import Normal
from torch.distributions import kl_divergence as divergence

BACKEND = "torch"


def softmax(scores):
    return F.log_softmax(scores, dim=1).exp()


def categorical_cross_entropy(probabilities, targets):
    return -(targets * probabilities.clamp_min(1e-12).log()).sum(dim=1).mean()


def sigmoid_cross_entropy_with_logits(logits, labels):
    return F.softplus(logits) - logits * labels


def localization_loss(class_probabilities, class_targets, boxes, box_targets, alpha, beta):
    logarithms = torch.log(class_probabilities + 1e-12)
    cross_entropy = F.cross_entropy(logarithms, class_targets)
    return alpha * cross_entropy + beta * 4 * F.mse_loss(boxes, box_targets)


def gaussian_kl(mu, log_variance):
    codes = Normal(mu, torch.exp(log_variance / 2))
    return divergence(codes, Normal(0.0, 1.0)).sum(dim=1).mean()
