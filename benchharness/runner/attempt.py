"""One submission in one backend: asked through a worker that is replaced when it dies."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchharness.checking.precision import in_single
from benchharness.outcomes import Status
from benchharness.runner.submission import Submission
from benchharness.sandbox.limits import Limits
from benchharness.sandbox.process import Death, Reply, WorkerLost, WorkerProcess
from benchharness.suite.layout import to_order_of
from benchharness.suite.signature import Signature
from benchharness.suite.task import Inputs, Task
from benchharness.worker.codec import Packed
from benchharness.worker.messages import Outcome

__all__ = ["Answer", "Attempt", "Unusable", "for_backend", "import_problem", "problem_of"]

_DEATHS = {
    Death.TIMEOUT: Status.TIMEOUT,
    Death.MEMORY: Status.MEMORY,
    Death.CRASHED: Status.CRASHED,
    Death.TAMPERED: Status.TAMPERED,
}
_OTHERS_TENSORS = re.compile(rb"^\s*(?:import|from)\s+(torch|tensorflow)\b", re.MULTILINE)
_NEVER_SENT = "answered with something that the harness never sends."
_MOST_OTHERS, _MOST_TEXT, _MOST_BASES = 200, 6_000, 20
_WATCHED = 4
"""How much more time a call gets while it is watched: every function that it calls is slower."""

_OUT_OF_MEMORY = ("can't allocate memory", "ResourceExhaustedError", "_ArrayMemoryError")


@dataclass(frozen=True)
class Answer:
    """
    What one call gave: a value to judge (status passed), or how it failed to give one.

    `raised` names the exception's type and the types that it descends from.
    """

    status: Status
    message: str = ""
    value: Any = None
    raised: tuple[str, ...] = ()


class Unusable(Exception):
    """The submission as a whole, or a function that it should define, cannot be called."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


class Attempt:
    """
    A submission's functions in one backend.

    `start` makes a fresh confined worker; it is called for the first question and again after a
    worker has died, so that one task's crash costs no other task anything.
    `forbidden` holds, by task, the names whose use is watched for when its function is called.
    """

    def __init__(
        self,
        submission: Submission,
        backend: str,
        wanted: list[str],
        start: Callable[[], WorkerProcess],
        limits: Limits,
        forbidden: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.submission = submission
        self.backend = backend
        self._wanted = wanted
        self._start = start
        self._limits = limits
        self._forbidden = forbidden or {}
        self._worker: WorkerProcess | None = None
        self._served: set[str] = set()
        self._found: dict[str, str] = {}
        self._others: list[str] = []
        self._broken = ""
        self._cut_short: dict[str, str] = {}
        self._mentions: dict[str, str] = {}
        self._unusable: Unusable | None = None
        if submission.problem:
            self._unusable = Unusable(Status.ERROR, submission.problem)

    @property
    def path(self) -> str:
        """Where the submission came from, as it was named."""
        return self.submission.path

    def defines(self, task: Task) -> bool:
        """Whether the submission defines the task's function; raises Unusable if it won't load."""
        self._loaded()
        return task.name in self._found

    def refuse_missing(self, task: Task) -> None:
        """Raise Unusable, with a guess at a misspelt name, unless the function is defined."""
        if self.defines(task):
            return
        if task.name in self._cut_short:
            text = f"is not defined, but a cell failed: {self._cut_short[task.name]}"
            raise Unusable(Status.ERROR, text)
        if self._broken and not self.submission.is_notebook:
            text = f"is not defined, but a module cannot be imported: {self._broken}"
            raise Unusable(Status.ERROR, text)
        near = difflib.get_close_matches(task.name, self._others, n=1, cutoff=0.75)
        guess = f" There is `{near[0]}`: is it misspelt?" if near else ""
        also = f" A cell failed: {self._broken}" if self._broken else ""
        text = f"is not defined. Define {task.signature.call}.{guess}{also}"
        raise Unusable(Status.MISSING, text)

    def call(self, task: Task, message: Packed) -> Answer:
        """
        The submission's answer to one request, or what went wrong, for a student.

        What goes wrong in a worker that has served another task is asked again in a fresh one:
        that task may have left a thread, or the memory full.
        """
        self.refuse_missing(task)
        answer = self._asked(task, message)
        went_wrong = answer.status != Status.PASSED and "ValueError" not in answer.raised
        if went_wrong and self._served - {task.name}:
            self.close()
            self.refuse_missing(task)
            answer = self._asked(task, message)
        return answer

    def _asked(self, task: Task, message: Packed) -> Answer:
        self._served.add(task.name)
        limits = self._limits
        if task.name in self._forbidden:
            limits = replace(limits, call_s=_WATCHED * limits.call_s)
        try:
            reply = self._loaded().call(message, limits)
        except WorkerLost as loss:
            return Answer(_DEATHS[loss.cause], _death_message(loss, limits))
        problem = problem_of(reply, task.signature, self._found[task.name])
        return self._with_hint(problem) if problem else Answer(Status.PASSED, value=reply.value)

    def _with_hint(self, answer: Answer) -> Answer:
        """
        The answer, with a guess at where it comes from.

        That is a cell that failed, for names that it did not define, and for arrays instead of
        tensors the backend, which is to be asked for.
        """
        if "NameError" in answer.raised[:1] and self._broken and self.submission.is_notebook:
            return replace(answer, message=f"{answer.message} A cell failed: {self._broken}")
        if self.backend != "numpy" or "numpy" not in answer.message:
            return answer
        modules = (module for module in self.submission.modules if module.backend == "numpy")
        imported = (_OTHERS_TENSORS.search(module.source) for module in modules)
        framework = next((match[1].decode() for match in imported if match), None)
        if framework is None:
            return answer
        hint = f'To get tensors, write BACKEND = "{framework}" at the top of the file.'
        return replace(answer, message=f"{answer.message} {hint}")

    def advice(self, task: Task) -> str:
        """What is to be said of a task beside its verdict; often nothing."""
        said = [self._mentions.get(task.name, "")]
        if task.name in self._found and task.name in self._cut_short:
            said.append(f"A cell that defines it failed: {self._cut_short[task.name]}")
        return " ".join(filter(None, said))

    def close(self) -> None:
        """End the worker."""
        if self._worker:
            self._worker.close()
            self._worker = None

    def _loaded(self) -> WorkerProcess:
        """A living worker that has imported the submission."""
        if self._unusable:
            raise self._unusable
        if self._worker and not self._worker.alive:
            self.close()
        if not self._worker:
            self._worker = self._start()
            self._served = set()
            try:
                self._load(self._worker)
            except Unusable as problem:
                self._unusable = problem
                self.close()
                raise
        return self._worker

    def _load(self, worker: WorkerProcess) -> None:
        targets = self.submission.targets(self.backend, self._wanted)
        try:
            reply = worker.load(
                str(self.submission.folder), targets, self._wanted, self._limits, self._forbidden
            )
        except WorkerLost as loss:
            text = f"importing it: {_death_message(loss, self._limits, self._limits.load_s)}"
            raise Unusable(_DEATHS[loss.cause], text) from loss
        if reply.outcome == Outcome.OUT_OF_MEMORY:
            raise Unusable(Status.MEMORY, "importing it used more memory than allowed.")
        if reply.outcome != Outcome.RETURNED:
            raise Unusable(Status.ERROR, f"cannot be imported: {import_problem(reply.value)}")
        report = reply.value if isinstance(reply.value, dict) else {}
        found, others = report.get("found"), report.get("others")
        if not isinstance(found, dict) or not isinstance(others, list):
            raise Unusable(Status.TAMPERED, f"importing it: {_NEVER_SENT}")
        self._found = {name: _short(found[name]) for name in self._wanted if name in found}
        self._others = [_short(name) for name in others[:_MOST_OTHERS]]
        mentions = report.get("mentions")
        if isinstance(mentions, dict):
            self._mentions = {
                task: _mentioned(_texts(mentions[task]))
                for task in self._forbidden
                if task in mentions
            }
        broken = report.get("broken")
        self._broken = import_problem(broken[0]) if isinstance(broken, list) and broken else ""
        cut_short = report.get("cut_short")
        if isinstance(cut_short, dict):
            self._cut_short = {
                name: import_problem(cut_short[name]) for name in self._wanted if name in cut_short
            }


def for_backend(backend: str, signature: Signature, inputs: Inputs) -> Inputs:
    """The inputs as a backend's submission sees them: its precision, its order of axes."""
    if backend == "numpy":
        return inputs
    single = in_single(inputs)
    return {p.name: to_order_of(backend, p.kind, single[p.name]) for p in signature.parameters}


def problem_of(reply: Reply, signature: Signature, written: str) -> Answer | None:
    """What keeps a reply from being judged, in words for a student; None if nothing does."""
    if reply.outcome == Outcome.RETURNED:
        if reply.inputs_kept:
            return None
        return Answer(
            Status.FAILED,
            "changed its input in place. Work on a copy: inputs must stay as they are.",
        )
    if reply.outcome == Outcome.FORBIDDEN:
        return Answer(Status.FORBIDDEN, _forbidden(_texts(reply.value)))
    if reply.outcome == Outcome.OUT_OF_MEMORY:
        return Answer(Status.MEMORY, "ran out of memory (MemoryError).")
    if reply.outcome == Outcome.UNSUPPORTED:
        return Answer(Status.FAILED, _unsupported(_short(reply.value), written))
    if reply.outcome == Outcome.TOO_LARGE:
        text = f"returned a value that is far too large: {_short(reply.value)}."
        return Answer(Status.FAILED, text)
    if reply.outcome == Outcome.RAISED:
        return replace(
            _raised(_texts(reply.value), signature, written), raised=_bases(reply.value)
        )
    return Answer(Status.TAMPERED, _NEVER_SENT)


def _death_message(loss: WorkerLost, limits: Limits, limit_s: float | None = None) -> str:
    if loss.cause == Death.TIMEOUT:
        return (
            f"did not end within {limit_s or limits.call_s:g} s. Is there a loop that never stops?"
        )
    if loss.cause == Death.CRASHED:
        return f"{loss}. A function must return, not end the process."
    if loss.cause == Death.TAMPERED:
        return f"interfered with the harness: {loss}."
    return f"{loss}."


def _texts(report: Any) -> dict[str, str]:
    """The parts of an exception's description as plain strings; the worker may send anything."""
    report = report if isinstance(report, dict) else {}
    return {key: "" if value is None else _short(value) for key, value in report.items()}


def _bases(report: Any) -> tuple[str, ...]:
    bases = report.get("bases") if isinstance(report, dict) else None
    return tuple(map(_short, bases[:_MOST_BASES])) if isinstance(bases, list) else ()


def _short(text: Any) -> str:
    """Text of a worker, which may send more of it than anybody wants to read."""
    text = str(text)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]} …"


def _raised(report: dict[str, str], signature: Signature, written: str) -> Answer:
    kind, text = report.get("type", "Exception"), report.get("message", "")
    where = f" ({_place(report)})" if report.get("line") else ""
    if any(mark in kind or mark in text for mark in _OUT_OF_MEMORY):
        return Answer(Status.MEMORY, f"ran out of memory: {kind}: {text}")
    if kind == "NotImplementedError":
        text = f"{signature.name} is not written yet: it raises NotImplementedError{where}."
        return Answer(Status.ERROR, text)
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return Answer(Status.ERROR, f"raised {kind}{where}. A function must return, not exit.")
    if kind == "TypeError" and not report.get("line"):
        return Answer(
            Status.ERROR,
            f"cannot be called as {signature.call}: it is defined as {signature.name}{written}. "
            f"({text})",
        )
    return Answer(Status.ERROR, f"raised {_named(kind, text)}{where}")


def _named(kind: str, text: str) -> str:
    """An exception as Python prints it."""
    return f"{kind}: {text}" if text else kind


def _forbidden(report: dict[str, str]) -> str:
    where = f" ({_place(report)})" if report.get("line") else ""
    name = report.get("name", "something")
    return f"uses {name}{where}, which this task forbids. Write that part yourself."


def _mentioned(report: dict[str, str]) -> str:
    return (
        f"mentions {report.get('name', '')} ({_place({'line': '?', **report})}), "
        "which this task forbids; the checks did not see it called."
    )


def _place(report: dict[str, str]) -> str:
    source = f": `{report['source']}`" if report.get("source") else ""
    return f"{report.get('file', '')}, line {report['line']}{source}"


def _unsupported(kind: str, written: str) -> str:
    if kind == "generator" or written.startswith("generator"):
        return "returned a generator: it contains `yield`. Collect the result and `return` it."
    if kind == "coroutine" or written.startswith("async"):
        return "returned a coroutine: it is an `async def`. Define it with a plain `def`."
    return f"returned {kind}, which is no number, array or tensor of its backend."


def import_problem(value: Any) -> str:
    """What a module raised when it was imported, in words for a student."""
    report = _texts(value)
    kind, text = report.get("type", "Exception"), report.get("message", "")
    where = f" ({_place(report)})" if report.get("line") else ""
    if kind == "ModuleNotFoundError":
        return f"{text}{where}. Install it here, or do without it."
    if "codec can't decode" in text or "encoding problem" in text:
        return f"the file is no UTF-8 text; save it as UTF-8. ({text})"
    if "null byte" in text:
        return "the file contains NUL bytes; save it as UTF-8 text."
    if kind == "SystemExit":
        return f"it calls exit() when it is imported{where}; leave that out."
    return f"{_named(kind, text)}{where}"
