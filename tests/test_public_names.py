"""Every module says which names are public, and has them."""

import importlib
import inspect
import pkgutil

import pytest

import benchharness


def modules():
    found = pkgutil.walk_packages(benchharness.__path__, "benchharness.")
    return ["benchharness", *(module.name for module in found)]


def imported(name):
    if name == "benchharness.reporting.pytest_benchmark":
        pytest.importorskip("pytest_benchmark", reason="pytest-benchmark is not installed")
    return importlib.import_module(name)


@pytest.mark.parametrize("name", modules())
def test_public_names_exist(name):
    module = imported(name)

    missing = [public for public in getattr(module, "__all__", ()) if not hasattr(module, public)]
    assert missing == []


@pytest.mark.parametrize("name", modules())
def test_module_says_which_names_are_public(name):
    module = imported(name)

    assert hasattr(module, "__all__") or not own_names(module)


@pytest.mark.parametrize("name", modules())
def test_public_names_are_said_once_and_in_order(name):
    public = list(getattr(imported(name), "__all__", ()))

    assert len(set(public)) == len(public)


@pytest.mark.parametrize("name", modules())
def test_module_has_a_docstring(name):
    assert imported(name).__doc__


def own_names(module):
    """The functions and classes without underscore that a module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]
