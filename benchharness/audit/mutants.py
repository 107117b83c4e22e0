"""
First-order mutants of a reference: its module again, each time with one small mistake in it.

    for mutant in mutants(task.reference_file.read_text("utf-8"), task.reference.__name__):
        mutant.source      # the mutated module, to be run in the reference's place
        mutant.function    # the function that holds the mistake: the task's or one that it calls
        mutant.line        # of the unmutated file, counted from 1
        mutant.original    # the statement: "return np.where(image <= threshold, 255, 0)"
        mutant.becomes     # the mutated statement: "return np.where(image < threshold, 255, 0)"
        mutant.operator    # a key of `OPERATORS`: "comparison"

Mutated are the named function and the module's functions that it calls, transitively; not the
module's constants, and no docstring, annotation or `raise` statement. Of a guard, an `if` whose
body only raises, the condition is mutated with `guards=True` alone: in vain where no check has
inputs that are to be refused. Mutants that cannot be told from the reference by any input are
listed in `equivalent_mutants.toml`; see `benchharness.audit.equivalents`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchharness.errors import SuiteError

__all__ = ["OPERATORS", "Mutant", "mutants"]

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_PAIRS = (
    "min max, amin amax, minimum maximum, argmin argmax, floor ceil, sum mean, any all, "
    "logical_and logical_or, zeros ones, zeros_like ones_like, sin cos, exp expm1, log1p log, "
    "var std, cumsum cumprod, add subtract, multiply divide, fliplr flipud, tril triu, "
    "hstack vstack"
)
_OTHER_CALL = {
    one: other
    for pair in _PAIRS.split(", ")
    for one, other in (pair.split(), reversed(pair.split()))
} | {"log": "log2", "log2": "log", "prod": "sum"}
_BUILTIN_CALLS = ("min", "max", "any", "all")
_SIGNED_CALLS = ("exp", "expm1", "log1p", "tanh", "maximum", "minimum", "logaddexp", "clip")


@dataclass(frozen=True)
class Mutant:
    """A reference's module with one mistake in it, and what the mistake is."""

    function: str
    line: int
    original: str
    becomes: str
    operator: str
    source: str


def mutants(source: str, function: str, *, guards: bool = False) -> tuple[Mutant, ...]:
    """
    All mutants of a function and of what it calls in its module: in order, none twice.

    Parameters
    ----------
    source : str
        The reference module's text.
    function : str
        The name of a function at its top level.
    guards : bool
        Whether the conditions of guards are mutated too.

    Raises
    ------
    SuiteError
        If the module defines no such function.
    """
    functions = {
        item.name: item for item in ast.parse(source).body if isinstance(item, ast.FunctionDef)
    }
    if function not in functions:
        raise SuiteError(
            f"{function}: the reference's module defines no such function; "
            "a reference stands at its module's top level, under its own name"
        )
    reached = _reached(function, functions, guards)
    return tuple(
        mutant
        for name, item in functions.items()
        if name in reached
        for mutant in _mutants_of(item, source, guards)
    )


@dataclass(frozen=True)
class _Place:
    """A node of the tree, what it hangs from, and the smallest statement around it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.AST

    @property
    def line(self) -> int:
        """Where the node stands in the source."""
        return int(self.node.lineno)  # type: ignore[attr-defined]

    def put(self, node: ast.AST) -> None:
        """Hang another node here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _reached(function: str, functions: dict[str, ast.FunctionDef], guards: bool) -> set[str]:
    """The names of the function and of those that it calls, through others too."""
    reached, waiting = set(), [function]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in reached:
            reached.add(name)
            places = _places(functions[name], functions[name], guards)
            waiting += [place.node.id for place in places if isinstance(place.node, ast.Name)]
    return reached


def _mutants_of(function: ast.FunctionDef, source: str, guards: bool) -> Iterator[Mutant]:
    """The mutants of one function's own code."""
    lines = source.split("\n")
    first = min([function.lineno, *(item.lineno for item in function.decorator_list)])
    before, after = lines[: first - 1], lines[function.end_lineno :]
    seen = {ast.unparse(function)}
    for place in list(_places(function, function, guards)):
        original = _heading(place.statement)
        for operator, replacements in OPERATORS.items():
            for node in replacements(place):
                place.put(node)
                whole = ast.unparse(function)
                becomes = _heading(node if place.node is place.statement else place.statement)
                place.put(place.node)
                if whole not in seen:
                    seen.add(whole)
                    text = "\n".join((*before, whole, *after))
                    yield Mutant(function.name, place.line, original, becomes, operator, text)


def _places(parent: ast.AST, statement: ast.AST, guards: bool) -> Iterator[_Place]:
    """Everything below a node that may be mutated, outer nodes before inner ones."""
    for field, value in ast.iter_fields(parent):
        if _is_spared(parent, field, guards):
            continue
        items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, node in items:
            if isinstance(node, ast.AST):
                around = node if isinstance(node, (ast.stmt, ast.match_case)) else statement
                yield _Place(node, parent, field, index, around)
                yield from _places(node, around, guards)


def _is_spared(parent: ast.AST, field: str, guards: bool) -> bool:
    """Whether a part makes no answer: text for readers, types, refusals, `zip(strict=True)`."""
    if isinstance(parent, ast.Expr) and isinstance(parent.value, ast.Constant):
        return True
    if isinstance(parent, ast.keyword) and parent.arg == "strict":
        return True
    if isinstance(parent, ast.If) and field == "test":
        return not guards and all(isinstance(item, ast.Raise) for item in parent.body)
    return isinstance(parent, (ast.Raise, ast.JoinedStr)) or field in (
        "annotation",
        "returns",
        "decorator_list",
    )


def _heading(statement: ast.AST) -> str:
    """A statement on one line; of a compound one, what stands before its body."""
    lines = ast.unparse(statement).strip().split("\n")
    return next(line for line in lines if not line.startswith("@"))


def _arithmetic(place: _Place) -> Iterator[ast.AST]:
    """Another operator between the same operands."""
    node = place.node
    if isinstance(node, ast.BinOp):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
    if isinstance(node, ast.AugAssign):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield ast.AugAssign(node.target, other(), node.value)


def _comparison(place: _Place) -> Iterator[ast.AST]:
    """The boundary on the other side, and the opposite."""
    node = place.node
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)


def _logic(place: _Place) -> Iterator[ast.AST]:
    """`and` for `or`, and no `not` (or `~`)."""
    node = place.node
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
        yield node.operand


def _integer(place: _Place) -> Iterator[ast.AST]:
    """One less, unless it is 0, and one more; further from 0 and nearer to it below 0."""
    node = place.node
    if _is_negative_integer(node):
        value = -node.operand.value  # type: ignore[attr-defined]
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        if _is_negative_integer(place.parent):
            return
        value = node.value
    else:
        return
    for other in (value - 1, value + 1) if value else (1,):
        yield ast.UnaryOp(ast.USub(), ast.Constant(-other)) if other < 0 else ast.Constant(other)


def _is_negative_integer(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and type(node.operand.value) is int
    )


def _float(place: _Place) -> Iterator[ast.AST]:
    """Twice as much, and 1 for 0."""
    node = place.node
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield ast.Constant(2 * node.value or 1.0)


def _sign(place: _Place) -> Iterator[ast.AST]:
    """A minus dropped; one before a result, or before what a function of the sign is given."""
    node = place.node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for elements in _each_negated(node.value.elts):
            yield ast.Return(ast.Tuple(elements, ast.Load()))
    elif isinstance(node, ast.Return) and node.value:
        for (value,) in _each_negated([node.value]):
            yield ast.Return(value)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _SIGNED_CALLS:
        for arguments in _each_negated(node.args):
            yield ast.Call(node.func, arguments, node.keywords)


def _each_negated(values: list[ast.expr]) -> Iterator[list[ast.expr]]:
    """The values again, each time with a minus before one of them that can have it."""
    for index, value in enumerate(values):
        if isinstance(value, (ast.Name, ast.BinOp, ast.Call, ast.Subscript, ast.Attribute)):
            yield [*values[:index], ast.UnaryOp(ast.USub(), value), *values[index + 1 :]]


def _axis(place: _Place) -> Iterator[ast.AST]:
    """All axes instead of some (another axis is another integer)."""
    node = place.node
    if isinstance(node, ast.keyword) and node.arg == "axis":
        yield ast.keyword("axis", ast.Constant(None))


def _call(place: _Place) -> Iterator[ast.AST]:
    """The function's opposite or neighbour; a transposition left out."""
    node = place.node
    if isinstance(node, ast.Attribute) and node.attr in _OTHER_CALL:
        yield ast.Attribute(node.value, _OTHER_CALL[node.attr], node.ctx)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.Name) and place.field == "func" and node.id in _BUILTIN_CALLS:
        yield ast.Name(_OTHER_CALL[node.id], node.ctx)


def _deletion(place: _Place) -> Iterator[ast.AST]:
    """Nothing instead of an augmented assignment."""
    if isinstance(place.node, ast.AugAssign):
        yield ast.Pass()


def _boolean(place: _Place) -> Iterator[ast.AST]:
    """True for False."""
    if isinstance(place.node, ast.Constant) and isinstance(place.node.value, bool):
        yield ast.Constant(not place.node.value)


def _string(place: _Place) -> Iterator[ast.AST]:
    """A word that means nothing."""
    if isinstance(place.node, ast.Constant) and isinstance(place.node.value, str):
        yield ast.Constant(f"{place.node.value}?")


def _branches(place: _Place) -> Iterator[ast.AST]:
    """The two values of a conditional expression exchanged."""
    node = place.node
    if isinstance(node, ast.IfExp) and not _has_an_opposite(node.test):
        yield ast.IfExp(node.test, node.orelse, node.body)


def _condition(place: _Place) -> Iterator[ast.AST]:
    """The condition of an `if` negated."""
    node = place.node
    tested = isinstance(place.parent, ast.If) and place.field == "test"
    if tested and isinstance(node, ast.expr) and not _has_an_opposite(node):
        yield ast.UnaryOp(ast.Not(), node)


def _has_an_opposite(test: ast.expr) -> bool:
    """Whether one of the other operators negates it already."""
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


OPERATORS: dict[str, Callable[[_Place], Iterator[ast.AST]]] = {
    "arithmetic": _arithmetic,
    "comparison": _comparison,
    "logic": _logic,
    "integer": _integer,
    "float": _float,
    "sign": _sign,
    "axis": _axis,
    "call": _call,
    "deletion": _deletion,
    "boolean": _boolean,
    "string": _string,
    "branches": _branches,
    "condition": _condition,
}
