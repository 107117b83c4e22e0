"""
The words in which a suite is written.

A task is a class under `@task(signature)`: its docstring tells students what to compute, and
what it contains is marked `@check`, `@misconception`, `@workload`, `@counterexamples` or
`@illustration`. None of these functions takes `self`: the class is only the page they stand on.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from benchharness.content import content_root
from benchharness.errors import SuiteError
from benchharness.outcomes import Visibility
from benchharness.suite.rules import Best, Close, Equal, Holds, Rule
from benchharness.suite.signature import Array, Kind, Listing, Record, Scalar, Signature
from benchharness.suite.task import (
    Case,
    Check,
    Drawing,
    Histogram,
    Misconception,
    Task,
    Workload,
)

__all__ = [
    "case",
    "check",
    "counterexamples",
    "drawing",
    "histogram",
    "illustration",
    "misconception",
    "reference",
    "refused",
    "task",
    "workload",
]

Function = Callable[..., Any]
_F = TypeVar("_F", bound=Function)
_ATTRIBUTES = ("reference", "rule", "forbidden")
_EXACT = ("int", "bool", "str", "uint8", "int32", "int64")


def task(signature: str) -> Callable[[type], Task]:
    """
    Turn the class below into a task.

    Parameters
    ----------
    signature : str
        As in the catalogue: `"otsu_threshold(image: uint8[H, W]) -> int"`.

    The class may set `reference` (the trusted function; required), `rule` (see `close`, `equal`,
    `maximise`, `minimise`, `holds`; without it, integers are compared exactly and floats up to
    rounding) and `forbidden` (dotted names of functions, classes or packages whose use would make
    the exercise pointless).

    Raises
    ------
    SuiteError
        If the signature cannot be read, or something is missing or said twice.
    """

    def build(page: type) -> Task:
        try:
            return _task(Signature.parse(signature), page)
        except SuiteError as problem:
            raise SuiteError(f"{page.__name__}: {problem}") from problem

    return build


def check(*, points: float = 1, visibility: str = "visible") -> Callable[[Function], Check]:
    """
    A check: `def name(rng)` yields cases, and earns `points` when every case is answered right.

    `rng` is a NumPy generator keyed by the run's secret seed and the check's name. The
    docstring's first line says what the check looks at. `visibility` is one of `visible`,
    `hidden`, `after_due_date`, `after_published`.
    """

    def build(cases: Function) -> Check:
        name = cases.__name__
        if not points > 0:
            raise SuiteError(f"check {cases.__qualname__}: points must be above 0, got {points!r}")
        if visibility not in list(Visibility):
            allowed = ", ".join(Visibility)
            raise SuiteError(
                f"check {cases.__qualname__}: visibility must be one of {allowed}; "
                f"got {visibility!r}"
            )
        return Check(name, points, Visibility(visibility), _summary(cases), cases)

    return build


def workload(
    *, sizes: tuple[int, ...], operations: Callable[[int], float] | None = None
) -> Callable[[Function], Workload]:
    """
    A workload: `def name(rng, size)` returns a dict of inputs; cost should grow with size.

    `operations` is how many arithmetic operations the definition takes at a size, for reports
    that place a time under its machine's roof: `lambda size: 2 * size**3`.
    """

    def build(inputs: Function) -> Workload:
        if not sizes or any(size <= 0 for size in sizes):
            raise SuiteError(
                f"workload {inputs.__qualname__}: sizes must be positive, got {sizes!r}"
            )
        return Workload(inputs.__name__, tuple(sizes), inputs, operations)

    return build


def misconception(variant: Function) -> Misconception:
    """
    A misconception: the task's function as a student gets it wrong.

    The function proves that the checks are strict; its docstring is the feedback to everybody
    whose answers equal the function's. First line: what is wrong. Below: why, with numbers.
    """
    explanation = inspect.getdoc(variant)
    if not explanation:
        raise SuiteError(
            f"misconception {variant.__qualname__}: has no docstring; "
            "write what to tell the student"
        )
    return Misconception(variant.__name__, _summary(variant), explanation, variant)


def counterexamples(draw_inputs: _F) -> _F:
    """
    Where small counterexamples are looked for: `def name(draw)` returns a dict of inputs.

    `draw` has `integer(low, high)`, `choice(values)` and `array(dtype, shape, low, high)`,
    where an axis of `shape` may be a range such as `(1, 4)`; see docs/suite-authors.md.
    """
    draw_inputs.__benchharness__ = "counterexamples"  # type: ignore[attr-defined]
    return draw_inputs


def illustration(draw: _F) -> _F:
    """
    Pictures for the report: `def name(expected, yours, **inputs)` yields drawings and histograms.

    It is called with answers of the right kind only; `yours` may be wrong in every other way.
    """
    draw.__benchharness__ = "illustration"  # type: ignore[attr-defined]
    return draw


def case(label: str, /, **inputs: Any) -> Case:
    """One set of inputs, by parameter name, and the words that name it in a message."""
    return Case(label, inputs)


def refused(label: str, /, **inputs: Any) -> Case:
    """Inputs that the definition demands to be refused: right is to raise ValueError."""
    return Case(label, inputs, refused=True)


def drawing(title: str, pixels: np.ndarray[Any, Any]) -> Drawing:
    """A grey picture of shape (H, W), values 0..255."""
    return Drawing(title, pixels)


def histogram(title: str, heights: np.ndarray[Any, Any], **marks: float) -> Histogram:
    """Heights over the levels 0..255, with named thresholds to mark."""
    return Histogram(title, heights, tuple(marks.items()))


def reference(suite_file: str) -> ModuleType:
    """
    The trusted solutions of a suite: call it as `reference(__file__)`.

    They stand in `reference.py` beside the suite's file, or else, for a bundled suite and a
    copy of one, in the project's `reference/SUITE.py`.
    """
    folder = Path(suite_file).resolve().parent
    candidates = (folder / "reference.py", content_root() / "reference" / f"{folder.name}.py")
    for path in candidates:
        if path.is_file():
            return load_module(path, f"benchharness_reference_{folder.name}")
    raise SuiteError(f"{folder.name}: no reference found; write {candidates[0]}")


def load_module(path: Path, name: str) -> ModuleType:
    """A trusted Python file, run as a module of that name."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise SuiteError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _task(signature: Signature, page: type) -> Task:
    content = vars(page)
    known: dict[str, Function] = {
        value.__benchharness__: value
        for value in content.values()
        if hasattr(value, "__benchharness__")
    }
    trusted = content.get("reference")
    if not inspect.isfunction(trusted):
        raise SuiteError(
            f"{signature.name}: reference must be a function, got {trusted!r}; "
            "set `reference = solutions.NAME` in the class"
        )
    checks = tuple(value for value in content.values() if isinstance(value, Check))
    if not checks:
        raise SuiteError(f"{signature.name}: has no check; mark a function with @check()")
    _refuse_unknown(signature, content)
    rule = content.get("rule") or _usual_rule(signature.result)
    _refuse_wrong_rule(signature, rule)
    return Task(
        signature=signature,
        statement=inspect.getdoc(page) or "",
        reference=trusted,
        rule=rule,
        checks=checks,
        workloads=tuple(value for value in content.values() if isinstance(value, Workload)),
        misconceptions=tuple(v for v in content.values() if isinstance(v, Misconception)),
        counterexamples=known.get("counterexamples"),
        illustration=known.get("illustration"),
        forbidden=_forbidden(signature, content.get("forbidden", ())),
    )


def _forbidden(signature: Signature, names: Any) -> tuple[str, ...]:
    listed = isinstance(names, (tuple, list)) and all(isinstance(name, str) for name in names)
    if not listed or not all(part.isidentifier() for name in names for part in name.split(".")):
        raise SuiteError(
            f"{signature.name}: forbidden must be a tuple of dotted names such as "
            f'("torch.nn.functional.conv2d", "skimage"); got {names!r}'
        )
    return tuple(names)


def _refuse_unknown(signature: Signature, content: Mapping[str, Any]) -> None:
    """A misspelt `rule`, or a constant that is meant to be one, would be lost in silence."""
    for name, value in content.items():
        if name in _ATTRIBUTES or name.startswith("__") or inspect.isfunction(value):
            continue
        if not isinstance(value, (Check, Misconception, Workload)):
            raise SuiteError(
                f"{signature.name}: {name} = {value!r} is no part of a task; "
                "a class may set `reference`, `rule` and `forbidden`"
            )


def _usual_rule(kind: Kind) -> Rule:
    """Exact for what is counted, up to rounding for what is measured."""
    names = [leaf.name if isinstance(leaf, Scalar) else leaf.dtype for leaf in _leaves(kind)]
    return Equal() if all(name in _EXACT for name in names) else Close()


def _leaves(kind: Kind) -> list[Scalar | Array]:
    """The numbers and arrays that a kind is made of."""
    if isinstance(kind, Record):
        return [leaf for _, item in kind.items for leaf in _leaves(item)]
    if isinstance(kind, Listing):
        return _leaves(kind.item)
    return [kind]


def _refuse_wrong_rule(signature: Signature, rule: Rule) -> None:
    if not isinstance(rule, (Equal, Close, Best, Holds)):
        raise SuiteError(
            f"{signature.name}: rule must come from close(), equal(), maximise(), minimise() "
            f"or holds(); got {rule!r}"
        )
    if isinstance(rule, Close) and rule.tolerance is not None and not 0 < rule.tolerance < 1:
        raise SuiteError(
            f"{signature.name}: tolerance must lie in (0, 1), got {rule.tolerance!r}; "
            "float32 tasks use about 1e-6"
        )


def _summary(function: Function) -> str:
    text = inspect.getdoc(function) or function.__name__.replace("_", " ")
    return text.partition("\n")[0].strip()
