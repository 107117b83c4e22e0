"""Other tools that time: what each says of identical and of 5 % slower work, and its cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from costs import Spent, spent
from measuring import HERE, environment, python

__all__ = ["TRUTHS", "Claim", "pyperf", "pytest_benchmark", "torch_timer"]

TRUTHS = ("A/A", "+5 %")
"""The same work twice, and work that takes 5 % longer the second time."""

_KERNELS = ("otsu_threshold", "convolve")
_VARIANTS = dict(zip(TRUTHS, ("again", "slowed"), strict=True))
_CLAIMED = re.compile(r"^(\w+): Mean .*x (slower|faster)$", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """
    What a tool says of one kernel's second variant beside the first: FASTER, SLOWER or none.

    The ratio is the first one's time over the second's. The cost is the kernel's share of all
    the processes that were run to learn it.
    """

    tool: str
    truth: str
    kernel: str
    claim: str
    ratio: float | None
    wall_s: float
    processor_s: float


def pytest_benchmark(where: Path) -> list[Claim]:
    """Two runs in fresh processes, and the rule of `--benchmark-compare-fail=FIELD:5%`."""
    options = ["-q", "-p", "no:benchharness", "-p", "no:cacheprovider"]
    command = python("-m", "pytest", *options, HERE / "peers" / "test_kernels.py")
    costs = _runs(where, lambda file: [*command, f"--benchmark-json={file}"])
    found = {name: _pytest_benchmark_stats(where / f"{name}.json") for name in costs}
    return [
        _by_five_percent(
            f"pytest-benchmark, two runs, {field}:5%",
            truth,
            kernel,
            (found["base"][kernel][field], found[other][kernel][field]),
            (costs["base"], costs[other]),
        )
        for truth, other in _VARIANTS.items()
        for kernel in _KERNELS
        for field in ("median", "min")
    ]


def _pytest_benchmark_stats(file: Path) -> dict[str, dict[str, float]]:
    found = json.loads(file.read_text())["benchmarks"]
    return {one["params"]["name"]: one["stats"] for one in found}


def pyperf(where: Path, *options: str) -> list[Claim]:
    """Two runs and `pyperf compare_to`, which tests for significance."""
    command = python(HERE / "peers" / "pyperf_kernels.py", *options)
    costs = _runs(where, lambda file: [*command, "--inherit-environ", "SLOWED", "-o", str(file)])
    found = []
    for truth, other in _VARIANTS.items():
        files = [where / f"{name}.json" for name in ("base", other)]
        compared = spent(python("-m", "pyperf", "compare_to", *files), where)
        claims = {kernel: claim.upper() for kernel, claim in _CLAIMED.findall(compared.printed)}
        for kernel in _KERNELS:
            found.append(
                Claim(
                    " ".join(["pyperf", *options]) + ", compare_to",
                    truth,
                    kernel,
                    claims.get(kernel, "none"),
                    None,
                    *_shared(costs["base"], costs[other], compared),
                )
            )
    return found


def torch_timer(where: Path, method: str) -> list[Claim]:
    """Both variants in one process and in one table, as PyTorch's recipe has it."""
    command = python(HERE / "peers" / "torch_kernels.py", method)
    costs = _runs(where, lambda file: [*command, str(file)], ("again", "slowed"))
    found = {name: json.loads((where / f"{name}.json").read_text()) for name in costs}
    tool = f"torch Timer, {method}, median:5%"
    return [
        _by_five_percent(tool, truth, kernel, found[name][kernel], (costs[name],))
        for truth, name in _VARIANTS.items()
        for kernel in _KERNELS
    ]


def _runs(
    where: Path,
    command: Callable[[Path], list[str]],
    names: tuple[str, ...] = ("base", "again", "slowed"),
) -> dict[str, Spent]:
    """Run a command once for each variant, which leaves NAME.json, and say what each run cost."""
    found = {}
    for name in names:
        file = where / f"{name}.json"
        file.unlink(missing_ok=True)
        env = environment(SLOWED="1" if name == "slowed" else "0")
        found[name] = spent(command(file), where, env=env)
    return found


def _by_five_percent(
    tool: str, truth: str, kernel: str, times_s: tuple[float, float], costs: tuple[Spent, ...]
) -> Claim:
    """A difference of more than 5 %, either way."""
    before_s, after_s = times_s
    claim = "none"
    if after_s > 1.05 * before_s:
        claim = "SLOWER"
    elif before_s > 1.05 * after_s:
        claim = "FASTER"
    return Claim(tool, truth, kernel, claim, before_s / after_s, *_shared(*costs))


def _shared(*costs: Spent) -> tuple[float, float]:
    """Wall and processor seconds of all of them, for each kernel."""
    wall_s = sum(cost.wall_s for cost in costs)
    processor_s = sum(cost.processor_s for cost in costs)
    return wall_s / len(_KERNELS), processor_s / len(_KERNELS)
