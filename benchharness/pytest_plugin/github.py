"""A run as one step of a workflow on GitHub Actions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchharness.outcomes import Run
from benchharness.reporting.github_actions import (
    in_repository,
    stop_commands,
    to_annotations,
    write_step_summary,
)

__all__ = ["GitHubStep"]


class GitHubStep:
    """
    One step of a workflow on GitHub Actions.

    Nothing that pytest prints is taken for a command, whatever a submission has put into it; what
    there is to tell follows when pytest has printed its last line.
    """

    def __init__(self, config: pytest.Config) -> None:
        stop, self._resume = stop_commands()
        self._annotations: list[str] = []
        print(stop, flush=True)
        config.add_cleanup(self._tell)

    def take(self, run: Run, root: Path) -> None:
        """
        Keep a run's annotations until the end, and write the step's summary.

        Raises
        ------
        HarnessError
            If the summary cannot be written.
        """
        workspace = os.environ.get("GITHUB_WORKSPACE", "")
        submissions = [in_repository(each, root, workspace) for each in run.submissions]
        self._annotations = to_annotations(submissions)
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            for submission in submissions:
                write_step_summary(submission, Path(summary))

    def _tell(self) -> None:
        print("", self._resume, *self._annotations, sep="\n", flush=True)
