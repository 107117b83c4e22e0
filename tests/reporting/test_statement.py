"""The assignment in Markdown: what to write, for how many points."""

from dataclasses import replace

from tiny_suite import tiny_suite

from benchharness.reporting.statement import statement
from benchharness.suite.signature import Signature

TINY = """\
# Tiny: two tasks that take no time, for the tests of what is built around a suite

Write the functions below, under these names, for 4 points in all. You may leave some out.
The first command writes a file to start from, the second one grades it:

```
benchharness new submission tiny
pytest --bench --suite=tiny --submission=submission.py
```

Your functions get NumPy arrays. In a file that says `BACKEND = "torch"` or
`BACKEND = "tensorflow"` they get tensors, and return tensors; `--backend torch` after the first
command writes one. Leave the arguments unchanged.

## 1. `negative(image)` (3 points)

```
negative(image: uint8[H, W]) -> uint8[H, W]
```

The image with dark and bright exchanged.

- `image`: uint8, shape (H, W)
- returned: uint8, shape (H, W)

## 2. `total(values)` (1 point)

```
total(values: float[N]) -> float
```

The sum of the values.

- `values`: float, shape (N,)
- returned: float
"""


def written(signature=None, **changes):
    """The statement of a suite with one task that is changed."""
    suite = tiny_suite()
    if signature:
        changes["signature"] = Signature.parse(signature)
    return statement(replace(suite, tasks=(replace(suite.tasks[0], **changes),)), "tiny")


def test_statement_of_the_tiny_suite():
    assert statement(tiny_suite(), "tiny") == TINY


def test_conventions_of_the_suite_come_first():
    suite = replace(tiny_suite(), conventions="Images are grey.")

    assert "a suite\n\nImages are grey.\n\nWrite the functions" in statement(suite, "tiny")


def test_tensorflows_order_of_axes_is_told_where_it_differs():
    text = written("negative(image: float[C, H, W], width: int) -> float[H, W]")

    assert (
        "- `image`: float, shape (C, H, W); in TensorFlow (H, W, C)\n"
        "- `width`: int\n"
        "- returned: float, shape (H, W)\n"
    ) in text


def test_long_signature_has_a_line_for_each_parameter():
    names = ("first_parameter", "second_parameter", "third_parameter")
    text = written(f"f({', '.join(f'{name}: float[N, K]' for name in names)}) -> float[N, K]")

    inside = "".join(f"    {name}: float[N, K],\n" for name in names)
    assert f"```\nf(\n{inside}) -> float[N, K]\n```\n" in text


def test_arrays_that_are_returned_together_have_a_line_each():
    text = written("split(x: float[N]) -> (low: float[n], high: float[m])")

    assert (
        "- returned: tuple of\n"
        "  - `low`: float, shape (n,)\n"
        "  - `high`: float, shape (m,)\n"
    ) in text  # fmt: skip


def test_what_is_forbidden_is_said():
    assert "- not allowed: `numpy.negative`\n" in written(forbidden=("numpy.negative",))
