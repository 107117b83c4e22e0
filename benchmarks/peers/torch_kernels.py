"""
Both variants of the two pieces of work as a user of PyTorch's Timer compares them.

    python torch_kernels.py blocked_autorange|adaptive_autorange FILE.json
"""

import json
import sys
from pathlib import Path

from kernels import ARGUMENTS, FUNCTIONS, reference
from torch.utils.benchmark import Compare, Timer

_OPTIONS = {"blocked_autorange": {"min_run_time": 1}, "adaptive_autorange": {}}


def measured(method, description, name, function):
    """What the Timer's method makes of one function on its arguments."""
    timer = Timer(
        "function(*arguments)",
        globals={"function": function, "arguments": ARGUMENTS[name]},
        label="kernels",
        sub_label=name,
        description=description,
    )
    return getattr(timer, method)(**_OPTIONS[method])


method, file = sys.argv[1:]
found = {
    name: [
        measured(method, "before", name, getattr(reference, name)),
        measured(method, "after", name, function),
    ]
    for name, function in FUNCTIONS.items()
}
comparison = Compare([each for both in found.values() for each in both])
comparison.trim_significant_figures()
comparison.print()
Path(file).write_text(json.dumps({name: [m.median for m in both] for name, both in found.items()}))
