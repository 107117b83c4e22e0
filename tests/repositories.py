"""Small git repositories for the tests of what reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["commit", "git"]

_SETTINGS = ("user.name=A", "user.email=a@example.org", "init.defaultBranch=main")


def git(folder: Path, *arguments: str) -> str:
    """What git prints, run in a folder."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = ["git", *settings, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, **sources: str) -> None:
    """Write Python files, two underscores in a name for a slash, and commit everything."""
    for name, source in sources.items():
        path = folder / f"{name.replace('__', '/', 1)}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a version")
