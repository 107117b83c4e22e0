"""A reference's mutants: every small mistake in what computes the answer, each of them once."""

import ast

import numpy as np
import pytest

from benchharness.audit.mutants import mutants
from benchharness.content import content_root
from benchharness.errors import SuiteError

REFERENCES = sorted((content_root() / "reference").glob("*.py"))


def made(body, operator=None, **options):
    """What becomes of the statements of a function `f`, by one operator or by any."""
    source = "def f(x, y, n):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    return [
        mutant.becomes
        for mutant in mutants(source, "f", **options)
        if operator in (None, mutant.operator)
    ]


@pytest.mark.parametrize(
    ("expression", "operator", "becomes"),
    [
        ("x + y", "arithmetic", ["x - y"]),
        ("x - y", "arithmetic", ["x + y"]),
        ("x * y", "arithmetic", ["x / y"]),
        ("x / y", "arithmetic", ["x * y", "x // y"]),
        ("x // y", "arithmetic", ["x / y", "x * y"]),
        ("x ** y", "arithmetic", ["x * y"]),
        ("x @ y", "arithmetic", []),
        ("x & y", "arithmetic", ["x | y"]),
        ("x < y", "comparison", ["x <= y", "x >= y"]),
        ("x >= y", "comparison", ["x > y", "x < y"]),
        ("x == y", "comparison", ["x != y"]),
        ("0 <= x < n", "comparison", ["0 < x < n", "0 > x < n", "0 <= x <= n", "0 <= x >= n"]),
        ("x and y", "logic", ["x or y"]),
        ("not x", "logic", ["x"]),
        ("~x", "logic", ["x"]),
        ("x[0]", "integer", ["x[1]"]),
        ("x[1]", "integer", ["x[0]", "x[2]"]),
        ("x[-1]", "integer", ["x[-2]", "x[0]"]),
        ("x[2:]", "integer", ["x[1:]", "x[3:]"]),
        ("range(1, n)", "integer", ["range(0, n)", "range(2, n)"]),
        ("0.5 * x", "float", ["1.0 * x"]),
        ("x + 0.0", "float", ["x + 1.0"]),
        ("y * -x", "sign", ["y * x", "-(y * -x)"]),
        ("np.exp(x)", "sign", ["-np.exp(x)", "np.exp(-x)"]),
        ("x, y", "sign", ["(-x, y)", "(x, -y)"]),
        ("x.sum(axis=1)", "axis", ["x.sum(axis=None)"]),
        ("x.sum(axis=1)", "integer", ["x.sum(axis=0)", "x.sum(axis=2)"]),
        ("np.argmin(x)", "call", ["np.argmax(x)"]),
        ("np.floor(x)", "call", ["np.ceil(x)"]),
        ("x.sum()", "call", ["x.mean()"]),
        ("np.log(x)", "call", ["np.log2(x)"]),
        ("max(x, y)", "call", ["min(x, y)"]),
        ("x.T", "call", ["x"]),
        ("x.sum(keepdims=True)", "boolean", ["x.sum(keepdims=False)"]),
        ("n == 'zeros'", "string", ["n == 'zeros?'"]),
        ("x if n else y", "branches", ["y if n else x"]),
    ],
)
def test_operator_makes_these_mistakes(expression, operator, becomes):
    found = made(f"return {expression}", operator)

    assert sorted(found) == sorted(f"return {text}" for text in becomes)


def test_augmented_assignment_is_changed_and_deleted():
    assert made("x += y\nreturn x")[:2] == ["x -= y", "pass"]


def test_condition_is_negated():
    assert made("if x:\n    y = n", "condition") == ["if not x:"]


def test_condition_that_is_one_comparison_is_negated_once():
    assert made("if x < y:\n    y = n") == ["if x <= y:", "if x >= y:"]


def test_pattern_of_a_case_is_changed():
    assert made("match n:\n    case 'mean':\n        y = x", "string") == ["case 'mean?':"]


@pytest.mark.parametrize(
    "body",
    [
        '"""Half of x: 1 / 2."""',
        "half: list[1] = x",
        "raise ValueError(f'{x + 1} is not in 0..{n - 1}', 2)",
        "x = f'{y + 1} pixels'",
        "x = zip(x, y, strict=True)",
        "if x < 1:\n        raise ValueError(x)",
    ],
    ids=["docstring", "annotation", "raise", "message", "strict", "guard"],
)
def test_what_makes_no_answer_is_spared(body):
    assert made(body) == []


def test_types_of_parameters_are_spared():
    assert mutants("def f(x: 'int' = y) -> 'int':\n    return [x]\n", "f") == ()


def test_guard_is_changed_when_asked():
    guard = "if x < 1:\n        raise ValueError(x)"

    assert made(guard, guards=True) == ["if x <= 1:", "if x >= 1:", "if x < 0:", "if x < 2:"]


CALLS = """
LEVELS = 255 + 1


def f(x):
    return g(x)


def unused(x):
    return x + 1


@cache
def g(x):
    # from here
    return h(
        x,
    )


def h(x):
    if helper(x):
        raise ValueError(2)
    return [x]


def helper(x):
    return x - 1
"""


def test_functions_that_are_called_are_changed_too():
    assert [mutant.function for mutant in mutants(CALLS, "f")] == ["f", "g"]


def test_functions_that_only_a_guard_calls_are_changed_when_it_is():
    functions = {mutant.function for mutant in mutants(CALLS, "f", guards=True)}

    assert functions == {"f", "g", "h", "helper"}


def test_place_of_a_mistake_is_told_on_one_line():
    _, mutant = mutants(CALLS, "f")

    assert (mutant.line, mutant.original, mutant.becomes) == (16, "return h(x)", "return -h(x)")


def test_rest_of_the_module_stays_as_it_is():
    _, mutant = mutants(CALLS, "f")

    before, after = CALLS.split("@cache")[0], CALLS[CALLS.index("def h") :]
    assert mutant.source.startswith(before)
    assert mutant.source.endswith(after)


def test_mutant_computes_what_it_says():
    source = "import numpy as np\n\n\ndef f(x):\n    return np.max(x)\n"
    (mutant,) = (mutant for mutant in mutants(source, "f") if mutant.operator == "call")
    module = {}
    exec(mutant.source, module)

    assert module["f"](np.array([3, 1, 2])) == 1


def test_function_that_is_not_there_is_refused():
    with pytest.raises(SuiteError, match="g: the reference's module defines no such function"):
        mutants("def f(x):\n    return x\n", "g")


def public_functions(path):
    body = ast.parse(path.read_text("utf-8")).body
    return [
        item.name for item in body if isinstance(item, ast.FunctionDef) and item.name[0] != "_"
    ]


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_mutants_of_the_references_are_modules_and_all_different(path):
    source = path.read_text("utf-8")
    for name in public_functions(path):
        made = [mutant.source for mutant in mutants(source, name, guards=True)]
        assert len({ast.dump(ast.parse(text)) for text in {*made, source}}) == len(made) + 1


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_mutants_come_in_the_same_order_each_time(path):
    source = path.read_text("utf-8")
    for name in public_functions(path)[:2]:
        assert mutants(source, name) == mutants(source, name)
