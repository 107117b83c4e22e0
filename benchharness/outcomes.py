"""The words for what came out: verdicts of checks and tasks, timings, and the run they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Against",
    "Ceilings",
    "CheckVerdict",
    "Curve",
    "Energy",
    "Graded",
    "Isolation",
    "Machine",
    "Picture",
    "Run",
    "Span",
    "Status",
    "SubmissionVerdict",
    "TaskVerdict",
    "Throttling",
    "Timing",
    "TimingStatus",
    "Trace",
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
class Throttling:
    """Why a GPU's clocks were held down, and for how long where a counter tells; else seen."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True)
class Span:
    """A part of a trace and what happened in it, in seconds from the trace's beginning."""

    what: str
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Trace:
    """A device's sensors over a measurement; a column is empty where there is no such sensor."""

    t_s: tuple[float, ...] = ()
    power_w: tuple[float, ...] = ()
    sm_mhz: tuple[float, ...] = ()
    temperature_c: tuple[float, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Energy:
    """
    How the energy of a call was measured.

    `window_s` is the length of a block, `net_j` a call's energy less what the idle device would
    have used meanwhile, and `cross_check` integrated power over the counter's energy. The 95 %
    interval of the submission's energy is what it is divided by 1 + `uncertainty`, to what it is
    multiplied by that.
    """

    method: str
    window_s: float
    blocks: int
    calls: int
    verified_calls: int
    tick_s: float
    idle_power_w: float | None = None
    net_j: float | None = None
    reference_net_j: float | None = None
    uncertainty: float | None = None
    cross_check: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Against:
    """
    The submission beside an earlier version of itself, run in the same rounds.

    `median_s` is the earlier version's. The ratio is its time over the submission's: above 1 is
    faster than before. `margin` is the difference that `comparison` counts as one. The status is
    failed or tampered where the earlier version is; None where there was nothing to compare with.
    """

    version: str
    status: TimingStatus | None = None
    message: str = ""
    rounds: int = 0
    margin: float | None = None
    median_s: float | None = None
    ci95_s: tuple[float, float] | None = None
    speed_ratio: float | None = None
    speed_ratio_ci95: tuple[float, float] | None = None
    comparison: str | None = None

    @property
    def is_slower(self) -> bool:
        """Whether the submission is surely slower than before, by more than the margin."""
        return self.status is TimingStatus.OK and self.comparison == "SLOWER"


@dataclass(frozen=True)
class Timing:
    """
    How fast a submission does one workload, beside the reference; times in seconds a call.

    Energies are joules a call, `energy_ratio` the reference's over the submission's: above 1 the
    submission uses less. `not_measured` says of what was asked for and is absent why.
    On a GPU, `device_median_s` is what its own clock says, by the word of the worker that the
    submission ran in; the reference ran in `reference_backend` on `reference_device`.
    `data_bytes` is the size of one call's inputs and answer in single precision, `operations` what
    the workload's definition counts.
    `precision` is "float64" where the submission got its numbers so, not being right in float32.
    """

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
    device_median_s: float | None = None
    reference_device_median_s: float | None = None
    reference_backend: str | None = None
    reference_device: str | None = None
    precision: str | None = None
    contaminated_share: float | None = None
    peak_memory_bytes: int | None = None
    data_bytes: int | None = None
    operations: float | None = None
    energy_j: float | None = None
    energy_reference_j: float | None = None
    energy_ratio: float | None = None
    energy_ratio_ci95: tuple[float, float] | None = None
    energy: Energy | None = None
    power_w: float | None = None
    clock_mhz: float | None = None
    temperature_c: float | None = None
    throttled: bool | None = None
    throttle_reasons: tuple[Throttling, ...] = ()
    not_measured: tuple[tuple[str, str], ...] = ()
    trace: Trace | None = None
    samples_s: tuple[float, ...] = ()
    reference_samples_s: tuple[float, ...] = ()
    against: Against | None = None


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
class Ceilings:
    """What a device reaches at best with one thread: copying memory, multiplying matrices."""

    copy_bytes_per_s: float
    matmul_flop_per_s: float


@dataclass(frozen=True)
class Machine:
    """Where a run was made; ceilings by device, where they were measured."""

    name: str
    os: str
    cpu: str
    cores: int
    memory_bytes: int
    gpus: tuple[dict[str, object], ...] = ()
    governor: str | None = None
    ceilings: dict[str, Ceilings] = field(default_factory=dict)


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
