"""What a watched call is accused of, and above all what it is not accused of."""

from __future__ import annotations

import importlib.util
import linecache
import math
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from benchharness.worker.watch import ForbiddenUse, Use, Watch

TOOLBOX = {
    "__init__.py": """
        from toolbox.smoothing import blur
        from toolbox import smoothing

        def __getattr__(name):
            if name == "lazy":
                from toolbox.lazily import lazy
                return lazy
            raise AttributeError(name)
        """,
    "smoothing.py": """
        import functools

        def blur(x):
            return x

        def twice(x):
            return blur(blur(x))

        def recursive(n):
            return n and recursive(n - 1)

        def switch(one, other):
            def chosen(x):
                return one(x) if x else other(x)
            return chosen

        def plus(x):
            return x + 1

        def minus(x):
            return x - 1

        up = switch(plus, minus)
        down = switch(minus, plus)

        def logged(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper

        @logged
        def decorated(x):
            return x

        @functools.lru_cache
        def cached(x):
            return x

        def failing(x):
            raise KeyError(x)
        """,
    "filters.py": """
        class Base:
            def __init__(self, size=3):
                self.size = size
            @classmethod
            def of(cls, size):
                return cls(size)
            @property
            def area(self):
                return self.size ** 2
            def apply(self, x):
                return x
            def __call__(self, x):
                return self.apply(x)
            def __repr__(self):
                return "a filter"
            def __iter__(self):
                return iter([self.size])

        class Median(Base):
            pass

        class Mean(Base):
            pass

        mean, median = Mean(), Median()
        """,
    "lazily.py": "def lazy(x):\n    return x\n",
    "facade.py": "from toolbox.smoothing import blur\nfrom toolbox.filters import Mean\n",
    "listing.py": "from toolbox.smoothing import *\n__all__ = ['blur', 'own']\ndef own(x): pass\n",
    "in_c.py": "from codecs import ignore_errors\n",
    "helped.py": "from toolbox.smoothing import blur\ndef own(x): return blur(x)\n",
}

OTHER = """
from toolbox import blur
from toolbox.smoothing import up
from toolbox.filters import Mean

def smooth(x):
    return blur(x)

def all_of(function, xs):
    return [function(x) for x in xs]

def make():
    return Mean()

def dot(x):
    return x

exec("def made_here(x): return blur(x)")
exec(compile("def made_apart(x): return blur(x)", "<made>", "exec"), apart := {"blur": blur})
made_apart = apart["made_apart"]
"""

Watched = Callable[..., Use | None]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Run `task(x)` of a submission under a watch; the use that was seen."""
    library, root = tmp_path / "library", tmp_path / "submission"
    (library / "toolbox").mkdir(parents=True)
    root.mkdir()
    for name, source in TOOLBOX.items():
        (library / "toolbox" / name).write_text(textwrap.dedent(source), encoding="utf-8")
    (library / "other.py").write_text(OTHER, encoding="utf-8")
    monkeypatch.syspath_prepend(str(library))
    before = set(sys.modules)

    def run(names: str, source: str, *arguments: object) -> Use | None:
        file = root / "submission.py"
        file.write_text(textwrap.dedent(source), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("submission", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["submission"] = module
        spec.loader.exec_module(module)
        try:
            Watch(names.split(), str(root)).call(module.task, arguments or [1])
        except ForbiddenUse as problem:
            return problem.use
        except KeyError:
            return None
        return None

    yield run
    for name in set(sys.modules) - before:
        del sys.modules[name]


USES = {
    "by_its_name": "import toolbox.smoothing\ndef task(x): return toolbox.smoothing.blur(x)",
    "alias": "from toolbox.smoothing import blur as mine\ndef task(x): return mine(x)",
    "alias_of_the_module": "import toolbox.smoothing as t\ndef task(x): return t.blur(x)",
    "re_export": "from toolbox import blur\ndef task(x): return blur(x)",
    "re_export_of_another": "import other\ndef task(x): return other.blur(x)",
    "getattr": "from toolbox import smoothing as b\ndef task(x): return getattr(b, 'blur')(x)",
    "name_in_pieces": """
        import importlib
        def task(x):
            return getattr(importlib.import_module("tool" + "box.smooth" + "ing"), "bl" + "ur")(x)
        """,
    "import_in_the_call": "def task(x):\n    import toolbox.smoothing as t\n    return t.blur(x)",
    "keyword": "from toolbox import blur\ndef task(x): return blur(x=x)",
    "spread_arguments": "from toolbox import blur\ndef task(x): return blur(*[x], **{})",
    "over_several_lines": """
        import toolbox.smoothing
        def task(x):
            return (toolbox
                    .smoothing
                    .blur(
                        x,
                    ))
        """,
    "from_a_list": "from toolbox import blur\ndef task(x): return [blur][0](x)",
    "eval": "import toolbox.smoothing\ndef task(x): return eval('toolbox.smoothing.blur(x)')",
    "exec_apart": """
        def task(x):
            exec("from toolbox import blur\\ndef f(x): return blur(x)", scope := {})
            return scope["f"](x)
        """,
    "lambda": "from toolbox import blur\ntask = lambda x: blur(x)",
    "function_itself": "from toolbox import blur as task",
    "partial_itself": "import functools, toolbox\ntask = functools.partial(toolbox.blur)",
    "partial": """
        from functools import partial
        from toolbox import blur
        def task(x): return partial(blur, x)()
        """,
    "map": "from toolbox import blur\ndef task(x): return list(map(blur, [x]))",
    "map_in_a_loop": "from toolbox import blur\ndef task(x):\n    for y in map(blur, [x]): pass",
    "map_unpacked": "from toolbox import blur\ndef task(x):\n    a, b = map(blur, [x, x])",
    "map_spread": "from toolbox import blur\ndef task(x): return [*map(blur, [x])]",
    "sorting_key": "from toolbox import blur\ndef task(x): return sorted([x], key=blur)",
    "sorting_key_of_a_method": """
        from toolbox import blur
        def task(x):
            xs = [x]
            xs.sort(key=blur)
        """,
    "comprehension": "from toolbox import blur\ndef task(x): return [blur(y) for y in [x]]",
    "generator": "from toolbox import blur\ndef task(x): return sum(blur(y) for y in [x])",
    "helper": "from toolbox import blur\ndef help(x): return blur(x)\ndef task(x): return help(x)",
    "callback_of_a_library": """
        import other
        from toolbox import blur
        def task(x): return other.all_of(lambda y: blur(y), [x])
        """,
    "thread": """
        import threading
        from toolbox import blur
        def task(x):
            thread = threading.Thread(target=lambda: blur(x))
            thread.start()
            thread.join()
        """,
    "before_an_exception": "import toolbox\ndef task(x):\n    toolbox.blur(x)\n    raise KeyError",
    "default_argument": "from toolbox import blur\ndef task(x, f=blur): return f(x)",
    "property": """
        from toolbox import blur
        class Mine:
            f = property(lambda self: blur)
        mine = Mine()
        def task(x): return mine.f(x)
        """,
    "attribute_of_an_object": """
        from toolbox import blur
        class Mine:
            f = staticmethod(blur)
        def task(x): return Mine.f(x) + Mine().f(x)
        """,
    "cached": """
        from functools import lru_cache
        from toolbox import blur
        mine = lru_cache(blur)
        def task(x): return mine(x)
        """,
}


@pytest.mark.parametrize("source", USES.values(), ids=USES)
def test_a_use_is_seen_in_whatever_way_it_is_written(watched: Watched, source: str) -> None:
    use = watched("toolbox.smoothing.blur", source)
    assert use is not None and use.name == "toolbox.smoothing.blur"


@pytest.mark.parametrize("source", USES.values(), ids=USES)
def test_a_use_of_a_package_is_seen_in_whatever_way_it_is_written(
    watched: Watched, source: str
) -> None:
    use = watched("toolbox", source)
    assert use is not None and use.name == "toolbox"


KINDS = {
    "closure": (
        "toolbox.smoothing.up",
        "from toolbox.smoothing import up\ndef task(x): return up(x)",
    ),
    "decorated": (
        "toolbox.smoothing.decorated",
        "from toolbox.smoothing import decorated\ndef task(x): return decorated(x)",
    ),
    "lru_cache": (
        "toolbox.smoothing.cached",
        "from toolbox.smoothing import cached\ndef task(x): return cached(x)",
    ),
    "recursive": (
        "toolbox.smoothing.recursive",
        "from toolbox.smoothing import recursive\ndef task(x): return recursive(3)",
    ),
    "raising": (
        "toolbox.smoothing.failing",
        "from toolbox.smoothing import failing\ndef task(x): return failing(x)",
    ),
    "lazy": ("toolbox.lazy", "import toolbox\ndef task(x): return toolbox.lazy(x)"),
    "class": ("toolbox.filters.Mean", "from toolbox.filters import Mean\ndef task(x): Mean()"),
    "class_made_before": (
        "toolbox.filters.Mean",
        "from toolbox.filters import Mean\nmean = Mean()\ndef task(x): return mean(x)",
    ),
    "method_of_the_class": (
        "toolbox.filters.Mean",
        "from toolbox.filters import Mean\nmean = Mean()\ndef task(x): return mean.apply(x)",
    ),
    "alternative_constructor": (
        "toolbox.filters.Mean",
        "from toolbox.filters import Mean\ndef task(x): return Mean.of(x)",
    ),
    "class_of_an_unknown_module": (
        "toolbox.filters.Mean",
        "import toolbox.filters\ndef task(x): return [toolbox][0].filters.Mean()",
    ),
    "class_of_a_property": (
        "toolbox.filters.Mean",
        """
        from toolbox.filters import Mean
        class Mine:
            kind = property(lambda self: Mean)
        mine = Mine()
        def task(x): return mine.kind()
        """,
    ),
    "method_of_an_unknown_object": (
        "toolbox.filters.Mean",
        "from toolbox.filters import Mean\nm = [Mean()]\ndef task(x): return m[0].apply(x)",
    ),
    "class_method": (
        "toolbox.filters.Mean.of",
        "from toolbox.filters import Mean\ndef task(x): return Mean.of(x)",
    ),
    "class_method_of_an_own_subclass": (
        "toolbox.filters.Mean.of",
        """
        from toolbox.filters import Mean
        class Mine(Mean):
            pass
        def task(x): return Mine.of(x)
        """,
    ),
    "method_of_one_object": (
        "toolbox.filters.mean.apply",
        "from toolbox.filters import mean\ndef task(x): return mean.apply(x)",
    ),
    "callable_object": (
        "toolbox.filters.mean",
        "from toolbox.filters import mean\ndef task(x): return mean(x)",
    ),
    "listing": (
        "toolbox.listing",
        "import toolbox.listing\nfrom toolbox import blur\ndef task(x): return blur(x)",
    ),
    "own_subclass": (
        "toolbox.filters.Mean",
        """
        from toolbox.filters import Mean
        class Mine(Mean):
            pass
        def task(x): return Mine()
        """,
    ),
    "method": (
        "toolbox.filters.Mean.apply",
        "from toolbox.filters import Mean\nmean = Mean()\ndef task(x): return mean.apply(x)",
    ),
    "function_in_c": ("math.gcd", "import math\ndef task(x): return math.gcd(4, x)"),
    "function_in_c_itself": ("math.sqrt", "from math import sqrt as task"),
    "method_in_c": ("builtins.str.upper", "def task(x): return 'a'.upper()"),
    "method_in_c_by_its_type": ("builtins.str.upper", "def task(x): return str.upper('a')"),
    "class_method_in_c": ("builtins.dict.fromkeys", "def task(x): return dict.fromkeys([1])"),
    "module_of_functions_in_c": ("math", "from math import gcd\ndef task(x): return gcd(4, x)"),
    "function_in_c_that_knows_no_module": (
        "toolbox",
        """
        import toolbox.in_c
        problem = UnicodeEncodeError("ascii", "x", 0, 1, "")
        def task(x): return toolbox.in_c.ignore_errors(problem)
        """,
    ),
    "facade": ("toolbox.facade", "import toolbox.facade as f\ndef task(x): return f.blur(x)"),
    "class_of_a_facade": (
        "toolbox.facade",
        "import toolbox.facade\nfrom toolbox.filters import Mean\ndef task(x): return Mean()",
    ),
    "submodule": (
        "toolbox.filters",
        "from toolbox.filters import Mean\ndef task(x): return Mean()",
    ),
}


@pytest.mark.parametrize(("name", "source"), KINDS.values(), ids=KINDS)
def test_every_kind_of_thing_is_seen(watched: Watched, name: str, source: str) -> None:
    use = watched(name, source)
    assert use is not None and use.name == name


INNOCENT = {
    "same_name": ("toolbox.smoothing.blur", "def blur(x): return x\ndef task(x): return blur(x)"),
    "verbatim_copy": (
        "toolbox.smoothing.blur",
        textwrap.dedent(TOOLBOX["smoothing.py"]) + "\ndef task(x): return blur(x)",
    ),
    "inside_a_library": (
        "toolbox.smoothing.blur",
        "import other\ndef task(x): return other.smooth(x)",
    ),
    "package_inside_a_library": ("toolbox", "import other\ndef task(x): return other.smooth(x)"),
    "object_of_a_library": (
        "toolbox toolbox.filters.Mean",
        """
        import other
        def task(x):
            made = other.make()
            for _ in range(100):
                repr(made), made == made, list(made), [*made], made.area, getattr(made, "area")
        """,
    ),
    "code_that_a_library_has_made": (
        "toolbox.smoothing.blur toolbox",
        "import other\ndef task(x): return other.made_here(x), other.made_apart(x)",
    ),
    "method_of_another_object": (
        "toolbox.filters.mean.apply toolbox.filters.mean",
        "from toolbox.filters import Mean\ndef task(x): return Mean().apply(x), Mean()(x)",
    ),
    "class_method_of_a_brother": (
        "toolbox.filters.Mean.of",
        "from toolbox.filters import Median\ndef task(x): return Median.of(x)",
    ),
    "what_a_module_imports_for_itself": (
        "toolbox.helped",
        "import toolbox.helped\nfrom toolbox import blur\ndef task(x): return blur(x)",
    ),
    "namesake_of_a_function_of_numpy": (
        "numpy.dot",
        "import numpy, other\ndef task(x): return other.dot(x)",
    ),
    "inside_the_package_itself": (
        "toolbox.smoothing.blur",
        "from toolbox.smoothing import twice\ndef task(x): return twice(x)",
    ),
    "handed_to_a_library": (
        "toolbox.smoothing.blur",
        "import other, toolbox\ndef task(x): return other.all_of(toolbox.blur, [x])",
    ),
    "import_of_the_name": (
        "toolbox.smoothing.blur",
        "def task(x):\n    from toolbox.smoothing import blur\n    return x",
    ),
    "import_of_the_package": (
        "toolbox",
        "def task(x):\n    import toolbox.filters\n    from toolbox import lazy\n    return x",
    ),
    "look_at_it": ("toolbox", "import toolbox\ndef task(x): return toolbox.lazy, dir(toolbox)"),
    "use_on_import": ("toolbox", "import toolbox\ntoolbox.blur(1)\ndef task(x): return x"),
    "brother_with_the_same_code": (
        "toolbox.smoothing.up",
        "from toolbox.smoothing import down\ndef task(x): return down(x)",
    ),
    "brother_with_the_same_decorator": (
        "toolbox.smoothing.decorated",
        "from toolbox.smoothing import blur, logged\ntask = logged(blur)",
    ),
    "brother_class": (
        "toolbox.filters.Mean",
        "from toolbox.filters import Median\ndef task(x): return Median()(x)",
    ),
    "base_class": (
        "toolbox.filters.Base",
        "from toolbox.filters import Median\ndef task(x): return Median()(x)",
    ),
    "other_function_in_c": ("math.gcd", "import math\ndef task(x): return math.lcm(4, x)"),
    "method_of_that_name": ("builtins.str.upper", "def task(x): return b'a'.upper()"),
    "package_with_a_longer_name": (
        "tool",
        "from toolbox import blur\ndef task(x): return blur(x)",
    ),
    "neighbour_in_the_package": (
        "toolbox.filters",
        "from toolbox.smoothing import blur\ndef task(x): return blur(x)",
    ),
    "text_that_mentions_it": (
        "toolbox",
        "def task(x):\n    'toolbox.smoothing.blur(x)'\n    return 'toolbox.smoothing.blur(x)'",
    ),
    "name_that_does_not_exist": ("toolbox.sharpen", "import toolbox\ndef task(x): return x"),
    "objects_that_resist": (
        "toolbox builtins.str.upper",
        """
        class Odd:
            __module__ = property(lambda self: 1 / 0)
            __hash__ = None
            def __getattribute__(self, name): raise RuntimeError(name)
            def __call__(self, x): return x
        import toolbox
        def task(x): return (lambda odd: odd(x))(Odd())
        """,
    ),
}


@pytest.mark.parametrize(("name", "source"), INNOCENT.values(), ids=INNOCENT)
def test_nobody_is_accused_who_did_not_call_it(watched: Watched, name: str, source: str) -> None:
    assert watched(name, source) is None


@pytest.mark.parametrize(
    "call",
    [
        "rng.multivariate_normal(*normal)",
        "np.random.default_rng(0).multivariate_normal(*normal)",
        "[rng][0].multivariate_normal(*normal)",
        "self.rng.multivariate_normal(*normal)",
    ],
)
def test_what_a_function_in_c_calls_in_turn_accuses_nobody(watched: Watched, call: str) -> None:
    """NumPy's compiled generators call `svd`, while a frame of the submission is on top."""
    source = f"""
        import numpy as np
        rng, normal = np.random.default_rng(0), ([0, 0], np.eye(2))
        class Self:
            rng = rng
        def task(x, self=Self()):
            return {call}
        """
    assert watched("numpy.linalg.svd", source) is None
    assert watched("numpy.linalg", source) is None


def test_a_function_in_c_that_is_the_task_may_call_what_it_likes(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the sandbox the source of the call cannot be read."""
    monkeypatch.setattr(linecache, "getlines", lambda *arguments: [])
    source = """
        import numpy as np
        rng = np.random.default_rng(0)
        task = rng.multivariate_normal
        """
    normal = [[0, 0], [[1, 0], [0, 1]]]
    assert watched("numpy.linalg.svd", source, *normal) is None


@pytest.mark.skipif(
    sys.version_info >= (3, 13),
    reason="Python 3.13 no longer tells a direct call from one by way of C",
)
def test_a_direct_call_is_seen_whatever_it_is_called(watched: Watched) -> None:
    source = """
        from toolbox import blur
        class Mine:
            soft = staticmethod(blur)
        def task(x): return [Mine][0].soft(x)
        """
    assert watched("toolbox.smoothing.blur", source) is not None


def test_a_builtin_that_asks_an_object_about_itself_accuses_nobody(watched: Watched) -> None:
    source = "import numpy as np\na = np.eye(2)\ndef task(x): return repr(a), str(a), len(a)"
    assert watched("numpy numpy.array_repr numpy.array_str", source) is None


def test_methods_of_an_array_are_no_use_of_numpy_as_a_whole(watched: Watched) -> None:
    source = "def task(x): return x.sum(), x.mean(), x.T, x * x, x.tolist(), list(x), max(x)"
    assert watched("numpy", source, np.arange(3.0)) is None


NUMPY = {
    "in_python": ("numpy.convolve", "np.convolve(x, x)"),
    "in_c": ("numpy.dot", "np.dot(x, x)"),
    "in_c_of_an_unknown_module": ("numpy.dot", "__import__('numpy').dot(x, x)"),
    "in_c_by_reduce": ("numpy.dot", "functools.reduce(np.dot, [x, x])"),
    "in_c_from_another_module": ("numpy.dot", "np._core.multiarray.dot(x, x)"),
    "constructor": ("numpy.array", "np.array(x)"),
    "method": ("numpy.ndarray.sum", "x.sum()"),
    "submodule": ("numpy.linalg", "np.linalg.norm(x)"),
    "package": ("numpy", "np.bincount([1])"),
}


@pytest.mark.parametrize(("name", "call"), NUMPY.values(), ids=NUMPY)
def test_functions_of_numpy_are_seen(watched: Watched, name: str, call: str) -> None:
    source = f"import functools, numpy as np\ndef task(x): return {call}"
    use = watched(name, source, np.arange(3.0))
    assert use is not None and use.name == name


OF_NUMPY_BUT_NOT_IT = {
    "method": ("numpy.sum", "x.sum()"),
    "function": ("numpy.ndarray.sum", "np.sum(x)"),
    "operator": ("numpy.matmul numpy.dot", "x @ x"),
    "inside_numpy": ("numpy.linalg.svd", "np.linalg.pinv(np.outer(x, x))"),
    "neighbour": ("numpy.fft", "np.histogram(x)"),
    "brother_in_c": ("numpy.dot", "np.vdot(x, x)"),
}


@pytest.mark.parametrize(("name", "call"), OF_NUMPY_BUT_NOT_IT.values(), ids=OF_NUMPY_BUT_NOT_IT)
def test_what_numpy_offers_beside_it_is_no_use(watched: Watched, name: str, call: str) -> None:
    source = f"import numpy as np\ndef task(x): return {call}"
    assert watched(name, source, np.arange(3.0)) is None


def test_the_line_of_the_use_is_told(watched: Watched, tmp_path: Path) -> None:
    use = watched("math.gcd", "import math\n\n\ndef task(x):\n    return math.gcd(4, x)\n")
    assert use == Use("math.gcd", str(tmp_path / "submission" / "submission.py"), 5)


def test_the_line_that_runs_a_text_is_told_for_a_use_in_the_text(watched: Watched) -> None:
    use = watched("math.gcd", "import math\n\ndef task(x):\n    return eval('math.gcd(4, x)')\n")
    assert use is not None and use.line == 4


def test_no_line_is_told_when_the_function_is_what_is_forbidden(watched: Watched) -> None:
    assert watched("math.sqrt", "from math import sqrt as task") == Use("math.sqrt", None, None)


def test_the_first_use_is_told(watched: Watched) -> None:
    use = watched("math.gcd math.lcm", "import math\ndef task(x): math.lcm(x); math.gcd(x)")
    assert use is not None and use.name == "math.lcm"


def test_the_answer_of_a_call_without_a_use_comes_back(tmp_path: Path) -> None:
    assert Watch(["math.gcd"], str(tmp_path)).call(lambda x, y: x + y, [1, 2]) == 3


def test_an_exception_of_a_call_without_a_use_comes_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        Watch(["math.gcd"], str(tmp_path)).call(lambda x: 1 / x, [0])


def test_a_later_call_without_a_use_is_not_accused_of_an_earlier_one(tmp_path: Path) -> None:
    watch = Watch(["math.sqrt"], str(tmp_path))
    with pytest.raises(ForbiddenUse):
        watch.call(math.sqrt, [4])
    assert watch.call(math.gcd, [4, 6]) == 2


def test_nothing_is_watched_after_the_call(tmp_path: Path) -> None:
    Watch(["math.gcd"], str(tmp_path)).call(len, [[]])
    assert sys.getprofile() is None


def test_a_module_that_nobody_imports_stays_so(watched: Watched) -> None:
    watched("toolbox.filters.Mean toolbox.smoothing.blur", "def task(x): return x")
    assert "toolbox" not in sys.modules
