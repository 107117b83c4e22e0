"""
Which GPUs there are, as JSON: a process of its own, since one that has asked cannot be forked.

It runs as `python -I -m benchharness.worker.probe [STAND_IN]` and sees no submission.
"""

from __future__ import annotations

import json
import runpy
import sys

from benchharness.worker import cuda_driver

__all__ = ["main"]


def main() -> None:
    """Print what CUDA's driver shows, or why it shows nothing."""
    for stand_in in sys.argv[1:]:
        runpy.run_path(stand_in, run_name="__main__")
    try:
        answer: dict[str, object] = {"gpus": cuda_driver.visible_gpus()}
    except OSError as problem:
        answer = {"problem": str(problem)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
