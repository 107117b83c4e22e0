"""An interpreter that every user can start, for what root does as somebody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from benchharness.sandbox.layers.readable import reachable_by_others

__all__ = ["NOBODY", "python_for_everybody"]

NOBODY = 65534

_NOT_NEEDED = ("site-packages", "test", "idlelib", "tkinter", "__pycache__", "*.a", "config-3*")


def python_for_everybody(folder: Path) -> Path:
    """This interpreter, or else a virtual environment in `folder` on a copy of it."""
    if reachable_by_others(os.path.realpath(sys.executable)):
        return Path(sys.executable)
    base = folder / "base"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for part in ("bin", "lib"):
        ignored = shutil.ignore_patterns(*_NOT_NEEDED)
        shutil.copytree(Path(sys.base_prefix) / part, base / part, symlinks=True, ignore=ignored)
    subprocess.run(["chmod", "-R", "a+rX", str(base)], check=True)
    environment = folder / "environment"
    (environment / "bin").mkdir(parents=True)
    (environment / "lib" / version).mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\n")
    packages = sysconfig.get_path("purelib")
    (environment / "lib" / version / "site-packages").symlink_to(packages)
    python = environment / "bin" / "python"
    python.symlink_to(base / "bin" / version)
    return python
