"""The loop beside the submission: wait for the doorbell, call, write the answer, say done."""

from __future__ import annotations

import linecache
import os
import traceback
from collections.abc import Callable
from typing import Any

from benchharness.worker import frameworks
from benchharness.worker.codec import TooLarge, Unsupported, pack, unpack
from benchharness.worker.devices import Device
from benchharness.worker.loading import Functions, load, sources
from benchharness.worker.mentions import mention
from benchharness.worker.messages import DONE, MAGIC, REPLY, REQUEST, Operation, Outcome
from benchharness.worker.watch import ForbiddenUse, Use, Watch

__all__ = ["Worker"]

_MESSAGE_LIMIT = 4_000


class Worker:
    """One submission in one backend, behind two pipes and two pieces of shared memory."""

    def __init__(
        self,
        device: Device,
        doorbell: int,
        done: int,
        requests: memoryview,
        replies: memoryview,
    ) -> None:
        self.device = device
        self.doorbell, self.done = doorbell, done
        self.requests, self.replies = requests, replies
        self.functions: Functions = {}
        self.watches: dict[str, Watch] = {}
        self.root = ""
        self.operations: dict[int, Callable[[Any], Any]] = {
            Operation.LOAD: self.load,
            Operation.CALL: self.call,
            Operation.REFRESH: self.refresh,
            Operation.TRACE: self.trace,
        }

    def serve(self, report: object) -> None:
        """Answer requests until the grader hangs up; `report` goes ahead of them."""
        try:
            self.device.settle()
        except Exception as problem:
            self.reply(Outcome.RAISED, 0, f"{type(problem).__name__}: {problem}")
            return
        self.reply(Outcome.READY, 0, report)
        while os.read(self.doorbell, 1):
            operation, _, serial = REQUEST.unpack_from(self.requests)
            outcome, value = self.guarded(self.operations[operation])
            self.reply(outcome, serial, value)

    def guarded(self, work: Callable[[Any], Any]) -> tuple[Outcome, Any]:
        """What `work` makes of the request, whatever it raises."""
        request = unpack(self.requests[REQUEST.size :], trusted=True)
        try:
            return Outcome.RETURNED, work(request)
        except ForbiddenUse as problem:
            return Outcome.FORBIDDEN, self.describe_use(problem.use)
        except Unsupported as problem:
            return Outcome.UNSUPPORTED, str(problem)
        except MemoryError:
            return Outcome.OUT_OF_MEMORY, None
        except BaseException as problem:
            return Outcome.RAISED, self.describe(problem)

    def load(
        self, request: tuple[str, list[str], list[str], dict[str, list[str]], float]
    ) -> dict[str, Any]:
        """Import the submission's modules; what was found in them."""
        self.root, targets, wanted, forbidden, limit_s = request
        self.functions, report = load(self.root, targets, wanted, limit_s)
        self.watches = {task: Watch(names, self.root) for task, names in forbidden.items()}
        report["mentions"] = {
            task: place
            for task, names in forbidden.items()
            if (place := self.place_of_mention(task, names))
        }
        report["broken"] = [self.describe(problem) for problem in report["broken"]]
        report["cut_short"] = {
            task: self.describe(problem) for task, problem in report["cut_short"].items()
        }
        return report

    def call(self, request: tuple[str, tuple[Any, ...]]) -> Any:
        """One function of the submission on one set of arguments."""
        name, arguments = request
        tensors = [self.device.tensor(argument) for argument in arguments]
        function = self.functions[name]
        watch = self.watches.get(name)
        answer = watch.call(function, tensors) if watch else self.device.run(function, tensors)
        return frameworks.from_backend(answer)

    def refresh(self, _: None) -> None:
        """Between two timed calls, out of every window: leave nothing behind on the device."""
        self.device.refresh()

    def trace(self, request: tuple[str, tuple[Any, ...]]) -> dict[str, Any]:
        """The same as `call`, and what the device says of it: seconds, and memory at most."""
        name, arguments = request
        tensors = [self.device.tensor(argument) for argument in arguments]
        answer, seconds, peak_bytes = self.device.trace(self.functions[name], tensors)
        answer = frameworks.from_backend(answer)
        return {"answer": answer, "device_s": seconds, "peak_bytes": peak_bytes}

    def reply(self, outcome: Outcome, serial: int, value: object) -> None:
        """Lay the answer down for the grader, then ring."""
        try:
            packed = pack(value)
            packed.write(self.replies[REPLY.size :])
        except Unsupported as problem:
            outcome = Outcome.UNSUPPORTED
            pack(str(problem)).write(self.replies[REPLY.size :])
        except TooLarge as problem:
            outcome = Outcome.TOO_LARGE
            pack(str(problem)).write(self.replies[REPLY.size :])
        except MemoryError:
            outcome = Outcome.OUT_OF_MEMORY
            pack(None).write(self.replies[REPLY.size :])
        REPLY.pack_into(self.replies, 0, MAGIC, outcome, serial)
        os.write(self.done, DONE)

    def describe(self, problem: BaseException) -> dict[str, object]:
        """An exception as short text: its type, its message, and where in the submission."""
        text, where = _text_of(problem), _unparsed_line(problem, self.root)
        if where:
            text = text.removesuffix(f" (line {where.lineno})")
        else:
            frames = traceback.extract_tb(problem.__traceback__, limit=200)
            inside = [frame for frame in frames if frame.filename.startswith(self.root)]
            where = inside[-1] if inside else None
        return {
            "type": type(problem).__qualname__[:200],
            "bases": [base.__qualname__[:200] for base in type(problem).__mro__[:20]],
            "message": self.shown(text, _MESSAGE_LIMIT),
            "file": self.shown(where.filename, 500) if where else None,
            "line": where.lineno if where else None,
            "source": (where.line or "")[:500] if where else None,
        }

    def describe_use(self, use: Use) -> dict[str, object]:
        """A forbidden use as short text: what was used, and where in the submission."""
        source = linecache.getline(use.file, use.line).strip() if use.file and use.line else None
        return {
            "name": use.name,
            "file": self.shown(use.file, 500) if use.file else None,
            "line": use.line,
            "source": source[:500] if source else None,
        }

    def place_of_mention(self, task: str, names: list[str]) -> dict[str, object] | None:
        """Where a task's function mentions what is forbidden, as far as reading it tells."""
        try:
            found = mention(sources(self.root), task, names)
        except Exception:  # it is advice; a submission that cannot be read gets none
            return None
        if found is None:
            return None
        file = self.shown(found.file, 500)
        return {"name": found.name[:200], "file": file, "line": found.line}

    def shown(self, text: str, limit: int) -> str:
        """Text for a student: without the staging folder, and bounded."""
        text = text.replace(self.root + os.sep, "")
        return text if len(text) <= limit else f"{text[:limit]} … ({len(text)} characters)"


def _unparsed_line(problem: BaseException, root: str) -> traceback.FrameSummary | None:
    """The line of the submission that is no Python, if that is the problem."""
    if type(problem) not in (SyntaxError, IndentationError, TabError):
        return None
    assert isinstance(problem, SyntaxError)
    file, line = problem.filename, problem.lineno
    if not isinstance(file, str) or not isinstance(line, int) or not file.startswith(root):
        return None
    return traceback.FrameSummary(file, line, "")


def _text_of(problem: BaseException) -> str:
    try:
        if isinstance(problem, SyntaxError) and problem.lineno:
            return f"{problem.msg} (line {problem.lineno})"
        return str(problem)
    except BaseException:
        return "(its message cannot be shown)"
