"""
What a task forbids, watched for while one call of a submission runs.

Only evidence counts: the submission's own code called the thing itself. What a library calls in
turn accuses nobody, whether it is written in Python or in C. Where that cannot be told, the
submission has the benefit of the doubt; one that switches the watch off goes unseen.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from types import BuiltinFunctionType, FrameType
from typing import Any

from benchharness.worker.callee import callee_of
from benchharness.worker.marks import Mark, Marks, is_protocol
from benchharness.worker.names import home, is_method_in_c

__all__ = ["ForbiddenUse", "Use", "Watch"]

_ITERATING = (all, any, dict, frozenset, list, max, min, next, set, sorted, sum, tuple)
_GO_BETWEENS = ("_collections", "_functools", "_operator", "collections", "functools", "operator")
"""What is written in C and calls what it is given: `list(map(f, x))`, `reduce(f, x)`."""

_AUTOGRAPH = "tensorflow.python.autograph"
"""`tf.function` runs a translation of the submission, in which its calls go through here."""


@dataclass(frozen=True)
class Use:
    """A forbidden name, and the line of the submission that used it, if a line did."""

    name: str
    file: str | None
    line: int | None


class ForbiddenUse(BaseException):
    """What a task forbids was used, whatever became of the call."""

    def __init__(self, use: Use) -> None:
        super().__init__(use.name)
        self.use = use


class Watch:
    """Watches the calls of one task's function; `root` is the folder of the submission."""

    def __init__(self, names: Iterable[str], root: str) -> None:
        self._root = os.path.join(root, "")
        self._marks = Marks(names, self._is_own)
        self._function: Callable[..., Any] | None = None
        self._use: Use | None = None

    def call(self, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """
        What `function` makes of the arguments.

        Raises
        ------
        ForbiddenUse
            If a forbidden name was used, even if the function raised something itself.
        """
        self._function, self._use = function, None
        self._marks.look_up()
        profile = self._profile()
        threading.setprofile(profile)
        sys.setprofile(profile)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            if self._use is not None:
                raise ForbiddenUse(self._use)

    def _profile(self) -> Callable[[FrameType, str, Any], None]:
        """
        The function that Python tells of each call.

        It hears of every call of every library, so it looks at the callee first, and at the
        caller only where the callee is one to look for.
        """
        marks, modules, known = self._marks, sys.modules, len(sys.modules)
        codes, dispatched, packages = marks.codes, marks.dispatched, marks.packages
        builtins, methods, package_of = marks.builtins, marks.methods, marks.package_of

        def profile(frame: FrameType, event: str, arg: Any) -> None:
            nonlocal known
            try:
                if event == "call":
                    if len(modules) != known and self._caller(frame) is not None:
                        known = len(modules)
                        marks.look_up()
                    if (
                        id(frame.f_code) in codes
                        or (packages and package_of(frame.f_globals.get("__name__")))
                        or (dispatched and frame.f_code.co_name in dispatched)
                    ):
                        self._called(frame)
                elif event == "c_call":
                    if len(modules) != known and self._is_submission(frame):
                        known = len(modules)
                        marks.look_up()
                    if (
                        arg in builtins
                        or (packages and package_of(arg.__module__))
                        or (methods and arg.__name__ in methods)
                    ):
                        self._called_c(frame, arg)
            except Exception:  # a submission's objects may raise anything when they are looked at
                return

        return profile

    def _called(self, frame: FrameType) -> None:
        """A Python function begins."""
        code, marks = frame.f_code, self._marks
        found = [*marks.codes.get(id(code), ()), *marks.dispatched.get(code.co_name, ())]
        package = marks.package_of(frame.f_globals.get("__name__"))
        if package and not is_protocol(code.co_name):
            found.append(package)
        if not found or self._use is not None:
            return
        caller = self._caller(frame)
        if caller is not None:
            used = (m.name for m in found if m.fits(frame) and self._calls(caller, m))
            for name in islice(used, 1):
                self._note(name, caller)

    def _called_c(self, frame: FrameType, callee: BuiltinFunctionType) -> None:
        """A frame calls a function written in C."""
        name = self._marks.of_builtin(callee)
        if name is None or self._use is not None:
            return
        if self._is_submission(frame) or (frame.f_code is _CALL and callee is self._function):
            self._note(name, frame)

    def _note(self, name: str, caller: FrameType) -> None:
        """Write down the use, and the innermost line of the submission's files that led to it."""
        frame: FrameType | None = caller
        while frame is not None and not frame.f_code.co_filename.startswith(self._root):
            frame = frame.f_back
        file = frame.f_code.co_filename if frame else None
        self._use = Use(name, file, frame.f_lineno if frame else None)

    def _caller(self, frame: FrameType) -> FrameType | None:
        """The frame that called, if it is the submission's or stands for it."""
        caller = frame.f_back
        while caller is not None and _is_autograph(caller.f_globals.get("__name__")):
            caller = caller.f_back
        if caller is None or caller.f_code is _CALL or self._is_submission(caller):
            return caller
        return None

    def _is_submission(self, frame: FrameType) -> bool:
        """
        Whether a frame runs the submission's code.

        That is code of its files; code that it compiled, which has its globals; and the text
        that it gave to `exec` or `eval` with globals of their own.
        """
        source, file = frame.f_code.co_filename, frame.f_globals.get("__file__")
        if source.startswith(self._root):
            return True
        if isinstance(file, str):
            return file.startswith(self._root)
        back = frame.f_back
        return source == "<string>" and back is not None and self._is_submission(back)

    def _is_own(self, thing: object) -> bool:
        """Whether a class, a function or an object comes from the submission."""
        file = getattr(sys.modules.get(home(thing)), "__file__", None)
        return isinstance(file, str) and file.startswith(self._root)

    def _calls(self, caller: FrameType, mark: Mark) -> bool:
        """
        Whether a frame calls the thing itself, rather than something in C that does so in turn.

        In `rng.choice(...)` that is a function in C, whatever it calls. Where it is not known
        what is called, its name decides; where it has no name, it was the thing.
        """
        if caller.f_code is _CALL:
            return self._leads_to(self._function, mark)
        callee = callee_of(caller)
        if callee is None:
            return False
        if callee.is_known:
            return self._leads_to(callee.thing, mark)
        return callee.name is None or mark.is_called(callee.name)

    def _leads_to(self, callee: object, mark: Mark) -> bool:
        """Whether a call of something may be what called the thing."""
        module = home(callee)
        return (
            mark.is_reached_by(callee)
            or self._is_own(callee)
            or module in _GO_BETWEENS
            or _is_autograph(module)
            or any(callee is function for function in _ITERATING)
            or (module == "builtins" and is_method_in_c(callee))
        )


_CALL = Watch.call.__code__


def _is_autograph(module: object) -> bool:
    return isinstance(module, str) and module.startswith(_AUTOGRAPH)
