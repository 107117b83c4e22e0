"""
Grades and times the example submissions, as `pytest --bench` does, and says what to expect.

Listing 6.1 is wrong on purpose, so pytest's exit code 1 is what is expected here.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = ("numpy_otsu.py", "listing_6_1.py")


def main() -> int:
    command = [sys.executable, "-m", "pytest", "--bench", "--suite", "thresholding"]
    for name in EXAMPLES:
        command += ["--submission", str(HERE / name)]
    code = subprocess.run([*command, *sys.argv[1:]], cwd=HERE.parent).returncode
    if code == 1:
        print("listing_6_1.py is the book's listing with its mistake: it is meant to fail")
        return 0
    return code or 4


if __name__ == "__main__":
    sys.exit(main())
