"""What a framework lets a submission do to the worker that others would be judged in."""

from __future__ import annotations

import importlib.util

import pytest

from .graded import verdicts

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None,
    reason="torch is not installed here: pip install torch",
)

BINARIZE = """
import torch
BACKEND = "torch"
def binarize(image, threshold):
    return torch.where(image <= threshold, 255, 0).to(torch.uint8)
"""
MIDPOINT = """
def midpoint_threshold(p1, p2):
    return torch.tensor([p1, p2], dtype=torch.float64).mean()
"""
IN_PLACE = BINARIZE.replace("    return", "    image[image > 250] = 250\n    return")
DEFAULTS = """
def midpoint_threshold(p1, p2):
    torch.set_default_dtype(torch.float16)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    return torch.tensor(float(p1 + p2)) / 2
"""
SMALL = {"timeout_s": 5.0, "memory_mib": 2048}


def test_input_changed_in_place_is_seen(folder):
    path = folder / "submission.py"
    path.write_text(IN_PLACE + MIDPOINT)
    found = verdicts(path, "binarize", "midpoint_threshold", **SMALL)
    assert found["binarize"].status == "failed"
    assert "Work on a copy" in found["binarize"].message
    assert found["midpoint_threshold"].status == "passed"


def test_changed_defaults_reach_neither_inputs_nor_reference(folder):
    path = folder / "submission.py"
    path.write_text(BINARIZE + DEFAULTS)
    found = verdicts(path, "midpoint_threshold", "binarize", **SMALL)
    assert found["midpoint_threshold"].status in ("failed", "error")
    assert found["midpoint_threshold"].score == 0
