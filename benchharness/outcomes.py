"""The words for what came out: verdicts of checks and tasks, timings, and the run they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "CheckVerdict",
    "Curve",
    "Graded",
    "Isolation",
    "Machine",
    "Picture",
    "Run",
    "Status",
    "SubmissionVerdict",
    "TaskVerdict",
    "Timing",
    "TimingStatus",
    "Visibility",
    "worst_status",
]


class Status(StrEnum):
    """How a check or a task ended; all but `harness_failed` are the submission's doing."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    TAMPERED = "tampered"
    HARNESS_FAILED = "harness_failed"


_FROM_WORST = (
    Status.TAMPERED,
    Status.FORBIDDEN,
    Status.CRASHED,
    Status.MEMORY,
    Status.TIMEOUT,
    Status.ERROR,
    Status.FAILED,
    Status.MISSING,
    Status.HARNESS_FAILED,
    Status.PASSED,
)


def worst_status(statuses: list[Status]) -> Status:
    """The status that a task takes from its checks: the most serious one."""
    return min(statuses, key=_FROM_WORST.index, default=Status.PASSED)


class TimingStatus(StrEnum):
    """Whether a timing can be believed."""

    OK = "ok"
    NOISY = "noisy"
    TAMPERED = "tampered"
    FAILED = "failed"


class Visibility(StrEnum):
    """When a student may see a check (Gradescope's words)."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


@dataclass(frozen=True)
class Picture:
    """One picture of a case for the report: a grey image as PNG bytes."""

    title: str
    png: bytes


@dataclass(frozen=True)
class Curve:
    """One histogram for the report: 256 heights, and the thresholds to draw into it."""

    title: str
    heights: tuple[float, ...]
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class CheckVerdict:
    """What one check of one task found."""

    name: str
    status: Status
    score: float
    max_score: float
    message: str = ""
    misconception: str | None = None
    explanation: str | None = None
    counterexample: str | None = None
    visibility: Visibility = Visibility.VISIBLE
    seconds: float = 0.0
    rerun: str | None = None
    pictures: tuple[Picture | Curve, ...] = ()


@dataclass(frozen=True)
class Timing:
    """How fast a submission does one workload, beside the reference; times in seconds a call."""

    workload: str
    device: str
    status: TimingStatus
    message: str = ""
    size: int | None = None
    calls: int = 0
    verified_calls: int = 0
    rounds: int = 0
    median_s: float | None = None
    ci95_s: tuple[float, float] | None = None
    raw_median_s: float | None = None
    null_median_s: float | None = None
    reference_median_s: float | None = None
    reference_ci95_s: tuple[float, float] | None = None
    reference_raw_median_s: float | None = None
    reference_null_median_s: float | None = None
    speed_ratio: float | None = None
    speed_ratio_ci95: tuple[float, float] | None = None
    comparison: str | None = None
    contaminated_share: float | None = None
    peak_memory_bytes: int | None = None
    samples_s: tuple[float, ...] = ()
    reference_samples_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class TaskVerdict:
    """What a submission got for one task in one backend."""

    suite: str
    task: str
    backend: str
    status: Status
    score: float
    max_score: float
    message: str = ""
    summary: str = ""
    checks: tuple[CheckVerdict, ...] = ()
    timings: tuple[Timing, ...] = ()
    pictures: tuple[Picture | Curve, ...] = ()


@dataclass(frozen=True)
class SubmissionVerdict:
    """
    What one submission got for all tasks that it was judged on.

    `final` is what an assignment makes of its points, earned and to be earned, where lateness or
    speed count, and `notes` says how, a sentence each.
    """

    name: str
    path: str
    sha256: str
    tasks: tuple[TaskVerdict, ...] = ()
    final: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """Points earned."""
        return self.final[0] if self.final else round(sum(t.score for t in self.tasks), 9)

    @property
    def max_score(self) -> float:
        """Points that could be earned."""
        return self.final[1] if self.final else round(sum(t.max_score for t in self.tasks), 9)

    @property
    def percent(self) -> float:
        """Points earned as a percentage; 0 where nothing could be earned."""
        return 100 * self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Graded:
    """
    One submission of a class: whose it is, what it got, and why it could not be read, if so.

    `student` holds what the place of handing in said: `name`, `email`, `id`, `login`, ...;
    `not_counted` why another submission of the student counts instead.
    """

    name: str
    student: dict[str, str]
    verdict: SubmissionVerdict
    problem: str = ""
    not_counted: str = ""

    @property
    def status(self) -> Status:
        """The most serious status of its tasks; `error` where it could not be read."""
        if self.problem:
            return Status.ERROR
        return worst_status([task.status for task in self.verdict.tasks])


@dataclass(frozen=True)
class Machine:
    """Where a run was made."""

    name: str
    os: str
    cpu: str
    cores: int
    memory_bytes: int
    gpus: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True)
class Isolation:
    """What stood between the submissions and the machine."""

    tier: str
    layers: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Run:
    """One run of the harness over any number of submissions: what `run.json` and the pages say."""

    created: str
    versions: dict[str, str]
    machine: Machine
    isolation: Isolation
    seed: int
    submissions: tuple[SubmissionVerdict, ...] = field(default=())
