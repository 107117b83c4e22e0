"""What a parameter or an answer is, for a student: in words, and as a type in Python."""

from __future__ import annotations

from benchharness.suite.layout import axes_in
from benchharness.suite.signature import Array, Kind, Listing, Record, Scalar

__all__ = ["annotation", "in_words", "items_of_their_own"]

_ARRAYS = {"numpy": "np.ndarray", "torch": "torch.Tensor", "tensorflow": "tf.Tensor"}


def annotation(kind: Kind, backend: str) -> str:
    """The type that a parameter has in Python: `np.ndarray`, `int`, `tuple`."""
    if isinstance(kind, Array):
        return _ARRAYS[backend]
    if isinstance(kind, Scalar):
        return kind.name
    return "tuple" if isinstance(kind, Record) else "list"


def in_words(kind: Kind, backend: str) -> str:
    """The kind with its shape in the backend's order of axes: `uint8, shape (H, W)`."""
    if isinstance(kind, Array):
        axes = axes_in(backend, kind)
        return f"{kind.dtype}, shape ({', '.join(axes)}{',' if len(axes) == 1 else ''})"
    if isinstance(kind, Record):
        return f"tuple {_inside(kind, backend)}"
    if isinstance(kind, Listing):
        return f"list of {_in_plural(kind.item, backend)}"
    return kind.name


def items_of_their_own(kind: Kind) -> tuple[tuple[str, Kind], ...]:
    """The items of a tuple that has arrays in it, each with a name; nothing for other kinds."""
    if not isinstance(kind, Record):
        return ()
    if all(isinstance(item, Scalar) for _, item in kind.items):
        return ()
    return tuple((name or f"item {n}", item) for n, (name, item) in enumerate(kind.items))


def _in_plural(kind: Kind, backend: str) -> str:
    if isinstance(kind, Array):
        return f"arrays ({in_words(kind, backend)})"
    if isinstance(kind, Record):
        return f"tuples {_inside(kind, backend)}"
    if isinstance(kind, Listing):
        return f"lists of {_in_plural(kind.item, backend)}"
    return kind.name


def _inside(kind: Record, backend: str) -> str:
    words = ((name, in_words(item, backend)) for name, item in kind.items)
    return f"({', '.join(f'{name}: {text}' if name else text for name, text in words)})"
