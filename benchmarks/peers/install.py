"""
Installs the graders that benchharness is measured beside, each in an environment of its own.

    python benchmarks/peers/install.py FOLDER             all of them
    python benchmarks/peers/install.py FOLDER otter       one of them

The benchmarks look for them in the folder that BENCHHARNESS_PEERS names, else in /tmp/peers. All
get the NumPy of the Python that runs this. A peer that is there already is left alone. pytest is
not among them: the one beside benchharness is used, without its plugins.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

PEERS = {
    "gradescope-utils": ("gradescope-utils==0.5.0",),
    "check50": ("check50==3.5.0",),
    "otter": ("otter-grader==7.0.0", "ipykernel"),
    "nbgrader": ("nbgrader==0.9.6", "ipykernel"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Install the graders that benchharness is measured beside.",
        epilog="example: python benchmarks/peers/install.py /tmp/peers otter nbgrader",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PEERS))
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(PEERS)):
        parser.error(f"no peer {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return max(_install(name, options.folder / name) for name in options.names or PEERS)


def _install(name: str, home: Path) -> int:
    """0 when the peer is there; otherwise pip's exit code, and nothing is left of it."""
    finished = home / "installed.txt"
    if finished.exists():
        print(f"{name}: is in {home}")
        return 0
    print(f"{name}: {' '.join(PEERS[name])} into {home}", flush=True)
    venv.create(home, with_pip=True, clear=True)
    pip = [str(home / "bin" / "python"), "-m", "pip"]
    wanted = [*PEERS[name], f"numpy=={version('numpy')}"]
    code = subprocess.run([*pip, "install", "--quiet", *wanted]).returncode
    if not code:
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
        finished.write_text(frozen.stdout, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
