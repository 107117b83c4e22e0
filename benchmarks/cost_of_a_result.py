"""What one result costs: seconds of wall and of processor, by us and by others who time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from costs import spent
from false_claims import interval
from measuring import HERE, folder, python, say
from peers.timers import TRUTHS, Claim, pyperf, pytest_benchmark, torch_timer
from results import Figure, Result
from timed import slowed_reference

from benchharness.suite.load import load_suite

_SUITE = HERE / "suites" / "otsu_convolution"
_ROUNDS = {"benchharness": 6, "pytest-benchmark": 6, "torch": 6, "pyperf --fast": 3, "pyperf": 2}
_WANTED = {"A/A": "claimed", "+5 %": "seen"}


def measure(*, quick: bool) -> Result:
    """Seconds for one comparison of two variants of one kernel, and what is claimed then."""
    rounds = dict.fromkeys(_ROUNDS, 1) if quick else _ROUNDS
    notes = []
    if find_spec("torch") is None:
        del rounds["torch"]
        notes.append("Left out: PyTorch's Timer, which is not installed.")
    with folder() as where:
        tools: dict[str, Callable[[], list[Claim]]] = {
            "benchharness": lambda: _ours(where),
            "pytest-benchmark": lambda: pytest_benchmark(where),
            "torch": lambda: [
                claim
                for method in ("blocked_autorange", "adaptive_autorange")
                for claim in torch_timer(where, method)
            ],
            "pyperf --fast": lambda: pyperf(where, "--fast"),
            "pyperf": lambda: pyperf(where),
        }
        found: list[Claim] = []
        for number in range(max(rounds.values())):
            for tool, of in rounds.items():
                if number < of:
                    say(f"{tool}, round {number + 1} of {of}")
                    found += tools[tool]()
    return Result(
        title="What one result costs",
        figures=tuple(_figures(found)),
        notes=(
            "A result is one kernel beside another variant of it: Otsu's threshold on 512×512 or "
            "a 3×3 convolution on 256×256 in NumPy, beside itself (A/A) or 5 % longer. Seconds "
            "are those of all processes that were run for it, from the start of the first to the "
            "end of the last, over two kernels; processor seconds count every process.",
            "benchharness: `pytest --bench`, which also starts the sandboxes, checks correctness, "
            "judges every timed answer and writes the report. pytest-benchmark: two runs, and the "
            "rule of `--benchmark-compare-fail=FIELD:5%`. pyperf: two runs and `compare_to`. "
            "PyTorch's Timer: both variants in one process and one `Compare` table, "
            "`blocked_autorange(min_run_time=1)` as in its recipe or `adaptive_autorange()`; it "
            "claims nothing itself, so medians more than 5 % apart count as a claim.",
            *notes,
        ),
        data={"results": [asdict(claim) for claim in found]},
    )


def _ours(where: Path) -> list[Claim]:
    """The command of a user, on the reference itself and on a slower copy of it."""
    suite = load_suite(_SUITE)
    files = (_SUITE / "reference.py", slowed_reference(suite, where, 0.05))
    written = where / "run.json"
    options = ["-q", "-p", "no:cacheprovider", "--suite", _SUITE, "--bench-json", written]
    claims = []
    for truth, file in zip(TRUTHS, files, strict=True):
        command = python("-m", "pytest", "--bench", *options, "--submission", file)
        cost = spent(command, where)
        (submission,) = json.loads(written.read_text())["submissions"]
        for task in submission["tasks"]:
            (timing,) = task["timings"]
            claims.append(
                Claim(
                    "benchharness",
                    truth,
                    task["task"],
                    timing.get("comparison", "none"),
                    timing.get("speed_ratio"),
                    cost.wall_s / len(suite.tasks),
                    cost.processor_s / len(suite.tasks),
                )
            )
    return claims


def _figures(found: list[Claim]) -> list[Figure]:
    by_tool = defaultdict(list)
    for claim in found:
        by_tool[claim.tool].append(claim)
    return [
        *(_cost("wall_s", f"a result, {tool}", claims) for tool, claims in by_tool.items()),
        *(
            _cost("processor_s", f"processor time of a result, {tool}", claims)
            for tool, claims in by_tool.items()
        ),
        *(
            _claimed(tool, truth, [claim for claim in claims if claim.truth == truth])
            for tool, claims in by_tool.items()
            for truth in TRUTHS
        ),
    ]


def _cost(field: str, what: str, claims: list[Claim]) -> Figure:
    values = [getattr(claim, field) for claim in claims]
    return Figure(
        what,
        median(values),
        f"{median(values):.1f} s",
        detail=f"{min(values):.1f} to {max(values):.1f} s, n = {len(values)}",
    )


def _claimed(tool: str, truth: str, claims: list[Claim]) -> Figure:
    wanted = ("FASTER", "SLOWER") if truth == "A/A" else ("SLOWER",)
    of, count = len(claims), sum(claim.claim in wanted for claim in claims)
    return Figure(
        f"{truth} {_WANTED[truth]}, {tool}",
        count / of,
        f"{count / of:.0%}",
        detail=f"{count} of {of}, 95 % interval {interval(count, of)}",
    )
