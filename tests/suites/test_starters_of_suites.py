"""Of every bundled suite, students get a file to fill in and an assignment to read."""

import ast
import inspect
import sys
import warnings
from functools import cache
from types import SimpleNamespace

import pytest

from benchharness.reporting.starter import starter
from benchharness.reporting.statement import statement
from benchharness.suite.load import bundled_suites, find_suite, load_suite
from benchharness.worker.backends import BACKENDS

pytestmark = pytest.mark.parametrize("name", bundled_suites())
each_backend = pytest.mark.parametrize("backend", BACKENDS)


@cache
def suite_of(name):
    return load_suite(find_suite(name))


@pytest.fixture
def module(name, backend, monkeypatch):
    """The names that the starter defines, without the time that a framework takes to import."""
    for framework in ("torch", "tensorflow"):
        monkeypatch.setitem(sys.modules, framework, SimpleNamespace(Tensor=object))
    content = {}
    exec(starter(suite_of(name), backend, "pytest --bench"), content)
    return content


@each_backend
def test_starter_is_python_without_a_warning(name, backend):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ast.parse(starter(suite_of(name), backend, "pytest --bench"))


@each_backend
def test_starter_declares_its_backend(module, backend):
    assert module["BACKEND"] == backend


@each_backend
def test_starter_defines_every_task_with_its_parameters(name, module):
    defined = {task.name: list(inspect.signature(module[task.name]).parameters)
               for task in suite_of(name).tasks}  # fmt: skip

    assert defined == {
        task.name: [parameter.name for parameter in task.signature.parameters]
        for task in suite_of(name).tasks
    }


@each_backend
def test_nothing_of_a_starter_is_written_yet(name, module):
    for task in suite_of(name).tasks:
        with pytest.raises(NotImplementedError):
            module[task.name](*(None for _ in task.signature.parameters))


@each_backend
def test_starter_has_no_line_that_is_too_long(name, backend):
    lines = starter(suite_of(name), backend, "pytest --bench").split("\n")

    assert [line for line in lines if len(line) > 99] == []


@each_backend
def test_starter_is_laid_out_as_the_suite_has_it(name, module):
    """No line of a statement had to be wrapped."""
    for task in suite_of(name).tasks:
        assert task.statement in inspect.getdoc(module[task.name])


def test_statement_names_every_task_with_its_points(name):
    text = statement(suite_of(name), name)

    for task in suite_of(name).tasks:
        unit = "point" if task.points == 1 else "points"
        assert f"`{task.signature.call}` ({task.points:g} {unit})\n" in text


def test_statement_says_what_every_task_asks_for(name):
    text = statement(suite_of(name), name)

    assert [task.name for task in suite_of(name).tasks if task.statement not in text] == []
