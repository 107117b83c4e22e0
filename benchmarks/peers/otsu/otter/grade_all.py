"""Grades every notebook of this folder in one process, as otter's own interface offers it."""

import json
from pathlib import Path

from otter.api import grade_submission

Path("points").mkdir()
for notebook in sorted(Path("submissions").iterdir()):
    points = grade_submission(str(notebook), "autograder.zip", quiet=True).total
    Path("points", f"{notebook.stem}.json").write_text(json.dumps(points), encoding="utf-8")
