"""An answer read as the kind that the signature promises, or what is wrong with its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchharness.errors import SuiteError
from benchharness.suite.signature import Array, Kind, Listing, Record, Scalar, Signature

__all__ = ["WrongKind", "fit", "refuse_wrong_inputs"]

_INTEGERS = ("int", "uint8", "int32", "int64")
_DTYPE_KINDS = {"int": "i", "float": "f", "bool": "b"}


class WrongKind(Exception):
    """The answer is no value of the promised kind; the text says what arrived, for a student."""


def fit(kind: Kind, answer: Any) -> Any:
    """
    The answer as the judge compares it: numbers as Python numbers, arrays as int64 or float64.

    A number may come as a 0-d array, an integer as an integral float, a tuple as a list, and an
    array as a list of numbers: none of this is what a task asks about.

    Raises
    ------
    WrongKind
        If it is something else.
    """
    if answer is None:
        raise WrongKind(
            f"returned None, expected {_described(kind)}. Does every path end in `return`? "
            "Printing a result is not returning it."
        )
    if isinstance(kind, Scalar):
        return _number(kind, answer)
    if isinstance(kind, Array):
        return _array(kind, answer)
    if isinstance(kind, Record):
        return _record(kind, answer)
    return _listing(kind, answer)


def refuse_wrong_inputs(signature: Signature, inputs: Mapping[str, Any], label: str) -> None:
    """
    Raise unless a suite's inputs are what its signature says, by name and kind.

    Raises
    ------
    SuiteError
        That names the case, the input and what arrived.
    """
    wanted = [parameter.name for parameter in signature.parameters]
    if sorted(inputs) != sorted(wanted):
        raise SuiteError(
            f"case {label!r}: has the inputs {', '.join(inputs) or 'none'}; "
            f"the signature says {', '.join(wanted)}"
        )
    for parameter in signature.parameters:
        where = f"case {label!r}: {parameter.name}"
        _refuse_wrong_input(where, parameter.kind, inputs[parameter.name])


def _refuse_wrong_input(where: str, kind: Kind, value: Any) -> None:
    if isinstance(kind, Listing) and isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_wrong_input(f"{where}[{position}]", kind.item, item)
    elif isinstance(kind, Record) and isinstance(value, tuple) and len(value) == len(kind.items):
        for position, ((_, part), item) in enumerate(zip(kind.items, value, strict=True)):
            _refuse_wrong_input(f"{where}[{position}]", part, item)
    elif not _is_of_kind(kind, value):
        is_array = isinstance(value, np.ndarray)
        arrived = f"{value.dtype}{list(value.shape)}" if is_array else repr(value)
        raise SuiteError(f"{where} is {arrived}; the signature says {kind}")


def _is_of_kind(kind: Kind, value: Any) -> bool:
    if isinstance(kind, Array):
        return _is_array(kind, value)
    return isinstance(kind, Scalar) and _is_scalar(kind, value)


def _is_array(kind: Array, value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.ndim != len(kind.axes):
        return False
    return bool(value.dtype.kind == _DTYPE_KINDS.get(kind.dtype) or value.dtype == kind.dtype)


def _is_scalar(kind: Scalar, value: Any) -> bool:
    if isinstance(value, bool):
        return kind.name == "bool"
    if kind.name == "float":
        return isinstance(value, (int, float))
    return type(value).__name__ == kind.name


def _number(kind: Scalar, answer: Any) -> Any:
    if isinstance(answer, (np.ndarray, np.generic)):
        if answer.ndim:
            raise WrongKind(
                f"returned an array of shape {answer.shape}, expected a single {kind}."
            )
        answer = answer.item()
    if kind.name == "str":
        if type(answer) is not str:
            raise WrongKind(f"returned {_arrived(answer)}, expected a str.")
        return answer
    if type(answer) not in (bool, int, float):
        raise WrongKind(f"returned {_arrived(answer)}, expected a single {kind}.")
    if kind.name == "float":
        return float(answer)
    if answer != answer or answer in (float("inf"), float("-inf")) or answer != int(answer):
        raise WrongKind(f"returned {answer}, expected a whole number.")
    return bool(answer) if kind.name == "bool" and answer in (0, 1) else int(answer)


def _array(kind: Array, answer: Any) -> np.ndarray[Any, Any]:
    if isinstance(answer, (list, tuple)):
        answer = _from_list(kind, answer)
    if not isinstance(answer, np.ndarray):
        raise WrongKind(f"returned {_arrived(answer)}, expected {_described(kind)}.")
    if answer.dtype.kind not in "biuf":
        raise WrongKind(
            f"returned an array of dtype {answer.dtype}, expected {kind.dtype} values."
        )
    if answer.ndim != len(kind.axes):
        raise WrongKind(
            f"returned an array of shape {answer.shape}, expected {len(kind.axes)} "
            f"{'axis' if len(kind.axes) == 1 else 'axes'}: {kind}."
        )
    if kind.dtype in _INTEGERS or kind.dtype == "bool":
        return _whole(kind, answer)
    return answer.astype(np.float64)


def _whole(kind: Array, answer: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if answer.dtype.kind == "f":
        broken = ~(np.isfinite(answer) & (answer == np.round(answer)))
        if broken.any():
            place = tuple(int(i) for i in np.argwhere(broken)[0])
            raise WrongKind(
                f"{int(broken.sum())} of {answer.size} values are no whole numbers; at "
                f"{_place(place)} stands {answer[place]:g}, expected {kind.dtype} values."
            )
        answer = np.clip(answer, -(2.0**62), 2.0**62)
    if kind.dtype == "bool" and not np.isin(answer, (0, 1)).all():
        other = answer[~np.isin(answer, (0, 1))].flat[0]
        raise WrongKind(f"returned {other:g} where True or False (1 or 0) is expected: {kind}.")
    if answer.dtype == np.uint64:
        answer = np.minimum(answer, np.uint64(2**62))
    return answer.astype(np.int64)


def _from_list(kind: Array, answer: Any) -> np.ndarray[Any, Any]:
    if (other := _no_number(answer)) is not None:
        raise WrongKind(
            f"returned a {type(answer).__name__} that holds {_arrived(other)}, "
            f"expected {_described(kind)}."
        )
    try:
        return np.asarray(answer)
    except ValueError as problem:
        raise WrongKind(
            f"returned a {type(answer).__name__} that is no array (its rows differ in length), "
            f"expected {_described(kind)}."
        ) from problem


def _no_number(answer: Any) -> Any:
    """
    Something in a nested list that is no number, or None.

    Strings would become an array whose elements are all as long as the longest.
    """
    if isinstance(answer, (list, tuple)):
        found = (_no_number(item) for item in answer)
        return next((item for item in found if item is not None), None)
    return answer if isinstance(answer, (str, dict)) else None


def _record(kind: Record, answer: Any) -> tuple[Any, ...]:
    if isinstance(answer, np.ndarray) and answer.ndim == 1:
        answer = tuple(answer.tolist())
    if not isinstance(answer, (list, tuple)):
        raise WrongKind(f"returned {_arrived(answer)}, expected {_described(kind)}.")
    if len(answer) != len(kind.items):
        raise WrongKind(f"returned {len(answer)} values, expected {len(kind.items)}: {kind}.")
    fitted = []
    for position, ((name, item), value) in enumerate(zip(kind.items, answer, strict=True), 1):
        try:
            fitted.append(fit(item, value))
        except WrongKind as problem:
            raise WrongKind(f"{name or f'value {position}'}: {problem}") from problem
    return tuple(fitted)


def _listing(kind: Listing, answer: Any) -> list[Any]:
    if isinstance(answer, np.ndarray) and answer.ndim:
        answer = list(answer)
    if not isinstance(answer, (list, tuple)):
        raise WrongKind(f"returned {_arrived(answer)}, expected a list.")
    fitted = []
    for position, value in enumerate(answer):
        try:
            fitted.append(fit(kind.item, value))
        except WrongKind as problem:
            raise WrongKind(f"item {position}: {problem}") from problem
    return fitted


def _described(kind: Kind) -> str:
    if isinstance(kind, Array):
        return f"an array {kind}"
    if isinstance(kind, Record):
        return f"a tuple {kind}"
    return f"a list {kind}" if isinstance(kind, Listing) else f"a single {kind}"


def _arrived(answer: Any) -> str:
    if isinstance(answer, np.ndarray):
        return f"an array of shape {answer.shape}"
    name = type(answer).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _place(index: tuple[int, ...]) -> str:
    return str(index if len(index) != 1 else index[0])
