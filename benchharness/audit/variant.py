"""A trusted function in the place of a submission: asked in this process, judged like the rest."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from benchharness.checking.precision import in_single
from benchharness.outcomes import Status
from benchharness.runner.attempt import Answer
from benchharness.suite.layout import from_order_of, to_order_of
from benchharness.suite.task import Task
from benchharness.worker.codec import Packed, unpack

__all__ = ["Variant", "remembered"]

_REMEMBERED = 4_096


class Variant:
    """
    A function of a suite as a submission of some backend would have it.

    It computes in the suite's order of axes, and outside of NumPy in float32: what differs between
    the backends for the judge is order and precision.
    """

    def __init__(self, name: str, function: Callable[..., Any], backend: str) -> None:
        self.backend = backend
        self.path = name
        self._function = function

    def refuse_missing(self, task: Task) -> None:
        """Nothing is ever missing."""

    def call(self, task: Task, message: Packed) -> Answer:
        """The function's answer; what it raises is an answer too."""
        signature, backend = task.signature, self.backend
        pairs = zip(signature.parameters, _arguments(message), strict=True)
        inputs = [from_order_of(backend, p.kind, value) for p, value in pairs]
        try:
            with np.errstate(all="ignore"):
                answer = self._function(*inputs)
        except Exception as problem:
            bases = tuple(base.__qualname__ for base in type(problem).__mro__)
            return Answer(Status.ERROR, f"raised {bases[0]}: {problem}", raised=bases)
        if backend != "numpy":
            answer = in_single({"answer": answer})["answer"]
        return Answer(Status.PASSED, value=to_order_of(backend, signature.result, answer))


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    The same function, which is not called again for inputs that it has seen.

    Every misconception is compared with every other one on the same inputs, photographs among
    them.
    """
    known: dict[bytes, Any] = {}

    @wraps(function)
    def call(*given: Any) -> Any:
        key = hashlib.blake2b(pickle.dumps(given), digest_size=16).digest()
        if key not in known:
            if len(known) >= _REMEMBERED:
                known.clear()
            known[key] = function(*given)
        return known[key]

    return call


def _arguments(message: Packed) -> tuple[Any, ...]:
    """The arguments of a request, as a worker would read them."""
    buffer = memoryview(bytearray(message.total_bytes))
    message.write(buffer)
    arguments: tuple[Any, ...] = unpack(buffer, trusted=True)[1]
    return arguments
