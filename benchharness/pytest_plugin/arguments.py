"""What a command line names: submissions, and items of theirs that are to run."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchharness.errors import UsageError

__all__ = ["Arguments", "arguments", "shown", "start_again_where_misread"]

_PATH_OPTIONS = (
    "--submission",
    "--suite",
    "--bench-json",
    "--bench-html",
    "--bench-gradescope",
    "--against",
    "--bench-against",
)
_USUAL_SUBMISSIONS = ("submission.py", "submission", "submission.ipynb")


def start_again_where_misread(given: list[str]) -> None:
    """
    Run `--submission PATH` again as `--submission=PATH`, unless PATH stands right here.

    As long as pytest has not loaded its plugins it takes such a PATH for one of the tests that it
    is to run, and looks beside it for its settings and its root folder: a pytest.ini that was
    handed in would be obeyed, and the one that stands here overlooked.
    """
    pairs = itertools.pairwise(given)
    misread = any(_is_elsewhere(Path(value)) for name, value in pairs if name in _PATH_OPTIONS)
    if misread and sys.argv[1:] == given and os.name == "posix":
        head = sys.orig_argv[1 : len(sys.orig_argv) - len(given)]
        os.execv(sys.executable, [sys.executable, *head, *_joined(given)])


def _is_elsewhere(path: Path) -> bool:
    folder = path if path.is_dir() else path.parent
    return path.exists() and folder.resolve() != Path.cwd()


def _joined(arguments: list[str]) -> Iterator[str]:
    """The arguments with `--name=value` for `--name value`, where the value is a path of ours."""
    rest = iter(arguments)
    for argument in rest:
        value = next(rest, None) if argument in _PATH_OPTIONS else None
        yield argument if value is None else f"{argument}={value}"


@dataclass(frozen=True)
class Arguments:
    """Submissions to take in, node ids that select among their items, and pytest's own rest."""

    submissions: list[Path]
    node_ids: list[str]
    rest: list[str]

    def select(self, item: pytest.Item) -> bool:
        """Whether an item of a submission is to run."""
        return not self.node_ids or any(
            item.nodeid == wanted or item.nodeid.startswith((f"{wanted}::", f"{wanted}["))
            for wanted in self.node_ids
        )


def arguments(config: pytest.Config) -> Arguments:
    """
    What the command line names, or the settings file where that names nothing.

    Raises
    ------
    UsageError
        If there is no submission, or there are several for a report that is about one.
    """
    paths = _submissions(config)
    given = config.args if config.args_source == pytest.Config.ArgsSource.ARGS else []
    ours = {arg: node_id for arg in given if (node_id := _node_id(arg, paths, config))}
    rest = [arg for arg in given if arg not in ours]
    return Arguments(list(dict.fromkeys(paths)), list(ours.values()), rest)


def _submissions(config: pytest.Config) -> list[Path]:
    root = config.rootpath
    usual = [
        folder / name
        for folder in (Path.cwd(), root)
        for name in _USUAL_SUBMISSIONS
        if (folder / name).exists()
    ]
    paths = [Path(name) for name in config.getoption("submission") or ()] or [
        _as_typed(root / name) for name in config.getini("bench_submission") or usual[:1]
    ]
    if not paths:
        raise UsageError(
            "there is no submission: name one with --submission PATH, or call it "
            "submission.py (`benchharness new submission SUITE` writes a starter)"
        )
    if config.option.bench_gradescope and len(paths) > 1:
        raise UsageError(f"--bench-gradescope: is about one submission, this run has {len(paths)}")
    return paths


def _as_typed(path: Path) -> Path:
    """A path as a user in the working directory would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _node_id(argument: str, paths: list[Path], config: pytest.Config) -> str | None:
    """The argument as a node id of ours, if it names a submission of this run."""
    named, separator, rest = argument.partition("::")
    place = (config.invocation_params.dir / named).resolve()
    found = next((shown(path, config) for path in paths if path.resolve() == place), None)
    return found and f"{found}{separator}{rest}"


def shown(path: Path, config: pytest.Config) -> str:
    """A submission's path as it stands in node ids."""
    root, path = config.rootpath, path.absolute()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
