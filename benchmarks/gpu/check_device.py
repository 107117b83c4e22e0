"""
Checks on a real GPU what cannot be checked without one: `python benchmarks/gpu/check_device.py`.

It takes under ten minutes, needs PyTorch with CUDA (and nvidia-ml-py for energy), and writes
`check_device.json` and `check_device.txt`. Every check stands alone; one that fails ends no other.

- sandbox: a confined worker starts the GPU, and which layers stand around it;
- devices: a CPU worker sees no GPU, a GPU worker sees one;
- suites: every suite's own submission in PyTorch is right on the GPU;
- cheats: streams, lazy answers, remembered answers and the rest fail or gain nothing;
- device time: within 2 % of Triton's `do_bench` and of a CUDA graph's replay, beyond 50 µs a call;
- roof: the fastest copy and matrix product in a confined worker, within 5 % of those outside;
- energy: of a call, within 5 % over ten runs.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from cheats import CHEATS, HONEST
from kernels import ceilings_outside, compared, ours

from benchharness.checking.judge import judge
from benchharness.checking.precision import in_double, in_single
from benchharness.errors import HarnessError
from benchharness.outcomes import Timing
from benchharness.runner.attempt import for_backend
from benchharness.runner.devices import Device
from benchharness.runner.gpu_ceilings import gpu_ceilings
from benchharness.runner.grader import Assignment, Grader
from benchharness.runner.machine import versions
from benchharness.runner.settings import Settings
from benchharness.sandbox import gpu, launch
from benchharness.sandbox.process import WorkerLost, call_message
from benchharness.suite.load import bundled_suites, load_suite, load_suites
from benchharness.suite.task import Suite, Task, Workload
from benchharness.worker.messages import Outcome

__all__ = ["main"]

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_CLOSE, _NEAR, _REPEATABLE, _GAIN = 0.02, 0.05, 0.05, 1.10
_LONG_ENOUGH_S = 50e-6
_SEES = 'BACKEND = "torch"\nimport torch\ndef sees():\n    return torch.cuda.device_count()\n'


class NotRun(Exception):
    """A check that cannot be made here; the text says why."""


class Failed(Exception):
    """What a check found does not hold; the text says what."""


@dataclass(frozen=True)
class Checked:
    """What came of one check: passed, or not, or (None) not run."""

    name: str
    passed: bool | None
    told: str
    seconds: float
    data: Any = None


@dataclass
class Lab:
    """The GPU under test, and what every check needs."""

    grader: Grader
    device: Device
    folder: Path
    dry: bool
    data: dict[str, Any] = field(default_factory=dict)

    def workplace(self, name: str, source: str) -> Path:
        """A file with a submission, in a folder that workers may read."""
        folder = self.grader.staging.folder()
        (folder / name).write_text(source)
        (folder / name).chmod(0o644)
        return folder / name


def main() -> int:
    """Run all checks that are asked for; 0 if none has failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Raw)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="DIR")
    parser.add_argument("--device", default="cuda:0", metavar="cuda:N")
    parser.add_argument("--sandbox", default="auto", metavar="auto|strict|process|off")
    parser.add_argument(
        "--dry-run", action="store_true", help="without a GPU, on the stand-in of the tests"
    )
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    options.output.mkdir(parents=True, exist_ok=True)
    checked: list[Checked] = []
    facts: dict[str, Any] = {}
    try:
        with _lab(options, facts) as lab:
            for name in options.checks or CHECKS:
                checked.append(_check(lab, name))
                _write(options, facts, checked)
    except HarnessError as problem:
        checked.append(Checked("start", False, str(problem), 0.0))
    _write(options, facts, checked)
    return 1 if any(each.passed is False for each in checked) else 0


class _Raw(argparse.RawDescriptionHelpFormatter):
    """Keeps the list of checks a list."""


@contextmanager
def _lab(options: argparse.Namespace, facts: dict[str, Any]) -> Iterator[Lab]:
    """The GPU, found as a run finds it, but not yet tried."""
    settings = Settings(
        device="cuda", seed=1, sandbox=options.sandbox, timeout_s=30, memory_mib=4096
    )
    with Grader(settings, []) as grader:
        if options.dry_run:
            _stand_in(grader.staging.folder())
        shown, problem = gpu.visible()
        facts["gpus"] = [vars(each) for each in shown]
        facts["versions"] = versions({})
        found = [each for each in shown if f"cuda:{each.index}" == options.device]
        if not found:
            raise HarnessError(f"no {options.device}: {problem or 'there are fewer GPUs'}")
        device = Device(options.device, found[0].uuid)
        grader.workers.prepare(["torch"])
        facts["versions"] = versions(grader.workers.versions)
        yield Lab(grader, device, options.output, options.dry_run)


def _stand_in(root: Path) -> None:
    """A machine with a GPU's nodes, and PyTorch's CPU in its place."""
    (root / "dev").mkdir()
    (root / "dev" / "nvidiactl").touch()
    gpu.ROOT = root
    launch.STAND_IN = str(_ROOT / "tests" / "stand_in_gpu.py")


def _check(lab: Lab, name: str) -> Checked:
    """One check, whatever becomes of it."""
    print(f"{name} ...", flush=True)
    start = time.perf_counter()
    passed: bool | None = True
    lab.data = {}
    try:
        told = CHECKS[name](lab)
    except NotRun as problem:
        passed, told = None, str(problem)
    except Failed as problem:
        passed, told = False, str(problem)
    except Exception as problem:
        passed, told = False, f"{type(problem).__name__}: {problem}"
        lab.data["traceback"] = traceback.format_exc()
    checked = Checked(name, passed, told, time.perf_counter() - start, lab.data)
    print(_line(checked), flush=True)
    return checked


# The checks


def _sandbox(lab: Lab) -> str:
    """A confined worker starts the GPU."""
    workers = lab.grader.workers
    if why := workers.gpu_problem("torch", lab.device.uuid):
        lab.data["access"] = vars(gpu.access(lab.device.uuid))
        hint = "does `--sandbox process` work?" if lab.grader.settings.sandbox == "auto" else ""
        raise Failed(f"no worker can use the GPU: {why} {hint}".rstrip())
    worker = workers.new("torch", lab.grader.staging.folder(), lab.device.uuid)
    lab.data["confinement"] = worker.confinement
    worker.close()
    return f"layers: {', '.join(worker.confinement['layers'])}"


def _devices(lab: Lab) -> str:
    """Who sees how many GPUs."""
    path = lab.workplace("sees.py", _SEES)
    seen = {}
    for name, uuid in {"CPU worker": "", "GPU worker": lab.device.uuid}.items():
        worker = lab.grader.workers.new("torch", path.parent, uuid)
        limits = lab.grader.settings.limits
        worker.load(str(path.parent), [path.name], ["sees"], limits)
        seen[name] = worker.call(call_message("sees", ()), limits).value
        worker.close()
    lab.data["seen"] = seen
    if lab.dry:
        raise NotRun(f"a stand-in shows nothing to see: {seen}")
    if seen != {"CPU worker": 0, "GPU worker": 1}:
        raise Failed(f"GPUs seen: {seen}")
    return "a CPU worker sees none, a GPU worker one"


def _suites(lab: Lab) -> str:
    """The suites' own submissions on every workload of every task, on the GPU."""
    suites, _ = load_suites(bundled_suites())
    problems, right = [], 0
    for suite in suites[:1] if lab.dry else suites:
        for task in suite.tasks:
            for label, wrong in _answers(lab, suite, task):
                lab.data[label] = wrong or "right"
                right += not wrong
                problems += [f"{label}: {wrong}"] if wrong else []
    if problems:
        raise Failed(f"{right} answers are right, {len(problems)} are not: {'; '.join(problems)}")
    return f"{right} answers are right"


def _answers(lab: Lab, suite: Suite, task: Task) -> Iterator[tuple[str, str | None]]:
    """For each workload and size, what is wrong with the submission's answer on the GPU."""
    file = suite.accepted_in("torch")
    if file is None:
        return
    limits, folder = lab.grader.settings.limits, lab.workplace(file.name, file.read_text()).parent
    worker = lab.grader.workers.new("torch", folder, lab.device.uuid)
    worker.load(str(folder), [file.name], [task.name], limits)
    for workload in task.workloads:
        for size in workload.sizes:
            label = f"{suite.name}/{task.name}/{workload.name}[{size}]"
            try:
                yield label, _wrong(worker, task, workload, size, limits)
            except WorkerLost as loss:
                yield label, f"{loss.cause}: {loss}"
                return
    worker.close()


def _wrong(worker: Any, task: Task, workload: Workload, size: int, limits: Any) -> str | None:
    inputs = in_single(workload.inputs(np.random.default_rng(1), size))
    arguments = task.arguments(for_backend("torch", task.signature, inputs))
    reply = worker.call(call_message(task.name, arguments), limits)
    if reply.outcome != Outcome.RETURNED:
        return f"{reply.outcome.name}: {reply.value}"
    exact = in_double(inputs)
    return judge(task, exact, reply.value, task.expected(exact), "torch")


def _cheats(lab: Lab) -> str:
    """Every cheat beside the honest submission."""
    suite = load_suite(_HERE / "suites" / "product")
    honest = _timed(lab, suite, HONEST)
    lab.data["honest"] = _shown(honest)
    if honest.median_s is None or honest.status in ("failed", "tampered"):
        raise Failed(f"the honest submission could not be timed: {honest.message}")
    got_away = []
    for name, source in list(CHEATS.items())[: 2 if lab.dry else None]:
        timing = _timed(lab, suite, source)
        gain = _gain(timing, honest)
        lab.data[name] = {**_shown(timing), "gain": gain}
        if gain is not None and gain > _GAIN:
            got_away.append(f"{name}: {gain:.2f} times as fast")
    if got_away:
        raise Failed("; ".join(got_away))
    return f"{len(lab.data) - 1} cheats fail or gain nothing"


def _timed(lab: Lab, suite: Suite, source: str) -> Timing:
    submission = lab.grader.take_in(lab.workplace("submission.py", source))
    (task,) = suite.tasks
    workload, size = task.workloads[0], task.workloads[0].sizes[0 if lab.dry else -1]
    assignment = Assignment(submission, suite, task, "torch")
    return lab.grader.time(assignment, workload, size, lab.device)


def _gain(timing: Timing, honest: Timing) -> float | None:
    """How much faster than the honest one, by what decides; None where it was refused."""
    if timing.status in ("failed", "tampered"):
        return None
    if timing.speed_ratio and honest.speed_ratio:
        return timing.speed_ratio / honest.speed_ratio
    return (honest.median_s or 0.0) / timing.median_s if timing.median_s else float("inf")


def _shown(timing: Timing) -> dict[str, Any]:
    names = ("status", "message", "median_s", "null_median_s", "reference_median_s")
    names += ("speed_ratio", "speed_ratio_ci95", "device_median_s", "reference_device_median_s")
    return {name: getattr(timing, name) for name in names}


def _device_time(lab: Lab) -> str:
    """Our device times beside those of others."""
    limits = replace(lab.grader.settings.limits, call_s=60.0)
    folder = lab.grader.staging.folder()
    if lab.dry:
        inputs = [np.ones((8, 8), np.float32)] * 2
        found_s = ours(lab.grader.workers, folder, lab.device.uuid, inputs, limits)("product")
        raise NotRun(f"needs a GPU; a worker's own figure for the stand-in is {found_s:.2g} s")
    index = int(lab.device.name.partition(":")[2])
    found = compared(lab.grader.workers, folder, lab.device.uuid, index, limits, 4096)
    lab.data |= found
    off, tried = [], 0
    for kernel, times in found.items():
        for way in ("do_bench_s", "graph_s"):
            difference = times["ours_s"] / times[way] - 1
            lab.data[f"{kernel}: ours / {way} - 1"] = difference
            if times[way] > _LONG_ENOUGH_S:
                tried += 1
                if abs(difference) > _CLOSE:
                    off.append(f"{kernel}: {difference:+.1%} of {way}")
    if off or not tried:
        raise Failed("; ".join(off) or "no kernel took 50 µs")
    return f"{tried} comparisons within {_CLOSE:.0%}"


def _roof(lab: Lab) -> str:
    """The GPU's ceilings, taken in the sandbox and outside."""
    sizes = {"copied": 10_000, "side": 64} if lab.dry else {}
    found = gpu_ceilings(lab.grader.workers, lab.device, lab.grader.settings.limits, **sizes)
    if found is None:
        raise Failed("no worker has measured the ceilings")
    lab.data["ceilings"] = vars(found)
    if lab.dry:
        raise NotRun(f"needs a GPU; the stand-in copies {found.copy_bytes_per_s:.2g} B/s")
    outside = ceilings_outside(int(lab.device.name.partition(":")[2]))
    lab.data["outside"] = outside
    off = [
        f"{name}: {within / outside[name] - 1:+.1%}"
        for name, within in vars(found).items()
        if abs(within / outside[name] - 1) > _NEAR
    ]
    if off:
        raise Failed("; ".join(off))
    return f"{found.copy_bytes_per_s:.3g} B/s, {found.matmul_flop_per_s:.3g} FLOP/s"


def _energy(lab: Lab) -> str:
    """The energy of one product, ten times."""
    if lab.dry:
        raise NotRun("needs a GPU")
    try:
        from benchharness.runner.sensors import meter_of
        from benchharness.timing import EnergySettings, NotMeasured, consumption
    except ImportError as problem:
        raise NotRun(f"energy cannot be measured by this version: {problem}") from problem
    settings = EnergySettings(pairs=1, cooldown_s=3.0)
    rng = np.random.default_rng(1)
    load = _Products(int(lab.device.name.partition(":")[2]))
    joules = lab.data["joules_a_call"] = []
    try:
        with meter_of(lab.device.name, lab.device.uuid) as meter:
            lab.data["meter"] = meter.name
            for _ in range(10):
                joules.append(consumption(meter, load, None, settings, rng).submission.value)
    except NotMeasured as problem:
        raise NotRun(str(problem)) from problem
    spread = (max(joules) - min(joules)) / median(joules)
    if spread > _REPEATABLE:
        raise Failed(f"ten runs spread by {spread:.1%}")
    return f"ten runs spread by {spread:.1%} around {median(joules):.3g} J"


class _Products:
    """Products of large matrices on a GPU, in bursts."""

    name = "product"

    def __init__(self, index: int) -> None:
        import torch

        self._synchronize = torch.cuda.synchronize
        self._x = torch.randn(4096, 4096, device=f"cuda:{index}")

    def begin(self) -> None:
        """Nothing to make ready."""

    def run(self) -> int:
        """A burst of products."""
        for _ in range(4):
            self._x @ self._x
        self._synchronize(self._x.device)
        return 4

    def end(self) -> None:
        """Nothing to look at."""


CHECKS: dict[str, Callable[[Lab], str]] = {
    "sandbox": _sandbox,
    "devices": _devices,
    "suites": _suites,
    "cheats": _cheats,
    "device_time": _device_time,
    "roof": _roof,
    "energy": _energy,
}


# What is written


def _line(checked: Checked) -> str:
    word = {True: "passed", False: "FAILED", None: "not run"}[checked.passed]
    return f"{word:<8} {checked.name:<12} {checked.seconds:6.1f} s   {checked.told}"


def _write(options: argparse.Namespace, facts: dict[str, Any], checked: list[Checked]) -> None:
    """Both files, anew after each check: what is known stays if the machine does not."""
    document = {
        "schema": "benchharness.check-device/1",
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "dry_run": options.dry_run,
        "device": options.device,
        **facts,
        "checks": [vars(each) for each in checked],
    }
    text = json.dumps(document, indent=1, default=str) + "\n"
    (options.output / "check_device.json").write_text(text)
    head = f"benchmarks/gpu/check_device.py on {options.device}, {document['created']}"
    lines = [head + (" (dry run, no GPU)" if options.dry_run else "")]
    lines += [f"{each['name']}, {each['uuid']}" for each in facts.get("gpus", ())]
    lines += [", ".join(f"{name} {text}" for name, text in facts.get("versions", {}).items()), ""]
    lines += map(_line, checked)
    (options.output / "check_device.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
