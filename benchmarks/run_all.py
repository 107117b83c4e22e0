"""
Measures the figures that this project is judged by, beside its peers, and writes the tables.

    python benchmarks/run_all.py                      everything, some hours
    python benchmarks/run_all.py --quick              few repetitions, to try
    python benchmarks/run_all.py plugin_cost          one of them

class_against_peers and hostile_everywhere need the other graders, see peers/install.py; one that
is not installed is left out, and the result says so.

Each benchmark writes results/NAME.json with every single measurement; results/tables.md is made
anew from all that are there. Run it while nothing else runs.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from measuring import HERE, say
from results import tables, write

BENCHMARKS = (
    "plugin_cost",
    "first_verdict",
    "warm_submission",
    "whole_catalogue",
    "graders_graded",
    "dashboard_5000",
    "compare_100_runs",
    "between_launches",
    "class_of_200",
    "class_of_5000",
    "class_against_peers",
    "hostile_everywhere",
    "same_score",
    "quiet_and_busy",
    "known_lengths",
    "cost_of_a_result",
    "false_claims",
    "false_claims_everywhere",
    "regression_gate",
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Measure benchharness beside its peers.",
        epilog="example: python benchmarks/run_all.py --quick plugin_cost",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="few repetitions, to try")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results", metavar="FOLDER")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(BENCHMARKS)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.names or BENCHMARKS:
        _measure(name, options.output, quick=options.quick)
        _write_tables(options.output)
    print(options.output / "tables.md")
    return 0


def _measure(name: str, output: Path, *, quick: bool) -> None:
    print(name, file=sys.stderr)
    start = time.perf_counter()
    result = importlib.import_module(name).measure(quick=quick)
    command = f"python benchmarks/run_all.py {'--quick ' if quick else ''}{name}"
    seconds = time.perf_counter() - start
    write(name, result, output / f"{name}.json", command=command, quick=quick, seconds=seconds)
    for figure in result.figures:
        say(f"{figure.what}: {figure.shown} {figure.verdict()}")


def _write_tables(output: Path) -> None:
    files = [output / f"{name}.json" for name in BENCHMARKS]
    text = tables(file for file in files if file.exists())
    (output / "tables.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
